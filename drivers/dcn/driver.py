"""One session with a DCN-NG: subscribe, read both lists, follow notifications, switch microphones.

A notification of one microphone counts at once; 200 ms after any notification both lists are read again, and they
have the last word.
"""

from collections import deque
from dataclasses import dataclass

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.core.reasons import why
from chamber.ports import Clock, Emit, QueueReading, Ready
from drivers.channels import Channels
from drivers.dcn.codec import (
    Answered,
    Function,
    ListsChanged,
    Malformed,
    Message,
    MicSwitched,
    Nak,
    ProtocolFault,
    RequestsRead,
    SpeakersRead,
    set_microphone,
    unit_word,
)
from drivers.dcn.diff import listed
from drivers.dcn.wires import Wire
from drivers.transport import Pipe

TICK_S = 0.05
ANSWER_MS = 700  # "answer in less than 0.5 s"; asked again after this
TRIES = 3
LAG_MS = 200  # lists may be behind a notification by this much
REREAD_MS = 10_000  # both lists are read at least this often: proof of life, and a lost notification costs no more
ORDER_MS = 3000


@dataclass(slots=True, eq=False)
class _Request:
    """One request; `channel` when it carries out an order."""

    function: Function
    parameters: bytes = b""
    channel: str | None = None
    tries: int = 0
    not_acknowledged: bool = False


