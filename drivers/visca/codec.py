"""VISCA packets: commands and inquiries as bytes, answers as values, from a stream that may hold noise.

Source: Sony SRG-300H technical manual and BRC-X400/SRG-X400 command list; replies of other makers as observed.
"""

from dataclasses import dataclass

from chamber.core.errors import EncodeError

END = 0xFF
LONGEST = 32  # "3 to 16 bytes"; the absolute moves of newer models have 17
BROADCAST_ADDRESSES = bytes.fromhex("883001ff")
BROADCAST_CLEAR = bytes.fromhex("88010001ff")

LENGTH_ERROR, SYNTAX_ERROR, BUFFER_FULL, CANCELLED, NO_SOCKET, NOT_EXECUTABLE = 0x01, 0x02, 0x03, 0x04, 0x05, 0x41
ERROR_TEXTS = {
    LENGTH_ERROR: "message length error",
    SYNTAX_ERROR: "not understood (syntax error)",
    BUFFER_FULL: "busy (buffer full)",
    CANCELLED: "cancelled",
    NO_SOCKET: "nothing to cancel",
    NOT_EXECUTABLE: "not possible now",
}


def error_text(code: int) -> str:
    """An error code in words."""
    return ERROR_TEXTS.get(code, f"code {code:#04x}")


FOCUS = {
    "auto": b"\x38\x02",
    "manual": b"\x38\x03",
    "near": b"\x08\x03",
    "far": b"\x08\x02",
    "stop": b"\x08\x00",
    "one_push": b"\x18\x01",
}
LAMPS = {"red": b"\x01\x0a\x00", "green": b"\x04\x1a\x00"}


@dataclass(frozen=True, slots=True)
class Ack:
    """A command was accepted into a socket; `address` is the camera, 1 to 7."""

    address: int
    socket: int


