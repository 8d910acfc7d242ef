"""TCP, UDP and serial pipes: the only place where a driver's bytes meet a socket or a port.

Bytes are handed over in the callback of the event loop, with no queue or task in between. Whatever ends a pipe is kept
and raised by `check`, so that the session holder ends by it: an OSError for what the network did, any other exception
for a bug in the driver that took the bytes.
"""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import Protocol, cast

import serial
from serial_asyncio_fast import connection_for_serial

from chamber.core.reasons import why
from drivers.rfc2217 import Rfc2217Pipe

DIAL_S = 3.0

OnBytes = Callable[[bytes], None]
OnDatagram = Callable[[bytes, tuple[str, int]], None]


class Pipe(Protocol):
    """What a driver holds of its transport."""

    def write(self, data: bytes) -> None:
        """Send now, or as soon as the peer takes it. Raises OSError when the pipe is gone or the peer takes nothing."""

    def check(self) -> None:
        """Raise what ended the pipe; returns while it is open."""

    def close(self) -> None:
        """Close without waiting; nothing is handed over afterwards."""


class LinkLostError(ConnectionError):
    """The other side hung up."""


class LinkFullError(ConnectionError):
    """The other side has stopped taking bytes."""


class _Failing:
    """Keeps the first reason why a pipe ended; more than 64 KiB that the peer does not take is one."""

    def __init__(self) -> None:
        self._failure: Exception | None = None

    def pause_writing(self) -> None:
        """Called by the event loop when its buffer is over 64 KiB."""
        self._fail(LinkFullError("the other side takes no more bytes"))

    def check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _fail(self, reason: Exception) -> None:
        if self._failure is None:
            self._failure = reason


class StreamPipe(_Failing, asyncio.Protocol):
    """A TCP connection or a serial port."""

    def __init__(self, on_bytes: OnBytes) -> None:
        super().__init__()
        self._on_bytes = on_bytes
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._failure is None:
            try:
                self._on_bytes(data)
            except Exception as exc:  # noqa: BLE001 - raised again by check(), in the task that holds the session
                self._fail(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc if isinstance(exc, OSError) else LinkLostError("the other side hung up"))

    def write(self, data: bytes) -> None:
        self.check()
        if self._transport is None or self._transport.is_closing():
            raise LinkLostError("the other side hung up")
        self._transport.write(data)

    def close(self) -> None:
        self._fail(LinkLostError("closed"))
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()


class UdpPipe(_Failing, asyncio.DatagramProtocol):
    """A UDP socket connected to one peer: others are not heard, and a closed port is noticed."""

    def __init__(self, on_bytes: OnBytes) -> None:
        super().__init__()
        self._on_bytes = on_bytes
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        if self._failure is None:
            try:
                self._on_bytes(data)
            except Exception as exc:  # noqa: BLE001 - raised again by check(), in the task that holds the session
                self._fail(exc)

    def error_received(self, exc: Exception) -> None:
        self._fail(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc if isinstance(exc, OSError) else LinkLostError("closed"))

    def write(self, data: bytes) -> None:
        if self._failure is not None:
            raise self._failure
        if self._transport is None:
            raise LinkLostError("not open")
        self._transport.sendto(data)

    def close(self) -> None:
        self._fail(LinkLostError("closed"))
        if self._transport is not None:
            self._transport.abort()


class UdpPort(_Failing, asyncio.DatagramProtocol):
    """A local UDP port that hears everybody, for devices that answer to a fixed port."""

    def __init__(self, on_datagram: OnDatagram) -> None:
        super().__init__()
        self._on_datagram = on_datagram
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._failure is None:
            try:
                self._on_datagram(data, (addr[0], addr[1]))
            except Exception as exc:  # noqa: BLE001 - raised again by check(), in the task that holds the session
                self._fail(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc if isinstance(exc, OSError) else LinkLostError("closed"))

    def write_to(self, data: bytes, address: tuple[str, int]) -> None:
        """Send one datagram. Raises OSError when the port is gone."""
        self.check()
        if self._transport is None:
            raise LinkLostError("not open")
        self._transport.sendto(data, address)

    def close(self) -> None:
        self._fail(LinkLostError("closed"))
        if self._transport is not None:
            self._transport.abort()


