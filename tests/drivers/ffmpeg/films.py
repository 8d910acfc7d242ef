"""A short film that is told from everything else, a sender of it, and what a decoder makes of it."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from drivers.ffmpeg.locate import Ffmpeg
from tests.receivers import free_port

WIDTH, HEIGHT = 160, 90
FRAME = WIDTH * HEIGHT * 3 // 2


def film(program: Ffmpeg, path: Path, *, rate: str = "25") -> Path:
    """Two seconds of white with a tone, 4:3 so that it must be fitted in."""
    subprocess.run(
        [program.path, "-v", "error", "-f", "lavfi", "-i", f"color=white:s=120x90:r={rate}:d=2",
         "-f", "lavfi", "-i", "sine=f=500:r=44100:d=2", "-c:v", "libx264", "-g", "10", "-c:a", "aac",
         "-f", "mpegts", str(path)],
        check=True, timeout=15,
    )  # fmt: skip
    return path


async def read(argv: tuple[str, ...], count: int) -> bytes:
    """The first bytes that a decoder writes; what it complains of fails the test."""
    process = await asyncio.create_subprocess_exec(*argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        return await asyncio.wait_for(process.stdout.readexactly(count), 15)
    except asyncio.IncompleteReadError:
        raise AssertionError((await process.stderr.read()).decode()) from None
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def check_picture(frame: bytes) -> None:
    """The film's white middle stands between black bars."""
    luma = np.frombuffer(frame[: WIDTH * HEIGHT], np.uint8).reshape(HEIGHT, WIDTH)
    assert luma[:, 40:120].min() > 220, "the middle is white"
    assert luma[:, :18].max() < 25, "beside it is black"


@asynccontextmanager
async def sending(program: Ffmpeg, folder: Path, address: str) -> AsyncIterator[int]:
    """Send the film over and over to `address`, in which PORT is a free port; yields that port."""
    port = free_port(socket.SOCK_DGRAM)
    sender = await asyncio.create_subprocess_exec(
        program.path, "-v", "quiet", "-re", "-stream_loop", "-1", "-i", str(film(program, folder / "film.ts")),
        "-c", "copy", "-f", "mpegts", address.replace("PORT", str(port)),
    )  # fmt: skip
    try:
        yield port
    finally:
        sender.kill()
        await sender.wait()
