"""SIS lines: vectors of the guides, and what noise does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.sis import codec
from drivers.sis.codec import (
    Banner,
    Digits,
    Event,
    Failed,
    Information,
    Layer,
    LineParser,
    LoggedIn,
    Muted,
    Mutes,
    Notice,
    PasswordPrompt,
    PresetRecalled,
    PresetSaved,
    Resync,
    Tie,
    Verbose,
    parse,
)


@pytest.mark.parametrize(
    ("packet", "wire"),
    [
        (codec.tie(1, 3), "31 2a 33 21"),
        (codec.set_verbose(3), "1b 33 43 56 0d"),
        (codec.quick([(1, 2), (3, 4)]), "1b 2b 51 31 2a 32 21 33 2a 34 21 0d"),
        (codec.select(3), "33 21"),
        (codec.ask_tie(12), "31 32 25"),
        (codec.password("Geheim 1"), "47 65 68 65 69 6d 20 31 0d"),
    ],
)
def test_commands_are_the_bytes_of_the_guide(packet: bytes, wire: str) -> None:
    assert packet == bytes.fromhex(wire)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("Out03 In01 All", Tie(3, 1, Layer.ALL)),
        ("Out2 In1 All", Tie(2, 1, Layer.ALL)),
        ("Out 2 In 1 RGB", Tie(2, 1, Layer.RGB)),
        ("In003 All", Tie(None, 3, Layer.ALL)),
        ("In3", Tie(None, 3, None)),
        ("Out02 In00 All", Tie(2, 0, Layer.ALL)),
        ("Out04 In02 Aud", Tie(4, 2, Layer.AUDIO)),
        ("Rpr05", PresetRecalled(5)),
        ("Spr09", PresetSaved(9)),
        ("Qik", Resync()),
        ("Vmt1*2", Muted(Layer.VIDEO, 1, 2)),
        ("Vmt1 1", Muted(Layer.VIDEO, 1, 1)),
        ("Vmt01*0", Muted(Layer.VIDEO, 1, 0)),
        ("Vmt1", Muted(Layer.VIDEO, None, 1)),
        ("Amt2*1", Muted(Layer.AUDIO, 2, 1)),
        ("Mut0221", Mutes((0, 2, 2, 1))),
        ("0221", Digits("0221")),
        ("E24", Failed(24, "not privileged")),
        ("E99", Failed(99, "error 99")),
        ("Vrb3", Verbose(3)),
        ("Vrb 1", Verbose(1)),
        ("Login Administrator", LoggedIn(administrator=True)),
        ("Login User", LoggedIn(administrator=False)),
        ("(c) Copyright 2016, Extron Electronics, DTPCP84, V1.00, 60-0000-01", None),
        ("Exe1", Notice("Exe1")),
        ("HdcpI2*1", Notice("HdcpI2*1")),
        ("In00 1*0*1*1", Notice("In00 1*0*1*1")),
        ("Sig 1 0 1", Notice("Sig 1 0 1")),
        ("Ver01*1.23", Information("1.23")),
        ("Inf01*DTP CrossPoint 84", Information("DTP CrossPoint 84")),
        ("V8X4 A8X4", Information("V8X4 A8X4")),
        ("OutX InY All", Information("OutX InY All")),
    ],
)
def test_lines_are_read_as_the_guides_have_them(line: str, event: Event | None) -> None:
    assert parse(line) == (event or Banner(line[:80]))


def test_bare_digits_mean_what_was_asked() -> None:
    assert Digits("0221").mutes == Mutes((0, 2, 2, 1))
    assert Digits("03").number == 3


def read(*chunks: bytes) -> list[Event]:
    parser = LineParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def test_lines_split_and_merged() -> None:
    assert read(b"E1", b"0\r\nQi", b"k\r\n") == [Failed(10, "unrecognised command"), Resync()]
    assert read(b"Qik\r\nOut03 In01 All\r\n") == [Resync(), Tie(3, 1, Layer.ALL)]


def test_a_prompt_is_seen_without_its_line_end() -> None:
    assert read(b"\r\nPassword:") == [PasswordPrompt()]
    assert read(b"\r\nPass", b"word:", b"\r\nLogin User\r\n") == [PasswordPrompt(), LoggedIn(administrator=False)]


@pytest.mark.parametrize(
    "encode",
    [
        lambda: codec.tie(1, 0),
        lambda: codec.tie(-1, 1),
        lambda: codec.select(10_000),
        lambda: codec.set_verbose(4),
        lambda: codec.quick([]),
        lambda: codec.password("a\rb"),
        lambda: codec.password("pässword"),
    ],
)
def test_what_cannot_be_said_is_refused(encode: object) -> None:
    assert callable(encode)
    with pytest.raises(EncodeError):
        encode()


pieces = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [b"Out03 In01 All\r\n", b"Qik\r\n", b"E10\r\n", b"\r\nPassword:", b"Mut01\r\n", bytes(600), b"\r\n"]
        ),
    )
)


@given(pieces)
def test_chunking_never_matters_and_noise_never_raises(chunks: list[bytes]) -> None:
    stream = b"".join(chunks)
    assert read(*chunks) == read(stream) == read(*(stream[at : at + 1] for at in range(len(stream))))


@given(st.binary(max_size=700))
def test_after_noise_the_next_line_is_read(noise: bytes) -> None:
    assert read(noise + b"\r\nQik\r\n")[-1] == Resync()


@given(st.text(max_size=700))
def test_no_line_raises_or_grows(line: str) -> None:
    event = parse(line)
    assert len(getattr(event, "text", "")) <= 80
