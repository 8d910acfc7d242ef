"""Messages of the conference protocol: examples of the document, and what noise does."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.dicentis.codec import (
    MAX_ID,
    Answer,
    Entry,
    Malformed,
    Notice,
    Participant,
    Refusal,
    Seat,
    discussion,
    encode,
    is_logged_in,
    is_offline,
    next_id,
    parse,
    participants,
    permissions,
    seats,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_login_is_sent_as_documented() -> None:
    sent = encode(1, "Login", {"user": "admin", "password": ""})
    assert json.loads(sent) == json.loads(
        '{"messageId":1,"operation":"Login","parameters":{"user":"admin","password":""}}'
    )


@pytest.mark.parametrize("number", [0, -1, MAX_ID + 1])
def test_numbers_that_the_protocol_reserves_are_refused(number: int) -> None:
    with pytest.raises(EncodeError):
        encode(number, "GetSeats", {})


def test_numbers_begin_again_at_one() -> None:
    assert (next_id(0), next_id(MAX_ID - 1), next_id(MAX_ID)) == (1, MAX_ID, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"messageId":1,"operation":"Login","parameters":{"loggedIn":true,"token":"t","userId":"u"}}',
            Answer(1, "login", {"loggedIn": True, "token": "t", "userId": "u"}),
        ),
        (
            '{"messageId":2,"operation":"error","parameters":{"message":"Please login first"}}',
            Refusal(2, "Please login first"),
        ),
        (
            '{"messageId":0,"operation":"event","parameters":{"events":["DiscussionListChanged"]}}',
            Notice(("discussionlistchanged",)),
        ),
        ('{"messageId":3,"operation":"GRANTSPEECH","parameters":null}', Answer(3, "grantspeech", {})),
        ('{"messageId":3,"operation":"GrantSpeech"}', Answer(3, "grantspeech", {})),
        ("", Malformed("")),
        ("{", Malformed("{")),
        ("[]", Malformed("[]")),
        ('{"messageId":true,"operation":"x"}', Malformed('{"messageId":true,"operation":"x"}')),
        ('{"messageId":0,"operation":"event"}', Malformed('{"messageId":0,"operation":"event"}')),
        ("[" * 100_000, Malformed("[" * 200)),
        ('{"messageId":' + "9" * 5000 + "}", Malformed('{"messageId":' + "9" * 187)),
    ],
)
def test_what_the_server_says_is_read(text: str, message: object) -> None:
    assert parse(text) == message


@given(st.text(max_size=60) | json_values.map(json.dumps))
def test_noise_never_raises(text: str) -> None:
    assert isinstance(parse(text), Answer | Refusal | Notice | Malformed)


@given(st.dictionaries(st.sampled_from(["seats", "discussionList", "participants", "permissions"]), json_values))
def test_answers_of_any_shape_never_raise(parameters: dict[str, object]) -> None:
    for read in (seats, discussion, participants, permissions):
        read(parameters)
    assert not is_logged_in(parameters)
    assert not is_offline(parameters)


message_ids = st.integers(1, MAX_ID)


@given(message_ids, st.text(min_size=1, max_size=20), st.dictionaries(st.text(max_size=8), json_values, max_size=4))
def test_what_is_sent_can_be_read(number: int, operation: str, parameters: dict[str, object]) -> None:
    sent = json.loads(encode(number, operation, parameters))
    assert sent == {"messageId": number, "operation": operation, "parameters": parameters}


def test_seats_are_read_with_those_who_sit_there() -> None:
    given = {
        "seats": [
            {"seatId": "a1", "seatName": "Seat 1", "seatedParticipantId": "p1", "status": "Connected"},
            {"seatId": "a2", "seatName": " Seat 2 ", "seatedParticipantId": None, "status": "disconnected"},
            {"seatId": "a3"},
            {"seatName": "no id"},
            "nonsense",
        ]
    }
    assert seats(given) == (
        Seat("a1", "Seat 1", "p1", True),
        Seat("a2", "Seat 2", "", False),
        Seat("a3", "", "", False),
    )
    assert seats({"seats": {}}) is None
    assert seats({}) is None


def test_the_discussion_list_keeps_its_order() -> None:
    given = {
        "discussionList": [
            {"seatId": "b", "speakerType": "IsSpeaker", "microphoneState": "On"},
            {"seatId": "a", "speakerType": "isRequest", "microphoneState": "off"},
        ],
        "referenceTime": 12345,
    }
    assert discussion(given) == (Entry("b", "isspeaker", "on"), Entry("a", "isrequest", "off"))
    assert discussion({"discussionList": []}) == ()
    assert discussion({"discussionList": "none"}) is None


def test_people_have_a_whole_name_and_a_lasting_reference() -> None:
    given = {
        "participants": [
            {"participantId": "p1", "personId": "x9", "firstName": "Jan", "middleName": "van", "lastName": "Dam"},
            {"participantId": "p2", "firstName": "", "lastName": "", "screenLine": "Gast"},
        ]
    }
    assert participants(given) == (Participant("p1", "x9", "Jan van Dam"), Participant("p2", "p2", "Gast"))


def test_a_wrong_password_is_no_error_message() -> None:
    assert not is_logged_in({"loggedIn": False, "token": ""})
    assert is_logged_in({"loggedIn": True, "token": "t"})
    assert is_offline({"online": False})
    assert permissions({"permissions": ["canManageMeeting", 3]}) == {"canmanagemeeting"}
