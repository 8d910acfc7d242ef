"""What a recording holds, and where: sources, pieces, media time against wall time, chapters. Pure.

A *source* becomes one MP4: a new one begins with each session, after closed doors, and when the stream process or the
encoder's set-up is another. It consists of *pieces*, each one unbroken fragmented MP4; what lies between two pieces was
cut (a suspension, something taken back, a disk that was full) and takes no media time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

VERSION = 1
SUMS = "SHA256SUMS"
BOOK = "recording.json"
PARTS = "parts"
Item = tuple[str, str, str]
"""Id, number and title of an agenda item."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An unbroken stretch: `file` below `parts/`, wall time of its first picture, length; None while it grows."""

    file: str
    wall_ms: int
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The MP4 that was made of a source, beside the book."""

    file: str
    size_bytes: int
    sha256: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Source:
    """One media source; `version` counts what was taken out of it, so that nothing older is ever published."""

    number: int
    session: int
    pieces: tuple[Piece, ...] = ()
    finished: Finished | None = None
    version: int = 0

    @property
    def duration_ms(self) -> int:
        """Length of what it holds, as far as that is known."""
        return sum(piece.duration_ms or 0 for piece in self.pieces)

    def spans(self) -> tuple[tuple[int, int], ...]:
        """Wall times from and to of each stretch, in the order of the file; joined where they touch."""
        found: list[tuple[int, int]] = []
        for piece in self.pieces:
            start_ms, end_ms = piece.wall_ms, piece.wall_ms + (piece.duration_ms or 0)
            if found and found[-1][1] == start_ms:
                found[-1] = (found[-1][0], end_ms)
            elif end_ms > start_ms:
                found.append((start_ms, end_ms))
        return tuple(found)

    def media_ms(self, wall_ms: int) -> int | None:
        """Where in the file a moment is, or the first thing after it when it was cut; None: after the end."""
        passed_ms = 0
        for start_ms, end_ms in self.spans():
            if wall_ms < end_ms:
                return passed_ms + max(0, wall_ms - start_ms)
            passed_ms += end_ms - start_ms
        return None


@dataclass(frozen=True, slots=True)
class Told:
    """From this wall time on the meeting was at this item (None: at none)."""

    wall_ms: int
    item: Item | None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of one source."""

    from_ms: int
    to_ms: int
    title: str


@dataclass(frozen=True, slots=True)
class Book:
    """Everything about the recording of one meeting; `ended`: its MP4s are due."""

    meeting: str
    title: str
    sources: tuple[Source, ...] = ()
    told: tuple[Told, ...] = ()
    ended: bool = False

    def source(self, number: int) -> Source:
        """A source by number."""
        return next(source for source in self.sources if source.number == number)

    def with_source(self, source: Source) -> "Book":
        """The book with a source put in, or put in the place of the one with its number; one without pieces goes."""
        others = [one for one in self.sources if one.number != source.number]
        kept = [*others, source] if source.pieces else others
        return replace(self, sources=tuple(sorted(kept, key=lambda one: one.number)))

    def next_number(self) -> int:
        """Number for a new source."""
        return max((source.number for source in self.sources), default=0) + 1

    def at_item(self, wall_ms: int, item: Item | None) -> "Book":
        """The book with the item of a moment; the same book when nothing changed."""
        if (self.told[-1].item if self.told else None) == item:
            return self
        return replace(self, told=(*self.told, Told(wall_ms, item)))


def chapters(book: Book, source: Source) -> tuple[Chapter, ...]:
    """A chapter for each stretch of an item, none of them empty; before the first item the meeting's title stands."""
    starts: dict[int, str] = {0: book.title}
    for told in book.told:
        at_ms = source.media_ms(told.wall_ms)
        if at_ms is not None:
            starts[at_ms] = f"{told.item[1]} {told.item[2]}".strip() if told.item else book.title
    ends = [*sorted(starts)[1:], source.duration_ms]
    return tuple(
        Chapter(from_ms, to_ms, starts[from_ms])
        for from_ms, to_ms in zip(sorted(starts), ends, strict=True)
        if to_ms > from_ms
    )


# -------------------------------------------------------------------------------------------- recording.json


def as_json(book: Book) -> dict[str, Any]:
    """The book as it stands in recording.json; `spans` map media time (one behind the other) to wall time."""
    return {
        "version": VERSION,
        "meeting": {"id": book.meeting, "title": book.title},
        "ended": book.ended,
        "sources": [
            {
                "number": source.number,
                "session": source.session,
                "version": source.version,
                "pieces": [
                    {"file": piece.file, "wall_ms": piece.wall_ms, "duration_ms": piece.duration_ms}
                    for piece in source.pieces
                ],
                "spans": [{"from_ms": start_ms, "to_ms": end_ms} for start_ms, end_ms in source.spans()],
                "chapters": [
                    {"from_ms": one.from_ms, "to_ms": one.to_ms, "title": one.title} for one in chapters(book, source)
                ],
                "finished": {
                    "file": source.finished.file,
                    "size_bytes": source.finished.size_bytes,
                    "sha256": source.finished.sha256,
                    "at_ms": source.finished.at_ms,
                }
                if source.finished
                else None,
            }
            for source in book.sources
        ],
        "items": [
            {"wall_ms": told.wall_ms, "id": told.item[0], "number": told.item[1], "title": told.item[2]}
            if told.item
            else {"wall_ms": told.wall_ms, "id": None}
            for told in book.told
        ],
    }


def from_json(said: Mapping[str, Any]) -> Book:
    """The book of recording.json.

    Raises:
        KeyError, TypeError, ValueError: it is not one.
    """
    if said["version"] != VERSION:
        raise ValueError(f"version {said['version']}, {VERSION} is understood")
    return Book(
        str(said["meeting"]["id"]),
        str(said["meeting"]["title"]),
        tuple(_source(one) for one in said["sources"]),
        tuple(
            Told(int(one["wall_ms"]), (str(one["id"]), str(one["number"]), str(one["title"])) if one["id"] else None)
            for one in said["items"]
        ),
        said["ended"] is True,
    )


def _source(one: Mapping[str, Any]) -> Source:
    done = one["finished"]
    return Source(
        int(one["number"]),
        int(one["session"]),
        tuple(
            Piece(str(p["file"]), int(p["wall_ms"]), None if p["duration_ms"] is None else int(p["duration_ms"]))
            for p in one["pieces"]
        ),
        Finished(str(done["file"]), int(done["size_bytes"]), str(done["sha256"]), int(done["at_ms"])) if done else None,
        int(one["version"]),
    )
