"""Turns the sections of systems known by patterns into what their drivers take."""

from chamber.core.errors import ConfigError, EncodeError
from chamber.core.patterns import bounded
from chamber.ports import Clock, Emit
from config.patterned import LinesMicrophones, OscMessage, OscMicrophones, OscRule
from drivers.lines.codec import Checksum, Framing, to_bytes
from drivers.lines.driver import Dialect, LinesSystem
from drivers.lines.links import Link, SerialLink, TcpLink, UdpLink
from drivers.lines.rules import Meaning, Rule
from drivers.osc import codec as osc_codec
from drivers.osc.driver import OscSystem, Plan


def lines(system: LinesMicrophones, channels: tuple[str, ...], emit: Emit, clock: Clock) -> LinesSystem:
    """The driver of a system that speaks in lines. Raises ConfigError: a command that cannot be written for a channel."""
    try:
        return LinesSystem(system.id, _link(system), dialect(system), channels, emit, clock)
    except EncodeError as exc:
        raise ConfigError([f"microphones ({system.id}): {exc}; change the command or the seat's channel"]) from exc


def dialect(system: LinesMicrophones) -> Dialect:
    """How the system speaks. Raises EncodeError."""

    def data(text: str) -> bytes:
        return to_bytes(text, system.encoding)

    return Dialect(
        framing=Framing(
            alphabet=system.encoding,
            start=data(system.start),
            end=data(system.end),
            length=system.length,
            gap_ms=system.gap_ms,
            checksum=Checksum(system.checksum),
            command_end=None if system.command_end is None else data(system.command_end),
        ),
        rules=tuple(
            Rule(bounded(rule.pattern), Meaning(rule.means), rule.seats_are == "hex", rule.width)
            for rule in system.rules
        ),
        greeting=system.greeting,
        on=system.on,
        off=system.off,
        all_off=system.all_off,
        read=system.read,
        keep_alive=system.keep_alive,
        keep_alive_ms=system.keep_alive_ms,
        silence_ms=system.silence_ms,
        ack=data(system.ack),
        repeat_ms=system.repeat_ms,
        pace_ms=system.pace_ms,
    )


def _link(system: LinesMicrophones) -> Link:
    if system.host is None or system.port is None:
        return SerialLink(system.path or "", system.baud, system.serial_format)
    if system.transport == "tcp":
        return TcpLink(system.host, system.port)
    listen = None if system.listen is None else (system.listen.host, system.listen.port)
    return UdpLink(system.host, system.port, listen)


def osc(system: OscMicrophones, channels: tuple[str, ...], emit: Emit, clock: Clock) -> OscSystem:
    """The driver of a system that speaks OSC. Raises ConfigError: a message that cannot be built for a channel."""
    peer = None if system.host is None or system.port is None else (system.host, system.port)
    allowed = (*system.allow, *([system.host] if system.host is not None else []))
    try:
        plan = Plan(
            rules=osc_rules(system),
            on=_template(system.on),
            off=_template(system.off),
            all_off=_template(system.all_off),
            read=_template(system.read),
            periodic=_template(system.periodic),
            periodic_ms=system.periodic_ms,
            silence_ms=system.silence_ms,
        )
        listen = (system.listen.host, system.listen.port)
        return OscSystem(system.id, listen, allowed, peer, plan, channels, emit, clock)
    except EncodeError as exc:
        raise ConfigError([f"microphones ({system.id}): {exc}; change the message or the seat's channel"]) from exc


def osc_rules(system: OscMicrophones) -> tuple[osc_codec.Rule, ...]:
    """What its messages mean. Raises EncodeError."""
    return tuple(_osc_rule(rule) for rule in system.rules)


def _osc_rule(rule: OscRule) -> osc_codec.Rule:
    return osc_codec.Rule(
        osc_codec.address_pattern(rule.address),
        osc_codec.Meaning(rule.means),
        None if rule.otherwise is None else osc_codec.Meaning(rule.otherwise),
        rule.channel_argument,
        None if rule.argument == -1 else rule.argument,
        rule.equals,
        rule.above,
    )


def _template(message: OscMessage | None) -> osc_codec.Template | None:
    return None if message is None else osc_codec.Template(message.address, message.arguments)
