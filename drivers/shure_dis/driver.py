"""One session with a Shure DIS central unit: read everything, hear changes, switch microphones.

Every command is followed by mic_status in the same breath. So an error that comes before the end of that answer is the
command's, and the answer shows what the command has done; the unit itself is silent when a command changes nothing.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError, EncodeError
from chamber.core.reasons import why
from chamber.ports import Clock, Emit, Ready
from drivers.channels import Channels
from drivers.shure_dis.codec import (
    ALL_OFF,
    STATUS,
    CommandError,
    LineParser,
    Malformed,
    Message,
    Other,
    StatusDone,
    switch,
)
from drivers.shure_dis.diff import Floor, after
from drivers.shure_dis.readings import REMARKS, Readings
from drivers.transport import Pipe, dial_tcp

PORT = 3142
TICK_S = 0.05
ANSWER_MS = 5000
POLL_MS = 10_000  # one client of the field asks every 30 s
LOOK_MS = 200
ORDER_MS = 3000
WAITING = 200  # exchanges that wait; more is a loop
STRANGE = 64
PRIORITY = 5


@dataclass(slots=True, eq=False)
class _Exchange:
    """A command, or none, and the reading after it; `channel` or `done` hears of a refusal, `done` of the end too."""

    command: bytes = b""
    channel: str | None = None
    done: "asyncio.Future[None] | None" = None


class ShureDis:
    """A discussion system with a DIS central unit; a channel is a seat's number.

    Args:
        channels: seats that are followed, whole numbers. Raises EncodeError: a number that no seat can have.
        emit: takes MicReading (one for each channel after every connect, then each change), QueueReading,
            IdentityReading, and SeatOccupied when `people`.
        people: whether the names of seats are those of the people who sit there.
        priority_from: microphones of this priority, 1 to 5, or a higher one count as priority.
        poll_ms: everything is read again this often.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        channels: tuple[str, ...],
        emit: Emit,
        clock: Clock,
        *,
        people: bool = False,
        priority_from: int = PRIORITY,
        poll_ms: int = POLL_MS,
    ) -> None:
        self.name, self._host, self._port, self._clock, self._poll_ms = name, host, port, clock, poll_ms
        for channel in channels:
            if not channel.isdecimal():
                raise EncodeError(f"no seat's number: {channel[:40]!r}")
            switch(int(channel), on=False)
        self._channels = Channels(name, channels, emit)
        self._readings = Readings(name, self._channels, emit, people, priority_from)
        self._pipe: Pipe | None = None
        self._ready: Ready | None = None
        self._forget(0)

    def _forget(self, now_ms: int) -> None:
        """Nothing is known: a session begins."""
        self._parser = LineParser()
        self._readings.forget()
        self._answer, self._spoilt = Floor(), False
        self._strange: set[str] = set()
        self._todo: deque[_Exchange] = deque()
        self._current: _Exchange | None = None
        self._asked_ms = self._poll_at_ms = now_ms

    async def serve(self, ready: Ready) -> None:
        """Hold one session. Ends by DeviceUnreachableError, DeviceRejectedError (no such protocol), or cancelled."""
        try:
            self._forget(self._clock.now_ms())
            self._ready = ready
            self._pipe = pipe = await dial_tcp(self._host, self._port, self._on_bytes)
            while True:
                self._tick(pipe, self._clock.now_ms())
                await self._clock.sleep(TICK_S)
                pipe.check()
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._end()

    async def switch(self, channel: str, on: bool) -> None:
        """Switch one microphone; returns once the unit says so, by itself or in the reading after the command.

        Raises DeviceRejectedError (no such channel, refused, does not stay, a newer order) or DeviceUnreachableError.
        """
        channel = self._channels.known_channel(channel)
        pipe, now_ms = self._connected(), self._clock.now_ms()
        done = self._channels.expect(channel, on, now_ms + ORDER_MS)
        self._todo = deque(exchange for exchange in self._todo if exchange.channel != channel)
        self._put(_Exchange(switch(int(channel), on), channel))
        try:
            self._pump(pipe, now_ms)
            await done
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._channels.withdraw(channel, done)

    async def all_off(self) -> None:
        """Close every microphone, at seats without a channel too; returns once a reading shows none open.

        What stays open after mic_all_off is closed one by one; requests stay. Raises DeviceError.
        """
        self._connected()
        until_ms, tried = self._clock.now_ms() + ORDER_MS, set[int]()
        await self._carry_out(ALL_OFF)
        while self._readings.floor.open:
            left = [seat for seat in self._readings.floor.open if seat not in tried]
            tried.update(left)
            for seat in left:
                await self._carry_out(switch(seat, on=False))
            if self._readings.floor.open and not left:
                if self._clock.now_ms() >= until_ms:
                    still = ", ".join(map(str, self._readings.floor.open))
                    raise DeviceRejectedError(self.name, f"still open: seat {still}")
                await self._clock.sleep(LOOK_MS / 1000)
                await self._carry_out(b"")

    def reported(self) -> tuple[str, ...]:
        """A line for each seat that the unit has told of: its unit, and its name."""
        return self._readings.reported()

    def _connected(self) -> Pipe:
        if self._pipe is None or self._ready is not None:
            raise DeviceUnreachableError(self.name, "not connected")
        return self._pipe

    @property
    def _unsent(self) -> frozenset[str]:
        """Channels whose order waits for its turn."""
        return frozenset(exchange.channel for exchange in self._todo if exchange.channel is not None)

    async def _carry_out(self, command: bytes) -> None:
        """Send a command; returns at the end of the reading after it. Raises DeviceError."""
        done = asyncio.get_running_loop().create_future()
        pipe = self._connected()
        self._put(_Exchange(command, done=done))
        try:
            self._pump(pipe, self._clock.now_ms())
            await done
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc

    def _put(self, exchange: _Exchange) -> None:
        if len(self._todo) >= WAITING:
            raise DeviceUnreachableError(self.name, "more orders than the unit answers")
        self._todo.append(exchange)

    # ------------------------------------------------------------------------------------------------ messages

    def _on_bytes(self, data: bytes) -> None:
        now_ms = self._clock.now_ms()
        for message in self._parser.feed(data):
            self._on_message(message, now_ms)
        if self._pipe is not None:
            self._pump(self._pipe, now_ms)

    def _on_message(self, message: Message, now_ms: int) -> None:
        self._answer = after(self._answer, message)
        self._readings.take(message, self._unsent)
        match message:
            case StatusDone():
                self._status_done(now_ms)
            case CommandError(text):
                self._refused(text)
            case Other(word) if word not in REMARKS:
                self._doubt(word)
            case Malformed(raw):
                self._doubt(repr(raw))
            case _:
                return

    def _doubt(self, what: str) -> None:
        """A line that is heard for the first time may be another one that was disturbed on its way."""
        if what not in self._strange and len(self._strange) < STRANGE:
            self._strange.add(what)
            self._spoilt = True

    def _status_done(self, now_ms: int) -> None:
        current, self._current = self._current, None
        if current is None:
            return
        if self._spoilt:
            # A line that was lost may be that of an open microphone: absence proves nothing this time.
            self._todo.appendleft(_Exchange(done=current.done))
            return
        self._readings.take_all(self._answer, self._unsent)
        if self._ready is not None:
            ready, self._ready = self._ready, None
            ready()
        if current.done is not None and not current.done.done():
            current.done.set_result(None)
        self._poll_at_ms = now_ms + (LOOK_MS if self._channels.ordered else self._poll_ms)

    def _refused(self, text: str) -> None:
        current = self._current
        if current is None or not current.command:
            raise DeviceRejectedError(self.name, f"mic_status: {text}")
        if current.channel is not None:
            self._channels.refuse(current.channel, f"refused: {text}")
        elif current.done is not None and not current.done.done():
            current.done.set_exception(DeviceRejectedError(self.name, f"{current.command.decode().strip()}: {text}"))
        current.command = b""

    # ---------------------------------------------------------------------------------------------------- time

    def _tick(self, pipe: Pipe, now_ms: int) -> None:
        """Do what the time asks for. Raises TimeoutError when the unit is silent."""
        if self._current is not None and now_ms - self._asked_ms >= ANSWER_MS:
            raise TimeoutError(f"mic_status: no end of the answer for {ANSWER_MS // 1000} s")
        if self._current is None and not self._todo and now_ms >= self._poll_at_ms:
            self._put(_Exchange())
        self._channels.overdue(now_ms)
        self._pump(pipe, now_ms)

    def _pump(self, pipe: Pipe, now_ms: int) -> None:
        """Send the next exchange when none is in flight. Raises OSError."""
        if self._current is not None or not self._todo:
            return
        self._current = exchange = self._todo.popleft()
        self._answer, self._spoilt, self._asked_ms = Floor(), False, now_ms
        pipe.write(exchange.command + STATUS)

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        for exchange in (self._current, *self._todo):
            if exchange is not None and exchange.done is not None and not exchange.done.done():
                exchange.done.set_exception(DeviceUnreachableError(self.name, "connection lost"))
        self._pipe = self._ready = self._current = None
        self._todo.clear()
        self._channels.end()
