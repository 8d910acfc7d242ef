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


@pytest.mark.parametrize(
    ("asked", "status", "body", "said"),
    [
        ("bytes=1-2", 206, b"ar", "bytes 1-2/4"),
        ("bytes=2-", 206, b"rt", "bytes 2-3/4"),
        ("bytes=-1", 206, b"t", "bytes 3-3/4"),
        ("bytes=0-99", 206, b"part", "bytes 0-3/4"),
        ("bytes=9-", 416, b"", "bytes */4"),
        ("bytes=0-1,2-3", 200, b"part", None),
        ("lines=1-2", 200, b"part", None),
        ("bytes=x", 200, b"part", None),
    ],
)
async def test_players_may_ask_for_a_range(
    origin: Origin, asked: str, status: int, body: bytes, said: str | None
) -> None:
    origin.publish()
    msn, _ = origin.packager.position()
    async with origin.client.get(origin.packager.part_name(msn, 0), headers={"Range": asked}) as answer:
        assert (answer.status, await answer.read()) == (status, body)
        assert answer.headers.get("Content-Range") == said


async def test_a_long_playlist_is_packed_for_who_can_unpack_it(origin: Origin) -> None:
    origin.publish(250)
    sizes = {}
    for coding in ("gzip", "identity"):
        async with origin.client.get("main.m3u8", headers={"Accept-Encoding": coding}) as answer:
            assert answer.headers["Vary"] == "Accept-Encoding"
            sizes[coding] = int(answer.headers["Content-Length"])
            assert await answer.read() == origin.packager.media()
    assert sizes["gzip"] * 3 < sizes["identity"]


async def test_a_delta_update_is_for_who_asks_for_it(origin: Origin) -> None:
    origin.publish(150)
    assert "EXT-X-SKIP" not in (await origin.get("main.m3u8"))[2], "players of old get the whole"
    assert "EXT-X-SKIP" in (await origin.get("main.m3u8?_HLS_skip=YES"))[2]
    msn, number = origin.packager.position()
    blocked = (
        f"main.m3u8?_HLS_msn={msn}&_HLS_part={number - 1}&_HLS_skip=v2"
        if number
        else f"main.m3u8?_HLS_msn={msn - 1}&_HLS_skip=YES"
    )
    assert "EXT-X-SKIP" in (await origin.get(blocked))[2]
    assert (await origin.get("low.m3u8"))[:2] == (404, "no-store"), "not configured"
