"""A journal as parts that can be played again, each with the director's events and what was decided then. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Protocol

from chamber.core.director import model as d
from chamber.core.director.reducer import Director
from chamber.core.domain import MeetingState
from chamber.core.errors import ChamberError
from chamber.core.noted import BEHIND_DOORS, decided, event_of
from chamber.core.replay import Answers, Played, play

DECIDED = frozenset({"cut", "recall", "interjection"})
LEFT_OUT = frozenset({"lost", "unlisted", "broken"})
"""Kinds that say that something is missing from the journal: an exact replay cannot be expected."""


class UnplayableError(ChamberError):
    """An entry cannot have been written by a director's runtime; the message names its number."""


class Noted(Protocol):
    """An entry of a journal."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...
    @property
    def mono_ms(self) -> int: ...
    @property
    def wall_ms(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as the journal has it."""

    at_ms: int
    kind: str
    values: Mapping[str, Any]

    @property
    def line(self) -> str:
        """Canonical JSON of it, without what the chain adds."""
        entry = {"fields": dict(self.values), "kind": self.kind, "mono_ms": self.at_ms}
        return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(slots=True)
class Part:
    """From the beginning of a director to the end of what was noted of it.

    Attributes:
        events: what it heard, in its order; times on the controller's monotonic clock.
        decisions: what it decided.
        seated: (ms, seat, person) of each assignment during it.
        bound: who had been assigned where before it began.
        from_ms, to_ms: first and last entry.
        wall_offset_ms: wall minus monotonic time when it began.
    """

    from_ms: int
    to_ms: int
    wall_offset_ms: int
    bound: Mapping[str, str | None]
    events: list[d.Event] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    seated: list[tuple[int, str, str | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Evening:
    """What a journal holds for a replay; `missing` counts entries that say that something was left out."""

    parts: tuple[Part, ...]
    sessions: int
    entries: int
    missing: int


def evening(entries: Iterable[Noted]) -> Evening:
    """Read a journal, entry by entry.

    A part begins with `started` and ends before the next one, or when the doors close: what was heard behind them is
    not in the journal, and who comes out of them starts anew.

    Raises:
        UnplayableError: an entry has values that no event has.
    """
    parts: list[Part] = []
    bound: dict[str, str | None] = {}
    now: Part | None = None
    sessions = count = missing = 0
    for entry in entries:
        count += 1
        if entry.kind in LEFT_OUT:
            missing += entry.fields.get("entries", 1)
        try:
            event = event_of(entry.kind, entry.fields, entry.mono_ms)
        except (ValueError, KeyError) as exc:
            raise UnplayableError(f"entry {entry.seq}: {entry.kind} holds what no event has: {exc}") from exc
        if entry.kind == "started" or (now is None and event is not None):
            now = Part(entry.mono_ms, entry.mono_ms, entry.wall_ms - entry.mono_ms, dict(bound))
            parts.append(now)
        if entry.kind == "assign":
            bound[entry.fields["seat"]] = entry.fields["person"]
        if entry.kind == "meeting":
            sessions = max(sessions, entry.fields["session"])
        if now is None:
            continue
        now.to_ms = max(now.to_ms, entry.mono_ms)
        if event is not None:
            now.events.append(event)
        elif entry.kind in DECIDED:
            now.decisions.append(Decision(entry.mono_ms, entry.kind, entry.fields))
        elif entry.kind == "assign":
            now.seated.append((entry.mono_ms, entry.fields["seat"], entry.fields["person"]))
        elif entry.kind == "meeting" and MeetingState(entry.fields["state"]) in BEHIND_DOORS:
            now = None
    return Evening(tuple(part for part in parts if part.events), sessions, count, missing)


def replayed(
    plan: d.Plan, part: Part, answers: Answers | None = None, events: Sequence[d.Event] | None = None
) -> list[Played]:
    """What a director with this plan decides in a part; `events` replaces what was heard."""
    return list(play(Director(plan), part.events if events is None else events, until_ms=part.to_ms, answers=answers))


def decisions(played: Iterable[Played]) -> list[Decision]:
    """Decisions of a replay in the journal's form."""
    found = []
    for one in played:
        noted = decided(one.action)
        if noted is not None:
            found.append(Decision(one.at_ms, *noted))
    return found


def difference(part: Part, found: Sequence[Decision]) -> tuple[Decision | None, Decision | None] | None:
    """The first decision that is another one in the journal than in a replay, as (journal, replay); None: all the same.

    What a director decides in the very millisecond of the last entry may not have been written any more: it is no
    difference that only the replay has it.
    """
    for noted, again in zip_longest(part.decisions, found):
        cut_off = noted is None and again is not None and again.at_ms >= part.to_ms
        if not cut_off and (noted is None or again is None or noted.line != again.line):
            return noted, again
    return None
