"""One session with an X32, M32 or X-Air: read every channel, listen to its pushes and meters, switch channels.

The way of a microphone event is `_on_datagram`: a look-up of the whole datagram and a call of `emit`.
"""

import asyncio

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.core.reasons import why
from chamber.ports import Clock, Emit, IdentityReading, MicReading, Ready
from drivers.transport import Pipe, dial_udp
from drivers.x32 import codec
from drivers.x32.codec import (
    INFO,
    XINFO,
    XREMOTE,
    ChannelName,
    ChannelOn,
    GroupSwitch,
    Identity,
    Malformed,
    Membership,
    is_meter,
    parse,
)
from drivers.x32.families import X32_FAMILY, Family, read_bank
from drivers.x32.groups import Groups
from drivers.x32.orders import Orders
from drivers.x32.rounds import Round
from drivers.x32.speech import Speaking, Voice, hear

TICK_S = 0.05
RENEW_MS = 4000  # subscriptions lapse after 10 s: one lost renewal does no harm
QUIET_MS = 1000  # a ping goes out into this much silence
PING_MS = 500
SILENCE_MS = 3000  # and this much ends the session; the same for meters where they are needed
ASK_AGAIN_MS = 200
START_MS = 10_000  # all channels read, or the session ends
REREAD_MS = 10_000  # every channel is read again in this time, spread out
UNPUSHED_REREAD_MS = 500  # the same when changes are found that were not pushed: the desk has four subscribers already
UNPUSHED_CHANGES = 2


