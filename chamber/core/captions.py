"""Captions: what was said, in writing, with the time it was said at. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

TEXT_CHARS = 500
HIDDEN = "[naam]"
"""What stands where a name was that somebody withheld."""
SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption.

    Attributes:
        start_ms, end_ms: wall milliseconds of the words; the end is later.
        text: at most `TEXT_CHARS`, without mark-up; lines apart by a line feed.
        media: the recording whose checked captions it belongs to; None: it came live and nobody has checked it.
    """

    start_ms: int
    end_ms: int
    text: str
    media: str | None = None


def without_names(text: str, names: Iterable[str]) -> str:
    """Text with names taken out: the whole name, and the surname by itself, whatever their case."""
    parts = {part for name in names for part in _said(name)}
    if not parts:
        return text
    longest_first = sorted(parts, key=len, reverse=True)
    found = "|".join(r"\s+".join(re.escape(word) for word in part.split()) for part in longest_first)
    return re.sub(rf"(?<!\w)(?:{found})(?!\w)", HIDDEN, text, flags=re.IGNORECASE)


def _said(name: str) -> list[str]:
    """How a person is called aloud: first name and surname, the surname, and its last word."""
    words = name.split()
    spoken = [" ".join(words), " ".join(words[1:]), words[-1]] if words else []
    return [part for part in spoken if len(part) >= SHORTEST_NAME]
