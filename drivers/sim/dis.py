"""A Shure DIS central unit with its text protocol, TCP 3142.

Source: DCS 6000 and DDS 5900 user guides, external control.
"""

from types import TracebackType
from typing import Self

from drivers.sim.faults import Faults
from drivers.sim.ways import Answer, Ways

LONGEST = 200


class SimDis:
    """One unit. Use as `async with SimDis(range(1, 9)) as unit:`.

    Args:
        seats: numbers of its seats.
        tcp_port: 0 for a free one, 3142 on the real one.
    Attributes:
        faults: misbehaviour to switch on; with `refuse` every order is answered `command_error`.
        open: seats with their microphone on.
        requests: seats that wait.
        got: commands, in order.
    """

    def __init__(self, seats: range, *, tcp_port: int = 0) -> None:
        self.faults = Faults()
        self.ways = Ways(self._heard, self.faults, tcp_port=tcp_port)
        self.open: list[int] = []
        self.requests: list[int] = []
        self.got: list[str] = []
        self._seats = seats
        self._typed = b""

    async def start(self) -> None:
        """Listen."""
        await self.ways.open()

    async def close(self) -> None:
        """Lose power; who speaks stays for a restart."""
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
        if on and seat not in self.open:
            self.open.append(seat)
            self._tell(f"mic_on {seat}")
            self.ask(seat, False)
        elif not on and seat in self.open:
            self.open.remove(seat)
            self._tell(f"mic_off {seat}")

    def ask(self, seat: int, wants: bool) -> None:
        """Somebody asks for the floor, or no longer."""
        if wants and seat not in self.requests:
            self.requests.append(seat)
            self._tell(f"mic_request_on {seat}")
        elif not wants and seat in self.requests:
            self.requests.remove(seat)
            self._tell(f"mic_request_off {seat}")

    def _tell(self, line: str) -> None:
        self.ways.tell(f"{line}\r\n".encode())

    def _heard(self, data: bytes, answer: Answer) -> None:
        *lines, rest = (self._typed + data.replace(b"\n", b"\r")).split(b"\r")
        self._typed = rest[:LONGEST]
        for line in lines:
            if line.strip():
                self._command(line.decode("latin-1").strip().lower(), answer)

    def _command(self, line: str, answer: Answer) -> None:
        self.got.append(line)
        word, _, number = line.partition(" ")
        if word == "mic_status":
            for seat in self.open:
                answer(f"seat_state {seat} active Seat {seat}\r\nmic_on {seat}\r\n".encode())
            for seat in self.requests:
                answer(f"mic_request_on {seat}\r\n".encode())
            answer(b"mic_status_done\r\n")
        elif self.faults.refuse is not None or word not in {"mic_on", "mic_off", "mic_all_off"}:
            answer(b"command_error unknown command\r\n")
        elif word == "mic_all_off":
            for seat in list(self.open):
                self.press(seat, False)
        elif not number.isdecimal() or int(number) not in self._seats:
            answer(b"command_error syntax error\r\n")
        else:
            self.press(int(number), word == "mic_on")
