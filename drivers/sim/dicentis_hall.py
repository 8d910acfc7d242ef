"""What a DICENTIS server holds and does: seats, people, the discussion list, operations. No network here.

Source: behaviour and texts of the wired conference protocol as its field clients and an independent mock show them.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# "A RemoveSpeech within about 100 ms of GrantSpeech does nothing."
DEAF_AFTER_GRANT_S = 0.1

Parameters = dict[str, Any]


class OperationError(Exception):
    """The text of an error answer."""


@dataclass(slots=True)
class SimSeat:
    """One place; `seated` is the participant who is there, empty for nobody."""

    seat_id: str
    name: str
    chair: bool = False
    seated: str = ""
    connected: bool = True


@dataclass(slots=True)
class SimEntry:
    """One line of the discussion list; `kind` and `microphone` in the words of the protocol."""

    seat_id: str
    kind: str
    microphone: str
    granted_s: float = 0.0


@dataclass(slots=True)
class SimPerson:
    """A participant of the active meeting."""

    participant_id: str
    person_id: str
    first: str
    middle: str
    last: str


def seat_id(number: int, generation: int) -> str:
    """A GUID-like id; another generation gives all seats other ids, as a new installation does."""
    return f"{number:08x}-5ea7-4000-8000-{generation:012x}"


@dataclass(slots=True)
class DicentisHall:
    """The meeting. `fire` is called with the names of events, in the protocol's PascalCase.

    Attributes:
        open_places: so many may speak at once; who presses after that is put on the list of requests.
        permissions: what the user who logs in may do.
        missing: lower-case names of operations that this version does not know.
        clock_ahead_ms: how far its clock is off.
        pascal: whether enumerations come in PascalCase, as some versions send them.
    """

    fire: Callable[..., None]
    now_s: Callable[[], float] = time.monotonic
    seats: list[SimSeat] = field(default_factory=list)
    people: list[SimPerson] = field(default_factory=list)
    entries: list[SimEntry] = field(default_factory=list)
    open_places: int = 4
    permissions: tuple[str, ...] = ("canManageMeeting", "canDeactivateMicrophone")
    missing: set[str] = field(default_factory=set)
    clock_ahead_ms: int = 0
    pascal: bool = False
    online: bool = True
    topics: list[str] = field(default_factory=list)
    open_topic: str | None = None
    voting: str = "closed"

    def fill(self, seats: int, generation: int = 0) -> None:
        """Seats "Seat 1" to "Seat n", the first with the chair, each with somebody on it."""
        self.seats = [SimSeat(seat_id(n, generation), f"Seat {n}", n == 1, f"p{n}") for n in range(1, seats + 1)]
        self.people = [SimPerson(f"p{n}", f"person-{n}", "Jan", "van", f"Dam {n}") for n in range(1, seats + 1)]

    def seat(self, name: str) -> SimSeat:
        """The seat of that name. Raises KeyError."""
        found = next((seat for seat in self.seats if seat.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def entry(self, identifier: str) -> SimEntry | None:
        """The line of a seat id in the discussion list."""
        return next((entry for entry in self.entries if entry.seat_id == identifier), None)

    def speak(self, identifier: str, kind: str = "isSpeaker", *, deaf: bool = False) -> None:
        """Open the microphone of a seat; a request becomes a speaker."""
        entry = self.entry(identifier)
        granted_s = self.now_s() if deaf else 0.0
        if entry is None:
            first_request = next((n for n, e in enumerate(self.entries) if e.kind == "isRequest"), len(self.entries))
            self.entries.insert(first_request, SimEntry(identifier, kind, "on", granted_s))
        elif entry.kind != kind or entry.microphone == "off":
            self.entries.remove(entry)
            self.entries.append(SimEntry(identifier, kind, "on", granted_s))
            self.entries.sort(key=lambda one: one.kind == "isRequest")
        self.fire("DiscussionListChanged")

    def ask_to_speak(self, identifier: str) -> None:
        """Put a seat at the end of the requests; it speaks at once while a place is free."""
        if self.entry(identifier) is None:
            speakers = sum(entry.kind != "isRequest" for entry in self.entries)
            if speakers < self.open_places:
                self.speak(identifier)
                return
            self.entries.append(SimEntry(identifier, "isRequest", "off"))
            self.fire("DiscussionListChanged")

    def remove(self, identifier: str) -> None:
        """Close a microphone or withdraw a request; too soon after the grant nothing happens."""
        entry = self.entry(identifier)
        if entry is not None and self.now_s() - entry.granted_s >= DEAF_AFTER_GRANT_S:
            self.entries.remove(entry)
            self.fire("DiscussionListChanged")

    def carry_out(self, name: str, parameters: Mapping[str, Any]) -> Parameters:
        """One operation after login; its name in any case. Raises OperationError."""
        known = {operation.casefold(): operation for operation in OPERATIONS}
        operation = known.get(name.casefold())
        if operation is None or name.casefold() in self.missing:
            raise OperationError(f"{name.upper()} is an unknown operation")
        fields, handler = OPERATIONS[operation]
        for given in parameters:
            if given.casefold() not in {one.casefold() for one in fields}:
                kind = f"{operation}Request"
                raise OperationError(
                    f"Could not find member '{given}' on object of type '{kind}'. Path 'parameters.{given}'."
                )
        return handler(self, operation, {key: parameters.get(key) for key in fields})

    def _chosen(self, operation: str, given: Parameters) -> list[str]:
        if operation != "GetSeats" and "canManageMeeting" not in self.permissions:
            raise OperationError(f"Unable to perform the operation: {operation}")
        chosen = [given["seatId"]] if given.get("seatId") else list(given.get("seatIds") or ())
        if not chosen or any(all(seat.seat_id != one for seat in self.seats) for one in chosen):
            raise OperationError(f"Unable to perform the operation: {operation}")
        return chosen

    def _word(self, word: str) -> str:
        return word[:1].upper() + word[1:] if self.pascal else word

    def get_seats(self, operation: str, given: Parameters) -> Parameters:
        """All seats of the hall."""
        return {
            "seats": [
                {
                    "seatId": seat.seat_id,
                    "seatName": seat.name,
                    "screenLine": self._screen_line(seat),
                    "assignedParticipantId": seat.seated,
                    "seatedParticipantId": seat.seated,
                    "attributes": ["Chairman"] if seat.chair else [],
                    "canPrio": seat.chair,
                    "canVote": True,
                    "seatType": "local",
                    "status": self._word("connected" if seat.connected else "disconnected"),
                    "devices": [],
                }
                for seat in self.seats
            ]
        }

    def rename(self, generation: int) -> None:
        """Give every seat another id, while people speak."""
        renamed = {seat.seat_id: seat_id(number, generation) for number, seat in enumerate(self.seats, 1)}
        for entry in self.entries:
            entry.seat_id = renamed[entry.seat_id]
        for seat in self.seats:
            seat.seat_id = renamed[seat.seat_id]

    def get_discussion_list(self, operation: str, given: Parameters) -> Parameters:
        """Who speaks, then who waits."""
        seats = {seat.seat_id: seat for seat in self.seats}
        entries = [
            {
                "seatId": entry.seat_id,
                "participantId": seats[entry.seat_id].seated,
                "personInfoId": "",
                "screenLine": self._screen_line(seats[entry.seat_id]),
                "speakerType": self._word(entry.kind),
                "microphoneState": self._word(entry.microphone),
                "isFirst": number == 0,
                "speechStartTime": round(entry.granted_s * 1000) + self.clock_ahead_ms,
                "remainingSpeechDuration": 300_000,
            }
            for number, entry in enumerate(self.entries)
            if entry.seat_id in seats
        ]
        return {"discussionList": entries, "referenceTime": round(self.now_s() * 1000) + self.clock_ahead_ms}

    def get_participants(self, operation: str, given: Parameters) -> Parameters:
        """Everybody who takes part."""
        return {
            "participants": [
                {
                    "firstName": person.first,
                    "middleName": person.middle,
                    "lastName": person.last,
                    "title": "",
                    "group": "",
                    "country": "",
                    "personId": person.person_id,
                    "participantId": person.participant_id,
                    "isAuthenticated": True,
                    "voteWeight": 1,
                }
                for person in self.people
            ]
        }

    def get_topics(self, operation: str, given: Parameters) -> Parameters:
        """The system's own agenda."""
        return {
            "agendaTopics": [
                {
                    "agendaTopicId": str(number),
                    "subject": subject,
                    "description": "",
                    "state": self._word("opened" if subject == self.open_topic else "closed"),
                }
                for number, subject in enumerate(self.topics, 1)
            ]
        }

    def grant(self, operation: str, given: Parameters) -> Parameters:
        """Open microphones; the answer comes whether or not it works out."""
        for one in self._chosen(operation, given):
            self.speak(one, deaf=True)
        return {}

    def take_away(self, operation: str, given: Parameters) -> Parameters:
        """Close microphones and withdraw requests."""
        for one in self._chosen(operation, given):
            self.remove(one)
        return {}

    def request(self, operation: str, given: Parameters) -> Parameters:
        """Put seats on the list of requests."""
        for one in self._chosen(operation, given):
            self.ask_to_speak(one)
        return {}

    def mute(self, operation: str, given: Parameters) -> Parameters:
        """Mute or unmute a speaker who keeps the floor."""
        for one in self._chosen(operation, given):
            entry = self.entry(one)
            if entry is None or entry.kind == "isRequest":
                raise OperationError(f"Unable to perform the operation: {operation}")
            entry.microphone = "on" if operation == "ActivateMicrophone" else "mute"
            self.fire("DiscussionListChanged")
        return {}

    def _screen_line(self, seat: SimSeat) -> str:
        person = next((person for person in self.people if person.participant_id == seat.seated), None)
        return f"{person.first} {person.last}" if person else seat.name


