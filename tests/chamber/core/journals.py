"""A journal written in a few words, for tests of what is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Line:
    """One entry."""

    kind: str
    fields: Mapping[str, Any]
    wall_ms: int


class Story:
    """Entries in the order in which they are told; times in seconds after `start_ms`."""

    def __init__(self, start_ms: int = 0) -> None:
        self.start_ms = start_ms
        self.lines: list[Line] = []
        self(0, "started")

    def __call__(self, at_s: float, kind: str, **fields: Any) -> Self:
        self.lines.append(Line(kind, fields, self.ms(at_s)))
        return self

    def ms(self, at_s: float) -> int:
        """Wall milliseconds."""
        return self.start_ms + round(at_s * 1000)

    def open(self, at_s: float, session: int = 1) -> Self:
        self(at_s, "meeting", state="open", session=session)
        return self(at_s, "pause", paused=False)

    def shut(self, at_s: float, state: str = "suspended", session: int = 1) -> Self:
        self(at_s, "pause", paused=True)
        return self(at_s, "meeting", state=state, session=session)

    def item(self, at_s: float, item: str, began_s: float | None = None) -> Self:
        return self(at_s, "item", item=item, at_ms=self.ms(at_s if began_s is None else began_s))

    def says(self, seat: str, from_s: float, to_s: float) -> Self:
        return self(from_s, "mic_opened", seat=seat)(to_s, "mic_closed", seat=seat)
