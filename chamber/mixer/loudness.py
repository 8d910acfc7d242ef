"""How loud the programme is to people: EBU R128 by ffmpeg's own meter, away from the clock."""

import math
from collections import deque
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph

from chamber.mixer.sound import Samples
from chamber.mixer.units import RATE, TICK_SAMPLES

WAITING_TICKS = 100
FLOOR_LUFS = -70.0
"""R128 leaves out what is softer; a programme without sound reads this."""


@dataclass(frozen=True, slots=True)
class Lufs:
    """Loudness of the last 400 ms, of the last 3 s, and of all that was heard since `restart`; LUFS, -70 or more."""

    momentary: float = FLOOR_LUFS
    short_term: float = FLOOR_LUFS
    integrated: float = FLOOR_LUFS


class Loudness:
    """The clock's thread adds ticks, another reads; beyond `WAITING_TICKS` the oldest are forgotten.

    Source: EBU Tech 3341 (momentary, short-term, integrated); the filter `ebur128` of ffmpeg.
    """

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque(maxlen=WAITING_TICKS)
        self.restart()

    def add(self, block: Samples | None) -> None:
        """Take in a tick's worth; None is silence."""
        self._waiting.append(bytes(4 * TICK_SAMPLES) if block is None else block.tobytes())

    def restart(self) -> None:
        """Forget everything: another meeting begins. Called by the thread that reads."""
        self._waiting.clear()
        self._graph = graph = Graph()
        source = graph.add_abuffer(sample_rate=RATE, format="s16", layout="stereo", time_base=Fraction(1, RATE))
        meter, sink = graph.add("ebur128", "metadata=1:framelog=quiet"), graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        self._source, self._sink = source, sink
        self._pts = 0
        self._lufs = Lufs()

    def read(self) -> Lufs:
        """Measure what was added since the last reading, 0.1 ms a tick."""
        while self._waiting:
            samples = np.frombuffer(self._waiting.popleft(), np.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
            frame.sample_rate, frame.pts = RATE, self._pts
            self._pts += TICK_SAMPLES
            self._source.push(frame)
            self._drain()
        return self._lufs

    def _drain(self) -> None:
        while True:
            try:
                said = self._sink.pull().metadata
            except av.error.BlockingIOError:
                return
            momentary, short_term, integrated = (_lufs(said.get(f"lavfi.r128.{name}")) for name in "MSI")
            self._lufs = Lufs(momentary, short_term, integrated)


def _lufs(text: str | None) -> float:
    value = float(text) if text else FLOOR_LUFS
    return round(max(FLOOR_LUFS, value), 1) if math.isfinite(value) else FLOOR_LUFS
