"""A mixer's programme socket for tests: 25 pictures a second that carry their own capture time as a barcode."""

import asyncio
import json
import struct
import time
from pathlib import Path

import numpy as np

WIDTH, HEIGHT, BITS = 320, 180, 32
CELL = WIDTH // BITS
HEADER = struct.Struct("<4sBBHQQII")
SOUND_BYTES = 1920 * 2 * 2


def barcode(value: int) -> bytes:
    """An I420 picture that says a number of 32 bits: a row of dark and bright cells, and its complement below."""
    luma = np.full((HEIGHT, WIDTH), 90, np.uint8)
    for bit in range(BITS):
        bright = bool(value >> bit & 1)
        luma[0:20, bit * CELL : (bit + 1) * CELL] = 220 if bright else 30
        luma[20:40, bit * CELL : (bit + 1) * CELL] = 30 if bright else 220
    # something that moves, so that pictures have a size worth the name
    luma[60 + value // 40 % 100 : 80 + value // 40 % 100, value // 10 % 300 : value // 10 % 300 + 20] = 200
    return luma.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)


def read_barcode(luma: np.ndarray) -> int | None:
    """The number in a decoded luma plane; None when it is no barcode, such as a slate."""
    centre = slice(CELL // 2 - 2, None, CELL)
    upper = luma[6:14, :].mean(axis=0)[centre][:BITS]
    lower = luma[26:34, :].mean(axis=0)[centre][:BITS]
    if np.abs(upper - lower).min() < 80:
        return None
    return sum(1 << bit for bit in range(BITS) if upper[bit] > lower[bit])


class Programme:
    """Sends ticks on time to whoever connects; can leave ticks out, stop, and start again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._task: asyncio.Task[None] | None = None
        self.leave_out = 0
        self.paused = False
        self.tick = 0
        self.last_capture_ms = 0
        # a tone from this capture time on, with a flash in the picture's lower half
        self.flash_from_ms: int | None = None

    async def __aenter__(self) -> "Programme":
        self._server = await asyncio.start_unix_server(self._session, self._path)
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        assert self._task
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.hang_up()
        self._server.close()
        await self._server.wait_closed()
        self._path.unlink(missing_ok=True)

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _session(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = {"width": WIDTH, "height": HEIGHT, "fps": 25, "rate": 48000, "channels": 2}
        self._send(writer, 0, 0, 0, json.dumps(hello).encode())
        self._writers.add(writer)

    @staticmethod
    def _send(writer: asyncio.StreamWriter, kind: int, tick: int, capture_ns: int, body: bytes) -> None:
        writer.write(HEADER.pack(b"RZM1", kind, 0, 0, tick, capture_ns, len(body), 0) + body)

    async def _run(self) -> None:
        start = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        tone = (np.sin(np.arange(1920) * 2 * np.pi * 1000 / 48000) * 12000).astype("<i2").repeat(2).tobytes()
        while True:
            capture_ns = start + self.tick * 40_000_000
            await asyncio.sleep(max(0.0, (capture_ns - time.clock_gettime_ns(time.CLOCK_BOOTTIME)) / 1e9))
            if self.leave_out:
                self.leave_out -= 1
            elif not self.paused:
                self.last_capture_ms = capture_ms = capture_ns // 1_000_000
                flash = self.flash_from_ms is not None and capture_ms >= self.flash_from_ms
                picture = barcode(capture_ms & 0xFFFFFFFF)
                if flash:
                    half = WIDTH * HEIGHT // 2
                    picture = picture[:half] + b"\xeb" * half + picture[WIDTH * HEIGHT :]
                for writer in list(self._writers):
                    if writer.is_closing():
                        self._writers.discard(writer)
                        continue
                    self._send(writer, 1, self.tick, capture_ns, picture)
                    self._send(writer, 2, self.tick, capture_ns, tone if flash else bytes(SOUND_BYTES))
            self.tick += 1
