"""Wait for a condition instead of guessing how long something takes."""

import asyncio
import time
from collections.abc import Callable


async def until(condition: Callable[[], object], *, timeout_s: float = 20.0, what: str = "") -> None:
    """Return as soon as `condition()` is true; fails with `what` after `timeout_s` seconds."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, f"waited {timeout_s} s in vain: {what or condition}"
        await asyncio.sleep(0.005)
