"""The chains that `chamber bench stream` compares: our own stream process, ffmpeg's HLS muxer and nginx-rtmp."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web

from chamber.apps.bench_source import FPS, HEIGHT, WIDTH, ProgrammeSocket, Source
from chamber.apps.demo_hall import free_port
from chamber.core.errors import ConfigError, DeviceUnreachableError
from chamber.ipc import LineClient, Message
from chamber.mixer.tick import Tick
from chamber.ports import Clock
from drivers.ffmpeg.locate import locate

LEASE_S = 0.2
LEGS = ("video", "audio", "index")
START_S = 30.0
SEGMENT_S = 1
RTMP_MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
PATHS = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
SCRIPT = Path(__file__).parents[1] / "stream" / "page" / "vendor" / "hls.light.min.js"
PAGE = """<!doctype html><title>bench</title><video muted autoplay playsinline width="640"></video><script src="/hls.js"></script>
<script>const hls = new Hls(); hls.loadSource("SOURCE"); hls.attachMedia(document.querySelector("video"));</script>"""


def nginx() -> str:
    """The nginx to run. Raises ConfigError: it or its RTMP module is not there."""
    found = shutil.which("nginx", path=PATHS)
    if not found or not RTMP_MODULE.exists():
        raise ConfigError(["bench: stream needs nginx with its RTMP module; apt install nginx libnginx-mod-rtmp"])
    return found


class Ours:
    """A real `chamber stream` with this process as its controller and its mixer."""

    def __init__(self, folder: Path, part_ms: int, source: Source, clock: Clock) -> None:
        self._folder, self._source, self._clock = folder, source, clock
        folder.mkdir(parents=True)
        self.port = free_port()
        self._config = folder / "bench.toml"
        self._config.write_text(
            f'[hall]\nname = "Bench"\norganisation = "Bench"\n[data]\ndir = "data"\nrun_dir = "run"\n'
            f"[mixer]\nwidth = {WIDTH}\nheight = {HEIGHT}\n"
            f'[stream]\npart_ms = {part_ms}\ndelay_ms = 0\n[public]\nlisten = "127.0.0.1:{self.port}"\n',
            encoding="utf-8",
        )
        self._socket = ProgrammeSocket(folder / "run" / "programme.sock")
        self._client = LineClient("stream", folder / "run" / "stream.sock", self._told)
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._seq = 0
        self.state = "standby"
        self.known: Message = {}
        self.changed = asyncio.Event()

    @property
    def url(self) -> str:
        """The public page."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def pid(self) -> int:
        """Of the stream process."""
        return self._process.pid if self._process else 0

    async def __aenter__(self) -> "Ours":
        await self._socket.start()
        self._source.sinks.append(self._socket.take)
        with (self._folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "chamber", "stream", str(self._config), stdout=log, stderr=log
            )
        self._tasks = [asyncio.create_task(self._serve()), asyncio.create_task(self._lease_for_ever())]
        self.set("open")
        await self.until("open")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._source.sinks.remove(self._socket.take)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._process:
            with suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()
        await self._socket.close()

    def set(self, state: str) -> int:
        """Press: the meeting has this state from now on; the time of it, ms since boot."""
        self.state = state
        at_ms = self._lease()
        facts = {
            "at_ms": at_ms,
            "state": state,
            "since_ms": self._clock.wall_ms(),
            "meeting": {"id": "b", "title": "B"},
        }
        self._client.send({"facts": facts})
        return at_ms

    async def until(self, leg: str) -> None:
        """Return when every leg of the public has been read back like this. Raises DeviceUnreachableError."""
        try:
            async with asyncio.timeout(START_S):
                while any(self.known.get("legs", {}).get(name) != leg for name in LEGS):
                    await self.changed.wait()
                    self.changed.clear()
        except TimeoutError as exc:
            said = (self._folder / "log").read_text(encoding="utf-8", errors="replace")[-300:]
            raise DeviceUnreachableError("bench", f"the stream is not {leg}: {said}") from exc

    def encoders(self) -> list[int]:
        """Process ids of the stream's children: its encoder."""
        found = []
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
        return found

    def _told(self, message: Message) -> None:
        self.known = message.get("known", self.known)
        self.changed.set()

    def _lease(self) -> int:
        self._seq += 1
        now_ms = self._clock.now_ms()
        lease = {"state": self.state, "epoch": "bench", "opened_epoch": "bench", "seq": self._seq, "issued_ms": now_ms}
        self._client.send({"lease": lease})
        return now_ms

    async def _lease_for_ever(self) -> None:
        while True:
            self._lease()
            await self._clock.sleep(LEASE_S)

    def _again(self) -> None:
        self.set(self.state)

    async def _serve(self) -> None:
        while True:
            with suppress(DeviceUnreachableError):
                await self._client.serve(self._again)
            await self._clock.sleep(LEASE_S)


