"""The discussion as a value, what events make of it, and what it means for a microphone. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from chamber.core.domain import MicState
from drivers.confero.codec import CHAIR, Event, Person, Seat, numbers, seat


@dataclass(frozen=True, slots=True)
class Floor:
    """Every seat by number, and speakers and requests in the system's order."""

    seats: Mapping[int, Seat] = field(default_factory=dict)
    speakers: tuple[int, ...] = ()
    requests: tuple[int, ...] = ()

    @property
    def open(self) -> tuple[int, ...]:
        """Seats whose microphone is on, the longest first where the system says so."""
        return tuple(_in_order((one.number for one in self.seats.values() if one.on), self.speakers))

    @property
    def queue(self) -> tuple[int, ...]:
        """Seats that wait, the first to speak first."""
        waiting = (one.number for one in self.seats.values() if one.requesting and not one.on)
        return tuple(_in_order(waiting, self.requests))

    def state(self, number: int) -> MicState:
        """A seat that the system does not have is off."""
        one = self.seats.get(number)
        if one is None:
            return MicState.OFF
        return MicState.ON if one.on else MicState.REQUEST if one.requesting else MicState.OFF

    def is_chair(self, number: int) -> bool:
        """Whether the seat has the chairperson's rights."""
        one = self.seats.get(number)
        return one is not None and one.role == CHAIR


def read(seats: Iterable[Seat], speakers: tuple[int, ...], requests: tuple[int, ...]) -> Floor:
    """The discussion as the system lists it; whether a microphone is on or waits is what the seats say."""
    return Floor({one.number: one for one in seats}, speakers, requests)


def with_seat(floor: Floor, changed: Seat) -> Floor:
    """One seat has changed."""
    return Floor(
        dict(floor.seats) | {changed.number: changed},
        _listed(floor.speakers, changed.number, changed.on),
        _listed(floor.requests, changed.number, changed.requesting),
    )


def after(floor: Floor, event: Event) -> tuple[Floor, frozenset[int]] | None:
    """The discussion after an event, and the seats that it speaks of; None when it is none that says so."""
    if event.module != "Discussion":
        return None
    if event.name == "SeatChanged":
        changed = seat(event.data)
        return None if changed is None else (with_seat(floor, changed), frozenset((changed.number,)))
    listed = numbers(event.data)
    if listed is None or event.name not in {"SpeakersChanged", "RequestsChanged"}:
        return None
    speak = event.name == "SpeakersChanged"
    before = {one.number for one in floor.seats.values() if (one.on if speak else one.requesting)}
    seats = dict(floor.seats)
    for number in before ^ set(listed):
        one = seats.get(number, Seat(number, on=False, requesting=False))
        is_in = number in listed
        seats[number] = replace(one, on=is_in) if speak else replace(one, requesting=is_in)
    new = replace(floor, seats=seats, **{"speakers" if speak else "requests": listed})
    return new, frozenset(before ^ set(listed))


def keep(read_now: Floor, known: Floor, newer: Collection[int]) -> Floor:
    """What was read, except for seats of which something newer is known."""
    seats = dict(read_now.seats) | {n: known.seats[n] for n in newer if n in known.seats}
    speakers, requests = read_now.speakers, read_now.requests
    for number in newer:
        one = seats.get(number)
        speakers = _listed(speakers, number, one is not None and one.on)
        requests = _listed(requests, number, one is not None and one.requesting)
    return Floor(seats, speakers, requests)


def in_telling_order(floor: Floor, seats: Iterable[int]) -> tuple[int, ...]:
    """The seats that are off, then those that are on, then those that wait, each in the system's order.

    So nobody is taken to speak beside somebody who has just stopped, and who opened last is told last.
    """
    seats = tuple(seats)
    order = (*(n for n in seats if floor.state(n) is MicState.OFF), *floor.open, *floor.queue)
    return tuple(_in_order(seats, order))


def seated(people: Iterable[Person], seats: Iterable[int]) -> dict[int, Person | None] | None:
    """Who is at each seat; None when nobody is at any, so that the system does not know who sits where."""
    at = {person.seat: person for person in people}
    return {number: at.get(number) for number in seats} if at else None


def _listed(numbers: tuple[int, ...], number: int, is_in: bool) -> tuple[int, ...]:
    if is_in:
        return numbers if number in numbers else (*numbers, number)
    return tuple(other for other in numbers if other != number)


def _in_order(numbers: Iterable[int], order: Iterable[int]) -> list[int]:
    places = {number: place for place, number in enumerate(order)}
    return sorted(numbers, key=lambda number: places.get(number, len(places)))
