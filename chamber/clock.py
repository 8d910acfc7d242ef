"""The real clock; the only place that reads one."""

import asyncio
import time


class SystemClock:
    """Monotonic milliseconds on CLOCK_BOOTTIME, so that processes of one machine can compare them."""

    def now_ms(self) -> int:
        """Milliseconds since boot, running through suspend; comparable between processes of one machine."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def wall_ms(self) -> int:
        """Milliseconds since 1970 UTC; may step."""
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the loop."""
        await asyncio.sleep(seconds)
