"""The Shure DIS driver against the simulated central unit, over TCP."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError, EncodeError
from chamber.ports import IdentityReading, MicReading, QueueReading, SeatOccupied
from drivers.shure_dis.driver import ShureDis
from drivers.sim.dis import SimDis
from tests.drivers.sessions import Events, QuickClock, TcpPeer, served
from tests.until import until

CHANNELS = tuple(str(n) for n in range(1, 25))
ON, OFF, REQUEST = MicState.ON, MicState.OFF, MicState.REQUEST


@pytest.fixture
async def unit() -> AsyncIterator[SimDis]:
    async with SimDis(range(1, 31), chairs=frozenset({1})) as unit:
        yield unit


def shure(
    unit: SimDis | TcpPeer,
    events: Events,
    channels: tuple[str, ...] = CHANNELS,
    *,
    factor: int = 1,
    people: bool = False,
    priority_from: int = 5,
) -> ShureDis:
    port = unit.port if isinstance(unit, TcpPeer) else unit.ways.tcp_port
    assert port is not None
    return ShureDis(
        "raad", "127.0.0.1", port, channels, events.append, QuickClock(factor), people=people,
        priority_from=priority_from,
    )  # fmt: skip


def readings(events: Events) -> list[tuple[str, MicState]]:
    return [(reading.channel, reading.state) for reading in events.of(MicReading)]


def states(events: Events) -> dict[str, MicState]:
    return dict(readings(events))


def speaking(events: Events) -> set[int]:
    return {int(channel) for channel, state in states(events).items() if state is ON}


# ------------------------------------------------------------------------------------------------------ reading


async def test_everything_is_read_before_it_is_ready(unit: SimDis) -> None:
    for seat in (7, 1):
        unit.press(seat, True)
    unit.ask(3, True)
    unit.ask(2, True)
    unit.reply(9, True)
    unit.priorities[1] = 5
    events = Events()
    device = shure(unit, events)
    async with served(device):
        assert len(readings(events)) == 24
        assert readings(events)[-5:] == [("7", ON), ("1", ON), ("9", REQUEST), ("3", REQUEST), ("2", REQUEST)]
        assert MicReading("raad", "1", ON, priority=True) in events
        assert MicReading("raad", "7", ON, priority=False) in events
        assert events.of(QueueReading) == [QueueReading("raad", ("9", "3", "2"))]
        assert events.of(IdentityReading) == [IdentityReading("raad", "Shure DIS")]
        assert events.of(SeatOccupied) == []
        assert device.reported()[11] == "seat 12: active, Seat 12"
        assert len(device.reported()) == 30


async def test_an_evening_in_events(unit: SimDis) -> None:
    events = Events()
    async with served(shure(unit, events)):
        events.clear()
        unit.press(4, True)
        await until(lambda: readings(events) == [("4", ON)])
        unit.ask(9, True)
        unit.ask(2, True)
        await until(lambda: events[-1:] == [QueueReading("raad", ("9", "2"))])
        unit.ask(9, False)
        await until(lambda: events[-1:] == [QueueReading("raad", ("2",))])
        assert states(events)["9"] is OFF
        unit.press(2, True)
        await until(lambda: events[-1:] == [QueueReading("raad", ())])
        assert [state for channel, state in readings(events) if channel == "2"] == [REQUEST, ON]
        unit.press(4, False)
        await until(lambda: readings(events)[-1] == ("4", OFF))
        assert speaking(events) == {2}


async def test_who_is_taken_from_the_queue_while_he_speaks_stays_on(unit: SimDis) -> None:
    events = Events()
    async with served(shure(unit, events)):
        unit.press(4, True)
        unit.ask(4, True)  # speaks, and is on the list for another turn
        unit.ask(4, False)
        unit.press(5, True)
        await until(lambda: speaking(events) == {4, 5})
        assert readings(events)[24:] == [("4", ON), ("5", ON)]


async def test_a_priority_is_told_from_the_level_that_config_says(unit: SimDis) -> None:
    events = Events()
    unit.lists_priorities = False
    async with served(shure(unit, events, priority_from=4)):
        for level in (3, 4):
            unit.ways.tell(f"mic_priority {level} {level}\r\n".encode())
            unit.press(level, True)
        await until(lambda: speaking(events) == {3, 4})
        assert MicReading("raad", "3", ON, priority=False) in events
        assert MicReading("raad", "4", ON, priority=True) in events


async def test_200_events_a_second_come_in_their_order(unit: SimDis) -> None:
    unit.most = 24
    random, events, pressed = Random(1), Events(), list[tuple[str, MicState]]()
    async with served(shure(unit, events, factor=5)) as session:
        events.clear()
        for _ in range(400):
            seat = random.randrange(1, 25)
            unit.press(seat, seat not in unit.open)
            pressed.append((str(seat), ON if seat in unit.open else OFF))
            await asyncio.sleep(0.005)
        await until(lambda: len(readings(events)) == len(pressed))
        assert readings(events) == pressed
        assert list(unit.got).count("mic_status") >= 2  # readings in between take nothing back
        assert not session.over, session.error


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_evening_what_is_known_is_what_is_so(unit: SimDis, seed: int) -> None:
    random, events = Random(seed), Events()
    async with served(shure(unit, events, factor=5, people=True)):
        for _ in range(200):
            seat = random.randrange(1, 25)
            verb = random.choice([unit.press, unit.press, unit.ask, unit.reply])
            verb(seat, random.random() < 0.6)
            if random.random() < 0.1:
                unit.name(random.randrange(1, 25), random.choice(["", "Jan van Dam", "Els Steen"]))
            if random.random() < 0.3:
                await asyncio.sleep(random.random() / 200)
        waiting = dict.fromkeys(seat for seat in (*unit.replies, *unit.requests) if seat not in unit.open)
        queue = tuple(map(str, waiting))
        named = {channel: unit.names[int(channel)] or None for channel in CHANNELS}

        def known() -> bool:
            people = {event.channel: event.name for event in events.of(SeatOccupied)}
            return speaking(events) == set(unit.open) and people == named

        await until(lambda: known() and events.of(QueueReading)[-1].channels == queue)
        assert {channel for channel, state in states(events).items() if state is REQUEST} == set(queue)


async def test_reading_again_finds_what_was_missed(unit: SimDis) -> None:
    events = Events()
    async with served(shure(unit, events, factor=20)):
        unit.open.append(2)
        await until(lambda: states(events)["2"] is ON)
        unit.open.remove(2)
        unit.requests.append(5)
        await until(lambda: states(events)["2"] is OFF and states(events)["5"] is REQUEST)


async def test_a_long_speech_stays_speech_through_all_rereadings(unit: SimDis) -> None:
    unit.press(4, True)
    events = Events()
    async with served(shure(unit, events, factor=100)) as session:
        events.clear()
        await asyncio.sleep(1.0)
        assert list(unit.got).count("mic_status") > 5
        assert not session.over, session.error
        assert events == []


# ------------------------------------------------------------------------------------------------------- people


async def test_names_are_told_where_they_are_those_of_people(unit: SimDis) -> None:
    unit.name(3, "")
    events = Events()
    async with served(shure(unit, events, people=True)):
        assert SeatOccupied("raad", "4", None, "Seat 4") in events
        assert SeatOccupied("raad", "3", None, None) in events
        assert len(events.of(SeatOccupied)) == 24
        assert isinstance(events[0], SeatOccupied)  # before who speaks
        events.clear()
        unit.name(4, "John Jones")
        unit.name(30, "Nobody of ours")
        await until(lambda: events == [SeatOccupied("raad", "4", None, "John Jones")])
        unit.name(4, "")
        await until(lambda: events[-1:] == [SeatOccupied("raad", "4", None, None)])


async def test_the_technician_is_told_of_mode_mute_and_seats(unit: SimDis) -> None:
    events = Events()
    async with served(shure(unit, events, ("4", "40"))):
        assert states(events) == {"4": OFF, "40": OFF}
        unit.ways.tell(b"mic_mode manual\r\nmic_mute_all activate\r\n")
        unit.press(17, True)
        text = "Shure DIS, mode manual, delegates muted, no seat 40; without a seat: 17"
        await until(lambda: events.of(IdentityReading)[-1].text == text)
        unit.ways.tell(b"mic_mute_all deactivate\r\n")
        await until(lambda: "muted" not in events.of(IdentityReading)[-1].text)


def test_a_channel_is_a_seat_number() -> None:
    for channel in ("chair", "0", "70000"):
        with pytest.raises(EncodeError, match="seat"):
            ShureDis("raad", "127.0.0.1", 3142, (channel,), Events().append, QuickClock())


# ---------------------------------------------------------------------------------------------------- switching


async def test_switching_returns_when_it_is_so(unit: SimDis) -> None:
    events = Events()
    device = shure(unit, events)
    async with served(device):
        for on in (True, True, False, False):  # the unit says nothing of what changes nothing
            await device.switch("12", on)
            assert (12 in unit.open) is on
            assert states(events)["12"] is (ON if on else OFF)
        assert [line for line in unit.got if line != "mic_status"] == [
            "mic_on 12", "mic_on 12", "mic_off 12", "mic_off 12"
        ]  # fmt: skip


async def test_an_order_without_effect_is_no_success(unit: SimDis) -> None:
    unit.idle = True
    device = shure(unit, Events(), factor=3)
    async with served(device):
        with pytest.raises(DeviceRejectedError, match="does not stay open"):
            await device.switch("12", True)
        assert list(unit.got).count("mic_on 12") == 1


async def test_when_all_places_are_taken_a_request_is_no_success(unit: SimDis) -> None:
    unit.most = 1
    unit.press(3, True)
    events = Events()
    device = shure(unit, events, factor=3)
    async with served(device):
        with pytest.raises(DeviceRejectedError, match="does not stay open"):
            await device.switch("12", True)
        assert states(events)["12"] is REQUEST


async def test_a_refusal_belongs_to_its_order(unit: SimDis) -> None:
    device = shure(unit, Events())
    async with served(device) as session:
        unit.faults.refuse = 1
        refused = asyncio.create_task(device.switch("12", True))
        await until(lambda: "mic_on 12" in unit.got)
        unit.faults.refuse = None
        await device.switch("13", True)
        with pytest.raises(DeviceRejectedError, match="refused: unknown command"):
            await refused
        unit.faults.refuse = 1
        with pytest.raises(DeviceRejectedError, match="mic_all_off: unknown command"):
            await device.all_off()
        assert not session.over


async def test_a_seat_that_the_unit_does_not_have_is_refused(unit: SimDis) -> None:
    device = shure(unit, Events(), ("4", "40"))
    async with served(device):
        with pytest.raises(DeviceRejectedError, match="syntax error"):
            await device.switch("40", True)


async def test_a_newer_order_overtakes_and_is_sent_last(unit: SimDis) -> None:
    device = shure(unit, Events())
    async with served(device):
        first = asyncio.create_task(device.switch("12", True))
        await asyncio.sleep(0)
        await device.switch("12", False)
        with pytest.raises(DeviceRejectedError, match="overtaken"):
            await first
        await until(lambda: unit.open == [])
        assert [line for line in unit.got if line != "mic_status"][-1] == "mic_off 12"


async def test_many_orders_at_once(unit: SimDis) -> None:
    unit.most = 24
    device = shure(unit, Events())
    async with served(device):
        await asyncio.gather(*(device.switch(channel, True) for channel in CHANNELS))
        assert sorted(unit.open) == list(range(1, 25))
        await asyncio.gather(*(device.switch(channel, False) for channel in CHANNELS))
        assert unit.open == []


async def test_all_off_closes_the_chair_and_seats_without_a_channel_too(unit: SimDis) -> None:
    for seat in (1, 2, 29):
        unit.press(seat, True)
    unit.ask(5, True)
    unit.stubborn = {2}
    device = shure(unit, Events(), ("1", "2"))
    async with served(device):
        await device.all_off()
        assert unit.open == []
        assert unit.requests == [5]
        assert [line for line in unit.got if line != "mic_status"] == ["mic_all_off", "mic_off 2"]


async def test_all_off_that_does_nothing_fails(unit: SimDis) -> None:
    unit.press(4, True)
    unit.idle = True
    device = shure(unit, Events(), factor=10)
    async with served(device):
        with pytest.raises(DeviceRejectedError, match="still open: seat 4"):
            await device.all_off()


async def test_without_a_session_nothing_is_switched(unit: SimDis) -> None:
    device = shure(unit, Events())
    with pytest.raises(DeviceUnreachableError, match="not connected"):
        await device.switch("1", True)
    with pytest.raises(DeviceUnreachableError, match="not connected"):
        await device.all_off()
    with pytest.raises(DeviceRejectedError, match="no such channel"):
        await device.switch("99", True)


# -------------------------------------------------------------------------------------------------- the network


async def test_after_a_restart_in_mid_meeting_everything_is_read_again(unit: SimDis) -> None:
    events = Events()
    device = shure(unit, events)
    unit.press(4, True)
    async with served(device) as session:
        assert speaking(events) == {4}
        await unit.close()
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
    events.clear()
    unit.open[:] = [5]
    await unit.start()
    async with served(device):
        assert len(readings(events)) == 24
        assert speaking(events) == {5}
        await device.switch("7", True)


async def test_silence_ends_the_session_and_the_orders(unit: SimDis) -> None:
    device = shure(unit, Events(), factor=20)
    async with served(device) as session:
        unit.faults.silent = True
        orders = [asyncio.create_task(device.switch("12", True)), asyncio.create_task(device.all_off())]
        for order in orders:
            with pytest.raises(DeviceUnreachableError):
                await order
        await until(lambda: session.over)
        assert "no end of the answer" in str(session.error)


async def test_nobody_at_the_address(unit: SimDis) -> None:
    device = shure(unit, Events())
    await unit.close()
    async with served(device, wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)


async def test_something_else_at_the_address() -> None:
    async with TcpPeer() as peer, served(shure(peer, Events(), factor=5), wait=False) as session:
        await peer.accept()
        assert await peer.read_until(b"\r") == b"mic_status\r"
        peer.write(b"command_error unknown command\r\n")
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceRejectedError)


async def test_a_bad_line_in_a_reading_closes_nothing(unit: SimDis) -> None:
    """The line that was disturbed may have been that of an open microphone."""
    events = Events()
    async with TcpPeer() as peer, served(shure(peer, events, ("4",), factor=20), wait=False) as session:
        await peer.accept()
        await peer.read_until(b"\r")
        peer.write(b"mic_\x80n 4\r\nmic_status_done\r\n")
        await peer.read_until(b"\r")
        assert not session.ready
        peer.write(b"mjc_on 4\r\nmic_status_done\r\n")
        await peer.read_until(b"\r")
        assert not session.ready
        peer.write(b"mic_on 4\r\nmic_status_done\r\n")
        await until(lambda: session.ready)
        assert readings(events) == [("4", ON)]


async def test_a_line_that_is_always_odd_does_not_keep_it_from_working() -> None:
    events = Events()
    async with TcpPeer() as peer, served(shure(peer, events, ("4",), factor=20), wait=False) as session:
        await peer.accept()
        asked = 0
        while not session.ready:
            await peer.read_until(b"\r")
            asked += 1
            peer.write(b"\x07bell\r\nfirmware 9\r\nmic_on 4\r\nmic_status_done\r\n")
            await asyncio.sleep(0.02)
        assert asked <= 3
        assert readings(events) == [("4", ON)]


@pytest.mark.parametrize("fault", ["garble", "duplicate", "lose"])
async def test_a_bad_network_costs_sessions_but_no_truth(unit: SimDis, fault: str) -> None:
    random, events, device = Random(3), Events(), None
    setattr(unit.faults, fault, 0.02)
    device = shure(unit, events, factor=10)

    async def evening() -> None:
        for _ in range(150):
            unit.press(random.randrange(1, 25), random.random() < 0.6)
            await asyncio.sleep(0.005)
        unit.faults.clear()

    hands = asyncio.create_task(evening())
    while not hands.done():
        async with served(device, wait=False) as session:
            await until(lambda session=session: session.over or hands.done())  # type: ignore[misc]
    await hands
    async with served(device):
        assert speaking(events) == set(unit.open)
