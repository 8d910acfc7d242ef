"""What a Confero system says and is asked, with the examples of its description."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.confero import codec
from drivers.confero.codec import Event, Person, Seat, Settings

SEAT: dict[str, Any] = {"seatNumber": 1, "microphoneOn": False, "requestingToSpeak": False, "role": "chairperson"}
SPEAKERS: dict[str, Any] = {
    "id": 7, "module": "Discussion", "name": "SpeakersChanged", "discontinuity": False, "data": [1, 5],
}  # fmt: skip
CHANGED: dict[str, Any] = {
    "id": 8, "module": "Discussion", "name": "SeatChanged", "discontinuity": False,
    "data": SEAT | {"microphoneOn": True},
}  # fmt: skip
MEETING: dict[str, Any] = {
    "meetingId": "m", "title": "Raad",
    "participants": [
        {"participantId": "p1", "firstName": "Jan", "lastName": "van Dam",
         "presence": {"kind": "LocalParticipantPresence", "seatNumber": 3}},
        {"participantId": "p2", "firstName": "Els", "lastName": "", "presence": {"kind": "AbsentParticipantPresence"}},
    ],
}  # fmt: skip

jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*SEAT, *SPEAKERS, *MEETING, "presence", "participantId", "message"]), inner, max_size=6
        )
    ),
    max_leaves=20,
)


def test_the_examples_of_the_description() -> None:
    assert codec.seats([SEAT]) == (Seat(1, on=False, requesting=False, role="chairperson"),)
    assert codec.event(SPEAKERS) == Event(7, "Discussion", "SpeakersChanged", missed=False, data=[1, 5])
    assert codec.numbers(SPEAKERS["data"]) == (1, 5)
    event = codec.event(CHANGED)
    assert event is not None
    assert codec.seat(event.data) == Seat(1, on=True, requesting=False, role="chairperson")
    assert codec.event(CHANGED | {"discontinuity": True}) == Event(
        8, "Discussion", "SeatChanged", missed=True, data=CHANGED["data"]
    )
    assert codec.people(MEETING) == (Person("p1", "Jan van Dam", 3),)
    assert codec.room([{"seatNumber": 4, "state": "online"}]) == {4: "online"}
    assert codec.settings({"microphoneMode": "request", "maximumNumberOfSpeakers": 3}) == Settings("request", 3)


def test_an_order_always_has_both_fields() -> None:
    assert json.loads(codec.switch_body(True, False)) == {"microphoneOn": True, "requestingToSpeak": False}
    assert json.loads(codec.switch_body(False, True)) == {"microphoneOn": False, "requestingToSpeak": True}
    assert codec.seat_path(7) == "/api/discussion/seats/7"


def test_a_poll_names_its_modules_and_goes_on_after_the_last_event() -> None:
    first = "/api/notification/events?include-filter=Discussion,Meeting,Room"
    assert codec.events_path("minimum-id", None) == first
    assert codec.events_path("minimum-id", 41) == f"{first}&minimum-id=42"
    assert codec.events_path("minimal-id", 0) == f"{first}&minimal-id=1"


@pytest.mark.parametrize("number", [0, -1, 65_536])
def test_a_seat_that_cannot_be_is_not_asked_for(number: int) -> None:
    with pytest.raises(EncodeError, match="no such seat"):
        codec.seat_path(number)


@pytest.mark.parametrize("name", ["", "id&x", "id=3", "minimum id", "é"])
def test_a_cursor_that_breaks_the_address_is_refused(name: str) -> None:
    with pytest.raises(EncodeError, match="parameter"):
        codec.events_path(name, 3)


def test_the_cursor_is_called_as_the_description_says() -> None:
    assert codec.cursor(b'... {"name": "minimal-id", ...') == "minimal-id"
    assert codec.cursor(b"name: minimum-id") == "minimum-id"
    assert codec.cursor(b"<html>") is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": "Missing json field: requestingToSpeak"}', "Missing json field: requestingToSpeak"),
        (b'"no"', "no"),
        (b"<html>\r\n busy </html>", "<html> busy </html>"),
        (b'{"code": 3}', ""),
        (b"[1]", ""),
        (b"", ""),
        (b'{"message": "\\u001b[31m' + b"x" * 500 + b'"}', "[31m" + "x" * 116),
    ],
)
def test_what_a_refusal_says_is_shown_without_control_characters(body: bytes, said: str) -> None:
    assert codec.words(body) == said


@pytest.mark.parametrize(
    "wrong",
    [
        SEAT | {"microphoneOn": 1},
        SEAT | {"requestingToSpeak": None},
        SEAT | {"seatNumber": True},
        SEAT | {"seatNumber": 0},
        SEAT | {"seatNumber": "1"},
        {},
        None,
    ],
)
def test_a_seat_that_cannot_be_understood_spoils_the_list(wrong: Any) -> None:
    """Leaving it out would close its microphone."""
    assert codec.seat(wrong) is None
    assert codec.seats([SEAT, wrong]) is None


@pytest.mark.parametrize("wrong", [None, {}, {"id": -1}, SPEAKERS | {"id": "7"}, SPEAKERS | {"module": None}])
def test_what_is_no_event(wrong: Any) -> None:
    assert codec.event(wrong) is None


@given(jsons)
def test_any_json_is_parsed_or_refused_and_nothing_raises(data: Any) -> None:
    for parse in (codec.seat, codec.seats, codec.numbers, codec.event, codec.people, codec.room, codec.settings):
        parse(data)
    assert len(codec.words(json.dumps(data).encode())) <= 120


@given(st.binary(max_size=300))
def test_garbage_is_no_json_and_nothing_raises(body: bytes) -> None:
    codec.decode(body)
    assert codec.words(body).isprintable()


def test_deep_nesting_is_no_json() -> None:
    assert codec.decode(b"[" * 100_000) is None
