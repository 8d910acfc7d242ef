"""Turns CONFIG into driver objects; they do nothing before they are served."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chamber.apps import dialects
from chamber.core.errors import ConfigError
from chamber.ports import Camera, Clock, Device, Emit, MicrophoneSystem, Switcher
from config.devices import Camera as CameraSection
from config.devices import FixedCamera as FixedSection
from config.devices import Microphones, ViscaRawUdpCamera, ViscaSerialCamera, ViscaTcpCamera
from config.devices import PanasonicCamera as PanasonicSection
from config.devices import Switcher as SwitcherSection
from config.devices import ViscaCamera as ViscaCameraSection
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
from config.plan import shots_of
from drivers.confero.driver import Confero
from drivers.dcn.driver import DcnNg
from drivers.dcn.wires import SerialWire, TcpWire
from drivers.dicentis.driver import Dicentis
from drivers.fixed import FixedCamera
from drivers.panasonic.driver import PanasonicCamera
from drivers.shure_dis.driver import ShureDis
from drivers.sis.driver import ExtronSis
from drivers.sis.lines import SerialLine, TcpLine
from drivers.sis.mutes import Family
from drivers.trust import Address
from drivers.visca.bus import SerialChain, SonyPort
from drivers.visca.driver import ViscaCamera
from drivers.visca.profile import PROFILES
from drivers.visca.wires import RawTcp, RawUdp, Serial, SonyUdp, Wire
from drivers.x32.driver import X32
from drivers.x32.families import X32_FAMILY, XAIR_FAMILY
from drivers.x32.speech import BY_GATE, by_level


@dataclass(frozen=True, slots=True)
class Devices:
    """Every device of a hall by id."""

    microphones: dict[str, MicrophoneSystem]
    cameras: dict[str, Camera]
    switchers: dict[str, Switcher]

    def all(self) -> tuple[Device, ...]:
        """Everything that holds a session."""
        return (*self.microphones.values(), *self.cameras.values(), *self.switchers.values())


def build(config: Config, emit: Emit, clock: Clock) -> Devices:
    """The devices of CONFIG, not yet served; what they read goes to `emit`. Raises ConfigError: a password file."""
    wires = _Wires()
    channels = {
        system.id: tuple(sorted({seat.channel for seat in config.seats if seat.system == system.id}))
        for system in config.microphones
    }
    return Devices(
        microphones={m.id: _microphones(m, channels[m.id], emit, clock) for m in config.microphones},
        cameras={
            camera.id: _camera(camera, wires, shots_of(config, camera.id), emit, clock) for camera in config.cameras
        },
        switchers={switcher.id: _switcher(switcher, emit, clock) for switcher in config.switchers},
    )


class _Wires:
    """Lines and ports that several cameras share."""

    def __init__(self) -> None:
        self._chains: dict[str, SerialChain] = {}
        self._sony: SonyPort | None = None

    def to(self, camera: ViscaCameraSection) -> Wire:
        """The way to one camera."""
        if isinstance(camera, ViscaTcpCamera):
            return RawTcp(camera.host, camera.port)
        if isinstance(camera, ViscaRawUdpCamera):
            return RawUdp(camera.host, camera.port)
        if isinstance(camera, ViscaSerialCamera):
            chain = self._chains.setdefault(camera.path, SerialChain(camera.path, camera.baud))
            return Serial(chain, camera.address)
        if not camera.answers_to_52381:
            return SonyUdp(camera.host, camera.port)
        if self._sony is None:
            self._sony = SonyPort()
        return SonyUdp(camera.host, camera.port, shared=self._sony)


def _microphones(system: Microphones, channels: tuple[str, ...], emit: Emit, clock: Clock) -> MicrophoneSystem:
    if isinstance(system, LinesMicrophones):
        return dialects.lines(system, channels, emit, clock)
    if isinstance(system, OscMicrophones):
        return dialects.osc(system, channels, emit, clock)
    if isinstance(system, DcnMicrophones):
        return _dcn(system, channels, emit, clock)
    if isinstance(system, DicentisMicrophones):
        address = Address(system.host, system.port, system.tls, system.fingerprint)
        password = _password(system.password_file, "microphones") or ""
        return Dicentis(
            system.id, address, system.user, password, channels, emit, clock,
            voting=system.voting,
            agenda=system.agenda,
        )  # fmt: skip
    if isinstance(system, ConferoMicrophones):
        return _confero(system, channels, emit, clock)
    if isinstance(system, ShureDisMicrophones):
        return ShureDis(
            system.id, system.host, system.port, channels, emit, clock,
            people=system.names_are_people,
            priority_from=system.priority_from,
            poll_ms=system.poll_ms,
        )  # fmt: skip
    return _desk(system, channels, emit, clock)


def _confero(system: ConferoMicrophones, channels: tuple[str, ...], emit: Emit, clock: Clock) -> Confero:
    address = Address(system.host, system.port, system.tls, system.fingerprint)
    return Confero(
        system.id, address, _password(system.token_file, "microphones", "token") or "", channels, emit, clock,
        cursor=system.event_cursor,
        poll_s=system.poll_ms / 1000,
        seating=system.seating,
    )  # fmt: skip


def _desk(system: X32Microphones | XAirMicrophones, channels: tuple[str, ...], emit: Emit, clock: Clock) -> X32:
    speaking = {"unmuted": None, "level": by_level(system.threshold_db), "gate": BY_GATE}[system.speaking]
    return X32(
        system.id, system.host, system.port, channels, emit, clock,
        family=XAIR_FAMILY if isinstance(system, XAirMicrophones) else X32_FAMILY,
        speaking=speaking,
        groups=system.groups_mute,
    )  # fmt: skip


def _dcn(system: DcnMicrophones, channels: tuple[str, ...], emit: Emit, clock: Clock) -> DcnNg:
    wire = (
        TcpWire(system.host, system.port, app=system.app_byte)
        if system.host is not None
        else SerialWire(system.path or "", system.baud, app=system.app_byte, gap_ms=system.gap_ms)
    )
    return DcnNg(
        system.id, wire, channels, emit, clock,
        unit_offset=system.unit_offset,
        by_list=system.switch_by == "list",
        priorities=frozenset(system.priority_numbers),
    )  # fmt: skip


def _camera(camera: CameraSection, wires: _Wires, presets: Iterable[int], emit: Emit, clock: Clock) -> Camera:
    if isinstance(camera, FixedSection):
        return FixedCamera(camera.id, emit)
    if isinstance(camera, PanasonicSection):
        return PanasonicCamera(
            camera.id, camera.host, camera.port, emit, clock,
            user=camera.user,
            password=_password(camera.password_file, "cameras") or "",
            event_port=camera.event_port or 0,
            speed=camera.preset_speed,
            tally=camera.tally,
        )  # fmt: skip
    return ViscaCamera(
        camera.id, wires.to(camera), PROFILES[camera.profile], emit, clock,
        speed=camera.preset_speed,
        presets=sorted(presets),
        tally=camera.tally,
    )  # fmt: skip


def _switcher(switcher: SwitcherSection, emit: Emit, clock: Clock) -> Switcher:
    # CONFIG has one of the two; config.checks refuses both and neither.
    line = (
        TcpLine(switcher.host, switcher.port)
        if switcher.host is not None
        else SerialLine(switcher.path or "", switcher.baud)
    )
    return ExtronSis(
        switcher.id,
        line,
        max(switcher.outputs.values()),
        emit,
        clock,
        family=Family(switcher.family),
        password=_password(switcher.password_file, "switchers"),
    )


def _password(path: str | None, section: str, what: str = "password") -> str | None:
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError([f"{section}.{what}_file: {path} cannot be read ({exc}); put the {what} there"]) from exc
