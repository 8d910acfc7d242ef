"""The whole mixer over its real sockets."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from chamber.mixer.settings import InputSettings, MixerSettings, SoundSettings
from tests.chamber.mixer.sources import (
    HEIGHT,
    WIDTH,
    Controller,
    ToneSource,
    Viewer,
    Y4mSource,
    boot_ms,
    mixing,
    seen_until,
)
from tests.until import until

ONE, TWO = 100, 200
VALUE = 5000


@dataclass
class Hall:
    """A mixer with two cameras and sound, an open meeting and cam1 on air."""

    one: Y4mSource
    two: Y4mSource
    controller: Controller
    viewer: Viewer
    run_dir: Path


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    before = threading.active_count()
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(Y4mSource(tmp_path / "one.sock", ONE))
        two = await stack.enter_async_context(Y4mSource(tmp_path / "two.sock", TWO))
        tone = await stack.enter_async_context(ToneSource(tmp_path / "tone.sock", VALUE))
        settings = MixerSettings(
            tmp_path / "run",
            (InputSettings("cam1", one.path), InputSettings("cam2", two.path)),
            SoundSettings(tone.path),
            WIDTH,
            HEIGHT,
            "Gemeente",
        )
        await stack.enter_async_context(mixing(settings))
        controller = await stack.enter_async_context(Controller(settings.run_dir / "mixer.sock"))
        viewer = await stack.enter_async_context(Viewer(settings.run_dir / "programme.sock"))
        controller.wish("cam1", cut_id=1)
        controller.keep("open")
        await seen_until(viewer, lambda tick: tick.luma == ONE and not tick.silent, what="cam1 is on air with sound")
        yield Hall(one, two, controller, viewer, settings.run_dir)
    left = [t.name for t in threading.enumerate() if t.name.startswith(("input", "mixer", "programme"))]
    assert not left, f"threads left behind: {left}, {before} before"


async def test_hello_and_steady_ticks(hall: Hall) -> None:
    assert hall.viewer.hello == {"width": WIDTH, "height": HEIGHT, "fps": 25, "rate": 48000, "channels": 2}
    start = hall.viewer.last
    tick = await seen_until(hall.viewer, lambda tick: tick.number >= start.number + 25, what="a second of ticks")
    assert tick.capture_ms - start.capture_ms == 40 * (tick.number - start.number)
    assert abs(boot_ms() - tick.capture_ms) < 1000
    assert (hall.viewer.last.sound == VALUE).all()
    assert not tick.slate


async def test_a_cut_lands_within_two_ticks_of_the_wish_and_is_echoed(hall: Hall) -> None:
    wished_at_ms = boot_ms()
    hall.controller.wish("cam2", cut_id=2)
    tick = await seen_until(hall.viewer, lambda tick: tick.luma == TWO, what="cam2")
    assert tick.capture_ms - wished_at_ms <= 4 * 40
    before = [t for t in hall.viewer.ticks if t.number < tick.number]
    assert before[-1].luma == ONE, "nothing is shown between the two cameras"
    await until(lambda: hall.controller.known.get("cut_id") == 2)
    assert hall.controller.known["programme"] == "cam2"
    assert hall.controller.known["slate"] is None
    assert hall.controller.known["clients"] == 1


async def test_a_stalled_input_does_not_stall_the_programme_and_ends_in_a_slate_of_ours(hall: Hall) -> None:
    hall.one.stalled = True
    first = hall.viewer.last.number
    await until(lambda: hall.controller.known["inputs"]["cam1"]["state"] == "stale", what="stale")
    held = await seen_until(hall.viewer, lambda tick: tick.repeated, what="a repeated picture")
    assert held.luma == ONE
    await until(lambda: hall.controller.known["slate"] == "fault", what="the fault slate")
    tick = await seen_until(hall.viewer, lambda tick: tick.luma != ONE, what="the slate")
    assert not tick.slate, "the hall is still heard, so the tick is not free of it"
    assert (tick.sound == VALUE).all()
    numbers = [tick.number for tick in hall.viewer.ticks if tick.number >= first]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "no tick was left out"
    assert hall.controller.known["inputs"]["cam2"]["state"] == "live"
    hall.one.stalled = False
    await seen_until(hall.viewer, lambda tick: tick.luma == ONE, what="cam1 again")


async def test_a_source_that_comes_back_is_used_again(hall: Hall) -> None:
    hall.one.hang_up()
    await until(lambda: hall.one.connections == 2, what="a second connection")
    await until(lambda: hall.controller.known["inputs"]["cam1"]["state"] == "live")
    await seen_until(hall.viewer, lambda tick: tick.luma == ONE, what="cam1 again")


async def test_closing_gives_slate_and_silence_in_the_next_tick(hall: Hall) -> None:
    closed_at_ms = boot_ms()
    hall.controller.keep("suspended")
    tick = await seen_until(hall.viewer, lambda tick: tick.slate, what="the slate")
    assert tick.capture_ms - closed_at_ms <= 2 * 40
    assert tick.silent
    await until(lambda: hall.controller.known["slate"] == "suspended")
    assert hall.controller.known["muted"] is True
    after = await seen_until(hall.viewer, lambda t: t.number > tick.number + 10, what="more")
    shut = [t for t in hall.viewer.ticks if tick.number <= t.number <= after.number]
    assert all(t.slate and t.silent and t.luma < 60 for t in shut)


async def test_without_leases_the_gate_falls_shut_within_a_second_and_a_tick(hall: Hall) -> None:
    hall.controller.stop_leasing()
    hall.controller.lease("open")
    last_ms = boot_ms()
    tick = await seen_until(hall.viewer, lambda tick: tick.slate, what="the slate", timeout_s=3)
    assert 800 <= tick.capture_ms - last_ms <= 1000 + 2 * 40
    assert tick.silent
    await until(lambda: hall.controller.known["slate"] == "fault")
    hall.controller.keep("open")
    await seen_until(hall.viewer, lambda tick: not tick.slate and tick.luma == ONE, what="the same epoch comes back")


async def test_a_lease_of_a_controller_in_which_nobody_opened_permits_nothing(hall: Hall) -> None:
    hall.controller.epoch = "e2"
    hall.controller.keep("open")
    await seen_until(hall.viewer, lambda tick: tick.slate, what="the slate")
    start = hall.viewer.last.number
    await seen_until(hall.viewer, lambda tick: tick.number > start + 30, what="more than a second")
    assert all(tick.slate for tick in hall.viewer.ticks if tick.number > start)
    hall.controller.opened_epoch = "e2"
    hall.controller.keep("open")
    await seen_until(hall.viewer, lambda tick: not tick.slate, what="the operator opened")


async def test_a_name_bar_appears_and_goes_at_once_when_it_was_wrong(hall: Hall) -> None:
    def under_bar(number: int) -> int:
        """Luma inside the bar's ground, near its lower edge."""
        tick = next(t for t in hall.viewer.ticks if t.number == number)
        return int(tick.picture[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH)[int(HEIGHT * 0.92) - 2, 40])

    hall.controller.wish("cam1", bar={"name": "Şükrü Çağlayan", "detail": "DENK"}, cut_id=1)
    await until(lambda: hall.controller.known["bar"] == "Şükrü Çağlayan")
    await until(lambda: under_bar(hall.viewer.last.number) < 46, what="the bar is opaque")
    faded = {under_bar(tick.number) for tick in hall.viewer.ticks}
    assert len(faded) >= 6, "it came gradually"
    hall.controller.wish("cam1", bar={"name": "Jan Jansen", "detail": ""}, cut_id=1)
    await until(lambda: hall.controller.known["bar"] == "Jan Jansen")
    hall.controller.wish("cam2", bar=None, cut_id=2)
    tick = await seen_until(hall.viewer, lambda tick: tick.luma == TWO, what="cam2")
    assert under_bar(tick.number) == TWO, "the name went with its picture"


