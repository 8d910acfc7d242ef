"""Is OBS keeping up, and does each input still bring something? Judged from its counters; pure."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WINDOW = 10
LAG_SHARE = 0.05
"""An overloaded OBS still says 25 pictures a second; what it could not draw stands in renderSkippedFrames (measured)."""
STALE_MS = 1600
GONE_MS = 4000


@dataclass(frozen=True, slots=True)
class Counters:
    """Pictures since OBS was started: to be drawn, not drawn in time; encoded for the stream, and not."""

    rendered: int
    render_missed: int
    encoded: int = 0
    encode_missed: int = 0

    @classmethod
    def read(cls, stats: Mapping[str, Any]) -> "Counters":
        """From the answer to GetStats."""

        def number(key: str) -> int:
            value = stats.get(key)
            return value if type(value) is int and value >= 0 else 0

        return cls(
            number("renderTotalFrames"),
            number("renderSkippedFrames"),
            number("outputTotalFrames"),
            number("outputSkippedFrames"),
        )


class Pace:
    """Share of pictures that OBS missed over its last ten readings."""

    def __init__(self) -> None:
        self._seen: deque[Counters] = deque(maxlen=WINDOW)

    def add(self, now: Counters) -> None:
        """One more reading; counters that fell back are those of a new OBS."""
        if self._seen and now.rendered < self._seen[-1].rendered:
            self._seen.clear()
        self._seen.append(now)

    @property
    def missed(self) -> float:
        """0.0 to 1.0; the worse of drawing and encoding."""
        if len(self._seen) < 2:
            return 0.0
        first, last = self._seen[0], self._seen[-1]
        drawn, coded = last.rendered - first.rendered, last.encoded - first.encoded
        draw = max(0, last.render_missed - first.render_missed) / drawn if drawn > 0 else 0.0
        code = max(0, last.encode_missed - first.encode_missed) / coded if coded > 0 else 0.0
        return round(min(1.0, max(draw, code)), 3)

    @property
    def lags(self) -> bool:
        """Whether residents see it stutter."""
        return self.missed > LAG_SHARE


class Cursors:
    """Whether media inputs move. A source whose sender is dead stays "playing" in OBS: only its cursor tells (measured)."""

    def __init__(self) -> None:
        self._moved: dict[str, tuple[int, int]] = {}

    def add(self, name: str, cursor: int | None, now_ms: int) -> None:
        """One reading; None is an input that has nothing."""
        before = self._moved.get(name)
        if cursor is None:
            self._moved.pop(name, None)
        elif before is None:
            # once proves nothing: it counts from the second reading on
            self._moved[name] = cursor, now_ms - STALE_MS - 1
        elif before[0] != cursor:
            self._moved[name] = cursor, now_ms

    def state(self, name: str, now_ms: int) -> tuple[str, int | None]:
        """live, stale or none, and since how many ms it has not moved."""
        if name not in self._moved:
            return "none", None
        age_ms = max(0, now_ms - self._moved[name][1])
        return "none" if age_ms > GONE_MS else "stale" if age_ms > STALE_MS else "live", age_ms
