"""Reads captions from WebVTT or SubRip (SRT). Pure: bytes in, cues out; libav takes the files apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from io import BytesIO

import av

from chamber.core.captions import TEXT_CHARS
from chamber.imports.model import MOST_BYTES, ImportFailedError

MOST_CUES = 20_000
LONGEST_MS = 60_000
"""A longer cue is no caption but a mistake in its times; it ends after this."""
TAG = re.compile(r"</?[A-Za-z0-9.][^>]*>|</?>")
NOTHING = "In dit bestand staat geen ondertiteling. Verwacht wordt WebVTT (.vtt) of SubRip (.srt)."


@dataclass(frozen=True, slots=True)
class Caption:
    """A cue as a file has it: milliseconds from the beginning of the recording, text without mark-up."""

    from_ms: int
    to_ms: int
    text: str


def read_captions(content: bytes) -> tuple[Caption, ...]:
    """The cues of a file in the order of time; names in voice tags are left out, the index knows who spoke.

    Args:
        content: at most 5 MB; UTF-8, or Windows-1252 as older programs write SRT.

    Raises:
        ImportFailedError: it is too large, or holds no cue with a text.
    """
    if len(content) > MOST_BYTES:
        raise ImportFailedError("Dit bestand is te groot voor ondertiteling.")
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = content.decode("cp1252", errors="replace")
    form = "webvtt" if words.startswith("WEBVTT") else "srt"
    try:
        found = sorted(_cues(words.encode(), form), key=lambda cue: (cue.from_ms, cue.to_ms))
    except av.error.FFmpegError as exc:
        raise ImportFailedError(NOTHING) from exc
    if not found:
        raise ImportFailedError(NOTHING)
    if len(found) > MOST_CUES:
        raise ImportFailedError(f"Dit bestand heeft {len(found)} regels ondertiteling; meer dan {MOST_CUES} kan niet.")
    return tuple(found)


def _cues(content: bytes, form: str) -> Iterator[Caption]:
    with av.open(BytesIO(content), "r", format=form) as file:
        for packet in file.demux():
            if packet.pts is None or not packet.duration or packet.time_base is None:
                continue
            text = _tidy(bytes(packet).decode("utf-8", errors="replace"))
            from_ms = round(packet.pts * packet.time_base * 1000)
            length_ms = min(LONGEST_MS, round(packet.duration * packet.time_base * 1000))
            if text and from_ms >= 0 and length_ms > 0:
                yield Caption(from_ms, from_ms + length_ms, text)


def _tidy(text: str) -> str:
    kept = unescape(TAG.sub("", text))
    lines = (" ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in kept.splitlines())
    return "\n".join(line for line in lines if line)[:TEXT_CHARS].strip()
