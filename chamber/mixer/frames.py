"""Pictures on their way from one reading thread to the clock: preallocated, bounded, newest wins."""

import math
import threading
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chamber.mixer.units import FRAME_RATE, TICK_MS

Pixels = npt.NDArray[np.uint8]

EARLY_MS = 15
LATE_MS = TICK_MS + 15


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One I420 picture; `received_ms` is when its last byte had arrived (CLOCK_BOOTTIME)."""

    seq: int
    received_ms: int
    pixels: Pixels


class FrameStore:
    """Buffers of one input. One thread writes with `back` and `publish`, one takes; the buffers are reused.

    A picture is taken when it is `delay_ms` old, at most a tick and a bit older. Inside that window every picture gets
    its own tick, so that a source with a little jitter does not lose one picture and show another twice.
    """

    def __init__(self, frame_bytes: int, delay_ms: int = 0) -> None:
        self.delay_ms = delay_ms
        self._waiting_most = 2 + math.ceil(delay_ms / TICK_MS)
        self._free: list[Pixels] = [np.zeros(frame_bytes, np.uint8) for _ in range(self._waiting_most + 2)]
        self._back = self._free.pop()
        self._waiting: deque[Frame] = deque()
        self._front: Frame | None = None
        self._seq = 0
        self._steady = False
        self._arrivals: deque[int] = deque(maxlen=FRAME_RATE + 1)
        self._lock = threading.Lock()

    @property
    def back(self) -> Pixels:
        """Where the next picture is to be written."""
        return self._back

    def publish(self, now_ms: int) -> None:
        """What was written to `back` is a whole picture."""
        with self._lock:
            if len(self._waiting) == self._waiting_most:
                self._free.append(self._waiting.pop().pixels)
            self._seq += 1
            self._waiting.append(Frame(self._seq, now_ms, self._back))
            self._arrivals.append(now_ms)
            self._back = self._free.pop()

    def take(self, due_ms: int) -> Frame | None:
        """The picture for the tick at `due_ms`; its pixels stay as they are until the next call. None: none yet."""
        with self._lock:
            least_ms = self.delay_ms - (EARLY_MS if self._steady else 0)
            fresh = False
            while self._waiting and due_ms - self._waiting[0].received_ms >= least_ms:
                if fresh and self._front and due_ms - self._front.received_ms <= self.delay_ms + LATE_MS:
                    break
                if self._front:
                    self._free.append(self._front.pixels)
                self._front, fresh = self._waiting.popleft(), True
            self._steady = fresh
            return self._front

    def copy_newest(self, into: Pixels) -> int | None:
        """Copy the newest picture whatever its age; its `received_ms`, or None when there is none yet."""
        with self._lock:
            newest = self._waiting[-1] if self._waiting else self._front
            if newest is None:
                return None
            np.copyto(into, newest.pixels)
            return newest.received_ms

    def counted(self, now_ms: int) -> tuple[int, float]:
        """Pictures received so far, and how many a second of late."""
        with self._lock:
            recent = [at for at in self._arrivals if now_ms - at <= 2000]
            if len(recent) < 2 or recent[-1] <= recent[0]:
                return self._seq, 0.0
            return self._seq, round((len(recent) - 1) * 1000 / (recent[-1] - recent[0]), 1)
