"""A Behringer X32 on a real UDP port: what clients ask, set and subscribe to, and a hand at the desk.

Source: unofficial X32 OSC protocol reference 4.06; behaviour of the emulator by the same author.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from drivers.sim.faults import Faults, Outlet
from drivers.sim.x32_desk import Desk
from drivers.sim.x32_osc import Message, Value, pack, unpack

# "/xremote ... for 10 seconds", at most four clients at a time.
XREMOTE_S, SUBSCRIBERS = 10.0, 4
METER_STEP_S, METERS_S, METER_CLIENTS = 0.05, 10.0, 16
LOG_LINES = 10_000

Peer = tuple[str, int]


@dataclass(slots=True)
class _Meter:
    due_s: float
    until_s: float
    step_s: float
    channel: int | None
    timer: asyncio.TimerHandle | None = None


class SimX32(asyncio.DatagramProtocol):
    """One desk. Use as `async with SimX32() as desk:` or with start() and close().

    Args:
        host: address to listen on.
        port: UDP port; 10023 on the real desk, 0 for a free one (see `port` after the start).
        name: what it calls itself in /xinfo.
        now_s: clock for the life of subscriptions, seconds.
    Attributes:
        faults: misbehaviour to switch on.
        metering: False keeps every meter packet back, also from those who subscribed before.
        hard_mutes: False switches the channels' own mutes along with a mute group, and pushes only the group.
        on_change: called with address and value when a client's set has changed something.
        log: (CLOCK_MONOTONIC ns, what) of presses at the desk and sets by clients, newest last.
    """

    MODEL, VERSION, FIRMWARE = "X32", "V2.05", "4.06"
    ECHOES = False  # whether a subscriber is told of its own sets

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, name: str = "X32", now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self.host, self.port, self._name, self._now_s = host, port, name, now_s
        self.faults = Faults()
        self.metering = self.hard_mutes = True
        self.on_change: Callable[[str, Value], None] | None = None
        self.log: deque[tuple[int, str]] = deque(maxlen=LOG_LINES)
        self._desk = self.new_desk()
        self._remotes: dict[Peer, float] = {}
        self._meters: dict[tuple[Peer, str], _Meter] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._outlet = Outlet(self.faults)

    def new_desk(self) -> Desk:
        """What this model holds when it is switched on for the first time."""
        return Desk()

    async def start(self) -> int:
        """Listen; returns the port."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, self.port))
        self._transport = transport
        self.port = int(transport.get_extra_info("sockname")[1])
        return self.port

    async def close(self) -> None:
        """Fall silent and forget every subscriber, as a desk that loses power; the settings stay."""
        for meter in self._meters.values():
            if meter.timer:
                meter.timer.cancel()
        self._meters.clear()
        self._remotes.clear()
        self._outlet.close()
        if self._transport:
            self._transport.close()
        self._transport = None
        await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def press(self, channel: int, on: bool) -> int:
        """Somebody at the desk opens or mutes a channel, counted from 1; returns when, in ns of CLOCK_MONOTONIC."""
        return self.turn(f"/ch/{channel:02d}/mix/on", int(on))

    def turn(self, address: str, value: Value) -> int:
        """Somebody at the desk sets any parameter; returns when, in ns of CLOCK_MONOTONIC. KeyError: no such one."""
        if self._desk.read(address) is None:
            raise KeyError(address)
        at_ns = time.monotonic_ns()
        if self._desk.store(address, value):
            self._follow(address)
            self._push(address, None)
        self.log.append((at_ns, f"desk {address} {value}"))
        return at_ns

    def level(self, channel: int, linear: float) -> None:
        """Sound on a channel, counted from 1, from now on; 1.0 = 0 dBFS. Seen in the meters, muted or not."""
        self._desk.levels[self._index(channel)] = linear

    def gate(self, channel: int, gain: float) -> None:
        """Gain of a channel's gate from now on; 1.0 is open."""
        self._desk.gates[self._index(channel)] = gain

    @property
    def channels(self) -> int:
        """How many channels it has."""
        return self._desk.channels

    def _index(self, channel: int) -> int:
        if not 1 <= channel <= self._desk.channels:
            raise ValueError(f"no such channel: {channel}")
        return channel - 1

    def is_open(self, channel: int) -> bool:
        """Whether a channel, counted from 1, is unmuted."""
        return self._desk.is_open(channel)

    def read(self, address: str) -> Value | None:
        """The value that the desk holds, None for an address it does not have."""
        held = self._desk.read(address)
        return None if held is None else held[1]

    @property
    def subscribers(self) -> int:
        """How many clients get changes pushed now."""
        self._forget_expired()
        return len(self._remotes)

    @property
    def metered(self) -> int:
        """How many meter subscriptions run now."""
        return len(self._meters)

    def datagram_received(self, data: bytes, addr: tuple[str | None, int]) -> None:
        """One datagram of a client."""
        peer = (addr[0] or "", addr[1])
        message = None if self.faults.loses() else unpack(data)
        if message is None:
            return
        values = message.values
        match message.address, values:
            case "/info", ():
                self._answer(peer, "/info", "ssss", self.VERSION, self._name, self.MODEL, self.FIRMWARE)
            case "/xinfo", ():
                self._answer(peer, "/xinfo", "ssss", self.host, self._name, self.MODEL, self.FIRMWARE)
            case "/status", ():
                self._answer(peer, "/status", "sss", "active", self.host, self._name)
            case "/xremote", ():
                self._subscribe(peer)
            case "/meters", (str(bank), *rest):
                self._subscribe_meters(peer, bank, [number for number in rest if isinstance(number, int)])
            case "/node", (str(path),):
                text = self._desk.node(path)
                if text is not None:
                    self._answer(peer, "node", "s", text)
            case "/", (str(line),):
                parsed = self._desk.parse(line)
                if parsed:
                    self._set(peer, *parsed)
            case _:
                self._parameter(peer, message)

    def _parameter(self, peer: Peer, message: Message) -> None:
        if message.values:
            self._set(peer, message.address, message.values[0])
            return
        held = self._desk.read(message.address)
        if held is not None:
            self._answer(peer, message.address, *held)

    def _set(self, peer: Peer, address: str, value: Value | bytes) -> None:
        if self.faults.refuse is not None or self._desk.read(address) is None:
            return
        self.log.append((time.monotonic_ns(), f"client {address} {value!r}"))
        if not self._desk.store(address, value):
            return
        self._follow(address)
        self._push(address, peer)
        stored = self.read(address)
        if self.on_change and stored is not None:
            self.on_change(address, stored)

    def _follow(self, address: str) -> None:
        """Mute the members of a mute group themselves."""
        if not self.hard_mutes and address.startswith("/config/mute/"):
            self._desk.mute_members(int(address[-1]), muted=self.read(address) == 1)

    def _push(self, address: str, origin: Peer | None) -> None:
        held = self._desk.read(address)
        self._forget_expired()
        for peer in self._remotes:
            if held is not None and (self.ECHOES or peer != origin):
                self._answer(peer, address, *held)

    def _subscribe(self, peer: Peer) -> None:
        self._forget_expired()
        if peer in self._remotes or len(self._remotes) < SUBSCRIBERS:
            self._remotes[peer] = self._now_s() + XREMOTE_S

    def _forget_expired(self) -> None:
        now_s = self._now_s()
        self._remotes = {peer: until_s for peer, until_s in self._remotes.items() if until_s > now_s}

    def _subscribe_meters(self, peer: Peer, bank: str, numbers: list[int]) -> None:
        channel = numbers.pop(0) if bank == "/meters/6" and numbers else None
        if self._desk.meters(bank, channel) is None:
            return
        key = (peer, bank)
        before = self._meters.pop(key, None)
        if before and before.timer:
            before.timer.cancel()
        if len(self._meters) >= METER_CLIENTS:
            return
        factor = numbers[0] if numbers and 2 <= numbers[0] <= 99 else 1
        due_s = asyncio.get_running_loop().time()
        self._meters[key] = _Meter(due_s, self._now_s() + METERS_S, METER_STEP_S * factor, channel)
        self._send_meters(key)

    def _send_meters(self, key: tuple[Peer, str]) -> None:
        meter, (peer, bank) = self._meters[key], key
        if self._now_s() >= meter.until_s:
            del self._meters[key]
            return
        blob = self._desk.meters(bank, meter.channel)
        if blob is not None and self.metering:
            self._answer(peer, bank, "b", blob)
        meter.due_s += meter.step_s
        meter.timer = asyncio.get_running_loop().call_at(meter.due_s, self._send_meters, key)

    def _answer(self, peer: Peer, address: str, tags: str, *values: Value | bytes) -> None:
        self._outlet.send(pack(address, tags, *values), lambda data: self._write(data, peer))

    def _write(self, data: bytes, peer: Peer) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.sendto(data, peer)
