"""What a resident really sees: every frame that the browser shows, with its barcode and the text beside it."""

import statistics
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.async_api import Page

from chamber.clock import SystemClock
from drivers.sim import barcode

WIDTH, HEIGHT = 960, 540
BAND_PX = barcode.band_px(HEIGHT)

# draws the top of each presented frame on a canvas; the text is read after the page itself has dealt with the frame
SAMPLER = """
(() => {
  const [width, height] = [960, 540], band = BAND_PX;
  const video = document.querySelector("video"), text = (id) => document.getElementById(id)?.textContent ?? "";
  const canvas = document.createElement("canvas");
  canvas.width = width; canvas.height = band;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  window.samples = [];
  const take = (now, frame) => {
    requestAnimationFrame(() => {
      pen.drawImage(video, 0, 0, width, height);
      const pixels = pen.getImageData(0, band >> 1, width, 1).data;
      const row = new Array(width);
      for (let i = 0; i < width; i++) row[i] = pixels[4 * i];
      window.samples.push({
        shown_ms: performance.timeOrigin + frame.expectedDisplayTime, time_s: frame.mediaTime, row,
        state: text("state"), speaker: text("speaker"), item: text("item"),
      });
    });
    video.requestVideoFrameCallback(take);
  };
  video.requestVideoFrameCallback(take);
})()
""".replace("BAND_PX", str(BAND_PX))
COLLECT = "() => { const found = window.samples; window.samples = []; return found; }"


@dataclass(frozen=True, slots=True)
class Sample:
    """One presented frame: when it was shown and captured (ms since boot; None for a slate), and the text beside it."""

    shown_ms: float
    captured_ms: int | None
    camera: int | None
    moving: bool
    time_s: float
    state: str
    speaker: str
    item: str


def offset_ms() -> int:
    """Milliseconds since 1970 at boot."""
    clock = SystemClock()
    return clock.wall_ms() - clock.now_ms()


def _sample(raw: dict[str, Any], since_ms: int) -> Sample:
    frame = np.zeros((HEIGHT, WIDTH), np.uint8)
    frame[:BAND_PX] = np.array(raw["row"], np.uint8)
    value = barcode.read(frame)
    return Sample(
        raw["shown_ms"] - since_ms,
        None if value is None else value >> 4,
        None if value is None else value >> 1 & 7,
        bool(value is not None and value & 1),
        raw["time_s"], raw["state"], raw["speaker"], raw["item"],
    )  # fmt: skip


class Screen:
    """The video of a page, watched frame by frame."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.samples: list[Sample] = []

    async def watch(self) -> None:
        """Begin to note frames."""
        await self.page.evaluate(SAMPLER)

    async def look(self) -> list[Sample]:
        """Frames since the last look; all of them stand in `samples`."""
        since_ms = offset_ms()
        new = [_sample(raw, since_ms) for raw in await self.page.evaluate(COLLECT)]
        self.samples += new
        return new

    async def until(self, condition: Any, what: str, *, timeout_s: float = 20.0) -> Sample:
        """The first new frame for which `condition` holds."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            for sample in await self.look():
                if condition(sample):
                    return sample
            await self.page.wait_for_timeout(50)
        last = self.samples[-1] if self.samples else None
        raise AssertionError(f"not within {timeout_s} s: {what}; last seen: {last}")

    def latency_ms(self) -> list[float]:
        """Capture to screen of every frame of the hall."""
        return [s.shown_ms - s.captured_ms for s in self.samples if s.captured_ms is not None]

    def median_latency_s(self) -> float:
        """Median of capture to screen."""
        return statistics.median(self.latency_ms()) / 1000
