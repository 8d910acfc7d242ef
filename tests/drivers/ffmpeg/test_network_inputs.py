"""Pictures over the network from real senders: a camera that speaks RTSP, and an SRT listener."""

import asyncio
from pathlib import Path

import pytest

from chamber.clock import SystemClock
from chamber.mixer.frames import FrameStore
from chamber.mixer.intake import Intake, read_frames
from drivers.ffmpeg import plan
from drivers.ffmpeg.locate import Ffmpeg
from tests.drivers.ffmpeg.films import FRAME, HEIGHT, WIDTH, check_picture, film, read, sending
from tests.drivers.ffmpeg.rtsp import RtspCamera
from tests.until import until

pytestmark = [pytest.mark.media, pytest.mark.timeout(60)]


async def test_a_camera_by_rtsp_is_taken_and_taken_again_after_it_hung_up(program: Ffmpeg, tmp_path: Path) -> None:
    store, clock = FrameStore(FRAME), SystemClock()
    async with RtspCamera(program.path, film(program, tmp_path / "film.ts", rate="24.98"), tmp_path) as camera:
        await until((tmp_path / "camera.sdp").exists, timeout_s=20)
        argv = plan.decode_video(camera.url, WIDTH, HEIGHT, program=program.path)
        intake = Intake("cam", argv, read_frames(store, clock), clock)
        intake.start()
        try:
            await until(lambda: store.counted(clock.now_ms())[0] >= 30, timeout_s=30, what="pictures")
            check_picture(bytes(store.take(clock.now_ms()).pixels))  # type: ignore[union-attr]
            camera.hang_up()
            await until(lambda: camera.asked.count("PLAY") == 2, timeout_s=30, what="a second session")
            before = store.counted(clock.now_ms())[0]
            await until(lambda: store.counted(clock.now_ms())[0] >= before + 30, timeout_s=30, what="pictures again")
        finally:
            await asyncio.to_thread(intake.stop)
    assert camera.asked[:2] == ["OPTIONS", "DESCRIBE"]


async def test_srt_is_taken(program: Ffmpeg, tmp_path: Path) -> None:
    async with sending(program, tmp_path, "srt://127.0.0.1:PORT?mode=listener") as port:
        await asyncio.sleep(1.5)
        argv = plan.decode_video(f"srt://127.0.0.1:{port}", WIDTH, HEIGHT, program=program.path)
        check_picture((await read(argv, FRAME * 5))[-FRAME:])


async def test_udp_starts_without_waiting_for_seconds_of_film(program: Ffmpeg, tmp_path: Path) -> None:
    async with sending(program, tmp_path, "udp://127.0.0.1:PORT?pkt_size=1316") as port:
        argv = plan.decode_video(f"udp://127.0.0.1:{port}", WIDTH, HEIGHT, program=program.path)
        check_picture((await read(argv, FRAME * 5))[-FRAME:])
