"""The books of all recordings, as recording.json in a folder for each meeting. Synchronous; raises OSError."""

import json
import os
from pathlib import Path

import structlog

from chamber.stream.recording import BOOK, Book, as_json, from_json

log = structlog.get_logger(__name__)


def save(folder: Path, book: Book) -> None:
    """Replace recording.json whole, or not at all. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / (BOOK + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(as_json(book), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / BOOK)


def load(folder: Path) -> Book | None:
    """The book of a folder; None when there is none that can be read (one that is damaged is put aside)."""
    path = folder / BOOK
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as exc:
        log.warning("recording.json put aside", folder=str(folder), reason=f"{type(exc).__name__}: {exc}"[:200])
        path.replace(path.with_name(f"{BOOK}.damaged-{path.stat().st_mtime_ns}"))
        return None


def folders(root: Path) -> list[Path]:
    """The folder of each meeting, in order of name."""
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def free_bytes(root: Path) -> int:
    """Room on the disk."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = os.statvfs(root)
    return found.f_bavail * found.f_frsize
