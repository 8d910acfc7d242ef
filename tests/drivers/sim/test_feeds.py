import asyncio
import itertools
import stat
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from drivers.sim import feeds
from drivers.sim.feeds import FrameFeed, SoundFeed
from drivers.sim.voices import BLOCK_BYTES, Voices, tones_in
from tests.drivers.sim.listener import Listener
from tests.until import until

WIDTH, HEIGHT = 640, 360
BYTES = WIDTH * HEIGHT * 3 // 2


class Counter:
    """Frames that differ: each is filled with its number."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = itertools.count(1)
        self.made, self.threads = 0, set[str]()
        self.hold = threading.Event()
        self.hold.set()

    def __call__(self) -> bytes:
        self.hold.wait(5)
        self.made = next(self._numbers)
        self.threads.add(threading.current_thread().name)
        return bytes([self.made % 256]) * BYTES


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
async def feed(tmp_path: Path, counter: Counter) -> AsyncIterator[FrameFeed]:
    async with FrameFeed(tmp_path / "deep" / "cam.sock", counter, WIDTH, HEIGHT) as feed:
        yield feed


async def test_a_listener_gets_header_and_frames(feed: FrameFeed, counter: Counter) -> None:
    listener = await Listener.pictures(feed.path)
    assert (listener.width, listener.height) == (WIDTH, HEIGHT)
    numbers = [(await listener.frame())[0] for _ in range(5)]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 5
    assert threading.current_thread().name not in counter.threads
    await listener.close()


async def test_nothing_is_drawn_for_nobody(feed: FrameFeed, counter: Counter) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + 0.2
    await until(lambda: loop.time() > end)
    assert counter.made == 0
    listener = await Listener.pictures(feed.path)
    await listener.frame()
    assert feed.clients == 1
    await listener.close()
    await until(lambda: feed.clients == 0)


async def test_only_we_may_connect(feed: FrameFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stat.S_IMODE(feed.path.stat().st_mode) == 0o600
    monkeypatch.setattr(feeds, "_same_user", lambda writer: False)
    stranger = await Listener.sound(feed.path)
    assert await stranger.ended()
    await stranger.close()


async def test_one_who_does_not_read_holds_nobody_up_and_gets_the_newest(feed: FrameFeed, counter: Counter) -> None:
    lazy, eager = await Listener.pictures(feed.path), await Listener.pictures(feed.path)
    first = (await lazy.frame())[0]
    seen = [(await eager.frame())[0] for _ in range(25)]
    assert len(set(seen)) == 25
    # what is in the sockets' and the reader's buffers is old; after it comes the present
    caught_up = [(await lazy.frame())[0] for _ in range(8)]
    assert caught_up[-1] - first > 12
    assert counter.made - caught_up[-1] < 4
    await lazy.close()
    await eager.close()


async def test_a_slow_painter_does_not_hold_the_loop(feed: FrameFeed, counter: Counter) -> None:
    listener = await Listener.pictures(feed.path)
    await listener.frame()
    counter.hold.clear()
    before = counter.made
    for _ in range(20):
        await asyncio.sleep(0.005)
    assert counter.made <= before + 1
    counter.hold.set()
    assert (await listener.frame())[0] > 0
    await listener.close()


async def test_a_frozen_picture_goes_on_being_sent(feed: FrameFeed) -> None:
    listener = await Listener.pictures(feed.path)
    await listener.frame()
    feed.freeze()
    for _ in range(4):
        still = await listener.frame()
    assert await listener.frame() == still
    feed.resume()
    await until_differs(listener, still)
    await listener.close()


async def until_differs(listener: Listener, still: bytes) -> None:
    for _ in range(20):
        if await listener.frame() != still:
            return
    pytest.fail("the picture stays as it was")


async def test_a_stopped_feed_keeps_its_listeners_and_goes_on_later(feed: FrameFeed) -> None:
    listener = await Listener.pictures(feed.path)
    await listener.frame()
    feed.stop()
    sent = feed.sent
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            while True:
                await listener.frame()
    assert feed.sent <= sent + 1
    assert feed.clients == 1
    await listener.close()
    await until(lambda: feed.clients == 0, what="a listener that left while nothing was sent is forgotten")
    feed.resume()
    again = await Listener.pictures(feed.path)
    assert len(await again.frame()) == BYTES
    await again.close()


async def test_a_slow_feed_leaves_frames_out(feed: FrameFeed) -> None:
    listener = await Listener.pictures(feed.path)
    await listener.frame()
    feed.slow(5)
    numbers = [(await listener.frame())[0] for _ in range(5)][2:]
    assert all(later - sooner >= 5 for sooner, later in itertools.pairwise(numbers))
    await listener.close()


async def test_torn_connections_can_be_made_again(feed: FrameFeed) -> None:
    listener = await Listener.pictures(feed.path)
    await listener.frame()
    feed.tear()
    assert await listener.ended()
    await listener.close()
    again = await Listener.pictures(feed.path)
    assert len(await again.frame()) == BYTES
    await again.close()


async def test_there_is_room_for_eight(feed: FrameFeed) -> None:
    listeners = [await Listener.pictures(feed.path) for _ in range(feeds.CLIENTS)]
    await until(lambda: feed.clients == feeds.CLIENTS)
    ninth = await Listener.sound(feed.path)
    assert await ninth.ended()
    for listener in (*listeners, ninth):
        await listener.close()


async def test_a_left_socket_file_is_replaced_and_taken_away(tmp_path: Path, counter: Counter) -> None:
    path = tmp_path / "cam.sock"
    path.write_text("left by a crash")
    feed = FrameFeed(path, counter, WIDTH, HEIGHT)
    for _ in range(2):
        async with feed:
            listener = await Listener.pictures(path)
            await listener.frame()
            await listener.close()
        assert not path.exists()


async def test_sound_comes_in_blocks_and_follows_the_microphones(tmp_path: Path) -> None:
    voices = Voices(["a", "b"], tones=True)
    tones = {seat: voices.tone_hz(seat) for seat in ("a", "b")}
    open_seats = {"b"}
    async with SoundFeed(tmp_path / "sound.sock", voices, ppm=200.0, follow=lambda: open_seats) as feed:
        listener = await Listener.sound(feed.path)
        await listener.take(BLOCK_BYTES)
        assert tones_in(await listener.take(2 * BLOCK_BYTES), tones) == {"b"}
        open_seats.clear()
        await until(lambda: not voices.open)
        await listener.take(4 * BLOCK_BYTES)
        assert tones_in(await listener.take(2 * BLOCK_BYTES), tones) == set()
        await listener.close()


async def test_one_who_does_not_take_the_sound_loses_some_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "SOUND_BACKLOG_BYTES", BLOCK_BYTES)
    voices = Voices(["a"])
    async with SoundFeed(tmp_path / "sound.sock", voices, ppm=40e6) as feed:
        deaf, eager = await Listener.sound(feed.path), await Listener.sound(feed.path)
        heard = 0
        while feed.lost == 0:
            heard += len(await eager.take(BLOCK_BYTES))
        assert heard > 10 * BLOCK_BYTES
        await eager.close()
        await deaf.close()


async def test_sound_keeps_its_own_time(tmp_path: Path) -> None:
    voices = Voices(["a"])
    fast = SoundFeed(tmp_path / "a.sock", voices, ppm=50_000)
    true = SoundFeed(tmp_path / "b.sock", Voices(["a"]))
    async with fast, true:
        await until(lambda: true.sent >= 60)
        assert fast.sent / true.sent == pytest.approx(1.05, abs=0.035)


def test_times_are_those_of_the_machine_since_boot() -> None:
    assert np.diff([feeds.boottime_ms(), feeds.boottime_ms()])[0] in range(50)
