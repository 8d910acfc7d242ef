"""Renditions in a real browser: hls.js changes between them, goes back, and plays the sound alone."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page

from tests.system.browser import chromium, shows, visit
from tests.system.house import House

pytestmark = [pytest.mark.system, pytest.mark.browser, pytest.mark.timeout(150)]

PLAYER = """(address) => {
  const video = document.createElement("video"), player = new Hls({ lowLatencyMode: true, enableWorker: false });
  video.muted = true;
  document.body.append(video);
  window.trial = { player, video, faults: [], delta: 0, reports: 0 };
  player.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) window.trial.faults.push(data.details); });
  player.on(Hls.Events.LEVEL_LOADED, (_, data) => { window.trial.delta += data.details.skippedSegments > 0; });
  player.loadSource(address);
  player.attachMedia(video);
  player.on(Hls.Events.MANIFEST_PARSED, () => video.play());
}"""
STATE = """{ const { player, video, faults, delta } = window.trial; return { levels: player.levels.map((l) => [l.height, l.codecs ?? l.videoCodec]),
  level: player.currentLevel, height: video.videoHeight, at_s: video.currentTime, faults, delta,
  from_s: video.seekable.length ? video.seekable.start(0) : null }; }"""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A hall with every rendition."""
    house = House(tmp_path_factory.mktemp("renditions"), delay_ms=500)
    config = house.prepared.config
    text = config.read_text(encoding="utf-8")
    assert "[stream]\n" in text
    config.write_text(
        text.replace("[stream]\n", '[stream]\nrenditions = ["source", "360p", "sound"]\n'), encoding="utf-8"
    )
    with house as running:
        yield running
        assert running.ended() == []


@asynccontextmanager
async def open_page(hall: House) -> AsyncIterator[Page]:
    """A page that knows hls.js, of a meeting that is open."""
    async with hall.operator() as operator:
        await hall.opened(operator)
    async with chromium() as browser, visit(browser, hall.prepared.public_url) as (page, _):
        yield page


async def state(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(f"() => {STATE}")
    return found


async def plays(page: Page, seconds: float = 2.0) -> None:
    at_s = (await state(page))["at_s"]
    await shows(page, f"window.trial.video.currentTime > {at_s + seconds}", timeout_s=30)


async def test_a_player_changes_between_renditions_and_goes_back(hall: House) -> None:
    async with open_page(hall) as page:
        await page.evaluate(PLAYER, "/live/index.m3u8")
        await shows(page, "window.trial.player.levels.length === 2", timeout_s=30)
        assert sorted(height for height, _ in (await state(page))["levels"]) == [360, 540]
        for level, height in ((0, 360), (1, 540), (0, 360)):
            await page.evaluate(f"() => {{ window.trial.player.currentLevel = {level}; }}")
            await shows(page, f"window.trial.video.videoHeight === {height}", timeout_s=30)
            await plays(page)
        await shows(page, "window.trial.delta > 5", timeout_s=40)
        now = await state(page)
        await page.evaluate("() => { window.trial.video.currentTime = window.trial.video.seekable.start(0) + 1; }")
        await plays(page)
        assert (await state(page))["at_s"] < now["at_s"]
        assert (await state(page))["faults"] == []


async def test_the_sound_can_be_had_alone(hall: House) -> None:
    async with open_page(hall) as page:
        await page.evaluate(PLAYER, "/live/sound.m3u8")
        await plays(page, 4.0)
        now = await state(page)
        assert now["height"] == 0
        assert now["faults"] == []