class DcnNg:
    """A DCN-NG discussion system; channel N is unit N + `unit_offset`.

    Args:
        channels: channels that belong to seats, whole numbers. Raises EncodeError for a unit beyond 65535.
        emit: takes MicReading (one for each channel after every connect, then each change), QueueReading and
            IdentityReading, which also names units that belong to no seat.
        by_list: switch by the speaker list (SPK_APPEND, SPK_REMOVE); else by SET_MICRO_ON_OFF, followed by SPK_REMOVE
            for off, because that alone leaves the unit in the list.
        priorities: numbers in MICRO_ON_OFF that mean the chair's priority.
    """

    def __init__(
        self,
        name: str,
        wire: Wire,
        channels: tuple[str, ...],
        emit: Emit,
        clock: Clock,
        *,
        unit_offset: int = 0,
        by_list: bool = True,
        priorities: frozenset[int] = frozenset(),
    ) -> None:
        self.name, self._wire, self._emit, self._clock = name, wire, emit, clock
        self._by_list, self._priorities = by_list, priorities
        self._channels = Channels(name, channels, emit)
        self._units = {channel: int(channel) + unit_offset for channel in channels}
        self._by_unit = {unit: channel for channel, unit in self._units.items()}
        self._frames = {channel: unit_word(unit) for channel, unit in self._units.items()}
        self._pipe: Pipe | None = None
        self._parser = wire.parser()
        self._ready: Ready | None = None
        self._todo: deque[_Request] = deque()
        self._current: _Request | None = None
        self._requests: tuple[int, ...] = ()
        self._queue: tuple[str, ...] | None = None
        self._switched_ms: dict[int, int] = {}
        self._clearing: set[str] = set()
        self._sent_ms = self._asked_ms = self._keep_ms = self._reread_ms = 0

    async def serve(self, ready: Ready) -> None:
        """Hold one session. Ends by DeviceUnreachableError, DeviceRejectedError (no licence), or cancelled."""
        try:
            self._begin(ready, self._clock.now_ms())
            self._pipe = pipe = await self._wire.open(self._on_bytes)
            while True:
                self._tick(pipe, self._clock.now_ms())
                await self._clock.sleep(TICK_S)
                pipe.check()
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._end()

    async def switch(self, channel: str, on: bool) -> None:
        """Switch one microphone; returns once a notification or the speaker list confirms it.

        Raises DeviceRejectedError (no such channel, refused, does not stay, a newer order) or DeviceUnreachableError.
        """
        channel = self._channels.known_channel(channel)
        pipe, now_ms = self._connected(), self._clock.now_ms()
        done = self._channels.expect(channel, on, now_ms + ORDER_MS)
        self._todo = deque(request for request in self._todo if request.channel != channel)
        if on and self._by_list:
            self._order(Function.SPK_APPEND, channel, self._frames[channel])
        elif on:
            self._order(Function.SET_MICRO_ON_OFF, channel, set_microphone(self._units[channel], True))
        else:
            if not self._by_list:
                self._order(Function.SET_MICRO_ON_OFF, channel, set_microphone(self._units[channel], False))
            self._order(Function.SPK_REMOVE, channel, self._frames[channel])
        try:
            self._pump(pipe, now_ms)
            await done
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._channels.withdraw(channel, done)

    async def all_off(self) -> None:
        """Close every microphone, units without a seat too; returns once the lists confirm it for every channel.

        SPK_CLEAR leaves the chair's microphone on, so what is open after it is switched off one by one.
        """
        pipe, now_ms = self._connected(), self._clock.now_ms()
        open_now = self._channels.open
        waiting = [(channel, self._channels.expect(channel, False, now_ms + ORDER_MS)) for channel in open_now]
        self._clearing.update(open_now)
        self._order(Function.SPK_CLEAR, None, b"")
        try:
            self._pump(pipe, now_ms)
            for _, done in waiting:
                await done
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            for channel, done in waiting:
                if done.done() and not done.cancelled():
                    done.exception()
                self._channels.withdraw(channel, done)

    def reported(self) -> tuple[str, ...]:
        """A line for each channel, and for each microphone without a seat, for the technician."""
        return self._channels.reported({channel: f"unit {unit}" for channel, unit in self._units.items()})

    def _connected(self) -> Pipe:
        if self._pipe is None or self._ready is not None:
            raise DeviceUnreachableError(self.name, "not connected")
        return self._pipe

    def _order(self, function: Function, channel: str | None, parameters: bytes) -> None:
        """Put an order behind the orders that wait, and before everything else."""
        before = sum(1 for request in self._todo if request.function not in (Function.SPK_GET, Function.RTS_GET))
        self._todo.insert(before, _Request(function, parameters, channel))

    # ------------------------------------------------------------------------------------------------ messages

    def _on_bytes(self, data: bytes) -> None:
        now_ms = self._clock.now_ms()
        for message in self._parser.feed(data, now_ms):
            self._on_message(message, now_ms)
        if self._pipe is not None:
            self._pump(self._pipe, now_ms)

    def _on_message(self, message: Message, now_ms: int) -> None:
        match message:
            case MicSwitched():
                self._on_switched(message, now_ms)
            case ListsChanged():
                self._reread_by(now_ms + LAG_MS)
            case RequestsRead(units):
                self._requests = units
                self._answered(Function.RTS_GET)
            case SpeakersRead(units):
                self._apply(units, now_ms)
                self._answered(Function.SPK_GET)
            case Answered(function, error):
                self._on_answer(function, error, message.text, now_ms)
            case Nak():
                self._asked_ms = now_ms - ANSWER_MS  # asked again at the next tick
                if self._current is not None:
                    self._current.not_acknowledged = True
            case ProtocolFault(code, position):
                raise DeviceRejectedError(self.name, f"message refused: code {code:#x} at byte {position}")
            case Malformed(raw) if self._wire.keep_alive:
                raise ConnectionError(f"not the Open Interface: {raw[:8].hex(' ')}")
            case _:
                return

    def _on_switched(self, message: MicSwitched, now_ms: int) -> None:
        self._reread_by(now_ms + LAG_MS)
        channel = self._channel(message.unit)
        if channel is None or message.on is None or self._ready is not None:
            return
        self._switched_ms[message.unit] = now_ms
        waits = message.unit in self._requests and not message.on
        state = MicState.ON if message.on else MicState.REQUEST if waits else MicState.OFF
        self._channels.read(channel, state, priority=message.on and message.priority in self._priorities)

    def _on_answer(self, function: int, error: int, text: str, now_ms: int) -> None:
        current = self._current
        if current is None or current.function != function:
            return
        if error and current.channel is not None:
            self._todo = deque(request for request in self._todo if request.channel != current.channel)
            self._channels.refuse(current.channel, f"refused: {text}")
        elif error and current.function is not Function.SPK_CLEAR:  # then the open ones are switched off one by one
            raise DeviceRejectedError(self.name, f"{current.function.name} refused: {text}")
        if current.function not in (Function.START_MM, Function.STOP_MM):
            self._reread_by(now_ms + LAG_MS)
        self._answered(current.function)

    def _answered(self, function: Function) -> None:
        if self._current is not None and self._current.function is function:
            self._current = None

    def _apply(self, speakers: tuple[tuple[int, bool], ...], now_ms: int) -> None:
        """Compare the lists with what is known; a microphone that switched meanwhile is read once more."""
        for unit in (*(unit for unit, _ in speakers), *self._requests):
            self._channel(unit)
        moving = {unit for unit, at_ms in self._switched_ms.items() if at_ms > self._sent_ms - LAG_MS}
        self._switched_ms = {unit: self._switched_ms[unit] for unit in moving}
        if moving:
            self._reread_by(now_ms + LAG_MS)
        units = (unit for unit in self._by_unit if unit not in moving)
        for unit, state in listed(speakers, self._requests, units):
            self._channels.read(self._by_unit[unit], state, priority=None)
        if self._current is not None and self._current.function is Function.SPK_GET:
            self._close_rest()
        queue = tuple(self._by_unit[unit] for unit in self._requests if unit in self._by_unit)
        if queue != self._queue:
            self._queue = queue
            self._emit(QueueReading(self.name, queue))
        if self._ready is not None and not self._channels.unread:
            ready, self._ready = self._ready, None
            self._channels.identify(self._wire.text)
            ready()

    def _close_rest(self) -> None:
        """Switch off what is still open after all were cleared: the chair's."""
        if any(request.function is Function.SPK_CLEAR for request in self._todo):
            return
        for channel in self._clearing & set(self._channels.open) & set(self._channels.ordered):
            self._order(Function.SPK_REMOVE, channel, self._frames[channel])
        self._clearing.clear()

    def _channel(self, unit: int) -> str | None:
        """The channel of a unit, or None; a unit without a seat is shown by its own number."""
        return self._by_unit.get(unit) or self._channels.find(f"unit {unit}")

    # ---------------------------------------------------------------------------------------------------- time

    def _tick(self, pipe: Pipe, now_ms: int) -> None:
        """Do what the time asks for. Raises TimeoutError when the unit is silent."""
        if self._wire.keep_alive and now_ms >= self._keep_ms:
            self._keep_ms = now_ms + self._wire.keep_alive_ms
            pipe.write(self._wire.keep_alive)
        if self._current is not None and now_ms - self._asked_ms >= ANSWER_MS:
            if self._current.tries >= TRIES:
                what = (
                    "answered by NAK; is the protocol switch on simple?"
                    if self._current.not_acknowledged
                    else "not answered"
                )
                raise TimeoutError(f"{self._current.function.name} was {what}")
            self._todo.appendleft(self._current)
            self._current = None
        if now_ms >= self._reread_ms:
            self._reread_ms = now_ms + REREAD_MS
            self._read_lists()
        self._channels.overdue(now_ms)
        self._pump(pipe, now_ms)

    def _reread_by(self, at_ms: int) -> None:
        self._reread_ms = min(self._reread_ms, at_ms)

    def _read_lists(self) -> None:
        """Read requests first: who goes from there to the speakers between the two is in both, and speaks."""
        waiting = {request.function for request in self._todo}
        for function in (Function.RTS_GET, Function.SPK_GET):
            if function not in waiting:
                self._todo.append(_Request(function))

    def _pump(self, pipe: Pipe, now_ms: int) -> None:
        """Send the next request when none is in flight. Raises OSError."""
        if self._current is not None or not self._todo:
            return
        self._current = request = self._todo.popleft()
        request.tries += 1
        self._asked_ms = now_ms
        if request.function is Function.SPK_GET and request.tries == 1:
            self._sent_ms = now_ms
        pipe.write(self._wire.frame(request.function, request.parameters))

    def _begin(self, ready: Ready, now_ms: int) -> None:
        self._ready, self._parser = ready, self._wire.parser()
        self._requests, self._queue = (), None
        self._keep_ms, self._reread_ms = now_ms, now_ms + REREAD_MS
        self._todo.append(_Request(Function.START_MM))
        self._read_lists()

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe = self._current = self._ready = None
        self._todo.clear()
        self._switched_ms.clear()
        self._clearing.clear()
        self._channels.end()
