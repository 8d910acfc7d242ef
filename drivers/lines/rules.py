"""What lines mean: rules from CONFIG, tried in order. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum
from re import Pattern


class Meaning(StrEnum):
    """What a line says."""

    ON = "on"
    OFF = "off"
    REQUEST = "request"
    WITHDRAWN = "withdrawn"  # waits no longer; a microphone that is on stays on
    TOGGLE = "toggle"  # a button was pressed: on becomes off, all else becomes on
    ALL_OFF = "all_off"
    OPEN_LIST = "open_list"  # all microphones that are on; the others are not
    REQUEST_LIST = "request_list"  # all that wait, the first to speak first; the others do not
    READ_DONE = "read_done"  # the answer to the greeting is complete; what it did not name is off
    REFUSED = "refused"  # an order was refused
    ALIVE = "alive"  # nothing that matters


@dataclass(frozen=True, slots=True)
class Rule:
    """Lines that match `pattern` as a whole mean `meaning`.

    Attributes:
        pattern: with a group `seat` for one microphone, or `seats` for a list.
        meaning: what such a line says.
        seats_hex: the numbers are hexadecimal.
        width: characters of each number in a list; None when something else than letters and digits parts them.
    """

    pattern: Pattern[str]
    meaning: Meaning
    seats_hex: bool = False
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A line that a rule knows; `seats` are its numbers or names, zeros in front taken off."""

    meaning: Meaning
    seats: tuple[str, ...] = ()
    text: str = field(default="", compare=False)


def understand(text: str, rules: tuple[Rule, ...]) -> Heard | None:
    """What a line says by the first rule that it matches, or None."""
    for rule in rules:
        match = rule.pattern.fullmatch(text)
        if match is None:
            continue
        groups = match.groupdict()
        found = (groups["seat"],) if groups.get("seat") else _listed(groups.get("seats") or "", rule.width)
        try:
            seats = tuple(_bare(str(int(seat, 16)) if rule.seats_hex else seat) for seat in found)
        except ValueError:
            continue
        return Heard(rule.meaning, seats, text)
    return None


def _listed(seats: str, width: int | None) -> tuple[str, ...]:
    """The numbers of a list; a zero is none."""
    if width is not None:
        parts = [seats[at : at + width] for at in range(0, len(seats), width)]
    else:
        parts = "".join(char if char.isalnum() else " " for char in seats).split()
    return tuple(part for part in parts if part.strip("0"))


def _bare(seat: str) -> str:
    return (seat.lstrip("0") or "0") if seat.isdecimal() else seat
