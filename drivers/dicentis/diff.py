"""Turns lists of the server into what has changed for the channels of CONFIG. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chamber.core.domain import MicState
from drivers.dicentis.codec import Entry, Participant, Seat

REQUESTS = frozenset({"isrequest", "isresponserequest"})
PRIORITY = "ispriorityspeaker"


@dataclass(frozen=True, slots=True)
class Mic:
    """State of one microphone; `priority` while it is open with the priority button."""

    state: MicState = MicState.OFF
    priority: bool = False


@dataclass(frozen=True, slots=True)
class Floor:
    """The discussion list by seat id; a seat that is not in `mics` is off. `queue`: who waits, the first first."""

    mics: Mapping[str, Mic]
    queue: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeatMap:
    """Seat id of each channel of CONFIG, and what could not be found: absent, or a name that several seats have."""

    ids: Mapping[str, str]
    absent: tuple[str, ...]
    ambiguous: tuple[str, ...]


def seat_map(channels: Iterable[str], seats: Iterable[Seat]) -> SeatMap:
    """Find the channels among the seats: by seat id first, then by seat name.

    Case does not matter, nor do leading zeros of a name that is a number.
    """
    seats = tuple(seats)
    by_id = {seat.seat_id.casefold(): seat.seat_id for seat in seats}
    names = Counter(_plain(seat.name) for seat in seats)
    by_name = {_plain(seat.name): seat.seat_id for seat in seats}
    ids, absent, ambiguous = dict[str, str](), list[str](), list[str]()
    for channel in channels:
        name = _plain(channel)
        if channel.casefold() in by_id:
            ids[channel] = by_id[channel.casefold()]
        elif names[name] == 1:
            ids[channel] = by_name[name]
        else:
            (ambiguous if names[name] else absent).append(channel)
    return SeatMap(ids, tuple(absent), tuple(ambiguous))


def floor(entries: Iterable[Entry]) -> Floor:
    """What the discussion list says; a speaker whose microphone is muted or not yet on is off."""
    mics, queue = dict[str, Mic](), list[str]()
    for entry in entries:
        if entry.microphone == "on":
            mics[entry.seat_id] = Mic(MicState.ON, entry.kind == PRIORITY)
        elif entry.kind in REQUESTS and entry.seat_id not in mics:
            mics[entry.seat_id] = Mic(MicState.REQUEST)
            queue.append(entry.seat_id)
    return Floor(mics, tuple(seat_id for seat_id in queue if mics[seat_id].state is MicState.REQUEST))


def without_seat(entries: Iterable[Entry], seats: Iterable[Seat]) -> frozenset[str]:
    """Seat ids in the discussion list that none of the seats has."""
    return frozenset(entry.seat_id for entry in entries if entry.seat_id) - {seat.seat_id for seat in seats}


def by_channel(now: Floor, ids: Mapping[str, str], channels: Iterable[str]) -> dict[str, Mic]:
    """State of every channel in the order of the discussion list; one whose seat is not found is off."""
    places = {seat_id: place for place, seat_id in enumerate(now.mics)}
    in_order = sorted(channels, key=lambda channel: places.get(ids.get(channel, ""), len(places)))
    return {channel: now.mics.get(ids.get(channel, ""), Mic()) for channel in in_order}


def waiting(now: Floor, ids: Mapping[str, str]) -> tuple[str, ...]:
    """The channels that wait for the floor, the first to speak first."""
    return tuple(channel for seat_id in now.queue for channel, one in ids.items() if one == seat_id)


def changes(known: Mapping[str, Mic], now: Mapping[str, Mic]) -> tuple[tuple[str, Mic], ...]:
    """What to report, closings first, so that nobody is taken to speak beside somebody who has just stopped.

    Within each kind the order is that of `now`. A channel that is not in `known` was not read before.
    """
    changed = [(channel, mic) for channel, mic in now.items() if known.get(channel) != mic]
    rank = {MicState.OFF: 0, MicState.ON: 1, MicState.REQUEST: 2}
    return tuple(sorted(changed, key=lambda change: rank[change[1].state]))


def seated(
    ids: Mapping[str, str], seats: Iterable[Seat], people: Iterable[Participant]
) -> dict[str, Participant | None]:
    """Who sits at each channel that was found; somebody who is on no list of participants has no name."""
    where = {seat.seat_id: seat.participant_id for seat in seats}
    known = {person.participant_id: person for person in people}
    found = dict[str, Participant | None]()
    for channel, seat_id in ids.items():
        who = where.get(seat_id, "")
        found[channel] = known.get(who, Participant(who, who, "")) if who else None
    return found


def _plain(name: str) -> str:
    name = name.strip().casefold()
    return name.lstrip("0") or "0" if name.isdecimal() else name
