"""What a restarted controller knows of its meeting: the journal, folded. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chamber.core.domain import AgendaItem, MeetingState, Person
from chamber.core.meeting import Meeting
from chamber.core.voting import RollCall


@dataclass(frozen=True, slots=True)
class Restored:
    """Where a meeting stood when its journal ended.

    Attributes:
        bound: who was assigned to which seat.
        chair_seat: from where the meeting was led, when that was moved.
        nameless, faceless: seats whose occupants withhold name or picture.
        present: who was noted as present.
        vote: kind and item of the vote that was going on, and what was said in it.
        agenda, guests: as the files beside the journal have them.
    """

    meeting: Meeting
    item: str | None = None
    handled: frozenset[str] = frozenset()
    bound: Mapping[str, str | None] = field(default_factory=dict)
    chair_seat: str | None = None
    nameless: frozenset[str] = frozenset()
    faceless: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    vote: RollCall | None = None
    agenda: tuple[AgendaItem, ...] = ()
    guests: Mapping[str, Person] = field(default_factory=dict)


def fold(restored: Restored, kind: str, fields: Mapping[str, Any], wall_ms: int) -> Restored:
    """Take in one journal entry; kinds that do not matter here change nothing."""
    if kind == "meeting":
        meeting = restored.meeting
        state = MeetingState(fields["state"])
        opened = wall_ms if state is MeetingState.OPEN and meeting.opened_ms is None else meeting.opened_ms
        meeting = replace(
            meeting,
            state=state,
            since_ms=wall_ms,
            opened_ms=opened,
            reason=fields.get("reason", ""),
            resumes_at=fields.get("resumes_at"),
            session=fields.get("session", meeting.session),
        )
        return replace(restored, meeting=meeting)
    if kind == "item":
        handled = restored.handled | {restored.item} if restored.item else restored.handled
        return replace(restored, item=fields["item"], handled=handled)
    if kind == "assign":
        return replace(restored, bound={**restored.bound, fields["seat"]: fields["person"]})
    if kind == "attendance":
        person = frozenset({fields["person"]})
        return replace(restored, present=restored.present | person if fields["present"] else restored.present - person)
    if kind == "vote_begin":
        return replace(restored, vote=RollCall(fields["vote"], fields["item"]))
    if kind == "vote_cast" and restored.vote is not None:
        choices = {**restored.vote.choices, fields["person"]: fields["choice"]}
        return replace(restored, vote=replace(restored.vote, choices=choices))
    if kind == "vote":
        return replace(restored, vote=None)
    if kind == "chair_moved":
        return replace(restored, chair_seat=fields["seat"])
    if kind == "seat_privacy":
        seat = frozenset({fields["seat"]})
        return replace(
            restored,
            nameless=restored.nameless | seat if fields["hide_name"] else restored.nameless - seat,
            faceless=restored.faceless | seat if fields["hide_picture"] else restored.faceless - seat,
        )
    return restored


def fold_all(start: Restored, entries: Iterable[tuple[str, Mapping[str, Any], int]]) -> Restored:
    """The state after every entry (kind, fields, wall ms), in order."""
    for kind, fields, wall_ms in entries:
        start = fold(start, kind, fields, wall_ms)
    return start
