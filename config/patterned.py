"""Sections of CONFIG for microphone systems that are known by patterns: lines of text or bytes, and OSC."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PlainValidator, model_validator

from chamber.core.patterns import bounded
from config.base import Host, Id, Listen, Path, Port, Section, parse_listen

_ADDRESS = r"^/[ -~]{0,199}$"
_CHANNEL = re.compile(r"\{channel(?::0?\d{1,2})?\}")
_FILLED = re.compile(r"\{seat(?::(?:0?\d{0,2})(?:[dxX])?)?\}")


def _listen(given: object) -> Listen:
    if not isinstance(given, str):
        raise ValueError("must be an address such as 0.0.0.0:10001")
    return parse_listen(given)


def _pattern(given: object) -> str:
    if not isinstance(given, str):
        raise ValueError("must be a regular expression in quotes")
    bounded(given)
    return given


def _address(given: str) -> str:
    if not re.fullmatch(_ADDRESS, given):
        raise ValueError(f"{given[:40]!r} is no OSC address; it begins with / and holds no accents")
    if len(_CHANNEL.findall(given)) > 1 or given.count("*") > 2:
        raise ValueError(f"{given[:40]!r} has more than one {{channel}} or more than two *")
    return given


Local = Annotated[Listen, PlainValidator(_listen)]
LineText = Annotated[str, Field(min_length=1, max_length=250)]
Ending = Annotated[str, Field(max_length=16)]


class LineRule(Section):
    """Lines that match a pattern as a whole, and what they mean."""

    pattern: Annotated[str, PlainValidator(_pattern)]
    means: Literal[
        "on",
        "off",
        "request",
        "withdrawn",
        "toggle",
        "all_off",
        "open_list",
        "request_list",
        "read_done",
        "refused",
        "alive",
    ]
    seats_are: Literal["text", "hex"] = "text"
    width: Annotated[int, Field(ge=1, le=8)] | None = None

    @model_validator(mode="after")
    def _has_its_group(self) -> Self:
        groups = bounded(self.pattern).groupindex
        one = self.means in {"on", "off", "request", "withdrawn", "toggle"}
        if one and "seat" not in groups:
            raise ValueError(f"means '{self.means}' and its pattern has no (?P<seat>...); mark the microphone's number")
        if self.means.endswith("_list") and "seats" not in groups:
            raise ValueError(f"means '{self.means}' and its pattern has no (?P<seats>...); mark the list of numbers")
        return self


class LinesMicrophones(Section):
    """Any system that speaks in lines or short byte messages, over TCP or UDP (`host`) or a serial line (`path`)."""

    id: Id
    driver: Literal["lines"]
    host: Host | None = None
    port: Port | None = None
    transport: Literal["tcp", "udp"] = "tcp"
    listen: Local | None = None
    path: Path | None = None
    baud: Annotated[int, Field(ge=300, le=115_200)] = 9600
    serial_format: Literal["8N1", "8N2", "8E1", "8O1", "7E1", "7O1", "7N2"] = "8N1"
    encoding: Literal["ascii", "latin-1", "utf-8", "utf-16-le", "hex"] = "ascii"
    start: Ending = ""
    end: Ending = ""
    command_end: Ending | None = None
    length: Annotated[int, Field(ge=2, le=512)] | None = None
    gap_ms: Annotated[int, Field(ge=10, le=2000)] | None = None
    checksum: Literal["none", "sum16-hex", "complement-sum8"] = "none"
    rules: Annotated[tuple[LineRule, ...], Field(max_length=40)]
    greeting: Annotated[tuple[LineText, ...], Field(max_length=10)] = ()
    on: LineText | None = None
    off: LineText | None = None
    all_off: LineText | None = None
    read: LineText | None = None
    keep_alive: LineText | None = None
    keep_alive_ms: Annotated[int, Field(ge=500, le=600_000)] = 30_000
    silence_ms: Annotated[int, Field(ge=1000, le=3_600_000)] | None = None
    ack: Ending = ""
    repeat_ms: Annotated[int, Field(ge=0, le=10_000)] = 0
    pace_ms: Annotated[int, Field(ge=0, le=5000)] = 0
    voice_gated: bool | None = None

    @property
    def wire(self) -> str:
        """What no other device may use."""
        return self.path or f"{self.transport} {self.host}:{self.port}"

    @model_validator(mode="after")
    def _can_be_spoken(self) -> Self:
        if not self.rules:
            raise ValueError("has no rules; without them nothing is understood")
        if self.host is not None and self.port is None:
            raise ValueError("has a host and no port; give the port")
        if self.transport == "udp" and self.host is None:
            raise ValueError("has transport udp and no host; give the host that is heard")
        if self.listen is not None and self.transport != "udp":
            raise ValueError("has listen; only transport udp listens")
        if not self.end and self.length is None and self.gap_ms is None and self.transport != "udp":
            raise ValueError("has no way to tell lines apart; give end, length or gap_ms")
        texts = (self.start, self.end, self.command_end or "", self.ack)
        lines = (*self.greeting, *(t for t in (self.on, self.off, self.all_off, self.read, self.keep_alive) if t))
        for text in texts:
            self._check(text)
        for line in lines:
            self._check(_FILLED.sub("0000", line))
        return self

    def _check(self, text: str) -> None:
        try:
            if self.encoding == "hex":
                bytes.fromhex(text)
            else:
                text.encode(self.encoding)
        except ValueError:
            raise ValueError(f"has the text {text[:40]!r}, which cannot be written in {self.encoding}") from None


Address = Annotated[str, Field(max_length=200), AfterValidator(_address)]
Position = Annotated[int, Field(ge=0, le=20)]


class OscRule(Section):
    """OSC messages to an address, and what they mean."""

    address: Address
    means: Literal["on", "off", "request", "withdrawn", "all_off", "alive"]
    otherwise: Literal["on", "off", "request", "withdrawn", "alive"] | None = None
    channel_argument: Position | None = None
    argument: Annotated[int, Field(ge=-1, le=20)] = 0
    equals: str | int | float | None = None
    above: float | None = None

    @model_validator(mode="after")
    def _can_be_tested(self) -> Self:
        if (
            self.means in {"on", "off", "request", "withdrawn"}
            and self.channel_argument is None
            and not _CHANNEL.search(self.address)
        ):
            raise ValueError("names no channel; write {channel} in its address, or give channel_argument")
        if self.equals is not None and self.above is not None:
            raise ValueError("has both equals and above; keep one")
        if self.argument == -1 and (self.equals, self.above, self.otherwise) != (None, None, None):
            raise ValueError("has argument = -1, which tests nothing; leave out equals, above and otherwise")
        return self


class OscMessage(Section):
    """An OSC message to send."""

    address: Address
    arguments: Annotated[
        tuple[bool | Annotated[int, Field(ge=-(2**31), lt=2**31)] | float | Annotated[str, Field(max_length=100)], ...],
        Field(max_length=8),
    ] = ()


class OscMicrophones(Section):
    """Microphones by any OSC addresses over UDP."""

    id: Id
    driver: Literal["osc"]
    listen: Local
    allow: Annotated[tuple[Host, ...], Field(max_length=20)] = ()
    host: Host | None = None
    port: Port | None = None
    rules: Annotated[tuple[OscRule, ...], Field(max_length=40)]
    on: OscMessage | None = None
    off: OscMessage | None = None
    all_off: OscMessage | None = None
    read: OscMessage | None = None
    periodic: OscMessage | None = None
    periodic_ms: Annotated[int, Field(ge=500, le=600_000)] = 9000
    silence_ms: Annotated[int, Field(ge=1000, le=3_600_000)] | None = None
    voice_gated: bool | None = None

    @property
    def wire(self) -> str:
        """What no other device may use."""
        return f"udp, this machine, {self.listen}"

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not self.rules:
            raise ValueError("has no rules; without them nothing is understood")
        if not self.allow and self.host is None:
            raise ValueError("hears nobody; give host, or allow with the addresses that may send")
        if (self.host is None) != (self.port is None):
            raise ValueError("has only one of host and port; messages are sent to both or to nobody")
        if self.host is None and any((self.on, self.off, self.all_off, self.read, self.periodic)):
            raise ValueError("has messages to send and no host; give host and port")
        return self
