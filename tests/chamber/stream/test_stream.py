"""The whole media side with a real encoder: what the public gets, and what it never gets."""

import asyncio
import os
import random
import signal
import subprocess
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from drivers.ffmpeg.locate import Ffmpeg
from tests.chamber.stream.greedy import Greedy, barcodes, pictures
from tests.chamber.stream.programme import read_barcode
from tests.until import until

pytestmark = pytest.mark.media
LOW = 0xFFFFFFFF


async def test_a_press_at_any_moment_lets_nothing_captured_after_it_out(make_rig: Callable, program: Ffmpeg) -> None:
    rig = await make_rig()
    async with Greedy(rig.client) as greedy:
        rig.controller.set("open")
        await until(lambda: rig.live_parts >= 4)
        await asyncio.sleep(random.uniform(0, 0.5))
        pressed_ms = rig.controller.set("suspended")
        await until(lambda: rig.controller.known["legs"]["video"] == "slate", timeout_s=1.0)
        await asyncio.sleep(random.uniform(0.2, 0.8))
        reopened_ms = rig.controller.set("open")
        before = rig.live_parts
        await until(lambda: rig.live_parts >= before + 3)
        await greedy.settle()
    greedy.check_playlists()
    seen = greedy.captures(program.path)
    assert any(value <= pressed_ms & LOW for value in seen)
    assert any(value >= reopened_ms & LOW for value in seen)
    wrong = [value for value in seen if pressed_ms & LOW < value < (reopened_ms + 300) & LOW]
    assert not wrong, f"{len(wrong)} pictures leaked, the first {wrong[0] - pressed_ms} ms after the press"


async def test_a_silent_controller_shuts_the_gate_by_itself(make_rig: Callable, program: Ffmpeg) -> None:
    rig = await make_rig()
    async with Greedy(rig.client) as greedy:
        rig.controller.set("open")
        await until(lambda: rig.live_parts >= 3)
        rig.controller.silent = True
        last_ms = rig.controller.last_issued_ms
        await until(lambda: rig.controller.known["legs"]["video"] == "slate", timeout_s=1.5)
        shut_ms = rig.clock.now_ms()
        count = len(rig.parts)
        await until(lambda: len(rig.parts) >= count + 3)
        rig.controller.silent = False
        before = rig.live_parts
        await until(lambda: rig.live_parts > before)
        await greedy.settle()
    assert shut_ms - last_ms <= 1500
    seen = greedy.captures(program.path)
    reopened_ms = rig.stream.release.gate.open_from_ms
    assert seen
    assert not [value for value in seen if (last_ms + 1000) & LOW < value < reopened_ms & LOW]
    assert rig.controller.known["closures"] == 1


async def test_a_new_epoch_stays_shut_until_it_was_opened(make_rig: Callable) -> None:
    rig = await make_rig()
    rig.controller.set("open")
    await until(lambda: rig.live_parts)
    rig.controller.epoch = "second"
    rig.controller.set("suspended")
    await until(lambda: not rig.parts[-1].live)
    count = len(rig.parts)
    await until(lambda: len(rig.parts) >= count + 5)
    assert not any(part.live for part in rig.parts[count:])


async def test_the_public_delay_protects_against_a_late_press(make_rig: Callable, program: Ffmpeg) -> None:
    rig = await make_rig(delay_ms=1500)
    async with Greedy(rig.client) as greedy:
        rig.controller.set("open")
        await until(lambda: rig.live_parts >= 3)
        pressed_ms = rig.controller.set("closed")
        await until(lambda: rig.controller.known["legs"]["video"] == "slate", timeout_s=1.0)
        count = len(rig.parts)
        await until(lambda: len(rig.parts) >= count + 8)
        await greedy.settle()
    seen = greedy.captures(program.path)
    assert seen
    assert max(seen) <= (pressed_ms - 1500) & LOW


async def test_a_splice_continues_one_timeline_for_any_decoder(make_rig: Callable, program: Ffmpeg) -> None:
    rig = await make_rig()
    for state in ("open", "suspended", "open"):
        rig.controller.set(state)
        count = len(rig.parts)
        await until(
            lambda c=count, s=state: [p.live for p in rig.parts[c:]].count(s == "open") >= 4,
        )
    assert len({part.init.data for part in rig.parts}) == 1, "the slate's set-up differs from the live one"
    assert not any(part.discontinuity for part in rig.parts)
    data = rig.parts[0].init.data + b"".join(part.data for part in rig.parts)
    shown = pictures(program.path, data)
    assert len(shown) == sum(part.duration_ms for part in rig.parts) // 40
    for earlier, later in pairwise(rig.parts):
        assert 0 <= later.capture_ms - earlier.end_ms < 40


