"""The encoder process: real ffmpeg, also one that is stopped, killed or not there."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chamber.core.errors import DeviceUnreachableError
from drivers.ffmpeg.locate import Ffmpeg
from drivers.ffmpeg.process import MAX_WAITING, FfmpegEncoder
from tests.until import until

WIDTH, HEIGHT = 1280, 720
PICTURE = bytes([100]) * (WIDTH * HEIGHT) + bytes([128]) * (WIDTH * HEIGHT // 2)
SOUND = bytes(1920 * 4)

pytestmark = pytest.mark.media


@asynccontextmanager
async def encoding(program: Ffmpeg) -> AsyncIterator[FfmpegEncoder]:
    encoder = FfmpegEncoder(program, WIDTH, HEIGHT, 25)
    try:
        await encoder.start()
        yield encoder
    finally:
        await encoder.close()


async def feed(encoder: FfmpegEncoder, ticks: int) -> int:
    taken = 0
    for _ in range(ticks):
        taken += encoder.feed(PICTURE, SOUND)
        while encoder.waiting() > 10:
            await asyncio.sleep(0.002)
    return taken


async def test_ticks_in_media_out(program: Ffmpeg) -> None:
    async with encoding(program) as encoder:
        feeding = asyncio.create_task(feed(encoder, 60))
        data = b""
        while data.count(b"moof") < 60:
            more = await encoder.read()
            assert more, encoder.complaints()
            data += more
        assert await feeding == 60
    assert data[4:8] == b"ftyp"
    assert encoder.complaints() == ""


async def test_a_stopped_encoder_never_blocks_and_recovers(program: Ffmpeg) -> None:
    async with encoding(program) as encoder:
        reading = asyncio.create_task(_read_all(encoder))
        await feed(encoder, 25)
        os.kill(encoder.pid, signal.SIGSTOP)
        answers = [encoder.feed(PICTURE, SOUND) for _ in range(200)]
        assert not answers[-1]
        assert encoder.waiting() == MAX_WAITING
        os.kill(encoder.pid, signal.SIGCONT)
        await until(lambda: encoder.waiting() == 0)
        assert await feed(encoder, 25) == 25
        encoder.kill()
        # whole ticks were refused, so as many frames came in as were taken
        assert await reading > 25


async def _read_all(encoder: FfmpegEncoder) -> int:
    count = 0
    while data := await encoder.read():
        count += data.count(b"moof")
    return count


@pytest.mark.parametrize("stopped", [False, True])
async def test_kill_is_immediate_and_nothing_comes_out_afterwards(program: Ffmpeg, stopped: bool) -> None:
    async with encoding(program) as encoder:
        await feed(encoder, 20)
        if stopped:
            os.kill(encoder.pid, signal.SIGSTOP)
        for _ in range(30):
            encoder.feed(PICTURE, SOUND)
        encoder.kill()
        assert await encoder.read() == b""
        assert not encoder.feed(PICTURE, SOUND)
        async with asyncio.timeout(10):
            await encoder.close()
        with pytest.raises(ProcessLookupError):
            os.kill(encoder.pid, 0)
    # asyncio waits for each child in a thread of its own, which ends with it
    await until(lambda: not [t for t in threading.enumerate() if t.name.startswith("waitpid")])


async def test_a_killed_process_ends_the_output(program: Ffmpeg) -> None:
    async with encoding(program) as encoder:
        await feed(encoder, 5)
        os.kill(encoder.pid, signal.SIGKILL)
        while await encoder.read():
            pass
        await until(lambda: encoder.waiting() <= MAX_WAITING)


async def test_no_descriptor_is_left_open(program: Ffmpeg) -> None:
    async def once() -> None:
        async with encoding(program) as encoder:
            await feed(encoder, 3)

    await once()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        await once()
    assert len(os.listdir("/proc/self/fd")) <= before


async def test_a_program_that_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(DeviceUnreachableError, match="nothing"):
        async with encoding(Ffmpeg(str(tmp_path / "nothing"), "0")):
            raise AssertionError("it started")


async def test_what_it_complains_of_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "ffmpeg"
    path.write_text("#!/bin/sh\necho 'cannot open rtsp://admin:geheim@x/' >&2\nexit 1\n")
    path.chmod(0o755)
    async with encoding(Ffmpeg(str(path), "0")) as encoder:
        assert await encoder.read() == b""
        await until(encoder.complaints)
    assert encoder.complaints() == "cannot open rtsp://…@x/"
