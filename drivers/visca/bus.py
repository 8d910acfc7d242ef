"""What several cameras share: the local UDP port that Sony cameras answer to, and a serial daisy chain.

A bus owns the transport; cameras are members with a pipe of their own. The first member opens it, the last closes it.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from drivers.transport import DIAL_S, LinkLostError, Pipe, UdpPort, bind_udp, dial_serial
from drivers.visca.codec import (
    BROADCAST_ADDRESSES,
    BROADCAST_CLEAR,
    Ack,
    AddressesSet,
    ChainCleared,
    Completed,
    NetworkChange,
    Rejected,
    Reply,
    ReplyParser,
)

CHAIN_ANSWER_S = 0.5
CHAIN_TRIES = 2

Taken = TypeVar("Taken")
Address = tuple[str, int]


class _Member(Generic[Taken]):
    """One camera's end of a bus; its own failure ends only its own session."""

    def __init__(
        self,
        feed: Callable[[Taken], None],
        send: Callable[[bytes], None],
        check: Callable[[], None],
        leave: Callable[[], None],
    ) -> None:
        self._feed, self._send, self._check, self._leave = feed, send, check, leave
        self._failure: Exception | None = None
        self._closed = False

    def take(self, data: Taken) -> None:
        if self._failure is None:
            try:
                self._feed(data)
            except Exception as exc:  # noqa: BLE001 - raised again by check(), in the task that holds the session
                self._failure = exc

    def write(self, data: bytes) -> None:
        self.check()
        self._send(data)

    def check(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._check()

    def close(self) -> None:
        if not self._closed:
            self._closed, self._failure = True, LinkLostError("closed")
            self._leave()


class SonyPort:
    """A local UDP port, 52381 in production, shared by cameras that answer to it whatever port they were asked from.

    Answers are told apart by the sender's address; its port counts only where two members have the same address.
    """

    def __init__(self, host: str = "0.0.0.0", port: int = 52381) -> None:
        self._host, self._port = host, port
        self._opening = asyncio.Lock()
        self._udp: UdpPort | None = None
        self._members: dict[Address, _Member[bytes]] = {}

    async def join(self, host: str, port: int, feed: Callable[[bytes], None]) -> Pipe:
        """Return a pipe to one camera. Raises OSError: the local port is taken, no such host, or it has a member."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(DIAL_S), self._opening:
            found = await loop.getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_DGRAM)
            address = (str(found[0][4][0]), port)
            if address in self._members:
                raise OSError(f"a camera at {address[0]}:{port} has a session already")
            udp = await self._open()
            member = _Member(feed, lambda data: udp.write_to(data, address), udp.check, lambda: self._leave(address))
            self._members[address] = member
        return member

    async def _open(self) -> UdpPort:
        if self._udp is not None:
            with suppress(Exception):
                self._udp.check()
                return self._udp
            self._udp.close()
        self._udp = await bind_udp(self._host, self._port, self._on_datagram)
        return self._udp

    def _on_datagram(self, data: bytes, sender: Address) -> None:
        member = self._members.get(sender)
        if member is None:
            same_host = [member for address, member in self._members.items() if address[0] == sender[0]]
            member = same_host[0] if len(same_host) == 1 else None
        if member is not None:
            member.take(data)

    def _leave(self, address: Address) -> None:
        self._members.pop(address, None)
        if not self._members and self._udp is not None:
            self._udp.close()
            self._udp = None


class SerialChain:
    """A serial line with one to seven cameras, 9600 or 38400 baud.

    `url` is a path, `socket://host:port` or `rfc2217://host:port`. Opening sets the cameras' addresses and clears their
    sockets; a change of the chain ends every session, so that the whole start is done again.
    """

    def __init__(self, url: str, baud: int = 9600) -> None:
        self._url, self._baud = url, baud
        self._joining = asyncio.Lock()
        self._link: Pipe | None = None
        self._parser = ReplyParser()
        self._members: dict[int, _Member[Reply]] = {}
        self._awaited: asyncio.Future[Reply] | None = None
        self._changed: LinkLostError | None = None

    async def join(self, address: int, feed: Callable[[Reply], None]) -> Pipe:
        """Return a pipe to the camera with this address, 1 to 7. Raises OSError."""
        async with self._joining:
            if address in self._members:
                raise OSError(f"camera {address} of {self._url} has a session already")
            link = await self._open()
            member = _Member(feed, link.write, lambda: self._check(link), lambda: self._leave(address))
            self._members[address] = member
        return member

    async def _open(self) -> Pipe:
        """Start the chain, or set the addresses again where it runs: a camera that comes back has lost its own."""
        if self._link is not None:
            with suppress(OSError):
                self._check(self._link)
                await self._broadcast(self._link, BROADCAST_ADDRESSES)
                return self._link
            self._link.close()
        self._parser, self._changed = ReplyParser(), None
        self._link = link = await dial_serial(self._url, self._baud, self._on_bytes)
        try:
            await self._broadcast(link, BROADCAST_ADDRESSES)
            await self._broadcast(link, BROADCAST_CLEAR)
        except BaseException:
            link.close()
            self._link = None
            raise
        return link

    async def _broadcast(self, link: Pipe, packet: bytes) -> None:
        """Send to all and wait for it to come round. Cameras with fixed addresses may not answer: that is no error."""
        for _ in range(CHAIN_TRIES):
            self._awaited = awaited = asyncio.get_running_loop().create_future()
            try:
                link.write(packet)
                with suppress(TimeoutError):
                    async with asyncio.timeout(CHAIN_ANSWER_S):
                        await awaited
                    return
            finally:
                self._awaited = None

    def _on_bytes(self, data: bytes) -> None:
        for reply in self._parser.feed(data):
            if isinstance(reply, AddressesSet | ChainCleared):
                if self._awaited is not None and not self._awaited.done():
                    self._awaited.set_result(reply)
            elif isinstance(reply, NetworkChange):
                if self._awaited is None and self._members:
                    self._changed = LinkLostError("the camera chain has changed")
            elif isinstance(reply, Ack | Completed | Rejected) and reply.address in self._members:
                self._members[reply.address].take(reply)

    def _check(self, link: Pipe) -> None:
        if self._changed is not None:
            raise self._changed
        link.check()

    def _leave(self, address: int) -> None:
        self._members.pop(address, None)
        if not self._members and self._link is not None:
            self._link.close()
            self._link = None
