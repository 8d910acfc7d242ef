"""`chamber verify MEETING`: whether journal and packages of a meeting are what was written."""

import sys
from pathlib import Path

from chamber.apps.export import manifest_problems
from chamber.exports.package import MANIFEST
from chamber.journal import replay, verify

JOURNAL = "journal.jsonl"


def main(meeting_dir: str | Path) -> int:
    """Check a meeting's folder, its journal, or a package; returns 0 when everything is whole, 1 when it is not."""
    given = Path(meeting_dir)
    if (given / MANIFEST).is_file():
        return _package(given)
    wrong = _journal(given / JOURNAL if given.is_dir() else given)
    for manifest in sorted(given.glob(f"exports/**/{MANIFEST}")):
        wrong |= _package(manifest.parent)
    return wrong


def _package(folder: Path) -> int:
    problems = manifest_problems(folder)
    for problem in problems:
        print(problem)
    print(f"{folder}: {_count(len(problems)) if problems else 'package whole'}")
    return 1 if problems else 0


def _count(problems: int) -> str:
    return f"{problems} problem{'s' if problems > 1 else ''}; this is not what was written"


def _journal(path: Path) -> int:
    problems = verify(path)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{path}: {_count(len(problems))}")
        return 1
    last = None
    for entry in replay(path):
        last = entry
    if last is None:
        print(f"{path}: empty", file=sys.stderr)
        return 1
    print(f"{path}: {last.seq} entries, whole; the last at {last.at} has hash {last.hash()}")
    return 0
