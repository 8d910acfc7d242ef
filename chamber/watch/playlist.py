"""Reads the playlists of a low-latency stream as a player does: text in, what to fetch next out. Sans-IO.

Source: RFC 8216 and draft-pantos-hls-rfc8216bis, sections 4.4 and 6.2.5.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from chamber.core.errors import ChamberError

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')
MAX_CHARS = 1_000_000


class BrokenPlaylistError(ChamberError):
    """What came is no playlist that a player could use."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part: its address, the set-up it needs, the wall time at which its last picture ends, whether one can begin here."""

    msn: int
    number: int
    url: str
    map_url: str
    end_wall_ms: int
    independent: bool
    gap: bool


@dataclass(frozen=True, slots=True)
class Media:
    """A media playlist; `following` is the place of the part that is still to come."""

    pieces: tuple[Piece, ...]
    following: tuple[int, int]
    blocks: bool
    target_s: int


def _attributes(line: str) -> dict[str, str]:
    return {key: value.strip('"') for key, value in _ATTRIBUTE.findall(line.partition(":")[2])}


def best_variant(text: str, url: str) -> str:
    """Address of the media playlist with the highest rate. Raises BrokenPlaylistError."""
    best, rate, found = "", -1, -1
    for line in text[:MAX_CHARS].splitlines():
        if line.startswith("#EXT-X-STREAM-INF:"):
            said = _attributes(line)
            rate = int(said["BANDWIDTH"]) if said.get("BANDWIDTH", "").isdigit() and "RESOLUTION" in said else 0
        elif line and not line.startswith("#") and rate > found:
            best, found = urljoin(url, line), rate
    if not text.startswith("#EXTM3U") or not best:
        raise BrokenPlaylistError("no playlist with variants")
    return best


def read_media(text: str, url: str) -> Media:
    """Parts near the live edge, or whole segments where the playlist lists no parts. Raises BrokenPlaylistError."""
    if not text.startswith("#EXTM3U") or len(text) > MAX_CHARS:
        raise BrokenPlaylistError("no media playlist")
    reader = _Reader(url)
    try:
        for line in text.splitlines():
            reader.line(line)
    except (ValueError, KeyError) as exc:
        raise BrokenPlaylistError(f"a line of the playlist: {exc}") from exc
    if reader.target_s < 1:
        raise BrokenPlaylistError("no target duration")
    return Media(tuple(reader.pieces), (reader.msn, reader.number), reader.blocks, reader.target_s)


class _Reader:
    def __init__(self, url: str) -> None:
        self._url = url
        self.pieces: list[Piece] = []
        self.msn = self.number = self.target_s = 0
        self.blocks = False
        self._map = ""
        self._wall_ms = 0.0
        self._gap = False
        self._length_ms = 0.0

    def line(self, line: str) -> None:
        name, _, value = line.partition(":")
        match name:
            case "#EXT-X-TARGETDURATION":
                self.target_s = int(value)
            case "#EXT-X-MEDIA-SEQUENCE":
                self.msn = int(value)
            case "#EXT-X-SERVER-CONTROL":
                self.blocks = _attributes(line).get("CAN-BLOCK-RELOAD") == "YES"
            case "#EXT-X-MAP":
                self._map = urljoin(self._url, _attributes(line)["URI"])
            case "#EXT-X-PROGRAM-DATE-TIME":
                self._wall_ms = datetime.fromisoformat(value).timestamp() * 1000
            case "#EXT-X-GAP":
                self._gap = True
            case "#EXTINF":
                self._length_ms = float(value.partition(",")[0]) * 1000
            case "#EXT-X-PART":
                said = _attributes(line)
                self._wall_ms += float(said["DURATION"]) * 1000
                self._add(said["URI"], said.get("INDEPENDENT") == "YES", said.get("GAP") == "YES")
            case _:
                if line and not line.startswith("#"):
                    self._segment(line)

    def _segment(self, uri: str) -> None:
        if not self.number:
            self._wall_ms += self._length_ms
            self._add(uri, independent=True, gap=self._gap)
        self.msn, self.number, self._gap = self.msn + 1, 0, False

    def _add(self, uri: str, independent: bool, gap: bool) -> None:
        url = urljoin(self._url, uri)
        self.pieces.append(Piece(self.msn, self.number, url, self._map, round(self._wall_ms), independent, gap))
        self.number += 1