class X32:
    """A mixing desk as microphone system.

    Args:
        channels: the desk's channels, "1" or "01" to "32" (X-Air 16), that belong to seats; events name them as they
            are given here. Raises EncodeError for others.
        emit: takes MicReading (one for each channel after every connect, then each change) and IdentityReading, which
            holds the names of the channels once they are read.
        family: X32_FAMILY or XAIR_FAMILY.
        speaking: None takes a channel that is not muted for an open microphone; else it must also be spoken into.
        groups: a channel that a DCA or a mute group silences counts as muted.
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
        family: Family = X32_FAMILY,
        speaking: Speaking | None = None,
        groups: bool = True,
    ) -> None:
        self.name, self._host, self._port, self._emit, self._clock = name, host, port, emit, clock
        self._family, self._speaking = family, speaking
        self._bank = None if speaking is None else family.level if speaking.by == "level" else family.gate
        self._labels = {family.number(channel): channel for channel in channels}
        self._numbers = {channel: number for number, channel in self._labels.items()}
        self._order = tuple(self._labels)
        self._round = Round(self._order)
        self._groups = Groups(self._order, family, followed=groups)
        self._readings = {
            (number, on): MicReading(name, channel, MicState.ON if on else MicState.OFF)
            for number, channel in self._labels.items()
            for on in (False, True)
        }
        self._by_datagram = {codec.set_on(*key): key for key in self._readings}
        self._questions = {number: codec.ask_on(number) for number in self._labels}
        self._open: dict[str, bool] = {}
        self._voices: dict[str, Voice] = {}
        self._told: dict[str, MicReading] = {}
        self._names: dict[str, str] = {}
        self._asked: set[str] = set()
        self._orders = Orders(name, self._send_order)
        self._pipe: Pipe | None = None
        self._ready: Ready | None = None
        self._identity = ""
        self._heard = self._metered = False
        self._unpushed = 0
        self._started_ms = self._heard_ms = self._meters_ms = self._renew_ms = self._ping_ms = self._ask_ms = 0

    async def serve(self, ready: Ready) -> None:
        """Hold one session. Ends by DeviceUnreachableError (no answer for 3 s, port closed), or cancelled."""
        try:
            self._pipe = pipe = await dial_udp(self._host, self._port, self._on_datagram)
            self._begin(ready, self._clock.now_ms())
            while True:
                self._tick(pipe, self._clock.now_ms())
                await self._clock.sleep(TICK_S)
                pipe.check()
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._end()

    async def switch(self, channel: str, on: bool) -> None:
        """Open or mute a channel; returns once it was read back, spoken into or not.

        Raises DeviceRejectedError (no such channel, stays as it was, a newer order, unmuted but silenced by a group)
        or DeviceUnreachableError.
        """
        number = self._numbers.get(channel)
        if number is None:
            raise DeviceRejectedError(self.name, f"no such channel: {channel[:20]}")
        if self._pipe is None or self._ready is not None:
            raise DeviceUnreachableError(self.name, "not connected")
        await self._orders.carry_out(number, on, self._clock.now_ms())
        if on and number in self._groups.silenced:
            silencers = " and ".join(self._groups.silencers(number))
            raise DeviceRejectedError(self.name, f"channel {channel}: unmuted, but silenced by {silencers} of the desk")

    async def all_off(self) -> None:
        """Mute every channel that is open, spoken into or not; returns once all were read back. Raises DeviceError."""
        channels = [label for number, label in self._labels.items() if self._open.get(number) is not False]
        results = await asyncio.gather(*(self.switch(label, False) for label in channels), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def reported(self) -> tuple[str, ...]:
        """A line for each channel, for the technician: what the desk calls it and whether it is open."""
        words = {True: "open", False: "muted", None: "not read"}
        return tuple(
            f"channel {label}: {self._names.get(number) or 'no name'}, {words[self._open.get(number)]}"
            + "".join(f", silenced by {group}" for group in self._groups.silencers(number))
            for number, label in self._labels.items()
        )

    # -------------------------------------------------------------------------------------------------- heard

    def _on_datagram(self, data: bytes) -> None:
        key = self._by_datagram.get(data)
        if key is not None:
            self._on_switch(*key)
        elif is_meter(data):
            self._heard = True
            if self._bank is not None and self._speaking is not None:
                signals_db = read_bank(data, self._bank, self._family.channels)
                if signals_db is not None:
                    self._on_signals(signals_db, self._speaking)
        else:
            self._on_other(data)

    def _on_switch(self, number: str, on: bool) -> None:
        self._heard = True
        was = self._open.get(number)
        if was is not on:
            self._open[number] = on
            self._tell(number)
            if was is not None and number not in self._orders:
                self._unpushed = self._unpushed + 1 if number in self._asked else 0
        self._asked.discard(number)
        if self._ready is not None:
            self._finish_start()
        self._orders.read(number, on)

    def _on_signals(self, signals_db: tuple[float, ...], how: Speaking) -> None:
        self._metered = True
        now_ms = self._clock.now_ms()
        for number in self._order:
            before = self._voices.get(number, Voice())
            voice = self._voices[number] = hear(before, signals_db[int(number) - 1], now_ms, how)
            if voice.speaking is not before.speaking and number in self._open:
                self._tell(number)
        if self._ready is not None:
            self._finish_start()

    def _tell(self, number: str) -> None:
        if not self._groups.settled:
            return
        spoken = self._speaking is None or self._voices.get(number, Voice()).speaking
        reading = self._readings[number, self._open[number] and spoken and number not in self._groups.silenced]
        if self._told.get(number) is not reading:
            self._told[number] = reading
            self._emit(reading)

    def _on_other(self, data: bytes) -> None:
        message = parse(data)
        if isinstance(message, Malformed):
            return
        self._heard = True
        if isinstance(message, ChannelOn):
            if message.channel in self._labels:
                self._on_switch(message.channel, message.on)
        elif isinstance(message, ChannelName):
            self._on_name(message)
        elif isinstance(message, Membership | GroupSwitch):
            self._on_group(message)
        elif isinstance(message, Identity) and not self._identity:
            self._identity = message.text
            self._emit(IdentityReading(self.name, message.text))
            self._tell_names()
            self._finish_start()

    def _on_group(self, message: Membership | GroupSwitch) -> None:
        if not self._groups.take(message) or not self._groups.settled:
            return
        self._tell_all()
        if self._ready is None and isinstance(message, GroupSwitch) and self._pipe is not None:
            for question in self._questions.values():  # some desks switch the channels of a mute group as well
                self._pipe.write(question)
        self._finish_start()

    def _tell_all(self) -> None:
        for number in self._order:
            if number in self._open:
                self._tell(number)

    def _on_name(self, message: ChannelName) -> None:
        if message.channel in self._labels and self._names.get(message.channel) != message.name:
            self._names[message.channel] = message.name
            self._tell_names()

    def _tell_names(self) -> None:
        if self._identity and len(self._names) == len(self._labels) and any(self._names.values()):
            names = ", ".join(f"{self._labels[n]} {self._names[n]}" for n in self._order if self._names[n])
            self._emit(IdentityReading(self.name, f"{self._identity}: {names}"))

    # ------------------------------------------------------------------------------------------------ session

    def _begin(self, ready: Ready, now_ms: int) -> None:
        self._ready = ready
        self._groups.begin(now_ms)
        self._identity = ""
        self._heard = self._metered = False
        self._started_ms = self._heard_ms = self._meters_ms = now_ms
        self._renew_ms = self._ping_ms = self._ask_ms = now_ms
        self._unpushed = 0
        self._round.begin(now_ms)

    def _finish_start(self) -> None:
        complete = self._identity and self._groups.settled and len(self._open) == len(self._labels)
        if self._ready is not None and complete and (self._bank is None or self._metered or self._voices):
            ready, self._ready = self._ready, None
            ready()

    def _tick(self, pipe: Pipe, now_ms: int) -> None:
        """Do what the time asks for. Raises TimeoutError when the desk is silent."""
        if self._heard:
            self._heard, self._heard_ms = False, now_ms
        if self._metered:
            self._metered, self._meters_ms = False, now_ms
        if now_ms - self._heard_ms > SILENCE_MS:
            raise TimeoutError(f"no answer for {SILENCE_MS // 1000} s")
        if self._bank is not None and self._ready is None and now_ms - self._meters_ms > SILENCE_MS:
            raise TimeoutError(f"no meters for {SILENCE_MS // 1000} s, so nobody would be heard speaking")
        if now_ms >= self._renew_ms:
            self._renew_ms = now_ms + RENEW_MS
            self._subscribe(pipe)
        if now_ms - self._heard_ms > QUIET_MS and now_ms >= self._ping_ms:
            self._ping_ms = now_ms + PING_MS
            pipe.write(XINFO)
        self._ask_groups(pipe, now_ms)
        if self._ready is not None:
            self._ask_missing(pipe, now_ms)
        else:
            self._reread(pipe, now_ms)
        self._orders.tick(now_ms)

    def _subscribe(self, pipe: Pipe) -> None:
        pipe.write(XREMOTE)
        if self._bank is not None:
            pipe.write(codec.subscribe_meters(self._bank.address))
        for number in self._order:
            if number not in self._names:
                pipe.write(codec.ask_name(number))

    def _ask_groups(self, pipe: Pipe, now_ms: int) -> None:
        settled = self._groups.settled
        for question in self._groups.due(now_ms):
            pipe.write(question)
        if self._groups.settled and not settled:
            self._tell_all()
            self._finish_start()

    def _ask_missing(self, pipe: Pipe, now_ms: int) -> None:
        missing = [number for number in self._order if number not in self._open]
        if now_ms - self._started_ms > START_MS:
            what = f"channels {', '.join(missing)}" if missing else "meters" if self._identity else "model"
            raise TimeoutError(f"not everything could be read within {START_MS // 1000} s: {what} missing")
        if now_ms >= self._ask_ms:
            self._ask_ms = now_ms + ASK_AGAIN_MS
            if not self._identity:
                pipe.write(INFO)
            for number in missing:
                pipe.write(self._questions[number])

    def _reread(self, pipe: Pipe, now_ms: int) -> None:
        """Read channels again, a few at a time: UDP loses pushes, and a fifth subscriber gets none."""
        period_ms = UNPUSHED_REREAD_MS if self._unpushed >= UNPUSHED_CHANGES else REREAD_MS
        for number in self._round.due(now_ms, period_ms):
            self._asked.add(number)
            pipe.write(self._questions[number])

    def _send_order(self, number: str, on: bool) -> None:
        if self._pipe is not None:
            self._pipe.write(codec.set_on(number, on))
            self._asked.add(number)
            self._pipe.write(self._questions[number])  # the desk does not echo our own orders

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe = self._ready = None
        for forgotten in (self._open, self._voices, self._told, self._names):
            forgotten.clear()
        self._asked.clear()
        self._orders.fail_all()
