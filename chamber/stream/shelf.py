"""The recordings on disk: which published part goes into which piece of which source. Synchronous, for one thread.

A disk that fails never raises out of here: it is told in `status`, and tried again by itself. What was to be
taken out and could not be is tried again before anything else.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import structlog

from chamber.core.domain import MeetingState
from chamber.ports import Clock
from chamber.stream.books import folders, free_bytes, load, save
from chamber.stream.disk import ROOM_MS, Disk
from chamber.stream.packager import Part
from chamber.stream.piece import PieceFile
from chamber.stream.recording import PARTS, Book, Finished, Item, Piece, Source

SYNC_MS = 5000
MAX_SEAM_MS = 100
# pieces out of which parts can still be taken
REMEMBERED_PIECES = 50
_MEETING = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

log = structlog.get_logger(__name__)
StateName = Literal["off", "on", "full", "failed"]
LegName = Literal["open", "slate", "dark", "unknown"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A part that was published, and what was so then: state of the gate's lease, meeting, session, agenda item."""

    part: Part
    wall_ms: int
    state: MeetingState
    meeting: str
    title: str
    session: int
    item: Item | None


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of the recording; `leg` is what the newest part on disk carries, dark when none is added."""

    state: StateName = "off"
    leg: LegName = "dark"
    reason: str = ""
    source: int | None = None
    written_end_ms: int | None = None
    size_bytes: int = 0
    room_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A source of which an MP4 is due."""

    book: Book
    source: Source


