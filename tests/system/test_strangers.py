"""Microphones that no seat has, on every system's own wire: nobody is shown for them, and the technician is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chamber.apps.devices import build
from chamber.apps.sim_desks import desks
from chamber.clock import SystemClock
from chamber.core.domain import MicState
from chamber.ports import DeviceEvent, IdentityReading, MicReading, MicrophoneSystem, Reporting
from config.model import Config
from drivers.sim.desks import Desk
from tests.drivers.sessions import served
from tests.system.test_microphones import SYSTEMS, hall, system_of
from tests.until import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(60)]

MIXERS = ("x32", "xair")
"""A desk has many channels that are no microphone of a seat; none of them is worth a word."""


def spare(config: Config, kind: str) -> tuple[Config, str]:
    """The same hall with a microphone more, and its channel."""
    seat = config.seats[0].model_copy(
        update={"id": "spare", "mic": f"mics:{'Plaats 12' if kind == 'dicentis' else '12'}"}
    )
    return config.model_copy(update={"seats": [*config.seats, seat]}), seat.channel


@asynccontextmanager
async def at_work(
    kind: str, folder: Path
) -> AsyncIterator[tuple[Desk, MicrophoneSystem, list[DeviceEvent], Config, str]]:
    config = hall(folder, system_of(kind, folder))
    larger, stranger = spare(config, kind)
    heard: list[DeviceEvent] = []
    desk = desks(larger)["mics"]
    driver = build(config, heard.append, SystemClock()).microphones["mics"]
    await desk.start()
    try:
        async with served(driver, wait=False) as session:
            await until(lambda: session.ready, timeout_s=20, what="the system is read")
            yield desk, driver, heard, config, stranger
    finally:
        await desk.close()


def readings(heard: list[DeviceEvent]) -> list[tuple[str, MicState]]:
    return [(one.channel, one.state) for one in heard if isinstance(one, MicReading)]


def is_open(heard: list[DeviceEvent], channel: str) -> bool:
    return dict(readings(heard)).get(channel) is MicState.ON


@pytest.mark.parametrize("kind", SYSTEMS)
async def test_a_unit_that_gets_another_number_opens_nobodys_microphone(kind: str, tmp_path: Path) -> None:
    async with at_work(kind, tmp_path) as (desk, _, heard, config, stranger):
        channel = config.seats[2].channel
        desk.open_mic(channel)
        await until(lambda: is_open(heard, channel), what="it is open")
        heard.clear()
        # the unit is taken away while it is on, and another with a number of its own is put in its place
        desk.close_mic(channel)
        desk.open_mic(stranger)
        await until(lambda: readings(heard) == [(channel, MicState.OFF)], what="the old number is off")
        await asyncio.sleep(0.3)
        assert readings(heard) == [(channel, MicState.OFF)]
        desk.close_mic(stranger)
        desk.open_mic(channel)
        await until(lambda: readings(heard)[1:] == [(channel, MicState.ON)], what="the old number is back")


@pytest.mark.parametrize("kind", [kind for kind in SYSTEMS if kind not in MIXERS])
async def test_a_microphone_without_a_seat_is_named(kind: str, tmp_path: Path) -> None:
    async with at_work(kind, tmp_path) as (desk, driver, heard, _, stranger):
        desk.open_mic(stranger)
        assert isinstance(driver, Reporting)
        number = "524" if kind.startswith("dcn") else stranger.removeprefix("Plaats ")

        def named() -> bool:
            assert isinstance(driver, Reporting)
            told = "".join(one.text for one in heard if isinstance(one, IdentityReading))
            return number in told or any(number in line for line in driver.reported())

        await until(named, timeout_s=10)


@pytest.mark.parametrize("kind", SYSTEMS)
async def test_every_channel_is_in_the_printed_list(kind: str, tmp_path: Path) -> None:
    async with at_work(kind, tmp_path) as (desk, driver, heard, config, _):
        assert isinstance(driver, Reporting)
        channel = config.seats[2].channel
        desk.open_mic(channel)
        await until(lambda: is_open(heard, channel), what="it is open")
        lines = driver.reported()
        assert all(any(seat.channel.lstrip("0") in line for line in lines) for seat in config.seats), lines
        assert all(len(line) <= 160 and line.isprintable() for line in lines)
