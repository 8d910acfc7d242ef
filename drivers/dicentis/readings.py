"""What was read of a DICENTIS server, told as events of the channels of CONFIG."""

from collections.abc import Mapping
from typing import Any

from chamber.ports import AgendaReading, Emit, IdentityReading, MicReading, QueueReading, SeatOccupied, VotingReading
from drivers.dicentis import codec, diff

MANAGE = "canmanagemeeting"
MOST_FOREIGN = 500


class Readings:
    """Everything that is known in one session; each `take_` is given an answer and when it was asked for, ms.

    They return False, and change nothing, when the answer makes no sense.

    Attributes:
        puzzled: seats and discussion list speak of different seats, because one of them is older than the other. Nobody
            opens or closes by that: both are to be read again, and then they count as they are.
    """

    def __init__(self, device: str, channels: tuple[str, ...], emit: Emit) -> None:
        self._device, self._channels, self._emit = device, channels, emit
        self.forget()

    def forget(self) -> None:
        """Nothing is known: a session begins."""
        self._seats: tuple[codec.Seat, ...] | None = None
        self._people: tuple[codec.Participant, ...] = ()
        self._rights: frozenset[str] | None = None
        self._entries: tuple[codec.Entry, ...] | None = None
        self._map = diff.SeatMap({}, (), ())
        self._known: dict[str, diff.Mic] = {}
        self._queue: tuple[str, ...] | None = None
        self._seated: dict[str, codec.Participant | None] = {}
        self._identity = ""
        self.puzzled = False
        self._to_compare: set[str] = set()
        self._foreign: frozenset[str] = frozenset()
        self._topic: tuple[str | None] | None = None
        self._voting: bool | None = None

    def seat_id(self, channel: str) -> str | None:
        """The seat of a channel; None when the system has none of that name, or several."""
        return self._map.ids.get(channel)

    def microphone(self, seat_id: str) -> str:
        """on, mute or off, as the server said it last."""
        return next((entry.microphone for entry in self._entries or () if entry.seat_id == seat_id), "off")

    def open_seats(self) -> dict[str, str]:
        """Name by seat id of all microphones that are on, also of seats that CONFIG does not name."""
        names = {seat.seat_id: seat.name for seat in self._seats or ()}
        on = (entry.seat_id for entry in self._entries or () if entry.microphone == "on")
        return {seat_id: names.get(seat_id, seat_id) for seat_id in on}

    def reported(self) -> tuple[str, ...]:
        """A line for each seat of the system."""
        people = {person.participant_id: person.name for person in self._people}
        return tuple(
            f"seat {seat.name}: {seat.seat_id}, {people.get(seat.participant_id) or seat.participant_id or 'nobody'}, "
            + ("connected" if seat.connected else "not connected")
            for seat in self._seats or ()
        )

    def take_permissions(self, parameters: Mapping[str, Any], asked_ms: int) -> bool:
        """What the user may do."""
        self._rights = codec.permissions(parameters)
        self._tell_identity()
        return True

    def take_participants(self, parameters: Mapping[str, Any], asked_ms: int) -> bool:
        """Who takes part."""
        people = codec.participants(parameters)
        if people is None:
            return False
        self._people = people
        self._tell_people()
        return True

    def take_seats(self, parameters: Mapping[str, Any], asked_ms: int) -> bool:
        """Which seats there are, and who sits there."""
        seats = codec.seats(parameters)
        if seats is None:
            return False
        self._seats, self._map = seats, diff.seat_map(self._channels, seats)
        self._compare("seats")
        self._tell_identity()
        self._tell_people()
        self._tell_floor()
        return True

    def take_discussion(self, parameters: Mapping[str, Any], asked_ms: int) -> bool:
        """Who speaks and who waits."""
        entries = codec.discussion(parameters)
        if entries is None:
            return False
        self._entries = entries
        self._compare("list")
        self._tell_floor()
        return True

    def take_topics(self, parameters: Mapping[str, Any], asked_ms: int) -> bool:
        """Which topic of the system's agenda is open."""
        found = codec.open_topic(parameters)
        if found is None:
            return False
        if found != self._topic:
            self._topic = found
            self._emit(AgendaReading(self._device, found[0]))
        return True

    def take_voting(self, parameters: Mapping[str, Any], asked_ms: int) -> bool:
        """Whether a vote goes on."""
        voting = codec.is_voting(parameters)
        if voting is None:
            return False
        if voting != self._voting:
            self._voting = voting
            self._emit(VotingReading(self._device, voting))
        return True

    def _compare(self, newly_read: str) -> None:
        """Look whether everybody in the list has a seat; who has none after both were read again is not ours."""
        if self._seats is None or self._entries is None:
            return
        foreign = diff.without_seat(self._entries, self._seats)
        if self.puzzled and not foreign <= self._foreign:
            self._to_compare.discard(newly_read)
            if not self._to_compare:
                self._foreign = foreign if len(self._foreign) > MOST_FOREIGN else self._foreign | foreign
        elif not foreign <= self._foreign:
            self._to_compare = {"seats", "list"}
        self.puzzled = not foreign <= self._foreign

    def _tell_floor(self) -> None:
        if self._seats is None or self._entries is None or self.puzzled:
            return
        floor = diff.floor(self._entries)
        for channel, mic in diff.changes(self._known, diff.by_channel(floor, self._map.ids, self._channels)):
            self._known[channel] = mic
            self._emit(MicReading(self._device, channel, mic.state, mic.priority))
        queue = diff.waiting(floor, self._map.ids)
        if queue != self._queue:
            self._queue = queue
            self._emit(QueueReading(self._device, queue))

    def _tell_people(self) -> None:
        nobody = dict.fromkeys(self._seated)  # at seats that have gone
        for channel, person in (nobody | diff.seated(self._map.ids, self._seats or (), self._people)).items():
            if channel not in self._seated or self._seated[channel] != person:
                self._seated[channel] = person
                who = (person.person_ref, person.name or None) if person else (None, None)
                self._emit(SeatOccupied(self._device, channel, *who))

    def _tell_identity(self) -> None:
        if self._seats is None:
            return
        text = f"DICENTIS, {len(self._seats)} seats"
        if self._map.absent:
            text += f"; no seat {', '.join(self._map.absent)}"
        if self._map.ambiguous:
            text += f"; several seats are called {', '.join(self._map.ambiguous)}"
        if self._rights is not None and MANAGE not in self._rights:
            text += "; the user may not manage the meeting, so microphones cannot be switched"
        if text != self._identity:
            self._identity = text
            self._emit(IdentityReading(self._device, text))
