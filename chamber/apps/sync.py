"""`chamber check CONFIG --sync`: flash and click before each camera, through a mixer of its own as the public gets them."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from chamber.apps import mixer
from chamber.ipc import LineClient
from chamber.mixer.flash import Apart, FlashAndClick, advice
from chamber.mixer.service import serve
from chamber.mixer.settings import MixerSettings
from chamber.ports import Clock
from chamber.stream.feed import ProgrammeFeed, Tick
from config.model import Config

CAMERA_S = 30.0
PAIRS = 10
LEASE_S = 0.2
IN_STEP_MS = 25.0
SETTLE_TICKS = 12
"""After a cut: pictures of before it are not looked at."""


class _Bench:
    """A mixer in this process, cut to one camera at a time and held open."""

    def __init__(self, settings: MixerSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._line = LineClient("mixer", settings.run_dir / "mixer.sock", self._told)
        self._feed = ProgrammeFeed(settings, clock, self._tick)
        self._cut, self._seen, self._skip = 0, FlashAndClick(settings.width, settings.height), 0
        self._live: dict[str, str] = {}

    def _told(self, message: dict[str, object]) -> None:
        known = message.get("known")
        if isinstance(known, dict):
            self._live = {name: said["state"] for name, said in known["inputs"].items()}

    def _tick(self, tick: Tick) -> None:
        if self._skip:
            self._skip -= 1
        else:
            self._seen.take(tick.capture_ms, tick.picture, tick.sound)

    async def run(self, group: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        """Start mixer, line and feed; returns their tasks once there are pictures of the programme."""
        ready = asyncio.Event()
        tasks = [group.create_task(serve(self._settings, self._clock, ready.set))]
        await ready.wait()
        tasks += [group.create_task(one) for one in (self._line.serve(lambda: None), self._feed.run(), self._keep())]
        while not self._feed.fresh():
            await self._clock.sleep(0.02)
        return tasks

    async def _keep(self) -> None:
        seq = 0
        while True:
            seq += 1
            lease = {
                "state": "open", "epoch": "sync", "opened_epoch": "sync", "seq": seq, "issued_ms": self._clock.now_ms(),
            }  # fmt: skip
            self._line.send({"lease": lease})
            await self._clock.sleep(LEASE_S)

    async def look(self, camera: str) -> FlashAndClick | str:
        """What was seen and heard before this camera, or why nothing can be."""
        self._cut += 1
        self._seen, self._skip = FlashAndClick(self._settings.width, self._settings.height), SETTLE_TICKS
        wish = {"programme": camera, "inset": None, "slate": None, "slate_text": None, "bar": None, "mute": False}
        self._line.send({"wish": {**wish, "cut_id": self._cut}})
        until_ms = self._clock.now_ms() + round(CAMERA_S * 1000)
        told = 0
        while self._clock.now_ms() < until_ms and len(self._seen.clicks) < PAIRS:
            await self._clock.sleep(0.25)
            if len(self._seen.clicks) != told:
                told = len(self._seen.clicks)
                print(f"  {len(self._seen.flashes)} flashes, {told} clicks")
        if self._live.get(camera) != "live":
            return "no picture comes in; is it used by a mixer that runs? Stop that one first (systemctl stop chamber-mixer)"
        return self._seen


@asynccontextmanager
async def _bench(config: Config, clock: Clock) -> AsyncIterator[_Bench]:
    with tempfile.TemporaryDirectory(prefix="chamber-sync-") as folder:
        bench = _Bench(replace(mixer.settings(config), run_dir=Path(folder)), clock)
        async with asyncio.TaskGroup() as group:
            tasks = await bench.run(group)
            yield bench
            for task in tasks:
                task.cancel()


async def measure(config: Config, clock: Clock) -> int:
    """Measure every camera with a picture and print what to write into CONFIG; 0 when all are in step, else 1."""
    delays = {camera.id: camera.video_delay_ms for camera in config.cameras if camera.video is not None}
    if config.sound.input is None or not delays:
        print("sync: CONFIG has no sound, or no camera with a picture")
        return 1
    found: dict[str, Apart] = {}
    async with _bench(config, clock) as bench:
        for camera in delays:
            print(f"sync: {camera}: let flash and click happen before it, once a second ({CAMERA_S:g} s)")
            seen = await bench.look(camera)
            if isinstance(seen, str):
                print(f"sync: {camera}: {seen}")
            elif (apart := seen.apart()) is None:
                print(
                    f"sync: {camera}: {len(seen.flashes)} flashes and {len(seen.clicks)} clicks make no steady pairs; "
                    "hold the light nearer to the camera and the click nearer to a microphone"
                )
            else:
                found[camera] = apart
                order = "later" if apart.late_ms > 0 else "earlier"
                print(
                    f"sync: {camera}: sound {abs(apart.late_ms):.0f} ms {order} than the picture "
                    f"({apart.pairs} pairs, {apart.spread_ms:.0f} ms apart from each other)"
                )
    line, code = verdict(found, delays, config.sound.offset_ms)
    print(line)
    return code


def verdict(found: dict[str, Apart], delays: dict[str, int], offset_ms: int) -> tuple[str, int]:
    """What to write into CONFIG, and 0 when nothing is: every camera was seen, and is in step."""
    if not found:
        return "sync: nothing measured", 1
    if max(abs(apart.late_ms) for apart in found.values()) <= IN_STEP_MS:
        whole = len(found) == len(delays)
        return f"sync: in step within {IN_STEP_MS:g} ms" + ("" if whole else ", as far as seen"), int(not whole)
    offset, pictures = advice(found, delays, offset_ms)
    changed = (f", and video_delay_ms = {ms} at {name}" for name, ms in pictures.items() if ms != delays[name])
    return f"sync: write [sound] offset_ms = {offset}" + "".join(changed), 1
