"""A Bosch DCN-NG central unit: RS-232 on a pty, TCP when wanted, and hands at its microphones.

Source: DCN Next Generation Open Interface manual, release 2.4; first-generation CCU, simple protocol.
"""

import asyncio
import time
from collections import deque
from types import TracebackType
from typing import Self, cast

from drivers.sim.dcn_desk import NO_ACCESS, NO_PRIORITY, Desk, Unit, word
from drivers.sim.dcn_wire import (
    NAK,
    NOTIFICATION,
    RESPONSE,
    Alive,
    Asked,
    Bad,
    SerialReader,
    TcpReader,
    serial_frame,
    tcp_fault,
    tcp_frame,
)
from drivers.sim.faults import Faults, Outlet
from drivers.sim.pty import SimPort

__all__ = ["SimDcn", "Unit"]

LOG_LINES = 10_000
SILENCE_S = 15.0  # "the CCU closes the connection after 15 s without a message"
LOOK_S = 0.05


class SimDcn:
    """One central unit. Use as `async with SimDcn([Unit(517)]) as unit:` or with start() and close().

    Args:
        units: the places at the table.
        path: name of its serial port, a symbolic link; None for the pty's own name (see `path` after the start).
        host: address for TCP.
        tcp_port: TCP port, 0 for a free one, 9451 on the real one; None for a unit reached by serial only.
        app: application byte of the microphone functions.
        chair_priority: number in MICRO_ON_OFF of a chair's microphone.
        licensed: without it everything is refused.
        list_lag_s: the lists it reads out are this far behind its notifications.
        silence_s: TCP is hung up after this long without a message.
        strict_gap: a pause of more than 50 ms within a serial message spoils it.
    Attributes:
        faults: misbehaviour to switch on; `refuse` is the error word of every order.
        desk: who speaks and who waits.
        port: the serial port, to unplug and plug in again.
        log: (CLOCK_MONOTONIC ns, what) of hands and of clients' orders, newest last.
        naks: how many messages could not be read.
    """

    def __init__(
        self,
        units: list[Unit],
        path: str | None = None,
        *,
        host: str = "127.0.0.1",
        tcp_port: int | None = None,
        app: int = 0,
        chair_priority: int = NO_PRIORITY,
        licensed: bool = True,
        list_lag_s: float = 0.0,
        silence_s: float = SILENCE_S,
        strict_gap: bool = False,
    ) -> None:
        self.desk = Desk(units, self._notify, chair_priority=chair_priority)
        self.host, self.tcp_port, self.app = host, tcp_port, app
        self.licensed, self.list_lag_s, self.silence_s = licensed, list_lag_s, silence_s
        self.faults = Faults()
        self.log: deque[tuple[int, str]] = deque(maxlen=LOG_LINES)
        self.naks = 0
        self.port = SimPort(path, self._serial_data)
        self._strict_gap = strict_gap
        self._reader = SerialReader()
        self._outlet = Outlet(self.faults)
        self._serial_subscribed = False
        self._clients: set[_Client] = set()
        self._server: asyncio.Server | None = None
        self._lists: deque[tuple[float, bytes, bytes]] = deque()
        self._keep_lists()

    @property
    def path(self) -> str:
        """What a serial client opens."""
        return self.port.path

    @property
    def clients(self) -> int:
        """How many TCP clients there are."""
        return len(self._clients)

    async def start(self) -> None:
        """Publish the serial port and listen."""
        self.port.open()
        if self.tcp_port is not None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Client(self), self.host, self.tcp_port)
            self.tcp_port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Lose power: ports gone, subscriptions forgotten; who speaks and waits stays for a restart."""
        self._outlet.close()
        self.port.close()
        self._serial_subscribed = False
        if self._server:
            self._server.close()
        self._server = None
        for client in list(self._clients):
            client.abort()
        self._clients.clear()
        await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def press(self, unit: int, on: bool) -> int:
        """Somebody at a unit opens or closes the microphone; returns when, in ns of CLOCK_MONOTONIC."""
        at_ns = self._note(f"press {unit} {on}")
        if on:
            self.desk.append(unit)
        else:
            self.desk.remove(unit)
        self._keep_lists()
        return at_ns

    def request(self, unit: int) -> None:
        """Somebody asks for the floor."""
        self._note(f"request {unit}")
        self.desk.request(unit)
        self._keep_lists()

    def withdraw(self, unit: int) -> None:
        """Somebody asks no longer."""
        self._note(f"withdraw {unit}")
        self.desk.drop_request(unit)
        self._keep_lists()

    def slip(self, unit: int, on: bool) -> None:
        """A microphone goes on or off and the notification is lost."""
        if on:
            self.desk.speakers[unit] = True
        else:
            self.desk.speakers.pop(unit, None)
        self._keep_lists()

    def answer(self, asked: Asked) -> bytes:
        """Body of the response to a request."""
        head = bytes((asked.function, asked.app))
        if not self.licensed or asked.app != self.app:
            return head + word(NO_ACCESS)
        if asked.function not in {0x1E, 0x1F, 0x25, 0x2E}:
            if self.faults.refuse is not None:
                return head + word(self.faults.refuse)
            self._note(f"order {asked.function:02x} {asked.parameters.hex()}")
        if asked.function in {0x25, 0x2E} and not asked.parameters:
            return head + self._list(asked.function)
        answered = head + self.desk.answer(asked.function, asked.parameters)
        self._keep_lists()
        return answered

    def joined(self, client: "_Client") -> None:
        """A TCP client is there."""
        self._clients.add(client)

    def left(self, client: "_Client") -> None:
        """A TCP client is gone."""
        self._clients.discard(client)

    def _note(self, what: str) -> int:
        at_ns = time.monotonic_ns()
        self.log.append((at_ns, what))
        return at_ns

    def _keep_lists(self) -> None:
        now_s = time.monotonic()
        self._lists.append((now_s, self.desk.answer(0x25, b""), self.desk.answer(0x2E, b"")))
        while len(self._lists) > 1 and self._lists[1][0] <= now_s - self.list_lag_s:
            self._lists.popleft()

    def _list(self, function: int) -> bytes:
        past = [kept for kept in self._lists if kept[0] <= time.monotonic() - self.list_lag_s] or [self._lists[0]]
        _, requests, speakers = past[-1]
        return requests if function == 0x25 else speakers

    def _notify(self, number: int, data: bytes) -> None:
        body = bytes((number, self.app)) + data
        if self._serial_subscribed:
            self._to_serial(serial_frame(NOTIFICATION, body))
        for client in self._clients:
            if client.subscribed:
                client.send(tcp_frame(NOTIFICATION, body))

    def _serial_data(self, data: bytes) -> None:
        if self.faults.loses():
            return
        for message in self._reader.feed(data, time.monotonic(), strict_gap=self._strict_gap):
            if isinstance(message, Bad):
                self.naks += 1
                self._to_serial(serial_frame(NAK, b""))
                continue
            body = self.answer(message)
            if message.function in {0x1E, 0x1F} and self.licensed:
                self._serial_subscribed = message.function == 0x1E
            self._to_serial(serial_frame(RESPONSE, body))

    def _to_serial(self, frame: bytes) -> None:
        self._outlet.send(frame, self.port.write)


class _Client(asyncio.Protocol):
    """One TCP session."""

    def __init__(self, unit: SimDcn) -> None:
        self._unit = unit
        self.subscribed = False
        self._reader = TcpReader()
        self._outlet = Outlet(unit.faults)
        self._heard_s = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._unit.joined(self)
        self._look()

    def data_received(self, data: bytes) -> None:
        if self._unit.faults.loses():
            return
        self._heard_s = time.monotonic()
        for message in self._reader.feed(data):
            if isinstance(message, Bad):
                self._unit.naks += 1
                self.send(tcp_fault(message.code, message.position))
            elif not isinstance(message, Alive):
                body = self._unit.answer(message)
                if message.function in {0x1E, 0x1F} and self._unit.licensed:
                    self.subscribed = message.function == 0x1E
                self.send(tcp_frame(RESPONSE, body))

    def connection_lost(self, exc: Exception | None) -> None:
        self._outlet.close()
        if self._timer:
            self._timer.cancel()
        self._unit.left(self)
        self._transport = None

    def send(self, frame: bytes) -> None:
        """Send a message, faults applied."""
        self._outlet.send(frame, self._write)

    def abort(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.abort()

    def _look(self) -> None:
        if time.monotonic() - self._heard_s > self._unit.silence_s:
            self.abort()
            return
        self._timer = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def _write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)
