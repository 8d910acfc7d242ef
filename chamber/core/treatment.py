"""How an evening's pictures treated those who spoke: per turn, and summed per fractie. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from chamber.core.director import model as d
from chamber.core.domain import Hall, Role
from chamber.core.replaying import Part
from chamber.core.scenes import Seating
from chamber.core.screen import Bar, Frames, Framing, Shown
from chamber.core.turns import Event, Floor, Fragment, Label, PublicChanged, Rules, Seated, listen, running

CHAIR, COLLEGE, OTHERS, UNKNOWN = ".chair", ".college", ".others", ".unknown"
"""Whoever speaks outside a fractie; no id of a fractie begins with a dot. Others: clerk, officials, public speakers."""


@dataclass(frozen=True, slots=True)
class Treated:
    """One turn: who had it and how it was shown, milliseconds.

    Attributes:
        party: a fractie's id, or one of the words above.
        delay_ms: from the microphone to the own close shot; None when there was none.
        framed_ms: its length by what was on air; other is somebody else, slides, or nothing yet.
        cut_short: how often the director left the own close shot while the microphone was open.
    """

    party: str
    seat: str
    person: str | None
    at_ms: int
    length_ms: int
    delay_ms: int | None
    framed_ms: Mapping[Framing, int]
    cut_short: int


def fragments(part: Part, plan: d.Plan, hall: Hall, rules: Rules) -> tuple[Fragment, ...]:
    """Who spoke in public during a part, with the persons of CONFIG and of the assignments."""
    seating = Seating(part.bound)
    people = {seat: seating.person(hall, seat) for seat in hall.seats}
    start: list[Event] = [d.ChairMoved(part.from_ms, plan.chair)]
    start += [Seated(part.from_ms, seat, person.id) for seat, person in people.items() if person is not None]
    heard = [one for event in part.events if (one := _of_turns(event)) is not None]
    seated = [Seated(*one) for one in part.seated]
    floor, found = Floor(), list[Fragment]()
    for event in chain(start, sorted([*heard, *seated], key=lambda event: event.at_ms)):
        floor, ended = listen(floor, event, rules)
        found += ended
    return (*found, *running(floor, part.to_ms, rules))


def _of_turns(event: d.Event) -> Event | None:
    if isinstance(event, d.PauseSet):
        return PublicChanged(event.at_ms, not event.paused)
    return event if isinstance(event, d.MicOpened | d.MicClosed | d.ChairMoved) else None


def party_of(fragment: Fragment, hall: Hall) -> str:
    """Under which heading a fragment counts."""
    if fragment.as_chair:
        return CHAIR
    person = hall.people.get(fragment.person or "")
    if person is None:
        return UNKNOWN
    if person.role is Role.ALDERMAN:
        return COLLEGE
    return person.group if person.group in hall.groups else OTHERS


def treated(turns: Iterable[Fragment], shown: Sequence[Shown], frames: Frames, hall: Hall) -> list[Treated]:
    """How each turn was shown; interjections are no turns."""
    return [_treat(turn, shown, frames, hall) for turn in turns if turn.label is Label.TURN]


def _treat(turn: Fragment, shown: Sequence[Shown], frames: Frames, hall: Hall) -> Treated:
    framed: dict[Framing, int] = dict.fromkeys(Framing, 0) | {Framing.OTHER: turn.length_ms}
    delay_ms, cut_short = None, 0
    for number, picture in enumerate(shown):
        during_ms = picture.during_ms(turn.start_ms, turn.end_ms)
        if not during_ms:
            continue
        framing = frames.of(picture.cut, turn.seat)
        framed[framing] += during_ms
        framed[Framing.OTHER] -= during_ms
        if framing is not Framing.CLOSE:
            continue
        if delay_ms is None:
            delay_ms = max(0, picture.from_ms - turn.start_ms)
        following = shown[number + 1] if number + 1 < len(shown) else None
        left = following is not None and frames.of(following.cut, turn.seat) is not Framing.CLOSE
        cut_short += picture.cut_away and left and picture.to_ms < turn.end_ms
    length_ms = turn.length_ms
    return Treated(party_of(turn, hall), turn.seat, turn.person, turn.start_ms, length_ms, delay_ms, framed, cut_short)


def bar_ms(shown: Iterable[Bar], spoken: Sequence[Fragment], hall: Hall) -> dict[str, int]:
    """How long the bars of each party were shown; a bar belongs to whoever spoke last on its seat when it came."""
    found: dict[str, int] = {}
    for bar in shown:
        owners = [one for one in spoken if one.seat == bar.seat and one.start_ms <= bar.from_ms]
        if owners:
            party = party_of(max(owners, key=lambda one: one.start_ms), hall)
            found[party] = found.get(party, 0) + bar.to_ms - bar.from_ms
    return found
