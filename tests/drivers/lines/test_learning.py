"""Learning: from what arrives while buttons are pressed to patterns that understand it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.patterns import bounded
from drivers.lines.codec import Checksum, Framing
from drivers.lines.learning import Found, Sample, framing_of, learn, lines_of
from drivers.lines.rules import Heard, Meaning, Rule, understand


def presses(*lines: tuple[str, str, bytes]) -> tuple[Sample, ...]:
    return tuple(Sample((data,), Meaning(meaning) if meaning else None, seat) for meaning, seat, data in lines)


TLVCAM1 = presses(
    ("", "", b"%S00000113\r"),
    ("on", "3", b"%M00030110\r%S00030116\r"),
    ("off", "3", b"%m00030130\r"),
    ("on", "12", b"%M00120110\r"),
    ("off", "12", b"%m00120130\r"),
)
DIS = presses(
    ("on", "3", b"mic_on 3\r\nmic_request_off 3\r\n"),
    ("off", "3", b"mic_off 3\r\n"),
    ("on", "14", b"mic_on 14\r\nmic_request_off 14\r\n"),
    ("off", "14", b"mic_off 14\r\n"),
    ("request", "14", b"mic_request_on 14\r\n"),
)
TAIDEN = presses(
    ("on", "3", bytes.fromhex("E6F10003")),
    ("off", "3", bytes.fromhex("E6F20003")),
    ("on", "260", bytes.fromhex("E6F10104")),
    ("off", "260", bytes.fromhex("E6F20104")),
)


def test_tlvcam1_is_learnt_with_its_checksum() -> None:
    learned = learn(TLVCAM1)
    assert learned.framing == Framing(start=b"%", end=b"\r", checksum=Checksum.SUM16_HEX)
    assert learned.rules == (
        Found(r"M(?P<seat>\d{4})", Meaning.ON),
        Found(r"m(?P<seat>\d{4})", Meaning.OFF),
        Found(r"S\d{4}", Meaning.ALIVE),
    )
    assert any("open_list" in doubt for doubt in learned.doubts)


def test_lines_that_come_with_a_press_are_not_mistaken_for_it() -> None:
    learned = learn(DIS)
    assert learned.framing == Framing(end=b"\r\n")
    assert learned.rules == (
        Found(r"mic_on (?P<seat>\d+)", Meaning.ON),
        Found(r"mic_request_off (?P<seat>\d+)", Meaning.ON, sure=False),
        Found(r"mic_off (?P<seat>\d+)", Meaning.OFF),
        Found(r"mic_request_on (?P<seat>\d+)", Meaning.REQUEST),
    )
    assert any("2 kinds of line came with 'on'" in doubt for doubt in learned.doubts)


def test_bytes_are_learnt_in_hexadecimal() -> None:
    learned = learn(TAIDEN)
    assert learned.framing == Framing("hex", start=b"\xe6", length=4)
    assert learned.rules == (
        Found(r"F1(?P<seat>[0-9A-F]{4})", Meaning.ON, seats_hex=True),
        Found(r"F2(?P<seat>[0-9A-F]{4})", Meaning.OFF, seats_hex=True),
    )


def test_a_button_that_says_no_more_is_a_toggle() -> None:
    learned = learn(presses(("on", "3", b"btn 03;"), ("off", "3", b"btn 03;")))
    assert learned.rules == (Found(r"btn (?P<seat>\d{2})", Meaning.TOGGLE),)
    assert "on and off look the same" in learned.doubts[0]


def test_two_seats_tell_which_number_is_the_seats() -> None:
    learned = learn(
        presses(("on", "1", b"1 mic 1 1\r"), ("off", "1", b"1 mic 1 0\r"), ("on", "7", b"1 mic 7 1\r"),
                ("off", "7", b"1 mic 7 0\r"))
    )  # fmt: skip
    assert learned.rules == (
        Found(r"1 mic (?P<seat>\d+) 1", Meaning.ON),
        Found(r"1 mic (?P<seat>\d+) 0", Meaning.OFF),
    )


def test_a_number_among_other_digits_is_found_by_its_zeros() -> None:
    learned = learn(
        presses(("on", "3", b"$10003\r\n"), ("off", "3", b"$20003\r\n"), ("on", "12", b"$10012\r\n"),
                ("off", "12", b"$20012\r\n"))
    )  # fmt: skip
    assert learned.rules == (Found(r"1(?P<seat>\d{4})", Meaning.ON), Found(r"2(?P<seat>\d{4})", Meaning.OFF))


def test_what_does_not_name_the_seat_is_said() -> None:
    learned = learn(presses(("on", "3", b"hello\r"), ("off", "3", b"off 3\r")))
    assert [found.meaning for found in learned.rules] == [Meaning.OFF]
    assert "'on'" in learned.doubts[0]
    assert learn(()).framing == Framing(gap_ms=50)


@pytest.mark.parametrize(
    ("bursts", "framing"),
    [
        ((b"\x02A 3\x03", b"\x02B 3\x03"), Framing(start=b"\x02", end=b"\x03")),
        ((b"< REP 5 ON >", b"< REP 6 ON >"), Framing(start=b"<", end=b">")),
        ((b"on 3", b"off 12"), Framing(gap_ms=50)),
        ((b"\xe6\x01", b"\xe5\x01\x02"), Framing("hex", gap_ms=50)),
        (
            (bytes.fromhex("1B240D0302001E0090"), bytes.fromhex("1B240D0302001F008F")),
            Framing("hex", start=b"\x1b", length=9, checksum=Checksum.COMPLEMENT_SUM8),
        ),
    ],
)
def test_framings_are_recognised(bursts: tuple[bytes, ...], framing: Framing) -> None:
    assert framing_of(bursts) == framing


@pytest.mark.parametrize("samples", [TLVCAM1, DIS, TAIDEN], ids=["tlvcam1", "dis", "taiden"])
def test_what_was_learnt_understands_its_own_samples(samples: tuple[Sample, ...]) -> None:
    learned = learn(samples)
    rules = tuple(Rule(bounded(found.pattern), found.meaning, found.seats_hex) for found in learned.rules if found.sure)
    for sample in samples:
        heard = [understand(text, rules) for text in lines_of(sample.bursts, learned.framing)]
        if sample.meaning is not None:
            assert Heard(sample.meaning, (sample.seat,)) in heard


bytes_ = st.binary(min_size=1, max_size=20)


@given(
    st.lists(
        st.builds(
            Sample,
            st.lists(bytes_, max_size=3).map(tuple),
            st.sampled_from([None, Meaning.ON, Meaning.OFF, Meaning.REQUEST]),
            st.sampled_from(["3", "12", "links"]),
        ),
        max_size=5,
    ).map(tuple)
)
def test_anything_can_arrive(samples: tuple[Sample, ...]) -> None:
    for found in learn(samples).rules:
        assert re.compile(found.pattern)
