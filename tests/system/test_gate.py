"""The gate, proven: a whole hall is pressed, killed and stopped; everything that anybody outside got is decoded.

The pictures say when they were captured and the sound says when it was made. A greedy viewer, the recording and a
platform must hold nothing from outside the times in which the meeting was public, to the picture and to 40 ms of sound.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from chamber.apps.evidence import Open, leaked, sounds, stamps
from chamber.apps.operator import Operator
from chamber.apps.witness import Witness
from chamber.clock import SystemClock
from chamber.core.gate import LEASE_MS
from chamber.journal import replay
from drivers.ffmpeg.locate import locate
from drivers.sim.soundcode import TICK_MS
from tests.receivers import NginxRtmp
from tests.system.house import House

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
WAIT_S = 30.0
LEGS = ("video", "audio", "index", "now", "recording", "simulcast_platform", "bars", "mixer", "mixer_sound")


def everything(*states: str) -> Callable[[dict[str, Any]], bool]:
    return lambda view: all(view["legs"].get(leg) in states for leg in LEGS)


class Evening:
    """A meeting that is opened and shut in many ways; `opened` holds when it was public."""

    def __init__(self, house: House, operator: Operator) -> None:
        self.house, self.operator, self.clock = house, operator, SystemClock()
        self.opened: list[Open] = []
        self._since_ms = 0

    async def open(self) -> None:
        """The operator opens; returns when the hall is on every leg."""
        self._since_ms = self.clock.now_ms()
        await self.operator.order("meeting.open")
        await self.public()

    async def public(self) -> None:
        await self.operator.until(everything("open"), "the hall on every leg", within_s=WAIT_S)
        await asyncio.sleep(random.uniform(0.8, 1.4))

    def shut(self, at_ms: int) -> None:
        """What is captured after this time must not go out."""
        self.opened.append(Open(self._since_ms, at_ms))

    async def press(self) -> None:
        """The operator suspends; returns when no leg carries the hall any more."""
        self.shut(self.clock.now_ms())
        await self.operator.order("meeting.suspend")
        await self.dark()

    async def dark(self) -> None:
        await self.operator.until(everything("slate", "dark"), "no leg carries the hall", within_s=WAIT_S)
        await asyncio.sleep(random.uniform(0.2, 0.6))

    def back(self) -> None:
        """From now on the public may see the hall again without an order."""
        self._since_ms = self.clock.now_ms()

    def encoder(self) -> int:
        """Process id of the newest live encoder."""
        stream = self.house.pid("stream")
        for task in Path(f"/proc/{stream}/task").iterdir():
            for child in reversed((task / "children").read_text().split()):
                with suppress(OSError):
                    if b"libx264" in Path(f"/proc/{child}/cmdline").read_bytes():
                        return int(child)
        raise AssertionError("no encoder runs")


async def evening(play: Evening) -> None:
    """Every way in which a gate may be asked to shut, or must by itself."""
    house, operator = play.house, play.operator
    await house.planned(operator)
    await operator.order("meeting.standby")
    house.mic("raad05", on=True)
    await play.open()
    await play.press()

    await play.open()  # the controller is killed
    play.shut(play.clock.now_ms() + LEASE_MS)
    os.kill(house.pid("run"), signal.SIGKILL)
    await asyncio.sleep(2.0)
    house.start("run")
    await operator.until(lambda view: view["meeting"]["state"] == "suspended", "a new controller", within_s=WAIT_S)
    await play.dark()

    await play.open()  # the controller hangs, and comes back with old leases on their way
    play.shut(play.clock.now_ms() + LEASE_MS)
    os.kill(house.pid("run"), signal.SIGSTOP)
    await asyncio.sleep(2.5)
    play.back()
    os.kill(house.pid("run"), signal.SIGCONT)
    view = await operator.until(
        lambda view: any(alarm["code"] == "gate_lapsed" for alarm in view["alarms"]), "it is told", within_s=WAIT_S
    )
    assert view["meeting"]["state"] == "open"
    await play.public()

    os.kill(play.encoder(), signal.SIGKILL)  # the encoder is killed just before the press
    await asyncio.sleep(random.uniform(0, 0.15))
    await play.press()

    await play.open()  # the encoder hangs, and goes on after the press
    stopped = play.encoder()
    os.kill(stopped, signal.SIGSTOP)
    await asyncio.sleep(random.uniform(0.1, 0.5))
    pressing = asyncio.create_task(play.press())
    await asyncio.sleep(0.3)
    with suppress(ProcessLookupError):
        os.kill(stopped, signal.SIGCONT)
    await pressing

    for part in ("stream", "mixer"):  # the gate itself hangs during the press, with leases waiting in its socket
        await play.open()
        os.kill(house.pid(part), signal.SIGSTOP)
        await asyncio.sleep(random.uniform(0.1, 0.7))
        play.shut(play.clock.now_ms())
        await operator.order("meeting.suspend")
        await asyncio.sleep(1.5)
        os.kill(house.pid(part), signal.SIGCONT)
        await play.dark()

    await play.open()
    await play.press()
    await operator.order("meeting.end")


@asynccontextmanager
async def hall(folder: Path, platform: NginxRtmp) -> AsyncIterator[House]:
    house = House(folder, barcode=True, delay_ms=0)
    url = folder / "platform.url"
    url.write_text(platform.url("key-of-the-platform") + "\n", encoding="utf-8")
    url.chmod(0o600)
    with house.prepared.config.open("a", encoding="utf-8") as file:
        file.write('\n[[simulcast]]\nname = "platform"\nurl_file = "platform.url"\n')
    with house:
        yield house


async def finished(folder: Path) -> list[Path]:
    """The recording's MP4s, once there is nothing left to be made of its parts."""
    for _ in range(300):
        made = sorted(folder.glob("data/recording/*/*.mp4"))
        if made and not list(folder.glob("data/recording/*/*.mp4.part")):
            await asyncio.sleep(1.0)
            if sorted(folder.glob("data/recording/*/*.mp4")) == made:
                return made
        await asyncio.sleep(0.1)
    raise AssertionError("no recording was finished")