async def test_levels_and_mute(hall: Hall) -> None:
    steady = {"rms_dbfs": -16.3, "peak_dbfs": -16.3}
    await until(
        lambda: hall.controller.levels.items() >= steady.items(), what="a square of 5000 is 16.3 dB below full scale"
    )
    assert all(
        -70.0 <= hall.controller.levels[f"{name}_lufs"] <= 0.0 for name in ("momentary", "short_term", "integrated")
    )
    hall.controller.wish("cam1", mute=True, cut_id=1)
    await until(lambda: hall.controller.levels.get("rms_dbfs") == -120.0)
    tick = await seen_until(hall.viewer, lambda tick: tick.silent, what="silence")
    assert not tick.slate


async def test_two_sources_of_sound_are_mixed_and_one_may_go(tmp_path: Path) -> None:
    async with ToneSource(tmp_path / "a.sock", 1000) as first, ToneSource(tmp_path / "b.sock", 4000) as second:
        also = (SoundSettings(second.path, gain_db=-20.0),)
        settings = MixerSettings(tmp_path / "run", (), SoundSettings(first.path), WIDTH, HEIGHT, sound_also=also)
        async with (
            mixing(settings),
            Controller(settings.run_dir / "mixer.sock") as controller,
            Viewer(settings.run_dir / "programme.sock") as viewer,
        ):
            controller.wish(None, cut_id=1)
            controller.keep("open")
            await seen_until(viewer, lambda tick: (tick.sound == 1400).all(), what="both")
            await second.__aexit__(None, None, None)
            await seen_until(viewer, lambda tick: (tick.sound == 1000).all(), what="the one that is left")


