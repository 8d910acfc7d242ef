"""From decisions to views: what the mixer should show and what the public may read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chamber.core import meeting as meetings
from chamber.core.domain import AgendaItem, Hall, MeetingState, Person, Role, ShotKind
from chamber.labels import ROLES

NAMELESS = ROLES[Role.PUBLIC_SPEAKER]
"""What the public reads instead of a withheld name."""

PRESENTATION = "presentation"
"""The mixer's input with the slides."""

SIGNLESS = frozenset({ShotKind.WIDE, ShotKind.PRESENTATION, ShotKind.PIP, ShotKind.GROUP})
"""Shots that name nobody by themselves: the newest open microphone is who speaks."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The shot on programme; `camera` is a mixer input, None the slate."""

    camera: str | None = None
    preset: int | None = None
    kind: ShotKind = ShotKind.SLATE
    seat: str | None = None
    reason: str = "start"
    text: str = "Er is nog niet gesneden"
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class Seating:
    """Who sits where in this meeting; what is not said otherwise is as in CONFIG."""

    bound: Mapping[str, str | None] = field(default_factory=dict)
    chair_seat: str | None = None
    nameless: frozenset[str] = frozenset()
    faceless: frozenset[str] = frozenset()
    """Seats whose occupants withhold name or picture from the public."""

    def person(self, hall: Hall, seat: str) -> Person | None:
        """Person on a seat; nobody on a shared position until somebody is assigned: never guess in public."""
        if seat in self.bound:
            return hall.people.get(self.bound[seat] or "")
        place = hall.seats.get(seat)
        if place is None or place.shared:
            return None
        return next((p for p in hall.people.values() if p.seat == seat), None)

    def swapped(self, hall: Hall, seat: str, other: str) -> "Seating":
        """With the occupants of two seats changed over, each with what they withhold."""
        across = {seat: other, other: seat}
        people = {one: self.person(hall, there) for one, there in across.items()}
        return replace(
            self,
            bound={**self.bound, **{one: person.id if person else None for one, person in people.items()}},
            nameless=frozenset(across.get(one, one) for one in self.nameless),
            faceless=frozenset(across.get(one, one) for one in self.faceless),
        )


def role_label(person: Person, seat: str, chair_seat: str | None) -> str:
    """Dutch role; who sits in the chair without being the chair is the acting chair."""
    if seat == chair_seat and person.role is not Role.CHAIR:
        return ROLES[Role.ACTING_CHAIR]
    return ROLES[person.role]


def detail(hall: Hall, person: Person, seat: str, chair_seat: str | None) -> str:
    """Second line of the name bar: the fractie of a member, else the role."""
    in_chair = seat == chair_seat
    if person.group and not in_chair and person.group in hall.groups:
        return hall.groups[person.group].name
    return role_label(person, seat, chair_seat)


def speaking_seat(shown: Shown, open_seats: Sequence[str]) -> str | None:
    """Who the public is told is speaking, in step with the picture: the person shown, else the newest microphone."""
    if shown.seat in open_seats:
        return shown.seat
    if shown.kind in SIGNLESS and open_seats:
        return open_seats[-1]
    return None


def speaker_fact(hall: Hall, seating: Seating, seat: str | None) -> dict[str, Any] | None:
    """Public form of a speaker, or None when nobody speaks or nobody is known there."""
    if seat in seating.nameless:
        return {"name": NAMELESS, "group": None, "role": None}
    person = seating.person(hall, seat) if seat else None
    if person is None or seat is None:
        return None
    group = hall.groups.get(person.group or "")
    return {
        "name": person.name,
        "group": group.name if group else None,
        "role": role_label(person, seat, seating.chair_seat),
    }


def item_fact(item: AgendaItem | None) -> dict[str, str] | None:
    """Public form of an item; the title of a closed one stays inside."""
    if item is None:
        return None
    return {"id": item.id, "number": item.number, "title": "Besloten agendapunt" if item.closed else item.title}


def public_facts(
    hall: Hall,
    seating: Seating,
    meeting: meetings.Meeting,
    item: AgendaItem | None,
    following: AgendaItem | None,
    seat: str | None,
    at_ms: int,
) -> dict[str, Any]:
    """What residents may read from capture time `at_ms` on; no speaker unless the meeting is open."""
    is_open = meeting.state is MeetingState.OPEN
    over = meeting.state in (MeetingState.ENDED, MeetingState.PUBLISHED)
    return {
        "at_ms": at_ms,
        "state": meeting.state.value,
        "since_ms": meeting.since_ms,
        "resumes_at": meeting.resumes_at,
        "meeting": {"id": meeting.id, "title": meeting.title},
        "session": meeting.session,
        "item": None if over else item_fact(item),
        "next": None if over else item_fact(following),
        "speaker": speaker_fact(hall, seating, seat) if is_open else None,
    }


def mixer_wish(
    hall: Hall, seating: Seating, meeting: meetings.Meeting, shown: Shown, bar_seat: str | None, cut_id: int
) -> dict[str, Any]:
    """The whole wish to the mixer: programme, inset, slate, name bar and mute."""
    slate = meetings.slate(meeting)
    if slate is None and shown.camera is None:
        slate = "fault"
    person = seating.person(hall, bar_seat) if bar_seat else None
    bar = None
    if slate is None and bar_seat in seating.nameless:
        bar = {"name": NAMELESS, "detail": ""}
    elif person and bar_seat and slate is None:
        bar = {"name": person.name, "detail": detail(hall, person, bar_seat, seating.chair_seat)}
    text = f"De uitzending gaat verder om {meeting.resumes_at}" if slate == "suspended" and meeting.resumes_at else None
    inset = shown.kind is ShotKind.PIP
    return {
        "programme": PRESENTATION if inset else shown.camera,
        "inset": shown.camera if inset else None,
        "slate": slate,
        "slate_text": text,
        "bar": bar,
        "mute": slate is not None,
        "cut_id": cut_id,
    }
