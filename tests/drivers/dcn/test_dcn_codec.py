"""DCN-NG: the examples of the documents, and what chunks, noise and garbage do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.domain import MicState
from chamber.core.errors import EncodeError
from drivers.dcn.codec import (
    TCP_KEEP_ALIVE,
    Answered,
    Function,
    ListsChanged,
    Malformed,
    Message,
    MicSwitched,
    Nak,
    Other,
    ProtocolFault,
    RequestsRead,
    SerialParser,
    SpeakersRead,
    TcpParser,
    serial_request,
    set_microphone,
    tcp_request,
    unit_word,
)
from drivers.dcn.diff import listed


@pytest.mark.parametrize(
    ("function", "parameters", "wire"),
    [
        (Function.START_MM, b"", "1B 24 0D 03 02 00 1E 00 90"),
        (Function.STOP_MM, b"", "1B 24 0D 03 02 00 1F 00 8F"),
        (Function.SPK_GET, b"", "1B 24 0D 03 02 00 2E 00 80"),
        (Function.RTS_GET, b"", "1B 24 0D 03 02 00 25 00 89"),
        (Function.SPK_APPEND, unit_word(517), "1B 24 0D 03 04 00 30 00 05 02 75"),
        (Function.SPK_REMOVE, unit_word(517), "1B 24 0D 03 04 00 31 00 05 02 74"),
        (Function.SPK_CLEAR, b"", "1B 24 0D 03 02 00 2F 00 7F"),
    ],
)
def test_serial_requests_of_the_document(function: Function, parameters: bytes, wire: str) -> None:
    assert serial_request(function, parameters) == bytes.fromhex(wire)


def test_the_application_byte_is_what_it_is_told() -> None:
    assert serial_request(0x0A, b"\x0c", app=0x11) == bytes.fromhex("1B 24 0D 03 03 00 0A 11 0C 86")


@pytest.mark.parametrize(
    ("function", "parameters", "wire"),
    [
        (Function.START_MM, b"", "03 1E 00 43 12 00 00 00 00 00 00 00 00 00 00 00 1E 00"),
        (
            Function.SET_MICRO_ON_OFF,
            set_microphone(517, True),
            "03 22 00 43 15 00 00 00 00 00 00 00 00 00 00 00 22 00 05 02 01",
        ),
        (
            Function.SET_MICRO_ON_OFF,
            set_microphone(517, False),
            "03 22 00 43 15 00 00 00 00 00 00 00 00 00 00 00 22 00 05 02 00",
        ),
        (Function.SPK_APPEND, unit_word(517), "03 30 00 43 14 00 00 00 00 00 00 00 00 00 00 00 30 00 05 02"),
        (Function.SPK_REMOVE, unit_word(517), "03 31 00 43 14 00 00 00 00 00 00 00 00 00 00 00 31 00 05 02"),
        (Function.SPK_CLEAR, b"", "03 2F 00 43 12 00 00 00 00 00 00 00 00 00 00 00 2F 00"),
    ],
)
def test_tcp_requests_of_the_document(function: Function, parameters: bytes, wire: str) -> None:
    assert tcp_request(function, parameters) == bytes.fromhex(wire)


def test_keep_alive_is_that_of_the_document() -> None:
    assert bytes.fromhex("27 70 44 00 10 00 00 00 00 00 00 00 00 00 00 00") == TCP_KEEP_ALIVE


@pytest.mark.parametrize("unit", [-1, 0x10000])
def test_a_unit_that_fits_no_word_is_refused(unit: int) -> None:
    with pytest.raises(EncodeError):
        unit_word(unit)


MESSAGES: list[tuple[int, str, Message]] = [
    (5, "01 00 05 02 01 00 03 00", MicSwitched(517, True, 3)),
    (5, "01 00 05 02 02 00 03 00", MicSwitched(517, False, 3)),
    (5, "01 00 05 02 00 00 03 00", MicSwitched(517, False, 3)),
    (5, "01 00 05 02 0f 00 03 00", MicSwitched(517, False, 3)),
    (5, "01 00 05 02 0e 00 07 00", MicSwitched(517, True, 7)),
    (5, "01 00 05 02 09 00", MicSwitched(517, None, None)),
    (5, "01 00 05", Malformed(bytes.fromhex("010005"))),
    (5, "06 00 05 02 ff ff", ListsChanged()),
    (5, "0e 00 05 02", ListsChanged()),
    (5, "0f 00 05 02", ListsChanged()),
    (5, "14 00", ListsChanged()),
    (5, "12 00 01 00", Other(5, 0x12)),
    (5, "01 0a 05 02 01 00 03 00", Other(5, 1)),
    (4, "1e 00 00 00", Answered(0x1E, 0)),
    (4, "1e 00 9b 2a", Answered(0x1E, 0x2A9B)),
    (4, "2e 00 00 00 02 00 05 02 01 06 02 00", SpeakersRead(((517, True), (518, False)))),
    (4, "2e 00 00 00 00 00", SpeakersRead(())),
    (4, "2e 00 95 2a", Answered(0x2E, 0x2A95)),
    (4, "2e 00 00 00 02 00 05 02 01", Malformed(bytes.fromhex("2e0000000200050201"))),
    (4, "25 00 00 00 02 00 05 02 ff ff 07 02 11 00", RequestsRead((517, 519))),
    (4, "25 00 00", Malformed(bytes.fromhex("250000"))),
    (3, "1e 00", Other(3, 0x1E)),
    (2, "", Nak()),
    (2, "1e 00", Nak()),
]


@pytest.mark.parametrize(("kind", "body", "message"), MESSAGES)
def test_messages_are_read_alike_from_both_wires(kind: int, body: str, message: Message) -> None:
    data = bytes.fromhex(body)
    assert SerialParser().feed(serial_frame(kind, data), 0) == [message]
    if len(data) >= 2:
        assert TcpParser().feed(tcp_frame(kind, data), 0) == [message]


def test_the_response_that_stands_in_the_document() -> None:
    assert SerialParser(app=0x11).feed(bytes.fromhex("1B240D04050016110000 02"), 0) == [Answered(0x16, 0)]
    assert TcpParser().feed(bytes.fromhex("0501004318000000000000000000000001000502 01000300"), 0) == [
        MicSwitched(517, True, 3)
    ]
    assert Answered(0x1E, 0x2A9B).text == "no access (2A9B)"


def test_a_protocol_error_on_tcp_is_24_bytes() -> None:
    frame = bytes(4) + (24).to_bytes(4, "little") + bytes(8) + bytes.fromhex("07000000 04000000")
    assert TcpParser().feed(frame + TCP_KEEP_ALIVE, 0) == [ProtocolFault(7, 4), Other(0x27, 0x70)]


def test_a_tcp_stream_that_lost_its_frames_is_given_up() -> None:
    parser = TcpParser()
    assert parser.feed(b"\xff" * 20, 0) == [Malformed(b"\xff" * 16)]
    assert parser.feed(tcp_frame(5, bytes.fromhex("0e00")), 0) == []


def serial_frame(kind: int, body: bytes) -> bytes:
    return b"\x1b\x24\x0d" + bytes((kind,)) + len(body).to_bytes(2, "little") + body


def tcp_frame(kind: int, body: bytes) -> bytes:
    return bytes((kind, *body[:2], 0x43)) + (16 + len(body)).to_bytes(4, "little") + bytes(8) + body


SWITCHED = serial_frame(5, bytes.fromhex("0100050201000300"))


def test_a_checksum_behind_a_message_is_tolerated() -> None:
    parser = SerialParser()
    for last in (b"\x9c", b"\x1b", b"\x1b\x24"):
        assert parser.feed(SWITCHED + last + SWITCHED, 0) == [MicSwitched(517, True, 3)] * 2
    assert parser.skipped == 4


def test_a_pause_within_a_message_gives_it_up_and_keeps_what_is_whole() -> None:
    parser = SerialParser(gap_ms=50)
    assert parser.feed(SWITCHED[:9], 0) == []
    assert parser.feed(SWITCHED[9:], 50) == [MicSwitched(517, True, 3)]
    cut_short = serial_frame(5, bytes(200))[:20]
    assert parser.feed(cut_short + SWITCHED, 100) == []
    assert parser.feed(SWITCHED, 151) == [MicSwitched(517, True, 3)] * 2


@pytest.mark.parametrize("head", ["1b240d09ffff", "1b240d05ffff", "1b240d0541ff"])
def test_impossible_headers_cost_nothing(head: str) -> None:
    assert SerialParser().feed(bytes.fromhex(head) + SWITCHED, 0) == [MicSwitched(517, True, 3)]


pieces = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from([SWITCHED, serial_frame(4, bytes.fromhex("2e00000001000502 01")), b"\x1b", b"\x1b\x24\x0d"]),
        st.binary(max_size=12).map(lambda body: serial_frame(5, body)),
    ),
    max_size=12,
)


@given(pieces, st.data())
def test_chunking_never_matters_and_noise_never_raises(parts: list[bytes], data: st.DataObject) -> None:
    wire = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    chunks = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    for make in (SerialParser, TcpParser):
        parser, whole = make(), make()
        assert [m for chunk in chunks for m in parser.feed(chunk, 0)] == whole.feed(wire, 0)


@given(st.lists(st.tuples(st.binary(max_size=60), st.integers(0, 200)), max_size=12))
def test_after_any_garbage_a_pause_makes_it_hear_again(garbage: list[tuple[bytes, int]]) -> None:
    parser, now_ms = SerialParser(), 0
    for chunk, pause_ms in garbage:
        parser.feed(chunk, now_ms)
        now_ms += pause_ms
    assert parser.feed(SWITCHED, now_ms + 100)[-1] == MicSwitched(517, True, 3)


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.booleans()), max_size=40))
def test_lists_come_back_as_they_are(speakers: list[tuple[int, bool]]) -> None:
    body = b"\x2e\0\0\0" + len(speakers).to_bytes(2, "little")
    body += b"".join(unit.to_bytes(2, "little") + bytes((on,)) for unit, on in speakers)
    assert TcpParser().feed(tcp_frame(4, body), 0) == [SpeakersRead(tuple(speakers))]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans())),
    st.lists(st.integers(0, 9)),
    st.sets(st.integers(0, 9)),
)
def test_states_are_those_of_the_lists(speakers: list[tuple[int, bool]], requests: list[int], units: set[int]) -> None:
    found = listed(speakers, requests, units)
    assert {unit for unit, _ in found} == units
    for unit, state in found:
        speaks = (unit, True) in speakers
        wanted = MicState.ON if speaks else MicState.REQUEST if unit in requests else MicState.OFF
        assert state is wanted
    order = [state is MicState.ON for _, state in found]
    assert order == sorted(order)
