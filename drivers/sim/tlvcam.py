"""A Televic central unit as its camera protocol shows it (TLVCAM1, TLVCAM2): it tells, and cannot be told.

Source: Televic "Camera Protocols" help page; Plixus AE-R manual.
"""

import asyncio
from types import TracebackType
from typing import Self

from drivers.sim.faults import Faults
from drivers.sim.ways import Answer, Ways

REPEAT_S, REPEATS = 0.3, 3
ACKNOWLEDGED = 0x06


class SimTlvcam:
    """One unit. Use as `async with SimTlvcam() as unit:`.

    Args:
        kind: 1 or 2.
        chairs: seats that speak as chair.
        host, path, tcp_port, udp_to: ways out, see Ways.
        sync_s: pause between two lists of open microphones, TLVCAM1 only; 5 s on the real one.
        repeat_s: pause before a message that was not acknowledged is sent again, serial and TCP only.
    Attributes:
        faults: misbehaviour to switch on.
        open: seats with their microphone on, in the order of opening.
        acknowledged: how many messages were.
    """

    def __init__(
        self,
        kind: int = 1,
        *,
        chairs: frozenset[int] = frozenset({1}),
        host: str = "127.0.0.1",
        path: str | None = None,
        tcp_port: int | None = None,
        udp_to: tuple[str, int] | None = None,
        sync_s: float = 5.0,
        repeat_s: float = REPEAT_S,
    ) -> None:
        self.faults = Faults()
        self.ways = Ways(self._heard, self.faults, path=path, tcp_port=tcp_port, udp_to=udp_to, host=host)
        self.open: list[int] = []
        self.acknowledged = 0
        self._kind, self._chairs, self._sync_s, self._repeat_s = kind, chairs, sync_s, repeat_s
        self._again: asyncio.TimerHandle | None = None
        self._sync: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Publish the ports."""
        await self.ways.open()
        if self._kind == 1:
            self._later()

    async def close(self) -> None:
        """Lose power; who speaks stays for a restart."""
        for timer in (self._again, self._sync):
            if timer:
                timer.cancel()
        await self.ways.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def press(self, seat: int, on: bool) -> None:
        """Somebody opens or closes a microphone."""
        self.slip(seat, on)
        if self._kind == 1:
            letter = "P" if seat in self._chairs else "M"
            self._tell1(f"{letter if on else letter.lower()}{seat:04d}")
        else:
            self._tell(f"${1 if on else 2}{seat:04d}\r\n".encode())

    def slip(self, seat: int, on: bool) -> None:
        """A microphone goes on or off and nothing is told."""
        self.open = [other for other in self.open if other != seat] + ([seat] if on else [])

    def all_off(self) -> None:
        """Everybody closes."""
        self.open.clear()
        if self._kind == 1:
            self._tell1("V0000")
        else:
            self._tell(b"&30000\r\n")

    def say(self, line: bytes) -> None:
        """Send any bytes."""
        self.ways.tell(line)

    def _tell1(self, text: str) -> None:
        total = 0
        for char in text:
            total += ord(char)
        self._tell(f"%{text}{total:04X}\r".encode())

    def _tell(self, message: bytes) -> None:
        self.ways.tell(message)
        if self._kind == 1 and self.ways.udp_to is None:
            self._repeat(message, REPEATS)

    def _repeat(self, message: bytes, left: int) -> None:
        if self._again:
            self._again.cancel()

        def again() -> None:
            self.ways.tell(message)
            self._repeat(message, left - 1)

        self._again = asyncio.get_running_loop().call_later(self._repeat_s, again) if left else None

    def _later(self) -> None:
        def sync() -> None:
            listed = "".join(f"{seat:04d}" for seat in self.open) or "0000"
            self._tell1(f"S{listed}")
            self._later()

        self._sync = asyncio.get_running_loop().call_later(self._sync_s, sync)

    def _heard(self, data: bytes, answer: Answer) -> None:
        self.acknowledged += data.count(ACKNOWLEDGED)
        if ACKNOWLEDGED in data and self._again:
            self._again.cancel()
            self._again = None
