"""A Behringer X-Air XR18 on a real UDP port: 16 channels, other addresses for the mains, meters in 1/256 dB.

Source: Companion's X-Air module and public scripts of the field; there is no emulator of it to compare with.
"""

import math
import struct
import time
from collections.abc import Callable, Iterable

from drivers.sim.x32 import SimX32
from drivers.sim.x32_desk import Desk
from drivers.sim.x32_osc import Value

CHANNELS = 16
FLOOR_DB = -128.0


def _parameters() -> dict[str, tuple[str, Value]]:
    table: dict[str, tuple[str, Value]] = {}
    for number in range(1, CHANNELS + 1):
        strip = f"/ch/{number:02d}"
        table |= {
            f"{strip}/mix/on": ("i", 0),
            f"{strip}/mix/fader": ("f", 0.0),
            f"{strip}/mix/lr": ("i", 1),
            f"{strip}/mix/pan": ("f", 0.5),
            f"{strip}/config/name": ("s", ""),
            f"{strip}/config/color": ("i", 1),
            f"{strip}/config/insrc": ("i", number - 1),
            f"{strip}/grp/dca": ("i", 0),
            f"{strip}/grp/mute": ("i", 0),
            f"{strip}/automix/group": ("i", 0),
            f"{strip}/automix/weight": ("f", 0.5),
            f"/-stat/solosw/{number:02d}": ("i", 0),
        }
    for number in range(1, 7):
        table |= {f"/bus/{number}/mix/on": ("i", 1), f"/bus/{number}/mix/fader": ("f", 0.75)}
    for number in range(1, 5):
        table |= {f"/dca/{number}/on": ("i", 1), f"/config/mute/{number}": ("i", 0)}
    table |= {f"/config/amixenable/{group}": ("i", 0) for group in "XY"}
    table |= {"/lr/mix/on": ("i", 1), "/lr/mix/fader": ("f", 0.75), "/lr/config/name": ("s", "")}
    return table | {"/rtn/aux/mix/on": ("i", 0), "/rtn/aux/mix/fader": ("f", 0.0)}


class XAirDesk(Desk):
    """What an XR18 holds; it has no text form of its parameters."""

    def __init__(self) -> None:
        super().__init__(_parameters(), CHANNELS)

    def node(self, path: str) -> str | None:
        """None: it is not asked."""
        return None

    def meters(self, bank: str, channel: int | None) -> bytes | None:
        """Blob content of bank 1 (40 levels), 6 (gains of 16 gates, 16 + 7 dynamics) or 7 (16 automix gains)."""
        if bank == "/meters/1":
            return _steps([*map(_db, self.levels), *[FLOOR_DB] * 24])
        if bank == "/meters/6":
            return _steps([*map(_db, self.gates), *[0.0] * 23])
        if bank == "/meters/7":
            return _steps([0.0] * CHANNELS)
        return None


class SimXAir(SimX32):
    """One XR18; use it as SimX32, with channels 1 to 16. The real one listens on UDP 10024."""

    MODEL, VERSION, FIRMWARE = "XR18", "V0.04", "1.17"
    ECHOES = True  # "/xremote sends feedback", unlike an X32; /xremotenfb would not

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, name: str = "XR18", now_s: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(host, port, name=name, now_s=now_s)

    def new_desk(self) -> Desk:
        """What an XR18 holds when it is switched on for the first time."""
        return XAirDesk()


def _db(linear: float) -> float:
    return max(FLOOR_DB, 20 * math.log10(linear)) if linear > 0 else FLOOR_DB


def _steps(values_db: Iterable[float]) -> bytes:
    packed = [struct.pack("<h", max(-32768, min(32767, round(value * 256)))) for value in values_db]
    return struct.pack("<i", len(packed)) + b"".join(packed)
