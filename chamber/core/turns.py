"""Who spoke from when to when: fragments from microphone events. Pure.

A fragment is one microphone open without a break, by one person. All times are milliseconds on one clock, whichever the
caller uses throughout. Which agenda item a fragment belongs to is decided afterwards (`per_item`), because the operator
moves boundaries back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

from chamber.core.director.model import ChairMoved, MicClosed, MicOpened


class Label(StrEnum):
    """What the index calls a fragment."""

    TURN = "turn"
    INTERJECTION = "interjection"
    CHAIR_INTERJECTION = "chair_interjection"


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody is on a seat from now on, and was during what is being said there; None is nobody known."""

    at_ms: int
    seat: str
    person: str | None


@dataclass(frozen=True, slots=True)
class PublicChanged:
    """The meeting is public from now on, or is not; what is said meanwhile leaves no trace."""

    at_ms: int
    public: bool


Event = MicOpened | MicClosed | ChairMoved | Seated | PublicChanged


@dataclass(frozen=True, slots=True)
class Rules:
    """House rules of the index.

    Attributes:
        interjection_max_ms: a shorter opening is an interjection.
        interjection_seats: the interruption microphones; an opening there is an interjection, however long, when another
            microphone than the chair's is open at some time of it.
        groups: the fractie of each person who has one.
    """

    interjection_max_ms: int = 2500
    interjection_seats: frozenset[str] = frozenset()
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fragment:
    """Somebody spoke. `person` None is nobody known; `as_chair`: from the seat that led the meeting."""

    seat: str
    person: str | None
    group: str | None
    start_ms: int
    end_ms: int
    label: Label
    as_chair: bool = False
    item: str | None = None

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Open:
    """A microphone that is open in public; `crossed`: while another one than the chair's was open."""

    seat: str
    person: str | None
    since_ms: int
    as_chair: bool
    crossed: bool


@dataclass(frozen=True, slots=True)
class Floor:
    """What is known while people speak; begins behind closed doors.

    `microphones` are the seats whose microphone is open, `speaking` those of them that count.
    """

    public: bool = False
    chair: str | None = None
    seated: Mapping[str, str | None] = field(default_factory=dict)
    microphones: tuple[str, ...] = ()
    speaking: tuple[Open, ...] = ()
    now_ms: int = 0


def listen(floor: Floor, event: Event, rules: Rules) -> tuple[Floor, tuple[Fragment, ...]]:
    """Fold one event into the floor; returns the fragments that ended by it. A time in the past counts as now."""
    now_ms = max(event.at_ms, floor.now_ms)
    floor = replace(floor, now_ms=now_ms)
    match event:
        case MicOpened(seat=seat):
            if seat in floor.microphones:
                return floor, ()
            floor = replace(floor, microphones=(*floor.microphones, seat))
            return (_begin(floor, seat) if floor.public else floor), ()
        case MicClosed(seat=seat):
            left = tuple(other for other in floor.microphones if other != seat)
            ended = tuple(one for one in floor.speaking if one.seat == seat)
            speaking = tuple(one for one in floor.speaking if one.seat != seat)
            return replace(floor, microphones=left, speaking=speaking), _fragments(ended, now_ms, rules)
        case ChairMoved(seat=seat):
            return _move_chair(floor, seat, rules)
        case Seated(seat=seat, person=person):
            speaking = tuple(replace(one, person=person) if one.seat == seat else one for one in floor.speaking)
            return replace(floor, seated={**floor.seated, seat: person}, speaking=speaking), ()
        case PublicChanged(public=public):
            if public == floor.public:
                return floor, ()
            ended, floor = floor.speaking, replace(floor, public=public, speaking=())
            if public:
                for seat in floor.microphones:
                    floor = _begin(floor, seat)
            return floor, _fragments(ended, now_ms, rules)


def _begin(floor: Floor, seat: str) -> Floor:
    as_chair = seat == floor.chair
    others = [one for one in floor.speaking if not one.as_chair]
    new = Open(seat, floor.seated.get(seat), floor.now_ms, as_chair, crossed=bool(others))
    older = floor.speaking if as_chair else tuple(replace(one, crossed=True) for one in floor.speaking)
    return replace(floor, speaking=(*older, new))


def _move_chair(floor: Floor, chair: str | None, rules: Rules) -> tuple[Floor, tuple[Fragment, ...]]:
    """The old chair's and the new chair's fragments are cut in two: the one half as chair, the other not."""
    if chair == floor.chair:
        return floor, ()
    moved = {chair, floor.chair}
    ended = tuple(one for one in floor.speaking if one.seat in moved)
    floor = replace(floor, chair=chair, speaking=tuple(one for one in floor.speaking if one.seat not in moved))
    for one in ended:
        floor = _begin(floor, one.seat)
    return floor, _fragments(ended, floor.now_ms, rules)


def running(floor: Floor, at_ms: int, rules: Rules) -> tuple[Fragment, ...]:
    """What is being said now, as if everybody stopped at `at_ms`: for clocks that run."""
    return _fragments(floor.speaking, max(at_ms, floor.now_ms), rules)


def _fragments(ended: Iterable[Open], now_ms: int, rules: Rules) -> tuple[Fragment, ...]:
    return tuple(
        Fragment(
            seat=one.seat,
            person=one.person,
            group=rules.groups.get(one.person) if one.person is not None else None,
            start_ms=one.since_ms,
            end_ms=now_ms,
            label=_label(one, now_ms, rules),
            as_chair=one.as_chair,
        )
        for one in ended
        if now_ms > one.since_ms
    )


def _label(one: Open, now_ms: int, rules: Rules) -> Label:
    brief = now_ms - one.since_ms < rules.interjection_max_ms
    if one.as_chair:
        return Label.CHAIR_INTERJECTION if brief else Label.TURN
    if brief or (one.seat in rules.interjection_seats and one.crossed):
        return Label.INTERJECTION
    return Label.TURN


# -------------------------------------------------------------------------------------------------- agenda items


def per_item(fragments: Iterable[Fragment], began: Sequence[tuple[int, str | None]]) -> tuple[Fragment, ...]:
    """The fragments with their agenda item, cut in two where an item begins in the middle of one.

    Args:
        fragments: in any order.
        began: (from ms, item) of each boundary, in any order; of two at one time the later in the list holds. Before
            the first there is no item.
    """
    starts = sorted(began, key=lambda boundary: boundary[0])
    found = []
    for fragment in fragments:
        cuts = sorted({at_ms for at_ms, _ in starts if fragment.start_ms < at_ms < fragment.end_ms})
        edges = [fragment.start_ms, *cuts, fragment.end_ms]
        for start_ms, end_ms in pairwise(edges):
            item = next((item for at_ms, item in reversed(starts) if at_ms <= start_ms), None)
            found.append(replace(fragment, start_ms=start_ms, end_ms=end_ms, item=item))
    return tuple(found)
