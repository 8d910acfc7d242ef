"""What a Confero system holds and does: seats, speakers, requests, people, events. No network here.

Source: Confero customer API 7.18. How requests become speakers is not in it: here the queue moves up by itself only in
the mode "directSpeak", and the chairperson may always speak.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
KEPT_EVENTS = 500
LISTS = ("SpeakersChanged", "RequestsChanged")


@dataclass(slots=True)
class ConferoHall:
    """The discussion. `changed` is called after each new event.

    Attributes:
        places: so many delegates may speak at once.
        mode: "directSpeak" gives the floor to whoever presses while there is a place; in "request" pressing asks.
        meeting: whether one is open; `licensed` whether the system can have one.
        people: participant id by seat of those who are there, and `names` (first, last) by participant id.
        tells: names of the events that this version sends.
        events: the newest, oldest first.
    """

    changed: Callable[[], None]
    roles: dict[int, str] = field(default_factory=dict)
    speakers: list[int] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    devices: dict[int, str] = field(default_factory=dict)
    places: int = 4
    mode: str = "directSpeak"
    meeting: bool = True
    licensed: bool = True
    people: dict[int, str] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    tells: set[str] = field(default_factory=lambda: {"SeatChanged", *LISTS})
    events: deque[Json] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    next_id: int = 1

    def fill(self, seats: int) -> None:
        """Seats 1 to `seats`, the first one the chair's, with somebody at each."""
        self.roles = {number: "chairperson" if number == 1 else "delegate" for number in range(1, seats + 1)}
        self.devices = dict.fromkeys(self.roles, "online")
        self.people = {number: f"p{number}" for number in self.roles}
        self.names = {f"p{number}": ("Jan", f"van Dam {number}") for number in self.roles}

    def seat(self, number: int) -> Json:
        """One seat as it is read."""
        return {
            "seatNumber": number,
            "microphoneOn": number in self.speakers,
            "requestingToSpeak": number in self.requests,
            "role": self.roles[number],
        }

    def participants(self) -> list[Json]:
        """Who takes part; those who are not at a seat are absent."""
        at = {person: number for number, person in self.people.items()}
        return [
            {
                "participantId": person,
                "firstName": first,
                "lastName": last,
                "presence": {"kind": "LocalParticipantPresence", "seatNumber": at[person]}
                if person in at
                else {"kind": "AbsentParticipantPresence"},
            }
            for person, (first, last) in self.names.items()
        ]

    def switch(self, number: int, on: bool, requesting: bool) -> None:
        """Switch a seat; one that finds no place asks for one."""
        speakers, requests = list(self.speakers), list(self.requests)
        delegates = [one for one in speakers if self.roles[one] != "chairperson"]
        room = self.roles[number] == "chairperson" or len(delegates) < self.places
        if on and number not in speakers and not room:
            on, requesting = False, True
        self._put(speakers, number, on)
        self._put(requests, number, requesting and not on)
        self._become(speakers, requests)

    def press(self, number: int) -> None:
        """Somebody presses the button of a seat."""
        if number in self.speakers or number in self.requests:
            self.switch(number, False, False)
        elif self.mode == "directSpeak" or self.roles[number] == "chairperson":
            self.switch(number, True, False)
        else:
            self.switch(number, False, True)

    def clear(self, *, speakers: bool = False, delegates: bool = False, requests: bool = False) -> None:
        """Close microphones of all or of all but the chair, or forget who waits."""
        chairs = [number for number in self.speakers if self.roles[number] == "chairperson"]
        stay = [] if speakers else chairs if delegates else list(self.speakers)
        self._become(stay, [] if requests else list(self.requests))

    def sit(self, number: int, person: str) -> None:
        """Somebody shows a badge at a seat, or, with "", leaves it."""
        self.people = {seat: who for seat, who in self.people.items() if seat != number and who != person}
        if person:
            self.people[number] = person
        self.tell("Meeting", "ParticipantPresenceChanged", {"kind": "EventParticipantPresenceChanged"})

    def tell(self, module: str, name: str, data: Any) -> None:
        """Send an event."""
        self.events.append({"id": self.next_id, "module": module, "name": name, "discontinuity": False, "data": data})
        self.next_id += 1
        self.changed()

    def next_event(self, minimum: int, modules: set[str]) -> Json | None:
        """The first kept event from a number on, marked when there were others that are lost."""
        found = next((event for event in self.events if event["id"] >= minimum and event["module"] in modules), None)
        if found is None:
            return None
        return {**found, "discontinuity": minimum < self.events[0]["id"]}

    @staticmethod
    def _put(numbers: list[int], number: int, is_in: bool) -> None:
        if is_in and number not in numbers:
            numbers.append(number)
        elif not is_in and number in numbers:
            numbers.remove(number)

    def _become(self, speakers: list[int], requests: list[int]) -> None:
        while self.mode == "directSpeak" and requests and len(speakers) < self.places:
            speakers.append(requests.pop(0))
        before = {number: self.seat(number) for number in self.roles}
        lists = ("SpeakersChanged", speakers, self.speakers), ("RequestsChanged", requests, self.requests)
        self.speakers, self.requests = speakers, requests
        for name, now, known in lists:
            if now != known and name in self.tells:
                self.tell("Discussion", name, list(now))
        for number, known_seat in before.items():
            if self.seat(number) != known_seat and "SeatChanged" in self.tells:
                self.tell("Discussion", "SeatChanged", self.seat(number))
