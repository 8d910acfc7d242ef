"""What happens to a journal before the first append: a torn last line is kept aside, a broken chain is found."""

import os
from dataclasses import dataclass
from pathlib import Path

from chamber.journal.entry import FIRST
from chamber.journal.read import scan

TORN_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tail:
    """Where a journal goes on: number and hash of its last entry, its length, and what was found on the way.

    `problems` are those of `verify`, without the torn line that was repaired. `broken` is the line of the first one.
    """

    seq: int
    hash: str
    end: int
    torn_bytes: int = 0
    problems: tuple[str, ...] = ()
    broken: int | None = None


def find_tail(path: Path) -> Tail:
    """Read the journal once, cut off a torn last line and keep it in `journal.torn` beside it. Raises OSError."""
    if not path.exists():
        return Tail(0, FIRST, 0)
    seq, last, end, problems, broken = 0, FIRST, 0, list[str](), None
    for line in scan(path):
        if line.torn:
            torn = line.end - end
            _keep_aside(path, end)
            return Tail(seq, last, end, torn, tuple(problems), broken)
        end = line.end
        if line.entry is not None:
            seq, last = line.entry.seq, line.hash
        if line.wrong:
            problems += [f"{path.name}:{line.number}: {wrong}" for wrong in line.wrong]
            broken = broken or line.number
    return Tail(seq, last, end, 0, tuple(problems), broken)


def _keep_aside(path: Path, end: int) -> None:
    """First a copy that is on disk, then the cut: a crash in between leaves the line twice, never not at all."""
    with path.open("r+b") as journal:
        journal.seek(end)
        torn = journal.read(TORN_BYTES)
        with path.with_suffix(".torn").open("ab") as aside:
            aside.write(torn.rstrip(b"\n") + b"\n")
            aside.flush()
            os.fsync(aside.fileno())
        journal.truncate(end)
        os.fsync(journal.fileno())
