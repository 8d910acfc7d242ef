"""Plain peers for simulators: bytes out, bytes in, nothing understood."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from tests.until import until


class Peer(asyncio.DatagramProtocol):
    """A UDP socket that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.got.append(data)

    def send(self, data: bytes, to: tuple[str, int]) -> None:
        assert self._transport is not None
        self._transport.sendto(data, to)

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    @property
    def port(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    async def take(self, count: int = 1) -> list[bytes]:
        """The next datagrams."""
        await until(lambda: len(self.got) >= count, what=f"{count} datagrams, got {self.got}")
        taken, self.got[:] = self.got[:count], self.got[count:]
        return taken

    async def ask(self, data: bytes, to: tuple[str, int]) -> bytes:
        """Send, and the next datagram."""
        self.send(data, to)
        return (await self.take())[0]


@asynccontextmanager
async def peer() -> AsyncIterator[Peer]:
    _, protocol = await asyncio.get_running_loop().create_datagram_endpoint(Peer, local_addr=("127.0.0.1", 0))
    try:
        yield protocol
    finally:
        protocol.close()
        await asyncio.sleep(0)


class Stream:
    """A TCP connection or serial line that is read in exact pieces."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def send(self, data: bytes | str) -> None:
        self._writer.write(bytes.fromhex(data) if isinstance(data, str) else data)

    async def take(self, count: int) -> bytes:
        async with asyncio.timeout(5):
            return await self._reader.readexactly(count)

    async def packet(self) -> str:
        """The next VISCA packet, in hex."""
        async with asyncio.timeout(5):
            return (await self._reader.readuntil(b"\xff")).hex()

    async def line(self) -> str:
        """The next line, without its CR LF."""
        async with asyncio.timeout(5):
            data = await self._reader.readuntil(b"\r\n")
        return data[:-2].decode()

    async def ended(self) -> bool:
        """Whether the other side hangs up."""
        async with asyncio.timeout(5):
            try:
                return await self._reader.read(100) == b""
            except OSError:
                return True

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            return
