"""How many follow the stream, estimated from requests alone: no cookie, no address, no identity."""

from collections import deque

from chamber.ports import Clock

PEAK_MS = 3000
POLL_MS = 2000
POLLS_KEPT = 20_000


class Audience:
    """A low-latency player nearly always has one held request; any other polls once a target duration."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting = 0
        self._peaks: deque[tuple[int, int]] = deque(maxlen=64)
        self._polls: deque[int] = deque(maxlen=POLLS_KEPT)

    def hold(self) -> None:
        """A playlist request starts to wait."""
        self._waiting += 1

    def release(self) -> None:
        """A held request was answered or went away."""
        self._waiting -= 1

    def polled(self) -> None:
        """A playlist request was answered at once."""
        self._polls.append(self._clock.now_ms())

    def published(self) -> None:
        """A part comes out now: whoever waits is a viewer."""
        self._peaks.append((self._clock.now_ms(), self._waiting))

    def size(self) -> int:
        """Players of both kinds seen in the last seconds."""
        now_ms = self._clock.now_ms()
        while self._polls and self._polls[0] < now_ms - POLL_MS:
            self._polls.popleft()
        held = max((count for at_ms, count in self._peaks if at_ms >= now_ms - PEAK_MS), default=0)
        return held + len(self._polls)
