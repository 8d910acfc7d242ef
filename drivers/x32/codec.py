"""What an X32, M32 or X-Air is asked and what it answers, as OSC 1.0 datagrams.

Source: unofficial X32/M32 OSC remote protocol, 4.06. X-Air mixers use the same addresses for 16 channels.
"""

import re
import struct
from dataclasses import dataclass
from typing import Any, Literal

from pythonosc.osc_message import OscMessage, ParseError
from pythonosc.osc_message_builder import OscMessageBuilder

from chamber.core.errors import EncodeError

_CHANNEL = re.compile(r"0[1-9]|[12][0-9]|3[0-2]")
_ON_ADDRESS = re.compile(r"/ch/(\d\d)/mix/on")
_NAME_ADDRESS = re.compile(r"/ch/(\d\d)/config/name")
_MEMBER_ADDRESS = re.compile(r"/ch/(\d\d)/grp/(dca|mute)")
_GROUP_ADDRESS = re.compile(r"/dca/(\d)/on|/config/mute/(\d)")
_TAGS = frozenset(b",ifsbTF")
_LONGEST = 8192
_TEXT = 80

GroupKind = Literal["dca", "mute"]


@dataclass(frozen=True, slots=True)
class ChannelOn:
    """A channel is open (True) or muted; whether anybody speaks is another matter."""

    channel: str
    on: bool


@dataclass(frozen=True, slots=True)
class ChannelName:
    """What stands on a channel's scribble strip; may be empty."""

    channel: str
    name: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Model, firmware and given name."""

    text: str


@dataclass(frozen=True, slots=True)
class Membership:
    """To which DCAs or mute groups a channel belongs, counted from 1."""

    channel: str
    kind: GroupKind
    groups: frozenset[int]


@dataclass(frozen=True, slots=True)
class GroupSwitch:
    """A DCA or mute group silences its channels, or does not."""

    kind: GroupKind
    number: int
    silences: bool


@dataclass(frozen=True, slots=True)
class Other:
    """A valid message that says nothing we use: it still proves that the desk lives."""

    address: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not OSC, or not what the desk sends on this address."""

    raw: bytes


Message = ChannelOn | ChannelName | Identity | Membership | GroupSwitch | Other | Malformed


def _message(address: str, *values: int | str) -> bytes:
    builder = OscMessageBuilder(address=address)
    for value in values:
        builder.add_arg(value, builder.ARG_TYPE_INT if isinstance(value, int) else builder.ARG_TYPE_STRING)
    return builder.build().dgram


INFO = _message("/info")
XINFO = _message("/xinfo")
XREMOTE = _message("/xremote")  # "every change is pushed; expires after 10 s"


def ask_on(channel: str) -> bytes:
    """Encode the question whether a channel ("01" to "32") is open. Raises EncodeError."""
    return _message(f"/ch/{_checked(channel)}/mix/on")


def ask_name(channel: str) -> bytes:
    """Encode the question what a channel ("01" to "32") is called. Raises EncodeError."""
    return _message(f"/ch/{_checked(channel)}/config/name")


def ask_membership(channel: str, kind: GroupKind) -> bytes:
    """Encode the question to which DCAs or mute groups a channel ("01" to "32") belongs. Raises EncodeError."""
    return _message(f"/ch/{_checked(channel)}/grp/{kind}")


def ask_group(kind: GroupKind, number: int) -> bytes:
    """Encode the question whether a DCA or mute group, counted from 1, silences its channels."""
    return _message(f"/dca/{number}/on" if kind == "dca" else f"/config/mute/{number}")


def set_on(channel: str, on: bool) -> bytes:
    """Encode opening or muting a channel ("01" to "32"); the same bytes are the desk's report. Raises EncodeError.

    Always an integer: another type would be stored bit for bit.
    """
    return _message(f"/ch/{_checked(channel)}/mix/on", int(on))


def subscribe_meters(bank: str) -> bytes:
    """Encode the wish for a meter bank ("/meters/1"): "one packet per 50 ms for 10 s"."""
    return _message("/meters", bank)


def is_meter(datagram: bytes) -> bool:
    """True for a meter blob, which comes 20 times a second; families.read_bank decodes it where it is wanted."""
    return datagram.startswith(b"/meters/")


def parse(datagram: bytes) -> Message:
    """Decode one datagram; never raises."""
    if not (datagram.startswith((b"/", b"node\0")) and len(datagram) <= _LONGEST and _tags_known(datagram)):
        return Malformed(datagram[:_TEXT])
    try:
        message = OscMessage(datagram)
        address, values = message.address, message.params
    except (ParseError, UnicodeDecodeError, ValueError, struct.error):
        return Malformed(datagram[:_TEXT])
    if match := _ON_ADDRESS.fullmatch(address):
        if len(values) == 1 and values[0] in (0, 1):
            return ChannelOn(match[1], bool(values[0]))
        return Malformed(datagram[:_TEXT])
    if match := _NAME_ADDRESS.fullmatch(address):
        if len(values) == 1 and isinstance(values[0], str):
            return ChannelName(match[1], values[0][:_TEXT])
        return Malformed(datagram[:_TEXT])
    if match := _MEMBER_ADDRESS.fullmatch(address):
        return _membership(match[1], "dca" if match[2] == "dca" else "mute", values) or Malformed(datagram[:_TEXT])
    if match := _GROUP_ADDRESS.fullmatch(address):
        if len(values) != 1 or values[0] not in (0, 1):
            return Malformed(datagram[:_TEXT])
        if match[1]:
            return GroupSwitch("dca", int(match[1]), values[0] == 0)  # a DCA's switch is "on", a mute group's is "mute"
        return GroupSwitch("mute", int(match[2]), values[0] == 1)
    if address in ("/info", "/xinfo") and len(values) == 4 and all(isinstance(value, str) for value in values):
        _, name, model, firmware = values
        return Identity(f"{model} {firmware} ({name})"[:_TEXT])
    return Other(address[:_TEXT])


def _membership(channel: str, kind: GroupKind, values: list[Any]) -> Membership | None:
    """A bitmap, the lowest bit for group 1."""
    if len(values) != 1 or not isinstance(values[0], int) or not 0 <= values[0] <= 255:
        return None
    return Membership(channel, kind, frozenset(bit + 1 for bit in range(8) if values[0] >> bit & 1))


def _checked(channel: str) -> str:
    if not _CHANNEL.fullmatch(channel):
        raise EncodeError(f"no such channel: {channel!r}, must be 01 to 32")
    return channel


def _tags_known(datagram: bytes) -> bool:
    """True when the type tags are absent or all known: the library logs a line for each tag it does not know."""
    start = (datagram.find(b"\0") + 4) & ~3
    end = datagram.find(b"\0", start)
    return _TAGS.issuperset(datagram[start : end if end >= 0 else None])