@dataclass(frozen=True, slots=True)
class Completed:
    """The command in a socket has been executed, or (with a payload) an inquiry is answered."""

    address: int
    socket: int
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A command or inquiry was refused, or a command cancelled."""

    address: int
    socket: int
    code: int


@dataclass(frozen=True, slots=True)
class NetworkChange:
    """The daisy chain has changed. Over IP it means nothing."""

    address: int


@dataclass(frozen=True, slots=True)
class AddressesSet:
    """Answer to the broadcast AddressSet: how many cameras the chain has."""

    cameras: int


@dataclass(frozen=True, slots=True)
class ChainCleared:
    """The broadcast IF_Clear has travelled through the chain."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """Bytes up to an end mark that are no answer."""

    raw: bytes


Reply = Ack | Completed | Rejected | NetworkChange | AddressesSet | ChainCleared | Malformed


def _head(address: int) -> int:
    if not 1 <= address <= 7:
        raise EncodeError(f"no such camera address: {address}, must be 1 to 7")
    return 0x80 | address


def _memory(address: int, action: int, number: int) -> bytes:
    if not 0 <= number <= 0xFE:
        raise EncodeError(f"no such memory: {number}, must be 0 to 254")
    return bytes((_head(address), 0x01, 0x04, 0x3F, action, number, END))


def recall(address: int, number: int) -> bytes:
    """Encode CAM_Memory Recall: move to a stored position. `number` 0 to 254 is the one on the wire."""
    return _memory(address, 0x02, number)


def store(address: int, number: int) -> bytes:
    """Encode CAM_Memory Set: store the present position. `number` 0 to 254 is the one on the wire."""
    return _memory(address, 0x01, number)


def power(address: int, on: bool) -> bytes:
    """Encode CAM_Power: on, or standby."""
    return bytes((_head(address), 0x01, 0x04, 0x00, 0x02 if on else 0x03, END))


def turn(address: int, pan: int, tilt: int, *, pan_speed: int, tilt_speed: int) -> bytes:
    """Encode Pan-tiltDrive. The signs of `pan` (right) and `tilt` (up) choose the direction, 0 stops an axis.

    Speeds are 1 to 24 (pan) and 1 to 23 (tilt), also of an axis that stands: speed 0 was seen refused.
    """
    if not (1 <= pan_speed <= 0x18 and 1 <= tilt_speed <= 0x17):
        raise EncodeError(f"no such speed: {pan_speed}, {tilt_speed}")
    across = 0x03 if pan == 0 else 0x02 if pan > 0 else 0x01
    along = 0x03 if tilt == 0 else 0x01 if tilt > 0 else 0x02
    return bytes((_head(address), 0x01, 0x06, 0x01, pan_speed, tilt_speed, across, along, END))


def zoom(address: int, speed: int) -> bytes:
    """Encode CAM_Zoom: `speed` 1 to 7 is tele, -1 to -7 wide, 0 stops."""
    if not -7 <= speed <= 7:
        raise EncodeError(f"no such zoom speed: {speed}, must be -7 to 7")
    action = 0x00 if speed == 0 else (0x20 | speed) if speed > 0 else (0x30 | -speed)
    return bytes((_head(address), 0x01, 0x04, 0x07, action, END))


def focus(address: int, action: str) -> bytes:
    """Encode CAM_Focus: `auto`, `manual`, `near`, `far`, `stop` or `one_push` (CAM_FocusMode, CAM_Focus, One Push AF)."""
    body = FOCUS.get(action)
    if body is None:
        raise EncodeError(f"no such focus order: {action}, must be one of {', '.join(FOCUS)}")
    return bytes((_head(address), 0x01, 0x04)) + body + b"\xff"


def lamp(address: int, colour: str, on: bool) -> bytes:
    """Encode the tally lamp, `red` or `green`. Source: BRC-X400 command list (red), ILME-FR7 command list (green)."""
    body = LAMPS.get(colour)
    if body is None:
        raise EncodeError(f"no such lamp: {colour}, must be red or green")
    return bytes((_head(address), 0x01, 0x7E)) + body + bytes((0x02 if on else 0x03, END))


def cancel(address: int, socket: int) -> bytes:
    """Encode Cancel: end the command in a socket, 1 to 15. Its normal answer is error 04, "cancelled"."""
    if not 1 <= socket <= 15:
        raise EncodeError(f"no such socket: {socket}, must be 1 to 15")
    return bytes((_head(address), 0x20 | socket, END))


def separate_speeds(address: int) -> bytes:
    """Encode Sony's preset speed mode "separate": each preset has a speed of its own."""
    return bytes((_head(address), 0x01, 0x7E, 0x04, 0x1B, 0x01, END))


def preset_speed(address: int, number: int, speed: int) -> bytes:
    """Encode Sony's speed of one preset, `number` as on the wire, `speed` 1 to 127 (fewer on most models)."""
    if not (0 <= number <= 0x7F and 1 <= speed <= 0x7F):
        raise EncodeError(f"no such preset or speed: {number}, {speed}")
    return bytes((_head(address), 0x01, 0x7E, 0x01, 0x0B, number, speed, END))


def optics_speed(address: int, speed: int, number: int | None = None) -> bytes:
    """Encode PTZOptics' preset speed 1 to 24: of all presets (new firmware), or of one (older firmware)."""
    if not 1 <= speed <= 0x18 or (number is not None and not 0 <= number <= 0xFE):
        raise EncodeError(f"no such preset or speed: {number}, {speed}")
    which = b"" if number is None else bytes((number,))
    return bytes((_head(address), 0x01, 0x06, 0x01)) + which + bytes((speed, END))


def ask_focus(address: int) -> bytes:
    """Encode CAM_FocusModeInq."""
    return bytes((_head(address), 0x09, 0x04, 0x38, END))


def ask_version(address: int) -> bytes:
    """Encode CAM_VersionInq: vendor, model, firmware, sockets."""
    return bytes((_head(address), 0x09, 0x00, 0x02, END))


