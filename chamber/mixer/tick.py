"""What leaves the mixer 25 times a second, its form on the programme socket, and what the mixer says of itself."""

import json
import struct
from dataclasses import asdict, dataclass

from chamber.ipc import Message
from chamber.mixer.units import CHANNELS, FRAME_RATE, RATE

HEADER = struct.Struct("<4sBBHQQII")
MAGIC = b"RZM1"
HELLO, PICTURE, SOUND = 0, 1, 2
SLATE, REPEATED = 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Tick:
    """One picture and its 1,920 samples; neither changes any more. `capture_ms` is CLOCK_BOOTTIME."""

    number: int
    capture_ms: int
    flags: int
    picture: memoryview
    sound: bytes

    def messages(self) -> tuple[bytes, memoryview, bytes, bytes]:
        """Picture, then sound, as on the wire."""
        return self._header(PICTURE, len(self.picture)), self.picture, self._header(SOUND, len(self.sound)), self.sound

    def _header(self, kind: int, size: int) -> bytes:
        return HEADER.pack(MAGIC, kind, self.flags, 0, self.number, self.capture_ms * 1_000_000, size, 0)


def hello(width: int, height: int) -> bytes:
    """The first message to a client."""
    shape = {"width": width, "height": height, "fps": FRAME_RATE, "rate": RATE, "channels": CHANNELS}
    text = json.dumps(shape).encode()
    return HEADER.pack(MAGIC, HELLO, 0, 0, 0, 0, len(text), 0) + text


@dataclass(frozen=True, slots=True)
class InputKnown:
    """One input; `state` is live, stale (no picture for 400 ms) or none (nothing that could be shown)."""

    state: str
    age_ms: int | None
    frames: int
    fps: float


@dataclass(frozen=True, slots=True)
class Known:
    """The mixer as it stood at one tick; `programme` is the input chosen, also while a slate covers it.

    `muted` says that the hall's sound is withheld, by the gate or by the wish.
    """

    programme: str | None
    slate: str | None
    bar: str | None
    muted: bool
    cut_id: int | None
    tick: int
    capture_ms: int
    inputs: dict[str, InputKnown]

    def news(self) -> tuple[object, ...]:
        """What the controller is told at once when it differs."""
        states = tuple(one.state for one in self.inputs.values())
        return self.programme, self.slate, self.bar, self.muted, self.cut_id, states

    def message(self, late_ticks: int, clients: int) -> Message:
        """The line for the controller."""
        return {"known": {**asdict(self), "late_ticks": late_ticks, "clients": clients}}
