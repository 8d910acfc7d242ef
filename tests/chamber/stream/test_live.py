"""The routes below /live/ over real HTTP."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from chamber.stream.live import live_routes
from chamber.stream.packager import Packager
from tests.chamber.stream import samples
from tests.conftest import ManualClock


class Origin:
    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.packager = Packager(samples.settings(), clock)
        self.client: ClientSession

    def publish(self, count: int = 1, **options: bool) -> None:
        for _ in range(count):
            self.clock.advance(200)
            self.packager.publish(samples.part(self.clock.now_ms() - 200, **options))

    async def get(self, path: str) -> tuple[int, str, str]:
        async with self.client.get(path) as answer:
            body = await answer.read()
            return answer.status, answer.headers["Cache-Control"], body.decode()


@pytest.fixture
async def origin(manual_clock: ManualClock) -> AsyncIterator[Origin]:
    made = Origin(manual_clock)
    app = web.Application()
    app.add_routes(live_routes(made.packager))
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with ClientSession(f"http://127.0.0.1:{port}/live/") as made.client:
        yield made
        made.packager.clear()
    await runner.cleanup()


async def test_dark_is_404_and_never_cached(origin: Origin) -> None:
    for path in ("index.m3u8", "main.m3u8", "main.m3u8?_HLS_msn=5", "p1-2-3.m4s"):
        assert (await origin.get(path))[:2] == (404, "no-store")


async def test_each_kind_says_how_long_it_may_be_kept(origin: Origin) -> None:
    origin.publish(3)
    packager = origin.packager
    msn, _ = packager.position()
    assert (await origin.get("index.m3u8"))[:2] == (200, "public, max-age=1")
    assert (await origin.get("main.m3u8"))[:2] == (200, "public, max-age=1")
    assert (await origin.get(f"main.m3u8?_HLS_msn={msn}&_HLS_part=1"))[:2] == (200, "public, max-age=6")
    status, cache, body = await origin.get(packager.part_name(msn, 0))
    assert (status, body) == (200, "part")
    assert "immutable" in cache
    assert packager.bytes_out > 100


@pytest.mark.parametrize(
    "query", ["_HLS_msn=x", "_HLS_msn=-1", "_HLS_part=0", "_HLS_msn=9999999999999", "_HLS_msn=99999999999", "_HLS_msn="]
)
async def test_nonsense_is_refused_at_once(origin: Origin, query: str) -> None:
    origin.publish()
    assert (await origin.get(f"main.m3u8?{query}"))[:2] == (400, "no-store")


async def test_a_playlist_is_held_until_its_part_is_there(origin: Origin) -> None:
    origin.publish(2)
    msn, number = origin.packager.position()
    asked = asyncio.create_task(origin.get(f"main.m3u8?_HLS_msn={msn}&_HLS_part={number}"))
    whole = asyncio.create_task(origin.get(f"main.m3u8?_HLS_msn={msn}"))
    await asyncio.sleep(0.1)
    assert not asked.done()
    origin.publish()
    status, _, text = await asked
    assert status == 200
    assert origin.packager.part_name(msn, number) in text
    await asyncio.sleep(0.05)
    assert not whole.done()
    origin.publish(7)
    assert origin.packager.segment_name(msn) in (await whole)[2]


async def test_the_hinted_part_is_held_and_others_are_not(origin: Origin) -> None:
    origin.publish(2)
    msn, number = origin.packager.position()
    hinted = asyncio.create_task(origin.get(origin.packager.part_name(msn, number)))
    assert (await origin.get(origin.packager.part_name(msn, number + 1)))[0] == 404
    assert not hinted.done()
    origin.publish()
    assert await hinted == (200, "public, max-age=31536000, immutable", "part")


async def test_a_promise_that_is_not_kept_is_404(origin: Origin) -> None:
    origin.publish(2)
    hinted = asyncio.create_task(origin.get(origin.packager.hinted()))
    await asyncio.sleep(0.05)
    origin.publish(live=False)
    assert (await hinted)[:2] == (404, "no-store")


async def test_darkness_sends_everybody_away(origin: Origin) -> None:
    origin.publish(2)
    msn, _ = origin.packager.position()
    held = [asyncio.create_task(origin.get(path)) for path in (origin.packager.hinted(), f"main.m3u8?_HLS_msn={msn}")]
    await asyncio.sleep(0.05)
    origin.packager.clear()
    assert [(await task)[0] for task in held] == [404, 404]


async def test_viewers_are_counted_without_knowing_them(origin: Origin) -> None:
    origin.publish(2)
    msn, number = origin.packager.position()
    path = f"main.m3u8?_HLS_msn={msn}&_HLS_part={number}"
    held = [asyncio.create_task(origin.get(path)) for _ in range(5)]
    await asyncio.sleep(0.1)
    origin.publish()
    await asyncio.gather(*held)
    await origin.get("main.m3u8")
    assert origin.packager.viewers() == 6
    origin.clock.advance(10_000)
    assert origin.packager.viewers() == 0
