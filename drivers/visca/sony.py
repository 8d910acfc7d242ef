"""The header that Sony puts before VISCA packets on UDP: kind, length, sequence number.

Source: Sony SRG-300H technical manual and BRC-X400/SRG-X400 command list, "VISCA over IP".
"""

import struct
from dataclasses import dataclass

from chamber.core.errors import EncodeError

COMMAND, INQUIRY, REPLY, CONTROL, CONTROL_REPLY = 0x0100, 0x0110, 0x0111, 0x0200, 0x0201
SEQUENCE_ERROR, KIND_ERROR = 0x01, 0x02
LAST_NUMBER = 0xFFFF_FFFF
_HEADER = struct.Struct(">HHI")
_LONGEST_PAYLOAD = 32


@dataclass(frozen=True, slots=True)
class Numbered:
    """A VISCA answer (its end mark cut off) to the request with this number."""

    number: int
    packet: bytes


@dataclass(frozen=True, slots=True)
class ResetDone:
    """The camera counts from 0 again."""


@dataclass(frozen=True, slots=True)
class HeaderError:
    """The camera refused a datagram: code 1 its number (old: executed before), code 2 its kind."""

    number: int
    code: int


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not a datagram of this protocol."""

    raw: bytes


Datagram = Numbered | ResetDone | HeaderError | Malformed


def wrap(kind: int, number: int, payload: bytes) -> bytes:
    """Encode one datagram; `number` is 0 to FFFFFFFF. Raises EncodeError."""
    if not (0 <= number <= LAST_NUMBER and 1 <= len(payload) <= _LONGEST_PAYLOAD):
        raise EncodeError(f"cannot be sent: number {number}, {len(payload)} bytes")
    return _HEADER.pack(kind, len(payload), number) + payload


def reset() -> bytes:
    """Encode RESET: the next request after its answer has number 1."""
    return wrap(CONTROL, 0, b"\x01")


def unwrap(datagram: bytes) -> Datagram:
    """Decode one datagram; never raises."""
    if not 9 <= len(datagram) <= _HEADER.size + _LONGEST_PAYLOAD:
        return Malformed(datagram[:_LONGEST_PAYLOAD])
    kind, length, number = _HEADER.unpack_from(datagram)
    payload = datagram[_HEADER.size :]
    if length == len(payload):
        if kind == REPLY and payload[-1] == 0xFF and payload.count(0xFF) == 1:
            return Numbered(number, payload[:-1])
        if kind in (CONTROL, CONTROL_REPLY) and length == 2 and payload[0] == 0x0F:
            return HeaderError(number, payload[1])
        if kind == CONTROL_REPLY and payload == b"\x01":
            return ResetDone()
    return Malformed(datagram[:_LONGEST_PAYLOAD])
