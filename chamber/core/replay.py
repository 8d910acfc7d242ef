"""A past evening played again: the same events to a director, in virtual time. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chamber.core.director import model as d
from chamber.core.director.reducer import Director


@dataclass(frozen=True, slots=True)
class Played:
    """One action and when it was decided."""

    at_ms: int
    action: d.Action


def play(director: Director, events: Iterable[d.Event]) -> Iterator[Played]:
    """Everything a director decides on events in order of time; wakes are derived, as the runtime derives them."""
    due_ms: int | None = None
    for event in events:
        while due_ms is not None and due_ms <= event.at_ms:
            tick, due_ms = d.Ticked(due_ms), None
            for action in director.handle(tick):
                if isinstance(action, d.Wake):
                    due_ms = action.at_ms
                yield Played(tick.at_ms, action)
        for action in director.handle(event):
            if isinstance(action, d.Wake):
                due_ms = action.at_ms
            yield Played(event.at_ms, action)
