"""Every camera driver through a directed meeting on its own wire, and evenings of all kinds: nothing moves on air."""

import asyncio
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chamber.apps.demo_hall import free_port
from chamber.core.errors import DeviceError, RefusedError
from config.model import Config
from tests.system.devices import ORDERS, Evening, evening
from tests.system.test_microphones import SEATS, hall, played, system_of
from tests.until import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(90)]

KINDS = ("visca-udp", "visca-tcp", "visca-raw-udp", "visca-serial", "panasonic")
PACE = {"panasonic": 3, "visca-serial": 3}
"""How much faster the meeting is played: one request in 130 ms, and three cameras on one slow line, set a limit."""
ON_THE_WAY_S = {"panasonic": 0.03}
"""An HTTP request that had left before the cut is not called back."""


def cameras_of(kind: str, folder: Path) -> tuple[dict[str, Any], ...]:
    """Three cameras of a kind; serial ones hang on one line."""
    network = ({"host": "127.0.0.1", "port": free_port()} for _ in range(3))
    match kind:
        case "visca-serial":
            line = {"driver": kind, "path": str(folder / "tty-cams"), "profile": "sony-x400", "baud": 38400}
            return tuple(line | {"address": address} for address in (1, 2, 3))
        case "panasonic":
            return tuple({"driver": kind} | address for address in network)
        case "visca-udp":
            return tuple({"driver": kind, "profile": "sony-fr7"} | address for address in network)
        case _:
            return tuple({"driver": kind, "profile": "ptzoptics"} | address for address in network)


def hall_of(kind: str, folder: Path) -> Config:
    """The hall of nine seats with three such cameras."""
    return hall(folder, system_of("x32", folder), cameras=cameras_of(kind, folder))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_whole_meeting_is_followed(kind: str, tmp_path: Path) -> None:
    async with evening(hall_of(kind, tmp_path)) as house:
        await played(house, on_the_way_s=ON_THE_WAY_S.get(kind, 0.0), faster=PACE.get(kind, 6))
        learned = house.run.direction.travels()
        assert any(learned.values()), "moves were measured"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_camera_that_goes_dark_comes_back(kind: str, tmp_path: Path) -> None:
    async with evening(hall_of(kind, tmp_path)) as house:
        await house.opened()
        await house.room.cut_power("cam1")
        await until(lambda: not house.up("cam1"), timeout_s=20.0, what="the loss is noticed")
        await house.room.restore_power("cam1")
        await until(lambda: house.up("cam1"), timeout_s=20.0, what="it is back")
        await house.press("m1", True)
        await until(lambda: house.mixer.cuts, timeout_s=10.0, what="the speaker is shown")
        assert house.mixer.wrong == []


async def order(house: Evening, command: str, **values: Any) -> bool:
    """An operator's order; False when it was refused."""
    with suppress(RefusedError, DeviceError):
        await house.orders.order(ORDERS.validate_python({"command": command, **values}), "griffie")
        return True
    return False


async def any_evening(house: Evening, random: Random) -> None:
    """Microphones, orders and trouble in any order; nothing of it is forced."""
    open_seats: set[str] = set()
    await house.opened()
    for _ in range(40):
        await asyncio.sleep(random.random() * 0.12)
        camera, seat = random.choice(("cam1", "cam2", "cam3")), random.choice(list(SEATS))
        match random.randrange(12):
            case 0 | 1 | 2 | 3:
                await house.press(seat, seat not in open_seats)
                open_seats ^= {seat}
            case 4:
                await order(house, "shot.take", shot=camera)
            case 5:
                await order(house, "camera.recall", camera=camera, preset=random.randrange(1, 10))
            case 6:
                await order(house, "camera.drive", camera=camera, pan=random.randrange(-7, 8), hold_ms=100)
            case 7:
                await order(house, "mode.set", mode=random.choice(("auto", "assist", "manual")))
            case 8:
                await order(house, "shot.take", shot=random.choice(("wide", "chair", "accept")))
            case 9:
                faults = house.room.faults(camera)
                faults.delay_s = random.choice((0.0, 0.02, 0.1))
                faults.drop = random.choice((0.0, 0.0, 0.2))
            case 10:
                await order(house, random.choice(("meeting.suspend", "meeting.open")))
            case _:
                await order(house, "survey.start", by_itself=True, force=True)


@pytest.mark.parametrize("kind", ["visca-udp", "visca-tcp", "panasonic"])
@pytest.mark.parametrize("seed", range(3))
async def test_nothing_moves_on_air_without_an_order(kind: str, seed: int, tmp_path: Path) -> None:
    async with evening(hall_of(kind, tmp_path)) as house:
        await any_evening(house, Random(seed))
        assert house.mixer.ordered_on_air(ON_THE_WAY_S.get(kind, 0.0)) == []
        assert sum(len(camera.log) for camera in house.room.cameras.values()) > 5
