"""The meeting part of a DCN-NG: units, speaker list, request list, and what each function does to them.

Source: DCN Next Generation Open Interface manual, release 2.4, microphone management.
"""

from collections.abc import Callable
from dataclasses import dataclass

NO_PRIORITY, NO_DELEGATE = 3, 0xFFFF
BAD_FUNCTION, NO_ACCESS, NO_SUCH_UNIT = 0x2A95, 0x2A9B, 0x2A98

Notify = Callable[[int, bytes], None]


@dataclass(frozen=True, slots=True)
class Unit:
    """A place at the table."""

    number: int
    chair: bool = False


def word(number: int) -> bytes:
    """Two bytes, low one first."""
    return bytes((number & 0xFF, number >> 8))


class Desk:
    """Who speaks and who waits.

    Args:
        units: the units of the hall; a chair's microphone survives SPK_CLEAR.
        notify: called with a notification's number and data, in the order of the wire.
        chair_priority: number in MICRO_ON_OFF of a chair's microphone.
    Attributes:
        speakers: units in the speaker list, each with its microphone.
        requests: units in the request list.
        held: units that stay closed: orders to open them are answered with success, and nothing happens.
    """

    def __init__(self, units: list[Unit], notify: Notify, *, chair_priority: int = NO_PRIORITY) -> None:
        self.units = {unit.number: unit for unit in units}
        self.speakers: dict[int, bool] = {}
        self.requests: list[int] = []
        self.held: set[int] = set()
        self._notify, self._chair_priority = notify, chair_priority

    def is_on(self, unit: int) -> bool:
        """Whether a microphone is on."""
        return self.speakers.get(unit, False)

    def append(self, unit: int) -> None:
        """Into the speaker list, microphone on."""
        if self.speakers.get(unit) or unit in self.held:
            return
        if unit in self.requests:
            self.drop_request(unit)
        self.speakers[unit] = True
        self._notify(0x0E, word(unit) + word(NO_DELEGATE))
        self._microphone(unit, True)

    def remove(self, unit: int) -> None:
        """Out of the speaker list, microphone off."""
        was_on = self.speakers.pop(unit, None)
        if was_on:
            self._microphone(unit, False)
        if was_on is not None:
            self._notify(0x0F, word(unit) + word(NO_DELEGATE))

    def switch(self, unit: int, on: bool) -> None:
        """The microphone alone; off leaves the unit in the list."""
        if on:
            self.append(unit)
        elif self.speakers.get(unit):
            self.speakers[unit] = False
            self._microphone(unit, False)

    def clear(self) -> None:
        """Every delegate out of the speaker list; chairs stay."""
        for unit in [number for number in self.speakers if not self.units[number].chair]:
            if self.speakers.pop(unit):
                self._microphone(unit, False)
        self._notify(0x0D, b"")

    def request(self, unit: int) -> None:
        """Into the request list."""
        if unit not in self.requests and unit not in self.speakers:
            self.requests.append(unit)
            self._notify(0x07, word(unit) + word(NO_DELEGATE))

    def drop_request(self, unit: int) -> None:
        """Out of the request list."""
        if unit in self.requests:
            self.requests.remove(unit)
            self._notify(0x06, word(unit) + word(NO_DELEGATE))

    def answer(self, function: int, parameters: bytes) -> bytes:
        """The answer to a request: error word and result."""
        unit = parameters[0] + 256 * parameters[1] if len(parameters) >= 2 else -1
        known = unit in self.units
        match function, len(parameters):
            case (0x1E | 0x1F, 0):
                return word(0)
            case 0x25, 0:
                waiting = b"".join(word(number) + word(NO_DELEGATE) for number in self.requests)
                return word(0) + word(len(self.requests)) + waiting
            case 0x2E, 0:
                speaking = b"".join(word(number) + bytes((on,)) for number, on in self.speakers.items())
                return word(0) + word(len(self.speakers)) + speaking
            case 0x2F, 0:
                self.clear()
            case 0x26, 0:
                self.requests.clear()
                self._notify(0x05, b"")
            case 0x22, 3 if known:
                self.switch(unit, parameters[2] != 0)
            case 0x30, 2 if known:
                self.append(unit)
            case 0x31, 2 if known:
                self.remove(unit)
            case 0x3E, 4 if known:
                self.request(unit)
            case 0x27, 4 if known:
                self.drop_request(unit)
            case (0x22, 3) | (0x30 | 0x31, 2) | (0x3E | 0x27, 4):
                return word(NO_SUCH_UNIT)
            case _:
                return word(BAD_FUNCTION)
        return word(0)

    def _microphone(self, unit: int, on: bool) -> None:
        priority = self._chair_priority if self.units[unit].chair else NO_PRIORITY
        self._notify(0x01, word(unit) + word(1 if on else 2) + word(priority))
