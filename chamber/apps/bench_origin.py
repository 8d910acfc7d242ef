"""The public server alone, for `chamber bench viewers`: parts of a given size on time, on one core. `python -m … JSON`.

Everything that viewers reach is the product's own: packager, playlists, blocking reload, public page. Only the coded
samples are noise. Each part begins with the time it was published, in ns on CLOCK_MONOTONIC.
"""

import asyncio
import json
import os
import secrets
import struct
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop
from aiohttp import web

from chamber.apps.listen import listen
from chamber.apps.service import settle_memory
from chamber.clock import SystemClock
from chamber.stream.archive import Archive
from chamber.stream.facts import FactsTrack
from chamber.stream.frame import About
from chamber.stream.live import live_routes
from chamber.stream.packager import Init, Packager, Part
from chamber.stream.server import PublicSite, security_headers
from chamber.stream.settings import StreamSettings
from config.base import Listen

STAMP = struct.Struct(">QQ")
"""Publication in ns, and the number of the part."""
INIT = Init(b"set-up", "avc1.640015,mp4a.40.2")


def _part(size: int, number: int, settings: StreamSettings, filler: bytes) -> Part:
    gop_parts = settings.gop_frames // settings.part_frames
    data = STAMP.pack(time.monotonic_ns(), number) + filler[number % 1000 : number % 1000 + size - STAMP.size]
    begin_ms = number * settings.part_target_ms
    end_ms = begin_ms + settings.part_target_ms
    return Part(data, INIT, settings.part_target_ms, begin_ms, end_ms, number % gop_parts == 0, live=True)


async def _publish(packagers: dict[int, Packager], settings: StreamSettings) -> None:
    filler = secrets.token_bytes(max(packagers) + 1000)
    begin, number = time.monotonic(), 0
    while True:
        for size, packager in packagers.items():
            packager.publish(_part(size, number, settings, filler))
        number += 1
        await asyncio.sleep(max(0.0, begin + number * settings.part_target_ms / 1000 - time.monotonic()))


async def serve(port: int, part_ms: int, sizes: list[int]) -> None:
    """Publish and serve until killed; the first size at /, the others below /1, /2 …"""
    settings, clock = StreamSettings(Path("/nowhere"), part_ms=part_ms), SystemClock()
    packagers = {size: Packager(settings, clock) for size in sizes}
    main, *others = packagers.values()
    about = About("Gemeente")
    site = PublicSite(main, FactsTrack(), live_routes(main), about, Archive(Path(), about), ZoneInfo("UTC"))
    for number, packager in enumerate(others, 1):
        below = web.Application(middlewares=[security_headers(())])
        below.add_routes(live_routes(packager))
        site.app.add_subapp(f"/{number}/", below)
    await listen(site.app, (Listen("127.0.0.1", port),), drop_gone=True)
    settle_memory()
    print("ready", flush=True)
    await _publish(packagers, settings)


def main() -> None:
    """Run on one core."""
    said = json.loads(sys.argv[1])
    if said["core"] is not None:
        os.sched_setaffinity(0, {said["core"]})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(said["port"], said["part_ms"], said["sizes"]))


if __name__ == "__main__":
    main()
