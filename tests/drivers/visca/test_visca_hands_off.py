"""Once a camera is on air, nothing that moves it reaches the wire, whatever was under way and whatever went wrong."""

import asyncio
from contextlib import suppress
from random import Random

import pytest

from chamber.core.errors import DeviceError
from chamber.ports import CameraWish
from tests.drivers.sessions import served
from tests.drivers.visca.test_visca_sony import MOVES, a_rig

FACTOR = 4


@pytest.mark.parametrize("seed", range(8))
async def test_on_air_no_movement_reaches_the_camera(seed: int) -> None:
    random = Random(seed)
    async with a_rig(factor=FACTOR) as rig, served(rig.camera):
        waiting: list[asyncio.Task[None]] = []
        for _ in range(random.randrange(1, 4)):
            rig.sim.faults.clear()
            fault, value = random.choice(
                [("silent", True), ("lose", 1.0), ("drop", 0.5), ("refuse", 0x41), ("refuse", 0x03), ("delay_s", 0.05)]
            )
            setattr(rig.sim.faults, fault, value)
            if random.random() < 0.7:
                rig.camera.wish(CameraWish(random.choice((1, 2, 5)), why=str(random.random())))
            else:
                waiting.append(
                    asyncio.create_task(rig.camera.drive(random.randrange(-7, 8), 1, random.randrange(-7, 8)))
                )
            await asyncio.sleep(random.random() * 0.1)
        rig.camera.wish(CameraWish(random.choice((1, 2, 5, None)), on_air=True, why="programme"))
        await asyncio.sleep(0.02)  # what left before that is taken off the wire
        sent = len(rig.ordered(*MOVES))
        rig.sim.faults.clear()
        for why in ("programme", "latest_mic"):
            rig.camera.wish(CameraWish(random.choice((1, 2, 5)), on_air=True, why=why))
            with suppress(DeviceError):
                await rig.camera.drive(1, 1, 1)
            await asyncio.sleep(0.4)
        moves = [what for what in rig.ordered(*MOVES)[sent:] if not what.endswith("stop")]
        assert moves == []
        for task in waiting:
            with suppress(DeviceError):
                await task
