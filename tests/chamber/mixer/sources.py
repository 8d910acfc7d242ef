"""Sources and readers for tests of the mixer: real sockets, own bytes, no code of the mixer."""

import asyncio
import json
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from chamber.clock import SystemClock
from chamber.mixer.service import serve
from chamber.mixer.settings import MixerSettings
from tests.until import until

WIDTH, HEIGHT = 320, 180
FRAME_BYTES = WIDTH * HEIGHT * 3 // 2
SAMPLES = 1920


def boot_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class Listener:
    """Something that listens on a Unix socket and talks to whoever connects, until closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connections = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._session, self.path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.hang_up()
        await until(lambda: not self._tasks)

    def hang_up(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        try:
            with suppress(OSError, asyncio.CancelledError):
                await self.talk(writer)
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def talk(self, writer: asyncio.StreamWriter) -> None:
        raise AssertionError("a source says something")


class Y4mSource(Listener):
    """25 pictures a second of one luma; `stalled` stops them, `luma` and `size` may be set."""

    def __init__(self, path: Path, luma: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
        super().__init__(path)
        self.luma, self.size, self.stalled = luma, size, False
        self.sent = 0

    async def talk(self, writer: asyncio.StreamWriter) -> None:
        width, height = self.size
        writer.write(f"YUV4MPEG2 W{width} H{height} F25:1 Ip A1:1 C420jpeg\n".encode())
        due = time.monotonic()
        while True:
            if not self.stalled:
                chroma = bytes([128]) * (width * height // 2)
                writer.write(b"FRAME\n" + bytes([self.luma]) * (width * height) + chroma)
                await writer.drain()
                self.sent += 1
            due += 0.04
            await asyncio.sleep(max(0, due - time.monotonic()))


class ToneSource(Listener):
    """s16le stereo at 48 kHz in blocks of 20 ms: every sample is `value`."""

    def __init__(self, path: Path, value: int) -> None:
        super().__init__(path)
        self.value = value

    async def talk(self, writer: asyncio.StreamWriter) -> None:
        due = time.monotonic()
        while True:
            writer.write(np.full(960 * 2, self.value, "<i2").tobytes())
            await writer.drain()
            due += 0.02
            await asyncio.sleep(max(0, due - time.monotonic()))


@dataclass(frozen=True, slots=True)
class Seen:
    """One tick as a client received it."""

    number: int
    capture_ms: int
    slate: bool
    repeated: bool
    picture: np.ndarray[Any, np.dtype[np.uint8]]
    sound: np.ndarray[Any, np.dtype[np.int16]]

    @property
    def luma(self) -> int:
        """Of the middle of the upper half, where no bar is; the ground of a slate is 38 or so."""
        return int(self.picture[HEIGHT // 4 * WIDTH + WIDTH - 4])

    @property
    def silent(self) -> bool:
        return not self.sound.any()


@dataclass
class Viewer:
    """A client of the programme socket that checks the framing of every message; keeps the newest 300 ticks."""

    path: Path
    ticks: list[Seen] = field(default_factory=list)
    hello: dict[str, int] = field(default_factory=dict)
    ended: bool = False
    paused: bool = False

    async def __aenter__(self) -> Self:
        reader, self._writer = await asyncio.open_unix_connection(self.path, limit=1 << 20)
        self._task = asyncio.create_task(self._read(reader))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.transport.abort()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    @property
    def last(self) -> Seen:
        return self.ticks[-1]

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            _, _, _, _, text = await self._message(reader)
            self.hello = json.loads(text)
            while True:
                kind, flags, number, capture_ns, picture = await self._message(reader)
                sound = await self._message(reader)
                assert kind == 1
                assert sound[:4] == (2, flags, number, capture_ns), "a tick is a picture and then its sound"
                assert len(picture) == FRAME_BYTES
                samples = np.frombuffer(sound[4], "<i2").reshape(-1, 2)
                assert len(samples) == SAMPLES
                seen = np.frombuffer(picture, np.uint8)
                self.ticks.append(Seen(number, capture_ns // 10**6, bool(flags & 1), bool(flags & 2), seen, samples))
                del self.ticks[:-300]
                while self.paused:
                    await asyncio.sleep(0.01)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.ended = True

    async def _message(self, reader: asyncio.StreamReader) -> tuple[int, int, int, int, bytes]:
        head = await reader.readexactly(32)
        magic, kind, flags, zero, number, capture_ns, size, rest = struct.unpack("<4sBBHQQII", head)
        assert (magic, zero, rest) == (b"RZM1", 0, 0)
        return kind, flags, number, capture_ns, await reader.readexactly(size)


class Controller:
    """The controller's end of mixer.sock; `known` and `levels` are the newest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, Any] = {}
        self.levels: dict[str, float] = {}
        self.epoch = "e1"
        self.opened_epoch: str | None = "e1"
        self.seq = 0
        self._leasing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        reader, self._writer = await asyncio.open_unix_connection(self.path)
        self._task = asyncio.create_task(self._read(reader))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop_leasing()
        self._writer.transport.abort()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    def lease(self, state: str) -> None:
        self.seq += 1
        body = {
            "state": state, "epoch": self.epoch, "opened_epoch": self.opened_epoch,
            "seq": self.seq, "issued_ms": boot_ms(),
        }  # fmt: skip
        self._send({"lease": body})

    def keep(self, state: str) -> None:
        """Send a lease now and every 200 ms, as the controller does."""
        self.stop_leasing()
        self.lease(state)
        self._leasing = asyncio.create_task(self._keep(state))

    def stop_leasing(self) -> None:
        if self._leasing:
            self._leasing.cancel()
            self._leasing = None

    def wish(self, programme: str | None, **more: object) -> None:
        self._send(
            {"wish": {"programme": programme, "slate": None, "slate_text": None, "bar": None, "mute": False} | more}
        )

    def raw(self, line: bytes) -> None:
        self._writer.write(line)

    def _send(self, message: dict[str, object]) -> None:
        self._writer.write(json.dumps(message).encode() + b"\n")

    async def _keep(self, state: str) -> None:
        while True:
            await asyncio.sleep(0.2)
            self.lease(state)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            message = json.loads(line)
            self.known = message.get("known", self.known)
            self.levels = message.get("levels", self.levels)


@asynccontextmanager
async def mixing(settings: MixerSettings) -> AsyncIterator[asyncio.Task[None]]:
    """A served mixer; afterwards it has ended and left no socket behind."""
    ready = asyncio.Event()
    task = asyncio.create_task(serve(settings, SystemClock(), ready.set))
    try:
        await until(lambda: ready.is_set() or task.done(), what="the mixer is ready")
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert not list(settings.run_dir.glob("*.sock"))


async def seen_until(viewer: Viewer, condition: Callable[[Seen], bool], *, what: str, timeout_s: float = 8.0) -> Seen:
    """The first tick from now on that meets the condition."""
    start = viewer.last.number if viewer.ticks else -1

    def found() -> Seen | None:
        return next((tick for tick in viewer.ticks if tick.number > start and condition(tick)), None)

    await until(found, what=what, timeout_s=timeout_s)
    tick = found()
    assert tick
    return tick
