"""A program that tells of microphones by OSC, as generic as they come: one address for each microphone's state.

Written from the Open Sound Control 1.0 specification; addresses and types are options.
"""

import asyncio
import struct
from types import TracebackType
from typing import Literal, Self

from drivers.sim.faults import Faults, Outlet
from drivers.sim.x32_osc import packed_text, unpack

Kind = Literal["int", "float", "bool", "text"]


def bundle(*messages: bytes) -> bytes:
    """Messages in one datagram, to be acted on at once."""
    parts = [len(message).to_bytes(4, "big") + message for message in messages]
    return b"#bundle\0" + (1).to_bytes(8, "big") + b"".join(parts)


class SimOscDesk(asyncio.DatagramProtocol):
    """One program. Use as `async with SimOscDesk(range(1, 9)) as desk:`.

    Args:
        channels: numbers of the microphones.
        host: address to listen on.
        port: UDP port, 0 for a free one.
        target: who is told of changes; None: whoever sent something last.
        kind: type of the state.
        in_argument: the number is the first argument of `/mic` instead of a part of the address.
        bundled: everything is told in bundles.
    Attributes:
        faults: misbehaviour to switch on; with `refuse` orders are ignored.
        open: microphones that are on.
        got: addresses of all messages, in order.
    """

    def __init__(
        self,
        channels: range,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        target: tuple[str, int] | None = None,
        kind: Kind = "int",
        in_argument: bool = False,
        bundled: bool = False,
    ) -> None:
        self.faults = Faults()
        self.open: set[int] = set()
        self.got: list[str] = []
        self.host, self.port, self.target = host, port, target
        self._channels, self._kind, self._in_argument, self._bundled = channels, kind, in_argument, bundled
        self._outlet = Outlet(self.faults)
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, self.port))
        self.port = int(self._transport.get_extra_info("sockname")[1])

    async def close(self) -> None:
        """End; who speaks stays for a restart."""
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

    def press(self, channel: int, on: bool) -> None:
        """Somebody opens or closes a microphone."""
        if on:
            self.open.add(channel)
        else:
            self.open.discard(channel)
        self._tell(channel)

    def say(self, datagram: bytes) -> None:
        """Send any bytes to whoever is told."""
        if self._transport and self.target:
            self._transport.sendto(datagram, self.target)

    def state(self, channel: int) -> bytes:
        """The message that tells a microphone's state."""
        on = channel in self.open
        tag, data = {
            "int": ("i", int(on).to_bytes(4, "big")),
            "float": ("f", struct.pack(">f", float(on))),
            "bool": ("T" if on else "F", b""),
            "text": ("s", packed_text(str(int(on)))),
        }[self._kind]
        if self._in_argument:
            return packed_text("/mic") + packed_text(f",i{tag}") + channel.to_bytes(4, "big") + data
        return packed_text(f"/mic/{channel}/on") + packed_text(f",{tag}") + data

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take a client's message: an order with an argument, a question without."""
        message = None if self.faults.loses() else unpack(data)
        if message is None:
            return
        self.got.append(message.address)
        self.target = self.target or (addr[0], addr[1])
        if message.address == "/mics/off":
            for channel in sorted(self.open):
                self.press(channel, False)
        parts = message.address.split("/")
        if len(parts) != 4 or parts[1] != "mic" or not parts[2].isdecimal() or int(parts[2]) not in self._channels:
            return
        channel = int(parts[2])
        if not message.values:
            self._tell(channel)
        elif self.faults.refuse is None:
            self.press(channel, message.values[0] not in {0, "0"})

    def _tell(self, channel: int) -> None:
        message = self.state(channel)
        self._outlet.send(bundle(message) if self._bundled else message, self._write)

    def _write(self, data: bytes) -> None:
        if self._transport and self.target and not self._transport.is_closing():
            self._transport.sendto(data, self.target)
