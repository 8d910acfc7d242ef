"""What a DICENTIS server is asked and what it answers: one JSON object in each WebSocket text message. Pure.

Source: conference protocol of the DICENTIS server software as its field clients speak it. Operation names, event names
and enumerations are compared without regard to case: versions differ in it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chamber.core.errors import EncodeError

SUBPROTOCOL = "DICENTIS_1_0"
PATH = "/Dicentis/API"
MAX_ID = 2**31 - 1  # "messageId 1 ... 2^31-1 from the client; 0 is reserved for events"
_TEXT = 200
_MANY = 2000  # far more seats, entries and people than a hall has


@dataclass(frozen=True, slots=True)
class Answer:
    """An operation was answered, which is no proof that it has done anything."""

    message_id: int
    operation: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An operation was refused with a text."""

    message_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Things have changed, by name in lower case; none comes again before the matching Get was called."""

    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not a message of this protocol."""

    raw: str


Message = Answer | Refusal | Notice | Malformed


@dataclass(frozen=True, slots=True)
class Seat:
    """A place of the hall; `participant_id` is who sits there, empty for nobody."""

    seat_id: str
    name: str
    participant_id: str
    connected: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the discussion list; `kind` (isspeaker, isrequest, ...) and `microphone` (on, off, mute) in lower case."""

    seat_id: str
    kind: str
    microphone: str


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who takes part; `person_ref` outlives the meeting where the server gives one."""

    participant_id: str
    person_ref: str
    name: str


def encode(message_id: int, operation: str, parameters: Mapping[str, Any]) -> str:
    """Encode a request. Raises EncodeError: a number that the protocol reserves, or nothing to ask."""
    if not 1 <= message_id <= MAX_ID or not operation:
        raise EncodeError(f"no such request: {message_id} {operation!r}")
    return json.dumps({"messageId": message_id, "operation": operation, "parameters": dict(parameters)})


def next_id(message_id: int) -> int:
    """The number after this one; after the last comes 1."""
    return message_id + 1 if message_id < MAX_ID else 1


def parse(text: str) -> Message:
    """Decode one message; never raises."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return Malformed(text[:_TEXT])
    if not isinstance(message, dict):
        return Malformed(text[:_TEXT])
    number, operation, parameters = message.get("messageId"), message.get("operation"), message.get("parameters")
    if type(number) is not int or not 0 <= number <= MAX_ID or not isinstance(operation, str):
        return Malformed(text[:_TEXT])
    fields = parameters if isinstance(parameters, dict) else {}
    if operation.casefold() == "error":
        return Refusal(number, _text(fields, "message"))
    if number == 0:
        events = fields.get("events")
        if operation.casefold() != "event" or not isinstance(events, list):
            return Malformed(text[:_TEXT])
        return Notice(tuple(name.casefold() for name in events[:_MANY] if isinstance(name, str)))
    return Answer(number, operation.casefold(), fields)


def seats(parameters: Mapping[str, Any]) -> tuple[Seat, ...] | None:
    """The answer to GetSeats, or None when it is none."""
    found = _table(parameters, "seats")
    if found is None:
        return None
    return tuple(
        Seat(
            seat_id=_text(one, "seatId"),
            name=_text(one, "seatName"),
            participant_id=_text(one, "seatedParticipantId"),
            connected=_text(one, "status").casefold() == "connected",
        )
        for one in found
        if _text(one, "seatId")
    )


def discussion(parameters: Mapping[str, Any]) -> tuple[Entry, ...] | None:
    """The answer to GetDiscussionList, speakers and requests in the server's order, or None when it is none."""
    found = _table(parameters, "discussionList")
    if found is None:
        return None
    return tuple(
        Entry(_text(one, "seatId"), _text(one, "speakerType").casefold(), _text(one, "microphoneState").casefold())
        for one in found
        if _text(one, "seatId")
    )


def participants(parameters: Mapping[str, Any]) -> tuple[Participant, ...] | None:
    """The answer to GetParticipants, or None when it is none."""
    found = _table(parameters, "participants")
    if found is None:
        return None
    return tuple(
        Participant(
            participant_id=_text(one, "participantId"),
            person_ref=_text(one, "personId") or _text(one, "participantId"),
            name=_name(one),
        )
        for one in found
        if _text(one, "participantId")
    )


def open_topic(parameters: Mapping[str, Any]) -> tuple[str | None] | None:
    """The subject of the topic that is open in the answer to GetAgendaTopics, (None,) where none is; None: no answer."""
    found = _table(parameters, "agendaTopics")
    if found is None:
        return None
    open_ones = [_text(one, "subject") for one in found if _text(one, "state").casefold() == "opened"]
    return (open_ones[0] or None if open_ones else None,)


def is_voting(parameters: Mapping[str, Any]) -> bool | None:
    """Whether the answer to GetVotingState says that votes are taken; None when it is no answer.

    States: closed, ready, opened, onHold, done, accepted, rejected, canceled. The name of the field is not known for
    sure: `state`, `votingState` or `currentState`.
    """
    state = next((text for key in ("state", "votingState", "currentState") if (text := _text(parameters, key))), "")
    return state.casefold() in ("opened", "onhold") if state else None


def permissions(parameters: Mapping[str, Any]) -> frozenset[str]:
    """The answer to GetPermissions, in lower case."""
    given = parameters.get("permissions")
    return (
        frozenset(p.casefold() for p in given[:_MANY] if isinstance(p, str)) if isinstance(given, list) else frozenset()
    )


def is_logged_in(parameters: Mapping[str, Any]) -> bool:
    """Whether the answer to Login lets us in; a wrong password is no error message."""
    return parameters.get("loggedIn") is True


def is_offline(parameters: Mapping[str, Any]) -> bool:
    """Whether the answer to GetApiState says that the server does nothing at present."""
    return parameters.get("online") is False


def _table(parameters: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]] | None:
    given = parameters.get(key)
    return (one for one in given[:_MANY] if isinstance(one, dict)) if isinstance(given, list) else None


def _text(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    if type(value) is int:
        return str(value)
    return value.strip()[:_TEXT] if isinstance(value, str) else ""


def _name(person: Mapping[str, Any]) -> str:
    whole = " ".join(part for key in ("firstName", "middleName", "lastName") if (part := _text(person, key)))
    return (whole or _text(person, "screenLine"))[:_TEXT]
