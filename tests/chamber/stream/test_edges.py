"""Viewers through a real edge: TLS, HTTP/2 and a cache; what is taken back is gone there too, and that is proven."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

from chamber.stream.edges import Edge as Cache
from chamber.stream.edges import Edges
from chamber.stream.live import live_routes
from tests.chamber.stream.conftest import Rig
from tests.chamber.stream.greedy import Greedy
from tests.edge import Edge
from tests.receivers import free_port, program
from tests.until import until

pytestmark = [
    pytest.mark.media,
    pytest.mark.timeout(120),
    pytest.mark.parametrize("program", ["system"], indirect=True),
]


class Origin:
    """The public routes of a rig, and how often each address was asked for."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.asked, self.port = rig, Counter[str](), 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Origin"]:
        @web.middleware
        async def count(request: web.Request, handler: Callable) -> web.StreamResponse:
            self.asked[request.path_qs] += 1
            return await handler(request)

        app = web.Application(middlewares=[count])
        app.add_routes(live_routes(self.rig.stream.packager))
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            self.rig.stream.packager.clear()
            await runner.cleanup()


@asynccontextmanager
async def behind_an_edge(make_rig: Callable, folder: Path) -> AsyncIterator[tuple[Rig, Origin, Edge, ClientSession]]:
    rig = await make_rig()
    rig.controller.set("open")
    await until(lambda: rig.live_parts >= 3)
    async with (
        Origin(rig).serving() as origin,
        Edge(folder, origin.port) as edge,
        ClientSession(
            f"{edge.read_url}live/", connector=TCPConnector(ssl=edge.trust, limit=200), timeout=ClientTimeout(15)
        ) as viewer,
    ):
        yield rig, origin, edge, viewer


async def curl(*argv: str) -> str:
    process = await asyncio.create_subprocess_exec(program("curl"), "-sS", *argv, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return out.decode()


async def test_viewers_come_by_http2_and_share_one_request_to_the_origin(make_rig: Callable, tmp_path: Path) -> None:
    async with behind_an_edge(make_rig, tmp_path / "edge") as (rig, origin, edge, viewer):
        seen = await curl("--http2", "--cacert", str(edge.ca_file), "-D", "-", f"{edge.read_url}live/main.m3u8")
        head, _, body = seen.replace("\r", "").partition("\n\n")
        assert head.startswith("HTTP/2 200")
        assert "strict-transport-security: max-age=31536000" in head
        assert "cache-control: public, max-age=1" in head
        assert body.startswith("#EXTM3U")
        missing = await curl("--http2", "--cacert", str(edge.ca_file), "-D", "-", f"{edge.read_url}live/gone.m4s")
        assert missing.startswith("HTTP/2 404")
        assert "strict-transport-security" in missing
        moved = await curl("-D", "-", "-o", "/dev/null", f"http://127.0.0.1:{edge.plain_port}/live/main.m3u8")
        assert "301" in moved.partition("\n")[0]
        assert "location: https://" in moved

        position = rig.stream.packager.position()
        assert position
        address = f"main.m3u8?_HLS_msn={position[0] + 1}&_HLS_part=0"

        async def ask(url: str) -> tuple[int, str]:
            async with viewer.get(url) as answer:
                await answer.read()
                return answer.status, answer.headers["Cache-Control"]

        stray = address.replace("?", "?utm_source=x&") + "&fbclid=y"
        answers = await asyncio.gather(*(ask(address) for _ in range(60)), *(ask(stray) for _ in range(10)))
        assert set(answers) == {(200, "public, max-age=6")}
        assert origin.asked[f"/live/{address}"] == 1
        assert not [url for url in origin.asked if "utm_source" in url]

        # the part that is promised: asked for before it exists
        promised = rig.stream.packager.hinted()
        assert promised
        answers = await asyncio.gather(*(ask(promised) for _ in range(40)))
        assert {status for status, _ in answers} == {200}
        assert origin.asked[f"/live/{promised}"] == 1
        for count in (1, 2):
            assert await ask("gone-2.m4s") == (404, "no-store")
            assert origin.asked["/live/gone-2.m4s"] == count

        async with Greedy(viewer) as greedy:
            before = len(rig.parts)
            await until(lambda: len(rig.parts) >= before + 15)
            await greedy.settle()
        greedy.check_playlists()
        assert len(greedy.files) > 10


async def test_what_is_taken_back_is_gone_from_the_edge_and_proven(make_rig: Callable, tmp_path: Path) -> None:
    async with behind_an_edge(make_rig, tmp_path / "edge") as (rig, _, edge, viewer):
        said: dict[str, Any] = {}

        def told(known: dict[str, Any]) -> None:
            said.clear()
            said.update(known)

        good, name = Cache(edge.purge_url, edge.read_url), f"127.0.0.1:{edge.tls_port}"
        edges = Edges([good], rig.clock, told, edge.trust)
        rig.stream.on_take_back(lambda _, names, __: {"edges": edges.withdraw(names)})
        cached: list[str] = []

        async def fill() -> None:
            async with Greedy(viewer) as greedy:
                before = rig.live_parts
                await until(lambda: rig.live_parts >= before + 6)
                await greedy.settle()
            cached[:] = [file for file in greedy.files if file[0] == "p"]

        async def status(file: str) -> int:
            async with viewer.get(file) as answer:
                return answer.status

        await fill()
        assert {await status(file) for file in cached[-4:]} == {200}
        for method in ("PURGE", "POST"):  # nobody but the hall's machine, and only where it is meant to
            async with viewer.request(method, cached[-1]) as answer:
                assert answer.status == 405
        assert await status(cached[-1]) == 200
        rig.controller.send({"take_back": {"id": 1, "seconds": 10}})
        await until(lambda: rig.controller.taken_back)
        assert rig.controller.taken_back[0]["edges"] == {name: {"state": "pending", "reason": ""}}
        await until(lambda: said, what="an answer about the edge")
        assert said == {name: {"state": "proven", "reason": ""}}
        assert {await status(file) for file in cached[-4:]} == {404}
        async with viewer.get("main.m3u8") as answer:
            assert "#EXT-X-GAP" in await answer.text()

        # an edge that does not purge: what it holds is still there, and that is said
        said.clear()
        await edges.close()
        edges = Edges([Cache(edge.read_url, edge.read_url)], rig.clock, told, edge.trust)
        await fill()
        rig.controller.send({"take_back": {"id": 2, "seconds": 10}})
        await until(lambda: said.get(name, {}).get("state") == "unproven", timeout_s=20)
        assert "refuses to purge" in said[name]["reason"]
        await edges.close()
        edges = Edges([Cache(f"http://127.0.0.1:{free_port()}/", edge.read_url)], rig.clock, told, edge.trust)
        said.clear()
        edges.withdraw(["p1-1-1.m4s"])
        await until(lambda: said.get(name, {}).get("state") == "unproven", timeout_s=20)
        assert "Connect" in said[name]["reason"]
        await edges.close()
