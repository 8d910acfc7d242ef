"""Rules for every test: nothing is left running, clocks are injected, and no example has to be quick."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, settings

# a busy machine proves nothing about the code, and the same tree has the same examples: a red run can be run again
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
# pytest --hypothesis-profile=campaign looks further, somewhere else each time
settings.register_profile("campaign", settings.get_profile("house"), derandomize=False, max_examples=2000)
settings.load_profile("house")


@pytest.fixture(autouse=True)
async def no_task_is_left_behind() -> AsyncIterator[None]:
    """A test that leaves an asyncio task running fails."""
    before = asyncio.all_tasks()
    yield
    for _ in range(20):
        left = [t for t in asyncio.all_tasks() - before if t is not asyncio.current_task() and not t.done()]
        if not left:
            return
        await asyncio.sleep(0.01)
    assert not left, f"tasks left running: {left}"


class ManualClock:
    """A clock that moves only when told to, or by the sleeps of the code under test."""

    def __init__(self, now_ms: int = 1_000_000, wall_ms: int = 1_790_000_000_000) -> None:
        self._now_ms, self._wall_ms = now_ms, wall_ms
        self.slept: list[float] = []

    def now_ms(self) -> int:
        return self._now_ms

    def wall_ms(self) -> int:
        return self._wall_ms

    def advance(self, ms: int) -> None:
        self._now_ms += ms
        self._wall_ms += ms

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(round(seconds * 1000))
        await asyncio.sleep(0)


@pytest.fixture
def manual_clock() -> ManualClock:
    return ManualClock()