async def test_a_part_knows_when_its_pictures_were_captured(make_rig: Callable, program: Ffmpeg) -> None:
    rig = await make_rig()
    rig.controller.set("open")
    await until(lambda: rig.live_parts >= 8)
    live = [part for part in rig.parts if part.live]
    for part in live[::2]:
        if part.independent:
            first = barcodes(program.path, part.init.data + part.data)[0]
            assert first == part.capture_ms & LOW
    assert live[-1].end_ms - live[-1].capture_ms == 200


async def test_a_killed_encoder_comes_back_and_nothing_is_lost(make_rig: Callable, program: Ffmpeg) -> None:
    rig = await make_rig()
    async with Greedy(rig.client) as greedy:
        rig.controller.set("open")
        await until(lambda: rig.live_parts >= 4)
        await asyncio.sleep(random.uniform(0, 0.2))
        os.kill(rig.encoders[-1].pid, signal.SIGKILL)
        await until(lambda: rig.controller.known["encoder_restarts"] == 1)
        before = rig.live_parts
        await until(lambda: rig.live_parts >= before + 6)
        await greedy.settle()
    greedy.check_playlists()
    live = [part for part in rig.parts if part.live]
    assert all(later.capture_ms == earlier.end_ms for earlier, later in pairwise(live))
    assert not any(part.discontinuity for part in live)
    assert not any(part.live < earlier.live for earlier, part in pairwise(rig.parts)), "a slate came between"
    values = barcodes(program.path, live[0].init.data + b"".join(part.data for part in live))
    steps = [later - earlier for earlier, later in pairwise(values)]
    assert set(steps) == {40}, str(steps)


async def test_an_encoder_that_hangs_is_replaced(make_rig: Callable) -> None:
    rig = await make_rig()
    rig.controller.set("open")
    await until(lambda: rig.live_parts >= 2)
    os.kill(rig.encoders[-1].pid, signal.SIGSTOP)
    await until(lambda: rig.controller.known["encoder_restarts"] == 1)
    before = rig.live_parts
    await until(lambda: rig.live_parts >= before + 20)
    live = [part for part in rig.parts if part.live]
    assert all(later.capture_ms == earlier.end_ms for earlier, later in pairwise(live))


async def test_missing_ticks_are_filled_and_counted(make_rig: Callable, program: Ffmpeg) -> None:
    rig = await make_rig()
    rig.controller.set("open")
    await until(lambda: rig.live_parts >= 2)
    rig.programme.leave_out = 5
    before = rig.live_parts
    await until(lambda: rig.live_parts >= before + 6)
    assert rig.stream.counters.repeated_frames == 5
    assert rig.stream.counters.encoder_restarts == 0
    live = [part for part in rig.parts if part.live]
    assert all(later.capture_ms == earlier.end_ms for earlier, later in pairwise(live))
    values = barcodes(program.path, live[0].init.data + b"".join(part.data for part in live))
    assert max(values.count(value) for value in values) == 6


async def test_a_mixer_that_was_away_gets_a_fresh_encoder(make_rig: Callable) -> None:
    rig = await make_rig()
    rig.controller.set("open")
    await until(lambda: rig.live_parts >= 2)
    rig.programme.paused = True
    rig.programme.hang_up()
    await until(lambda: not rig.parts[-1].live, what="slate without a programme")
    rig.programme.paused = False
    count = len(rig.parts)
    await until(lambda: any(part.live for part in rig.parts[count:]), what="live again")
    assert rig.stream.counters.encoder_restarts == 0
    assert rig.stream.counters.repeated_frames == 0