class HeardUdp:
    """A local UDP port that hears the allowed hosts only, and sends to one address."""

    def __init__(self, port: UdpPort, peer: tuple[str, int] | None) -> None:
        self._port, self._peer = port, peer

    def write(self, data: bytes) -> None:
        """Send one datagram. Raises OSError when the port is gone, or nobody is named to send to."""
        if self._peer is None:
            raise LinkLostError("no address to send to")
        self._port.write_to(data, self._peer)

    def check(self) -> None:
        self._port.check()

    def close(self) -> None:
        self._port.close()


async def hear_udp(
    listen: tuple[str, int],
    allowed: tuple[str, ...],
    peer: tuple[str, int] | None,
    on_bytes: OnBytes,
    *,
    timeout_s: float = DIAL_S,
) -> Pipe:
    """Listen on a local UDP port for datagrams of some hosts. Raises OSError: the port is taken, a name is unknown.

    Args:
        listen: local address and port.
        allowed: host names or addresses that are heard; whatever others send is dropped unseen.
        peer: where `write` sends to.
    """
    loop = asyncio.get_running_loop()

    async def addresses(host: str) -> list[str]:
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
        return [str(address[0]) for *_, address in found]

    async with asyncio.timeout(timeout_s):
        heard = frozenset([address for host in allowed for address in await addresses(host)])
        goal = None if peer is None else ((await addresses(peer[0]))[0], peer[1])

    def on_datagram(data: bytes, sender: tuple[str, int]) -> None:
        if sender[0].removeprefix("::ffff:") in heard:
            on_bytes(data)

    return HeardUdp(await bind_udp(listen[0], listen[1], on_datagram, timeout_s=timeout_s), goal)


async def dial_tcp(host: str, port: int, on_bytes: OnBytes, *, timeout_s: float = DIAL_S) -> Pipe:
    """Connect; keep-alive is on. Raises OSError (TimeoutError after `timeout_s`)."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(timeout_s):
        transport, pipe = await loop.create_connection(lambda: StreamPipe(on_bytes), host, port)
    wire = transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return pipe


async def dial_udp(host: str, port: int, on_bytes: OnBytes, *, timeout_s: float = DIAL_S) -> Pipe:
    """Open a socket towards one peer from a free local port. Raises OSError; says nothing about the peer being there."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(timeout_s):
        _, pipe = await loop.create_datagram_endpoint(lambda: UdpPipe(on_bytes), remote_addr=(host, port))
    return pipe


async def bind_udp(host: str, port: int, on_datagram: OnDatagram, *, timeout_s: float = DIAL_S) -> UdpPort:
    """Open a local UDP port. Raises OSError when it is taken."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(timeout_s):
        _, pipe = await loop.create_datagram_endpoint(lambda: UdpPort(on_datagram), local_addr=(host, port))
    return pipe


async def dial_serial(url: str, baud: int, on_bytes: OnBytes, *, frame: str = "8N1", timeout_s: float = DIAL_S) -> Pipe:
    """Open a serial port, no flow control, DTR high, input flushed.

    Args:
        url: a path, `socket://host:port` (the bytes over TCP) or `rfc2217://host:port`.
        frame: data bits, parity (N, E or O) and stop bits, such as 7E1. Over socket:// the other side has that setting.
    Raises:
        OSError: no such port, or it is in use; the text names it.
    """
    if url.startswith("socket://"):
        host, _, port = url.removeprefix("socket://").rstrip("/").rpartition(":")
        if not host or not port.isdecimal():
            raise OSError(f"no host and port in {url[:80]}")
        return await dial_tcp(host.strip("[]"), int(port), on_bytes, timeout_s=timeout_s)
    loop = asyncio.get_running_loop()
    opening = loop.run_in_executor(
        None,
        partial(
            serial.serial_for_url,
            url,
            baudrate=baud,
            bytesize=int(frame[0]),
            parity=frame[1],
            stopbits=int(frame[2]),
            timeout=0.02,
        ),
    )
    try:
        async with asyncio.timeout(timeout_s):
            port_object = await asyncio.shield(opening)
    except serial.SerialException as exc:
        raise ConnectionError(f"{url}: {why(exc)}") from exc
    except BaseException:
        opening.add_done_callback(_close_late)
        raise
    if url.startswith("rfc2217://"):
        return Rfc2217Pipe(port_object, on_bytes, loop)
    _, pipe = await connection_for_serial(loop, lambda: StreamPipe(on_bytes), port_object)
    await asyncio.sleep(0)  # connection_made is called by the loop
    return cast(StreamPipe, pipe)


def _close_late(opening: "asyncio.Future[serial.Serial]") -> None:
    """A port that opens after nobody waits for it any more."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
