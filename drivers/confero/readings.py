"""What was read of a Confero system, told as events of the channels of CONFIG."""

from collections.abc import Iterable

from chamber.ports import Emit, QueueReading, SeatOccupied
from drivers.channels import Channels
from drivers.confero import diff
from drivers.confero.codec import Event, Person, Seat, Settings
from drivers.confero.diff import Floor

SHOWN = 8
GUARD_MS = 1500


class Readings:
    """Everything that is known in one session; `now_ms` is when an answer came.

    A reading may be ahead of events that still wait in the system, so an event that contradicts a reading of the last
    1.5 s is not believed: everything is read again.

    Args:
        channels: states and orders of the microphones that belong to seats; a channel is a seat's number.
    Attributes:
        floor: the discussion, None before it was read.
    """

    def __init__(self, device: str, channels: Channels, emit: Emit) -> None:
        self._device, self._channels, self._emit = device, channels, emit
        self._numbers = {int(channel): channel for channel in channels.names}
        self._told: dict[int, Person | None] = {}
        self.forget()

    def forget(self) -> None:
        """Nothing is known: a session begins. Who was told to sit somewhere is kept, to be taken back."""
        self.floor: Floor | None = None
        self._told_count = 0
        self._told_at: dict[int, int] = {}
        self._read_at: dict[int, int] = {}
        self._queue: tuple[str, ...] | None = None
        self._people: dict[int, Person | None] = {}
        self._people_told = False
        self._settings: Settings | None = None
        self._devices: dict[int, str] = {}
        self._remark = ""

    def mark(self) -> int:
        """How much was told until now; a reading of the whole discussion begins."""
        return self._told_count

    def newer(self, mark: int) -> frozenset[int]:
        """Seats of which something was told since that mark."""
        return frozenset(number for number, count in self._told_at.items() if count > mark)

    def take_floor(self, floor: Floor, left_out: frozenset[int], now_ms: int) -> bool:
        """The whole discussion was read. Returns whether it has shown something that no event has told.

        Args:
            left_out: seats of which something newer is known, or that have an order which waits.
        """
        known = self.floor
        if known is not None:
            floor = diff.keep(floor, known, left_out)
        news = {n for n in floor.seats if known is not None and floor.state(n) is not known.state(n)}
        self._read_at |= dict.fromkeys(news, now_ms)
        self._note(news)
        self._tell_floor(floor, (number for number in self._numbers if known is None or number not in left_out))
        self._identify()
        return bool(news)

    def take_seat(self, seat: Seat, now_ms: int) -> None:
        """One seat was read."""
        if self.floor is not None:
            self._note((seat.number,))
            self._read_at[seat.number] = now_ms
            self._tell_floor(diff.with_seat(self.floor, seat), (seat.number,))

    def take_event(self, event: Event, now_ms: int) -> bool:
        """Something has happened. Returns False when a reading must say what: it cannot be understood, or believed."""
        known = self.floor
        if known is None:
            return False
        new = diff.after(known, event)
        if new is None:
            return False
        floor, seats = new
        doubtful = {
            number
            for number in seats
            if now_ms - self._read_at.get(number, now_ms - GUARD_MS) < GUARD_MS
            and floor.state(number) is not known.state(number)
        }
        self._note(seats - doubtful)
        self._tell_floor(diff.keep(floor, known, doubtful), seats - doubtful)
        return not doubtful

    def take_people(self, people: tuple[Person, ...], remark: str = "") -> None:
        """Who takes part in the open meeting and is at a seat; `remark` says why nobody is known."""
        self._remark = remark
        seated = diff.seated(people, self._numbers)
        now = seated if seated is not None else dict.fromkeys(n for n, person in self._told.items() if person)
        first = seated is not None and not self._people_told
        self._people_told = self._people_told or first
        for number, person in now.items():
            if first or self._told.get(number) != person:
                self._told[number] = person
                who = (person.person_ref, person.name or None) if person else (None, None)
                self._emit(SeatOccupied(self._device, self._numbers[number], *who))
        self._people = {person.seat: person for person in people}
        self._identify()

    def take_room(self, devices: dict[int, str]) -> None:
        """State of each seat's device."""
        self._devices = devices

    def take_settings(self, settings: Settings) -> None:
        """How microphones are given."""
        self._settings = settings
        self._identify()

    def reported(self) -> tuple[str, ...]:
        """A line for each seat of the system: role, who sits there, state of the device."""
        seats = self.floor.seats if self.floor is not None else {}
        lines = []
        for number in sorted(seats):
            person = self._people.get(number)
            who = (person.name or person.person_ref) if person else "nobody known"
            parts = (seats[number].role or "no role", who, self._devices.get(number, "device not known"))
            lines.append(f"seat {number}: {', '.join(parts)}")
        return tuple(lines)

    def _note(self, seats: Iterable[int]) -> None:
        self._told_count += 1
        self._told_at |= dict.fromkeys(seats, self._told_count)

    def _tell_floor(self, floor: Floor, seats: Iterable[int]) -> None:
        self.floor = floor
        for number in diff.in_telling_order(floor, seats):
            channel = self._numbers.get(number)
            state = floor.state(number)
            if channel is not None:
                self._channels.read(channel, state, priority=state.value == "on" and floor.is_chair(number))
            elif state.value != "off":
                self._channels.find(str(number))
        queue = tuple(self._numbers[number] for number in floor.queue if number in self._numbers)
        if queue != self._queue:
            self._queue = queue
            self._emit(QueueReading(self._device, queue))

    def _identify(self) -> None:
        if self.floor is None:
            return
        text = f"Confero, {len(self.floor.seats)} seats"
        if self._settings is not None:
            speakers = self._settings.speakers
            text += f", {self._settings.mode}" + (f" {speakers}" if speakers is not None else "")
        absent = [str(number) for number in self._numbers if number not in self.floor.seats]
        if absent:
            text += f"; no seat {', '.join(absent[:SHOWN])}" + (", ..." if len(absent) > SHOWN else "")
        if self._remark:
            text += f"; {self._remark}"
        self._channels.identify(text)