async def test_take_back_makes_gaps_and_404s(make_rig: Callable) -> None:
    rig = await make_rig()
    async with Greedy(rig.client) as greedy:
        rig.controller.set("open")
        await until(lambda: rig.live_parts >= 12)
        await greedy.settle()
        had = {name for name in greedy.files if name[0] in "ps"}
        rig.controller.send({"take_back": {"id": 7, "seconds": 2}})
        await until(lambda: rig.controller.taken_back)
        taken_ms = rig.clock.now_ms()
        gone = [name for name in had if rig.stream.packager.file(name) is None]
        assert gone
        assert rig.controller.taken_back[0]["id"] == 7
        assert rig.controller.taken_back[0]["parts"] >= 10
        for name in gone:
            async with rig.client.get(name) as answer:
                assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store")
        before = rig.live_parts
        await until(lambda: rig.live_parts >= before + 3)
        await until(lambda: "EXT-X-GAP" in greedy.playlists[-1])
    greedy.check_playlists()
    fresh = [part for part in rig.parts if part.live][before:]
    assert fresh[0].independent
    assert fresh[0].capture_ms >= taken_ms - 40


async def test_before_standby_nothing_is_public_and_each_state_has_its_slate(
    make_rig: Callable, program: Ffmpeg
) -> None:
    rig = await make_rig()
    rig.controller.set("planned")
    await until(lambda: rig.controller.known.get("seq", 0) > 2)
    assert rig.controller.known["legs"] == {"video": "dark", "audio": "dark", "index": "dark"} or not rig.parts
    for state in ("standby", "suspended", "closed", "ended"):
        rig.controller.set(state)
        count = len(rig.parts)
        await until(lambda c=count: len(rig.parts) >= c + 12)
    shown = pictures(program.path, rig.parts[0].init.data + b"".join(part.data for part in rig.parts))
    assert all(read_barcode(picture) is None for picture in shown)
    looks = {picture[:170:2, ::2].tobytes() for picture in shown if picture is not None}
    assert len(looks) >= 4
    rig.controller.set("planned")
    await until(lambda: rig.stream.packager.media() is None)
    async with rig.client.get("index.m3u8") as answer:
        assert answer.status == 404


async def test_the_slate_tells_when_the_meeting_resumes(make_rig: Callable) -> None:
    rig = await make_rig()
    rig.controller.set("suspended")
    await until(lambda: len(rig.parts) >= 3)
    plain = next(part.data for part in reversed(rig.parts) if part.independent)
    made = len(rig.encoders)
    rig.controller.send({"facts": {"at_ms": 0, "state": "suspended", "resumes_at": "21:15"}})
    await until(lambda: len(rig.encoders) > made)
    count = len(rig.parts)
    await until(lambda: len([part for part in rig.parts[count:] if part.independent]) >= 3)
    told = next(part.data for part in reversed(rig.parts) if part.independent)
    assert told[-1000:] != plain[-1000:]
    assert len({part.init.data for part in rig.parts}) == 1


async def test_sound_and_picture_stay_together(make_rig: Callable, program: Ffmpeg, tmp_path: os.PathLike) -> None:
    rig = await make_rig()
    for state in ("open", "suspended", "open"):
        rig.controller.set(state)
        count = len(rig.parts)
        await until(lambda c=count, s=state: [p.live for p in rig.parts[c:]].count(s == "open") >= 3)
    os.kill(rig.encoders[-1].pid, signal.SIGKILL)
    await until(lambda: rig.stream.counters.encoder_restarts == 1)
    rig.programme.flash_from_ms = flash_ms = rig.clock.now_ms() + 300
    await until(lambda: rig.parts[-1].live and rig.parts[-1].end_ms > flash_ms + 1200)
    data = rig.parts[0].init.data + b"".join(part.data for part in rig.parts)
    apart_ms = await asyncio.to_thread(_apart_ms, program.path, data)
    assert abs(apart_ms) <= 12, apart_ms


def _apart_ms(ffmpeg: str, data: bytes) -> float:
    """Time of the tone's begin less that of the flash, in the published bytes."""
    shown = pictures(ffmpeg, data)
    flash = next(n for n, picture in enumerate(shown) if picture[100:].mean() > 200)
    done = subprocess.run(
        [ffmpeg, "-v", "error", "-i", "pipe:0", "-map", "0:a", "-f", "s16le", "-ac", "1", "pipe:1"],
        input=data, capture_output=True, timeout=15, check=True,
    )  # fmt: skip
    sound = np.abs(np.frombuffer(done.stdout, "<i2").astype(int))
    tone = int(np.argmax(sound > 3000))
    # the first picture stands at one second, the first block of sound 1,024 samples before it
    return (48000 - 1024 + tone) / 48 - (1000 + flash * 40)
