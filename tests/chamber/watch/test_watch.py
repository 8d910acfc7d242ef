"""The watcher against a real encoder, a real stream and a real page; and its word at a real controller."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from chamber.api import Account, Api
from chamber.apps.watch import Wanted, Watch
from chamber.clock import SystemClock
from chamber.stream.archive import Archive
from chamber.stream.facts import FactsTrack
from chamber.stream.frame import About
from chamber.stream.live import live_routes
from chamber.stream.server import PublicSite
from tests.chamber.desk import Desk
from tests.chamber.stream.conftest import Rig, make_rig, program  # noqa: F401 - fixtures
from tests.chamber.test_api import Controller
from tests.until import until

TOKEN = "watcher-watcher-watcher"
pytestmark = pytest.mark.media


class Site:
    """The public page of a rig; can go away and come back on the same port."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.facts = rig, FactsTrack()
        packager, about = rig.stream.packager, About("Gemeente")
        self.site = PublicSite(
            packager, self.facts, live_routes(packager), about, Archive(Path("none"), about), ZoneInfo("UTC")
        )
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def up(self) -> None:
        app = web.Application()
        app.add_routes(live_routes(self.rig.stream.packager))
        app.router.add_get("/now", self.site._now)
        app.router.add_get("/", self.site._page)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    def tell(self, state: str, speaker: str | None) -> None:
        said = {"name": speaker} if speaker else None
        now_ms = self.rig.clock.now_ms()
        self.facts.add({"at_ms": now_ms, "state": state, "since_ms": 0, "speaker": said, "meeting": {"title": "Raad"}})
        self.rig.controller.set(state)


@asynccontextmanager
async def watching(url: str, **options: Any) -> AsyncIterator[list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []
    watch = Watch(
        Wanted(url, as_json=True, **options), TOKEN, SystemClock(), lambda line: lines.append(json.loads(line))
    )
    task = asyncio.create_task(watch.run())
    try:
        yield lines
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("program", ["system"], indirect=True)
async def test_an_evening_with_a_dead_sound_path_and_a_lost_stream(make_rig: Callable) -> None:  # noqa: F811
    rig = await make_rig()
    site = Site(rig)
    await site.up()
    rig.programme.flash_from_ms = 0  # a tone from the first picture on
    site.tell("suspended", None)
    try:
        async with watching(f"http://127.0.0.1:{site.port}/") as lines:
            said = lambda: lines[-1] if lines else {"code": "", "level": "", "text": ""}  # noqa: E731
            await until(lambda: said()["code"] == "fine" and not said()["live"], timeout_s=20)
            site.tell("open", "Jan de Boer")
            await until(lambda: said()["code"] == "fine" and said()["live"], timeout_s=20)
            assert said()["text"] == "Stream in orde: kijkers zien en horen de zaal"
            rig.programme.flash_from_ms = None  # pictures go on, the sound is dead
            await until(lambda: said()["code"] == "silent", timeout_s=20)
            assert said()["level"] == "red"
            assert "het beeld is goed" in said()["text"]
            rig.programme.flash_from_ms = 0
            await until(lambda: said()["code"] == "fine", timeout_s=20)
            await site.down()
            await until(lambda: said()["level"] == "red", timeout_s=30)
            assert said()["text"].startswith("Stream weg sinds ")
            assert said()["text"].endswith(", adviseer schorsing")
            await site.up()
            await until(lambda: said()["code"] == "fine", timeout_s=30)
            rig.controller.silent = True  # the gate falls shut, the facts still say open
            await until(lambda: said()["code"] == "slate", timeout_s=30)
            assert said()["level"] == "red"
            reds = [line["code"] for line in lines if line["level"] == "red"]
            assert sorted(set(reds)) == ["away", "silent", "slate"], reds
    finally:
        await site.down()


@pytest.mark.timeout(60)
async def test_the_controller_takes_a_watchers_word_and_misses_it(unused_port: int) -> None:
    desk = Desk()
    api = Api(Controller(desk), (Account("buiten", "watcher", TOKEN),), desk.run.measures.registry)
    runner = web.AppRunner(api.app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    controller = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with watching(f"http://127.0.0.1:{unused_port}/", controller=controller) as lines:
            await until(lambda: any(one.code == "away" for one in desk.run.view().outside), timeout_s=40)
            (outside,) = desk.run.view().outside
            assert (outside.name, outside.level) == ("buiten", "red")
            assert outside.text == lines[-1]["text"]
            assert outside.seen_ms == desk.clock.wall_ms()
    finally:
        desk.run.close()
        await runner.cleanup()


@pytest.fixture
def unused_port() -> int:
    from tests.receivers import free_port

    return free_port()
