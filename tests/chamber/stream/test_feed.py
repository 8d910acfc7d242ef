"""The client of the mixer's socket against a real socket, well-behaved and not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from chamber.clock import SystemClock
from chamber.stream.feed import HEADER, ProgrammeFeed, Tick
from chamber.stream.settings import StreamSettings
from tests.chamber.stream.programme import HEIGHT, SOUND_BYTES, WIDTH, Programme, barcode
from tests.until import until

PICTURE = WIDTH * HEIGHT * 3 // 2
HELLO = json.dumps({"width": WIDTH, "height": HEIGHT, "fps": 25, "rate": 48000, "channels": 2}).encode()


def message(kind: int, tick: int, body: bytes, magic: bytes = b"RZM1") -> bytes:
    return HEADER.pack(magic, kind, 0, 0, tick, tick * 40_000_000, len(body), 0) + body


@asynccontextmanager
async def following(path: Path) -> AsyncIterator[list[Tick]]:
    ticks: list[Tick] = []
    feed = ProgrammeFeed(StreamSettings(path, WIDTH, HEIGHT), SystemClock(), ticks.append)
    task = asyncio.create_task(feed.run())
    try:
        yield ticks
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def saying(path: Path, *chunks: bytes) -> AsyncIterator[list[int]]:
    """A mixer that says the same bytes to each client; how often it was called and was hung up on."""
    calls = [0, 0]

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls[0] += 1
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0)
        with suppress(OSError):
            await reader.read()
        calls[1] += 1
        writer.close()

    server = await asyncio.start_unix_server(session, path / "programme.sock")
    yield calls
    server.close()


async def test_ticks_come_whole_and_in_order(tmp_path: Path) -> None:
    async with Programme(tmp_path / "programme.sock"), following(tmp_path) as ticks:
        await until(lambda: len(ticks) >= 5)
    for tick in ticks:
        assert (len(tick.picture), len(tick.sound)) == (PICTURE, SOUND_BYTES)
        assert bytes(tick.picture) == barcode(tick.capture_ms & 0xFFFFFFFF)
    assert [tick.number for tick in ticks] == list(range(ticks[0].number, ticks[0].number + len(ticks)))


async def test_it_waits_for_a_mixer_and_comes_back_to_one(tmp_path: Path) -> None:
    async with following(tmp_path) as ticks:
        async with Programme(tmp_path / "programme.sock"):
            await until(lambda: len(ticks) >= 2)
        count = len(ticks)
        async with Programme(tmp_path / "programme.sock"):
            await until(lambda: len(ticks) >= count + 2)


async def test_chunks_do_not_matter(tmp_path: Path) -> None:
    whole = message(0, 0, HELLO) + message(1, 7, bytes(PICTURE)) + message(2, 7, bytes(SOUND_BYTES))
    chunks = [whole[at : at + 777] for at in range(0, len(whole), 777)]
    async with saying(tmp_path, *chunks), following(tmp_path) as ticks:
        await until(lambda: ticks)
    assert (ticks[0].number, ticks[0].capture_ms) == (7, 280)


async def test_half_a_tick_is_no_tick(tmp_path: Path) -> None:
    wire = [message(0, 0, HELLO), message(1, 7, bytes(PICTURE)), message(2, 8, bytes(SOUND_BYTES))]
    wire += [message(1, 9, bytes(PICTURE)), message(2, 9, bytes(SOUND_BYTES))]
    async with saying(tmp_path, *wire), following(tmp_path) as ticks:
        await until(lambda: ticks)
    assert [tick.number for tick in ticks] == [9]


@pytest.mark.parametrize(
    "wire",
    [
        message(0, 0, HELLO, magic=b"NOPE"),
        message(1, 0, bytes(12)),
        message(2, 0, bytes(3)),
        message(9, 0, b"x"),
        message(0, 0, b"not json"),
        message(0, 0, HELLO.replace(b"320", b"640")),
        HEADER.pack(b"RZM1", 0, 0, 0, 0, 0, 0xFFFFFFFF, 0),
        bytes(100),
    ],
    ids=["magic", "picture", "sound", "kind", "hello", "size", "length", "zeros"],
)
async def test_what_the_contract_does_not_know_ends_the_session(tmp_path: Path, wire: bytes) -> None:
    async with saying(tmp_path, wire) as calls, following(tmp_path) as ticks:
        await until(lambda: calls[1] >= 1 and calls[0] >= 2)
    assert ticks == []
