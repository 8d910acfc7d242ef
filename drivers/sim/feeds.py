"""Pictures and sound of the hall on Unix sockets, in real time; each listener gets the newest, none waits for another."""

import asyncio
import os
import socket
import struct
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.sim.pictures import CameraPicture
from drivers.sim.scenery import PoseLike
from drivers.sim.slides import Slides
from drivers.sim.voices import BLOCK, BLOCK_BYTES, RATE, Voices

FPS = 25
FRAME_MARK = b"FRAME\n"
CLIENTS = 8
# Sound that a listener may leave unread before it loses some.
SOUND_BACKLOG_BYTES = 10 * BLOCK_BYTES
SEND_TIMEOUT_S = 10.0
# A loop that was held longer than this goes on from now instead of catching up.
LATE_S = 0.4


def boottime_ms() -> int:
    """Milliseconds of CLOCK_BOOTTIME, comparable between processes of one machine."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def stamp(captured_ms: int, number: int, moving: bool) -> int:
    """What a frame's barcode says: milliseconds of CLOCK_BOOTTIME, the camera's number 0 to 7, and the moving bit."""
    return captured_ms << 4 | (number & 7) << 1 | moving


class Feed(ABC):
    """A Unix socket that sends to whoever connects; use as async context manager or with start() and close().

    Attributes:
        sent: frames or blocks made so far.
    """

    def __init__(self, path: Path, period_s: float) -> None:
        self.path, self._period_s = path, period_s
        self.sent = 0
        self._sessions: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None
        self._clock: asyncio.Task[None] | None = None

    @property
    def clients(self) -> int:
        """Listeners now."""
        return len(self._sessions)

    async def start(self) -> None:
        """Listen; an old socket file is replaced."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._connected, self.path)
        self.path.chmod(0o600)
        self._clock = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Hang up and stop listening."""
        if self._server:
            self._server.close()
        if self._clock:
            self._clock.cancel()
            await asyncio.gather(self._clock, return_exceptions=True)
        # sessions end by themselves when their connection does; asyncio logs those that are cancelled
        self.tear()
        await asyncio.gather(*self._sessions, return_exceptions=True)
        self._clock = self._server = None
        self.path.unlink(missing_ok=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def tear(self) -> None:
        """Break every connection, in the middle of whatever is being sent; new ones are welcome."""
        for writer in self._sessions.values():
            writer.transport.abort()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += self._period_s
            if loop.time() - due > LATE_S:
                due = loop.time()
            await asyncio.sleep(due - loop.time())
            await self._tick()

    @abstractmethod
    async def _tick(self) -> None:
        """Make the next frame or block, for all listeners at once."""

    @abstractmethod
    async def _serve(self, writer: asyncio.StreamWriter) -> None:
        """Send to one listener; ends only by an OSError or cancelled."""

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._sessions) >= CLIENTS or not _same_user(writer):
            writer.close()
            return
        self._sessions[task] = writer
        serving = asyncio.create_task(self._serve(writer))
        serving.add_done_callback(lambda _: writer.transport.abort())
        try:
            with suppress(OSError):
                while await reader.read(1024):
                    pass
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            del self._sessions[task]


class FrameFeed(Feed):
    """YUV4MPEG2, 25 frames a second, newest frame first.

    Args:
        path: of the socket.
        render: makes an I420 frame; called in a worker thread, one call at a time, only while somebody listens.
        width: of the frames.
        height: of the frames.
    """

    def __init__(self, path: Path, render: Callable[[], bytes], width: int, height: int) -> None:
        super().__init__(path, 1 / FPS)
        self._render = render
        self._header = f"YUV4MPEG2 W{width} H{height} F{FPS}:1 Ip A1:1 C420jpeg\n".encode()
        self._frame = b""
        self._fresh: dict[asyncio.StreamWriter, asyncio.Event] = {}
        self._frozen = self._stopped = False
        self._every = 1
        self._worker: ThreadPoolExecutor | None = None

    async def start(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=self.path.stem)
        await super().start()

    async def close(self) -> None:
        await super().close()
        if self._worker:
            self._worker.shutdown()

    def freeze(self) -> None:
        """Go on sending, always the same picture."""
        self._frozen = True

    def stop(self) -> None:
        """Send nothing more, and keep the connections."""
        self._stopped = True

    def slow(self, every: int) -> None:
        """Send only every nth frame; 1 is as it should be."""
        self._every = max(every, 1)

    def resume(self) -> None:
        """Undo freeze, stop and slow."""
        self._frozen = self._stopped = False
        self._every = 1

    async def _tick(self) -> None:
        if self._stopped or not self._fresh:
            return
        if not (self._frozen and self._frame):
            self._frame = await asyncio.get_running_loop().run_in_executor(self._worker, self._render)
        self.sent += 1
        if self.sent % self._every == 0:
            for fresh in self._fresh.values():
                fresh.set()

    async def _serve(self, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=0)
        fresh = self._fresh[writer] = asyncio.Event()
        try:
            writer.write(self._header)
            while not writer.is_closing():
                await fresh.wait()
                fresh.clear()
                writer.write(FRAME_MARK)
                writer.write(self._frame)
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await writer.drain()
        finally:
            del self._fresh[writer]


class PictureFeed(FrameFeed):
    """A camera's picture.

    Args:
        path: of the socket.
        picture: what the camera sees; belongs to this feed from now on.
        pose: where it looks at this moment; called in a worker thread.
        size: width and height of the frames, as `picture` makes them.
        lit: seats whose microphone is open; called in a worker thread.
        barcode: write into each frame when it was captured, by which camera, and whether that was moving.
        number: of the camera, 0 to 7, for the barcode.
        moving: whether the picture moves now; called in a worker thread.
    """

    def __init__(
        self,
        path: Path,
        picture: CameraPicture,
        pose: Callable[[], PoseLike],
        size: tuple[int, int],
        *,
        lit: Callable[[], frozenset[str]] = frozenset,
        barcode: bool = False,
        number: int = 0,
        moving: Callable[[], bool] = bool,
    ) -> None:
        def render() -> bytes:
            return picture.frame(pose(), lit(), stamp(boottime_ms(), number, moving()) if self.barcode else None)

        super().__init__(path, render, *size)
        self.barcode = barcode


class SlideFeed(FrameFeed):
    """What the presentation switcher puts into the programme.

    Args:
        path: of the socket.
        slides: the pages.
        selected: name of the input that is shown; called in a worker thread.
        size: width and height of the frames, as `slides` makes them.
    """

    def __init__(self, path: Path, slides: Slides, selected: Callable[[], str | None], size: tuple[int, int]) -> None:
        super().__init__(path, lambda: slides.frame(selected(), time.monotonic()), *size)


class SoundFeed(Feed):
    """The hall's sound: s16le, 48 kHz, stereo, in 20 ms blocks.

    Args:
        path: of the socket.
        voices: where the sound comes from; belongs to this feed from now on.
        ppm: how much faster than true its clock runs, as sound cards' do.
        follow: asked before each block which microphones are open; None leaves that to `voices.set_open`.
    Attributes:
        lost: blocks that a listener did not get, because it left too much unread.
    """

    def __init__(
        self, path: Path, voices: Voices, *, ppm: float = 0.0, follow: Callable[[], Iterable[str]] | None = None
    ) -> None:
        super().__init__(path, BLOCK / RATE / (1 + ppm / 1e6))
        self._voices, self._follow = voices, follow
        self.lost = 0

    async def _tick(self) -> None:
        if self._follow:
            self._voices.set_open(self._follow())
        block = self._voices.block()
        self.sent += 1
        for writer in self._sessions.values():
            if writer.transport.get_write_buffer_size() > SOUND_BACKLOG_BYTES:
                self.lost += 1
            else:
                writer.write(block)

    async def _serve(self, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=SOUND_BACKLOG_BYTES)
        await asyncio.get_running_loop().create_future()


def _same_user(writer: asyncio.StreamWriter) -> bool:
    sock: socket.socket = writer.get_extra_info("socket")
    _, uid, _ = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return uid in (0, os.getuid())
