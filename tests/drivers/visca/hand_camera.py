"""A camera played by the test: inquiries are answered by themselves, commands are left to the test."""

import asyncio

from tests.drivers.sessions import TcpPeer, UdpPeer


def answer_to(packet: bytes, position: bytes, status: bytes = b"\x28\x00") -> bytes | None:
    """The packet that answers an inquiry; None for a command."""
    return {
        "090002": bytes.fromhex("90500001051c010002ff"),
        "090400": bytes.fromhex("905002ff"),
        "090612": b"\x90\x50" + position + b"\xff",
        "090447": bytes.fromhex("905000000000ff"),
        "090610": b"\x90\x50" + status + b"\xff",
    }.get(packet[1:-1].hex())


class SonyHand:
    """A camera behind Sony's header whose commands the test answers."""

    def __init__(self, peer: UdpPeer) -> None:
        self.peer, self.position, self.status = peer, bytes(8), b"\x28\x00"
        self.commands: list[tuple[int, bytes]] = []
        self.inquiries: list[int] = []
        self.resets = 0
        self.answers = True
        self.tells_position = True
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def say(self, number: int, packet: str, kind: str = "0111") -> None:
        payload = bytes.fromhex(packet)
        self.peer.write(bytes.fromhex(kind) + len(payload).to_bytes(2, "big") + number.to_bytes(4, "big") + payload)

    async def _run(self) -> None:
        while True:
            data = await self.peer.read(60.0)
            kind, number, packet = data[:2], int.from_bytes(data[4:8], "big"), data[8:]
            if kind == b"\x02\x00":
                self.resets += 1
                if self.answers:
                    self.say(0, "01", "0201")
            elif kind == b"\x01\x10":
                self.inquiries.append(number)
                answer = answer_to(packet, self.position, self.status)
                if not self.tells_position and packet[2:4] in (b"\x06\x12", b"\x04\x47"):
                    answer = b"\x90\x60\x02\xff"
                if answer and self.answers:
                    self.say(number, answer.hex())
            else:
                self.commands.append((number, packet))


class RawHand:
    """A camera on raw TCP whose commands the test answers."""

    def __init__(self, peer: TcpPeer) -> None:
        self.peer, self.position = peer, bytes(8)
        self.commands: list[bytes] = []
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def say(self, packets: str) -> None:
        self.peer.write(bytes.fromhex(packets))

    async def _run(self) -> None:
        await self.peer.accept()
        while True:
            packet = await self.peer.read_until(b"\xff", 60.0)
            answer = answer_to(packet, self.position)
            if answer:
                self.peer.write(answer)
            else:
                self.commands.append(packet)
