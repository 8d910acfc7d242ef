"""Pipes over real sockets, ports and an RFC 2217 server."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator

import pytest
import serial
from serial.rfc2217 import PortManager

from drivers.sim.pty import SimPort
from drivers.transport import LinkFullError, LinkLostError, Pipe, bind_udp, dial_serial, dial_tcp, dial_udp
from tests.drivers.sessions import TcpPeer, UdpPeer
from tests.until import until


def has_ended(pipe: Pipe) -> bool:
    try:
        pipe.check()
    except Exception:  # noqa: BLE001 - any end is an end
        return True
    return False


@pytest.fixture
async def tcp() -> AsyncIterator[TcpPeer]:
    async with TcpPeer() as peer:
        yield peer


async def test_tcp_carries_bytes_both_ways(tcp: TcpPeer) -> None:
    got = bytearray()
    pipe = await dial_tcp("127.0.0.1", tcp.port, got.extend)
    await tcp.accept()
    pipe.write(b"abc")
    assert await tcp.read(3) == b"abc"
    tcp.write(b"def")
    await until(lambda: got == b"def")
    pipe.check()
    pipe.close()
    with pytest.raises(LinkLostError):
        pipe.write(b"x")


async def test_a_hang_up_is_kept(tcp: TcpPeer) -> None:
    pipe = await dial_tcp("127.0.0.1", tcp.port, lambda data: None)
    await tcp.accept()
    tcp.hang_up()
    await until(lambda: has_ended(pipe))
    with pytest.raises(OSError, match=r".+"):
        pipe.check()
    with pytest.raises(OSError, match=r".+"):
        pipe.write(b"x")
    pipe.close()


async def test_a_peer_that_takes_nothing_ends_the_pipe(tcp: TcpPeer) -> None:
    pipe = await dial_tcp("127.0.0.1", tcp.port, lambda data: None)
    await tcp.accept()
    with pytest.raises(LinkFullError):
        for _ in range(10_000):
            pipe.write(bytes(65536))
    pipe.close()


async def test_a_bug_in_the_driver_is_raised_where_the_session_is_held(tcp: TcpPeer) -> None:
    def broken(data: bytes) -> None:
        raise ZeroDivisionError

    pipe = await dial_tcp("127.0.0.1", tcp.port, broken)
    await tcp.accept()
    tcp.write(b"x")
    await until(lambda: has_ended(pipe))
    with pytest.raises(ZeroDivisionError):
        pipe.check()
    pipe.close()
    async with UdpPeer() as peer:
        datagrams = await dial_udp("127.0.0.1", peer.port, broken)
        datagrams.write(b"x")
        await peer.read()
        peer.write(b"y")
        await until(lambda: has_ended(datagrams))
        with pytest.raises(ZeroDivisionError):
            datagrams.check()
        datagrams.close()


async def test_refused_and_unknown_peers_are_oserrors(tcp: TcpPeer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(OSError, match=r".+"):
        await dial_tcp("127.0.0.1", port, lambda data: None)
    with pytest.raises(OSError, match=r".+"):
        await dial_serial("/dev/does-not-exist", 9600, lambda data: None)
    with pytest.raises(OSError, match="no host and port"):
        await dial_serial("socket://nowhere", 9600, lambda data: None)


async def test_udp_hears_its_peer_only_and_notices_a_closed_port() -> None:
    got: list[bytes] = []
    async with UdpPeer() as peer, UdpPeer() as stranger:
        pipe = await dial_udp("127.0.0.1", peer.port, got.append)
        pipe.write(b"abc")
        assert await peer.read() == b"abc"
        stranger.write(b"forged", peer.sender)
        peer.write(b"def")
        await until(lambda: got)
        assert got == [b"def"]
    await asyncio.sleep(0.01)
    pipe.write(b"x")
    await until(lambda: has_ended(pipe))
    with pytest.raises(ConnectionRefusedError):
        pipe.write(b"y")
    pipe.close()


async def test_a_local_port_hears_all_and_is_given_back() -> None:
    got: list[tuple[bytes, tuple[str, int]]] = []
    async with UdpPeer() as free:
        local = free.port
    port = await bind_udp("127.0.0.1", local, lambda data, sender: got.append((data, sender)))
    with pytest.raises(OSError, match=r".+"):
        await bind_udp("127.0.0.1", local, lambda data, sender: None)
    async with UdpPeer() as peer:
        peer.write(b"abc", ("127.0.0.1", local))
        await until(lambda: got)
        assert got == [(b"abc", ("127.0.0.1", peer.port))]
        port.write_to(b"def", ("127.0.0.1", peer.port))
        assert await peer.read() == b"def"
    port.close()
    with pytest.raises(LinkLostError):
        port.write_to(b"x", ("127.0.0.1", local))
    await asyncio.sleep(0)
    (await bind_udp("127.0.0.1", local, lambda data, sender: None)).close()


async def test_a_serial_port_carries_bytes_and_its_end_is_kept() -> None:
    got, sent = bytearray(), bytearray()
    port = SimPort(None, sent.extend)
    port.open()
    pipe = await dial_serial(port.path, 9600, got.extend)
    pipe.write(b"\x81\xff")
    await until(lambda: sent == b"\x81\xff")
    port.write(b"\x90\x0d\x0a\x11\x13\xff")  # nothing is translated on the way
    await until(lambda: got == b"\x90\x0d\x0a\x11\x13\xff")
    port.unplug()
    await until(lambda: has_ended(pipe))
    with pytest.raises(OSError, match=r".+"):
        pipe.write(b"x")
    pipe.close()


async def test_a_serial_server_without_protocol_is_plain_tcp(tcp: TcpPeer) -> None:
    got = bytearray()
    pipe = await dial_serial(f"socket://127.0.0.1:{tcp.port}", 9600, got.extend)
    await tcp.accept()
    tcp.write(b"banner")
    await until(lambda: got == b"banner")
    pipe.close()


class Rfc2217Server:
    """pyserial's own server side before a port whose two pins are joined: one client hears itself."""

    def __init__(self) -> None:
        self._port = serial.serial_for_url("loop://", timeout=0.01)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._client: socket.socket | None = None
        self._running = True
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def write(self, data: bytes) -> None:
        if self._client is not None:
            self._client.sendall(data)

    def hang_up(self) -> None:
        if self._client is not None:
            self._client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._running = False
        self._listener.close()
        self.thread.join(2)
        self._port.close()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            self._client, _ = self._listener.accept()
            self._client.settimeout(0.01)
            manager = PortManager(self._port, self)  # type: ignore[arg-type]  # the stubs have the client's classes
            while self._running:
                with contextlib.suppress(TimeoutError):
                    data = self._client.recv(1024)
                    if not data:
                        break
                    self._port.write(b"".join(manager.filter(data)))
                if read := self._port.read(64):
                    self.write(b"".join(manager.escape(read)))
        if self._client is not None:
            self._client.close()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial 3.5 starts its thread the old way
async def test_rfc2217_carries_bytes_through_a_thread() -> None:
    got = bytearray()
    server = await asyncio.to_thread(Rfc2217Server)
    try:
        pipe = await dial_serial(f"rfc2217://127.0.0.1:{server.port}", 9600, got.extend, timeout_s=10.0)
        pipe.write(b"\x81\xff\x90")  # FF is the escape of telnet
        await until(lambda: got == b"\x81\xff\x90")
        pipe.check()
        server.hang_up()
        await until(lambda: has_ended(pipe))
        with pytest.raises(OSError, match=r".+"):
            pipe.write(b"x")
        pipe.close()
    finally:
        await asyncio.to_thread(server.close)


async def test_nobody_at_an_rfc2217_address_is_an_oserror() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(OSError, match=r".+"):
        await dial_serial(f"rfc2217://127.0.0.1:{port}", 9600, lambda data: None)
