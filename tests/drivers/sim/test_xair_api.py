"""The simulated X-Air and X32 with a client that others wrote: the package xair-api, which asks from a thread of its own."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import xair_api

from chamber.core.domain import MicState
from chamber.ports import MicReading
from drivers.sim.x32 import SimX32
from drivers.sim.xair import SimXAir
from drivers.x32.driver import X32
from drivers.x32.families import X32_FAMILY, XAIR_FAMILY
from tests.drivers.sessions import Events, QuickClock, served
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


async def test_groups_have_the_addresses_and_bits_that_it_uses(desk: SimX32, remote: Any) -> None:
    """What it sets is what silences a channel, and what it releases gives it back."""
    desk.press(4, True)
    kind = XAIR_FAMILY if isinstance(desk, SimXAir) else X32_FAMILY
    events = Events()
    driver = X32("desk", "127.0.0.1", desk.port, ("4",), events.append, QuickClock(), family=kind)

    def told() -> list[MicState]:
        return [reading.state for reading in events.of(MicReading)]

    def set_groups(dca: int, mute: int) -> None:
        remote.strip[3].group.dca, remote.strip[3].group.mute = dca, mute

    def set_dca(on: bool) -> None:
        remote.dca[1].on = on

    def set_mute_group(on: bool) -> None:
        remote.config.mute_group[2].on = on

    async with served(driver):
        await asyncio.to_thread(set_groups, 0b10, 0b100)
        await asyncio.to_thread(set_dca, False)
        await until(lambda: told() == [MicState.ON, MicState.OFF])
        await asyncio.to_thread(set_dca, True)
        await until(lambda: told()[2:] == [MicState.ON])
        await asyncio.to_thread(set_mute_group, True)
        await until(lambda: told()[3:] == [MicState.OFF])
        await asyncio.to_thread(set_mute_group, False)
        await until(lambda: told()[4:] == [MicState.ON])
