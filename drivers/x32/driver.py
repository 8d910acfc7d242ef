"""One session with an X32 or M32: read every channel, listen to its pushes, switch channels.

The way of a microphone event is `_on_datagram`: a look-up of the whole datagram and a call of `emit`.
"""

import asyncio
from dataclasses import dataclass

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.ports import Clock, Emit, IdentityReading, MicReading, Ready
from drivers.transport import Pipe, dial_udp
from drivers.x32.codec import INFO, XINFO, XREMOTE, ChannelOn, Identity, Malformed, ask_on, is_meter, parse, set_on

TICK_S = 0.05
RENEW_MS = 4000  # the subscription lapses after 10 s: one lost renewal does no harm
QUIET_MS = 1000  # a ping goes out into this much silence
PING_MS = 500
SILENCE_MS = 3000  # and this much ends the session
ASK_AGAIN_MS = 200
START_MS = 10_000  # all channels read, or the session ends
ORDER_MS = 1500
REREAD_MS = 10_000  # every channel is read again in this time, spread out
UNPUSHED_REREAD_MS = 500  # the same when changes are found that were not pushed: the desk has four subscribers already
UNPUSHED_CHANGES = 2


@dataclass(slots=True)
class _Order:
    on: bool
    done: "asyncio.Future[None]"
    until_ms: int
    again_ms: int
    refused: bool = False


