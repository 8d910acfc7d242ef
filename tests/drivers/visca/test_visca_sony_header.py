"""Sony's UDP header: vectors of the documents, and what noise does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.visca.codec import recall
from drivers.visca.sony import (
    COMMAND,
    INQUIRY,
    Datagram,
    HeaderError,
    Malformed,
    Numbered,
    ResetDone,
    reset,
    unwrap,
    wrap,
)


def test_requests_are_the_bytes_of_the_documents() -> None:
    assert reset() == bytes.fromhex("020000010000000001")
    assert wrap(COMMAND, 1, recall(1, 4)) == bytes.fromhex("0100000700000001 8101043f0204ff")
    assert wrap(INQUIRY, 2, bytes.fromhex("81090612ff")) == bytes.fromhex("0110000500000002 81090612ff")


@pytest.mark.parametrize(
    ("wire", "datagram"),
    [
        ("0201000100000000 01", ResetDone()),
        ("0111000300000001 9050ff", Numbered(1, b"\x90\x50")),
        ("0111000300000001 9041ff", Numbered(1, b"\x90\x41")),
        ("0111000b00000002 90500f0f01010001 0b03ff", Numbered(2, bytes.fromhex("90500f0f010100010b03"))),
        ("0200000200000001 0f01", HeaderError(1, 1)),
        ("0201000200000001 0f01", HeaderError(1, 1)),
        ("0200000200000005 0f02", HeaderError(5, 2)),
        ("0111000400000003 906003ff", Numbered(3, b"\x90\x60\x03")),
        ("0111000400000003 9060ff", Malformed(bytes.fromhex("01110004000000039060ff"))),
        ("0111000200000003 9060", Malformed(bytes.fromhex("01110002000000039060"))),
        ("01110003000000", Malformed(bytes.fromhex("01110003000000"))),
    ],
)
def test_answers_are_read_as_the_documents_have_them(wire: str, datagram: Datagram) -> None:
    assert unwrap(bytes.fromhex(wire)) == datagram


@pytest.mark.parametrize(("number", "payload"), [(-1, b"\1"), (1 << 32, b"\1"), (1, b""), (1, bytes(33))])
def test_what_cannot_be_sent_is_refused(number: int, payload: bytes) -> None:
    with pytest.raises(EncodeError):
        wrap(COMMAND, number, payload)


@given(st.one_of(st.binary(max_size=60), st.binary(max_size=40).map(lambda b: b"\1\x11\0\3" + b)))
def test_noise_never_raises(datagram: bytes) -> None:
    seen = unwrap(datagram)
    assert isinstance(seen, Numbered | ResetDone | HeaderError | Malformed)


@given(st.integers(0, 0xFFFF_FFFF), st.binary(min_size=1, max_size=14).filter(lambda b: b"\xff" not in b))
def test_an_answer_keeps_number_and_packet(number: int, packet: bytes) -> None:
    assert unwrap(wrap(0x0111, number, packet + b"\xff")) == Numbered(number, packet)
