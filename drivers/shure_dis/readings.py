"""What was read of a Shure DIS central unit, told as events of the channels of CONFIG."""

from collections.abc import Collection, Iterable

from chamber.core.domain import MicState
from chamber.ports import Emit, QueueReading, SeatOccupied
from drivers.channels import Channels
from drivers.shure_dis.codec import Listed, Message, Other, Priority, SeatState
from drivers.shure_dis.diff import Floor, after, in_telling_order, replaced

SHOWN = 8
REMARKS = {"mic_mode", "mic_mute_all"}


class Readings:
    """Everything that is known in one session; nothing is told before the first whole reading.

    `unsent` are channels with an order that is still to be sent: only what is new about them is told, because a
    repetition may be older than the order and would confirm it.

    Args:
        channels: states and orders of the microphones that belong to seats; a channel is a seat's number.
        people: whether the names of seats are those of the people who sit there.
        priority_from: microphones of this priority or a higher one count as priority.
    Attributes:
        floor: who speaks and who waits.
        complete: whether everything was read.
    """

    def __init__(self, device: str, channels: Channels, emit: Emit, people: bool, priority_from: int) -> None:
        self._device, self._channels, self._emit = device, channels, emit
        self._people, self._priority_from = people, priority_from
        self._numbers = {int(channel): channel for channel in channels.names}
        self.forget()

    def forget(self) -> None:
        """Nothing is known: a session begins."""
        self.floor, self.complete = Floor(), False
        self._remarks: dict[str, str] = {}
        self._queue: tuple[str, ...] | None = None
        self._seated: dict[int, str | None] = {}

    def take(self, message: Message, unsent: Collection[str]) -> None:
        """A message has come, by itself or as part of a reading."""
        self.floor = after(self.floor, message)
        if isinstance(message, Other) and message.word in REMARKS:
            self._remark(message)
        if not self.complete:
            return
        if isinstance(message, Listed | Priority):
            self._tell((message.seat,), unsent)
        elif isinstance(message, SeatState):
            self._tell_person(message.seat)

    def take_all(self, read: Floor, unsent: Collection[str]) -> None:
        """Everything was read: whatever it does not name is off, and waits for nothing."""
        self.floor = replaced(self.floor, read)
        if not self.complete:
            self.complete = True
            for seat in self.floor.seats:
                self._tell_person(seat)
        self._tell({*self._numbers, *self.floor.open}, unsent)
        self._identify()

    def reported(self) -> tuple[str, ...]:
        """A line for each seat that the unit has told of: whether its unit is there, and its name."""
        seats = self.floor.seats
        return tuple(
            f"seat {number}: {'active' if seats[number].active else 'passive'}, {seats[number].name or 'no name'}"
            for number in sorted(seats)
        )

    def _tell(self, seats: Iterable[int], unsent: Collection[str]) -> None:
        for seat in in_telling_order(self.floor, seats):
            channel, state = self._numbers.get(seat), self.floor.state(seat)
            if channel is not None and not (channel in unsent and self._channels.state(channel) is state):
                level = self.floor.priorities.get(seat, 0)
                self._channels.read(channel, state, priority=state is MicState.ON and level >= self._priority_from)
            elif channel is None and state is not MicState.OFF:
                self._channels.find(str(seat))
        queue = tuple(self._numbers[seat] for seat in self.floor.queue if seat in self._numbers)
        if queue != self._queue:
            self._queue = queue
            self._emit(QueueReading(self._device, queue))

    def _tell_person(self, seat: int) -> None:
        told = self.floor.seats[seat]
        name = (told.name or None) if told.active else None
        if self._people and seat in self._numbers and self._seated.get(seat, "") != name:
            self._seated[seat] = name
            self._emit(SeatOccupied(self._device, self._numbers[seat], None, name))

    def _remark(self, message: Other) -> None:
        if message.word == "mic_mode":
            self._remarks["mode"] = f"mode {message.data[:20]}"
        else:
            self._remarks["mute"] = "delegates muted" if message.data.lower() == "activate" else ""
        if self.complete:
            self._identify()

    def _identify(self) -> None:
        parts = ["Shure DIS", *filter(None, self._remarks.values())]
        there = self.floor.seats
        absent = [str(seat) for seat in self._numbers if there and seat not in there]
        if absent:
            parts.append(f"no seat {' '.join(absent[:SHOWN])}" + (" ..." if len(absent) > SHOWN else ""))
        self._channels.identify(", ".join(parts))
