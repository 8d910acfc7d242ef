"""One session with a program or a desk that tells of microphones by OSC over UDP."""

from dataclasses import dataclass

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.core.reasons import why
from chamber.ports import Clock, Emit, Ready
from drivers.channels import Channels
from drivers.osc.codec import Malformed, Meaning, Message, Rule, Template, build, understand, unpack
from drivers.transport import Pipe, hear_udp

TICK_S = 0.05
START_MS = 10_000
ASK_AGAIN_MS = 300
ORDER_MS = 1500
REREAD_MS = 10_000  # every channel is asked again in this time, spread out: UDP loses messages
SILENCE_MS = 15_000  # without an answer to any question
STRANGE = 8
STATES = {
    Meaning.ON: MicState.ON,
    Meaning.OFF: MicState.OFF,
    Meaning.REQUEST: MicState.REQUEST,
    Meaning.WITHDRAWN: MicState.OFF,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What messages mean, and what is sent.

    Attributes:
        rules: the first that fits a message counts.
        on, off: switch one microphone; None: cannot be switched from here.
        all_off: switches all off; None: each by itself.
        read: asks for one microphone; None: cannot be asked.
        periodic: sent at the start and every `periodic_ms`, such as a subscription; None: nothing.
        silence_ms: a session without a message for so long ends; None: 15 s where microphones can be asked, else never.
    """

    rules: tuple[Rule, ...]
    on: Template | None = None
    off: Template | None = None
    all_off: Template | None = None
    read: Template | None = None
    periodic: Template | None = None
    periodic_ms: int = 9000
    silence_ms: int | None = None


class OscSystem:
    """Microphones by OSC.

    Args:
        listen: local address and port.
        allowed: hosts that are heard, names or addresses; all others are not.
        peer: host and port that messages are sent to, from the port that is listened on; None: nothing is sent.
        channels: the other side's numbers or names of the microphones that belong to seats.
        emit: takes MicReading (one for each channel after every connect, then each change) and IdentityReading, which
            names channels without a seat and addresses that no rule knows.

    Raises:
        EncodeError: a message cannot be built for a channel.
    """

    def __init__(
        self,
        name: str,
        listen: tuple[str, int],
        allowed: tuple[str, ...],
        peer: tuple[str, int] | None,
        plan: Plan,
        channels: tuple[str, ...],
        emit: Emit,
        clock: Clock,
    ) -> None:
        self.name, self._plan, self._clock = name, plan, clock
        self._listen, self._allowed, self._peer = listen, allowed, peer
        self._channels = Channels(name, channels, emit)
        self._switching = {
            (channel, on): _datagram(plan.on if on else plan.off, channel)
            for channel in channels
            for on in (False, True)
        }
        self._questions = {channel: build(plan.read, channel) for channel in channels} if plan.read is not None else {}
        self._periodic, self._all_off = _datagram(plan.periodic), _datagram(plan.all_off)
        self._silence_ms = plan.silence_ms or (SILENCE_MS if plan.read is not None else None)
        # the answers are the proof of life as well: two that are lost end nothing
        self._turn_ms = min(REREAD_MS // max(1, len(self._questions)), (self._silence_ms or SILENCE_MS) // 4)
        self._pipe: Pipe | None = None
        self._ready: Ready | None = None
        self._strange: dict[str, None] = {}
        self._repeated: dict[str, bytes] = {}
        self._started_ms = self._heard_ms = self._periodic_ms = self._ask_ms = self._again_ms = 0
        self._cursor = 0

    async def serve(self, ready: Ready) -> None:
        """Hold one session. Ends by DeviceUnreachableError, or cancelled."""
        try:
            self._ready = ready
            self._started_ms = self._heard_ms = self._periodic_ms = self._ask_ms = self._clock.now_ms()
            self._pipe = pipe = await hear_udp(self._listen, self._allowed, self._peer, self._on_datagram)
            while True:
                self._tick(pipe, self._clock.now_ms())
                await self._clock.sleep(TICK_S)
                pipe.check()
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._end()

    async def switch(self, channel: str, on: bool) -> None:
        """Switch one microphone; returns once a message says that it is so.

        Raises DeviceRejectedError (no such channel, no message for it, does not stay, a newer order) or
        DeviceUnreachableError (no answer).
        """
        channel = self._channels.known_channel(channel)
        command = self._switching[channel, on]
        if command is None or self._peer is None:
            raise DeviceRejectedError(self.name, f"no message to switch a microphone {'on' if on else 'off'}")
        await self._ordered({channel: on}, {channel: command})

    async def all_off(self) -> None:
        """Switch every microphone off; returns once messages say so of each that was on."""
        wanted = dict.fromkeys(self._channels.open, False)
        each = {channel: command for channel in wanted if (command := self._switching[channel, False]) is not None}
        if self._peer is None or (self._all_off is None and len(each) < len(wanted)):
            raise DeviceRejectedError(self.name, "no message to switch a microphone off")
        await self._ordered(wanted, each if self._all_off is None else dict.fromkeys(wanted or ("",), self._all_off))

    def reported(self) -> tuple[str, ...]:
        """A line for each channel, and for each microphone without a seat, for the technician."""
        return self._channels.reported()

    async def _ordered(self, wanted: dict[str, bool], commands: dict[str, bytes]) -> None:
        if self._pipe is None or self._ready is not None:
            raise DeviceUnreachableError(self.name, "not connected")
        now_ms = self._clock.now_ms()
        unasked = not self._questions
        waiting = [
            (channel, self._channels.expect(channel, on, now_ms + ORDER_MS, unchanged_is_done=unasked))
            for channel, on in wanted.items()
        ]
        self._again_ms = now_ms + ASK_AGAIN_MS
        try:
            for datagram in dict.fromkeys(commands.values()):
                self._pipe.write(datagram)
            self._repeated.update((channel, commands[channel]) for channel in wanted)
            self._ask(self._pipe, tuple(wanted))
            for _, done in waiting:
                await done
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            for channel, done in waiting:
                if done.done() and not done.cancelled():
                    done.exception()
                self._channels.withdraw(channel, done)

    def _on_datagram(self, data: bytes) -> None:
        for message in unpack(data):
            if isinstance(message, Malformed):
                self._show(f"no OSC: {message.raw[:12].hex(' ')}")
            else:
                self._on_message(message)

    def _on_message(self, message: Message) -> None:
        self._heard_ms = self._clock.now_ms()
        heard = understand(message, self._plan.rules)
        if heard is None:
            self._show(f"{message.address[:40]} {' '.join(str(value)[:12] for value in message.values[:3])}".strip())
            return
        if heard.meaning is Meaning.ALL_OFF:
            for channel in self._channels.names:
                known = self._channels.state(channel)
                self._channels.read(channel, MicState.REQUEST if known is MicState.REQUEST else MicState.OFF)
        elif heard.meaning in STATES and heard.channel is not None:
            channel_ = self._channels.find(heard.channel)
            withdrawn = heard.meaning is Meaning.WITHDRAWN
            if channel_ is not None and not (withdrawn and self._channels.state(channel_) is MicState.ON):
                self._channels.read(channel_, STATES[heard.meaning])
        self._finish_start()

    def _show(self, what: str) -> None:
        """Tell the technician of what no rule knows, each once, the first few of a session."""
        if len(self._strange) < STRANGE and what not in self._strange:
            self._strange[what] = None
            self._channels.identify("not understood: " + ", ".join(list(self._strange)[-2:]))

    def _finish_start(self) -> None:
        if self._ready is not None and not self._channels.unread:
            ready, self._ready = self._ready, None
            ready()

    def _tick(self, pipe: Pipe, now_ms: int) -> None:
        """Do what the time asks for. Raises TimeoutError when the other side is silent that should not be."""
        if self._silence_ms is not None and now_ms - self._heard_ms > self._silence_ms:
            raise TimeoutError(f"no message for {self._silence_ms / 1000:g} s")
        if self._periodic is not None and now_ms >= self._periodic_ms:
            self._periodic_ms = now_ms + self._plan.periodic_ms
            pipe.write(self._periodic)
        if self._ready is not None:
            self._start(pipe, now_ms)
        elif self._questions and now_ms >= self._ask_ms:
            channel = self._channels.names[self._cursor % len(self._questions)]
            self._cursor += 1
            self._ask_ms = now_ms + self._turn_ms
            self._ask(pipe, (channel,))
        self._channels.overdue(now_ms)
        if now_ms >= self._again_ms and self._channels.ordered:
            self._again_ms = now_ms + ASK_AGAIN_MS
            for datagram in dict.fromkeys(self._repeated[channel] for channel in self._channels.ordered):
                pipe.write(datagram)
            self._ask(pipe, self._channels.ordered)

    def _start(self, pipe: Pipe, now_ms: int) -> None:
        if not self._questions:
            self._channels.read_rest(off=False)
        if not self._channels.unread:
            self._finish_start()
        elif now_ms - self._started_ms > START_MS:
            raise TimeoutError(f"no answer for {', '.join(self._channels.unread[:6])} within {START_MS // 1000} s")
        elif now_ms >= self._ask_ms:
            self._ask_ms = now_ms + ASK_AGAIN_MS
            self._ask(pipe, self._channels.unread)

    def _ask(self, pipe: Pipe, channels: tuple[str, ...]) -> None:
        for channel in channels:
            if channel in self._questions:
                pipe.write(self._questions[channel])

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe = self._ready = None
        self._strange.clear()
        self._repeated.clear()
        self._channels.end()


def _datagram(template: Template | None, channel: str = "0") -> bytes | None:
    return None if template is None else build(template, channel)
