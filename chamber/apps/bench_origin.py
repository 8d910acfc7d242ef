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

from chamber.apps.listen import listen
from chamber.apps.service import settle_memory
from chamber.clock import SystemClock
from chamber.stream.archive import Archive
from chamber.stream.facts import FactsTrack
from chamber.stream.frame import About
from chamber.stream.live import live_routes
from chamber.stream.packager import Copy, Init, Packager, Part
from chamber.stream.server import PublicSite
from chamber.stream.settings import StreamSettings
from config.base import Listen

STAMP = struct.Struct(">QQ")
"""Publication in ns, and the number of the part."""
INIT = Init(b"set-up", "avc1.640015,mp4a.40.2")


def _part(sizes: list[int], number: int, settings: StreamSettings, filler: bytes) -> Part:
    stamp, gop_parts = STAMP.pack(time.monotonic_ns(), number), settings.gop_frames // settings.part_frames
    full, small = (stamp + filler[number % 1000 : number % 1000 + size - STAMP.size] for size in sizes)
    begin_ms, length_ms = number * settings.part_target_ms, settings.part_target_ms
    key = number % gop_parts == 0
    return Part(
        full, INIT, length_ms, begin_ms, begin_ms + length_ms, key, live=True, others=(Copy("low", small, INIT),)
    )


async def serve(port: int, part_ms: int, sizes: list[int]) -> None:
    """Publish and serve until killed: the source and 360p, parts of these sizes in bytes."""
    settings = StreamSettings(Path("/nowhere"), part_ms=part_ms, renditions=("source", "360p"))
    packager, about = Packager(settings, SystemClock()), About("Gemeente")
    site = PublicSite(packager, FactsTrack(), live_routes(packager), about, Archive(Path(), about), ZoneInfo("UTC"))
    await listen(site.app, (Listen("127.0.0.1", port),), drop_gone=True)
    settle_memory()
    print("ready", flush=True)
    filler = secrets.token_bytes(max(sizes) + 1000)
    begin, number = time.monotonic(), 0
    while True:
        packager.publish(_part(sizes, number, settings, filler))
        number += 1
        await asyncio.sleep(max(0.0, begin + number * settings.part_target_ms / 1000 - time.monotonic()))


def main() -> None:
    """Run on one core."""
    said = json.loads(sys.argv[1])
    if said["core"] is not None:
        os.sched_setaffinity(0, {said["core"]})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(said["port"], said["part_ms"], said["sizes"]))


if __name__ == "__main__":
    main()
