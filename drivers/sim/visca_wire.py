"""VISCA packets and the Sony UDP header as bytes: reading them apart, putting answers together. No I/O, no state.

Sources: Sony SRG-300H Technical Manual; Sony BRC-X400 Command List.
"""

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass

TERMINATOR = 0xFF
# "3 to 16 bytes"; what is longer is answered with a length error, and never grows without bound.
LONGEST = 16
LENGTH, SYNTAX, BUFFER_FULL, CANCELLED, NO_SOCKET, NOT_EXECUTABLE = 0x01, 0x02, 0x03, 0x04, 0x05, 0x41

COMMAND, INQUIRY, REPLY, DEVICE_SETTING = 0x0100, 0x0110, 0x0111, 0x0120
CONTROL, CONTROL_REPLY = 0x0200, 0x0201
SEQUENCE_ERROR, TYPE_ERROR = b"\x0f\x01", b"\x0f\x02"

# Preset run speeds of the X400, index to degrees per second of pan; between the lines it is interpolated.
_SPEEDS = (
    (1, 1.1),
    (5, 2.9),
    (6, 6.7),
    (7, 11.0),
    (8, 23.0),
    (11, 41.0),
    (15, 54.0),
    (18, 64.0),
    (21, 80.0),
    (23, 91.0),
    (24, 101.0),
)


class Cutter:
    """Cuts a stream at FF into packets, however it was chunked; a runaway packet is cut off and ends at the next FF."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Packets that are complete now, with their FF."""
        *packets, rest = (self._rest + data).split(b"\xff")
        self._rest = rest[: LONGEST + 1]
        for packet in packets:
            yield packet[: LONGEST + 1] + b"\xff"


@dataclass(frozen=True, slots=True)
class Datagram:
    """One message with Sony's header."""

    kind: int
    sequence: int
    payload: bytes
    whole: bool


def read_datagram(data: bytes) -> Datagram | None:
    """Take the header off; `whole` is False when the length field does not fit. None: not even a header."""
    if len(data) < 8:
        return None
    kind, size, sequence = struct.unpack_from(">HHI", data)
    return Datagram(kind, sequence, data[8:], whole=size == len(data) - 8)


def datagram(kind: int, sequence: int, payload: bytes) -> bytes:
    """Put the header on."""
    return struct.pack(">HHI", kind, len(payload), sequence) + payload


def ack(address: int, socket: int) -> bytes:
    """The command is accepted into a socket."""
    return bytes((_header(address), 0x40 | socket, TERMINATOR))


def completion(address: int, socket: int, data: bytes = b"") -> bytes:
    """The command in a socket has been executed; socket 0 for inquiries and interface commands."""
    return bytes((_header(address), 0x50 | socket)) + data + b"\xff"


def error(address: int, code: int, socket: int = 0) -> bytes:
    """The command is refused."""
    return bytes((_header(address), 0x60 | socket, code, TERMINATOR))


def network_change(address: int) -> bytes:
    """The chain has changed: the controller is to count the cameras again."""
    return bytes((_header(address), 0x38, TERMINATOR))


def nibbles(value: int, digits: int = 4) -> bytes:
    """A number as one nibble a byte, highest first, two's complement."""
    return bytes(value >> 4 * place & 0x0F for place in reversed(range(digits)))


def signed(data: bytes) -> int | None:
    """The number in nibble bytes, two's complement; None when a byte is no nibble."""
    value = unsigned(data)
    if value is None:
        return None
    return value - (1 << 4 * len(data)) if data[0] & 0x08 else value


def unsigned(data: bytes) -> int | None:
    """The number in nibble bytes; None when a byte is no nibble."""
    if any(byte > 0x0F for byte in data):
        return None
    value = 0
    for byte in data:
        value = value << 4 | byte
    return value


def speed_share(index: int) -> float:
    """What a speed index 1..24 is of the full pan/tilt speed (index 24), 0.0 to 1.0."""
    table = _SPEEDS
    full = table[-1][1]
    index = min(max(index, table[0][0]), table[-1][0])
    for (low, slow), (high, fast) in itertools.pairwise(table):
        if index <= high:
            return (slow + (fast - slow) * (index - low) / (high - low)) / full
    return 1.0


def _header(address: int) -> int:
    return 0x80 | address << 4
