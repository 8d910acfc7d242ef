"""A past evening played again: the same events to a director, in virtual time. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from chamber.core.director import model as d
from chamber.core.director.reducer import Director


@dataclass(frozen=True, slots=True)
class Played:
    """One action and when it was decided."""

    at_ms: int
    action: d.Action


class Answers(Protocol):
    """What the hall answers to decisions; each answer is an event that lies ahead."""

    def next_ms(self) -> int | None:
        """When the next answer comes, or None."""

    def take(self) -> d.Event:
        """The next answer, once; only while there is one."""

    def heard(self, event: d.Event) -> None:
        """This event comes from elsewhere."""

    def decided(self, at_ms: int, action: d.Action) -> None:
        """This was decided."""


def play(
    director: Director, events: Iterable[d.Event], *, until_ms: int | None = None, answers: Answers | None = None
) -> Iterator[Played]:
    """Everything a director decides on events, in their order; wakes are derived, as the runtime derives them.

    Args:
        director: a fresh one.
        events: without ticks.
        until_ms: wakes up to here are delivered after the last event.
        answers: the hall's answers to what is decided; without them the answers must be among the events.
    """
    due_ms: int | None = None

    def tell(event: d.Event) -> Iterator[Played]:
        nonlocal due_ms
        for action in director.handle(event):
            if isinstance(action, d.Wake):
                due_ms = action.at_ms
            elif answers is not None:
                answers.decided(event.at_ms, action)
            yield Played(event.at_ms, action)

    def pass_time(to_ms: int) -> Iterator[Played]:
        nonlocal due_ms
        while True:
            answer_ms = answers.next_ms() if answers is not None else None
            if due_ms is not None and due_ms <= to_ms and (answer_ms is None or due_ms <= answer_ms):
                tick, due_ms = d.Ticked(due_ms), None
                yield from tell(tick)
            elif answers is not None and answer_ms is not None and answer_ms <= to_ms:
                yield from tell(answers.take())
            else:
                return

    for event in events:
        yield from pass_time(event.at_ms)
        if answers is not None:
            answers.heard(event)
        yield from tell(event)
    if until_ms is not None:
        yield from pass_time(until_ms)
