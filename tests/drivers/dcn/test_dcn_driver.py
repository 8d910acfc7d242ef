"""The DCN-NG driver against the simulated central unit, over a serial line and over TCP."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError, EncodeError
from chamber.ports import IdentityReading, MicReading, QueueReading
from drivers.dcn.driver import DcnNg
from drivers.dcn.wires import SerialWire, TcpWire, Wire
from drivers.sim.dcn import SimDcn, Unit
from tests.drivers.sessions import Events, QuickClock, TcpPeer, served
from tests.until import until

UNITS = [Unit(513, chair=True), *(Unit(number) for number in range(514, 521))]
CHANNELS = ("01", "02", "03", "04")
OFFSET = 512


@pytest.fixture
async def unit() -> AsyncIterator[SimDcn]:
    async with SimDcn(UNITS, tcp_port=0) as unit:
        yield unit


def by_tcp(unit: SimDcn) -> Wire:
    assert unit.tcp_port is not None
    return TcpWire("127.0.0.1", unit.tcp_port)


def by_serial(unit: SimDcn) -> Wire:
    return SerialWire(unit.path, gap_ms=500)


WIRES = [pytest.param(by_tcp, id="tcp"), pytest.param(by_serial, id="serial")]
Way = Callable[[SimDcn], Wire]


def dcn(
    wire: Wire, events: Events, *, factor: int = 1, by_list: bool = True, priorities: frozenset[int] = frozenset()
) -> DcnNg:
    return DcnNg(
        "hall", wire, CHANNELS, events.append, QuickClock(factor),
        unit_offset=OFFSET, by_list=by_list, priorities=priorities,
    )  # fmt: skip


def states(events: Events) -> dict[str, MicState]:
    return {reading.channel: reading.state for reading in events.of(MicReading)}


@pytest.mark.parametrize("way", WIRES)
async def test_both_lists_are_read_before_it_is_ready(unit: SimDcn, way: Way) -> None:
    unit.press(514, True)
    unit.request(516)
    unit.request(515)
    events = Events()
    async with served(dcn(way(unit), events)):
        assert len(events.of(MicReading)) == 4
        assert states(events) == {
            "01": MicState.OFF, "02": MicState.ON, "03": MicState.REQUEST, "04": MicState.REQUEST
        }  # fmt: skip
        assert events.of(QueueReading) == [QueueReading("hall", ("04", "03"))]
        assert events.of(IdentityReading)[-1].text.startswith("DCN-NG, ")


@pytest.mark.parametrize("way", WIRES)
async def test_a_press_is_one_event_at_once(unit: SimDcn, way: Way) -> None:
    events = Events()
    async with served(dcn(way(unit), events)):
        events.clear()
        unit.press(515, True)
        await until(lambda: events.of(MicReading), timeout_s=0.15, what="the notification, before any list is read")
        unit.press(515, False)
        await until(lambda: len(events.of(MicReading)) > 1)
        await asyncio.sleep(0.5)  # the lists have been read again, and say the same
        assert events.of(MicReading) == [
            MicReading("hall", "03", MicState.ON), MicReading("hall", "03", MicState.OFF)
        ]  # fmt: skip


@pytest.mark.parametrize("way", WIRES)
async def test_requests_come_from_their_list(unit: SimDcn, way: Way) -> None:
    events = Events()
    async with served(dcn(way(unit), events)):
        unit.request(515)
        await until(lambda: states(events)["03"] is MicState.REQUEST)
        unit.request(514)
        await until(lambda: events.of(QueueReading)[-1].channels == ("03", "02"))
        unit.press(515, True)
        await until(lambda: events.of(QueueReading)[-1].channels == ("02",))
        assert states(events)["03"] is MicState.ON
        unit.withdraw(514)
        await until(lambda: states(events)["02"] is MicState.OFF)
        assert events.of(QueueReading)[-1].channels == ()


@pytest.mark.parametrize("way", WIRES)
@pytest.mark.parametrize("by_list", [True, False])
async def test_switching_is_confirmed(unit: SimDcn, way: Way, by_list: bool) -> None:
    events = Events()
    device = dcn(way(unit), events, by_list=by_list)
    async with served(device):
        await device.switch("03", True)
        assert unit.desk.is_on(515)
        assert states(events)["03"] is MicState.ON
        await device.switch("03", True)
        await device.switch("03", False)
        await until(lambda: 515 not in unit.desk.speakers, what="out of the list too")
        assert states(events)["03"] is MicState.OFF
        await device.switch("03", False)


async def test_lists_that_lag_do_not_undo_a_notification() -> None:
    async with SimDcn(UNITS, tcp_port=0, list_lag_s=0.12) as unit:
        events = Events()
        async with served(dcn(by_tcp(unit), events)):
            events.clear()
            for _ in range(3):
                unit.press(515, True)
                await asyncio.sleep(0.17)
                unit.press(515, False)
                await asyncio.sleep(0.17)
            await asyncio.sleep(0.6)
            assert [reading.state for reading in events.of(MicReading)] == [MicState.ON, MicState.OFF] * 3


async def test_all_off_closes_the_chair_and_units_without_a_seat_too(unit: SimDcn) -> None:
    for number in (513, 514, 515, 519):
        unit.press(number, True)
    events = Events()
    device = dcn(by_tcp(unit), events)
    async with served(device):
        await device.all_off()
        assert set(states(events).values()) == {MicState.OFF}
        assert not any(unit.desk.speakers.values())
        assert [what for _, what in unit.log if what.startswith("order")] == ["order 2f ", "order 31 0102"]
        await device.all_off()


async def test_a_chairs_priority_is_one_only_if_configured() -> None:
    async with SimDcn(UNITS, tcp_port=0, chair_priority=7) as unit:
        for wanted in (frozenset({7}), frozenset[int]()):
            events = Events()
            async with served(dcn(by_tcp(unit), events, priorities=wanted)):
                unit.press(513, True)
                await until(lambda events=events: states(events)["01"] is MicState.ON)  # type: ignore[misc]
                await asyncio.sleep(0.4)
                assert events.of(MicReading)[-1] == MicReading("hall", "01", MicState.ON, priority=bool(wanted))
                unit.press(513, False)


async def test_units_without_a_seat_are_shown(unit: SimDcn) -> None:
    events = Events()
    async with served(dcn(by_tcp(unit), events)):
        unit.press(519, True)
        unit.request(520)
        await until(lambda: "unit 520" in events.of(IdentityReading)[-1].text)
        assert events.of(IdentityReading)[-1].text == "DCN-NG, TCP; without a seat: unit 519, unit 520"
        assert set(states(events)) == set(CHANNELS)


async def test_a_refused_order_says_why(unit: SimDcn) -> None:
    device = dcn(by_tcp(unit), Events())
    async with served(device) as session:
        unit.faults.refuse = 0x2A9B
        with pytest.raises(DeviceRejectedError, match="no access"):
            await device.switch("02", True)
        with pytest.raises(DeviceRejectedError, match="no such channel"):
            await device.switch("77", True)
        assert not session.over
        unit.faults.clear()
        await device.switch("02", True)


async def test_a_microphone_that_is_closed_again_is_reported(unit: SimDcn) -> None:
    device = dcn(by_tcp(unit), Events(), factor=3)
    async with served(device):
        unit.desk.held.add(514)
        with pytest.raises(DeviceRejectedError, match="does not stay open"):
            await device.switch("02", True)


async def test_a_newer_order_overtakes(unit: SimDcn) -> None:
    device = dcn(by_tcp(unit), Events())
    async with served(device):
        unit.faults.delay_s = 0.1
        first = asyncio.create_task(device.switch("02", True))
        await asyncio.sleep(0.01)
        await device.switch("02", False)
        with pytest.raises(DeviceRejectedError, match="overtaken"):
            await first
        unit.faults.clear()
        await until(lambda: not unit.desk.is_on(514))


async def test_a_lost_notification_is_found_by_reading(unit: SimDcn) -> None:
    events = Events()
    async with served(dcn(by_tcp(unit), events, factor=20)):
        unit.slip(515, True)
        await until(lambda: states(events)["03"] is MicState.ON)
        unit.slip(515, False)
        await until(lambda: states(events)["03"] is MicState.OFF)


async def test_without_a_licence_it_says_so() -> None:
    async with SimDcn(UNITS, tcp_port=0, licensed=False) as unit:
        device = dcn(by_tcp(unit), Events())
        async with served(device, wait=False) as session:
            await until(lambda: session.over)
            assert isinstance(session.error, DeviceRejectedError)
            assert "START_MM refused: no access (2A9B)" in str(session.error)


@pytest.mark.parametrize("way", WIRES)
async def test_another_application_byte_is_another_language(way: Way) -> None:
    async with SimDcn(UNITS, tcp_port=0, app=0x0A) as unit:
        async with served(dcn(way(unit), Events(), factor=5), wait=False) as session:
            await until(lambda: session.over)
            assert not session.ready
        assert unit.tcp_port is not None
        own = TcpWire("127.0.0.1", unit.tcp_port, app=0x0A) if way is by_tcp else SerialWire(unit.path, app=0x0A)
        async with served(dcn(own, Events())):
            pass


async def test_the_link_is_kept_alive() -> None:
    async with SimDcn(UNITS, tcp_port=0, silence_s=0.8) as unit:
        device = dcn(by_tcp(unit), Events(), factor=10)
        async with served(device) as session:
            await asyncio.sleep(1.6)  # it reads lists every second, and says that it lives every half second
            assert not session.over


async def test_the_first_message_is_the_keep_alive_and_silence_ends_it() -> None:
    async with TcpPeer() as peer:
        device = dcn(TcpWire("127.0.0.1", peer.port), Events(), factor=5)
        async with served(device, wait=False) as session:
            await peer.accept()
            assert await peer.read(16) == bytes.fromhex("27704400100000000000000000000000")
            for _ in range(3):
                assert await peer.read(18) == bytes.fromhex("031e0043120000000000000000000000 1e00")
            await until(lambda: session.over)
            assert "START_MM was not answered" in str(session.error)


async def test_a_unit_that_does_not_understand_is_named() -> None:
    async with TcpPeer() as peer:
        wire = SerialWire(f"socket://127.0.0.1:{peer.port}")
        async with served(dcn(wire, Events()), wait=False) as session:
            await peer.accept()
            for _ in range(3):
                assert await peer.read(9) == bytes.fromhex("1b240d0302001e0090")
                peer.write(bytes.fromhex("1b240d020000"))
            await until(lambda: session.over)
            assert "is the protocol switch on simple" in str(session.error)


async def test_what_is_no_open_interface_is_hung_up_on() -> None:
    async with TcpPeer() as peer, served(dcn(TcpWire("127.0.0.1", peer.port), Events()), wait=False) as session:
        await peer.accept()
        peer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
        assert "not the Open Interface" in str(session.error)


async def test_silence_ends_the_session_and_the_orders(unit: SimDcn) -> None:
    device = dcn(by_tcp(unit), Events(), factor=5)
    async with served(device) as session:
        unit.faults.silent = True
        with pytest.raises(DeviceUnreachableError):
            await device.switch("02", True)
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
    with pytest.raises(DeviceUnreachableError, match="not connected"):
        await device.switch("02", True)
    with pytest.raises(DeviceUnreachableError, match="not connected"):
        await device.all_off()


@pytest.mark.parametrize("way", WIRES)
async def test_after_a_restart_everything_is_read_again(unit: SimDcn, way: Way) -> None:
    events = Events()
    device = dcn(way(unit), events)
    unit.press(514, True)
    async with served(device) as session:
        assert states(events)["02"] is MicState.ON
        await unit.close()
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
    unit.slip(514, False)
    unit.slip(516, True)
    await unit.start()
    device = dcn(way(unit), events)
    events.clear()
    async with served(device):
        assert len(events.of(MicReading)) == 4
        assert [channel for channel, state in states(events).items() if state is MicState.ON] == ["04"]


@pytest.mark.parametrize("way", WIRES)
@pytest.mark.parametrize("fault", ["drop", "lose", "duplicate", "garble"])
async def test_a_bad_line_costs_sessions_but_no_truth(unit: SimDcn, way: Way, fault: str) -> None:
    events = Events()
    device = dcn(way(unit), events, factor=5)
    setattr(unit.faults, fault, 0.1)
    wanted = {"01": MicState.ON, "02": MicState.OFF, "03": MicState.ON, "04": MicState.REQUEST}
    for _ in range(10):
        async with served(device, wait=False) as session:
            await until(lambda: session.over or session.ready)
            unit.press(513, True)
            unit.press(515, True)
            unit.request(516)
            await until(lambda: session.over or states(events) == wanted)
        if states(events) == wanted:
            break
    assert states(events) == wanted


async def test_our_messages_have_no_pauses_in_them() -> None:
    async with SimDcn(UNITS, strict_gap=True) as unit:
        async with served(dcn(by_serial(unit), Events())) as session:
            await asyncio.sleep(0.3)
            assert not session.over
        assert unit.naks == 0


async def test_a_unit_beyond_a_word_is_refused_at_once() -> None:
    with pytest.raises(EncodeError):
        DcnNg("hall", TcpWire("127.0.0.1"), ("65000",), Events().append, QuickClock(), unit_offset=OFFSET + 100)
