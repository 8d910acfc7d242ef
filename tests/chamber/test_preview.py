"""The operator's pictures over real HTTP, from a socket that speaks as the mixer does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from chamber.preview import VIEWERS, Preview
from tests.conftest import ManualClock

LABELS = {"cam1": "Camera <links>", "programme": "Programma"}


@asynccontextmanager
async def mixer(path: Path) -> AsyncIterator[None]:
    """A mixer that sends three inputs over and over, one of which has no label."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        count = 0
        try:
            while not reader.at_eof() and not writer.is_closing():
                for name in ("cam1", "secret", "programme"):
                    jpeg = b"\xff\xd8" + name.encode() + b"\n%d" % count
                    said = {"thumb": {"id": name, "bytes": len(jpeg), "capture_ms": 999_000}}
                    writer.write(json.dumps(said).encode() + b"\n" + jpeg)
                count += 1
                await asyncio.sleep(0.02)
        finally:
            writer.close()

    async with await asyncio.start_unix_server(serve, path):
        yield


@pytest.fixture
async def site(tmp_path: Path, manual_clock: ManualClock) -> AsyncIterator[tuple[Preview, ClientSession, Path]]:
    socket = tmp_path / "thumbs.sock"
    preview = Preview(
        socket, "http://127.0.0.1:9/", LABELS, lambda request: "Authorization" in request.headers, manual_clock
    )
    app = web.Application()
    for path, handler in preview.pages().items():
        app.router.add_get(path, handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        yield preview, session, socket
    await preview.close()
    await runner.cleanup()


async def test_pictures_come_over_one_connection_with_their_age(site: tuple[Preview, ClientSession, Path]) -> None:
    preview, session, socket = site
    seen: dict[str, set[bytes]] = {}
    async with mixer(socket), asyncio.timeout(10):
        async with session.get(f"/preview/{preview.key}/thumbs") as answer:
            while not all(len(seen.get(name, ())) >= 3 for name in LABELS):
                said = json.loads(await answer.content.readline())["thumb"]
                assert said["age_ms"] == 1000
                seen.setdefault(said["id"], set()).add(await answer.content.readexactly(said["bytes"]))
        assert set(seen) == set(LABELS)
        async with session.get(f"/preview/{preview.key}/thumb/cam1") as answer:
            assert (await answer.read()).startswith(b"\xff\xd8cam1")
        async with session.get(f"/preview/{preview.key}/thumb/secret") as answer:
            assert answer.status == 404
        await preview.close()


async def test_viewers_who_leave_make_room_also_without_a_mixer(site: tuple[Preview, ClientSession, Path]) -> None:
    preview, session, _ = site
    address = f"/preview/{preview.key}/thumbs"
    looking = [await session.get(address) for _ in range(VIEWERS)]
    assert {answer.status for answer in looking} == {200}
    async with session.get(address) as refused:
        assert refused.status == 503
    for answer in looking:
        answer.close()
    async with asyncio.timeout(5):
        while True:
            async with session.get(address) as answer:
                if answer.status == 200:
                    break
            await asyncio.sleep(0.05)


async def test_the_page_is_for_who_has_the_key_or_a_token(site: tuple[Preview, ClientSession, Path]) -> None:
    preview, session, _ = site
    for path in ("/preview", "/preview?key=", "/preview?key=wrong", "/preview/wrong/thumbs", "/preview/wrong/live/a"):
        async with session.get(path) as answer:
            assert answer.status == 403
            assert answer.headers["Cache-Control"] == "no-store"
    for headers, query in (({"Authorization": "x"}, ""), ({}, f"?key={preview.key}")):
        async with session.get(f"/preview{query}", headers=headers) as answer:
            assert "Camera &lt;links&gt;" in await answer.text()
    async with session.get(f"/preview/{preview.key}/live/index.m3u8") as answer:
        assert answer.status == 502
