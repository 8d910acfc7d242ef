"""The desks beyond on and off, over UDP: who speaks, what channels are called, X-Air, all off."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError, EncodeError
from chamber.ports import IdentityReading, MicReading
from drivers.sim.x32 import SimX32
from drivers.sim.xair import SimXAir
from drivers.x32.driver import X32
from drivers.x32.families import X32_FAMILY, XAIR_FAMILY, Family
from drivers.x32.speech import BY_GATE, Speaking, by_level
from tests.drivers.sessions import Events, QuickClock, served
from tests.until import until

FAMILIES: dict[type[SimX32], Family] = {SimX32: X32_FAMILY, SimXAir: XAIR_FAMILY}


@pytest.fixture(params=FAMILIES, ids=lambda sim: sim.MODEL)
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[SimX32]:
    async with request.param(name="Raad") as desk:
        yield desk


def driver(
    desk: SimX32,
    events: Events,
    channels: tuple[str, ...] = ("1", "2"),
    *,
    speaking: Speaking | None = None,
    factor: int = 1,
) -> X32:
    return X32(
        "desk",
        "127.0.0.1",
        desk.port,
        channels,
        events.append,
        QuickClock(factor),
        family=FAMILIES[type(desk)],
        speaking=speaking,
    )


def readings(events: Events) -> list[tuple[str, MicState]]:
    return [(reading.channel, reading.state) for reading in events.of(MicReading)]


async def test_readings_have_the_channel_as_configured(desk: SimX32) -> None:
    desk.press(2, True)
    events = Events()
    async with served(driver(desk, events, ("1", "02"))) as session:
        assert sorted(readings(events)) == [("02", MicState.ON), ("1", MicState.OFF)]
        assert events.of(IdentityReading)[0].text == f"{desk.MODEL} {desk.FIRMWARE} (Raad)"
        assert not session.over


async def test_every_channel_is_followed_and_switched(desk: SimX32) -> None:
    channels = tuple(str(number) for number in range(1, FAMILIES[type(desk)].channels + 1))
    events = Events()
    device = driver(desk, events, channels)
    async with served(device):
        events.clear()
        desk.press(16, True)
        await until(lambda: readings(events) == [("16", MicState.ON)])
        for channel in channels:
            await device.switch(channel, True)
            assert desk.is_open(int(channel))
        await device.all_off()
        assert not any(desk.is_open(int(channel)) for channel in channels)
        assert readings(events)[-1][1] is MicState.OFF
        with pytest.raises(DeviceRejectedError, match="no such channel"):
            await device.switch(str(len(channels) + 1), True)


async def test_a_channel_beyond_the_family_is_refused_at_once(desk: SimX32) -> None:
    with pytest.raises(EncodeError):
        driver(desk, Events(), (str(FAMILIES[type(desk)].channels + 1),))


async def test_solo_is_not_an_open_microphone(desk: SimX32) -> None:
    events = Events()
    async with served(driver(desk, events)):
        events.clear()
        desk.turn("/-stat/solosw/01", 1)
        desk.press(2, True)
        await until(lambda: events)
        assert readings(events) == [("2", MicState.ON)]


@pytest.mark.parametrize("by", ["level", "gate"])
async def test_an_open_microphone_is_on_while_somebody_speaks(desk: SimX32, by: str) -> None:
    events = Events()
    how = by_level(-40.0) if by == "level" else BY_GATE

    def sound(channel: int, on: bool) -> None:
        desk.level(channel, 0.2 if on else 0.0)
        desk.gate(channel, 1.0 if on else 0.001)

    for channel in range(1, 17):
        sound(channel, False)
    desk.press(1, True)
    async with served(driver(desk, events, speaking=how, factor=3)):
        assert sorted(readings(events)) == [("1", MicState.OFF), ("2", MicState.OFF)]
        events.clear()
        sound(1, True)
        await until(lambda: readings(events) == [("1", MicState.ON)])
        sound(2, True)  # muted: whatever is said there is not heard
        sound(1, False)
        await until(lambda: readings(events) == [("1", MicState.ON), ("1", MicState.OFF)])
        desk.press(2, True)  # opened in the middle of a word
        await until(lambda: readings(events)[2:] == [("2", MicState.ON)])
        desk.press(2, False)
        await until(lambda: readings(events)[3:] == [("2", MicState.OFF)])


async def test_all_off_mutes_the_silent_ones_too(desk: SimX32) -> None:
    events = Events()
    device = driver(desk, events, speaking=by_level(-40.0))
    desk.press(1, True)
    desk.press(2, True)
    async with served(device):
        assert {state for _, state in readings(events)} == {MicState.OFF}
        await device.all_off()
        assert not desk.is_open(1)
        assert not desk.is_open(2)


async def test_all_off_says_what_stays_on(desk: SimX32) -> None:
    device = driver(desk, Events(), factor=5)
    desk.press(1, True)
    async with served(device):
        desk.faults.refuse = 1
        with pytest.raises(DeviceRejectedError, match="does not stay muted"):
            await device.all_off()


async def test_meters_that_stop_end_the_session(desk: SimX32) -> None:
    device = driver(desk, Events(), speaking=by_level(-40.0), factor=10)
    async with served(device) as session:
        desk.metering = False
        await until(lambda: session.over)
        assert "no meters" in str(session.error)


async def test_meters_are_asked_for_again_in_time(desk: SimX32) -> None:
    async with served(driver(desk, Events(), speaking=by_level(-40.0), factor=10)) as session:
        await asyncio.sleep(1.5)  # fifteen seconds on its clock
        assert desk.metered == 1
        assert not session.over


async def test_names_of_channels_are_told_and_followed(desk: SimX32) -> None:
    desk.turn("/ch/01/config/name", "Voorzitter")
    events = Events()
    device = driver(desk, events)
    assert device.reported() == ("channel 1: no name, not read", "channel 2: no name, not read")
    async with served(device):
        await until(lambda: len(events.of(IdentityReading)) == 2)
        assert events.of(IdentityReading)[1].text.endswith(": 1 Voorzitter")
        desk.turn("/ch/02/config/name", "Griffier")
        await until(lambda: len(events.of(IdentityReading)) == 3)
        assert events.of(IdentityReading)[2].text.endswith(": 1 Voorzitter, 2 Griffier")
        assert device.reported() == ("channel 1: Voorzitter, muted", "channel 2: Griffier, muted")


async def test_a_desk_with_fewer_channels_is_named() -> None:
    async with SimXAir() as desk:
        device = X32("desk", "127.0.0.1", desk.port, ("1", "17"), Events().append, QuickClock(20))
        async with served(device, wait=False) as session:
            await until(lambda: session.over)
            assert isinstance(session.error, DeviceUnreachableError)
            assert "channels 17 missing" in str(session.error)


async def test_a_storm_keeps_its_order(desk: SimX32) -> None:
    events = Events()
    async with served(driver(desk, events)):
        events.clear()
        wanted = []
        for number in range(400):
            channel, on = 1 + number % 2, number // 2 % 2 == 0
            desk.press(channel, on)
            desk.turn("/ch/03/mix/fader", number / 400)
            wanted.append((str(channel), MicState.ON if on else MicState.OFF))
            await asyncio.sleep(0.001)
        await until(lambda: len(readings(events)) == 400)
        assert readings(events) == wanted
