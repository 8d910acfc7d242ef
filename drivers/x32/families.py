"""What differs between the full-size desks and the X-Air stage boxes: channels and the layout of their meters. Pure.

Sources: unofficial X32/M32 OSC remote protocol 4.06; for X-Air the Companion module of the field and public scripts.
"""

import math
import struct
from dataclasses import dataclass
from typing import Literal

from chamber.core.errors import EncodeError

SILENT_DB = -128.0


@dataclass(frozen=True, slots=True)
class Bank:
    """One meter bank: where it lies, and where in it the first channel stands.

    "float" is linear with 1.0 = 0 dB, "int16" counts 1/256 dB.
    """

    address: str
    first: int
    form: Literal["float", "int16"]


@dataclass(frozen=True, slots=True)
class Family:
    """Channels, DCAs and mute groups are numbered from 1; `gate` holds the gain of each gate, 0 dB when it is open."""

    name: str
    channels: int
    level: Bank
    gate: Bank
    dcas: int
    mute_groups: int

    def number(self, channel: str) -> str:
        """A channel of CONFIG ("3" or "03") as it stands in addresses, two digits. Raises EncodeError."""
        if channel.isascii() and channel.isdecimal() and len(channel) <= 2 and 1 <= int(channel) <= self.channels:
            return f"{int(channel):02d}"
        raise EncodeError(f"no such channel: {channel[:20]!r}, must be 1 to {self.channels}")


X32_FAMILY = Family("X32", 32, Bank("/meters/1", 0, "float"), Bank("/meters/1", 32, "float"), 8, 6)
XAIR_FAMILY = Family("X-Air", 16, Bank("/meters/1", 0, "int16"), Bank("/meters/6", 0, "int16"), 4, 4)


def read_bank(datagram: bytes, bank: Bank, channels: int) -> tuple[float, ...] | None:
    """The decibels of channels 1 to `channels`, or None when this is not that bank, whole.

    A blob: length (big-endian), number of values (little-endian), values (little-endian).
    """
    head = bank.address.encode()
    start = (len(head) + 4) & ~3
    if not datagram.startswith(head + b"\0") or datagram[start : start + 4] != b",b\0\0":
        return None
    size = 4 if bank.form == "float" else 2
    try:
        (length,) = struct.unpack_from(">i", datagram, start + 4)
        (count,) = struct.unpack_from("<i", datagram, start + 8)
        if count < bank.first + channels or not 4 + count * size <= length <= len(datagram) - start - 8:
            return None
        letter = "f" if bank.form == "float" else "h"
        values = struct.unpack_from(f"<{channels}{letter}", datagram, start + 12 + bank.first * size)
    except struct.error:
        return None
    return tuple(map(_linear_db if bank.form == "float" else _steps_db, values))


def _linear_db(value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        return SILENT_DB
    return max(SILENT_DB, 20 * math.log10(value))


def _steps_db(value: int) -> float:
    return value / 256
