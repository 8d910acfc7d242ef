"""OSC datagrams as messages, and messages as datagrams, by patterns with a channel in them.

Source: Open Sound Control 1.0 specification (messages, bundles, type tags).
"""

import math
import re
import struct
from dataclasses import dataclass
from enum import StrEnum

from pythonosc.osc_message import OscMessage, ParseError
from pythonosc.osc_message_builder import BuildError, OscMessageBuilder

from chamber.core.errors import EncodeError

Value = int | float | bool | str
_TAGS = frozenset(b",ifsbTFNhd")
_BUNDLE = b"#bundle\0"
LONGEST, MOST_MESSAGES, DEEPEST = 8192, 128, 4
_ADDRESS_CHARS = 200
_CHANNEL = re.compile(r"\{channel(?::(0?\d{1,2}))?\}")
_WORDS = {"on": True, "true": True, "off": False, "false": False}


@dataclass(frozen=True, slots=True)
class Message:
    """One message; arguments that are neither number, text nor truth are None."""

    address: str
    values: tuple[Value | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not OSC, or with types that nobody needs for a microphone."""

    raw: bytes


def unpack(datagram: bytes) -> list[Message | Malformed]:
    """Read one datagram, bundles unpacked in their order; never raises. Time tags are not waited for."""
    found: list[Message | Malformed] = []
    _unpack(datagram, found, 0)
    return found


def _unpack(data: bytes, found: list[Message | Malformed], depth: int) -> None:
    if len(found) >= MOST_MESSAGES or len(data) > LONGEST:
        return
    if not data.startswith(_BUNDLE):
        found.append(_message(data))
        return
    at = 16  # the name and the time tag
    if depth >= DEEPEST or len(data) < at:
        found.append(Malformed(data[:40]))
        return
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 0 or at + 4 + size > len(data):
            found.append(Malformed(data[at : at + 40]))
            return
        _unpack(data[at + 4 : at + 4 + size], found, depth + 1)
        at += 4 + size


def _message(data: bytes) -> Message | Malformed:
    if not data.startswith(b"/") or not _tags_known(data):
        return Malformed(data[:40])
    try:
        message = OscMessage(data)
        address, values = message.address, message.params
    except (ParseError, UnicodeDecodeError, ValueError, struct.error):
        return Malformed(data[:40])
    if len(address) > _ADDRESS_CHARS:
        return Malformed(data[:40])
    return Message(address, tuple(value if isinstance(value, int | float | str) else None for value in values))


def _tags_known(data: bytes) -> bool:
    """True when the type tags are absent or all known: the library logs a line for each tag it does not know."""
    start = (data.find(b"\0") + 4) & ~3
    end = data.find(b"\0", start)
    return _TAGS.issuperset(data[start : end if end >= 0 else None])


def truth(value: Value | None) -> bool | None:
    """An argument as on or off: numbers but 0, T, "1" and "on" are on; None for what says neither."""
    number_ = number(value)
    if number_ is not None:
        return number_ != 0
    return _WORDS.get(value.strip().lower()) if isinstance(value, str) else None


def number(value: Value | None) -> float | None:
    """An argument as a number: truth as 1 and 0, texts such as "0.5" too; None for all else."""
    if isinstance(value, str):
        try:
            value = float(value[:40])
        except ValueError:
            return None
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return float(value) if abs(value) < 1 << 63 else None


def name_of(value: Value | None) -> str | None:
    """An argument as a channel: whole numbers and texts; None for all else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value == int(value) and value >= 0 else None
    return str(value).strip()[:40] or None


class Meaning(StrEnum):
    """What a message says of a channel, or of all."""

    ON = "on"
    OFF = "off"
    REQUEST = "request"
    WITHDRAWN = "withdrawn"  # waits no longer; a microphone that is on stays on
    ALL_OFF = "all_off"
    ALIVE = "alive"


def address_pattern(text: str) -> re.Pattern[str]:
    """A pattern of addresses: `{channel}` stands for one part or the rest of one, `*` for anything within a part.

    Raises:
        EncodeError: no slash in front, more than one channel, or more than two stars.
    """
    if not text.startswith("/") or len(text) > _ADDRESS_CHARS:
        raise EncodeError(f"{text[:40]!r} is no OSC address")
    if len(_CHANNEL.findall(text)) > 1 or text.count("*") > 2:
        raise EncodeError(f"{text[:40]!r} has more than one {{channel}} or more than two *")
    pieces = re.split(r"(\{channel(?::0?\d{1,2})?\}|\*)", text)
    parts = (
        "[^/]*" if piece == "*" else "(?P<channel>[^/]{1,40})" if _CHANNEL.fullmatch(piece) else re.escape(piece)
        for piece in pieces
    )
    return re.compile("".join(parts))


@dataclass(frozen=True, slots=True)
class Rule:
    """Messages to an address mean something.

    Attributes:
        address: where the channel is the group `channel`, if it stands in the address.
        channel_argument: position of the argument that is the channel, counted from 0; None: in the address.
        argument: position of the argument that is tested, None: the message alone says it.
        equals: the test: the argument is this. Without it and `above`: it is on in the sense of `truth`.
        above: the test: the argument is a number above this.
        means: what the message says when the test holds.
        otherwise: what it says when it does not; None: nothing.
    """

    address: re.Pattern[str]
    means: Meaning
    otherwise: Meaning | None = None
    channel_argument: int | None = None
    argument: int | None = 0
    equals: Value | None = None
    above: float | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that a rule knows; `channel` None when it says nothing of one."""

    meaning: Meaning
    channel: str | None


def understand(message: Message, rules: tuple[Rule, ...]) -> Heard | None:
    """What a message says by the first rule whose address and arguments it has, or None."""
    for rule in rules:
        match = rule.address.fullmatch(message.address)
        if match is None:
            continue
        channel = match.groupdict().get("channel")
        if rule.channel_argument is not None:
            channel = name_of(_at(message.values, rule.channel_argument))
        if channel is None and rule.means not in (Meaning.ALL_OFF, Meaning.ALIVE):
            continue
        holds = _holds(rule, message.values)
        if holds is None:
            continue
        meaning = rule.means if holds else rule.otherwise
        return Heard(Meaning.ALIVE if meaning is None else meaning, channel)
    return None


def _holds(rule: Rule, values: tuple[Value | None, ...]) -> bool | None:
    """Whether the test holds; None when the argument is not there or cannot be tested."""
    if rule.argument is None:
        return True
    value = _at(values, rule.argument)
    if rule.above is not None:
        found = number(value)
        return None if found is None else found > rule.above
    if isinstance(rule.equals, str):
        return None if value is None else str(value) == rule.equals
    if rule.equals is not None:
        found = number(value)
        return None if found is None else found == number(rule.equals)
    return truth(value)


def _at(values: tuple[Value | None, ...], position: int) -> Value | None:
    return values[position] if position < len(values) else None


@dataclass(frozen=True, slots=True)
class Template:
    """A message to send; `{channel}` in the address and in texts is replaced, and alone it is sent as a number."""

    address: str
    arguments: tuple[Value, ...] = ()


def build(template: Template, channel: str) -> bytes:
    """The datagram for a channel. Raises EncodeError: no address, a number that OSC has not, no ASCII."""
    builder = OscMessageBuilder(address=_filled(template.address, channel))
    try:
        if not template.address.isascii() or not template.address.startswith("/"):
            raise ValueError("no OSC address")
        for argument in template.arguments:
            if argument == "{channel}" and channel.isdecimal():
                builder.add_arg(int(channel))
            else:
                builder.add_arg(_filled(argument, channel) if isinstance(argument, str) else argument)
        return builder.build().dgram
    except (BuildError, ValueError, struct.error, OverflowError) as exc:
        raise EncodeError(f"{template.address[:40]!r} cannot be sent: {exc}") from exc


def _filled(text: str, channel: str) -> str:
    def one(match: re.Match[str]) -> str:
        if not channel.isdecimal():
            return channel
        return f"{int(channel):{match[1]}}" if match[1] else str(int(channel))

    return _CHANNEL.sub(one, text)
