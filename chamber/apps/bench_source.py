"""The source of `chamber bench stream`: pictures that carry their capture time, for every chain at the same moment."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chamber.mixer.tick import Tick, hello
from drivers.sim import barcode
from drivers.sim.feeds import stamp

WIDTH, HEIGHT, FPS = 640, 360, 25
TICK_NS = 1_000_000_000 // FPS
RATE_HZ, CHANNELS = 48_000, 2
SAMPLES = RATE_HZ // FPS
BACKGROUNDS = 25
BACKLOG_BYTES = 20 * 1024 * 1024


def _backgrounds() -> list[NDArray[np.uint8]]:
    """Pictures that move and have some grain, so that they cost an encoder what a hall does."""
    random = np.random.default_rng(7)
    across = np.linspace(40, 160, WIDTH, dtype=np.float32)
    found = []
    for number in range(BACKGROUNDS):
        luma = np.roll(across, number * WIDTH // BACKGROUNDS)[None, :] + random.normal(0, 2.0, (HEIGHT, WIDTH))
        chroma = np.full(WIDTH * HEIGHT // 2, 128, np.uint8)
        found.append(np.concatenate((luma.clip(16, 235).astype(np.uint8).ravel(), chroma)))
    return found


class Source:
    """25 pictures a second with a tone, handed to every sink."""

    def __init__(self) -> None:
        self.sinks: list[Callable[[Tick], None]] = []
        self._pictures = _backgrounds()
        wave = np.sin(np.arange(SAMPLES) * 2 * np.pi * 500 / RATE_HZ) * 8000
        self._sound = wave.astype("<i2").repeat(CHANNELS).tobytes()

    async def run(self) -> None:
        """Make pictures until cancelled."""
        start_ns, number = time.clock_gettime_ns(time.CLOCK_BOOTTIME), 0
        while True:
            due_ns = start_ns + number * TICK_NS
            await asyncio.sleep(max(0.0, (due_ns - time.clock_gettime_ns(time.CLOCK_BOOTTIME)) / 1e9))
            picture, capture_ms = self._pictures[number % BACKGROUNDS].copy(), due_ns // 1_000_000
            barcode.draw(picture[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH), stamp(capture_ms, 0, moving=False))
            tick = Tick(number, capture_ms, 0, memoryview(picture.tobytes()), self._sound)
            for sink in self.sinks:
                sink(tick)
            number += 1


class ProgrammeSocket:
    """`programme.sock` as the mixer serves it, fed by a source."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._server = await asyncio.start_unix_server(self._session, self._path)

    async def close(self) -> None:
        """Hang up."""
        for writer in self._writers:
            writer.transport.abort()
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def _session(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(hello(WIDTH, HEIGHT))
        self._writers.add(writer)

    def take(self, tick: Tick) -> None:
        """Send one tick to whoever is there; who does not read loses it."""
        for writer in list(self._writers):
            if writer.is_closing():
                self._writers.discard(writer)
            elif writer.transport.get_write_buffer_size() < BACKLOG_BYTES:
                writer.writelines(tick.messages())
