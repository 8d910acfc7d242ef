"""What a desk holds: its parameters with their types, text form and meters. No network here."""

import math
import re
import struct
from collections.abc import Iterable

from drivers.sim.x32_osc import Value, same_bits

CHANNELS = 32
_SWITCHES = ("OFF", "ON")
# Fields of the text form of a channel strip, in its order.
_MIX_FIELDS = ("on", "fader", "st", "pan", "mono", "mlevel")
_CHANNEL = re.compile(r"^/ch/(\d\d)/")


def _parameters() -> dict[str, tuple[str, Value]]:
    table: dict[str, tuple[str, Value]] = {}
    for number in range(1, CHANNELS + 1):
        strip = f"/ch/{number:02d}"
        table |= {
            f"{strip}/mix/on": ("i", 0),
            f"{strip}/mix/fader": ("f", 0.0),
            f"{strip}/mix/st": ("i", 0),
            f"{strip}/mix/pan": ("f", 0.0),
            f"{strip}/mix/mono": ("i", 0),
            f"{strip}/mix/mlevel": ("f", 0.0),
            f"{strip}/config/name": ("s", ""),
            f"{strip}/config/icon": ("i", 1),
            f"{strip}/config/color": ("i", 1),
            f"{strip}/config/source": ("i", number),
            f"{strip}/grp/dca": ("i", 0),
            f"{strip}/grp/mute": ("i", 0),
            f"{strip}/automix/group": ("i", 0),
            f"{strip}/automix/weight": ("f", 0.5),
        }
    for number in range(1, 9):
        table |= {
            f"/dca/{number}/on": ("i", 1),
            f"/dca/{number}/fader": ("f", 0.75),
            f"/dca/{number}/config/name": ("s", ""),
        }
    table |= {f"/config/mute/{number}": ("i", 0) for number in range(1, 7)}
    table |= {f"/config/amixenable/{group}": ("i", 0) for group in "XY"}
    table |= {f"/-stat/solosw/{number:02d}": ("i", 0) for number in range(1, CHANNELS + 1)}
    table |= {"/main/st/mix/on": ("i", 1), "/main/st/mix/fader": ("f", 0.75)}
    return table


def decibels(fader: float) -> float:
    """Level of a fader position 0..1, in four straight pieces; -90 and below is off."""
    for least, slope, offset in ((0.5, 40, 30), (0.25, 80, 50), (0.0625, 160, 70)):
        if fader >= least:
            return fader * slope - offset
    return fader * 480 - 90


def fader_of(level_db: float) -> float:
    """Fader position 0..1 of a level; the inverse of decibels."""
    for least, slope, offset in ((-10.0, 40, 30), (-30.0, 80, 50), (-60.0, 160, 70)):
        if level_db >= least:
            return min(1.0, (level_db + offset) / slope)
    return max(0.0, (level_db + 90) / 480)


class Desk:
    """Parameters by address, and of each channel the linear level and the gain of its gate, 1.0 = 0 dB.

    Args:
        table: type letter and first value by address.
        channels: how many there are.
    """

    def __init__(self, table: dict[str, tuple[str, Value]] | None = None, channels: int = CHANNELS) -> None:
        self._table = _parameters() if table is None else table
        self._values = {address: value for address, (_, value) in self._table.items()}
        self.channels = channels
        self.levels = [0.0] * channels
        self.gates = [1.0] * channels

    def read(self, address: str) -> tuple[str, Value] | None:
        """Type letter and value; None for an address that the desk does not have."""
        if address not in self._table:
            return None
        return self._table[address][0], self._values[address]

    def store(self, address: str, value: Value | bytes) -> bool:
        """Take a value; False when nothing changed. A number of the wrong type is stored bit for bit."""
        held = self.read(address)
        if held is None:
            return False
        kind, before = held
        if kind == "s":
            if not isinstance(value, str):
                return False
            value = value[:12]
        elif isinstance(value, int | float):
            value = same_bits(value, kind)
        else:
            return False
        self._values[address] = value
        return value != before

    def is_open(self, channel: int) -> bool:
        """Whether a channel, counted from 1, is unmuted."""
        return self._values[f"/ch/{channel:02d}/mix/on"] != 0

    def mute_members(self, group: int, *, muted: bool) -> None:
        """Set the own mutes of the channels in a mute group, counted from 1."""
        for number in range(1, self.channels + 1):
            members = self._values[f"/ch/{number:02d}/grp/mute"]
            if isinstance(members, int) and members >> (group - 1) & 1:
                self._values[f"/ch/{number:02d}/mix/on"] = int(not muted)

    def node(self, path: str) -> str | None:
        """Text form of `ch/NN/mix` or of one parameter, with its line end; None when the desk has no such node."""
        address = "/" + path.strip("/")
        if address in self._table:
            return f"{address} {self._text(address)}\n"
        if _CHANNEL.match(address) and address.endswith("/mix") and address + "/on" in self._table:
            return f"{address} {' '.join(self._text(f'{address}/{leaf}') for leaf in _MIX_FIELDS)}\n"
        return None

    def parse(self, line: str) -> tuple[str, Value] | None:
        """Address and value of a text-form set such as `ch/03/mix/on ON`; None when it makes no sense."""
        path, _, text = line.strip().partition(" ")
        address, text = "/" + path.strip("/"), text.strip().strip('"')
        kind = self._table.get(address, ("", 0))[0]
        try:
            if kind == "s":
                return address, text
            if kind == "i":
                return address, _SWITCHES.index(text) if text in _SWITCHES else int(text)
            if kind == "f":
                return address, self._number(address, text)
        except ValueError:
            return None
        return None

    def meters(self, bank: str, channel: int | None) -> bytes | None:
        """Blob content of a meter bank 0, 1 or 6 (one channel, counted from 0): little-endian count and floats."""
        quiet = [0.0] * CHANNELS
        if bank == "/meters/0":
            return _floats([*self.levels, *quiet, *[0.0] * 6])
        if bank == "/meters/1":
            return _floats([*self.levels, *self.gates, *[1.0] * CHANNELS])
        if bank == "/meters/6" and channel is not None and 0 <= channel < CHANNELS:
            level = self.levels[channel]
            return _floats([level, self.gates[channel], 1.0, level if self.is_open(channel + 1) else 0.0])
        return None

    def _text(self, address: str) -> str:
        value, leaf = self._values[address], address.rpartition("/")[2]
        if isinstance(value, str):
            return f'"{value}"'
        if not math.isfinite(value):  # an integer that was sent to a float and stored bit for bit
            return str(value)
        if leaf in {"fader", "mlevel"}:
            level_db = decibels(value)
            return "-oo" if level_db <= -90 else f"{level_db:.1f}"
        if leaf == "pan":
            return f"{round(value * 200 - 100):+d}"
        if leaf == "weight":
            return f"{value * 24 - 12:.1f}"
        if leaf in {"on", "st", "mono"} or address.startswith("/config/"):
            return _SWITCHES[value != 0]
        return str(value)

    def _number(self, address: str, text: str) -> float:
        leaf = address.rpartition("/")[2]
        if leaf in {"fader", "mlevel"}:
            return 0.0 if text == "-oo" else fader_of(float(text))
        share = (float(text) + 100) / 200 if leaf == "pan" else (float(text) + 12) / 24
        return min(1.0, max(0.0, share))


def _floats(values: Iterable[float]) -> bytes:
    packed = [struct.pack("<f", value) for value in values]
    return struct.pack("<i", len(packed)) + b"".join(packed)