class X32:
    """A mixing desk as microphone system: a channel that is not muted is an open microphone.

    Args:
        channels: the desk's channels, "01" to "32", that belong to seats. Raises EncodeError for others.
        emit: takes MicReading (one for each channel after every connect, then each change) and IdentityReading.
    """

    def __init__(self, name: str, host: str, port: int, channels: tuple[str, ...], emit: Emit, clock: Clock) -> None:
        self.name, self._host, self._port, self._emit, self._clock = name, host, port, emit, clock
        self._channels = channels
        self._readings = {
            (channel, on): MicReading(name, channel, MicState.ON if on else MicState.OFF)
            for channel in channels
            for on in (False, True)
        }
        self._by_datagram = {set_on(*key): reading for key, reading in self._readings.items()}
        self._questions = {channel: ask_on(channel) for channel in channels}
        self._known: dict[str, MicReading] = {}
        self._asked: set[str] = set()
        self._orders: dict[str, _Order] = {}
        self._pipe: Pipe | None = None
        self._ready: Ready | None = None
        self._identified = self._heard = False
        self._unpushed = self._cursor = 0
        self._started_ms = self._heard_ms = self._renew_ms = self._ping_ms = self._ask_ms = 0
        self._debt = 0.0

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
            raise DeviceUnreachableError(self.name, str(exc) or "no answer") from exc
        finally:
            self._end()

    async def switch(self, channel: str, on: bool) -> None:
        """Open or mute a channel; returns once it was read back.

        Raises DeviceRejectedError (no such channel, stays as it was, a newer order) or DeviceUnreachableError.
        """
        if channel not in self._questions:
            raise DeviceRejectedError(self.name, f"no such channel: {channel[:20]}")
        if self._pipe is None or self._ready is not None:
            raise DeviceUnreachableError(self.name, "not connected")
        self._settle(channel, DeviceRejectedError(self.name, f"channel {channel}: overtaken by a newer order"))
        now_ms = self._clock.now_ms()
        done = asyncio.get_running_loop().create_future()
        self._orders[channel] = order = _Order(on, done, now_ms + ORDER_MS, now_ms + ASK_AGAIN_MS)
        try:
            self._send_order(self._pipe, channel, on)
            await done
        except OSError as exc:
            raise DeviceUnreachableError(self.name, str(exc) or "no answer") from exc
        finally:
            if self._orders.get(channel) is order:
                del self._orders[channel]

    def _on_datagram(self, data: bytes) -> None:
        reading = self._by_datagram.get(data)
        if reading is not None:
            self._on_reading(reading)
        elif is_meter(data):
            self._heard = True
        else:
            self._on_other(data)

    def _on_reading(self, reading: MicReading) -> None:
        self._heard = True
        channel = reading.channel
        known, order = self._known.get(channel), self._orders.get(channel)
        if known is not reading:
            self._known[channel] = reading
            self._emit(reading)
            if known is not None and order is None:
                self._unpushed = self._unpushed + 1 if channel in self._asked else 0
        self._asked.discard(channel)
        if self._ready is not None:
            self._finish_start()
        if order is not None:
            order.refused = reading is not self._readings[channel, order.on]
            if not order.refused:
                self._settle(channel, None)

    def _on_other(self, data: bytes) -> None:
        message = parse(data)
        if isinstance(message, Malformed):
            return
        self._heard = True
        if isinstance(message, ChannelOn):
            reading = self._readings.get((message.channel, message.on))
            if reading is not None:
                self._on_reading(reading)
        elif isinstance(message, Identity) and not self._identified:
            self._identified = True
            self._emit(IdentityReading(self.name, message.text))
            self._finish_start()

    def _begin(self, ready: Ready, now_ms: int) -> None:
        self._ready = ready
        self._identified = self._heard = False
        self._started_ms = self._heard_ms = self._renew_ms = self._ping_ms = self._ask_ms = now_ms
        self._unpushed, self._debt = 0, 0.0

    def _finish_start(self) -> None:
        if self._ready is not None and self._identified and len(self._known) == len(self._questions):
            ready, self._ready = self._ready, None
            ready()

    def _tick(self, pipe: Pipe, now_ms: int) -> None:
        """Do what the time asks for. Raises TimeoutError when the desk is silent."""
        if self._heard:
            self._heard, self._heard_ms = False, now_ms
        if now_ms - self._heard_ms > SILENCE_MS:
            raise TimeoutError(f"no answer for {SILENCE_MS // 1000} s")
        if now_ms >= self._renew_ms:
            self._renew_ms = now_ms + RENEW_MS
            pipe.write(XREMOTE)
        if now_ms - self._heard_ms > QUIET_MS and now_ms >= self._ping_ms:
            self._ping_ms = now_ms + PING_MS
            pipe.write(XINFO)
        if self._ready is not None:
            self._ask_missing(pipe, now_ms)
        else:
            self._reread(pipe, now_ms)
        for channel, order in list(self._orders.items()):
            self._press(pipe, channel, order, now_ms)

    def _ask_missing(self, pipe: Pipe, now_ms: int) -> None:
        if now_ms - self._started_ms > START_MS:
            raise TimeoutError(f"not everything could be read within {START_MS // 1000} s")
        if now_ms >= self._ask_ms:
            self._ask_ms = now_ms + ASK_AGAIN_MS
            if not self._identified:
                pipe.write(INFO)
            for channel, question in self._questions.items():
                if channel not in self._known:
                    pipe.write(question)

    def _reread(self, pipe: Pipe, now_ms: int) -> None:
        """Read channels again, a few at a time: UDP loses pushes, and a fifth subscriber gets none."""
        period_ms = UNPUSHED_REREAD_MS if self._unpushed >= UNPUSHED_CHANGES else REREAD_MS
        self._debt += len(self._channels) * (now_ms - self._ask_ms) / period_ms
        self._ask_ms = now_ms
        for _ in range(min(int(self._debt), len(self._channels))):
            channel = self._channels[self._cursor % len(self._channels)]
            self._cursor += 1
            self._asked.add(channel)
            pipe.write(self._questions[channel])
        self._debt %= 1.0

    def _press(self, pipe: Pipe, channel: str, order: _Order, now_ms: int) -> None:
        if now_ms >= order.until_ms:
            wanted = "open" if order.on else "muted"
            self._settle(
                channel,
                DeviceRejectedError(self.name, f"channel {channel} does not stay {wanted}")
                if order.refused
                else DeviceUnreachableError(self.name, f"channel {channel}: no answer"),
            )
        elif now_ms >= order.again_ms:
            order.again_ms = now_ms + ASK_AGAIN_MS
            self._send_order(pipe, channel, order.on)

    def _send_order(self, pipe: Pipe, channel: str, on: bool) -> None:
        pipe.write(set_on(channel, on))
        self._asked.add(channel)
        pipe.write(self._questions[channel])  # the desk does not echo our own orders

    def _settle(self, channel: str, error: Exception | None) -> None:
        order = self._orders.pop(channel, None)
        if order is not None and not order.done.done():
            if error is None:
                order.done.set_result(None)
            else:
                order.done.set_exception(error)

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe = self._ready = None
        self._known.clear()
        self._asked.clear()
        for channel in list(self._orders):
            self._settle(channel, DeviceUnreachableError(self.name, "connection lost"))