async def judge(who: str, files: list[Path], opened: list[Open]) -> None:
    """Nothing of the hall from outside the public times, something from inside each of them."""
    program = locate().path
    seen = [stamp >> 4 async for stamp in stamps(program, files) if stamp is not None]
    heard = await sounds(program, files, opened[0].from_ms)
    print(f"{who}: {len(files)} files, {len(seen)} pictures, {len(heard) * TICK_MS} ms of sound")
    for number, span in enumerate(opened):
        assert any(span.from_ms <= ms <= span.to_ms for ms in seen), f"{who} saw nothing of public part {number}"
        assert any(span.from_ms <= ms <= span.to_ms for ms in heard), f"{who} heard nothing of public part {number}"
    wrong = leaked(seen, opened)
    assert not wrong, f"{who} got {len(wrong)} pictures from outside {opened}: {wrong[:5]}"
    # a code stands for 40 ms: one that began just before the opening ends after it
    overheard = leaked(heard, [Open(one.from_ms - TICK_MS, one.to_ms) for one in opened])
    assert not overheard, f"{who} got {len(overheard)} x 40 ms of sound from outside {opened}: {overheard[:5]}"


async def test_nothing_of_the_hall_leaves_the_building_while_it_must_not(tmp_path: Path) -> None:
    async with NginxRtmp(tmp_path / "nginx") as platform, hall(tmp_path / "hall", platform) as house:
        witness = Witness(f"{house.prepared.public_url}live/index.m3u8", tmp_path / "witness")
        watching = asyncio.create_task(witness.run())
        try:
            async with house.operator() as operator:
                play = Evening(house, operator)
                await evening(play)
                recorded = await finished(house.prepared.folder)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        assert house.ended() == []
        await judge("the viewer", witness.files, play.opened)
        await judge("the recording", recorded, play.opened)
        await judge("the platform", platform.recordings(), play.opened)
        written = [
            entry.fields["leg"]
            for path in (house.prepared.folder / "data" / "meetings").glob("*/journal.jsonl")
            for entry in replay(path)
            if entry.kind == "leg"
        ]
        assert set(written) >= set(LEGS)
        assert min(written.count(leg) for leg in LEGS) >= 2 * len(play.opened) - 4
