"""Ways out of a simulator that speaks in bytes: a pty, TCP clients and UDP, all heard and all told."""

import asyncio
from collections.abc import Callable
from typing import cast

from drivers.sim.faults import Faults, Outlet
from drivers.sim.pty import SimPort

Answer = Callable[[bytes], None]
OnData = Callable[[bytes, Answer], None]


class Ways:
    """The ports of one device.

    Args:
        on_data: called with what a client has sent, and the way back to it.
        faults: misbehaviour of the device.
        path: name of the serial port, None for the pty's own name.
        tcp_port: TCP port, 0 for a free one, None for no TCP.
        udp_to: address that is told by UDP, None for no UDP; what comes back from it is heard.
        host: address to listen on.
    """

    def __init__(
        self,
        on_data: OnData,
        faults: Faults,
        *,
        path: str | None = None,
        tcp_port: int | None = None,
        udp_to: tuple[str, int] | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.host, self.tcp_port, self.udp_to, self.udp_port = host, tcp_port, udp_to, 0
        self.clients: set[_Client] = set()
        self.port = SimPort(path, lambda data: self.heard(data, self._to_serial))
        self._on_data, self._faults = on_data, faults
        self._outlet = Outlet(faults)
        self._server: asyncio.Server | None = None
        self._udp: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Publish the ports."""
        loop = asyncio.get_running_loop()
        self.port.open()
        if self.tcp_port is not None:
            self._server = await loop.create_server(lambda: _Client(self, self._faults), self.host, self.tcp_port)
            self.tcp_port = int(self._server.sockets[0].getsockname()[1])
        if self.udp_to is not None:
            self._udp, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self), local_addr=(self.host, self.udp_port)
            )
            self.udp_port = int(self._udp.get_extra_info("sockname")[1])

    async def close(self) -> None:
        """Take them away."""
        self._outlet.close()
        self.port.close()
        if self._server:
            self._server.close()
        if self._udp:
            self._udp.close()
        self._server = self._udp = None
        for client in list(self.clients):
            client.abort()
        self.clients.clear()
        await asyncio.sleep(0)

    def tell(self, data: bytes) -> None:
        """Send to everybody."""
        self._to_serial(data)
        for client in self.clients:
            client.send(data)
        if self.udp_to is not None:
            self._outlet.send(data, self._to_udp)

    def heard(self, data: bytes, answer: Answer) -> None:
        """Hand on what came in, unless it is lost."""
        if not self._faults.loses():
            self._on_data(data, answer)

    def answer_udp(self, data: bytes) -> None:
        """Answer by UDP."""
        self._outlet.send(data, self._to_udp)

    def _to_serial(self, data: bytes) -> None:
        self._outlet.send(data, self.port.write)

    def _to_udp(self, data: bytes) -> None:
        if self._udp and not self._udp.is_closing():
            self._udp.sendto(data, self.udp_to)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, ways: Ways) -> None:
        self._ways = ways

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._ways.heard(data, self._ways.answer_udp)


class _Client(asyncio.Protocol):
    """One TCP client."""

    def __init__(self, ways: Ways, faults: Faults) -> None:
        self._ways, self._outlet = ways, Outlet(faults)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._ways.clients.add(self)

    def data_received(self, data: bytes) -> None:
        self._ways.heard(data, self.send)

    def connection_lost(self, exc: Exception | None) -> None:
        self._outlet.close()
        self._ways.clients.discard(self)
        self._transport = None

    def send(self, data: bytes) -> None:
        """Send, faults applied."""
        self._outlet.send(data, self._write)

    def abort(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.abort()

    def _write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)
