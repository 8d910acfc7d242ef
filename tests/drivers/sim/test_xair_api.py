"""The simulated X-Air and X32 with a client that others wrote: the package xair-api, which asks from a thread of its own."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import xair_api

from drivers.sim.x32 import SimX32
from drivers.sim.xair import SimXAir
from tests.until import until


@pytest.fixture(params=["XR18", "X32"])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[SimX32]:
    async with SimXAir(name="Raadzaal") if request.param == "XR18" else SimX32(name="Raadzaal") as desk:
        yield desk


@pytest.fixture
async def remote(desk: SimX32) -> AsyncIterator[Any]:
    """A connected client; what it does blocks, so it is called in a thread."""
    kind = "XR18" if isinstance(desk, SimXAir) else "X32"
    remote = xair_api.connect(kind, ip="127.0.0.1", port=desk.port, delay=0.1)
    yield await asyncio.to_thread(remote.__enter__)
    await asyncio.to_thread(remote.__exit__, None, None, None)
    remote.server.server_close()


async def test_it_is_recognised(desk: SimX32, remote: Any) -> None:
    assert "Raadzaal" in [str(one) for one in await asyncio.to_thread(remote.query, "/xinfo")]


async def test_a_channel_is_opened_and_closed_by_it(desk: SimX32, remote: Any) -> None:
    def set_on(on: bool) -> None:
        remote.strip[3].mix.on = on

    assert not desk.is_open(4)
    await asyncio.to_thread(set_on, True)
    await until(lambda: desk.is_open(4))
    await asyncio.to_thread(set_on, False)
    await until(lambda: not desk.is_open(4))


async def test_it_reads_what_a_hand_at_the_desk_did(desk: SimX32, remote: Any) -> None:
    desk.press(7, True)
    desk.turn("/ch/07/config/name", "Griffier")
    assert await asyncio.to_thread(lambda: remote.strip[6].mix.on) is True
    assert await asyncio.to_thread(lambda: remote.strip[7].mix.on) is False
    assert await asyncio.to_thread(lambda: remote.strip[6].config.name) == "Griffier"
