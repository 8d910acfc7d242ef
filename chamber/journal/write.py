"""Writes a journal: one thread, one bounded queue, in order, whatever the disk does. The event loop never waits."""

import asyncio
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Any

from chamber.core.errors import EncodeError
from chamber.journal import schema
from chamber.journal.entry import Entry, at
from chamber.journal.repair import Tail, find_tail

QUEUE_ENTRIES = 20_000
"""An hour of a busy meeting."""

BATCH_ENTRIES = 256
RETRY_S = 0.5

OnTrouble = Callable[[str | None], None]
Done = asyncio.Future[None]


@dataclass(slots=True, eq=False)
class _Wanted:
    """An entry that waits to be written; `done` is answered once, in the event loop."""

    kind: str
    fields: Mapping[str, Any]
    wall_ms: int
    mono_ms: int
    sync: bool = False
    done: Done | None = None


@dataclass(slots=True)
class _Place:
    """Where the file goes on; only the writing thread has it."""

    file: int
    seq: int
    prev: str
    end: int


class JournalFile:
    """The journal of one meeting, open for appending; made by `open`, ended by `close`.

    Attributes:
        problems: what was wrong with the file when it was opened, as `verify` says it.
        torn_bytes: length of a torn last line that was put aside in journal.torn.
    """

    def __init__(self, tail: Tail, place: _Place, zone: tzinfo, on_trouble: OnTrouble) -> None:
        self.problems, self.torn_bytes = list(tail.problems), tail.torn_bytes
        self._place, self._zone, self._on_trouble = place, zone, on_trouble
        self._loop = asyncio.get_running_loop()
        self._queue: Queue[_Wanted | None] = Queue(QUEUE_ENTRIES)
        self._lost = 0
        self._trouble: str | None = None
        self._closing, self._unwritten = threading.Event(), 0
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, path: Path, zone: tzinfo, on_trouble: OnTrouble, *, wall_ms: int, mono_ms: int) -> "JournalFile":
        """Open or begin a journal from within the event loop.

        A torn last line is put aside, a broken chain is gone on from its last readable line; both are entered in the
        journal and stand in `problems` and `torn_bytes`.

        Args:
            path: the file, in a directory that exists.
            zone: time zone of the times in it.
            on_trouble: is called in the event loop when writing starts to fail, with the reason, and with None when
                everything that waited has been written.

        Raises:
            OSError: it cannot be read or written.
        """
        tail = find_tail(path)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            directory = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError:
            os.close(file)
            raise
        journal = cls(tail, _Place(file, tail.seq, tail.hash, tail.end), zone, on_trouble)
        if tail.torn_bytes:
            journal.append("repaired", {"bytes": tail.torn_bytes}, wall_ms=wall_ms, mono_ms=mono_ms)
        if tail.broken is not None:
            journal.append("broken", {"line": tail.broken}, wall_ms=wall_ms, mono_ms=mono_ms)
        return journal

    def append(
        self, kind: str, fields: Mapping[str, Any], *, wall_ms: int, mono_ms: int, sync: bool = False
    ) -> Done | None:
        """Queue one entry; never blocks and never raises.

        What the schema does not allow is not written: an `unlisted` entry stands in its place and `on_trouble` is told.
        When the queue is full entries are left out and counted by a `lost` entry at that place.

        Args:
            wall_ms, mono_ms: when it happened: milliseconds since 1970 UTC, and since boot.
            sync: write it through to the disk.

        Returns:
            With `sync` a future: done when the entry is on disk; OSError when it could not be written at once (it is
            tried again all the same, in its place), EncodeError when the schema does not allow it. Else None.
        """
        done = self._loop.create_future() if sync else None
        kept = schema.tidy(kind, fields)
        refused = schema.trouble(kind, kept)
        if refused is not None:
            self._loop.call_soon(self._on_trouble, f"journal entry refused: {refused}")
            if done is not None:
                done.set_exception(EncodeError(f"journal: {refused}"))
            what = kind if schema.WORD(kind) else ""
            self._put(_Wanted("unlisted", {"what": what}, wall_ms, mono_ms))
            return done
        waits = done
        if done is not None and self._trouble is not None:
            done.set_exception(OSError(self._trouble))
            waits = None
        if not self._put(_Wanted(kind, kept, wall_ms, mono_ms, sync, waits)) and waits is not None:
            waits.set_exception(OSError("the journal's queue is full"))
        return done

    def _put(self, wanted: _Wanted) -> bool:
        try:
            if self._lost:
                self._queue.put_nowait(_Wanted("lost", {"entries": self._lost}, wanted.wall_ms, wanted.mono_ms))
                self._lost = 0
            self._queue.put_nowait(wanted)
        except Full:
            self._lost += 1
            return False
        return True

    def close(self, timeout_s: float = 5.0) -> int:
        """Write what waits, end the thread and close the file; returns how many entries could not be written.

        Blocks for at most twice `timeout_s`; call it in a thread when the event loop goes on. Append nothing afterwards.
        """
        self._closing.set()
        with suppress(Full):
            self._queue.put(None, timeout=timeout_s)
        self._thread.join(timeout_s)
        return self._lost + (self._queue.qsize() if self._thread.is_alive() else self._unwritten)

    # ------------------------------------------------------------------------------------- in the writing thread

    def _run(self) -> None:
        try:
            self._write_all()
            with suppress(OSError):
                os.fsync(self._place.file)
        except Exception as exc:
            self._tell(f"the journal's writer has stopped: {exc!r}")
            raise
        finally:
            self._unwritten += sum(wanted is not None for wanted in self._drained())
            os.close(self._place.file)

    def _write_all(self) -> None:
        last = False
        while not last:
            waiting = self._next()
            last = None in waiting
            last = self._write_until_done([wanted for wanted in waiting if wanted is not None]) or last

    def _next(self) -> list[_Wanted | None]:
        """The next entries that wait, at least one."""
        waiting = [self._queue.get()]
        while len(waiting) < BATCH_ENTRIES:
            try:
                waiting.append(self._queue.get_nowait())
            except Empty:
                break
        return waiting

    def _drained(self) -> list[_Wanted | None]:
        left: list[_Wanted | None] = []
        with suppress(Empty):
            while True:
                left.append(self._queue.get_nowait())
        return left

    def _write_until_done(self, batch: list[_Wanted]) -> bool:
        """Write a batch, again and again while the disk refuses; True when that was given up at the end."""
        while batch:
            closing = self._closing.is_set()
            try:
                self._write(batch)
            except OSError as exc:
                self._answer(batch, exc)
                self._tell(exc.strerror or "cannot be written")
                if closing:
                    self._unwritten += len(batch)
                    return True
                self._closing.wait(RETRY_S)
            else:
                self._answer(batch, None)
                if self._queue.empty():
                    self._tell(None)
                return False
        return False

    def _write(self, batch: list[_Wanted]) -> None:
        place = self._place
        seq, prev, lines = place.seq, place.prev, list[bytes]()
        for wanted in batch:
            seq += 1
            entry = Entry(seq, at(wanted.wall_ms, self._zone), wanted.mono_ms, wanted.kind, wanted.fields, prev)
            prev = entry.hash()
            lines.append(entry.line())
        data, written = b"".join(lines), 0
        try:
            while written < len(data):
                written += os.pwrite(place.file, data[written:], place.end + written)
            if any(wanted.sync for wanted in batch):
                os.fsync(place.file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(place.file, place.end)
            raise
        place.seq, place.prev, place.end = seq, prev, place.end + len(data)

    def _answer(self, batch: list[_Wanted], failure: OSError | None) -> None:
        for wanted in batch:
            if wanted.done is not None:
                self._in_loop(_settle, wanted.done, failure)
                wanted.done = None

    def _tell(self, trouble: str | None) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._in_loop(self._on_trouble, trouble)

    def _in_loop(self, call: Callable[..., None], *args: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left to tell
            self._loop.call_soon_threadsafe(call, *args)


def _settle(done: Done, failure: OSError | None) -> None:
    if done.done():
        return
    if failure is None:
        done.set_result(None)
    else:
        done.set_exception(failure)
