"""The driver for lines against simulated systems, over serial, TCP and UDP."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError, EncodeError
from chamber.ports import IdentityReading, MicReading, QueueReading
from drivers.lines.codec import Checksum, Framing
from drivers.lines.driver import Dialect, LinesSystem
from drivers.lines.links import Link, SerialLink, TcpLink, UdpLink
from drivers.lines.rules import Meaning, Rule
from drivers.sim.dis import SimDis
from drivers.sim.tlvcam import SimTlvcam
from tests.drivers.sessions import Events, QuickClock, TcpPeer, UdpPeer, served
from tests.until import until

CHANNELS = ("01", "02", "03", "04")


def rules(*pairs: tuple[str, str]) -> tuple[Rule, ...]:
    return tuple(Rule(re.compile(pattern), Meaning(means), width=4) for pattern, means in pairs)


TLVCAM1 = Dialect(
    Framing(start=b"%", end=b"\r", checksum=Checksum.SUM16_HEX),
    rules(
        (r"[PM](?P<seat>\d{4})", "on"), (r"[pm](?P<seat>\d{4})", "off"), (r"V0000", "all_off"),
        (r"S(?P<seats>(?:\d{4})+)", "open_list"), (r"R", "alive"),
    ),
    ack=b"\x06",
    repeat_ms=2000,
)  # fmt: skip
DIS = Dialect(
    Framing(end=b"\n", command_end=b"\r"),
    rules(
        (r"mic_on (?P<seat>\d+)", "on"), (r"mic_off (?P<seat>\d+)", "off"), (r"mic_request_on (?P<seat>\d+)", "request"),
        (r"mic_request_off (?P<seat>\d+)", "withdrawn"), (r"mic_status_done", "read_done"),
        (r"command_error .*", "refused"), (r"seat_state .*", "alive"),
    ),
    greeting=("mic_status",),
    keep_alive="mic_status",
    keep_alive_ms=10_000,
    silence_ms=25_000,
    on="mic_on {seat}",
    off="mic_off {seat}",
    all_off="mic_all_off",
)  # fmt: skip


def system(link: Link, dialect: Dialect, events: Events, *, factor: int = 1) -> LinesSystem:
    return LinesSystem("hall", link, dialect, CHANNELS, events.append, QuickClock(factor))


def states(events: Events) -> dict[str, MicState]:
    return {reading.channel: reading.state for reading in events.of(MicReading)}


def on(events: Events) -> list[str]:
    return sorted(channel for channel, state in states(events).items() if state is MicState.ON)


@pytest.fixture
async def dis() -> AsyncIterator[SimDis]:
    async with SimDis(range(1, 9)) as dis:
        yield dis


def to_dis(dis: SimDis, events: Events, *, factor: int = 1, **changes: object) -> LinesSystem:
    assert dis.ways.tcp_port is not None
    return system(TcpLink("127.0.0.1", dis.ways.tcp_port), replace(DIS, **changes), events, factor=factor)  # type: ignore[arg-type]


async def test_tlvcam1_on_a_serial_line_acknowledged() -> None:
    events = Events()
    async with SimTlvcam(repeat_s=0.2) as unit:
        device = system(SerialLink(unit.ways.port.path, 19200), TLVCAM1, events)
        async with served(device):
            assert states(events) == dict.fromkeys(CHANNELS, MicState.OFF)
            events.clear()
            unit.press(1, True)
            unit.press(3, True)
            await until(lambda: on(events) == ["01", "03"])
            await until(lambda: unit.acknowledged >= 2)
            await asyncio.sleep(0.5)
            assert unit.acknowledged == 2, "acknowledged once each, so that nothing was repeated"
            unit.all_off()
            await until(lambda: not on(events))
            assert len(events.of(MicReading)) == 4


async def test_tlvcam1_lists_put_right_what_was_missed() -> None:
    events = Events()
    async with SimTlvcam(tcp_port=0, sync_s=0.1) as unit:
        assert unit.ways.tcp_port is not None
        async with served(system(TcpLink("127.0.0.1", unit.ways.tcp_port), TLVCAM1, events)):
            unit.slip(2, True)
            unit.slip(4, True)
            await until(lambda: on(events) == ["02", "04"])
            unit.slip(2, False)
            await until(lambda: states(events)["02"] is MicState.OFF)
            assert states(events)["04"] is MicState.ON


async def test_tlvcam1_by_udp_from_the_unit_only() -> None:
    events = Events()
    async with UdpPeer() as probe:
        port = probe.port  # free a moment later
    link = UdpLink("127.0.0.1", 9, listen=("127.0.0.1", port))
    async with SimTlvcam(udp_to=("127.0.0.1", port)) as unit:
        async with served(system(link, replace(TLVCAM1, ack=b""), events)):
            unit.press(2, True)
            await until(lambda: on(events) == ["02"])
        stranger = UdpLink("192.0.2.7", 9, listen=("127.0.0.1", port))
        events.clear()
        async with served(system(stranger, replace(TLVCAM1, ack=b""), events)):
            unit.press(3, True)
            await asyncio.sleep(0.1)
            assert on(events) == []


async def test_tlvcam2_and_a_link_that_breaks() -> None:
    dialect = Dialect(
        Framing(end=b"\r\n"),
        rules((r"\$1(?P<seat>\d{4})", "on"), (r"\$2(?P<seat>\d{4})", "off"), (r"&30000", "all_off")),
    )
    events = Events()
    async with SimTlvcam(2) as unit:
        path = unit.ways.port.path
        device = system(SerialLink(path, 19200), dialect, events)
        async with served(device) as session:
            unit.press(3, True)
            await until(lambda: on(events) == ["03"])
            unit.ways.port.unplug()
            await until(lambda: session.over)
            assert isinstance(session.error, DeviceUnreachableError)
        unit.ways.port.replug()
        if unit.ways.port.path == path:
            events.clear()
            async with served(device):
                assert len(events.of(MicReading)) == 4
                assert on(events) == ["03"], "nothing can be read, so it is as it was"


async def test_everything_is_read_at_the_start(dis: SimDis) -> None:
    dis.press(2, True)
    dis.ask(4, True)
    events = Events()
    async with served(to_dis(dis, events)):
        assert states(events) == {
            "01": MicState.OFF, "02": MicState.ON, "03": MicState.OFF, "04": MicState.REQUEST
        }  # fmt: skip
        dis.ask(4, False)
        await until(lambda: states(events)["04"] is MicState.OFF)
        dis.ask(3, True)
        dis.press(3, True)
        await until(lambda: on(events) == ["02", "03"])


async def test_switching_is_confirmed_by_what_the_system_says(dis: SimDis) -> None:
    events = Events()
    device = to_dis(dis, events, factor=5)
    async with served(device):
        await device.switch("03", True)
        assert dis.open == [3]
        await device.switch("03", True)  # says nothing, because nothing changes
        await device.switch("3", False)
        assert dis.open == []
        assert states(events)["03"] is MicState.OFF
        dis.press(1, True)
        dis.press(2, True)
        await until(lambda: len(on(events)) == 2)
        await device.all_off()
        assert dis.open == []
        assert "mic_all_off" in dis.got


async def test_a_refusal_is_reported(dis: SimDis) -> None:
    device = to_dis(dis, Events())
    async with served(device) as session:
        dis.faults.refuse = 1
        with pytest.raises(DeviceRejectedError, match="refused: command_error"):
            await device.switch("03", True)
        with pytest.raises(DeviceRejectedError, match="no such channel"):
            await device.switch("77", True)
        assert not session.over


async def test_silence_is_no_confirmation(dis: SimDis) -> None:
    device = to_dis(dis, Events(), factor=4)
    async with served(device):
        dis.faults.silent = True
        with pytest.raises(DeviceUnreachableError, match="not confirmed"):
            await device.switch("03", True)
    with pytest.raises(DeviceUnreachableError, match="not connected"):
        await device.switch("03", True)


async def test_a_system_that_cannot_be_switched_says_so() -> None:
    async with SimTlvcam() as unit:
        device = system(SerialLink(unit.ways.port.path, 19200), TLVCAM1, Events())
        async with served(device):
            with pytest.raises(DeviceRejectedError, match="no command"):
                await device.switch("03", True)
            await device.all_off()
            unit.press(3, True)
            await until(lambda: device._channels.open)
            with pytest.raises(DeviceRejectedError, match="no command"):
                await device.all_off()


async def test_reading_again_finds_what_was_missed(dis: SimDis) -> None:
    events = Events()
    async with served(to_dis(dis, events, factor=20)):
        dis.open.append(2)
        await until(lambda: on(events) == ["02"])
        dis.open.remove(2)
        await until(lambda: not on(events))


async def test_silence_ends_the_session(dis: SimDis) -> None:
    async with served(to_dis(dis, Events(), factor=50)) as session:
        dis.faults.silent = True
        await until(lambda: session.over)
        assert "no line for 25 s" in str(session.error)


async def test_an_answer_that_does_not_end_is_no_start(dis: SimDis) -> None:
    dis.faults.silent = True
    async with served(to_dis(dis, Events(), factor=10), wait=False) as session:
        await until(lambda: session.over)
        assert "not everything could be read" in str(session.error)


async def test_after_a_restart_everything_is_read_again(dis: SimDis) -> None:
    events = Events()
    device = to_dis(dis, events)
    dis.press(1, True)
    async with served(device) as session:
        await dis.close()
        await until(lambda: session.over)
    dis.open[:] = [4]
    await dis.start()
    events.clear()
    async with served(device):
        assert len(events.of(MicReading)) == 4
        assert on(events) == ["04"]


@pytest.mark.parametrize("fault", ["drop", "lose", "duplicate", "garble"])
async def test_a_bad_line_costs_time_but_no_truth(dis: SimDis, fault: str) -> None:
    events = Events()
    setattr(dis.faults, fault, 0.1)
    device = to_dis(dis, events, factor=20)
    for _ in range(6):
        async with served(device, wait=False) as session:
            await until(lambda: session.over or session.ready)
            dis.press(1, True)
            dis.press(3, True)
            await until(lambda: session.over or on(events) == ["01", "03"])
        if on(events) == ["01", "03"]:
            break
    assert on(events) == ["01", "03"]


async def test_what_is_not_understood_is_shown(dis: SimDis) -> None:
    events = Events()
    async with served(to_dis(dis, events)):
        dis.ways.tell(b"hello there\r\nmic_on 8\r\n\xff\xff\n")
        await until(lambda: events.of(IdentityReading) and "ff ff" in events.of(IdentityReading)[-1].text)
        assert "'hello there'" in events.of(IdentityReading)[-1].text
        assert "without a seat: 8" in events.of(IdentityReading)[-1].text


async def test_questions_for_one_microphone_greetings_and_pace() -> None:
    dialect = Dialect(
        Framing(end=b"\r"),
        rules((r"mic (?P<seat>\d) 1", "on"), (r"mic (?P<seat>\d) 0", "off")),
        greeting=("hello",), read="get {seat}", on="set {seat} 1", off="set {seat} 0", pace_ms=100,
    )  # fmt: skip
    async with TcpPeer() as peer:
        events = Events()
        device = system(TcpLink("127.0.0.1", peer.port), dialect, events)
        async with served(device, wait=False) as session:
            await peer.accept()
            loop = asyncio.get_running_loop()
            assert await peer.read_until(b"\r") == b"hello\r"
            before_s = loop.time()
            for number in range(1, 5):
                assert await peer.read_until(b"\r") == b"get %d\r" % number
                assert not session.ready
                peer.write(b"mic %d 0\r" % number)
            assert loop.time() - before_s > 0.3, "four lines, a tenth of a second apart"
            await until(lambda: session.ready)
            order = asyncio.create_task(device.switch("02", True))
            assert await peer.read_until(b"\r") == b"set 2 1\r"
            assert await peer.read_until(b"\r") == b"get 2\r"
            peer.write(b"mic 2 0\r")
            assert await peer.read_until(b"\r") == b"get 2\r", "asked again"
            peer.write(b"mic 2 1\r")
            await order
            order = asyncio.create_task(device.switch("02", False))
            while b"get 2" not in await peer.read_until(b"\r"):
                pass
            peer.write(b"mic 2 1\r")
            with pytest.raises(DeviceRejectedError, match="does not stay closed"):
                await order


async def test_buttons_that_say_no_more_than_that_they_were_pressed() -> None:
    dialect = Dialect(Framing("hex", gap_ms=30), rules((r"E6(?P<seat>\d\d)", "toggle")), repeat_ms=200)
    async with TcpPeer() as peer:
        events = Events()
        async with served(system(SerialLink(f"socket://127.0.0.1:{peer.port}", 9600), dialect, events)):
            await peer.accept()
            peer.write(b"\xe6\x02")
            await until(lambda: on(events) == ["02"])
            peer.write(b"\xe6\x02")  # a repetition
            await asyncio.sleep(0.3)
            assert on(events) == ["02"]
            peer.write(b"\xe6\x02")
            await until(lambda: not on(events))


async def test_request_lists_are_a_queue() -> None:
    dialect = Dialect(Framing(end=b"\r"), rules((r"q(?P<seats>(?:\d{4})*)", "request_list"), (r"\+(?P<seat>\d)", "on")))
    async with TcpPeer() as peer:
        events = Events()
        async with served(system(TcpLink("127.0.0.1", peer.port), dialect, events)):
            await peer.accept()
            peer.write(b"+2\rq000400020003\r")
            await until(lambda: events.of(QueueReading))
            assert events.of(QueueReading) == [QueueReading("hall", ("04", "02", "03"))]
            assert states(events) == {
                "01": MicState.OFF, "02": MicState.ON, "03": MicState.REQUEST, "04": MicState.REQUEST
            }  # fmt: skip
            peer.write(b"q\r")
            await until(lambda: states(events)["03"] is MicState.OFF)
            assert on(events) == ["02"]


def test_commands_that_cannot_be_written_are_refused_at_once() -> None:
    with pytest.raises(EncodeError):
        system(TcpLink("127.0.0.1", 1), replace(DIS, on="mic_on é"), Events())
