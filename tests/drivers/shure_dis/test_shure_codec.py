"""Lines of the DIS central unit, with the examples of its user guides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.domain import MicState
from chamber.core.errors import EncodeError
from drivers.shure_dis.codec import (
    CommandError,
    LineParser,
    Listed,
    Malformed,
    Message,
    Other,
    Priority,
    SeatState,
    StatusDone,
    switch,
)
from drivers.shure_dis.diff import Floor, after, in_telling_order, replaced

EXAMPLES: list[tuple[bytes, list[Message]]] = [
    (b"seat_state 12 active John Jones\r\n", [SeatState(12, active=True, name="John Jones")]),
    (b"seat_state 12 passive\r\n", [SeatState(12, active=False, name="")]),
    (b"mic_on 12\r\n", [Listed("speak", 12, is_in=True)]),
    (b"mic_off 12\r\n", [Listed("speak", 12, is_in=False)]),
    (b"mic_request_on 14\r\n", [Listed("request", 14, is_in=True)]),
    (b"mic_request_off 14\r\n", [Listed("request", 14, is_in=False)]),
    (b"mic_reply_on 9\r\n", [Listed("reply", 9, is_in=True)]),
    (b"mic_status_done\r\n", [StatusDone()]),
    (b"mic_priority 3 5\r\n", [Priority(3, 5)]),
    (b"mic_mode manual+reply\r\n", [Other("mic_mode", "manual+reply")]),
    (b"command_error unknown command\r\n", [CommandError("unknown command")]),
    (b"interim_voting_result 1 0 Yes\r\n", [Other("interim_voting_result", "1 0 Yes")]),
    (b"MIC_ON 65535 and more\n\r\r\n", [Listed("speak", 65535, is_in=True)]),
    (b"seat_state 4 active J\xf6rg\r\n", [SeatState(4, active=True, name="J\u00f6rg")]),
    ("seat_state 4 active J\u00f6rg\r\n".encode(), [SeatState(4, active=True, name="J\u00f6rg")]),
    (b"mic_on\r\n", [Malformed(b"mic_on")]),
    (b"mic_on 0\r\n", [Malformed(b"mic_on 0")]),
    (b"mic_on 65536\r\n", [Malformed(b"mic_on 65536")]),
    (b"mic_on 1x\r\n", [Malformed(b"mic_on 1x")]),
    (b"mic_priority 3 6\r\n", [Malformed(b"mic_priority 3 6")]),
    (b"seat_state 12 gone\r\n", [Malformed(b"seat_state 12 gone")]),
    (b"\xff\x01\r\n", [Malformed(b"\xff\x01")]),
    (b"  \r\n", []),
]
lists = st.lists(st.integers(1, 6), unique=True).map(tuple)
floors = st.builds(Floor, lists, lists, lists)
listed = st.builds(Listed, st.sampled_from(["speak", "request", "reply"]), st.integers(1, 6), st.booleans())


@pytest.mark.parametrize(("wire", "messages"), EXAMPLES)
def test_examples_of_the_guides(wire: bytes, messages: list[Message]) -> None:
    assert LineParser().feed(wire) == messages


def test_commands_end_with_cr() -> None:
    assert switch(14, on=True) == b"mic_on 14\r"
    assert switch(65_535, on=False) == b"mic_off 65535\r"
    for seat in (0, -1, 65_536):
        with pytest.raises(EncodeError, match="no such seat"):
            switch(seat, on=True)


def test_a_line_without_end_costs_little_and_what_follows_is_read() -> None:
    parser = LineParser()
    messages = [message for _ in range(1000) for message in parser.feed(b"x" * 1000)]
    assert messages == [Malformed(b"x" * 40)]
    assert parser.feed(b"xx\r\nmic_on 3\r\n") == [Listed("speak", 3, is_in=True)]


pieces = st.one_of(
    st.sampled_from([wire for wire, _ in EXAMPLES]), st.binary(max_size=30), st.just(b"y" * 300), st.sampled_from([b"\r", b"\n"])
)  # fmt: skip


@given(st.lists(pieces, max_size=12), st.data())
def test_chunking_never_matters_and_noise_never_raises(lines: list[bytes], data: st.DataObject) -> None:
    wire = b"".join(lines)
    parser, messages = LineParser(), list[Message]()
    while wire:
        size = data.draw(st.integers(1, max(1, len(wire))))
        messages += parser.feed(wire[:size])
        wire = wire[size:]
    assert messages == LineParser().feed(b"".join(lines))


@given(st.binary(max_size=60).filter(lambda noise: not set(noise) & {10, 13}), st.integers(1, 65_535))
def test_a_line_after_any_noise_is_read(noise: bytes, seat: int) -> None:
    assert LineParser().feed(noise + b"\r\n" + f"mic_on {seat}\r\n".encode())[-1] == Listed("speak", seat, is_in=True)


@given(floors, listed)
def test_a_list_is_as_the_last_message_says(floor: Floor, message: Listed) -> None:
    new = after(floor, message)
    seats = {"speak": new.open, "request": new.requests, "reply": new.replies}[message.kind]
    assert (message.seat in seats) is message.is_in
    assert after(new, message) == new
    assert (new.state(message.seat) is MicState.ON) is (message.seat in new.open)
    assert set(new.queue).isdisjoint(new.open)


@given(floors, floors)
def test_what_a_reading_does_not_name_is_off(known: Floor, read: Floor) -> None:
    new = replaced(known, read)
    assert (new.open, new.requests, new.replies) == (read.open, read.requests, read.replies)


def test_replies_come_before_requests_and_who_opened_last_is_told_last() -> None:
    floor = Floor(open=(5, 2), requests=(4, 2), replies=(3,))
    assert floor.queue == (3, 4)
    assert in_telling_order(floor, range(1, 7)) == (1, 6, 5, 2, 3, 4)
