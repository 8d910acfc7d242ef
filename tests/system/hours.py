"""Hours in seconds: an event loop whose time goes on as soon as nothing is left to do, on real sockets and ptys."""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

QUIET_S = 0.0002
"""So long the kernel gets to deliver what is on its way, before time goes on."""


class VirtualTime:
    """Every clock of the process: real from the start on, and running ahead whenever the loop has nothing to do.

    Attributes:
        ahead_s: how far it is ahead of the real clocks.
        wall_step_s: by how much the wall clock was set.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead_s, self.wall_step_s = 0.0, 0.0
        monotonic, wall, clock = time.monotonic, time.time, time.clock_gettime_ns
        monkeypatch.setattr(time, "monotonic", lambda: monotonic() + self.ahead_s)
        monkeypatch.setattr(time, "monotonic_ns", lambda: int((monotonic() + self.ahead_s) * 1e9))
        monkeypatch.setattr(time, "clock_gettime_ns", lambda which: clock(which) + int(self.ahead_s * 1e9))
        monkeypatch.setattr(time, "time", lambda: wall() + self.ahead_s + self.wall_step_s)
        monkeypatch.setattr(time, "time_ns", lambda: int((wall() + self.ahead_s + self.wall_step_s) * 1e9))

    def run(self, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a coroutine in a loop of this time."""
        with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(_Selector(self))) as runner:
            runner.run(main())


class _Selector(selectors.SelectSelector):
    def __init__(self, virtual: VirtualTime) -> None:
        super().__init__()
        self._virtual = virtual

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            return found
        found = super().select(QUIET_S)
        if not found and timeout is not None:
            self._virtual.ahead_s += max(0.0, timeout - QUIET_S)
        return found
