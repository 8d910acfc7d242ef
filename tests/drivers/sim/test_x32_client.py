"""The desk as an independent client sees it: behringer-mixer, written by others for real desks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from behringer_mixer import mixer_api

from drivers.sim.x32 import SimX32
from tests.until import until


@pytest.fixture
async def desk() -> AsyncIterator[SimX32]:
    async with SimX32(name="Raadzaal") as desk:
        yield desk


@pytest.fixture
async def mixer(desk: SimX32) -> AsyncIterator[Any]:
    mixer = mixer_api.create("X32", ip="127.0.0.1", port=desk.port)
    assert await mixer.start()
    yield mixer
    await mixer.stop()
    await asyncio.sleep(0)


async def test_it_recognises_the_desk(mixer: Any) -> None:
    assert (mixer.name(), mixer.firmware()) == ("Raadzaal", "4.06")


async def test_it_reads_all_channels(desk: SimX32, mixer: Any) -> None:
    desk.press(12, True)
    desk.turn("/ch/12/config/name", "Wethouder")
    desk.turn("/ch/12/mix/fader", 0.75)
    await mixer.reload()
    await until(lambda: mixer.state("/ch/32/config_name") is not None)
    assert [number for number in range(1, 33) if mixer.state(f"/ch/{number}/mix_on")] == [12]
    assert mixer.state("/ch/12/config_name") == "Wethouder"
    assert mixer.state("/ch/12/mix_fader_db") == 0.0


async def test_it_opens_mutes_and_names_a_channel(desk: SimX32, mixer: Any) -> None:
    await mixer.set_value("/ch/3/mix_on", True)
    await until(lambda: desk.is_open(3) and mixer.state("/ch/3/mix_on") is True)
    await mixer.set_value("/ch/3/mix_on", False)
    await until(lambda: not desk.is_open(3) and mixer.state("/ch/3/mix_on") is False)
    await mixer.set_value("/ch/3/config_name", "Inspreker")
    await until(lambda: mixer.state("/ch/3/config_name") == "Inspreker")
    assert desk.read("/ch/03/config/name") == "Inspreker"


async def test_it_is_told_what_happens_at_the_desk(desk: SimX32, mixer: Any) -> None:
    updates = list[dict[str, Any]]()
    listening = asyncio.create_task(mixer.subscribe(updates.append))
    await until(lambda: desk.subscribers == 1)
    desk.press(21, True)
    await until(lambda: {"property": "/ch/21/mix_on", "value": True} in updates)
    listening.cancel()
