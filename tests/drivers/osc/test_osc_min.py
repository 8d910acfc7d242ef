"""The OSC driver with a program whose OSC others wrote: the npm package osc-min, in a process of its own."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chamber.apps.demo_hall import free_port
from chamber.core.domain import MicState
from chamber.ports import MicReading
from drivers.osc.codec import Meaning, Rule, Template, address_pattern
from drivers.osc.driver import OscSystem, Plan
from tests.drivers.sessions import Events, QuickClock, served
from tests.until import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(60)]

DESK = Path(__file__).with_name("osc_min_desk.mjs")
PLAN = Plan(
    (Rule(address_pattern("/mic/{channel}/on"), Meaning.ON, Meaning.OFF),),
    on=Template("/mic/{channel}/on", (1,)),
    off=Template("/mic/{channel}/on", (0,)),
    read=Template("/mic/{channel}/on"),
)


class Desk:
    """The program; `port` is where it listens, `heard` where it tells."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, heard: int) -> None:
        self._process, self.port, self.heard = process, port, heard

    def press(self, channel: int, on: bool, kind: str, *, bundle: bool = False) -> None:
        assert self._process.stdin is not None
        line = json.dumps({"channel": channel, "on": on, "type": kind, "bundle": bundle})
        self._process.stdin.write(line.encode() + b"\n")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    heard = free_port()
    node = shutil.which("node") or str(Path(sys.prefix) / "bin" / "node")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(node, str(DESK), str(heard), stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    yield Desk(process, int(await process.stdout.readline()), heard)
    process.stdin.close()
    assert await process.wait() == 0


def driver(desk: Desk, events: Events) -> OscSystem:
    return OscSystem(
        "hall", ("127.0.0.1", desk.heard), ("127.0.0.1",), ("127.0.0.1", desk.port), PLAN, ("1", "2", "3"),
        events.append, QuickClock(),
    )  # fmt: skip


def states(events: Events) -> dict[str, MicState]:
    return {reading.channel: reading.state for reading in events.of(MicReading)}


@pytest.mark.parametrize("bundle", [False, True])
async def test_what_it_writes_is_read_in_every_type(desk: Desk, bundle: bool) -> None:
    events = Events()
    async with served(driver(desk, events)):
        for kind in ("integer", "float", "boolean", "string"):
            desk.press(2, True, kind, bundle=bundle)
            await until(lambda: states(events)["2"] is MicState.ON, what=kind)
            desk.press(2, False, kind, bundle=bundle)
            await until(lambda: states(events)["2"] is MicState.OFF, what=kind)
        told = [reading.state for reading in events.of(MicReading) if reading.channel == "2"]
        assert told == [MicState.OFF, *[MicState.ON, MicState.OFF] * 4]


async def test_it_reads_what_is_ordered_and_answers(desk: Desk) -> None:
    events = Events()
    device = driver(desk, events)
    async with served(device):
        assert states(events) == dict.fromkeys(("1", "2", "3"), MicState.OFF)
        await device.switch("3", True)
        assert states(events)["3"] is MicState.ON
        await device.switch("3", False)
        assert states(events)["3"] is MicState.OFF


async def test_its_presses_keep_their_order(desk: Desk) -> None:
    events = Events()
    async with served(driver(desk, events)):
        events.clear()
        for number in range(200):
            desk.press(1 + number % 3, number % 2 == 0, "integer")
        wanted = []
        on = dict.fromkeys(("1", "2", "3"), False)
        for number in range(200):
            channel, pressed = str(1 + number % 3), number % 2 == 0
            if on[channel] is not pressed:
                on[channel] = pressed
                wanted.append((channel, MicState.ON if pressed else MicState.OFF))
        await until(lambda: len(events.of(MicReading)) >= len(wanted))
        assert [(reading.channel, reading.state) for reading in events.of(MicReading)] == wanted
