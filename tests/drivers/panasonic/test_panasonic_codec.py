"""Bytes of the documents, of a published capture, and noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.panasonic import codec
from drivers.panasonic.codec import Command, NotificationParser, Refused, Told
from drivers.ptz.position import Position
from drivers.sim.panasonic_push import frame

CAPTURED = bytes.fromhex("c0a80b2930be1a070e16030a000100800000000000010010010000000d0a6c5043310d0a") + bytes(24)
"""From an AW-UE80."""


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (codec.recall(5), "/cgi-bin/aw_ptz?cmd=%23R04&res=1"),
        (codec.store(100), "/cgi-bin/aw_ptz?cmd=%23M99&res=1"),
        (codec.turn(0, 0), "/cgi-bin/aw_ptz?cmd=%23PTS5050&res=1"),
        (codec.turn(7, -7), "/cgi-bin/aw_ptz?cmd=%23PTS9901&res=1"),
        (codec.zoom(-1), "/cgi-bin/aw_ptz?cmd=%23Z43&res=1"),
        (codec.power(False), "/cgi-bin/aw_ptz?cmd=%23O0&res=1"),
        (codec.lamp("red", True), "/cgi-bin/aw_cam?cmd=TLR:1&res=1"),
        (codec.lamp("green", False), "/cgi-bin/aw_cam?cmd=TLG:0&res=1"),
        (codec.older_lamp(True), "/cgi-bin/aw_ptz?cmd=%23DA1&res=1"),
        (codec.focus("auto"), "/cgi-bin/aw_ptz?cmd=%23D11&res=1"),
        (codec.focus("one_push"), "/cgi-bin/aw_cam?cmd=OSE:69:1&res=1"),
        (codec.preset_speed(1), "/cgi-bin/aw_ptz?cmd=%23UPVS275&res=1"),
        (codec.preset_speed(30), "/cgi-bin/aw_ptz?cmd=%23UPVS999&res=1"),
        (codec.ASK_MODEL, "/cgi-bin/aw_cam?cmd=QID&res=1"),
    ],
)
def test_commands_as_the_documents_print_them(command: Command, path: str) -> None:
    assert command.path == path


def test_what_does_not_exist_is_refused() -> None:
    for wrong in (
        lambda: codec.recall(0), lambda: codec.recall(101), lambda: codec.turn(8, 0), lambda: codec.focus("soft"),
        lambda: codec.preset_speed(31),
    ):  # fmt: skip
        with pytest.raises(EncodeError):
            wrong()


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"s04", Told("s04")),
        (b"eR1:AX", Refused(1, "AX")),
        (b"eR2:AXZ\r\n", Refused(2, "AXZ")),
        (b"ER1:XF", Refused(1, "XF")),
        (b"rER00", Told("rER00")),
        (b"\xff\xfe", Told("\ufffd\ufffd")),
    ],
)
def test_answers_as_the_documents_print_them(body: bytes, answer: Told | Refused) -> None:
    assert codec.read_answer(body) == answer


def test_positions() -> None:
    there = codec.read_all("pTV80008000555FFF555")
    assert there == Position(0x8000, 0x8000, 0x555)
    assert there is not None
    assert codec.degrees(there) == (0.0, 0.0, 0.0)
    assert codec.degrees(Position(0xD2F5, 0x5555, 0xFFF)) == (175.01, 90.01, 1.0)
    assert codec.read_pan_tilt("aPC2D098E38", "gzFFF") == Position(0x2D09, 0x8E38, 0xFFF)
    assert codec.read_all("pTV80008000---------") is None
    assert codec.read_pan_tilt("aPC", "gz") is None


def test_presets_and_power() -> None:
    assert codec.read_preset("q05", "q") == 6
    assert codec.read_preset("s99", "s") == 100
    assert codec.read_preset("q05", "s") is codec.read_preset("qxx", "q") is None
    assert [codec.read_power(text) for text in ("p1", "p0", "p3", "x")] == [True, False, True, None]


def test_a_captured_notification_and_those_of_the_simulator() -> None:
    assert NotificationParser().feed(CAPTURED) == [Told("lPC1")]
    assert len(CAPTURED) == 60 == len(frame("lPC1"))
    assert frame("OAW:0")[22:24] == bytes.fromhex("0014")
    assert frame("OAW:0")[28:40] == bytes.fromhex("0d0a4f41573a300d0a000000")
    assert frame("q05")[22:24] + frame("q05")[28:36] == bytes.fromhex("00100d0a7130350d0a00")


@given(st.lists(st.sampled_from(["q05", "lPI555FFF555", "p1", "OAW:0", "s99"]), max_size=6), st.data())
def test_chunking_never_matters(texts: list[str], data: st.DataObject) -> None:
    whole = b"".join(frame(text) for text in texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    parser, found = NotificationParser(), []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        found += parser.feed(whole[start:end])
    assert found == [Told(text) for text in texts]


@given(st.binary(max_size=200))
def test_noise_ends_a_stream_or_waits(noise: bytes) -> None:
    parser = NotificationParser()
    try:
        parser.feed(noise)
    except ValueError:
        return
    assert len(parser._rest) <= max(len(noise), 28 + 504 + 24)


@given(st.binary(max_size=300))
def test_any_answer_is_taken(noise: bytes) -> None:
    answer = codec.read_answer(noise)
    text = answer.text if isinstance(answer, Told) else answer.about
    assert codec.read_all(text) is None or len(text) == 20
    assert codec.read_pan_tilt(text, text) is None  # one text is never both
    assert codec.read_preset(text, "q") in (None, *range(1, 101))
