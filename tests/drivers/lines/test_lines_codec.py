"""Lines: the examples of the makers' documents, and what chunks, noise and garbage do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.lines.codec import LONGEST, BadLine, Checksum, Framing, Line, LineCutter, encode, fill_in, to_bytes
from drivers.lines.rules import Heard, Meaning, Rule, understand

TLVCAM1 = Framing(start=b"%", end=b"\r", checksum=Checksum.SUM16_HEX)
SUM8 = Framing("hex", start=b"\x1b\x24", length=6, checksum=Checksum.COMPLEMENT_SUM8)
FRAMINGS = {
    "tlvcam1": TLVCAM1,
    "lines": Framing(end=b"\r\n"),
    "semicolon": Framing("utf-8", end=b";"),
    "brackets": Framing(start=b"< ", end=b" >"),
    "fixed": SUM8,
    "fixed without a start": Framing("hex", length=3),
    "wide": Framing("utf-16-le", end=b"\r\0\n\0"),
}


def cut(framing: Framing, *chunks: bytes) -> list[Line | BadLine]:
    cutter = LineCutter(framing)
    return [line for chunk in chunks for line in cutter.feed(chunk, 0)]


def texts(lines: list[Line | BadLine]) -> list[str]:
    return [line.text if isinstance(line, Line) else f"bad: {line.why}" for line in lines]


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        ("%P00010111\r", "P0001"), ("%p00010131\r", "p0001"), ("%M00030110\r", "M0003"), ("%m00030130\r", "m0003"),
        ("%V00000116\r", "V0000"), ("%R0052\r", "R"), ("%S00000113\r", "S0000"), ("%S0012001301DA\r", "S00120013"),
        ("%S00030116\r", "S0003"), ("%S000200030004029C\r", "S000200030004"),
    ],
)  # fmt: skip
def test_tlvcam1_of_the_document_both_ways(wire: str, text: str) -> None:
    assert texts(cut(TLVCAM1, wire.encode())) == [text]
    assert encode(text, TLVCAM1) == wire.encode()


def test_what_does_not_fit_the_sum_is_shown_and_not_believed() -> None:
    assert texts(cut(TLVCAM1, b"%1R0053\r%1r000052\r%M00030111\r%M00030110\r")) == [
        "bad: wrong checksum", "bad: wrong checksum", "bad: wrong checksum", "M0003",
    ]  # fmt: skip


def test_the_complement_of_the_dcn_document() -> None:
    framing = Framing("hex", start=b"\x1b\x24\x0d", length=9, checksum=Checksum.COMPLEMENT_SUM8)
    wire = bytes.fromhex("1B240D0302001E0090")
    assert encode("0302001E00", framing) == wire
    assert texts(cut(framing, b"\x1b\x24" + wire + b"\x00" + wire)) == ["0302001E00"] * 2


@pytest.mark.parametrize(
    ("framing", "wire", "expected"),
    [
        (Framing(end=b"\n"), b"mic_on 14\r\nmic_off 2\r\n\r\n", ["mic_on 14", "mic_off 2"]),
        (Framing(end=b";"), b"MicStatus 5 1;MicStatus 6 7;", ["MicStatus 5 1", "MicStatus 6 7"]),
        (Framing(start=b"<", end=b">"), b"< REP 5 MIC_STATUS ON >< REP 5", ["REP 5 MIC_STATUS ON"]),
        (Framing(start=b"%", end=b"\r"), b"%M00\xff%M0003\r", ["M0003"]),
        (Framing(start=b"%", end=b"\r"), b"M0003\r \r%M1\r", ["bad: no start", "M1"]),
        (Framing(end=b"\r"), b"\xe9\r", ["bad: no ascii"]),
        (Framing("latin-1", end=b"\r"), b"Ren\xe9\r", ["René"]),
        (Framing("utf-16-le", end="\r".encode("utf-16-le")), "Zoë 3\r".encode("utf-16-le"), ["Zoë 3"]),
        (Framing("hex", length=4), bytes.fromhex("E6F10005E6F20005E6"), ["E6F10005", "E6F20005"]),
        (Framing(end=b"\r"), b"x" * (LONGEST + 1) + b"\rok\r", ["bad: too long", "ok"]),
    ],
)
def test_lines_are_cut(framing: Framing, wire: bytes, expected: list[str]) -> None:
    assert texts(cut(framing, wire)) == expected
    assert texts(cut(framing, *(bytes((byte,)) for byte in wire))) == expected


def test_a_pause_ends_a_line_where_nothing_else_does() -> None:
    cutter = LineCutter(Framing("hex", gap_ms=50))
    assert cutter.feed(b"\xe6\xf1", 0) == []
    assert cutter.feed(b"\x00\x05", 50) == []
    assert cutter.pause(100) == []
    assert texts(cutter.pause(101)) == ["E6F10005"]
    cutter.feed(b"\xe6\xf2\x00\x05", 200)
    assert texts(cutter.feed(b"\xe5\x00\x00", 300)) == ["E6F20005"]
    assert texts(cutter.feed(b"x" * (LONGEST + 1), 301)) == ["bad: too long"]
    assert cutter.feed(b"y", 302) == []
    assert cutter.feed(b"\xe5", 400) == []
    assert texts(cutter.pause(500)) == ["E5"]


def test_a_pause_gives_up_half_a_line_where_lines_have_an_end() -> None:
    cutter = LineCutter(Framing(end=b"\r", gap_ms=50))
    assert cutter.feed(b"mic_o", 0) == []
    assert texts(cutter.feed(b"mic_on 3\r", 100)) == ["bad: cut short", "mic_on 3"]


def test_a_datagram_is_a_line_with_or_without_its_end() -> None:
    cutter = LineCutter(Framing(end=b"\r"))
    assert texts(cutter.feed(b"on 3", 0) + cutter.finish()) == ["on 3"]
    assert texts(cutter.feed(b"on 4\r", 0) + cutter.finish()) == ["on 4"]
    fixed = LineCutter(SUM8)
    assert texts(fixed.feed(b"\x1b\x24\x00", 0) + fixed.finish()) == ["bad: cut short"]


wires = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from([b"%M00030110\r", b"on 3\r\n", b"on 3;", b"< on >", b"\x1b\x24\x00\x01\x02\xbd", b"%", b"\r"]),
        st.sampled_from([b"x" * 300, b"\r\0\n\0"]),
    ),
    max_size=10,
)


@pytest.mark.parametrize("framing", FRAMINGS.values(), ids=FRAMINGS)
@given(parts=wires, data=st.data())
def test_chunking_never_matters_and_noise_never_raises(
    framing: Framing, parts: list[bytes], data: st.DataObject
) -> None:
    wire = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    chunks = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    assert cut(framing, *chunks) == cut(framing, wire)


@given(st.binary(max_size=600))
def test_after_any_garbage_the_next_line_but_one_is_heard(garbage: bytes) -> None:
    assert texts(cut(TLVCAM1, garbage, b"\r%M00030110\r"))[-1] == "M0003"


@given(st.text(st.characters(codec="ascii", exclude_characters="%\r"), max_size=60).map(str.strip))
def test_what_is_encoded_is_read_back(text: str) -> None:
    assert texts(cut(TLVCAM1, encode(text, TLVCAM1))) == [text.strip()]


@pytest.mark.parametrize(
    ("template", "channel", "text"),
    [
        ("mic_on {seat}", "07", "mic_on 7"), ("M{seat:04}", "07", "M0007"), ("M{seat:04d}", "517", "M0517"),
        ("E6F1{seat:04X}", "517", "E6F10205"), ("{seat:x}", "255", "ff"), ('{"mic": {seat}}', "3", '{"mic": 3}'),
        ("on {seat}", "Voorzitter", "on Voorzitter"), ("status", "3", "status"), ("{other} {seat}", "0", "{other} 0"),
    ],
)  # fmt: skip
def test_templates_are_filled_in(template: str, channel: str, text: str) -> None:
    assert fill_in(template, channel) == text


def test_what_cannot_be_written_is_refused() -> None:
    for act in (
        lambda: fill_in("M{seat:04}", "Voorzitter"),
        lambda: to_bytes("E6F", "hex"),
        lambda: encode("é", Framing()),
        lambda: to_bytes("x", "klingon"),
    ):
        with pytest.raises(EncodeError):
            act()


RULES = (
    Rule(re.compile(r"on (?P<seat>\w+)"), Meaning.ON),
    Rule(re.compile(r"E6(?P<seat>[0-9A-F]{4})"), Meaning.OFF, seats_hex=True),
    Rule(re.compile(r"S(?P<seats>(?:\d{4})+)"), Meaning.OPEN_LIST, width=4),
    Rule(re.compile(r"list (?P<seats>.*)"), Meaning.REQUEST_LIST),
    Rule(re.compile(r"all"), Meaning.ALL_OFF),
)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("on 0007", Heard(Meaning.ON, ("7",))), ("on zij", Heard(Meaning.ON, ("zij",))),
        ("E60205", Heard(Meaning.OFF, ("517",))), ("S00120013", Heard(Meaning.OPEN_LIST, ("12", "13"))),
        ("S0000", Heard(Meaning.OPEN_LIST)), ("list 3, 04;5", Heard(Meaning.REQUEST_LIST, ("3", "4", "5"))),
        ("list ", Heard(Meaning.REQUEST_LIST)), ("all", Heard(Meaning.ALL_OFF)), ("all ", None), ("xon 7", None),
    ],
)  # fmt: skip
def test_rules_say_what_lines_mean(text: str, heard: Heard | None) -> None:
    assert understand(text, RULES) == heard
