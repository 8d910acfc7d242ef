"""The microphone systems of CONFIG as simulators, each on its own address."""

from pathlib import Path

from chamber.apps import dialects
from chamber.core.errors import ConfigError, EncodeError
from config.devices import Microphones
from config.microphones import (
    ConferoMicrophones,
    DcnMicrophones,
    DicentisMicrophones,
    ShureDisMicrophones,
    X32Microphones,
    XAirMicrophones,
)
from config.model import Config
from config.patterned import LinesMicrophones, OscMicrophones
from drivers.lines.codec import Line, LineCutter
from drivers.lines.driver import Dialect
from drivers.lines.rules import Meaning, understand
from drivers.osc import codec as osc_codec
from drivers.sim import desks as simulated
from drivers.sim.confero import SimConfero
from drivers.sim.dcn import SimDcn, Unit
from drivers.sim.desks import Desk
from drivers.sim.dicentis import SimDicentis
from drivers.sim.dis import SimDis
from drivers.sim.osc_desk import Kind, SimOscDesk
from drivers.sim.tlvcam import SimTlvcam
from drivers.sim.x32 import SimX32
from drivers.sim.xair import SimXAir

LINES_SAMPLES: dict[str, tuple[bytes, bytes]] = {
    "tlvcam1": (b"%M00070114\r", b"%m00070134\r"),
    "tlvcam2": (b"$10007\r\n", b"$20007\r\n"),
    "dis": (b"mic_on 7\r\n", b"mic_off 7\r\n"),
}
"""What each simulator that speaks in lines says when microphone 7 opens and closes."""

OSC_KINDS: tuple[Kind, ...] = ("int", "float", "bool", "text")


def desks(config: Config) -> dict[str, Desk]:
    """The simulators by the ids of the systems, not yet started.

    Raises ConfigError: a system that no simulator can stand for, or a password file that cannot be read.
    """
    return {system.id: _desk(config, system) for system in config.microphones}


def _desk(config: Config, system: Microphones) -> Desk:
    match system:
        case X32Microphones():
            return simulated.mixer(SimX32(system.host, system.port))
        case XAirMicrophones():
            return simulated.mixer(SimXAir(system.host, system.port))
        case DicentisMicrophones():
            return _dicentis(config, system)
        case DcnMicrophones():
            return _dcn(config, system)
        case ConferoMicrophones():
            return _confero(config, system)
        case ShureDisMicrophones():
            return _shure(config, system)
        case LinesMicrophones():
            return _lines(config, system)
        case OscMicrophones():
            return _osc(config, system)
    raise _without(system, f"there is no simulator for driver {system.driver}")


def _without(system: Microphones, why: str) -> ConfigError:
    return ConfigError([f"microphones ({system.id}): {why}, so the hall cannot be simulated"])


def _channels(config: Config, system: Microphones) -> tuple[str, ...]:
    return tuple(dict.fromkeys(seat.channel for seat in config.seats if seat.system == system.id))


def _numbers(config: Config, system: Microphones) -> tuple[int, ...]:
    """The channels as the numbers that this simulator needs. Raises ConfigError."""
    try:
        return tuple(int(channel) for channel in _channels(config, system))
    except ValueError as exc:
        raise _without(system, f"its simulator knows channels by number only ({exc})") from exc


def _chair(config: Config, system: Microphones) -> str | None:
    """Channel of the chair's seat, when it is of this system."""
    chairs = (seat for seat in config.seats if seat.id == config.chair_seat and seat.system == system.id)
    return next((seat.channel for seat in chairs), None)


def _people(config: Config, system: Microphones) -> dict[str, tuple[str, str]]:
    """Id and name of who sits at each channel."""
    at = {seat.id: seat.channel for seat in config.seats if seat.system == system.id}
    return {at[p.seat]: (p.id, p.name) for p in config.people if p.seat is not None and p.seat in at}


