"""The X32 driver against the simulated desk, over UDP."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError, EncodeError
from chamber.ports import IdentityReading, MicReading
from drivers.sim.x32 import SimX32
from drivers.x32.driver import X32
from tests.drivers.sessions import Events, QuickClock, UdpPeer, served
from tests.until import until

CHANNELS = tuple(f"{number:02d}" for number in range(1, 33))


@pytest.fixture
async def desk() -> AsyncIterator[SimX32]:
    async with SimX32() as desk:
        yield desk


def x32(desk: SimX32, events: Events, channels: tuple[str, ...] = CHANNELS, *, factor: int = 1) -> X32:
    return X32("desk", "127.0.0.1", desk.port, channels, events.append, QuickClock(factor))


def states(events: Events) -> dict[str, MicState]:
    return {reading.channel: reading.state for reading in events.of(MicReading)}


async def test_every_channel_is_read_before_it_is_ready(desk: SimX32) -> None:
    desk.press(7, True)
    events = Events()
    async with served(x32(desk, events)):
        assert len(events.of(MicReading)) == 32
        assert [channel for channel, state in states(events).items() if state is MicState.ON] == ["07"]
        assert events.of(IdentityReading) == [IdentityReading("desk", "X32 4.06 (X32)")]


async def test_a_push_becomes_one_event_and_meters_none(desk: SimX32) -> None:
    events = Events()
    async with served(x32(desk, events)):
        events.clear()
        desk.turn("/ch/05/mix/fader", 0.7)
        desk.press(5, True)
        await until(lambda: events)
        desk.press(5, False)
        await until(lambda: len(events) > 1)
        assert events == [MicReading("desk", "05", MicState.ON), MicReading("desk", "05", MicState.OFF)]


async def test_channels_that_belong_to_no_seat_are_not_heard(desk: SimX32) -> None:
    events = Events()
    async with served(x32(desk, events, ("01", "02"))):
        events.clear()
        desk.press(9, True)
        desk.press(2, True)
        await until(lambda: events)
        assert events == [MicReading("desk", "02", MicState.ON)]


async def test_a_channel_that_cannot_exist_is_refused_at_once(desk: SimX32) -> None:
    with pytest.raises(EncodeError):
        x32(desk, Events(), ("40",))


async def test_switching_returns_when_it_was_read_back(desk: SimX32) -> None:
    events = Events()
    device = x32(desk, events)
    async with served(device):
        await device.switch("12", True)
        assert desk.is_open(12)
        assert states(events)["12"] is MicState.ON
        await device.switch("12", True)
        await device.switch("12", False)
        assert not desk.is_open(12)


async def test_own_switching_is_not_taken_for_lost_pushes() -> None:
    held, questions = 0, 0

    async def answer(peer: UdpPeer) -> None:
        nonlocal held, questions
        while True:
            data = await peer.read(10.0)
            if data.startswith(b"/ch/01") and len(data) == 24:
                held = data[-1]
            elif data.startswith(b"/ch/01"):
                questions += 1
                peer.write(b"/ch/01/mix/on\0\0\0,i\0\0\0\0\0" + bytes((held,)))
            else:
                peer.write(b"/info\0\0\0,ssss\0\0\0V\0\0\0a\0\0\0X32\x004\0\0\0")

    async with UdpPeer() as peer:
        desk = asyncio.create_task(answer(peer))
        device = X32("desk", "127.0.0.1", peer.port, ("01",), Events().append, QuickClock(10))
        async with served(device):
            for _ in range(3):
                await device.switch("01", True)
                await device.switch("01", False)
            questions = 0
            await asyncio.sleep(0.6)  # six seconds on its clock: one reading in ten when all is well, two a second else
            assert questions <= 2
        desk.cancel()
        await asyncio.gather(desk, return_exceptions=True)


async def test_a_switch_that_does_not_hold_is_rejected(desk: SimX32) -> None:
    device = x32(desk, Events())
    async with served(device):
        desk.faults.refuse = 1
        with pytest.raises(DeviceRejectedError, match="does not stay open"):
            await device.switch("12", True)
        with pytest.raises(DeviceRejectedError, match="no such channel"):
            await device.switch("77", True)


async def test_a_newer_order_for_the_same_channel_overtakes(desk: SimX32) -> None:
    device = x32(desk, Events())
    async with served(device):
        desk.faults.delay_s = 0.1
        first = asyncio.create_task(device.switch("12", True))
        await asyncio.sleep(0.01)
        await device.switch("12", False)
        with pytest.raises(DeviceRejectedError, match="overtaken"):
            await first
        assert not desk.is_open(12)


async def test_without_a_session_nothing_is_switched(desk: SimX32) -> None:
    with pytest.raises(DeviceUnreachableError, match="not connected"):
        await x32(desk, Events()).switch("01", True)


async def test_silence_ends_the_session_and_the_orders(desk: SimX32) -> None:
    device = x32(desk, Events(), factor=5)
    async with served(device) as session:
        desk.faults.silent = True
        with pytest.raises(DeviceUnreachableError):
            await device.switch("01", True)
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
        assert "no answer for 3 s" in str(session.error)


async def test_a_quiet_desk_is_alive_as_long_as_it_answers(desk: SimX32) -> None:
    async with served(x32(desk, Events(), ("01",), factor=10)) as session:
        await asyncio.sleep(0.8)  # eight seconds on its clock
        assert not session.over


async def test_a_closed_port_is_noticed_at_once() -> None:
    async with SimX32() as desk:
        port = desk.port
    device = X32("desk", "127.0.0.1", port, ("01",), Events().append, QuickClock())
    async with served(device, wait=False) as session:
        await until(lambda: session.over, timeout_s=1.0)
        assert isinstance(session.error, DeviceUnreachableError)


async def test_a_desk_that_never_answers_is_unreachable() -> None:
    async with UdpPeer() as peer:
        device = X32("desk", "127.0.0.1", peer.port, ("01",), Events().append, QuickClock(10))
        async with served(device, wait=False) as session:
            await until(lambda: session.over)
            assert not session.ready


async def test_the_subscription_is_renewed_in_time(desk: SimX32) -> None:
    async with served(x32(desk, Events(), ("01",), factor=10)):
        for _ in range(30):  # the desk counts real seconds: here 10 renewals in four
            assert desk.subscribers == 1
            await asyncio.sleep(0.03)


@pytest.mark.parametrize("fault", ["drop", "lose", "duplicate", "garble"])
async def test_a_bad_network_costs_time_but_no_truth(desk: SimX32, fault: str) -> None:
    events = Events()
    setattr(desk.faults, fault, 0.2)
    async with served(x32(desk, events, CHANNELS[:8], factor=10)) as session:
        for number in range(1, 9):
            desk.press(number, number % 2 == 1)
        await until(
            lambda: [states(events)[f"{n:02d}"] for n in range(1, 9)] == [MicState.ON, MicState.OFF] * 4,
            what=f"truth in spite of {fault}",
        )
        assert not session.over


async def test_a_desk_with_four_subscribers_already_is_read_instead(desk: SimX32) -> None:
    peers = [UdpPeer() for _ in range(4)]
    for peer in peers:
        await peer.__aenter__()
        peer.write(b"/xremote\0\0\0\0", ("127.0.0.1", desk.port))
    await until(lambda: desk.subscribers == 4)
    events = Events()
    async with served(x32(desk, events, ("01", "02"), factor=10)):
        for _ in range(3):  # found by reading, after which it reads more often
            on = not desk.is_open(1)
            desk.press(1, on)
            await until(lambda wanted=MicState.ON if on else MicState.OFF: states(events)["01"] is wanted)  # type: ignore[misc]
    for peer in peers:
        await peer.__aexit__()


async def test_after_a_restart_everything_is_read_again(desk: SimX32) -> None:
    events = Events()
    device = x32(desk, events, factor=5)
    async with served(device) as session:
        await desk.close()
        await until(lambda: session.over)
    desk.press(3, True)
    await desk.start()
    events.clear()
    async with served(device):
        assert len(events.of(MicReading)) == 32
        assert states(events)["03"] is MicState.ON


async def test_what_is_no_osc_and_what_is_unknown_is_ignored() -> None:
    events = Events()
    async with UdpPeer() as peer:
        device = X32("desk", "127.0.0.1", peer.port, ("01",), events.append, QuickClock())
        async with served(device, wait=False) as session:
            await peer.read()
            for noise in (b"", b"\xff" * 9, b"/ch/99/mix/on\0\0\0,i\0\0\0\0\0\1", b"/\0\0\0,Q\0\0", b"/meters/1"):
                peer.write(noise)
            peer.write(b"/ch/01/mix/on\0\0\0,T\0\0")
            peer.write(b"/info\0\0\0,ssss\0\0\0V\0\0\0a\0\0\0X32\x004\0\0\0")
            await until(lambda: session.ready)
            assert events == [IdentityReading("desk", "X32 4 (a)"), MicReading("desk", "01", MicState.ON)]
