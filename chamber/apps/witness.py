"""A greedy viewer: fetches every public byte as soon as it is there, hinted parts too, to prove what went out.

It knows nothing of the packager and reads playlists as a player would.
"""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from aiohttp import ClientError, ClientSession, ClientTimeout

ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')
RETRY_S = 0.1
SETTLE_S = 0.02


def attributes(line: str) -> dict[str, str]:
    """Attribute list of a playlist tag, quotes taken off."""
    return {name: value.strip('"') for name, value in ATTRIBUTE.findall(line.partition(":")[2])}


@dataclass(slots=True)
class Playlist:
    """What a viewer needs of one media playlist: parts in order with the init they need, and what comes next."""

    parts: list[tuple[str, str]] = field(default_factory=list)
    hint: str | None = None
    next_msn: int = 0
    next_part: int = 0


def read(text: str) -> Playlist:
    """Parse a media playlist."""
    found, init, in_segment = Playlist(), "", 0
    msn = 0
    for line in text.splitlines():
        if line.startswith("#EXT-X-MEDIA-SEQUENCE:"):
            msn = int(line.partition(":")[2])
        elif line.startswith("#EXT-X-MAP:"):
            init = attributes(line)["URI"]
        elif line.startswith("#EXT-X-PART:"):
            said = attributes(line)
            in_segment += 1
            if said.get("GAP") != "YES":
                found.parts.append((init, said["URI"]))
        elif line.startswith("#EXT-X-PRELOAD-HINT:"):
            found.hint = attributes(line).get("URI")
        elif line and not line.startswith("#"):
            msn, in_segment = msn + 1, 0
    found.next_msn, found.next_part = msn, in_segment
    return found


class Witness:
    """Follows one stream until cancelled; what it got stands in `folder`, one file per init, in order."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self._seen: set[str] = set()
        self._hinted: dict[str, bytes] = {}
        self._inits: dict[str, Path] = {}
        self.parts = 0
        self.bytes = 0
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def files(self) -> list[Path]:
        """What was received, one playable file per init."""
        return list(self._inits.values())

    async def run(self) -> None:
        """Follow the stream; begins when it begins, survives that it goes dark."""
        timeout = ClientTimeout(total=15)
        async with ClientSession(timeout=timeout) as session:
            while True:
                with suppress(ClientError, TimeoutError, OSError, LookupError, ValueError):
                    await self._follow(session)
                await asyncio.sleep(RETRY_S)

    async def _text(self, session: ClientSession, url: str) -> str:
        async with session.get(url) as answer:
            answer.raise_for_status()
            return await answer.text()

    async def _follow(self, session: ClientSession) -> None:
        entry = await self._text(session, self._url)
        media = urljoin(self._url, next(line for line in entry.splitlines() if line and not line.startswith("#")))
        query, hints = "", set[asyncio.Task[None]]()
        try:
            while True:
                playlist = read(await self._text(session, media + query))
                for init, part in playlist.parts:
                    await self._take(session, media, init, part)
                if playlist.hint and playlist.hint not in self._hinted:
                    self._hinted[playlist.hint] = b""
                    task = asyncio.create_task(self._hint(session, media, playlist.hint))
                    hints.add(task)
                    task.add_done_callback(hints.discard)
                query = f"?_HLS_msn={playlist.next_msn}&_HLS_part={playlist.next_part}"
        finally:
            for task in hints:
                task.cancel()

    async def _hint(self, session: ClientSession, media: str, name: str) -> None:
        """Ask for a part before it exists: a gate that leaks would leak here first."""
        with suppress(ClientError, TimeoutError, OSError):
            async with session.get(urljoin(media, name)) as answer:
                if answer.status == 200:
                    self._hinted[name] = await answer.read()

    async def _take(self, session: ClientSession, media: str, init: str, part: str) -> None:
        if part in self._seen:
            return
        self._seen.add(part)
        if init not in self._inits:
            async with session.get(urljoin(media, init)) as answer:
                answer.raise_for_status()
                path = self._folder / f"{len(self._inits):03}.mp4"
                path.write_bytes(await answer.read())
                self._inits[init] = path
        await asyncio.sleep(SETTLE_S if self._hinted.get(part) == b"" else 0)
        body = self._hinted.get(part) or b""
        if not body:
            async with session.get(urljoin(media, part)) as answer:
                if answer.status != 200:
                    return
                body = await answer.read()
        with self._inits[init].open("ab") as file:
            file.write(body)
        self.parts += 1
        self.bytes += len(body)

    def unlisted(self) -> int:
        """Hinted parts that were handed out but never stood in a playlist: public all the same."""
        return sum(1 for name, body in self._hinted.items() if body and name not in self._seen)
