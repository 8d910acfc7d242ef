"""Lines to and from a Shure DIS central unit, as values. Pure.

Source: external control protocol in the user guides of DCS 6000 (CU 6105, DIS-CCU) and DDS 5900 (CU 5905).
"""

import re
from dataclasses import dataclass

from chamber.core.errors import EncodeError

STATUS = b"mic_status\r"
ALL_OFF = b"mic_all_off\r"
HIGHEST = 65_535  # "Seat numbers must be in the range from 1 to 65535."
LONGEST = 400

_LINE = re.compile(r"([a-z][a-z0-9_]*)(?: +(.*))?", re.IGNORECASE)
_NUMBER = re.compile(r"(\d{1,5})(?: .*)?")  # "lines may carry text after the number"
_PRIORITY = re.compile(r"(\d{1,5}) +([0-5])(?: .*)?")
_SEAT = re.compile(r"(\d{1,5}) +(active|passive)(?: (.*))?", re.IGNORECASE)
_LISTS = {"mic": "speak", "mic_request": "request", "mic_reply": "reply"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A seat has entered a list or left it; `kind` is speak (its microphone is on), request or reply."""

    kind: str
    seat: int
    is_in: bool


@dataclass(frozen=True, slots=True)
class Priority:
    """Priority of a seat's microphone, 0 to 5; 5 is the highest."""

    seat: int
    level: int


@dataclass(frozen=True, slots=True)
class SeatState:
    """Whether a seat's unit is there, and the name of the delegate or, without one, of the seat."""

    seat: int
    active: bool
    name: str


@dataclass(frozen=True, slots=True)
class StatusDone:
    """Everything that mic_status asks for has been sent."""


@dataclass(frozen=True, slots=True)
class CommandError:
    """A command was not understood; which one is not said."""

    text: str


@dataclass(frozen=True, slots=True)
class Other:
    """A line that says nothing of a microphone: it still proves that the unit lives."""

    word: str
    data: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not a line of this protocol."""

    raw: bytes


Message = Listed | Priority | SeatState | StatusDone | CommandError | Other | Malformed


def switch(seat: int, on: bool) -> bytes:
    """Switch a microphone. Raises EncodeError: no seat number."""
    if not 1 <= seat <= HIGHEST:
        raise EncodeError(f"no such seat: {seat}")
    return f"mic_{'on' if on else 'off'} {seat}\r".encode()


class LineParser:
    """Cut what comes in into messages, however it was chunked. Never raises.

    A line ends with CR, LF or both; one that is too long is Malformed and skipped to its end.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[Message]:
        """Return what `data` completes."""
        *lines, rest = (self._rest + data).replace(b"\n", b"\r").split(b"\r")
        messages = list[Message]()
        for line in lines:
            if self._skipping or len(line) > LONGEST:
                messages += [] if self._skipping else [Malformed(line[:40])]
                self._skipping = False
            elif line.strip():
                messages.append(_parse(line))
        if len(rest) > LONGEST:
            messages += [] if self._skipping else [Malformed(rest[:40])]
            self._skipping, rest = True, b""
        self._rest = rest
        return messages


def _parse(line: bytes) -> Message:
    text = _text(line)
    found = _LINE.fullmatch(text) if text.isprintable() else None
    if found is None:
        return Malformed(line[:40])
    word, data = found[1].lower(), (found[2] or "").strip()
    kind, _, last = word.rpartition("_")
    if kind in _LISTS and last in {"on", "off"}:
        number = _number(_NUMBER.fullmatch(data))
        return Malformed(line[:40]) if number is None else Listed(_LISTS[kind], number, last == "on")
    if word == "mic_priority":
        priority = _PRIORITY.fullmatch(data)
        number = _number(priority)
        return Malformed(line[:40]) if priority is None or number is None else Priority(number, int(priority[2]))
    if word == "seat_state":
        seat = _SEAT.fullmatch(data)
        number = _number(seat)
        if seat is None or number is None:
            return Malformed(line[:40])
        return SeatState(number, seat[2].lower() == "active", (seat[3] or "").strip())
    if word == "mic_status_done":
        return StatusDone()
    if word == "command_error":
        return CommandError(data[:120])
    return Other(word[:40], data[:120])


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8").strip()
    except UnicodeDecodeError:
        return line.decode("latin-1").strip()


def _number(found: re.Match[str] | None) -> int | None:
    number = int(found[1]) if found is not None else 0
    return number if 1 <= number <= HIGHEST else None