@asynccontextmanager
async def _encoding(source: Source, *out: str) -> AsyncIterator[None]:
    """An ffmpeg that is fed pictures by the source and makes its own tone, its encoder set as ours is."""
    process = await asyncio.create_subprocess_exec(
        locate().path, "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS),
        "-probesize", "32", "-analyzeduration", "0", "-i", "pipe:0", "-f", "lavfi", "-i", "sine=500:r=48000",
        "-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", "-crf", "24", "-g", str(FPS * SEGMENT_S),
        "-keyint_min", str(FPS * SEGMENT_S), "-sc_threshold", "0", "-threads", "1", "-c:a", "aac", "-ac", "2", *out,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    pipe = process.stdin
    if pipe is None:
        raise DeviceUnreachableError("bench", "ffmpeg without input")

    def take(tick: Tick) -> None:
        if not pipe.is_closing():
            pipe.write(bytes(tick.picture))

    source.sinks.append(take)
    try:
        yield
    finally:
        source.sinks.remove(take)
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)  # not process.kill, which may reap it before asyncio's watcher does
        await process.wait()


async def listening(port: int) -> None:
    """Wait until somebody listens on a local TCP port. Raises TimeoutError."""
    async with asyncio.timeout(START_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


@asynccontextmanager
async def _site(folder: Path, playlist: str) -> AsyncIterator[str]:
    """A page with hls.js as it comes, and the files of a folder beside it; yields its address."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE.replace("SOURCE", playlist), content_type="text/html")

    async def script(_: web.Request) -> web.FileResponse:
        return web.FileResponse(SCRIPT)

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/hls.js", script), web.static("/media", folder)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with asyncio.timeout(START_S):
            while playlist.startswith("/media/") and not (folder / playlist.rpartition("/")[2]).exists():
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def ffmpeg_hls(folder: Path, source: Source) -> AsyncIterator[str]:
    """ffmpeg's own HLS muxer, fragmented MP4 in segments of 1 s; yields a page that plays it."""
    folder.mkdir(parents=True)
    options = ("-f", "hls", "-hls_time", str(SEGMENT_S), "-hls_segment_type", "fmp4", "-hls_list_size", "6",
               "-hls_flags", "delete_segments", str(folder / "out.m3u8"))  # fmt: skip
    async with _encoding(source, *options), _site(folder, "/media/out.m3u8") as url:
        yield url


@asynccontextmanager
async def nginx_rtmp(folder: Path, source: Source) -> AsyncIterator[str]:
    """RTMP to nginx, HLS of its RTMP module in segments of 1 s; yields a page that plays it."""
    hls = folder / "hls"
    hls.mkdir(parents=True)
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        f"load_module {RTMP_MODULE}; daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;\n"
        "events { worker_connections 64; }\n"
        f"rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{ live on; hls on; hls_path {hls};\n"
        f"  hls_fragment {SEGMENT_S}s; hls_playlist_length 6s; }} }} }}\n",
        encoding="utf-8",
    )
    server = await asyncio.create_subprocess_exec(
        nginx(), "-c", str(config), "-e", str(folder / "early"), stdin=asyncio.subprocess.DEVNULL
    )
    try:
        await listening(port)
        async with (
            _encoding(source, "-f", "flv", f"rtmp://127.0.0.1:{port}/live/bench"),
            _site(hls, "/media/bench.m3u8") as url,
        ):
            yield url
    finally:
        with suppress(ProcessLookupError):
            server.terminate()
        await server.wait()
