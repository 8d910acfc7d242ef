"""The simulated X-Air: its documented bytes, and behringer-mixer as a client that others wrote."""

import asyncio
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
from behringer_mixer import mixer_api

from drivers.sim.xair import SimXAir
from tests.drivers.sim.test_x32 import osc, read
from tests.drivers.sim.wire import peer
from tests.until import until


@pytest.fixture
async def desk() -> AsyncIterator[SimXAir]:
    async with SimXAir(name="Commissiekamer") as desk:
        yield desk


@pytest.fixture
async def mixer(desk: SimXAir) -> AsyncIterator[Any]:
    mixer = mixer_api.create("XR18", ip="127.0.0.1", port=desk.port)
    assert await mixer.start()
    yield mixer
    await mixer.stop()
    await asyncio.sleep(0)


async def test_it_is_recognised(mixer: Any) -> None:
    assert (mixer.name(), mixer.firmware()) == ("Commissiekamer", "1.17")


async def test_all_channels_are_read(desk: SimXAir, mixer: Any) -> None:
    desk.press(12, True)
    desk.turn("/ch/12/config/name", "Wethouder")
    await mixer.reload()
    await until(lambda: mixer.state("/ch/16/mix_on") is not None)
    assert [number for number in range(1, 17) if mixer.state(f"/ch/{number}/mix_on")] == [12]
    assert mixer.state("/ch/12/config_name") == "Wethouder"
    assert mixer.state("/main/st/mix_on") is True


async def test_a_channel_is_opened_and_changes_are_pushed(desk: SimXAir, mixer: Any) -> None:
    await mixer.set_value("/ch/3/mix_on", True)
    await until(lambda: desk.is_open(3))
    updates = list[dict[str, Any]]()
    listening = asyncio.create_task(mixer.subscribe(updates.append))
    await until(lambda: desk.subscribers == 1)
    desk.press(16, True)
    await until(lambda: {"property": "/ch/16/mix_on", "value": True} in updates)
    listening.cancel()


async def test_own_sets_come_back(desk: SimXAir) -> None:
    """As field notes on an XR16 have it; an X32 does not do that."""
    async with peer() as client:
        at = ("127.0.0.1", desk.port)
        client.send(osc("/xremote"), at)
        await until(lambda: desk.subscribers == 1)
        assert read(await client.ask(osc("/ch/05/mix/on", ("i", 1)), at)) == ("/ch/05/mix/on", [1])


async def test_levels_are_in_steps_of_a_256th_decibel(desk: SimXAir) -> None:
    desk.level(1, 0.1)
    async with peer() as client:
        address, values = read(await client.ask(osc("/meters", ("s", "/meters/1")), ("127.0.0.1", desk.port)))
    assert address == "/meters/1"
    blob = values[0]
    assert isinstance(blob, bytes)
    assert struct.unpack_from("<ihh", blob) == (40, -20 * 256, -128 * 256)
    assert len(blob) == 4 + 40 * 2


async def test_a_channel_that_it_has_not_is_silence(desk: SimXAir) -> None:
    async with peer() as client:
        client.send(osc("/ch/17/mix/on"), ("127.0.0.1", desk.port))
        assert read(await client.ask(osc("/status"), ("127.0.0.1", desk.port)))[0] == "/status"
