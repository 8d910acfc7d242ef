"""What a Televic Confero system is asked over HTTP and what it answers, as values. Pure.

Source: Confero customer API 7.18 (OpenAPI) as its field clients use it. Everything that is parsed here may be None: no
answer of this protocol.
"""

import json
from dataclasses import dataclass
from typing import Any, TypeGuard

from chamber.core.errors import EncodeError

SEATS, SPEAKERS, REQUESTS = "/api/discussion/seats", "/api/discussion/speakers", "/api/discussion/requests"
SETTINGS, MEETING, ROOM = "/api/discussion/settings", "/api/meeting", "/api/room/seats/discussion"
OPENAPI = "/openapi"
MODULES = "Discussion,Meeting,Room"  # "include-filter is mandatory"
CURSOR = "minimum-id"
CURSORS = (CURSOR, "minimal-id")  # descriptions of the API differ
CHAIR = "chairperson"
HIGHEST = 65_535
_MANY = 2000  # far more seats and people than a hall has
_TEXT = 200


@dataclass(frozen=True, slots=True)
class Seat:
    """State of one seat's microphone; `role` is chairperson, delegate, vip or another word of the system."""

    number: int
    on: bool
    requesting: bool
    role: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `missed` when there were others before it that are lost."""

    number: int
    module: str
    name: str
    missed: bool
    data: Any


@dataclass(frozen=True, slots=True)
class Person:
    """A participant of the open meeting who is at a seat."""

    person_ref: str
    name: str
    seat: int


@dataclass(frozen=True, slots=True)
class Settings:
    """How microphones are given; `speakers` is how many may be open, None when not said."""

    mode: str
    speakers: int | None


def seat_path(number: int) -> str:
    """Where one seat is read and switched. Raises EncodeError: no seat number."""
    if not 1 <= number <= HIGHEST:
        raise EncodeError(f"no such seat: {number}")
    return f"{SEATS}/{number}"


def events_path(cursor: str, newest: int | None) -> str:
    """Where the next event is waited for; `newest` is the last that came, None before the first.

    Raises EncodeError: a name for the cursor that cannot stand in an address.
    """
    if not cursor.replace("-", "").replace("_", "").isalnum() or not cursor.isascii():
        raise EncodeError(f"no name of a parameter: {cursor[:40]!r}")
    path = f"/api/notification/events?include-filter={MODULES}"
    return path if newest is None else f"{path}&{cursor}={newest + 1}"


def switch_body(on: bool, requesting: bool) -> bytes:
    """What switches a seat. Both fields: without one the system says that it is missing."""
    return json.dumps({"microphoneOn": on, "requestingToSpeak": requesting}).encode()


def decode(body: bytes) -> Any:
    """JSON, or None."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def seat(data: Any) -> Seat | None:
    """One seat, as it is read and as an event has it."""
    if not isinstance(data, dict):
        return None
    number, on, requesting = data.get("seatNumber"), data.get("microphoneOn"), data.get("requestingToSpeak")
    if not _is_seat(number) or not isinstance(on, bool) or not isinstance(requesting, bool):
        return None
    return Seat(number, on, requesting, _text(data, "role"))


def seats(data: Any) -> tuple[Seat, ...] | None:
    """All seats; None when one of them cannot be understood, because it would seem to be closed."""
    if not isinstance(data, list):
        return None
    found = [seat(one) for one in data[:_MANY]]
    return None if None in found else tuple(one for one in found if one is not None)


def numbers(data: Any) -> tuple[int, ...] | None:
    """Speakers or requests: seat numbers, the first first."""
    if not isinstance(data, list) or not all(_is_seat(number) for number in data):
        return None
    return tuple(dict.fromkeys(data[:_MANY]))


def event(data: Any) -> Event | None:
    """The answer to a poll."""
    if not isinstance(data, dict):
        return None
    number, module, name = data.get("id"), data.get("module"), data.get("name")
    if type(number) is not int or number < 0 or not isinstance(module, str) or not isinstance(name, str):
        return None
    return Event(number, module[:_TEXT], name[:_TEXT], data.get("discontinuity") is True, data.get("data"))


def people(data: Any) -> tuple[Person, ...] | None:
    """Those participants of the open meeting who are at a seat."""
    given = data.get("participants") if isinstance(data, dict) else None
    if not isinstance(given, list):
        return None
    found = list[Person]()
    for one in given[:_MANY]:
        presence = one.get("presence") if isinstance(one, dict) else None
        where = presence.get("seatNumber") if isinstance(presence, dict) else None
        if _is_seat(where) and (ref := _text(one, "participantId")):
            name = " ".join(part for key in ("firstName", "lastName") if (part := _text(one, key)))
            found.append(Person(ref, name[:_TEXT], where))
    return tuple(found)


def room(data: Any) -> dict[int, str] | None:
    """State of each seat's device, such as "online", by seat number."""
    if not isinstance(data, list):
        return None
    return {
        one["seatNumber"]: _text(one, "state")
        for one in data[:_MANY]
        if isinstance(one, dict) and _is_seat(one.get("seatNumber"))
    }


def settings(data: Any) -> Settings | None:
    """How microphones are given."""
    if not isinstance(data, dict) or not _text(data, "microphoneMode"):
        return None
    speakers = data.get("maximumNumberOfSpeakers")
    return Settings(_text(data, "microphoneMode")[:40], speakers if type(speakers) is int else None)


def cursor(description: bytes) -> str | None:
    """The parameter of the system's own description that says from which event on; None when it names none."""
    return next((name for name in CURSORS if name.encode() in description), None)


def words(body: bytes) -> str:
    """What a refusal says, at most 120 characters; empty when it says nothing that can be shown."""
    data = decode(body)
    text = (_text(data, "message") or _text(data, "title")) if isinstance(data, dict) else data
    if not isinstance(text, str):
        text = "" if data is not None else body.decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text[:400]).split())[:120]


def _is_seat(number: Any) -> TypeGuard[int]:
    return type(number) is int and 1 <= number <= HIGHEST


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    if type(value) is int:
        return str(value)[:_TEXT]
    return value.strip()[:_TEXT] if isinstance(value, str) else ""
