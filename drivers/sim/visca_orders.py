"""What a VISCA command asks for: bytes to a frozen order, and nothing else.

Source: Sony SRG-300H Technical Manual and BRC-X400 Command List, command tables.
"""

from dataclasses import dataclass

from drivers.sim.visca_wire import signed, unsigned

FASTEST_PAN, FASTEST_TILT = 0x18, 0x17
FOCUS_NEAR, FOCUS_FAR = 0xF000, 0x1000


@dataclass(frozen=True, slots=True)
class Power:
    """Switch on, or to standby."""

    on: bool


@dataclass(frozen=True, slots=True)
class Preset:
    """`what` is recall, set or reset; the number counts from 0."""

    what: str
    number: int


@dataclass(frozen=True, slots=True)
class Point:
    """Turn to a direction in counts (or by so much); speed indices 1..24."""

    pan: int
    tilt: int
    pan_speed: int
    tilt_speed: int
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """Turn straight ahead."""


@dataclass(frozen=True, slots=True)
class Drive:
    """Turn on; -1, 0 or 1 each, right and up positive; both 0 stops."""

    pan: int
    tilt: int
    pan_speed: int
    tilt_speed: int


@dataclass(frozen=True, slots=True)
class ZoomTo:
    """Zoom to a position 0000..4000 (hex)."""

    counts: int


@dataclass(frozen=True, slots=True)
class ZoomDrive:
    """-1 wide, 0 stop, 1 tele; speed 0..7."""

    way: int
    speed: int


@dataclass(frozen=True, slots=True)
class FocusMode:
    """Automatic or manual; None is the other one."""

    auto: bool | None


@dataclass(frozen=True, slots=True)
class FocusTo:
    """Focus to a position, F000 near to 1000 far."""

    counts: int


@dataclass(frozen=True, slots=True)
class FocusDrive:
    """-1 near, 0 stop, 1 far; speed 0..7."""

    way: int
    speed: int


@dataclass(frozen=True, slots=True)
class Tally:
    """A tally lamp."""

    lamp: str
    on: bool


@dataclass(frozen=True, slots=True)
class PresetSpeed:
    """Speed of recalls, 1 slow; of one preset, or of all (None). `way` is sony, optics or optics-old."""

    way: str
    speed: int
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Understood, without any effect that a simulator has to show."""


Order = (
    Power | Preset | Point | Home | Drive | ZoomTo | ZoomDrive | FocusMode | FocusTo | FocusDrive | Tally | PresetSpeed
    | Nothing
)  # fmt: skip

_FIXED: dict[bytes, Order] = {
    bytes.fromhex("040002"): Power(True),
    bytes.fromhex("040003"): Power(False),
    bytes.fromhex("0604"): Home(),
    bytes.fromhex("0605"): Home(),
    bytes.fromhex("040700"): ZoomDrive(0, 0),
    bytes.fromhex("040702"): ZoomDrive(1, 3),
    bytes.fromhex("040703"): ZoomDrive(-1, 3),
    bytes.fromhex("040800"): FocusDrive(0, 0),
    bytes.fromhex("040802"): FocusDrive(1, 3),
    bytes.fromhex("040803"): FocusDrive(-1, 3),
    bytes.fromhex("043802"): FocusMode(True),
    bytes.fromhex("043803"): FocusMode(False),
    bytes.fromhex("043810"): FocusMode(None),
    bytes.fromhex("041801"): Nothing(),  # one-push focus
    bytes.fromhex("060603"): Nothing(),  # menu off: the menu never shows
    bytes.fromhex("7e041b01"): PresetSpeed("sony", 0),  # separate speeds, from now on
    bytes.fromhex("7e010a0002"): Tally("red", True),
    bytes.fromhex("7e010a0003"): Tally("red", False),
    bytes.fromhex("7e010a0100"): Tally("red", False),
    bytes.fromhex("7e010a0104"): Tally("red", True),
    bytes.fromhex("7e010a0105"): Tally("red", True),
    bytes.fromhex("7e041a0002"): Tally("green", True),
    bytes.fromhex("7e041a0003"): Tally("green", False),
}
_PRESETS = ("reset", "set", "recall")
_WAYS = {2: 1, 3: -1}
_PAN_WAYS, _TILT_WAYS = {1: -1, 2: 1, 3: 0}, {1: 1, 2: -1, 3: 0}


def read_order(body: bytes, highest_preset: int) -> Order | None:
    """The order in a command, given what stands between byte 2 and FF; None when the camera does not know it."""
    if body in _FIXED:
        return _FIXED[body]
    head, rest = body[:2], body[2:]
    match head, len(rest):
        case b"\x04\x3f", 2 if rest[0] < len(_PRESETS) and rest[1] <= highest_preset:
            return Preset(_PRESETS[rest[0]], rest[1])
        case b"\x04\x07", 1 if rest[0] >> 4 in _WAYS and rest[0] & 0x0F <= 7:
            return ZoomDrive(_WAYS[rest[0] >> 4], rest[0] & 0x0F)
        case b"\x04\x08", 1 if rest[0] >> 4 in _WAYS and rest[0] & 0x0F <= 7:
            return FocusDrive(_WAYS[rest[0] >> 4], rest[0] & 0x0F)
        case b"\x04\x47", 4:
            counts = unsigned(rest)
            return ZoomTo(counts) if counts is not None and counts <= 0x4000 else None
        case b"\x04\x48", 4:
            counts = unsigned(rest)
            return FocusTo(counts) if counts is not None and FOCUS_FAR <= counts <= FOCUS_NEAR else None
        case ((b"\x06\x02" | b"\x06\x03"), 10):
            return _point(rest, relative=head[1] == 3)
        case b"\x06\x01", 4:
            return _drive(rest)
        case b"\x06\x01", 1 if 1 <= rest[0] <= FASTEST_PAN:
            return PresetSpeed("optics", rest[0])
        case b"\x06\x01", 2 if rest[0] <= highest_preset and 1 <= rest[1] <= FASTEST_PAN:
            return PresetSpeed("optics-old", rest[1], rest[0])
        case b"\x7e\x01", 3 if rest[0] == 0x0B and rest[1] <= highest_preset and 1 <= rest[2] <= 0x7F:
            return PresetSpeed("sony", rest[2], rest[1])
        case _:
            return None


def _point(rest: bytes, *, relative: bool) -> Point | None:
    # Models with one speed for both axes want 00 in the second byte.
    pan, tilt = signed(rest[2:6]), signed(rest[6:10])
    if pan is None or tilt is None or not 1 <= rest[0] <= FASTEST_PAN or rest[1] > FASTEST_PAN:
        return None
    return Point(pan, tilt, rest[0], rest[1] or rest[0], relative)


def _drive(rest: bytes) -> Drive | None:
    if not (1 <= rest[0] <= FASTEST_PAN and 1 <= rest[1] <= FASTEST_TILT):
        return None
    if rest[2] not in _PAN_WAYS or rest[3] not in _TILT_WAYS:
        return None
    return Drive(_PAN_WAYS[rest[2]], _TILT_WAYS[rest[3]], rest[0], rest[1])
