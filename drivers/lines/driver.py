"""One session with a system that speaks in lines: greet it, hear it, keep it alive, switch microphones."""

from collections import deque
from dataclasses import dataclass

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.core.reasons import why
from chamber.ports import Clock, Emit, QueueReading, Ready
from drivers.channels import Channels
from drivers.lines.codec import BadLine, Framing, Line, LineCutter, encode, fill_in
from drivers.lines.links import Link
from drivers.lines.rules import Heard, Meaning, Rule, understand
from drivers.transport import Pipe

TICK_S = 0.02
START_MS = 10_000  # the greeting answered, or the session ends
SETTLE_MS = 1000  # without a way to know that the answer is complete
ORDER_MS = 2000
READ_BACK_MS = 400
WAITING = 400  # lines that wait to be sent; more is a loop
STRANGE = 8
NAMES = {Meaning.ON: MicState.ON, Meaning.OFF: MicState.OFF, Meaning.REQUEST: MicState.REQUEST}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a system speaks. Texts are in the framing's alphabet, templates may hold `{seat}`.

    Attributes:
        framing: how lines are told apart.
        rules: what they mean, the first that matches.
        greeting: sent at the start of a session.
        on, off: switch one microphone; None: it cannot be switched from here.
        all_off: switches all off; None: each by itself.
        read: asks for one microphone, at the start of a session and after an order; None: cannot be asked.
        keep_alive: sent every `keep_alive_ms`, None: nothing. Its answer may read all microphones, as the greeting's.
        silence_ms: a session without a line for so long ends; None: silence is normal.
        ack: bytes sent at once for each good line.
        repeat_ms: a line equal to the one before it and this soon after it is a repetition.
        pace_ms: least time between two lines that are sent.
    """

    framing: Framing
    rules: tuple[Rule, ...]
    greeting: tuple[str, ...] = ()
    on: str | None = None
    off: str | None = None
    all_off: str | None = None
    read: str | None = None
    keep_alive: str | None = None
    keep_alive_ms: int = 30_000
    silence_ms: int | None = None
    ack: bytes = b""
    repeat_ms: int = 0
    pace_ms: int = 0

    def says(self, meaning: Meaning) -> bool:
        """Whether some line can mean this."""
        return any(rule.meaning is meaning for rule in self.rules)


class LinesSystem:
    """A discussion system known by patterns.

    Args:
        channels: the system's numbers or names of the microphones that belong to seats.
        emit: takes MicReading (one for each channel after every connect, then each change), QueueReading when the
            system lists requests, and IdentityReading, which names microphones without a seat and unknown lines.

    Raises:
        EncodeError: a template cannot be filled in or written in the alphabet.
    """

    def __init__(
        self, name: str, link: Link, dialect: Dialect, channels: tuple[str, ...], emit: Emit, clock: Clock
    ) -> None:
        self.name, self._link, self._dialect, self._emit, self._clock = name, link, dialect, emit, clock
        self._channels = Channels(name, channels, emit)
        self._switching = {(channel, on): self._line(dialect.on if on else dialect.off, channel)
                           for channel in channels for on in (False, True)}  # fmt: skip
        self._reading = {channel: self._line(dialect.read, channel) for channel in channels}
        self._greeting = [encode(text, dialect.framing) for text in dialect.greeting]
        self._keep_alive, self._all_off = self._line(dialect.keep_alive), self._line(dialect.all_off)
        self._cutter = LineCutter(dialect.framing)
        self._pipe: Pipe | None = None
        self._ready: Ready | None = None
        self._outbox: deque[bytes] = deque()
        self._named: set[str] = set()
        self._queue: tuple[str, ...] | None = None
        self._strange: dict[str, None] = {}
        self._newest: tuple[bytes, int] = (b"", 0)
        self._started_ms = self._heard_ms = self._next_ms = self._keep_ms = self._read_ms = 0

    async def serve(self, ready: Ready) -> None:
        """Hold one session. Ends by DeviceUnreachableError, or cancelled."""
        try:
            self._begin(ready, self._clock.now_ms())
            self._pipe = pipe = await self._link.open(self._on_bytes)
            self._heard_ms = self._started_ms = self._clock.now_ms()
            while True:
                self._tick(pipe, self._clock.now_ms())
                await self._clock.sleep(TICK_S)
                pipe.check()
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._end()

    async def switch(self, channel: str, on: bool) -> None:
        """Switch one microphone; returns once the system has said that it is so.

        A system that cannot be asked and says nothing about a microphone that is as ordered already is believed.
        Raises DeviceRejectedError (no such channel, no command for it, refused, a newer order) or
        DeviceUnreachableError.
        """
        channel = self._channels.known_channel(channel)
        command = self._switching[channel, on]
        if command is None:
            raise DeviceRejectedError(self.name, f"no command to switch a microphone {'on' if on else 'off'}")
        await self._ordered({channel: on}, [command])

    async def all_off(self) -> None:
        """Switch every microphone off; returns once the system has said so of each that was on."""
        commands = [self._all_off] if self._all_off is not None else [
            command for channel in self._channels.open if (command := self._switching[channel, False]) is not None
        ]  # fmt: skip
        if not commands and self._channels.open:
            raise DeviceRejectedError(self.name, "no command to switch a microphone off")
        await self._ordered(dict.fromkeys(self._channels.open, False), commands)

    def reported(self) -> tuple[str, ...]:
        """A line for each channel, and for each microphone without a seat, for the technician."""
        return self._channels.reported()

    async def _ordered(self, wanted: dict[str, bool], commands: list[bytes]) -> None:
        if self._pipe is None or self._ready is not None:
            raise DeviceUnreachableError(self.name, "not connected")
        now_ms = self._clock.now_ms()
        unasked = self._dialect.read is None
        waiting = [
            (channel, self._channels.expect(channel, on, now_ms + ORDER_MS, unchanged_is_done=unasked))
            for channel, on in wanted.items()
        ]
        self._read_ms = now_ms + READ_BACK_MS
        try:
            self._send(*commands, *self._questions(tuple(wanted)))
            self._pump(self._pipe, now_ms)
            for _, done in waiting:
                await done
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            for channel, done in waiting:
                if done.done() and not done.cancelled():
                    done.exception()
                self._channels.withdraw(channel, done)

    # --------------------------------------------------------------------------------------------------- lines

    def _on_bytes(self, data: bytes) -> None:
        now_ms = self._clock.now_ms()
        lines = self._cutter.feed(data, now_ms)
        if self._link.datagrams:
            lines += self._cutter.finish()
        self._on_lines(lines, now_ms)

    def _on_lines(self, lines: list[Line | BadLine], now_ms: int) -> None:
        for line in lines:
            if isinstance(line, BadLine):
                self._show(f"{line.why}: {line.raw[:20].hex(' ')}")
                continue
            self._heard_ms = now_ms
            if self._dialect.ack and self._pipe is not None:
                self._pipe.write(self._dialect.ack)
            before, self._newest = self._newest, (line.raw, now_ms)
            if line.raw == before[0] and now_ms - before[1] <= self._dialect.repeat_ms:
                continue
            heard = understand(line.text, self._dialect.rules)
            if heard is None:
                self._show(repr(line.text[:40]))
            else:
                self._on_heard(heard, now_ms)

    def _on_heard(self, heard: Heard, now_ms: int) -> None:
        seats = [channel for seat in heard.seats if (channel := self._channels.find(seat)) is not None]
        self._named.update(seats)
        match heard.meaning:
            case Meaning.ON | Meaning.OFF | Meaning.REQUEST:
                for channel in seats:
                    self._channels.read(channel, NAMES[heard.meaning])
            case Meaning.WITHDRAWN:
                for channel in seats:
                    if self._channels.state(channel) is not MicState.ON:
                        self._channels.read(channel, MicState.OFF)
            case Meaning.TOGGLE:
                for channel in seats:
                    was_on = self._channels.state(channel) is MicState.ON
                    self._channels.read(channel, MicState.OFF if was_on else MicState.ON)
            case Meaning.ALL_OFF:
                self._listed((), MicState.ON)
            case Meaning.OPEN_LIST:
                self._listed(tuple(seats), MicState.ON)
            case Meaning.REQUEST_LIST:
                self._listed(tuple(seats), MicState.REQUEST)
                self._tell_queue(tuple(seats))
            case Meaning.READ_DONE:
                self._read_done()
            case Meaning.REFUSED:
                for channel in seats or self._channels.ordered:
                    self._channels.refuse(channel, f"refused: {heard.text[:60]}")
            case Meaning.ALIVE:
                return
        if self._ready is not None and self._dialect.read is not None and not self._channels.unread:
            self._is_ready()

    def _listed(self, seats: tuple[str, ...], state: MicState) -> None:
        """Everything that is in `state`: the rest is not, and off if it was. Who stops comes first."""
        for channel in self._channels.names:
            known = self._channels.state(channel)
            if channel not in seats and (state is MicState.ON or known is not MicState.ON):
                self._channels.read(channel, MicState.OFF if known in (None, state) else known)
        for channel in seats:
            if not (state is MicState.REQUEST and self._channels.state(channel) is MicState.ON):
                self._channels.read(channel, state)

    def _tell_queue(self, queue: tuple[str, ...]) -> None:
        if queue != self._queue:
            self._queue = queue
            self._emit(QueueReading(self.name, queue))

    def _read_done(self) -> None:
        for channel in self._channels.names:
            if channel not in self._named:
                self._channels.read(channel, MicState.OFF)
        self._is_ready()

    def _is_ready(self) -> None:
        if self._ready is not None:
            ready, self._ready = self._ready, None
            ready()

    def _show(self, what: str) -> None:
        """Tell the technician of a line that no rule knows, each once, the first few of a session."""
        if len(self._strange) < STRANGE and what not in self._strange:
            self._strange[what] = None
            self._channels.identify("not understood: " + " ".join(list(self._strange)[-2:]))

    # ---------------------------------------------------------------------------------------------------- time

    def _tick(self, pipe: Pipe, now_ms: int) -> None:
        """Do what the time asks for. Raises TimeoutError when the system is silent that should not be."""
        dialect = self._dialect
        self._on_lines(self._cutter.pause(now_ms), now_ms)
        if dialect.silence_ms is not None and now_ms - self._heard_ms > dialect.silence_ms:
            raise TimeoutError(f"no line for {dialect.silence_ms / 1000:g} s")
        if self._keep_alive is not None and now_ms >= self._keep_ms:
            self._keep_ms = now_ms + dialect.keep_alive_ms
            if self._ready is None:
                self._named.clear()
            self._send(self._keep_alive)
        if self._ready is not None:
            self._start(now_ms)
        elif self._channels.ordered and now_ms >= self._read_ms:
            self._read_ms = now_ms + READ_BACK_MS
            self._send(*self._questions(self._channels.ordered))
        self._channels.overdue(now_ms)
        self._pump(pipe, now_ms)

    def _start(self, now_ms: int) -> None:
        """Become ready: by the end of the answer, by every microphone's answer, or when there was time for it."""
        waited_ms = now_ms - self._started_ms
        if self._dialect.says(Meaning.READ_DONE) or (self._dialect.read is not None and self._channels.unread):
            if waited_ms > START_MS:
                missing = ", ".join(self._channels.unread[:6])
                raise TimeoutError(f"not everything could be read within {START_MS // 1000} s: {missing or 'no end'}")
        elif waited_ms >= SETTLE_MS:
            self._channels.read_rest(off=False)
            self._is_ready()

    def _questions(self, channels: tuple[str, ...]) -> tuple[bytes, ...]:
        """What asks for these channels; a question that reads all of them at once is there once."""
        return tuple(dict.fromkeys(line for channel in channels if (line := self._reading[channel]) is not None))

    def _send(self, *lines: bytes) -> None:
        if len(self._outbox) + len(lines) > WAITING:
            raise DeviceUnreachableError(self.name, "more to send than pace_ms lets through")
        self._outbox.extend(lines)

    def _pump(self, pipe: Pipe, now_ms: int) -> None:
        """Send what waits and may go. Raises OSError."""
        while self._outbox and now_ms >= self._next_ms:
            pipe.write(self._outbox.popleft())
            self._next_ms = now_ms + self._dialect.pace_ms

    def _line(self, template: str | None, channel: str = "0") -> bytes | None:
        return None if template is None else encode(fill_in(template, channel), self._dialect.framing)

    def _begin(self, ready: Ready, now_ms: int) -> None:
        self._ready, self._cutter = ready, LineCutter(self._dialect.framing)
        self._queue, self._newest = None, (b"", 0)
        self._next_ms, self._keep_ms = now_ms, now_ms + self._dialect.keep_alive_ms
        self._send(*self._greeting, *self._questions(self._channels.names))

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe = self._ready = None
        self._outbox.clear()
        self._named.clear()
        self._strange.clear()
        self._channels.end()
