"""`chamber bench stream`: source to screen in Chromium, ours beside ffmpeg's HLS muxer and nginx-rtmp in one run.

One after the other, each with the same source and an encoder set alike, no public delay. Ours is the real stream process and
its page. The others are as a technician would set them up with care: segments and key frames of 1 s, hls.js by its defaults;
a viewer comes when their playlists have been full for a while, for one who comes in their first seconds gets what is there,
nearer than they mean it to be. Then the gate is pressed while a greedy client takes every byte, and the encoder is killed
under a viewer's eyes.
"""

import asyncio
import os
import random
import signal
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chamber.apps.bench_chains import Ours, ffmpeg_hls, nginx, nginx_rtmp
from chamber.apps.bench_screen import Screen, Shown, chromium
from chamber.apps.bench_source import Source
from chamber.apps.evidence import Open, leaked, stamps
from chamber.apps.witness import Witness
from chamber.clock import SystemClock
from chamber.core.errors import DeviceUnreachableError
from drivers.ffmpeg.locate import locate

if TYPE_CHECKING:
    from playwright.async_api import Browser

MATURE_S, SETTLE_S, MEASURE_S = 10.0, 20.0, 14.0
"""A player that comes in plays a little faster until it is where it wants to be."""
PRESSES = 6
AROUND_KILL_S = 5.0
FRAME_MS = 40


def median_s(shown: list[Shown]) -> float:
    """Median of capture to screen. Raises DeviceUnreachableError: nothing was shown."""
    delays = [one.shown_ms - one.captured_ms for one in shown if one.captured_ms is not None]
    if not delays:
        raise DeviceUnreachableError("bench", "no picture of the source on the screen")
    return round(statistics.median(delays) / 1000, 3)


def freeze_ms(shown: list[Shown]) -> int:
    """Longest time that one picture stood, beyond its own 40 ms."""
    return max(0, round(max((b.shown_ms - a.shown_ms for a, b in pairwise(shown)), default=0) - FRAME_MS))


class _Run:
    def __init__(self, folder: Path, browser: "Browser", source: Source, clock: SystemClock) -> None:
        self._folder, self._browser, self._source, self._clock = folder, browser, source, clock
        self.kill_ms: list[int] = []

    @asynccontextmanager
    async def _screen(self, url: str) -> AsyncIterator[Screen]:
        page = await self._browser.new_page()
        try:
            screen = Screen(page, self._clock)
            await self._clock.sleep(MATURE_S)
            await screen.open(url)
            await self._clock.sleep(SETTLE_S)
            yield screen
        finally:
            await page.close()

    async def other(self, name: str) -> float:
        chain = {"ffmpeg_hls": ffmpeg_hls, "nginx_rtmp": nginx_rtmp}[name]
        async with chain(self._folder / name, self._source) as url, self._screen(url) as screen:
            return median_s(await screen.watch(MEASURE_S))

    async def ours(self, part_ms: int) -> float:
        """Latency; and how long the picture stood when the encoder was killed afterwards."""
        async with Ours(self._folder / str(part_ms), part_ms, self._source, self._clock) as chain:
            async with self._screen(chain.url) as screen:
                latency_s = median_s(await screen.watch(MEASURE_S))
                await screen.look()
                for pid in chain.encoders():
                    os.kill(pid, signal.SIGKILL)
                self.kill_ms.append(freeze_ms(await screen.watch(AROUND_KILL_S)))
            return latency_s

    async def gate(self) -> tuple[int, int]:
        """Pictures that leaked, and the longest time from a press to all legs read back as slate, in ms."""
        opened, slowest_ms = list[Open](), 0
        async with Ours(self._folder / "gate", 500, self._source, self._clock) as chain:
            witness = Witness(f"{chain.url}live/index.m3u8", self._folder / "witness")
            following = asyncio.create_task(witness.run())
            since_ms = 0
            for _ in range(PRESSES):
                await self._clock.sleep(1.5 + random.random())  # noqa: S311 - a press at any moment of a part
                pressed_ms = chain.set("suspended")
                await chain.until("slate")
                slowest_ms = max(slowest_ms, self._clock.now_ms() - pressed_ms)
                opened.append(Open(since_ms, pressed_ms))
                await self._clock.sleep(0.5 + random.random())  # noqa: S311
                since_ms = chain.set("open")
                await chain.until("open")
            opened.append(Open(since_ms, 1 << 62))
            await self._clock.sleep(2.0)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        captured = [stamp >> 4 async for stamp in stamps(locate().path, witness.files) if stamp is not None]
        if not captured:
            raise DeviceUnreachableError("bench", "the greedy client saw nothing of the hall")
        return len(leaked(captured, opened)), slowest_ms


async def measure() -> dict[str, Any]:
    """The figures of `chamber bench stream`. Raises ConfigError: a program is missing."""
    nginx()
    clock, source = SystemClock(), Source()
    making = asyncio.create_task(source.run())
    try:
        with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as folder:
            async with chromium() as browser:
                run = _Run(Path(folder), browser, source, clock)
                latency_s = {"parts_0.2": await run.ours(200), "ffmpeg_hls": await run.other("ffmpeg_hls")}
                latency_s |= {"parts_0.5": await run.ours(500), "nginx_rtmp": await run.other("nginx_rtmp")}
            leaks, press_ms = await run.gate()
    finally:
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
    return {
        "latency_s": {name: latency_s[name] for name in ("parts_0.2", "parts_0.5", "ffmpeg_hls", "nginx_rtmp")},
        "leaked_frames": leaks,
        "press_to_slate_ms": press_ms,
        "encoder_kill_freeze_ms": max(run.kill_ms),
    }


def ratios(figures: dict[str, Any]) -> list[str]:
    """How ours compares with the faster of the others, a line each, with what is wanted."""
    latency_s = figures["latency_s"]
    other = min(("ffmpeg_hls", "nginx_rtmp"), key=lambda name: latency_s[name])
    wanted = {"parts_0.2": (0.28, 1.1), "parts_0.5": (0.42, 1.7)}
    return [
        f"{name}: {latency_s[name]:.2f} s (at most {most_s}), {latency_s[name] / latency_s[other]:.2f} of {other} (at most {share})"
        for name, (share, most_s) in wanted.items()
    ]
