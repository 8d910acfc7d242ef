"""Makes the MP4s of meetings that have ended, with chapters and checksums, and lets old parts go.

Everything can be interrupted anywhere and begun again: an MP4 counts only once the book names it, and its parts go
only days after that.
"""

import asyncio
import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import structlog

from chamber.core.errors import ChamberError
from chamber.ports import Clock
from chamber.stream.books import folders, free_bytes, load
from chamber.stream.piece import mend
from chamber.stream.recorder import Recorder
from chamber.stream.recording import PARTS, SUMS, Finished, Source, chapters
from chamber.stream.shelf import Due

CHUNK_BYTES = 1 << 20
RETRY_S = 30.0
DAY_MS = 86_400_000

log = structlog.get_logger(__name__)


class Remux(Protocol):
    """Joins pieces into an MP4."""

    async def __call__(
        self, pieces: Sequence[tuple[Path, int]], title: str, chapters: Sequence[tuple[int, int, str]], out: Path
    ) -> None:
        """Pieces: paths and lengths in ms; chapters: from and to in ms, title. Raises ChamberError, OSError."""


class Finisher:
    """Looks for recordings that are due when told to, and again while one fails."""

    def __init__(
        self,
        folder: Path,
        recorder: Recorder,
        remux: Remux,
        clock: Clock,
        *,
        parts_days: int,
        reserve_bytes: int,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        """An MP4 never takes the last `reserve_bytes`: a recording that goes on needs room too."""
        self._folder, self._recorder, self._remux = folder, recorder, remux
        self._clock, self._parts_days = clock, parts_days
        self._reserve_bytes, self._free = reserve_bytes, free
        self._wanted = asyncio.Event()
        self._present: str | None = None
        self.failed: dict[str, str] = {}
        self.waiting = 0

    def look(self, present: str | None) -> None:
        """Something may be due; `present` is the meeting that goes on, which is not unless it has ended."""
        self._present = present
        self._wanted.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wanted.clear()
            if await self._all():
                await self._wanted.wait()
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(RETRY_S):
                        await self._wanted.wait()

    async def _all(self) -> bool:
        """Make everything that is due; whether nothing is left to try again."""
        present = self._present
        try:
            due = await self._recorder.ask(lambda shelf: shelf.due(present))
        except OSError as exc:
            self.failed = {"": str(exc)}
            return False
        self.waiting = len(due)
        failed: dict[str, str] = {}
        for one in due:
            name = f"{one.book.meeting}-{one.source.number}"
            try:
                if not await self._one(one):
                    failed[name] = "changed meanwhile"
            except (ChamberError, OSError) as exc:
                failed[name] = (getattr(exc, "strerror", None) or str(exc))[:200]
                if failed[name] != self.failed.get(name):
                    log.error("no MP4 of a recording", source=name, reason=failed[name])
            self.waiting -= 1
        self.failed = failed
        with suppress(OSError):
            await asyncio.to_thread(sweep, self._folder, self._clock.wall_ms() - self._parts_days * DAY_MS)
        return not failed

    async def _one(self, due: Due) -> bool:
        meeting, number = due.book.meeting, due.source.number
        folder = self._folder / meeting
        lengths = await asyncio.to_thread(_lengths, folder, due.source)
        now = await self._recorder.ask(lambda shelf: shelf.measured(meeting, number, lengths))
        if now is None:
            return True
        book, source = now.book, now.source
        name = f"{meeting}-{number}.mp4"
        # what an interrupted try has left goes; a remux that outlived its process writes into nothing then
        for stale in folder.glob(f".{name}.*"):
            stale.unlink(missing_ok=True)
        fresh = folder / f".{name}.{secrets.token_hex(4)}.new"
        marks = [(one.from_ms, one.to_ms, one.title) for one in chapters(book, source)]
        pieces = [(folder / PARTS / piece.file, piece.duration_ms or 0) for piece in source.pieces]
        self._check_room([path for path, _ in pieces])
        try:
            await self._remux(pieces, book.title, marks, fresh)
            size, digest = await asyncio.to_thread(_settle, fresh)
            done = Finished(name, size, digest, self._clock.wall_ms())
            # from here on it is under its own name; the book follows, or the next try replaces it
            fresh.replace(folder / name)
        finally:
            fresh.unlink(missing_ok=True)
        if not await self._recorder.ask(lambda shelf: shelf.finished(meeting, number, source.version, done)):
            (folder / name).unlink(missing_ok=True)
            return False
        await asyncio.to_thread(write_sums, folder)
        log.info("recording is ready", file=str(folder / name), duration_ms=source.duration_ms, size_bytes=size)
        return True

    def _check_room(self, pieces: Sequence[Path]) -> None:
        needed = sum(path.stat().st_size for path in pieces) + self._reserve_bytes
        if self._free(self._folder) < needed:
            raise OSError(errno.ENOSPC, f"{needed // 1_000_000 + 1} MB must be free for it")

    def known(self) -> dict[str, object]:
        """For the controller: how many MP4s are still to be made, and why one is not."""
        return {"to_finish": self.waiting, "finish_failed": next(iter(self.failed.values()), "")}


def _lengths(folder: Path, source: Source) -> dict[str, int]:
    found = {}
    for piece in source.pieces:
        try:
            found[piece.file] = mend(folder / PARTS / piece.file)
        except FileNotFoundError:
            found[piece.file] = 0
    return found


def _settle(path: Path) -> tuple[int, str]:
    """Size and SHA-256, once it is on the disk itself."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        os.fsync(file.fileno())
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    path.chmod(0o600)
    return path.stat().st_size, digest.hexdigest()


def write_sums(folder: Path) -> None:
    """Checksums of every MP4 of a meeting, as `sha256sum -c` reads them."""
    book = load(folder)
    if book is None:
        return
    lines = [f"{s.finished.sha256}  {s.finished.file}\n" for s in book.sources if s.finished]
    fresh = folder / (SUMS + ".new")
    fresh.write_text("".join(lines), encoding="utf-8")
    fresh.replace(folder / SUMS)


def sweep(root: Path, before_ms: int) -> None:
    """Let the parts of sources go whose MP4 was made before a wall time and is there, as long as it was."""
    for folder in folders(root):
        book = load(folder)
        for source in book.sources if book else ():
            if _may_go(folder, source, before_ms):
                for piece in source.pieces:
                    (folder / PARTS / piece.file).unlink(missing_ok=True)


def _may_go(folder: Path, source: Source, before_ms: int) -> bool:
    done = source.finished
    if done is None or done.at_ms > before_ms:
        return False
    made = folder / done.file
    return made.is_file() and made.stat().st_size == done.size_bytes