def _secret(system: Microphones, key: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise _without(system, f"{key} {path} cannot be read ({exc})") from exc


def _port_path(system: DcnMicrophones | LinesMicrophones) -> str | None:
    if system.path is not None and "://" in system.path:
        raise _without(system, f"path {system.path} is a network address; give a name for a serial port")
    return system.path


def _dicentis(config: Config, system: DicentisMicrophones) -> Desk:
    if system.tls:
        raise _without(system, "the simulated DICENTIS has no certificate; set tls = false")
    password = _secret(system, "password_file", system.password_file)
    people = _people(config, system)
    server = SimDicentis(system.host, system.port, user=system.user, password=password)
    return simulated.Dicentis(server, _channels(config, system), chair=_chair(config, system), people=people)


def _confero(config: Config, system: ConferoMicrophones) -> Desk:
    if system.tls:
        raise _without(system, "the simulated Confero has no certificate; set tls = false")
    unit = SimConfero(system.host, system.port, token=_secret(system, "token_file", system.token_file))
    unit.cursor = system.event_cursor or unit.cursor
    chair = _chair(config, system)
    people = {int(channel): person for channel, person in _people(config, system).items()}
    numbers = _numbers(config, system)
    return simulated.Confero(unit, numbers, chair=None if chair is None else int(chair), people=people)


def _shure(config: Config, system: ShureDisMicrophones) -> Desk:
    chair = _chair(config, system)
    seats = range(1, max(_numbers(config, system), default=1) + 1)
    unit = SimDis(seats, tcp_port=system.port, chairs=frozenset(() if chair is None else (int(chair),)))
    unit.ways.host = system.host
    unit.names |= {int(channel): name for channel, (_, name) in _people(config, system).items()}
    return simulated.dis(unit)


def _dcn(config: Config, system: DcnMicrophones) -> Desk:
    chair = _chair(config, system)
    numbers = _numbers(config, system)
    units = [Unit(n + system.unit_offset, chair=chair is not None and n == int(chair)) for n in numbers]
    if system.host is not None:
        unit = SimDcn(units, host=system.host, tcp_port=system.port, app=system.app_byte)
    else:
        unit = SimDcn(units, _port_path(system), app=system.app_byte)
    return simulated.dcn(unit, system.unit_offset)


def _lines(config: Config, system: LinesMicrophones) -> Desk:
    """The simulator whose lines the rules of this section understand."""
    numbers = _numbers(config, system)
    try:
        dialect = dialects.dialect(system)
    except EncodeError as exc:
        raise _without(system, str(exc)) from exc
    spoken = next((name for name, (on, off) in LINES_SAMPLES.items() if _understood(dialect, on, off)), None)
    if spoken is None:
        raise _without(system, "no simulator speaks lines that its rules understand")
    host, tcp_port = system.host or "127.0.0.1", system.port if system.transport == "tcp" else None
    if spoken == "dis":
        if system.host is None or tcp_port is None:
            raise _without(system, "its simulator speaks TCP only")
        dis = SimDis(range(1, max(numbers, default=0) + 1), tcp_port=tcp_port)
        dis.ways.host = host
        return simulated.dis(dis)
    unit = SimTlvcam(
        1 if spoken == "tlvcam1" else 2,
        host=host,
        chairs=frozenset({int(chair)} if (chair := _chair(config, system)) is not None else ()),
        path=_port_path(system),
        tcp_port=tcp_port if system.host is not None else None,
        udp_to=_told(system) if system.transport == "udp" else None,
    )
    unit.ways.udp_port = system.port or 0
    return simulated.tlvcam(unit)


def _understood(dialect: Dialect, on: bytes, off: bytes) -> bool:
    heard = []
    for data in (on, off):
        lines = LineCutter(dialect.framing).feed(data, 0)
        heard += [understand(line.text, dialect.rules) for line in lines if isinstance(line, Line)]
    return [(one.meaning, one.seats) for one in heard if one] == [(Meaning.ON, ("7",)), (Meaning.OFF, ("7",))]


def _told(system: LinesMicrophones) -> tuple[str, int]:
    if system.listen is None:
        raise _without(system, "its simulator tells by UDP only who listens; give listen")
    return _loopback(system.listen.host), system.listen.port


def _osc(config: Config, system: OscMicrophones) -> Desk:
    """A program that sends what the rules of this section understand."""
    numbers = _numbers(config, system)
    rules = dialects.osc_rules(system)
    host, port = system.host or next(iter(system.allow), "127.0.0.1"), system.port or 0
    target = _loopback(system.listen.host), system.listen.port
    for in_argument in (False, True):
        for kind in OSC_KINDS:
            channels = range(max(numbers, default=0) + 8)
            program = SimOscDesk(channels, host=host, port=port, target=target, kind=kind, in_argument=in_argument)
            if _heard(program, rules):
                return simulated.osc(program)
    raise _without(system, "its simulator tells of /mic/N/on, or of /mic with the number, which its rules do not know")


def _heard(program: SimOscDesk, rules: tuple[osc_codec.Rule, ...]) -> bool:
    """Whether the rules know what the program says of a microphone that is on, and of one that is off."""
    off = program.state(7)
    program.open.add(7)
    on = program.state(7)
    program.open.clear()
    for data, meaning in ((on, osc_codec.Meaning.ON), (off, osc_codec.Meaning.OFF)):
        messages = osc_codec.unpack(data)
        heard = [osc_codec.understand(m, rules) for m in messages if isinstance(m, osc_codec.Message)]
        if heard != [osc_codec.Heard(meaning, "7")]:
            return False
    return True


def _loopback(host: str) -> str:
    """Where a simulator on this machine sends what is heard on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
