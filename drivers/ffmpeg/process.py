"""The encoder as a process of ours: raw ticks in by two threads, fragmented MP4 out to the event loop."""

import asyncio
import fcntl
import os
import signal
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path

from chamber.core.errors import DeviceUnreachableError
from drivers.ffmpeg import plan
from drivers.ffmpeg.locate import Ffmpeg
from drivers.ffmpeg.progress import Complaints

# "F_SETPIPE_SZ 1 MiB; more is refused even to root" (measured)
PIPE_BYTES = 1024 * 1024
READ_BYTES = 256 * 1024
# ticks that wait for a slow encoder; then whole ticks are refused, so picture and sound stay together
MAX_WAITING = 50
START_S = 10.0
END_S = 2.0

Chunk = bytes | bytearray | memoryview


class _Writer:
    """One thread that writes chunks to a pipe, in order; whoever adds never waits for it."""

    def __init__(self, name: str, descriptor: int) -> None:
        self._descriptor = descriptor
        self._chunks: deque[Chunk] = deque()
        self._ready = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def add(self, chunk: Chunk) -> None:
        with self._ready:
            self._chunks.append(chunk)
            self._ready.notify()

    def waiting(self) -> int:
        return len(self._chunks)

    def end(self) -> None:
        """Forget what waits; the thread ends as soon as the reader of the pipe is gone."""
        with self._ready:
            self._chunks.clear()
            self._ended = True
            self._ready.notify()

    def join(self) -> None:
        self._thread.join(END_S)

    def _run(self) -> None:
        try:
            while True:
                with self._ready:
                    while not self._chunks and not self._ended:
                        self._ready.wait()
                    if self._ended:
                        return
                    left = memoryview(self._chunks[0]).cast("B")
                while len(left):
                    left = left[os.write(self._descriptor, left) :]
                with self._ready:
                    if self._chunks:
                        self._chunks.popleft()
        except OSError:
            return  # the encoder is gone; whoever reads its output sees the end
        finally:
            os.close(self._descriptor)


class FfmpegEncoder:
    """One life of the encoder. `feed` never blocks; after `kill` nothing it made is handed out any more."""

    def __init__(
        self, program: Ffmpeg, width: int, height: int, gop_frames: int, small: tuple[int, int] | None = None
    ) -> None:
        """`small`: size of a second picture of the same frames, in a track of its own."""
        self._program, self._width, self._height, self._gop_frames = program, width, height, gop_frames
        self._small = small
        self._process: asyncio.subprocess.Process | None = None
        self._writers: tuple[_Writer, _Writer] | None = None
        self._handle: int | None = None
        self._listener: asyncio.Task[None] | None = None
        self._complaints = Complaints()
        self._killed = False

    async def start(self) -> None:
        """Start the process; it accepts ticks from the first moment on. `close` is due also when this fails.

        Raises:
            DeviceUnreachableError: it could not be started.
        """
        theirs_picture, ours_picture = os.pipe()
        theirs_sound, ours_sound = os.pipe()
        argv = plan.encoder(
            self._program.path, self._width, self._height, self._gop_frames, theirs_picture, theirs_sound, self._small
        )
        for descriptor in (ours_picture, ours_sound):
            with suppress(OSError):  # the limit of this user is lower: slower, not wrong
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        # ticks that come while the process starts wait in the pipes
        self._writers = (_Writer("encoder picture", ours_picture), _Writer("encoder sound", ours_sound))
        try:
            async with asyncio.timeout(START_S):
                self._process = await asyncio.create_subprocess_exec(
                    *argv,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    pass_fds=(theirs_picture, theirs_sound),
                    start_new_session=True,
                    cwd=Path("/"),
                    limit=READ_BYTES,
                )
        except OSError as exc:
            raise DeviceUnreachableError("encoder", f"cannot start {self._program.path}: {exc}") from exc
        finally:
            os.close(theirs_picture)
            os.close(theirs_sound)
        with suppress(ProcessLookupError):  # it may have ended already
            self._handle = os.pidfd_open(self._process.pid)
        if self._process.stderr:
            self._listener = asyncio.create_task(self._listen(self._process.stderr), name="encoder complaints")

    def feed(self, picture: Chunk, sound: Chunk) -> bool:
        """Hand over one tick, which must not change afterwards; False when too many wait and it was not taken."""
        if self._writers is None or self._killed or self.waiting() >= MAX_WAITING:
            return False
        self._writers[0].add(picture)
        self._writers[1].add(sound)
        return True

    def waiting(self) -> int:
        """Ticks that the encoder has not taken yet."""
        return max(writer.waiting() for writer in self._writers) if self._writers else 0

    async def read(self) -> bytes:
        """The next bytes of output, some; empty when the process has ended or was killed."""
        if self._process is None or self._process.stdout is None or self._killed:
            return b""
        data = await self._process.stdout.read(READ_BYTES)
        return b"" if self._killed else data

    def kill(self) -> None:
        """End it at once; returns immediately, and its output is discarded."""
        self._killed = True
        if self._writers:
            for writer in self._writers:
                writer.end()
        if self._handle is not None:
            # not Process.kill: it may reap the child before asyncio's watcher does, which then complains
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    @property
    def pid(self) -> int | None:
        """Process number, for whoever measures or rehearses faults; None before the start."""
        return self._process.pid if self._process else None

    async def close(self) -> None:
        """Kill it when it still runs, and return when process and threads are gone."""
        self.kill()
        if self._process and self._process.stdout:
            with suppress(TimeoutError):
                async with asyncio.timeout(END_S):
                    while await self._process.stdout.read(READ_BYTES):
                        pass
                    await self._process.wait()
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._writers:
            for writer in self._writers:
                await asyncio.to_thread(writer.join)

    def complaints(self) -> str:
        """The last things it said on standard error, without passwords; empty when all was well."""
        return self._complaints.text()

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        while data := await stderr.read(4096):
            self._complaints.feed(data)
