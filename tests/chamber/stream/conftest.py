"""A whole media side for tests: real encoder, real sockets, a programme with barcodes and a controller."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from aiohttp import ClientSession, ClientTimeout, web

from chamber.clock import SystemClock
from chamber.stream.encoder import Encoder
from chamber.stream.live import live_routes
from chamber.stream.service import Stream
from chamber.stream.settings import StreamSettings
from drivers.ffmpeg.locate import Ffmpeg, examine
from drivers.ffmpeg.process import FfmpegEncoder
from tests.chamber.stream.controller import Controller
from tests.chamber.stream.programme import HEIGHT, WIDTH, Programme


@pytest.fixture(params=["system", "packaged"], scope="session")
def program(request: pytest.FixtureRequest) -> Ffmpeg:
    """Each ffmpeg that the project supports."""
    path = shutil.which("ffmpeg") if request.param == "system" else imageio_ffmpeg.get_ffmpeg_exe()
    found = examine(path or "")
    assert found, f"no {request.param} ffmpeg with x264 and aac"
    return found


@dataclass
class Rig:
    """One running stream with everything round it."""

    stream: Stream
    programme: Programme
    controller: Controller
    client: ClientSession
    clock: SystemClock
    encoders: list[FfmpegEncoder]

    @property
    def live_parts(self) -> int:
        return sum(part.live for part in self.parts)

    def __post_init__(self) -> None:
        self.parts: list = []
        self.stream.packager.on_published(self.parts.append)


MakeRig = Callable[..., "AsyncExitStack"]


@pytest.fixture
async def make_rig(program: Ffmpeg, tmp_path: Path) -> AsyncIterator[Callable]:
    """Starts rigs with settings of choice; all of it ends with the test."""
    async with AsyncExitStack() as stack:

        async def make(**options: Any) -> Rig:
            clock = SystemClock()
            settings = StreamSettings(tmp_path, WIDTH, HEIGHT, **{"part_ms": 200, "delay_ms": 0, **options})
            encoders: list[FfmpegEncoder] = []

            def encoder() -> Encoder:
                encoders.append(FfmpegEncoder(program, WIDTH, HEIGHT, settings.gop_frames, settings.small))
                return encoders[-1]

            programme = await stack.enter_async_context(Programme(tmp_path / "programme.sock"))
            stream = Stream(settings, encoder, clock)
            stack.push_async_callback(stream.close)
            await stream.start()
            app = web.Application()
            app.add_routes(live_routes(stream.packager))
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            base = f"http://127.0.0.1:{port}/live/"
            client = await stack.enter_async_context(ClientSession(base, timeout=ClientTimeout(10)))
            controller = await stack.enter_async_context(Controller(tmp_path, clock))
            return Rig(stream, programme, controller, client, clock, encoders)

        yield make
