"""X32 datagrams: examples of the documents, and what noise does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.x32.codec import (
    INFO,
    XREMOTE,
    ChannelOn,
    Identity,
    Malformed,
    Other,
    ask_on,
    is_meter,
    parse,
    set_on,
)


def test_mute_is_sent_as_the_manual_has_it() -> None:
    assert set_on("03", False) == bytes.fromhex("2f63682f30332f6d69782f6f6e0000002c69000000000000")


def test_subscription_is_sent_as_the_manual_has_it() -> None:
    assert bytes.fromhex("2f7872656d6f7465000000002c000000") == XREMOTE


def test_a_question_has_the_address_and_no_argument() -> None:
    assert ask_on("32") == b"/ch/32/mix/on\0\0\0,\0\0\0"
    assert INFO == b"/info\0\0\0,\0\0\0"


@pytest.mark.parametrize("channel", ["0", "00", "33", "1", "001", "a1", "", "01\n"])
def test_a_channel_that_the_desk_has_not_is_refused(channel: str) -> None:
    with pytest.raises(EncodeError):
        ask_on(channel)


@pytest.mark.parametrize(
    ("datagram", "message"),
    [
        (b"/ch/03/mix/on\0\0\0,i\0\0\0\0\0\1", ChannelOn("03", True)),
        (b"/ch/03/mix/on\0\0\0,i\0\0\0\0\0\0", ChannelOn("03", False)),
        (b"/ch/03/mix/on\0\0\0,i\0\0\x3f\x80\0\0", Malformed(b"/ch/03/mix/on\0\0\0,i\0\0\x3f\x80\0\0")),
        (
            b"/info\0\0\0,ssss\0\0\0V2.05\0\0\0Raad\0\0\0\0X32\x004.06\0\0\0\0",
            Identity("X32 4.06 (Raad)"),
        ),
        (
            b"/xinfo\0\0,ssss\0\0\x0010.0.0.9\0\0\0\0Raad\0\0\0\0M32\x004.06\0\0\0\0",
            Identity("M32 4.06 (Raad)"),
        ),
        (b"/ch/03/mix/fader\0\0\0\0,f\0\0\x3f\0\0\0", Other("/ch/03/mix/fader")),
        (b"node\0\0\0\0,s\0\0hello\0\0\0", Other("node")),
        (b"/xremote\0\0\0\0", Other("/xremote")),
        (b"", Malformed(b"")),
        (b"/ch/03/mix/on\0\0\0,Z\0\0", Malformed(b"/ch/03/mix/on\0\0\0,Z\0\0")),
        (b"/ch/03/mix/on\0\0\0,i\0\0\0", Malformed(b"/ch/03/mix/on\0\0\0,i\0\0\0")),
        (b"/ch/03/mix/on\0\0\0,s\0\0on\0\0", Malformed(b"/ch/03/mix/on\0\0\0,s\0\0on\0\0")),
    ],
)
def test_what_the_desk_says_is_read(datagram: bytes, message: object) -> None:
    assert parse(datagram) == message


def test_meters_are_told_apart_without_decoding() -> None:
    assert is_meter(b"/meters/1\0\0\0,b\0\0\0\0\1\x84")
    assert not is_meter(b"/ch/01/mix/on\0\0\0,i\0\0\0\0\0\1")


@given(st.sampled_from([f"{number:02d}" for number in range(1, 33)]), st.booleans())
def test_the_report_is_what_is_set(channel: str, on: bool) -> None:
    assert parse(set_on(channel, on)) == ChannelOn(channel, on)


osc_like = st.builds(
    lambda address, tags, rest: b"/" + address + b"\0" * (4 - (len(address) + 1) % 4) + b"," + tags + b"\0" + rest,
    st.binary(max_size=20),
    st.binary(max_size=6),
    st.binary(max_size=40),
)


@given(st.one_of(st.binary(max_size=80), osc_like, st.binary(max_size=30).map(lambda b: b"/info\0\0\0,ssss\0\0\0" + b)))
def test_noise_never_raises_and_never_logs(datagram: bytes) -> None:
    message = parse(datagram)
    assert not isinstance(message, ChannelOn) or datagram.startswith(b"/ch/")
