"""The clock: one thread, 25 ticks a second at absolute times."""

import threading
from collections.abc import Callable

import structlog

from chamber.mixer.units import TICK_MS
from chamber.ports import Clock

CATCH_UP_MS = 400

log = structlog.get_logger(__name__)
Beat = Callable[[int, int, int], None]


class Metronome:
    """Calls `beat(number, due_ms, now_ms)` for tick 0, 1, 2 ... at start + number x 40 ms.

    A late tick is made up for at once, so that no sound is lost; more than `CATCH_UP_MS` late, ticks are left out and
    the numbers show it. An exception in `beat` ends the thread and is handed to `on_failure`, in this thread.
    """

    def __init__(self, clock: Clock, beat: Beat, on_failure: Callable[[BaseException], None]) -> None:
        self._clock, self._beat, self._on_failure = clock, beat, on_failure
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mixer clock", daemon=True)
        self.late_ticks = 0

    def start(self) -> None:
        """Begin with tick 0 now."""
        self._thread.start()

    def stop(self) -> None:
        """No tick after this returns."""
        self._stop.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        try:
            self._tick_on()
        except Exception as exc:
            log.exception("the mixer's clock failed")
            self._on_failure(exc)

    def _tick_on(self) -> None:
        start_ms, number = self._clock.now_ms(), 0
        while True:
            due_ms = start_ms + number * TICK_MS
            wait_ms = due_ms - self._clock.now_ms()
            if self._stop.wait(max(0, wait_ms) / 1000):
                return
            now_ms = self._clock.now_ms()
            behind = (now_ms - due_ms) // TICK_MS
            if behind > 0:
                self.late_ticks += 1
            if now_ms - due_ms > CATCH_UP_MS:
                number += behind
                self.late_ticks += behind - 1
                due_ms = start_ms + number * TICK_MS
            self._beat(number, due_ms, now_ms)
            number += 1
