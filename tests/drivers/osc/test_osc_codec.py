"""OSC by patterns: types, bundles, addresses, and what noise does."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import EncodeError
from drivers.osc.codec import (
    Heard,
    Malformed,
    Meaning,
    Message,
    Rule,
    Template,
    Value,
    address_pattern,
    build,
    name_of,
    number,
    truth,
    understand,
    unpack,
)
from drivers.sim.osc_desk import bundle

ON3 = b"/mic/3/on\0\0\0,i\0\0\0\0\0\1"
OFF4 = b"/mic/4/on\0\0\0,F\0\0"


@pytest.mark.parametrize(
    ("datagram", "messages"),
    [
        (ON3, [Message("/mic/3/on", (1,))]),
        (OFF4, [Message("/mic/4/on", (False,))]),
        (b"/mic/3/on\0\0\0", [Message("/mic/3/on")]),
        (b"/a\0\0,sfT\0\0\0\0on\0\0\x3f\x80\0\0", [Message("/a", ("on", 1.0, True))]),
        (b"/a\0\0,b\0\0\0\0\0\1x\0\0\0", [Message("/a", (None,))]),
        (bundle(ON3, OFF4), [Message("/mic/3/on", (1,)), Message("/mic/4/on", (False,))]),
        (bundle(ON3, bundle(OFF4)), [Message("/mic/3/on", (1,)), Message("/mic/4/on", (False,))]),
        (bundle(), []),
        (b"", [Malformed(b"")]),
        (b"/a\0\0,Z\0\0", [Malformed(b"/a\0\0,Z\0\0")]),
        (b"/a\0\0,i\0\0\0", [Malformed(b"/a\0\0,i\0\0\0")]),
        (bundle(ON3)[:-4], [Malformed(bundle(ON3)[16:-4])]),
        (b"#bundle\0", [Malformed(b"#bundle\0")]),
    ],
)
def test_datagrams_are_read(datagram: bytes, messages: list[object]) -> None:
    assert unpack(datagram) == messages


def test_bundles_in_bundles_end_somewhere() -> None:
    datagram = ON3
    for _ in range(50):
        datagram = bundle(datagram)
    assert all(isinstance(message, Malformed) for message in unpack(datagram))
    assert len(unpack(bundle(*[ON3] * 300))) <= 128


@pytest.mark.parametrize(
    ("value", "on"),
    [
        (1, True), (0, False), (5, True), (-1, True), (1.0, True), (0.0, False), (0.3, True), (True, True), (False, False),
        ("1", True), ("0", False), ("1.0", True), (" 0.0", False), ("on", True), ("OFF", False), ("true", True),
        ("", None), ("maybe", None), (None, None), (float("nan"), None), ("nan", None), ("1e999", None),
    ],
)  # fmt: skip
def test_what_is_on_and_what_is_off(value: Value | None, on: bool | None) -> None:
    assert truth(value) is on


@pytest.mark.parametrize(
    ("value", "name"),
    [(3, "3"), (3.0, "3"), ("07", "07"), ("links", "links"), (3.5, None), (True, None), (-1.0, None), ("", None)],
)
def test_channels_from_arguments(value: Value, name: str | None) -> None:
    assert name_of(value) == name


def rule(address: str, means: Meaning, **keys: object) -> Rule:
    return Rule(address_pattern(address), means, **keys)  # type: ignore[arg-type]


SWITCH = rule("/mic/{channel}/on", Meaning.ON, otherwise=Meaning.OFF)


@pytest.mark.parametrize(
    ("rules", "message", "heard"),
    [
        ((SWITCH,), Message("/mic/3/on", (1,)), Heard(Meaning.ON, "3")),
        ((SWITCH,), Message("/mic/3/on", ("0",)), Heard(Meaning.OFF, "3")),
        ((SWITCH,), Message("/mic/3/on"), None),
        ((SWITCH,), Message("/mic/3/on/x", (1,)), None),
        ((SWITCH,), Message("/mic/a/b/on", (1,)), None),
        (
            (rule("/mute/ch{channel}", Meaning.OFF, otherwise=Meaning.ON),),
            Message("/mute/ch07", (False,)),
            Heard(Meaning.ON, "07"),
        ),
        ((rule("/level/*/{channel}", Meaning.ON, above=0.2),), Message("/level/x/3", (0.3,)), Heard(Meaning.ON, "3")),
        ((rule("/level/*/{channel}", Meaning.ON, above=0.2),), Message("/level//3", (0.1,)), Heard(Meaning.ALIVE, "3")),
        (
            (rule("/mic", Meaning.ON, channel_argument=0, argument=1),),
            Message("/mic", (3, True)),
            Heard(Meaning.ON, "3"),
        ),
        ((rule("/mic", Meaning.ON, channel_argument=0, argument=1),), Message("/mic", (3,)), None),
        ((rule("/mic", Meaning.ON, channel_argument=0, argument=1),), Message("/mic", (True, True)), None),
        (
            (
                rule("/state/{channel}", Meaning.ON, equals="live"),
                rule("/state/{channel}", Meaning.REQUEST, equals=2),
            ),
            Message("/state/3", ("live",)),
            Heard(Meaning.ON, "3"),
        ),
        ((rule("/press/{channel}", Meaning.REQUEST, argument=None),), Message("/press/3"), Heard(Meaning.REQUEST, "3")),
        ((rule("/clear", Meaning.ALL_OFF, argument=None),), Message("/clear"), Heard(Meaning.ALL_OFF, None)),
        ((rule("/n/{channel}", Meaning.REQUEST, equals=2),), Message("/n/3", ("2",)), Heard(Meaning.REQUEST, "3")),
    ],
)
def test_rules_say_what_messages_mean(rules: tuple[Rule, ...], message: Message, heard: Heard | None) -> None:
    assert understand(message, rules) == heard


@pytest.mark.parametrize("address", ["mic", "/{channel}/{channel}", "/*/*/*", "/" + "x" * 300])
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(EncodeError):
        address_pattern(address)


@pytest.mark.parametrize(
    ("template", "channel", "datagram"),
    [
        (Template("/mic/{channel}/on", (1,)), "03", ON3),
        (Template("/mic/{channel}/on", (False,)), "04", OFF4),
        (Template("/ch/{channel:02}/on"), "03", b"/ch/03/on\0\0\0,\0\0\0"),
        (Template("/mic", ("{channel}", 1.0)), "03", b"/mic\0\0\0\0,if\0\0\0\0\3\x3f\x80\0\0"),
        (Template("/mic", ("ch {channel}",)), "03", b"/mic\0\0\0\0,s\0\0ch 3\0\0\0\0"),
        (Template("/mic/{channel}"), "links", b"/mic/links\0\0,\0\0\0"),
    ],
)
def test_messages_are_built(template: Template, channel: str, datagram: bytes) -> None:
    assert build(template, channel).rstrip(b"\0") == datagram.rstrip(b"\0")
    assert len(build(template, channel)) % 4 == 0


@pytest.mark.parametrize("template", [Template("mic"), Template("/é"), Template("/a", (1 << 70,))])
def test_messages_that_cannot_be_sent_are_refused(template: Template) -> None:
    with pytest.raises(EncodeError):
        build(template, "1")


texts = st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=12)
values = st.one_of(st.integers(-(2**31), 2**31 - 1), st.booleans(), texts, st.floats(width=32, allow_nan=False))


@given(texts.map(lambda text: f"/{text}"), st.lists(values, max_size=6))
def test_what_is_built_is_read_back(address: str, arguments: list[Value]) -> None:
    if "{channel" in address or any("{channel" in str(value) for value in arguments):
        return
    read = unpack(build(Template(address, tuple(arguments)), "1"))
    assert read == [Message(address, tuple(arguments))]


noise = st.one_of(
    st.binary(max_size=80),
    st.binary(max_size=30).map(lambda data: b"/mic/3/on\0\0\0" + data),
    st.lists(st.binary(max_size=30), max_size=4).map(lambda parts: bundle(*parts)),
    st.binary(max_size=40).map(lambda data: b"#bundle\0" + bytes(8) + data),
)


@given(noise)
def test_noise_never_raises_and_never_logs(datagram: bytes) -> None:
    for message in unpack(datagram):
        if isinstance(message, Message):
            understand(message, (SWITCH,))


@given(values)
def test_numbers_and_truth_agree(value: Value) -> None:
    found = number(value)
    assert found is None or truth(value) is (found != 0)
    assert isinstance(value, str) or struct.pack(">d", found or 0.0)
