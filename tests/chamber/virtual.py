"""Virtual time for the event loop itself: hours pass in a moment, and timers are as early and as late as told."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

from tests.conftest import ManualClock


class _Jumping(selectors.DefaultSelector):
    """Waits by moving the loop's time."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "nothing will ever happen any more"
            self.loop.now_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers fire `shift_s()` seconds late, or early when that is negative."""

    def __init__(self, shift_s: Callable[[], float]) -> None:
        self.now_s = 1000.0
        self._shift_s = shift_s
        selector = _Jumping()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now_s

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        soonest = min(when, self.now_s + 0.001)
        return super().call_at(max(soonest, when + self._shift_s()), callback, *args, context=context)


class LoopClock(ManualClock):
    """The clock of a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def now_ms(self) -> int:
        return int(self._loop.now_s * 1000 + 1e-6)

    def wall_ms(self) -> int:
        return 1_790_000_000_000 + self.now_ms()


def in_virtual_time(work: Callable[[LoopClock], Coroutine[Any, Any, None]], shift_s: Callable[[], float]) -> None:
    """Run something in a loop of its own."""
    loop = VirtualLoop(shift_s)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(work(LoopClock(loop)))
