"""Helpers for tests of drivers over real wires: a session that runs, a quick clock, and peers that play a script."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from chamber.core.errors import DeviceError
from chamber.ports import Device, DeviceEvent
from tests.until import until

Kind = TypeVar("Kind")


class QuickClock:
    """Time that runs `factor` times as fast as the real one, for limits of seconds on a wire that answers in less."""

    def __init__(self, factor: int = 1) -> None:
        self._factor, self._start_s = factor, time.monotonic()

    def now_ms(self) -> int:
        return 1_000_000 + round((time.monotonic() - self._start_s) * 1000 * self._factor)

    def wall_ms(self) -> int:
        return 1_790_000_000_000 + self.now_ms()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._factor)


class Events(list[DeviceEvent]):
    """What a driver emitted, in order; give `append` to it as its `emit`."""

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self if isinstance(event, kind)]


class Session:
    """One session of a driver: `ready`, and `error` once it has ended."""

    def __init__(self) -> None:
        self.ready = False
        self.error: DeviceError | None = None

    def set_ready(self) -> None:
        assert not self.ready, "ready() was called twice"
        self.ready = True

    @property
    def over(self) -> bool:
        return self.error is not None


@asynccontextmanager
async def served(device: Device, *, wait: bool = True) -> AsyncIterator[Session]:
    """Run one session of a driver; waits until it is ready unless told otherwise."""
    session = Session()

    async def run() -> None:
        try:
            await device.serve(session.set_ready)
        except DeviceError as exc:
            session.error = exc

    task = asyncio.create_task(run())
    try:
        if wait:
            await until(lambda: session.ready or task.done(), what=f"{device.name} ready")
            assert session.ready, f"session ended: {session.error}"
        yield session
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class UdpPeer(asyncio.DatagramProtocol):
    """A UDP socket that a test reads from and answers with by hand."""

    def __init__(self) -> None:
        self._got: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None
        self.sender: tuple[str, int] = ("", 0)
        self.port = 0

    async def __aenter__(self) -> "UdpPeer":
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port = self._transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._transport is not None
        self._transport.close()
        await asyncio.sleep(0)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._got.put_nowait((data, addr))

    async def read(self, timeout_s: float = 5.0) -> bytes:
        async with asyncio.timeout(timeout_s):
            data, self.sender = await self._got.get()
        return data

    def waiting(self) -> int:
        return self._got.qsize()

    def write(self, data: bytes, to: tuple[str, int] | None = None) -> None:
        assert self._transport is not None
        self._transport.sendto(data, to or self.sender)


class TcpPeer:
    """A TCP server for one client at a time that a test reads from and answers with by hand."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._client: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.port = 0

    async def __aenter__(self) -> "TcpPeer":
        self._server = await asyncio.start_server(lambda r, w: self._client.put_nowait((r, w)), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.hang_up()
        while not self._client.empty():
            self._client.get_nowait()[1].transport.abort()
        await asyncio.sleep(0.01)

    async def accept(self) -> None:
        async with asyncio.timeout(5.0):
            self._reader, self._writer = await self._client.get()

    async def read(self, size: int, timeout_s: float = 5.0) -> bytes:
        assert self._reader is not None
        async with asyncio.timeout(timeout_s):
            return await self._reader.readexactly(size)

    async def read_until(self, end: bytes, timeout_s: float = 5.0) -> bytes:
        assert self._reader is not None
        async with asyncio.timeout(timeout_s):
            return await self._reader.readuntil(end)

    def write(self, data: bytes) -> None:
        assert self._writer is not None
        self._writer.write(data)

    def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None
