"""How loud the programme is."""

import math
import threading

import numpy as np

from chamber.mixer.sound import Samples

FLOOR_DBFS = -120.0
_FULL = 32768.0


class Meter:
    """Gathers blocks of samples until somebody reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._square, self._count, self._peak = 0.0, 0, 0.0

    def add(self, block: Samples | None) -> None:
        """Take in a tick's worth; None is silence."""
        square, peak = 0.0, 0.0
        if block is not None:
            values = block.astype(np.float32).ravel()
            square, peak = float(np.dot(values, values)) / values.size, float(np.abs(values).max())
        with self._lock:
            self._square, self._count, self._peak = self._square + square, self._count + 1, max(self._peak, peak)

    def read(self) -> tuple[float, float]:
        """RMS and peak since the last reading, dBFS, not below -120; a full-scale square wave reads 0."""
        with self._lock:
            square, peak = self._square / max(1, self._count), self._peak
            self._square, self._count, self._peak = 0.0, 0, 0.0
        return _dbfs(math.sqrt(square)), _dbfs(peak)


def _dbfs(value: float) -> float:
    return round(max(FLOOR_DBFS, 20 * math.log10(value / _FULL)), 1) if value > 0 else FLOOR_DBFS
