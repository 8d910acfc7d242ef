"""`chamber bench viewers`: low-latency viewers on one core of the public server, publication to last byte received.

Server and viewers are processes of their own, each on its own core. A viewer holds one connection, asks for the playlist
with the next part, and then for that part, as hls.js does; one in five takes a small rendition.
"""

import asyncio
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import uvloop

from chamber.apps.bench_origin import STAMP
from chamber.apps.bench_wire import percentile
from chamber.apps.demo_hall import free_port
from chamber.core.errors import DeviceUnreachableError

VIEWERS = 1000
PART_MS = 500
PART_BYTES, SMALL_BYTES = 160_000, 45_000
"""0.5 s of 2.5 Mbit/s at 540p, and of 0.7 Mbit/s at 360p, sound included."""
SMALL_SHARE = 5
WARM_S, MEASURE_S = 4.0, 15.0
CONNECT_AT_ONCE = 50
TICKS_HZ = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Tally:
    """What all viewers saw together."""

    measuring: bool = False
    delays_ms: list[float] = field(default_factory=list)
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """How a rendition's playlist and parts are called, and how many parts make a segment."""

    playlist: str
    prefix: str
    suffix: str
    parts: int


class _Viewer(asyncio.BufferedProtocol):
    """One player; all of them receive into one buffer, for only the first bytes of a part are looked at."""

    def __init__(self, place: Place, msn: int, tally: Tally, buffer: bytearray) -> None:
        self._place, self._msn, self._number, self._tally = place, msn, 0, tally
        self._buffer = memoryview(buffer)
        self._transport: asyncio.WriteTransport | None = None
        self._head = b""
        self._left = -1
        self._wants_part = False
        self._published_ns = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by inheritance
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._tally.errors += self._tally.measuring

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def _ask(self) -> None:
        place = self._place
        what = (
            f"{place.prefix}-{self._msn}-{self._number}{place.suffix}.m4s"
            if self._wants_part
            else f"{place.playlist}.m3u8?_HLS_msn={self._msn}&_HLS_part={self._number}&_HLS_skip=YES"
        )
        if self._transport:
            self._transport.write(f"GET /live/{what} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n".encode())

    def buffer_updated(self, nbytes: int) -> None:
        if self._left < 0:
            self._head += bytes(self._buffer[:nbytes])
            head, found, body = self._head.partition(b"\r\n\r\n")
            if not found or (self._wants_part and len(body) < STAMP.size):
                return
            self._left = self._length(head) - len(body)
            if self._wants_part:
                self._published_ns, _ = STAMP.unpack_from(body)
            self._head = b""
        else:
            self._left -= nbytes
        if self._left <= 0:
            self._left = -1
            self._done()

    def _length(self, head: bytes) -> int:
        if not head.startswith(b"HTTP/1.1 200"):
            self._tally.errors += 1
        for line in head.split(b"\r\n"):
            if line[:15].lower() == b"content-length:":
                return int(line[15:])
        return 0

    def _done(self) -> None:
        if self._wants_part:
            if self._tally.measuring:
                self._tally.delays_ms.append((time.monotonic_ns() - self._published_ns) / 1e6)
            self._number += 1
            if self._number == self._place.parts:
                self._msn, self._number = self._msn + 1, 0
        self._wants_part = not self._wants_part
        self._ask()


async def _get(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
    text = (await reader.read()).decode(errors="replace")
    writer.close()
    return text


async def _place(port: int, playlist: str) -> tuple[Place, int]:
    """How a rendition is laid out, read from its playlist as soon as it shows a whole segment; and the newest segment."""
    while True:
        text = await _get(port, f"/live/{playlist}.m3u8")
        names = [line.partition('URI="')[2].partition('"')[0] for line in text.splitlines() if "#EXT-X-PART:" in line]
        counts: dict[int, int] = {}
        for name in names:
            msn, number = (int(part) for part in name.removesuffix(".m4s").split("-")[1:3])
            counts[msn] = max(counts.get(msn, 0), number + 1)
        if len(counts) >= 3:
            prefix, _, _, *rest = names[0].removesuffix(".m4s").split("-")
            return Place(playlist, prefix, "".join(f"-{mark}" for mark in rest), max(counts.values())), max(counts)
        await asyncio.sleep(0.2)


def _cpu_s(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123 - not a file of ours
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_HZ


async def _load(port: int, pid: int, viewers: int, warm_s: float, measure_s: float) -> dict[str, Any]:
    loop, tally, buffer = asyncio.get_running_loop(), Tally(), bytearray(1024 * 1024)
    transports = []
    for begin in range(0, viewers, CONNECT_AT_ONCE):
        numbers = range(begin, min(viewers, begin + CONNECT_AT_ONCE))
        full, msn = await _place(port, "main")
        small, _ = await _place(port, "low")
        places = [small if number % SMALL_SHARE == 0 else full for number in numbers]
        made = await asyncio.gather(
            *(
                loop.create_connection(partial(_Viewer, place, msn, tally, buffer), "127.0.0.1", port)
                for place in places
            )
        )
        transports += [transport for transport, _ in made]
    await asyncio.sleep(warm_s)
    cpu_s, begin_s = _cpu_s(pid), time.monotonic()
    tally.measuring = True
    await asyncio.sleep(measure_s)
    tally.measuring = False
    used, took_s = _cpu_s(pid) - cpu_s, time.monotonic() - begin_s
    for transport in transports:
        transport.abort()
    # a viewer that got fewer parts than there were stood still: that is an error too
    wanted = viewers * int(measure_s * 1000 / PART_MS - 2)
    missed = max(0, wanted - len(tally.delays_ms))
    return {
        "viewers": viewers,
        "p50_ms": round(percentile(tally.delays_ms, 0.5), 1),
        "p99_ms": round(percentile(tally.delays_ms, 0.99), 1),
        "errors": tally.errors + missed,
        "cpu_cores": round(used / took_s, 2),
    }


async def _measure(viewers: int, warm_s: float, measure_s: float) -> dict[str, Any]:
    cores = sorted(os.sched_getaffinity(0))
    port = free_port()
    core = cores[0] if len(cores) > 1 else None
    told = json.dumps({"port": port, "part_ms": PART_MS, "sizes": [PART_BYTES, SMALL_BYTES], "core": core})
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chamber.apps.bench_origin", told, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(20):
            if server.stdout is None or not await server.stdout.readline():
                raise DeviceUnreachableError("bench", "the server did not start")
        if len(cores) > 1:
            os.sched_setaffinity(0, set(cores[1:]))
        return await _load(port, server.pid, viewers, warm_s, measure_s)
    finally:
        os.sched_setaffinity(0, set(cores))
        with suppress(ProcessLookupError):
            server.kill()
        await server.wait()


def measure(viewers: int = VIEWERS, *, warm_s: float = WARM_S, measure_s: float = MEASURE_S) -> dict[str, Any]:
    """The figures of `chamber bench viewers`."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(viewers, warm_s, measure_s))
