"""Seats and discussion list that do not fit each other: one of the two is older, or somebody has no seat in the hall."""

from typing import Any

from chamber.core.domain import MicState
from chamber.ports import MicReading
from drivers.dicentis.readings import Readings
from tests.drivers.sessions import Events


def seats(*ids: str) -> dict[str, Any]:
    return {"seats": [{"seatId": one, "seatName": f"Seat {number}"} for number, one in enumerate(ids, 1)]}


def speaking(*ids: str) -> dict[str, Any]:
    return {"discussionList": [{"seatId": one, "speakerType": "isSpeaker", "microphoneState": "on"} for one in ids]}


def told(events: Events) -> list[tuple[str, MicState]]:
    return [(reading.channel, reading.state) for reading in events.of(MicReading)]


def test_a_list_that_is_newer_than_the_seats_waits_for_them() -> None:
    events = Events()
    readings = Readings("raad", ("Seat 1",), events.append)
    readings.take_seats(seats("old"), 0)
    readings.take_discussion(speaking("old"), 0)
    assert told(events) == [("Seat 1", MicState.ON)]
    readings.take_discussion(speaking("new"), 1)
    assert readings.puzzled
    readings.take_seats(seats("new"), 2)
    assert not readings.puzzled
    assert told(events) == [("Seat 1", MicState.ON)], "the speaker has lost nothing"


def test_somebody_without_a_seat_holds_up_nobody_for_long() -> None:
    events = Events()
    readings = Readings("raad", ("Seat 1",), events.append)
    readings.take_seats(seats("a"), 0)
    readings.take_discussion(speaking("remote", "a"), 0)
    assert readings.puzzled
    assert told(events) == []
    readings.take_seats(seats("a"), 1)
    assert readings.puzzled
    readings.take_discussion(speaking("remote", "a"), 1)
    assert not readings.puzzled
    assert told(events) == [("Seat 1", MicState.ON)]
    readings.take_discussion(speaking("a"), 2)
    readings.take_discussion(speaking("remote"), 3)  # known by now
    assert not readings.puzzled
    assert told(events)[1:] == [("Seat 1", MicState.OFF)]
