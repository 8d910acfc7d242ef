"""Who speaks and who waits, as a value, and what messages make of it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from chamber.core.domain import MicState
from drivers.shure_dis.codec import Listed, Message, Priority, SeatState


@dataclass(frozen=True, slots=True)
class Floor:
    """The three lists in the order of the unit, priorities other than 0, and the seats that it has told of."""

    open: tuple[int, ...] = ()
    requests: tuple[int, ...] = ()
    replies: tuple[int, ...] = ()
    priorities: Mapping[int, int] = field(default_factory=dict)
    seats: Mapping[int, SeatState] = field(default_factory=dict)

    @property
    def queue(self) -> tuple[int, ...]:
        """Seats that wait, the first to speak first: replies to the present speaker before requests."""
        return tuple(dict.fromkeys(seat for seat in (*self.replies, *self.requests) if seat not in self.open))

    def state(self, seat: int) -> MicState:
        """State of one microphone."""
        if seat in self.open:
            return MicState.ON
        return MicState.REQUEST if seat in self.requests or seat in self.replies else MicState.OFF


def after(floor: Floor, message: Message) -> Floor:
    """What is so after a message; the same object when it changes nothing."""
    match message:
        case Listed("speak", seat, is_in):
            return replace(floor, open=_listed(floor.open, seat, is_in))
        case Listed("request", seat, is_in):
            return replace(floor, requests=_listed(floor.requests, seat, is_in))
        case Listed("reply", seat, is_in):
            return replace(floor, replies=_listed(floor.replies, seat, is_in))
        case Priority(seat, level):
            return replace(floor, priorities=dict(floor.priorities) | {seat: level})
        case SeatState(seat):
            return replace(floor, seats=dict(floor.seats) | {seat: message})
        case _:
            return floor


def replaced(known: Floor, read: Floor) -> Floor:
    """What a whole reading shows; priorities and names, which it need not list, stay known."""
    return replace(
        read,
        priorities=dict(known.priorities) | dict(read.priorities),
        seats=dict(known.seats) | dict(read.seats),
    )


def in_telling_order(floor: Floor, seats: Iterable[int]) -> tuple[int, ...]:
    """The seats that are off, then those that are on, then those that wait, each in the order of the unit.

    So nobody is taken to speak beside somebody who has just stopped, and who opened last is told last.
    """
    rank = {seat: place for place, seat in enumerate((*floor.open, *floor.queue), 1)}
    return tuple(sorted(seats, key=lambda seat: rank.get(seat, 0)))


def _listed(seats: tuple[int, ...], seat: int, is_in: bool) -> tuple[int, ...]:
    if is_in:
        return seats if seat in seats else (*seats, seat)
    return tuple(other for other in seats if other != seat)
