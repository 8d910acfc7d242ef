"""The OSC server for control surfaces: who may speak, who listens, and what they are sent.

Source: Open Sound Control 1.0; conventions of TouchOSC, Bitfocus Companion (generic-osc) and QLab.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

import structlog

from chamber.core.errors import ChamberError, DeviceUnreachableError, EncodeError
from chamber.ports import Clock, Ready
from drivers.osc.codec import Malformed, Message, Template, Value, build, number, unpack
from drivers.transport import UdpPort, bind_udp

Peer = tuple[str, int]
State = Mapping[str, tuple[Value, ...]]
Act = Callable[[str, tuple[Value | None, ...]], Awaitable[None]]
"""Carries out a message; raises ChamberError with what is wrong."""

LIFETIME_S, LONGEST_LIFETIME_S = 60, 3600
SUBSCRIBERS = 16
WAITING = 64
REFRESH_S = 15.0
"""UDP loses datagrams: everything is sent again this often."""
BURST = 40
BURST_PAUSE_S = 0.005

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whose datagrams are looked at: networks such as 192.0.2.0/24, or single addresses."""

    networks: tuple[str, ...]

    def has(self, host: str) -> bool:
        """Whether an address is among them."""
        address = ip_address(host.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in ip_network(network, strict=False) for network in self.networks)


class OscSurface:
    """One UDP port for all surfaces; `name` is what the console calls it.

    Args:
        listen: address and port.
        targets: who is always sent the state.
        allowed: whose messages are heard; all else is ignored, and logged once for each host.
        act: carries out a message.
    """

    def __init__(
        self, name: str, listen: Peer, targets: tuple[Peer, ...], allowed: Allowed, act: Act, clock: Clock
    ) -> None:
        self.name, self._listen, self._targets = name, listen, targets
        self._allowed, self._act, self._clock = allowed, act, clock
        self._port: UdpPort | None = None
        self._subscribers: dict[Peer, int] = {}
        self._state: State = {}
        self._waiting: asyncio.Queue[tuple[Message, Peer]] = asyncio.Queue(WAITING)
        self._wake = asyncio.Event()
        self._sent: dict[Peer, dict[str, tuple[Value, ...]]] = {}
        self._strangers: set[str] = set()

    async def serve(self, ready: Ready) -> None:
        """Hold the port. Ends by DeviceUnreachableError, or cancelled."""
        try:
            self._port = await bind_udp(*self._listen, self._heard)
        except OSError as exc:
            host, port = self._listen
            raise DeviceUnreachableError(self.name, f"cannot listen on UDP {host}:{port}: {exc.strerror}") from exc
        self._sent = {}
        ready()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._work())
                group.create_task(self._refresh())
                group.create_task(self._tell())
        except* OSError as group_error:
            raise DeviceUnreachableError(self.name, str(group_error.exceptions[0])) from None
        finally:
            self._port.close()
            self._port = None

    def push(self, state: State) -> None:
        """This is so from now on; what differs is sent to everybody who listens."""
        self._state = dict(state)
        self._wake.set()

    # ---------------------------------------------------------------------------------------------------- heard

    def _heard(self, data: bytes, peer: Peer) -> None:
        if not self._allowed.has(peer[0]):
            if peer[0] not in self._strangers and len(self._strangers) < 100:
                self._strangers.add(peer[0])
                log.warning("osc from an address that is not allowed", host=peer[0])
            return
        for message in unpack(data):
            if isinstance(message, Malformed):
                self._send(peer, "/error", "", "not an OSC message")
                continue
            try:
                self._waiting.put_nowait((message, peer))
            except asyncio.QueueFull:
                self._send(peer, "/error", message.address, "too many messages at once; this one was dropped")

    async def _work(self) -> None:
        while True:
            message, peer = await self._waiting.get()
            match message.address.lower():
                case "/ping":
                    self._send(peer, "/pong", *(value for value in message.values[:1] if value is not None))
                case "/subscribe":
                    self._subscribe(message.values, peer)
                case "/unsubscribe":
                    self._subscribers.pop(self._listener(message.values, peer), None)
                case _:
                    try:
                        await self._act(message.address, message.values)
                    except ChamberError as exc:
                        self._send(peer, "/error", message.address, str(exc)[:200])

    def _listener(self, values: tuple[Value | None, ...], peer: Peer) -> Peer:
        port = number(values[0]) if values else None
        return (peer[0], int(port)) if port is not None and 0 < port < 65536 else peer

    def _subscribe(self, values: tuple[Value | None, ...], peer: Peer) -> None:
        listener = self._listener(values, peer)
        wanted = number(values[1]) if len(values) > 1 else None
        lifetime_s = LIFETIME_S if wanted is None else max(1, min(LONGEST_LIFETIME_S, int(wanted)))
        self._expire()
        if listener not in self._subscribers and len(self._subscribers) >= SUBSCRIBERS:
            self._send(peer, "/error", "/subscribe", f"{SUBSCRIBERS} listeners are subscribed already")
            return
        self._subscribers[listener] = self._clock.now_ms() + lifetime_s * 1000
        self._sent.pop(listener, None)
        self._wake.set()

    def _expire(self) -> None:
        now_ms = self._clock.now_ms()
        self._subscribers = {peer: end_ms for peer, end_ms in self._subscribers.items() if end_ms > now_ms}
        listening = {*self._subscribers, *self._targets}
        self._sent = {peer: sent for peer, sent in self._sent.items() if peer in listening}

    # ----------------------------------------------------------------------------------------------------- told

    async def _refresh(self) -> None:
        while True:
            await self._clock.sleep(REFRESH_S)
            self._expire()
            self._sent = {}
            self._wake.set()

    async def _tell(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._expire()
            for peer in (*self._targets, *self._subscribers):
                sent = self._sent.setdefault(peer, {})
                changed = {address: values for address, values in self._state.items() if sent.get(address) != values}
                for count, (address, values) in enumerate(changed.items(), 1):
                    sent[address] = values
                    self._send(peer, address, *values)
                    if count % BURST == 0:  # small receivers lose what comes all at once
                        await self._clock.sleep(BURST_PAUSE_S)

    def _send(self, peer: Peer, address: str, *values: Any) -> None:
        if self._port is None:
            return
        try:
            self._port.write_to(build(Template(address, values), ""), peer)
        except EncodeError as exc:
            log.warning("osc message left out", address=address, reason=str(exc))
