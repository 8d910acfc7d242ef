"""Reading threads against real sockets and real processes."""

import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from structlog.testing import capture_logs

from chamber.clock import SystemClock
from chamber.mixer.feed import PIPE_BYTES
from chamber.mixer.frames import FrameStore
from chamber.mixer.intake import Intake, Read, read_frames, read_sound, read_y4m
from chamber.mixer.sound import SoundBuffer
from tests.chamber.mixer.sources import FRAME_BYTES, HEIGHT, WIDTH, Listener, ToneSource, Y4mSource
from tests.until import until

Start = Callable[[Path | tuple[str, ...], Read], Intake]
PYTHON = sys.executable
clock = SystemClock()


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts intakes and stops them afterwards; no thread may be left."""
    intakes: list[Intake] = []

    def begin(source: Path | tuple[str, ...], read: Read) -> Intake:
        intake = Intake("cam", source, read, clock)
        intake.start()
        intakes.append(intake)
        return intake

    yield begin
    for intake in intakes:
        intake.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "input cam"]


def python(program: str) -> tuple[str, ...]:
    return (PYTHON, "-c", program)


def luma(store: FrameStore) -> int | None:
    into = np.zeros(FRAME_BYTES, np.uint8)
    return int(into[WIDTH * HEIGHT // 2]) if store.copy_newest(into) is not None else None


async def test_a_socket_source_that_is_there_later_is_found_and_a_lost_one_again(tmp_path: Path, start: Start) -> None:
    store = FrameStore(FRAME_BYTES)
    with capture_logs() as logs:
        start(tmp_path / "cam.sock", read_y4m(store, WIDTH, HEIGHT, clock))
        await until(lambda: any(entry["event"] == "input down" for entry in logs))
        async with Y4mSource(tmp_path / "cam.sock", 77) as source:
            await until(lambda: luma(store) == 77)
            source.luma = 88
            source.hang_up()
            await until(lambda: luma(store) == 88)
            assert source.connections == 2
    told = [(entry["event"], entry.get("reason", "")) for entry in logs]
    assert told[0][0] == "input down"
    assert "cam.sock" in told[0][1]
    assert [event for event, _ in told[:3]] == ["input down", "input up", "input down"], "each is told once"


async def test_a_source_of_another_size_is_scaled(tmp_path: Path, start: Start) -> None:
    store = FrameStore(FRAME_BYTES)
    async with Y4mSource(tmp_path / "cam.sock", 99, (640, 360)):
        start(tmp_path / "cam.sock", read_y4m(store, WIDTH, HEIGHT, clock))
        await until(lambda: luma(store) == 99)


class Saying(Listener):
    """A source that says these bytes and then hangs up."""

    def __init__(self, path: Path, said: bytes) -> None:
        super().__init__(path)
        self.said = said

    async def talk(self, writer: object) -> None:
        writer.write(self.said)  # type: ignore[attr-defined]
        await writer.drain()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "no YUV4MPEG2"),
        (b"x" * 1000, "no header"),
        (b"YUV4MPEG2 W320 H180 C444\n", "4:2:0"),
        (b"YUV4MPEG2 W320 H180\nFRAME\n" + bytes(100), "hung up"),
        (b"YUV4MPEG2 W320 H180\nFRAME\n" + bytes(FRAME_BYTES) + b"FRAGE\n" + bytes(FRAME_BYTES), "lost its place"),
    ],
)
async def test_nonsense_ends_the_session_with_a_reason(tmp_path: Path, start: Start, said: bytes, reason: str) -> None:
    store = FrameStore(FRAME_BYTES)
    with capture_logs() as logs:
        async with Saying(tmp_path / "cam.sock", said):
            start(tmp_path / "cam.sock", read_y4m(store, WIDTH, HEIGHT, clock))
            await until(lambda: any(reason in entry.get("reason", "") for entry in logs), what=f"{reason} in {logs}")


async def test_a_process_that_dies_is_started_again_and_its_last_words_are_told_without_the_password(
    start: Start,
) -> None:
    store = FrameStore(FRAME_BYTES)
    program = f"import sys; sys.stdout.buffer.write(bytes([66]) * {FRAME_BYTES}); "
    program += "sys.exit('rtsp://admin:geheim@10.0.0.9/1: 401 Unauthorized\\x1b[31m')"
    with capture_logs() as logs:
        start(python(program), read_frames(store, clock))
        await until(lambda: luma(store) == 66)
        await until(lambda: sum(entry["event"] == "input up" for entry in logs) >= 2, what="a second start")
    reasons = [entry["reason"] for entry in logs if entry["event"] == "input down"]
    assert "rtsp://…@10.0.0.9/1: 401 Unauthorized" in reasons[0]
    assert "geheim" not in str(logs)
    assert "\x1b" not in str(reasons)


async def test_a_process_that_complains_without_end_neither_blocks_nor_fills_memory(start: Start) -> None:
    store = FrameStore(FRAME_BYTES)
    program = (
        "import sys\nfor n in range(40):\n"
        f"    sys.stderr.write('x' * 100000); sys.stdout.buffer.write(bytes([n + 50]) * {FRAME_BYTES})\n"
        "sys.stdout.flush(); import time; time.sleep(60)"
    )
    start(python(program), read_frames(store, clock))
    await until(lambda: luma(store) == 89, what="its last picture")


async def test_a_program_that_does_not_exist_is_told_and_tried_again(start: Start) -> None:
    with capture_logs() as logs:
        start(("/nonexistent/decoder",), read_frames(FrameStore(FRAME_BYTES), clock))
        await until(lambda: logs)
    assert "cannot start /nonexistent/decoder" in logs[0]["reason"]


async def test_stopping_ends_a_process_that_ignores_the_request(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    program = (
        "import os, pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    intake = Intake("cam", python(program), read_frames(FrameStore(FRAME_BYTES), clock), clock)
    intake.start()
    await until(lambda: mark.exists() and mark.read_text())
    intake.stop()
    assert not Path(f"/proc/{mark.read_text()}").exists()


async def test_sound_in_odd_portions_keeps_its_channels(tmp_path: Path, start: Start) -> None:
    buffer = SoundBuffer(50)
    left_right = np.tile(np.array([1000, -2000], "<i2"), 48_000).tobytes()
    program = (
        f"import sys, time; data = bytes.fromhex('{left_right[:4].hex()}') * 48000\n"
        "for at in range(0, len(data), 1013):\n"
        "    sys.stdout.buffer.write(data[at:at + 1013]); sys.stdout.flush(); time.sleep(0.001)\n"
        "time.sleep(60)"
    )
    start(python(program), read_sound(buffer, clock))
    await until(lambda: buffer.level_ms() > 800)
    part = buffer.read()
    assert part is not None
    assert (part[0] == [1000, -2000]).all()


async def test_sound_over_a_socket(tmp_path: Path, start: Start) -> None:
    buffer = SoundBuffer(80)
    async with ToneSource(tmp_path / "tone.sock", 321):
        start(tmp_path / "tone.sock", read_sound(buffer, clock))
        await until(lambda: buffer.level_ms() > 80)
    part = buffer.read()
    assert part is not None
    assert (part[0] == 321).all()


@pytest.mark.media
@pytest.mark.parametrize("program", [shutil.which("ffmpeg"), imageio_ffmpeg.get_ffmpeg_exe()])
async def test_a_real_ffmpeg_gives_pictures_and_sound(program: str | None, start: Start) -> None:
    assert program, "no ffmpeg on this machine"
    store, buffer = FrameStore(FRAME_BYTES), SoundBuffer(80)
    quiet = (program, "-hide_banner", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi")
    picture = (
        *quiet,
        "-i",
        f"color=c=white:s={WIDTH}x{HEIGHT}:r=25",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "pipe:1",
    )
    sound = (*quiet, "-i", "sine=frequency=440:sample_rate=48000", "-ac", "2", "-f", "s16le", "pipe:1")
    start(picture, read_frames(store, clock))
    start(sound, read_sound(buffer, clock))
    await until(lambda: luma(store) == 235, timeout_s=15)
    await until(lambda: buffer.level_ms() > 200, timeout_s=15)
    await until(lambda: 24 <= store.counted(clock.now_ms())[1] <= 26, what="25 a second")
    part = buffer.read()
    assert part is not None
    assert part[0].std() > 1000
    assert PIPE_BYTES >= FRAME_BYTES