Handler = Callable[[DicentisHall, str, Parameters], Parameters]
IDS = ("seatIds", "participantIds")
ONE_OR_MORE = ("seatId", *IDS)
OPERATIONS: dict[str, tuple[tuple[str, ...], Handler]] = {
    "GetSeats": ((), DicentisHall.get_seats),
    "GetDiscussionList": ((), DicentisHall.get_discussion_list),
    "GetParticipants": ((), DicentisHall.get_participants),
    "GetPermissions": ((), lambda hall, _, __: {"permissions": list(hall.permissions)}),
    "GetApiState": ((), lambda hall, _, __: {"online": hall.online}),
    "GetAgendaTopics": ((), DicentisHall.get_topics),
    "GetVotingState": ((), lambda hall, _, __: {"votingState": hall._word(hall.voting)}),
    "GrantSpeech": (IDS, DicentisHall.grant),
    "AddSeatToSpeakers": (("seatId",), DicentisHall.grant),
    "RemoveSpeech": (IDS, DicentisHall.take_away),
    "RemoveSeatFromDiscussionList": (("seatId",), DicentisHall.take_away),
    "RequestSpeech": (IDS, DicentisHall.request),
    "ActivateMicrophone": (ONE_OR_MORE, DicentisHall.mute),
    "DeactivateMicrophone": (ONE_OR_MORE, DicentisHall.mute),
}
