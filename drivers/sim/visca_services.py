"""The transports of a VISCA camera: Sony's UDP header, plain TCP, plain UDP and a serial chain.

Sources: Sony BRC-X400 Command List, "VISCA over IP"; Sony SRG-300H Technical Manual, "VISCA"; PTZOptics control sheets.
"""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from types import TracebackType
from typing import Self, cast

from drivers.sim.faults import Outlet
from drivers.sim.pty import SimPort
from drivers.sim.visca import SimCamera
from drivers.sim.visca_wire import (
    COMMAND,
    CONTROL,
    CONTROL_REPLY,
    DEVICE_SETTING,
    INQUIRY,
    LENGTH,
    REPLY,
    SEQUENCE_ERROR,
    SYNTAX,
    TYPE_ERROR,
    Cutter,
    Datagram,
    datagram,
    error,
    network_change,
    read_datagram,
)

CLIENTS, NUMBERS_KEPT, TCP_CLIENTS = 32, 64, 8
# A client that reads nothing is dropped at this.
UNREAD_BYTES = 1 << 20
ADDRESS_SET, CLEAR_ALL = bytes.fromhex("883001ff"), bytes.fromhex("88010001ff")
Peer = tuple[str, int]


class Service:
    """One way to reach a camera; use as async context manager or with start() and close()."""

    async def start(self) -> int:
        """Listen; returns the port, 0 where there is none."""
        return 0

    async def close(self) -> None:
        """Stop listening; the camera lives on."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class _Udp(Service, asyncio.DatagramProtocol):
    def __init__(self, camera: SimCamera, host: str, port: int, *, shared: bool = False) -> None:
        self.camera, self.host, self.port, self._shared = camera, host, port, shared
        self._outlet = Outlet(camera.faults)
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> int:
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            listener.setblocking(False)
            if self._shared:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.host, self.port))
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=listener)
        except BaseException:
            listener.close()
            raise
        self._transport = transport
        self.port = int(transport.get_extra_info("sockname")[1])
        return self.port

    async def close(self) -> None:
        self._outlet.close()
        if self._transport:
            self._transport.close()
        self._transport = None
        await asyncio.sleep(0)

    def datagram_received(self, data: bytes, addr: tuple[str | None, int]) -> None:
        if not self.camera.faults.loses():
            self.received(data, (addr[0] or "", addr[1]))

    def received(self, data: bytes, peer: Peer) -> None:
        """One datagram that the faults have let through."""

    def _send(self, data: bytes, peer: Peer) -> None:
        self._outlet.send(data, lambda sent: self._write(sent, peer))

    def _write(self, data: bytes, peer: Peer) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.sendto(data, peer)


class SonyUdp(_Udp):
    """VISCA over IP with sequence numbers; 52381 on real cameras.

    Args:
        camera: what is controlled.
        host: address to listen on; several cameras of one machine take 127.0.0.1, 127.0.0.2, …
        port: UDP port, 0 for a free one.
        answer_port: answers go to this port of the sender's host, whatever port it sent from (52381 on older models);
            None answers to the source port.
        shared: let a controller on this machine bind the same port on all addresses, as it must for cameras that
            answer to 52381. The camera then needs an address other than 127.0.0.1.
    """

    def __init__(
        self,
        camera: SimCamera,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        answer_port: int | None = None,
        shared: bool = False,
    ) -> None:
        super().__init__(camera, host, port, shared=shared)
        self._answer_port = answer_port
        self._numbers: OrderedDict[Peer, OrderedDict[int, None]] = OrderedDict()

    def received(self, data: bytes, peer: Peer) -> None:
        message = read_datagram(data)
        if message is None:
            return
        if message.kind == CONTROL:
            self._control(message, peer)
        elif message.kind not in {COMMAND, INQUIRY, DEVICE_SETTING}:
            self._answer(CONTROL, message, TYPE_ERROR, peer)
        elif self._repeated(message.sequence, peer):
            self._answer(CONTROL, message, SEQUENCE_ERROR, peer)
        elif not message.whole or message.payload[-1:] != b"\xff":
            self._answer(REPLY, message, error(1, LENGTH), peer)
        elif message.payload[0] != 0x81:
            # "The address is locked to 1"; broadcasts belong to serial chains.
            self._answer(REPLY, message, error(1, SYNTAX), peer)
        else:
            self.camera.handle(message.payload, lambda reply: self._answer(REPLY, message, reply, peer))

    def _control(self, message: Datagram, peer: Peer) -> None:
        if message.payload == b"\x01":
            self._numbers.pop(peer, None)
            self._answer(CONTROL_REPLY, message, b"\x01", peer)

    def _repeated(self, sequence: int, peer: Peer) -> bool:
        numbers = self._numbers.setdefault(peer, OrderedDict())
        self._numbers.move_to_end(peer)
        if len(self._numbers) > CLIENTS:
            self._numbers.popitem(last=False)
        if sequence in numbers:
            return True
        numbers[sequence] = None
        if len(numbers) > NUMBERS_KEPT:
            numbers.popitem(last=False)
        return False

    def _answer(self, kind: int, asked: Datagram, payload: bytes, peer: Peer) -> None:
        self._send(datagram(kind, asked.sequence, payload), (peer[0], self._answer_port or peer[1]))


class RawUdp(_Udp):
    """VISCA packets without header in datagrams; 1259 on real cameras."""

    def __init__(self, camera: SimCamera, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(camera, host, port)

    def received(self, data: bytes, peer: Peer) -> None:
        for packet in Cutter().feed(data):
            if packet[0] == 0x81:
                self.camera.handle(packet, lambda reply: self._send(reply, peer))


class RawTcp(Service):
    """VISCA packets as a TCP stream; 5678 on real cameras. Past TCP_CLIENTS a connection is closed at once."""

    def __init__(self, camera: SimCamera, host: str = "127.0.0.1", port: int = 0) -> None:
        self.camera, self.host, self.port = camera, host, port
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Transport] = set()

    async def start(self) -> int:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _TcpClient(self.camera, self._clients), self.host, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def close(self) -> None:
        if self._server:
            self._server.close()
        self.drop()
        self._server = None
        await asyncio.sleep(0)

    def drop(self) -> None:
        """Hang up on every client; they may come again."""
        for transport in list(self._clients):
            transport.abort()
        self._clients.clear()


class _TcpClient(asyncio.Protocol):
    def __init__(self, camera: SimCamera, clients: set[asyncio.Transport]) -> None:
        self._camera, self._clients = camera, clients
        self._cutter, self._outlet = Cutter(), Outlet(camera.faults)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self._clients) >= TCP_CLIENTS:
            transport.close()
            return
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._clients.add(self._transport)

    def data_received(self, data: bytes) -> None:
        if self._camera.faults.loses():
            return
        for packet in self._cutter.feed(data):
            if packet[0] == 0x81:
                self._camera.handle(packet, self._reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self._outlet.close()
        if self._transport:
            self._clients.discard(self._transport)
        self._transport = None

    def _reply(self, data: bytes) -> None:
        self._outlet.send(data, self._write)

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > UNREAD_BYTES:
            self._transport.abort()


class SerialChain(Service):
    """One to seven cameras on one serial line, published as a pty.

    Each camera's answers have its own faults; the first camera's decide for the line (losses, broadcasts).

    Args:
        cameras: in the order of the cable; they have addresses 1, 2, … from the start.
        path: where the port appears, a symbolic link; None for the pty's own name (see `port.path`).
        baud: pace of the answers.
    Attributes:
        port: to unplug and plug in again.
        address_sets: how often the controller has counted the cameras.
    """

    def __init__(self, cameras: Sequence[SimCamera], path: str | None = None, *, baud: int = 9600) -> None:
        if not 1 <= len(cameras) <= 7:
            raise ValueError("a chain has 1 to 7 cameras")
        self.cameras = tuple(cameras)
        self.port = SimPort(path, self._received)
        self.address_sets = 0
        self._cutter = Cutter()
        # Start bit, eight data bits, stop bit.
        self._outlet = Outlet(self.cameras[0].faults, byte_s=10 / baud)

    async def start(self) -> int:
        self.port.open()
        return 0

    async def close(self) -> None:
        self._outlet.close()
        self.port.close()

    def change(self) -> None:
        """The chain was changed: the first camera says so, as after one has been switched on."""
        self._reply(network_change(1), self.cameras[0])

    def _received(self, data: bytes) -> None:
        if self.cameras[0].faults.loses():
            return
        for packet in self._cutter.feed(data):
            if packet == ADDRESS_SET:
                self.address_sets += 1
                self._reply(bytes((0x88, 0x30, len(self.cameras) + 1, 0xFF)), self.cameras[0])
            elif packet == CLEAR_ALL:
                for camera in self.cameras:
                    camera.close()
                self._reply(CLEAR_ALL, self.cameras[0])
            elif 0x81 <= packet[0] <= 0x80 + len(self.cameras):
                address = packet[0] & 0x07
                camera = self.cameras[address - 1]
                camera.handle(packet, partial(self._reply, camera=camera), address)

    def _reply(self, data: bytes, camera: SimCamera) -> None:
        self._outlet.send(data, self.port.write, camera.faults)
