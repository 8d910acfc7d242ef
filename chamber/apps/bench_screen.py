"""Chromium as a resident has it, for `chamber bench stream`: when each picture was on the screen, and when captured."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chamber.core.errors import ConfigError, DeviceUnreachableError
from chamber.ports import Clock
from drivers.sim import barcode

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

ARGS = (
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
WIDTH, HEIGHT = 640, 360
BAND_PX = barcode.band_px(HEIGHT)
FIRST_S = 40.0
# draws the band with the code of each presented frame on a canvas
SAMPLER = """
([width, height, band]) => {
  const video = document.querySelector("video"), canvas = document.createElement("canvas");
  canvas.width = width; canvas.height = band;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  window.samples = [];
  const take = (now, frame) => {
    pen.drawImage(video, 0, 0, width, height);
    const pixels = pen.getImageData(0, band >> 1, width, 1).data, row = new Array(width);
    for (let i = 0; i < width; i++) row[i] = pixels[4 * i];
    window.samples.push([performance.timeOrigin + frame.expectedDisplayTime, row]);
    video.requestVideoFrameCallback(take);
  };
  video.requestVideoFrameCallback(take);
}
"""
COLLECT = "() => { const found = window.samples; window.samples = []; return found; }"


@dataclass(frozen=True, slots=True)
class Shown:
    """One presented picture: when it was shown and when captured, ms since boot; captured None for a slate."""

    shown_ms: float
    captured_ms: int | None


@asynccontextmanager
async def chromium() -> AsyncIterator["Browser"]:
    """A headless Chromium. Raises ConfigError: it, or the package that drives it, is not here."""
    try:
        from playwright.async_api import async_playwright
    except ImportError as exc:
        raise ConfigError(["bench: stream needs the Python package playwright; pip install playwright"]) from exc
    path = shutil.which("chromium")
    if not path:
        raise ConfigError(["bench: stream needs Chromium; apt install chromium"])
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGS))
        try:
            yield browser
        finally:
            await browser.close()


class Screen:
    """A page with one video, watched frame by frame."""

    def __init__(self, page: "Page", clock: Clock) -> None:
        self._page, self._clock = page, clock

    async def open(self, url: str) -> None:
        """Visit, and return at the first picture of the source. Raises DeviceUnreachableError."""
        await self._page.goto(url, wait_until="domcontentloaded")
        await self._page.evaluate(SAMPLER, [WIDTH, HEIGHT, BAND_PX])
        try:
            async with asyncio.timeout(FIRST_S):
                while not any(one.captured_ms for one in await self.look()):
                    await self._clock.sleep(0.1)
        except TimeoutError as exc:
            raise DeviceUnreachableError("bench", f"no picture within {FIRST_S:.0f} s on {url}") from exc

    async def look(self) -> list[Shown]:
        """Pictures since the last look."""
        since_ms = self._clock.wall_ms() - self._clock.now_ms()
        return [self._shown(raw, since_ms) for raw in await self._page.evaluate(COLLECT)]

    async def watch(self, seconds: float) -> list[Shown]:
        """Pictures of the next seconds."""
        await self.look()
        await self._clock.sleep(seconds)
        return await self.look()

    @staticmethod
    def _shown(raw: list[Any], since_ms: int) -> Shown:
        frame = np.zeros((HEIGHT, WIDTH), np.uint8)
        frame[:BAND_PX] = np.array(raw[1], np.uint8)
        value = barcode.read(frame)
        return Shown(raw[0] - since_ms, None if value is None else value >> 4)
