"""VISCA packets: vectors of the manuals and of published traces, and what noise does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.ptz.position import HeadMotion
from drivers.visca import codec
from drivers.visca.codec import (
    Ack,
    AddressesSet,
    ChainCleared,
    Completed,
    Malformed,
    NetworkChange,
    Rejected,
    Reply,
    ReplyParser,
)
from drivers.visca.profile import PROFILES


def read(wire: str) -> list[Reply]:
    return ReplyParser().feed(bytes.fromhex(wire))


@pytest.mark.parametrize(
    ("packet", "wire"),
    [
        (codec.BROADCAST_ADDRESSES, "88 30 01 FF"),
        (codec.BROADCAST_CLEAR, "88 01 00 01 FF"),
        (codec.ask_version(1), "81 09 00 02 FF"),
        (codec.recall(1, 5), "81 01 04 3F 02 05 FF"),
        (codec.recall(2, 0x11), "82 01 04 3F 02 11 FF"),
        (codec.store(1, 5), "81 01 04 3F 01 05 FF"),
        (codec.turn(1, 3, 2, pan_speed=0x18, tilt_speed=0x14), "81 01 06 01 18 14 02 01 FF"),
        (codec.turn(1, -1, -1, pan_speed=1, tilt_speed=1), "81 01 06 01 01 01 01 02 FF"),
        (codec.turn(1, 0, 0, pan_speed=1, tilt_speed=1), "81 01 06 01 01 01 03 03 FF"),
        (codec.zoom(1, 0), "81 01 04 07 00 FF"),
        (codec.zoom(1, 7), "81 01 04 07 27 FF"),
        (codec.zoom(1, -3), "81 01 04 07 33 FF"),
        (codec.power(1, True), "81 01 04 00 02 FF"),
        (codec.power(7, False), "87 01 04 00 03 FF"),
        (codec.ask_power(1), "81 09 04 00 FF"),
        (codec.ask_pan_tilt(1), "81 09 06 12 FF"),
        (codec.ask_zoom(1), "81 09 04 47 FF"),
        (codec.ask_status(1), "81 09 06 10 FF"),
    ],
)
def test_commands_are_the_bytes_of_the_manual(packet: bytes, wire: str) -> None:
    assert packet == bytes.fromhex(wire)


@pytest.mark.parametrize(
    ("wire", "replies"),
    [
        ("88 30 02 FF", [AddressesSet(1)]),
        ("88 30 04 FF", [AddressesSet(3)]),
        ("88 01 00 01 FF", [ChainCleared()]),
        ("90 50 FF", [Completed(1, 0)]),
        ("90 50 00 01 05 1C 01 00 02 FF", [Completed(1, 0, bytes.fromhex("0001051c010002"))]),
        ("90 41 FF 90 51 FF", [Ack(1, 1), Completed(1, 1)]),
        (
            "90 41 FF 90 42 FF 90 60 03 FF 90 51 FF 90 52 FF",
            [Ack(1, 1), Ack(1, 2), Rejected(1, 0, 3), Completed(1, 1), Completed(1, 2)],
        ),
        ("90 62 04 FF", [Rejected(1, 2, codec.CANCELLED)]),
        ("90 61 05 FF", [Rejected(1, 1, codec.NO_SOCKET)]),
        ("90 60 02 FF", [Rejected(1, 0, codec.SYNTAX_ERROR)]),
        ("90 62 41 FF", [Rejected(1, 2, codec.NOT_EXECUTABLE)]),
        ("90 6F 02 FF", [Rejected(1, 15, codec.SYNTAX_ERROR)]),
        ("A0 41 FF A0 51 FF", [Ack(2, 1), Completed(2, 1)]),
        ("80 38 FF", [NetworkChange(0)]),
        ("F0 38 FF", [NetworkChange(7)]),
        ("7E FF", [Malformed(b"~")]),
        ("FF 90 41 FF", [Malformed(b""), Ack(1, 1)]),
        ("90 41 41 FF", [Malformed(b"\x90\x41\x41")]),
    ],
)
def test_replies_are_read_as_the_documents_have_them(wire: str, replies: list[Reply]) -> None:
    assert read(wire) == replies


def test_three_chunks_make_three_replies() -> None:
    parser = ReplyParser()
    chunks = [bytes.fromhex(chunk) for chunk in ("90", "41 FF 90 51", "FF 90 60 02 FF")]
    assert [reply for chunk in chunks for reply in parser.feed(chunk)] == [
        Ack(1, 1),
        Completed(1, 1),
        Rejected(1, 0, codec.SYNTAX_ERROR),
    ]


@pytest.mark.parametrize(
    ("payload", "pan_tilt"),
    [
        ("0F 0F 01 01 00 01 0B 03", (-239, 435)),
        ("00 00 04 09 0F 0E 0C 08", (73, -312)),
        ("0F 06 03 05 09 00 00 00 00 00", (-40103, 0)),
        ("00 00 00 00 01 0F 0F 0F 0F", (1, -1)),
        ("00 00 00 00 10 00 00 00", None),
        ("00 00", None),
    ],
)
def test_pan_and_tilt_are_told_apart_by_length(payload: str, pan_tilt: tuple[int, int] | None) -> None:
    assert codec.read_pan_tilt(bytes.fromhex(payload)) == pan_tilt


def test_zoom_power_and_version() -> None:
    assert codec.read_zoom(bytes.fromhex("03 04 05 06")) == 0x3456
    assert codec.read_zoom(b"\x10\0\0\0") is None
    assert [codec.read_power(payload) for payload in (b"\2", b"\3", b"\7", b"")] == [True, False, None, None]
    assert "model 051c" in codec.read_version(bytes.fromhex("0001051c010002"))


@pytest.mark.parametrize(
    ("family", "payload", "motion"),
    [
        ("sony-x400", "24 00", HeadMotion.MOVING),
        ("sony-x400", "28 00", HeadMotion.COMPLETED),
        ("sony-x400", "2C 00", HeadMotion.FAILED),
        ("sony-fr7", "09 00", HeadMotion.MOVING),
        ("sony-fr7", "0A 00", HeadMotion.COMPLETED),
        ("generic", "24 00", None),
    ],
)
def test_motion_bits_stand_elsewhere_in_other_families(family: str, payload: str, motion: HeadMotion | None) -> None:
    assert PROFILES[family].motion(codec.read_status(bytes.fromhex(payload))) is motion


def test_presets_and_speeds_of_families() -> None:
    sony, ptzoptics = PROFILES["sony-srg"], PROFILES["ptzoptics"]
    assert [sony.has(preset) for preset in (0, 1, 16, 17)] == [False, True, True, False]
    assert [ptzoptics.has(preset) for preset in (0, 89, 95, 100, 254, 255)] == [True, True, False, True, True, False]
    assert sony.tolerance == 10
    assert [sony.speeds(speed, -speed) for speed in (0, 1, 7)] == [(1, 1), (1, 1), (24, 23)]
    assert max(ptzoptics.speeds(7, 7)) == 24
    assert ptzoptics.speeds(7, 7)[1] == 20


@pytest.mark.parametrize(
    "encode",
    [
        lambda: codec.recall(0, 1),
        lambda: codec.recall(8, 1),
        lambda: codec.recall(1, 255),
        lambda: codec.recall(1, -1),
        lambda: codec.zoom(1, 8),
        lambda: codec.turn(1, 1, 1, pan_speed=0, tilt_speed=1),
        lambda: codec.turn(1, 1, 1, pan_speed=1, tilt_speed=0x18),
    ],
)
def test_what_cannot_be_said_is_refused(encode: object) -> None:
    assert callable(encode)
    with pytest.raises(EncodeError):
        encode()


answers = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [b"\x90\x41\xff", b"\x90\x51\xff", b"\xa0\x60\x03\xff", b"\x90\x50\x02\xff", b"\x88\x30\x03\xff"]
        ),
    )
)


@given(answers)
def test_chunking_never_matters_and_noise_never_raises(chunks: list[bytes]) -> None:
    parser = ReplyParser()
    assert [reply for chunk in chunks for reply in parser.feed(chunk)] == ReplyParser().feed(b"".join(chunks))


@given(st.binary(max_size=200).filter(lambda noise: b"\xff" not in noise))
def test_after_noise_the_next_end_mark_recovers(noise: bytes) -> None:
    assert ReplyParser().feed(noise + b"\xff\x90\x41\xff")[-1] == Ack(1, 1)


@given(st.integers(1, 7), st.integers(0, 254))
def test_a_command_never_holds_an_end_mark_inside(address: int, number: int) -> None:
    for packet in (codec.recall(address, number), codec.store(address, number), codec.ask_zoom(address)):
        assert packet.index(0xFF) == len(packet) - 1