class Shelf:
    """All recordings below one directory; one meeting at a time is recorded."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        keep_slates: bool,
        reserve_bytes: int,
        free: Callable[[Path], int] | None = None,
    ) -> None:
        """`keep_slates`: a suspension is recorded as its slate, else cut. With less than `reserve_bytes` free it stops."""
        self._folder, self._clock, self._keep_slates = folder, clock, keep_slates
        self._disk = Disk(folder, clock, reserve_bytes, free or free_bytes)
        self._book: Book | None = None
        self._dirty = False
        self._source: Source | None = None
        self._piece: PieceFile | None = None
        self._recent: deque[tuple[str, int, PieceFile]] = deque(maxlen=REMEMBERED_PIECES)
        self._withdrawn_from_ms: int | None = None
        self._sync_ms = 0
        self.status = Status()

    # -- what the stream tells

    def take(self, entry: Entry) -> None:
        """Record a published part, or not: hall always; slates only where they stand for the meeting going on."""
        if not self._ready(entry.meeting):
            return
        try:
            if self._book is None or self._book.meeting != entry.meeting or self._changed(entry):
                self._turn_to(entry)
            self._place(entry)
        except OSError as exc:
            self._failed(exc)
        self._tell()

    def withdraw(self, from_ms: int) -> None:
        """Take out everything captured from `from_ms` on; tried again until it is done."""
        before = self._withdrawn_from_ms
        self._withdrawn_from_ms = from_ms if before is None else min(before, from_ms)
        self._withdraw()
        self._tell()

    def over(self, meeting: str) -> None:
        """The meeting has ended: its sources are complete."""
        if self._book is None or self._book.meeting != meeting:
            book = load(self._folder / meeting) if _MEETING.fullmatch(meeting) else None
            if book is None:
                return
            self._end_source()
            self._book = book
        self._end_source()
        try:
            if not self._book.ended:
                self._set(replace(self._book, ended=True))
        except OSError as exc:
            self._failed(exc)
        self.tick()

    def tick(self) -> None:
        """Time passed: try again what failed."""
        if self._withdrawn_from_ms is not None:
            self._withdraw()
        if self._dirty and self._disk.may_try():
            try:
                self._save()
            except OSError as exc:
                self._failed(exc)
        if not self._dirty and self._withdrawn_from_ms is None:
            self._disk.watch(idle=self._piece is None)
        self._tell()

    def close(self) -> None:
        """Complete what is open; the next run begins a new source."""
        self._end_source()
        self.tick()

    # -- what is made of it later

    def due(self, present: str | None) -> list[Due]:
        """Sources without their MP4, of every meeting that has ended or is not the present one (None: not known)."""
        found = []
        for folder in folders(self._folder):
            here = self._book is not None and folder.name == self._book.meeting
            book = self._book if here else load(folder)
            if book is not None and (book.ended or present not in (None, book.meeting)):
                found += [Due(book, source) for source in book.sources if source.finished is None]
        return found

    def measured(self, meeting: str, number: int, durations: dict[str, int]) -> Due | None:
        """Note how long pieces turned out to be (0: nothing there); the source as it is now, None when nothing is left."""

        def change(source: Source) -> Source:
            found = [replace(p, duration_ms=durations.get(p.file, p.duration_ms)) for p in source.pieces]
            return replace(source, pieces=tuple(piece for piece in found if piece.duration_ms != 0))

        return self._edit(meeting, number, change)

    def finished(self, meeting: str, number: int, version: int, done: Finished) -> bool:
        """Note that an MP4 was made; False when something was taken out of the source meanwhile."""
        now = self._edit(meeting, number, lambda s: replace(s, finished=done) if s.version == version else s)
        return now is not None and now.source.finished == done

    # -- inside

    def _edit(self, meeting: str, number: int, change: Callable[[Source], Source]) -> Due | None:
        here = self._book is not None and self._book.meeting == meeting
        book = self._book if here else load(self._folder / meeting)
        if book is None or all(source.number != number for source in book.sources):
            return None
        book = book.with_source(change(book.source(number)))
        if here:
            self._set(book)
        else:
            save(self._folder / meeting, book)
        return next((Due(book, source) for source in book.sources if source.number == number), None)

    def _ready(self, meeting: str) -> bool:
        if not _MEETING.fullmatch(meeting):
            return False
        self.tick()
        return self._withdrawn_from_ms is None and not self._dirty and self._disk.trouble is None

    def _changed(self, entry: Entry) -> bool:
        return self._source is not None and self._source.session != entry.session

    def _turn_to(self, entry: Entry) -> None:
        self._end_source()
        if self._book is None or self._book.meeting != entry.meeting:
            if not entry.part.live:
                return
            self._book = load(self._folder / entry.meeting) or Book(entry.meeting, entry.title)
            (self._folder / entry.meeting / PARTS).mkdir(mode=0o700, parents=True, exist_ok=True)

    def _place(self, entry: Entry) -> None:
        part, piece = entry.part, self._piece
        if not part.live and not self._may_stay(entry.state):
            self._end_piece()
            if entry.state not in (MeetingState.OPEN, MeetingState.SUSPENDED):
                self._end_source()
            return
        if piece is not None and not piece.follows(part, MAX_SEAM_MS):
            if piece.init != part.init:
                self._end_source()
            self._end_piece()
        if self._piece is None:
            if not (part.live and part.independent):
                return
            self._begin(entry)
        if part.live:
            self._note_item(entry)
        if self._piece is not None:
            self._piece.add(part)
            self._sync()

    def _may_stay(self, state: MeetingState) -> bool:
        """Whether a slate of this state belongs into a piece: as what the public saw while the meeting went on."""
        return state is MeetingState.OPEN or (state is MeetingState.SUSPENDED and self._keep_slates)

    def _begin(self, entry: Entry) -> None:
        if self._book is None:
            return
        source = self._source or Source(self._book.next_number(), entry.session)
        name = f"{source.number:03d}-{len(source.pieces) + 1:03d}.mp4"
        if (self._folder / entry.meeting / PARTS / name).exists():  # left by a run that could not note it
            name = f"{source.number:03d}-{len(source.pieces) + 1:03d}-{entry.part.capture_ms}.mp4"
        self._disk.check()
        source = replace(source, pieces=(*source.pieces, Piece(name, entry.wall_ms)))
        # the book first: a piece that it names and that is not there is nothing, the other way round it is lost
        save(self._folder / entry.meeting, book := replace(self._book.with_source(source), ended=False))
        self._book, self._source = book, source
        self._piece = PieceFile(self._folder / entry.meeting / PARTS / name, entry.part)
        self._recent.append((entry.meeting, source.number, self._piece))
        self._sync_ms = self._clock.now_ms()

    def _note_item(self, entry: Entry) -> None:
        if self._book is not None and (book := self._book.at_item(entry.wall_ms, entry.item)) is not self._book:
            self._set(book)

    def _sync(self) -> None:
        now_ms = self._clock.now_ms()
        self._disk.check(ROOM_MS)
        if self._piece is not None and now_ms - self._sync_ms >= SYNC_MS:
            self._piece.sync()
            self._sync_ms = now_ms

    def _end_piece(self) -> None:
        piece, self._piece = self._piece, None
        if piece is None:
            return
        try:
            piece.end()
        finally:
            piece.close()
            self._resize(piece)

    def _end_source(self) -> None:
        try:
            self._end_piece()
        except OSError as exc:
            self._failed(exc)
        self._source = None

    def _resize(self, piece: PieceFile) -> None:
        """Write into the book how long a piece of the present meeting has become."""
        number = next((number for _, number, one in self._recent if one is piece), None)
        if self._book is None or all(source.number != number for source in self._book.sources):
            return
        source = _resized(next(source for source in self._book.sources if source.number == number), piece)
        if self._source is not None and self._source.number == number:
            self._source = source
        self._set(self._book.with_source(source))

    def _withdraw(self) -> None:
        from_ms = self._withdrawn_from_ms
        if from_ms is None:
            return
        try:
            for meeting, number, piece in list(self._recent):
                if piece.cut_from(from_ms):
                    self._took_out(meeting, number, piece)
        except OSError as exc:
            self._failed(exc)
            return
        self._withdrawn_from_ms = None

    def _took_out(self, meeting: str, number: int, piece: PieceFile) -> None:
        if piece is self._piece:
            self._piece = None
        piece.close()
        if not piece.duration_ms:
            piece.path.unlink(missing_ok=True)
        log.warning("taken out of the recording", meeting=meeting, source=number, left_ms=piece.duration_ms)

        def change(source: Source) -> Source:
            if source.finished:
                (self._folder / meeting / source.finished.file).unlink(missing_ok=True)
            return replace(_resized(source, piece), finished=None, version=source.version + 1)

        now = self._edit(meeting, number, change)
        if self._source is not None and self._source.number == number:
            self._source = now.source if now else replace(self._source, pieces=())

    def _set(self, book: Book) -> None:
        self._book, self._dirty = book, True
        self._save()

    def _save(self) -> None:
        if self._book is not None:
            save(self._folder / self._book.meeting, self._book)
        self._dirty = False

    def _failed(self, exc: OSError) -> None:
        piece, self._piece = self._piece, None
        if piece is not None:
            piece.close()
            # the book follows when the disk takes it again
            book = self._book
            self._dirty = book is not None
            try:
                self._resize(piece)
            except OSError:
                self._dirty = True
        self._disk.failed(exc)

    def _tell(self) -> None:
        piece, source, disk = self._piece, self._source, self._disk
        self.status = Status(
            disk.trouble or ("on" if source else "off"),
            "dark" if piece is None else "open" if piece.live else "slate",
            disk.reason,
            source.number if source else None,
            piece.end_ms if piece else self.status.written_end_ms,
            piece.size if piece else 0,
            disk.room_bytes,
        )


def _resized(source: Source, piece: PieceFile) -> Source:
    """The source with the length that a piece of it has now; without the piece when nothing is left of it."""
    pieces = (replace(p, duration_ms=piece.duration_ms) if p.file == piece.path.name else p for p in source.pieces)
    return replace(source, pieces=tuple(p for p in pieces if p.duration_ms != 0))