def ask_power(address: int) -> bytes:
    """Encode CAM_PowerInq."""
    return bytes((_head(address), 0x09, 0x04, 0x00, END))


def ask_pan_tilt(address: int) -> bytes:
    """Encode Pan-tiltPosInq."""
    return bytes((_head(address), 0x09, 0x06, 0x12, END))


def ask_zoom(address: int) -> bytes:
    """Encode CAM_ZoomPosInq."""
    return bytes((_head(address), 0x09, 0x04, 0x47, END))


def ask_status(address: int) -> bytes:
    """Encode Pan-tiltModeInq: ends, faults and motion; the bits differ by model family."""
    return bytes((_head(address), 0x09, 0x06, 0x10, END))


def read_power(payload: bytes) -> bool | None:
    """On, standby, or None for anything else."""
    return {b"\x02": True, b"\x03": False}.get(payload)


def read_focus(payload: bytes) -> str | None:
    """`auto`, `manual`, or None for anything else."""
    return {b"\x02": "auto", b"\x03": "manual"}.get(payload)


def read_pan_tilt(payload: bytes) -> tuple[int, int] | None:
    """Pan and tilt counts from 4+4, 5+4 or 5+5 nibbles, told apart by length; None for anything else."""
    split = {8: 4, 9: 5, 10: 5}.get(len(payload))
    if split is None or any(byte > 0x0F for byte in payload):
        return None
    return _signed(payload[:split]), _signed(payload[split:])


def read_zoom(payload: bytes) -> int | None:
    """Zoom counts, 0 (wide) upwards; None for anything else."""
    if len(payload) != 4 or any(byte > 0x0F for byte in payload):
        return None
    return _unsigned(payload)


def read_status(payload: bytes) -> int | None:
    """The pan/tilt status word; None for anything else."""
    return int.from_bytes(payload, "big") if len(payload) == 2 else None


def read_version(payload: bytes) -> str:
    """Vendor, model and firmware as hexadecimal words, for the technician."""
    vendor, model, firmware = payload[0:2].hex(), payload[2:4].hex(), payload[4:6].hex()
    return f"VISCA vendor {vendor} model {model} firmware {firmware}"


def _unsigned(nibbles: bytes) -> int:
    value = 0
    for nibble in nibbles:
        value = value << 4 | nibble
    return value


def _signed(nibbles: bytes) -> int:
    value, span = _unsigned(nibbles), 1 << 4 * len(nibbles)
    return value - span if value >= span // 2 else value


class ReplyParser:
    """Cut a byte stream into answers, however it was chunked. Never raises; recovers at the next FF."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Reply]:
        """Return the answers that `data` completes."""
        *packets, rest = (self._rest + data).split(b"\xff")
        self._rest = rest[: LONGEST + 1]  # an endless packet costs no more than this
        return [parse(packet) for packet in packets]


def parse(packet: bytes) -> Reply:
    """Decode one packet without its end mark. Any camera's header is taken: some answer with a wrong one."""
    if packet == BROADCAST_CLEAR[:-1]:
        return ChainCleared()
    if len(packet) == 3 and packet[:2] == b"\x88\x30" and 1 <= packet[2] <= 8:
        return AddressesSet(packet[2] - 1)
    if 2 <= len(packet) < LONGEST and packet[0] & 0x8F == 0x80:
        address, kind, socket = (packet[0] >> 4) - 8, packet[1] & 0xF0, packet[1] & 0x0F
        if packet[1] == 0x38 and len(packet) == 2:
            return NetworkChange(address)
        if kind == 0x40 and len(packet) == 2:
            return Ack(address, socket)
        if kind == 0x50:
            return Completed(address, socket, packet[2:])
        if kind == 0x60 and len(packet) == 3:
            return Rejected(address, socket, packet[2])
    return Malformed(packet[:LONGEST])