async def test_noise_from_the_controller_changes_nothing(hall: Hall) -> None:
    for line in (b"{}\n", b"\xff\xfe\n", b'{"wish": {"programme": 3}}\n', b'{"lease": {"state": "open"}}\n', b"[1]\n"):
        hall.controller.raw(line)
    hall.controller.wish("cam1", cut_id=9)
    await until(lambda: hall.controller.known["cut_id"] == 9)
    assert hall.viewer.last.luma == ONE


async def test_a_slow_client_loses_whole_ticks_and_holds_up_nobody(hall: Hall) -> None:
    async with Viewer(hall.run_dir / "programme.sock") as slow:
        await until(lambda: slow.ticks)
        slow.paused = True
        start = hall.viewer.last.number
        await seen_until(hall.viewer, lambda tick: tick.number >= start + 90, what="ticks for the fast client")
        slow.paused = False
        await until(lambda: slow.ticks[-1].number >= start + 90, what="the slow client comes back")
        numbers = [tick.number for tick in slow.ticks]
        assert numbers == sorted(set(numbers))
        assert max(b - a for a, b in pairwise(numbers)) > 1, "it lost ticks"
    fast = [tick.number for tick in hall.viewer.ticks]
    assert fast == list(range(fast[0], fast[0] + len(fast)))


async def test_a_fifth_client_is_refused_and_a_place_comes_free(hall: Hall) -> None:
    path = hall.run_dir / "programme.sock"
    async with Viewer(path), Viewer(path):
        async with Viewer(path) as fourth, Viewer(path) as fifth:
            await until(lambda: fourth.ticks)
            await until(lambda: fifth.ended)
        await until(lambda: hall.controller.known["clients"] == 3, what="the fourth is missed")
        async with Viewer(path) as next_one:
            await until(lambda: next_one.ticks)


async def test_a_new_controller_replaces_the_old_one(hall: Hall) -> None:
    hall.controller.stop_leasing()
    async with Controller(hall.run_dir / "mixer.sock") as newer:
        newer.epoch = newer.opened_epoch = "e9"
        newer.keep("open")
        newer.wish("cam2", cut_id=1)
        await until(lambda: newer.known.get("programme") == "cam2")
        await seen_until(hall.viewer, lambda tick: tick.luma == TWO, what="cam2")


async def test_a_mixer_starts_with_slate_and_silence_and_without_any_source(tmp_path: Path) -> None:
    settings = MixerSettings(tmp_path / "run", (InputSettings("cam1", tmp_path / "nothing.sock"),), None, WIDTH, HEIGHT)
    async with mixing(settings), Viewer(settings.run_dir / "programme.sock") as viewer:
        await until(lambda: len(viewer.ticks) > 10)
        assert all(tick.slate and tick.silent for tick in viewer.ticks)
        async with Controller(settings.run_dir / "mixer.sock") as controller:
            await until(lambda: controller.known)
            assert controller.known["inputs"]["cam1"]["state"] == "none"
            assert controller.known["programme"] is None
            assert controller.known["slate"] == "begin"


async def test_sockets_belong_to_us_alone_and_a_second_start_replaces_old_files(tmp_path: Path) -> None:
    settings = MixerSettings(tmp_path / "run", (), None, WIDTH, HEIGHT)
    settings.run_dir.mkdir()
    for name in ("mixer.sock", "programme.sock", "thumbs.sock"):
        (settings.run_dir / name).touch()
    async with mixing(settings):
        modes = {path.name: path.stat().st_mode & 0o777 for path in settings.run_dir.glob("*.sock")}
        assert modes == {"mixer.sock": 0o600, "programme.sock": 0o600, "thumbs.sock": 0o600}
        await asyncio.sleep(0)
