"""A whole hall with everything that stands outside it: a platform, an edge and a watcher, all real programs."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector

from tests.edge import Edge
from tests.receivers import NginxRtmp, keys_in_proc
from tests.system.house import House

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]
KEY = "stream-key-4f1c9a"
WATCHER_TOKEN = "watcher-watcher-watcher-1"


def more(house: House, edge: Edge, platform: NginxRtmp) -> None:
    """Write what stands outside into the hall's CONFIG, before it starts."""
    folder = house.prepared.folder
    for name, text in (("platform.url", platform.url(KEY)), ("watcher.token", WATCHER_TOKEN)):
        (folder / name).write_text(text + "\n", encoding="utf-8")
        (folder / name).chmod(0o600)
    with house.prepared.config.open("a", encoding="utf-8") as file:
        file.write(
            '\n[[simulcast]]\nname = "platform"\nurl_file = "platform.url"\n'
            f'\n[[edges]]\npurge_url = "{edge.purge_url}"\nread_url = "{edge.read_url}"\n'
            '\n[[accounts]]\nname = "buiten"\nrole = "watcher"\ntoken_file = "watcher.token"\n'
        )


@asynccontextmanager
async def watcher(house: House, edge: Edge) -> AsyncIterator[list[dict[str, Any]]]:
    """`chamber watch` as a process of its own, through the edge, reporting to the controller."""
    lines: list[dict[str, Any]] = []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chamber", "watch", edge.read_url, "--json", "--controller", house.prepared.control_url,
        "--token-file", str(house.prepared.folder / "watcher.token"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "SSL_CERT_FILE": str(edge.ca_file)},
    )  # fmt: skip
    assert process.stdout

    async def read(out: asyncio.StreamReader) -> None:
        while line := await out.readline():
            lines.append(json.loads(line))

    reading = asyncio.create_task(read(process.stdout))
    try:
        yield lines
    finally:
        process.terminate()
        await process.wait()
        await reading


def outside(level: str, *codes: str) -> Callable[[dict[str, Any]], bool]:
    return lambda view: any((o["level"], o["code"]) in [(level, code) for code in codes] for o in view["outside"])


async def test_platform_edge_and_watcher_of_a_whole_hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(tmp_path / "hall", delay_ms=500)
    async with (
        NginxRtmp(tmp_path / "nginx") as platform,
        Edge(tmp_path / "edge", house.prepared.public_port) as edge,
    ):
        more(house, edge, platform)
        monkeypatch.setenv("SSL_CERT_FILE", str(edge.ca_file))
        with house:
            async with house.operator() as operator, watcher(house, edge):
                await house.opened(operator)
                house.mic("raad05", on=True)
                await operator.until(
                    lambda view: view["legs"]["simulcast_platform"] == "open", "the platform", within_s=30
                )
                await operator.until(outside("green", "fine"), "a watcher that is content", within_s=40)
                assert keys_in_proc(KEY) == []

                async with ClientSession(edge.read_url, connector=TCPConnector(ssl=edge.trust)) as viewer:
                    async with viewer.get("live/main.m3u8") as answer:
                        playlist = await answer.text()
                    part = [line for line in playlist.splitlines() if "#EXT-X-PART:" in line][-1]
                    name = part.partition('URI="')[2].partition('"')[0]
                    async with viewer.get(f"live/{name}") as answer:
                        assert answer.status == 200
                    await operator.order("take_back", seconds=10)
                    name_of_edge = edge.read_url.removeprefix("https://").rstrip("/")
                    view = await operator.until(
                        lambda view: (view["taken_back"] or {}).get("edges", {}).get(name_of_edge, {}).get("state") == "proven",
                        "an edge that is proven", within_s=20,
                    )  # fmt: skip
                    async with viewer.get(f"live/{name}") as answer:
                        assert answer.status == 404
                view = await operator.state()
                assert view["taken_back"]["simulcast"] == ["platform"]
                alarms = {alarm["code"]: alarm for alarm in view["alarms"]}
                assert alarms["not_recalled"]["text"] == "Wat al naar platform was doorgezonden, is NIET terug te halen"
                assert "edge_unproven" not in alarms

                await operator.order("meeting.suspend")
                await operator.until(
                    lambda view: view["legs"]["simulcast_platform"] == "slate", "its slate", within_s=10
                )
                await platform.stop()
                await operator.until(
                    lambda view: any(a["code"] == "simulcast_down" for a in view["alarms"]), "the alarm", within_s=20
                )
                view = await operator.state()
                assert view["devices"]["simulcast platform"]["link"] == "down"
                assert KEY not in json.dumps(view)
                house.mic("raad05", on=False)
            assert house.ended() == []
    for log in (house.prepared.folder / "logs").iterdir():
        assert KEY not in log.read_text(encoding="utf-8", errors="replace"), log
