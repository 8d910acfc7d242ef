"""The camera as an independent client sees it: visca_over_ip, written by others for real Sony cameras.

It blocks, so it runs in a thread. It takes the camera's port on all addresses of this machine for its inquiries.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import pytest
from visca_over_ip import Camera
from visca_over_ip.exceptions import ViscaException

from drivers.sim.visca import Pose, SimCamera, Travel
from drivers.sim.visca_services import SonyUdp
from tests.until import until

BRISK = Travel(pan_deg_s=400, tilt_deg_s=400, ramp_deg_s2=8000, octave_s=0.02, latency_s=0.03, settle_s=0.05)
T = TypeVar("T")


@pytest.fixture
async def camera() -> AsyncIterator[SimCamera]:
    camera = SimCamera({0: Pose(0, 0), 5: Pose(40, -10, 4)}, travel=BRISK)
    yield camera
    camera.close()


@pytest.fixture
async def client(camera: SimCamera) -> AsyncIterator[Any]:
    async with SonyUdp(camera, host="127.0.0.2", shared=True) as service:
        client = await asyncio.to_thread(Camera, service.host, service.port)
        yield client
        client.close_connection()


def told(camera: SimCamera) -> list[str]:
    return [what for _, what in camera.log]


async def at_rest(camera: SimCamera) -> None:
    await until(lambda: not camera.moving and not camera.busy)


async def do(call: Callable[..., T], *arguments: object) -> T:
    return await asyncio.to_thread(call, *arguments)


async def test_it_recalls_a_preset_and_reads_where_that_is(camera: SimCamera, client: Any) -> None:
    assert await do(client.get_pantilt_position) == (0, 0)
    await do(client.recall_preset, 5)
    await until(lambda: camera.pose == camera.presets[5])
    assert await do(client.get_pantilt_position) == (2048, -512)
    assert await do(client.get_zoom_position) == camera.travel.zoom_counts(4)
    assert told(camera) == ["recall 5"]
    # The client does not understand the answer to its own reset and counts that as missed, and only that.
    assert client.num_missed_responses == 1


async def test_it_stores_a_preset_and_comes_back_to_it(camera: SimCamera, client: Any) -> None:
    await do(client.pantilt, 24, 23, 1000, -700)
    await at_rest(camera)
    await do(client.zoom_to, 0.5)
    await at_rest(camera)
    await do(client.save_preset, 9)
    await until(lambda: 9 in camera.presets)
    await do(client.pantilt_home)
    await at_rest(camera)
    assert await do(client.get_pantilt_position) == (0, 0)
    await do(client.recall_preset, 9)
    await at_rest(camera)
    assert await do(client.get_pantilt_position) == (1000, -700)
    assert await do(client.get_zoom_position) == 0x2000


async def test_it_zooms_and_stops(camera: SimCamera, client: Any) -> None:
    await do(client.zoom, 7)
    await until(lambda: camera.pose.zoom > 1.2)
    await do(client.zoom, 0)
    await at_rest(camera)
    assert 1.2 < camera.pose.zoom <= 20


async def test_it_switches_power_and_hears_why_a_recall_is_refused(camera: SimCamera, client: Any) -> None:
    await do(client.set_power, False)
    await until(lambda: not camera.powered)
    with pytest.raises(ViscaException, match="not executable"):
        await do(client.recall_preset, 5)
    await do(client.set_power, True)
    await until(lambda: camera.powered and not camera.initialising)
    await do(client.recall_preset, 5)
    await until(lambda: camera.pose == camera.presets[5])


async def test_it_reads_and_sets_the_focus_mode(camera: SimCamera, client: Any) -> None:
    assert await do(client.get_focus_mode) == "auto"
    await do(client.set_focus_mode, "manual")
    assert await do(client.get_focus_mode) == "manual"
    assert not camera.auto_focus
