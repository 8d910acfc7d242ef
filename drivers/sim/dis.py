"""A Shure DIS central unit with its external control protocol, TCP 3142.

Source: external control in the user guides of DCS 6000 (CU 6105, DIS-CCU) and DDS 5900 (CU 5905).
"""

import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from drivers.sim.faults import Faults
from drivers.sim.ways import Answer, Ways

LONGEST = 200
LOG_LINES = 10_000


class SimDis:
    """One unit. Use as `async with SimDis(range(1, 9)) as unit:`.

    Args:
        seats: numbers of its seats.
        tcp_port: 0 for a free one, 3142 on the real one.
        chairs: seats that `mic_all_delegates_off` leaves on, and that may always speak.
    Attributes:
        faults: misbehaviour to switch on; with `refuse` every order is answered `command_error`.
        open: seats with their microphone on.
        requests: seats that wait for the floor.
        replies: seats that want to reply to the speaker.
        names: name by seat; a seat without one is passive.
        priorities: by seat, 0 to 5; told when they are set and, with `lists_priorities`, by mic_status.
        most: so many microphones may be on at once.
        idle: orders are understood and do nothing.
        stubborn: seats that mic_all_off does not close.
        got: commands, in order.
        log: (CLOCK_MONOTONIC ns, what) of verbs in the hall and of commands, newest last.
    """

    def __init__(self, seats: range, *, tcp_port: int = 0, chairs: frozenset[int] = frozenset()) -> None:
        self.faults = Faults()
        self.ways = Ways(self._heard, self.faults, tcp_port=tcp_port)
        self.open: list[int] = []
        self.requests: list[int] = []
        self.replies: list[int] = []
        self.names = {seat: f"Seat {seat}" for seat in seats}
        self.priorities: dict[int, int] = {}
        self.lists_priorities = True
        self.most, self.idle = 8, False
        self.stubborn: set[int] = set()
        self.got: deque[str] = deque(maxlen=LOG_LINES)
        self.log: deque[tuple[int, str]] = deque(maxlen=LOG_LINES)
        self._seats, self._chairs = seats, chairs
        self._typed = b""

    async def start(self) -> None:
        """Listen."""
        await self.ways.open()

    async def close(self) -> None:
        """Lose power; who speaks stays for a restart."""
        self._typed = b""
        await self.ways.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # Verbs: what people in the hall do. Each returns when, in ns of CLOCK_MONOTONIC.

    def press(self, seat: int, on: bool) -> int:
        """Somebody opens or closes a microphone."""
        at_ns = self._did(f"press {seat} {on}")
        self._speak(seat, on)
        return at_ns

    def ask(self, seat: int, wants: bool) -> int:
        """Somebody asks for the floor, or no longer."""
        at_ns = self._did(f"ask {seat} {wants}")
        self._put(self.requests, "mic_request", seat, wants)
        return at_ns

    def reply(self, seat: int, wants: bool) -> int:
        """Somebody wants to reply to the speaker, or no longer."""
        at_ns = self._did(f"reply {seat} {wants}")
        self._put(self.replies, "mic_reply", seat, wants)
        return at_ns

    def name(self, seat: int, name: str) -> int:
        """Somebody logs in at a seat; "" is a unit that is lost."""
        at_ns = self._did(f"name {seat}")
        self.names[seat] = name
        self._tell(self._seat_state(seat))
        return at_ns

    # ---------------------------------------------------------------------------------------------------- wire

    def _did(self, what: str) -> int:
        at_ns = time.monotonic_ns()
        self.log.append((at_ns, what))
        return at_ns

    def _speak(self, seat: int, on: bool) -> None:
        if on and seat not in self.open and len(self.open) >= self.most and seat not in self._chairs:
            self._put(self.requests, "mic_request", seat, True)
            return
        self._put(self.open, "mic", seat, on)
        if on:
            self._put(self.requests, "mic_request", seat, False)
            self._put(self.replies, "mic_reply", seat, False)

    def _put(self, seats: list[int], word: str, seat: int, is_in: bool) -> None:
        """Only what changes something is told."""
        if is_in == (seat in seats):
            return
        if is_in:
            seats.append(seat)
        else:
            seats.remove(seat)
        self._tell(f"{word}_{'on' if is_in else 'off'} {seat}")

    def _seat_state(self, seat: int) -> str:
        name = self.names.get(seat, "")
        return f"seat_state {seat} active {name}" if name else f"seat_state {seat} passive"

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
        word, _, data = line.partition(" ")
        if word == "mic_status":
            for told in self._status():
                answer(f"{told}\r\n".encode())
            return
        self._did(line)
        plain, numbered = self._plain(), self._numbered()
        if self.faults.refuse is not None or word not in {*plain, *numbered, "mic_priority", "mic_mode"}:
            answer(b"command_error unknown command\r\n")
            return
        number, _, more = data.partition(" ")
        seat = int(number) if number.isdecimal() and int(number) in self._seats else None
        if word == "mic_mode" or (word == "mic_priority" and seat is not None and more in set("012345")):
            if seat is not None:
                self.priorities[seat] = int(more)
            self._tell(line)
        elif word in plain and not self.idle:
            plain[word]()
        elif word in numbered and seat is not None:
            if not self.idle:
                numbered[word](seat)
        elif word not in plain:
            answer(b"command_error syntax error\r\n")

    def _status(self) -> list[str]:
        priorities = self.priorities if self.lists_priorities else {}
        return [
            *(self._seat_state(seat) for seat in self._seats),
            *(f"mic_priority {seat} {level}" for seat, level in priorities.items()),
            *(f"mic_on {seat}" for seat in self.open),
            *(f"mic_request_on {seat}" for seat in self.requests),
            *(f"mic_reply_on {seat}" for seat in self.replies),
            "mic_status_done",
        ]

    def _plain(self) -> dict[str, Callable[[], None]]:
        return {
            "mic_all_off": lambda: self._clear(self.open, "mic", self.stubborn),
            "mic_all_delegates_off": lambda: self._clear(self.open, "mic", self._chairs),
            "mic_all_requests_off": lambda: self._clear(self.requests, "mic_request", frozenset()),
            "mic_next_on": self._next,
        }

    def _numbered(self) -> dict[str, Callable[[int], None]]:
        return {
            "mic_on": lambda seat: self._speak(seat, True),
            "mic_off": lambda seat: self._speak(seat, False),
            "mic_request_on": lambda seat: self._put(self.requests, "mic_request", seat, True),
            "mic_request_off": lambda seat: self._put(self.requests, "mic_request", seat, False),
            "mic_reply_on": lambda seat: self._put(self.replies, "mic_reply", seat, True),
            "mic_reply_off": lambda seat: self._put(self.replies, "mic_reply", seat, False),
        }

    def _clear(self, seats: list[int], word: str, but: "frozenset[int] | set[int]") -> None:
        for seat in [seat for seat in seats if seat not in but]:
            self._put(seats, word, seat, False)

    def _next(self) -> None:
        """Turns off the first of those who speak, and on the first of those who wait."""
        if self.open:
            self._speak(self.open[0], False)
        if self.requests:
            self._speak(self.requests[0], True)
