"""`chamber verify MEETING`: whether the journal of a meeting is what was written."""

import sys
from pathlib import Path

from chamber.journal import replay, verify

JOURNAL = "journal.jsonl"


def main(meeting_dir: str | Path) -> int:
    """Check one meeting's folder (or its journal itself); returns 0 when its chain is whole, 1 when it is not."""
    given = Path(meeting_dir)
    path = given / JOURNAL if given.is_dir() else given
    problems = verify(path)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{path}: {len(problems)} problem{'s' if len(problems) > 1 else ''}; this is not what was written")
        return 1
    last = None
    for entry in replay(path):
        last = entry
    if last is None:
        print(f"{path}: empty", file=sys.stderr)
        return 1
    print(f"{path}: {last.seq} entries, whole; the last at {last.at} has hash {last.hash()}")
    return 0
