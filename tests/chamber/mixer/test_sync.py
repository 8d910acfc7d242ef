"""Flash and click: picture and sound of one moment leave the mixer in one tick or its neighbour."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from chamber.mixer.settings import InputSettings, MixerSettings, SoundSettings
from tests.chamber.mixer.sources import (
    HEIGHT,
    WIDTH,
    Controller,
    ToneSource,
    Viewer,
    Y4mSource,
    mixing,
)
from tests.until import until

PERIOD_S = 0.52


def moment(at_s: float) -> int:
    """The flash that a monotonic time belongs to; it lasts for 40 ms."""
    return int(at_s / PERIOD_S) if at_s % PERIOD_S < 0.04 else 0


class Flash(Y4mSource):
    """Black, and white for the picture that is captured in the first 40 ms of each period."""

    async def talk(self, writer: asyncio.StreamWriter) -> None:
        writer.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F25:1 C420jpeg\n".encode())
        due = time.monotonic()
        while True:
            luma = 235 if moment(due) else 16
            writer.write(b"FRAME\n" + bytes([luma]) * (WIDTH * HEIGHT) + bytes([128]) * (WIDTH * HEIGHT // 2))
            await writer.drain()
            due += 0.04
            await asyncio.sleep(max(0, due - time.monotonic()))


class Click(ToneSource):
    """Silence, and 2 ms of sound from the begin of each period on; a sample is sent once it has been captured."""

    async def talk(self, writer: asyncio.StreamWriter) -> None:
        start, sent = time.monotonic(), 0
        while True:
            at = start + (sent + np.arange(960)) / 48_000
            block = np.where(at % PERIOD_S < 0.002, 20_000, 0).astype("<i2")
            sent += 960
            await asyncio.sleep(max(0, start + sent / 48_000 - time.monotonic()))
            writer.write(np.repeat(block, 2).tobytes())
            await writer.drain()


async def errors_ms(tmp_path: Path, offset_ms: int) -> list[float]:
    """How much later than its flash each click leaves the mixer; both counted from the ticks they are in."""
    async with Flash(tmp_path / "cam.sock", 0) as cam, Click(tmp_path / "tone.sock", 0) as tone:
        sound = SoundSettings(tone.path, offset_ms=offset_ms)
        settings = MixerSettings(tmp_path / "run", (InputSettings("cam1", cam.path),), sound, WIDTH, HEIGHT)
        async with (
            mixing(settings),
            Controller(settings.run_dir / "mixer.sock") as controller,
            Viewer(settings.run_dir / "programme.sock") as viewer,
        ):
            controller.wish("cam1", cut_id=1)
            controller.keep("open")
            await until(lambda: viewer.ticks and viewer.last.number > 150, timeout_s=15)
            ticks = [tick for tick in viewer.ticks if tick.number > 25]
    flashes = [tick.capture_ms for before, tick in pairwise(ticks) if tick.luma > 200 > before.luma]
    sounds = np.concatenate([tick.sound[:, 0] for tick in ticks])
    loud = np.flatnonzero(np.abs(sounds) > 5000)
    starts = [int(at) for at in loud if at > 0 and not np.any(np.abs(sounds[max(0, at - 480) : at]) > 5000)]
    clicks = [ticks[0].capture_ms + at / 48 for at in starts]
    assert len(clicks) >= 5
    return [min((click - flash for flash in flashes), key=lambda error: abs(error - offset_ms)) for click in clicks]


@pytest.mark.parametrize("offset_ms", [0, 120, -120])
async def test_click_and_flash_stay_together_and_the_offset_moves_them(tmp_path: Path, offset_ms: int) -> None:
    errors = await errors_ms(tmp_path, offset_ms)
    middle = sorted(errors)[len(errors) // 2]
    # The camera takes its picture up to 40 ms after the flash began, and a tick shows it for 40 ms.
    assert abs(middle - offset_ms) <= 50, errors
