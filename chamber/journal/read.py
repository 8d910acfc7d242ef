"""Reads a journal back: every entry in order, and everything that is wrong with the chain, by line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from chamber.core.errors import ChamberError
from chamber.journal.entry import FIRST, LINE_BYTES, Entry, read_line


class BrokenJournalError(ChamberError):
    """A line of a journal is damaged or missing; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file: its number from 1, the entry if it can be read, its hash, and what is wrong."""

    number: int
    entry: Entry | None
    hash: str
    wrong: tuple[str, ...]
    end: int
    torn: bool = False


def scan(path: Path) -> Iterator[Line]:
    """Every line in order with what is wrong with it; a last line without newline comes as torn. Raises OSError."""
    seq, prev, number, end = 0, FIRST, 0, 0
    with path.open("rb") as file:
        while raw := file.readline(LINE_BYTES + 1):
            number, end = number + 1, end + len(raw)
            if not raw.endswith(b"\n"):
                rest, ended = _skip_line(file)
                end += rest
                wrong = ["is too long"] if ended else ["has no end: it was torn"]
                yield Line(number, None, "", tuple(wrong), end, torn=not ended)
                continue
            read = read_line(raw[:-1])
            wrong = [read.wrong] if read.wrong else []
            if read.entry is not None:
                if read.entry.prev != prev:
                    wrong.append("does not follow the line before it: a line was changed, removed or put in")
                if read.entry.seq != seq + 1:
                    wrong.append(f"has number {read.entry.seq}, {seq + 1} was due")
                seq, prev = read.entry.seq, read.hash
            yield Line(number, read.entry, read.hash, tuple(wrong), end)


def _skip_line(file: BinaryIO) -> tuple[int, bool]:
    """Bytes up to the end of the line or of the file, and whether it was the line's."""
    skipped = 0
    while more := file.readline(LINE_BYTES):
        skipped += len(more)
        if more.endswith(b"\n"):
            return skipped, True
    return skipped, False


def replay(path: Path, on_damage: Callable[[str], None] | None = None) -> Iterator[Entry]:
    """Every entry in order.

    Args:
        path: the journal.
        on_damage: is told of each damaged line, and reading goes on behind it; what can still be read of the line
            itself is yielded. Without it the first damage raises.

    Raises:
        BrokenJournalError: the chain is broken, with file and line.
        OSError: the file cannot be read.
    """
    for line in scan(path):
        for problem in _told(path, line):
            if on_damage is None:
                raise BrokenJournalError(problem)
            on_damage(problem)
        if line.entry is not None:
            yield line.entry


def verify(path: Path) -> list[str]:
    """Everything that is wrong with a journal, one line each, in order; empty when its chain is whole."""
    try:
        return [problem for line in scan(path) for problem in _told(path, line)]
    except OSError as exc:
        return [f"{path.name}: cannot be read: {exc.strerror}"]


def _told(path: Path, line: Line) -> list[str]:
    return [f"{path.name}:{line.number}: {wrong}" for wrong in line.wrong]
