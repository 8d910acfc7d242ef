"""Turns the sections of systems known by patterns into what their drivers take."""

from chamber.core.errors import ConfigError, EncodeError
from chamber.core.patterns import bounded
from chamber.ports import Clock, Emit
from config.patterned import LinesMicrophones
from drivers.lines.codec import Checksum, Framing, to_bytes
from drivers.lines.driver import Dialect, LinesSystem
from drivers.lines.links import Link, SerialLink, TcpLink, UdpLink
from drivers.lines.rules import Meaning, Rule


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
