"""The hall's sound on its way to the clock: a small buffer that follows the source's own clock by resampling.

A sound card runs up to a few hundred ppm beside the mixer's clock. The buffer's level is kept at its target by reading
a little faster or slower, at most `MOST_PPM`, which nobody hears; larger errors are a jump or a pause.
"""

import math
import threading
from collections import deque

import numpy as np
import numpy.typing as npt

from chamber.mixer.units import CHANNELS, RATE, TICK_SAMPLES

Samples = npt.NDArray[np.int16]

MOST_PPM = 3000
EXCESS_MS = 150
GROWTH_MS = 20
GROWN_MOST_MS = 120
SHORT_TICKS = 6
CAPACITY_MS = 2500
# An error of 10 ms is worked off at 1000 ppm: within some seconds, and slow against the smoothing of one second.
_GAIN_A_SAMPLE = 0.1 / RATE
_SMOOTHING = 1 / 25


class SoundBuffer:
    """One thread writes what the source sends, the clock reads a tick's worth; bounded to `CAPACITY_MS`.

    `target_ms` is how much waits when a tick reads: the tick's own 40 ms, one portion of the source, and its jitter. A
    source whose jitter is larger gets more, in steps, up to `GROWN_MOST_MS`: a little late is better than in pieces.
    """

    def __init__(self, target_ms: int) -> None:
        self._target = target_ms * RATE // 1000
        self._target_most = self._target + GROWN_MOST_MS * RATE // 1000
        self._target_before = self._target
        self._silent_ticks = 0
        self._capacity = CAPACITY_MS * RATE // 1000
        self._ring: Samples = np.zeros((self._capacity, CHANNELS), np.int16)
        self._written = 0
        self._at = 0.0
        self._level = float(self._target)
        self._filling = True
        self._arrivals: deque[tuple[int, int]] = deque(maxlen=4096)
        self._lock = threading.Lock()

    def write(self, data: bytes | bytearray, now_ms: int) -> None:
        """Take in whole samples of both channels, s16le, that have just arrived."""
        samples = np.frombuffer(data, "<i2").reshape(-1, CHANNELS)[-self._capacity :]
        with self._lock:
            start = self._written % self._capacity
            head = min(len(samples), self._capacity - start)
            self._ring[start : start + head] = samples[:head]
            self._ring[: len(samples) - head] = samples[head:]
            self._written += len(samples)
            self._arrivals.append((self._written, now_ms))

    def read(self) -> tuple[Samples, int] | None:
        """The next 1,920 samples, shape (1920, 2), and when the oldest of them arrived.

        None when the source has not sent enough: silence, until the buffer has filled to its target again.
        """
        with self._lock:
            level = self._written - self._at
            if self._filling:
                if level < self._target:
                    self._starve_on()
                    return None
                self._jump()
            elif level > self._target + EXCESS_MS * RATE // 1000:
                self._jump()
            self._level += (self._written - self._at - self._level) * _SMOOTHING
            bent = max(-1.0, min(1.0, (self._level - self._target) * _GAIN_A_SAMPLE / (MOST_PPM * 1e-6)))
            speed = 1.0 + bent * MOST_PPM * 1e-6
            end = self._at + TICK_SAMPLES * speed
            if math.ceil(end) + 2 > self._written:
                self._starve()
                return None
            block = self._resampled(self._at, speed)
            since_ms = self._arrived_ms(math.floor(self._at))
            self._at = end
            return block, since_ms

    def target_ms(self) -> int:
        """How much should wait, as it has grown."""
        with self._lock:
            return self._target * 1000 // RATE

    def level_ms(self) -> float:
        """How much sound waits."""
        with self._lock:
            return (self._written - self._at) * 1000 / RATE

    def _starve(self) -> None:
        """Wait for more than last time; `_starve_on` takes that back when the source had really stopped."""
        self._filling, self._silent_ticks, self._target_before = True, 0, self._target
        self._target = min(self._target_most, self._target + GROWTH_MS * RATE // 1000)

    def _starve_on(self) -> None:
        self._silent_ticks += 1
        if self._silent_ticks == SHORT_TICKS:
            self._target = self._target_before

    def _jump(self) -> None:
        self._at = float(max(1, self._written - self._target))
        self._level, self._filling = float(self._target), False

    def _arrived_ms(self, sample: int) -> int:
        while len(self._arrivals) > 1 and self._arrivals[0][0] <= sample:
            self._arrivals.popleft()
        return self._arrivals[0][1]

    def _resampled(self, at: float, speed: float) -> Samples:
        """Cubic (Catmull-Rom) between the four neighbours: a straight line would dull the consonants."""
        places = at + speed * np.arange(TICK_SAMPLES)
        base = np.floor(places).astype(np.int64)
        part = (places - base).astype(np.float32)[:, None]
        first = int(base[0]) - 1
        window = self._ring[np.arange(first, int(base[-1]) + 3) % self._capacity].astype(np.float32)
        index = base - first
        p0, p1, p2, p3 = window[index - 1], window[index], window[index + 1], window[index + 2]
        bend = p3 - p0 + 3.0 * (p1 - p2)
        value = p1 + 0.5 * part * (p2 - p0 + part * (2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3 + part * bend))
        block: Samples = np.clip(np.rint(value), -32768, 32767).astype(np.int16)
        return block
