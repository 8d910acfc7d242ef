"""Flash and click: when a picture lights up, when the sound cracks, and how far apart the two are. Pure.

A phone with a film slate app does it, or a lamp that is switched on with an audible click. The picture tells a flash to a
tick (40 ms), the sound a click to a millisecond; several of them, at other places within a tick, make the mean better.
"""

from dataclasses import dataclass, field
from statistics import median

import numpy as np

from chamber.mixer.units import RATE, TICK_MS

APART_MS = 300
"""Two flashes, or two clicks, closer together than this are one."""
PAIR_MS = 450
"""A click this far from a flash belongs to another one."""
ENOUGH = 4
LIT_LUMA, LIT_SHARE = 50, 0.002
"""A flash makes this share of the picture this much brighter from one picture to the next."""
CLICK_PEAK, CLICK_OVER = 2500, 8.0
"""A click peaks above this (of 32,768), and so many times above the level before it."""


@dataclass(frozen=True, slots=True)
class Apart:
    """How much later than the picture the sound is, ms; `spread_ms` is the median distance from it, over `pairs`."""

    late_ms: float
    spread_ms: float
    pairs: int


@dataclass(slots=True)
class FlashAndClick:
    """Collects both from ticks in their order."""

    width: int
    height: int
    flashes: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    _before: np.ndarray | None = None
    _level: float = 1000.0

    def take(self, capture_ms: int, picture: bytes | bytearray | memoryview, sound: bytes | bytearray) -> None:
        """One tick: an I420 picture, and stereo samples of which the first was taken when the picture was."""
        luma = np.frombuffer(picture, np.uint8, self.width * self.height).reshape(self.height, self.width)[::2, ::2]
        now = luma.astype(np.int16)
        if self._before is not None and np.mean(now - self._before > LIT_LUMA) >= LIT_SHARE:
            _note(self.flashes, float(capture_ms))
        self._before = now
        self._listen(capture_ms, np.abs(np.frombuffer(sound, "<i2").reshape(-1, 2).astype(np.int32)).max(axis=1))

    def _listen(self, capture_ms: int, loud: np.ndarray) -> None:
        over = np.flatnonzero(loud > max(CLICK_PEAK, CLICK_OVER * self._level))
        if len(over):
            _note(self.clicks, capture_ms + float(over[0]) * 1000 / RATE)
        else:
            self._level += (float(loud.mean()) - self._level) / 5

    def apart(self) -> Apart | None:
        """What is known by now; None with too few pairs, or pairs that do not agree."""
        if not self.flashes:
            return None
        errors = [min((click - flash for flash in self.flashes), key=abs) for click in self.clicks]
        errors = [error for error in errors if abs(error) <= PAIR_MS]
        if len(errors) < ENOUGH:
            return None
        middle = median(errors)
        near = [error for error in errors if abs(error - middle) <= TICK_MS]
        if len(near) < max(ENOUGH, 0.6 * len(errors)):
            return None
        return Apart(sum(near) / len(near), median(abs(error - middle) for error in near), len(near))


def advice(apart: dict[str, Apart], delays_ms: dict[str, int], offset_ms: int) -> tuple[int, dict[str, int]]:
    """Sound offset and picture delays (never negative) that bring every camera into step, from those that were in force."""
    late = {name: found.late_ms + delays_ms[name] for name, found in apart.items()}
    least = min(late.values())
    return round(offset_ms - least), {name: round(ms - least) for name, ms in late.items()}


def _note(found: list[float], at_ms: float) -> None:
    if not found or at_ms - found[-1] >= APART_MS:
        found.append(at_ms)
