"""The OSC driver against a simulated program, over UDP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError, EncodeError
from chamber.ports import IdentityReading, MicReading
from drivers.osc.codec import Meaning, Rule, Template, address_pattern
from drivers.osc.driver import OscSystem, Plan
from drivers.sim.osc_desk import Kind, SimOscDesk
from tests.drivers.sessions import Events, QuickClock, UdpPeer, served
from tests.until import until

CHANNELS = ("01", "02", "03", "04")
PLAN = Plan(
    (
        Rule(address_pattern("/mic/{channel}/on"), Meaning.ON, Meaning.OFF),
        Rule(address_pattern("/mic"), Meaning.ON, Meaning.OFF, channel_argument=0, argument=1),
        Rule(address_pattern("/clear"), Meaning.ALL_OFF, argument=None),
        Rule(address_pattern("/ask/{channel}"), Meaning.REQUEST, Meaning.WITHDRAWN),
    ),
    on=Template("/mic/{channel}/on", (1,)),
    off=Template("/mic/{channel}/on", (0,)),
    all_off=Template("/mics/off"),
    read=Template("/mic/{channel}/on"),
)
TOLD = replace(PLAN, on=None, off=None, all_off=None, read=None)


async def free_port() -> int:
    async with UdpPeer() as probe:
        return probe.port


@asynccontextmanager
async def hall(
    events: Events, plan: Plan = PLAN, *, factor: int = 1, kind: Kind = "int", in_argument: bool = False, bundled: bool = False,
    allowed: tuple[str, ...] = ("127.0.0.1",),
) -> AsyncIterator[tuple[SimOscDesk, OscSystem]]:  # fmt: skip
    port = await free_port()
    async with SimOscDesk(
        range(1, 9), target=("127.0.0.1", port), kind=kind, in_argument=in_argument, bundled=bundled
    ) as desk:
        yield (
            desk,
            OscSystem(
                "hall", ("127.0.0.1", port), allowed, ("127.0.0.1", desk.port), plan, CHANNELS, events.append,
                QuickClock(factor),
            ),
        )  # fmt: skip


def states(events: Events) -> dict[str, MicState]:
    return {reading.channel: reading.state for reading in events.of(MicReading)}


def on(events: Events) -> list[str]:
    return sorted(channel for channel, state in states(events).items() if state is MicState.ON)


@pytest.mark.parametrize("kind", ["int", "float", "bool", "text"])
@pytest.mark.parametrize(("in_argument", "bundled"), [(False, False), (True, False), (False, True)])
async def test_everything_is_read_and_then_heard(kind: Kind, in_argument: bool, bundled: bool) -> None:
    events = Events()
    async with hall(events, kind=kind, in_argument=in_argument, bundled=bundled) as (desk, device):
        desk.open.add(2)
        async with served(device):
            assert len(events.of(MicReading)) == 4
            assert on(events) == ["02"]
            desk.press(3, True)
            desk.press(2, False)
            await until(lambda: on(events) == ["03"])
            assert len(events.of(MicReading)) == 6


async def test_a_program_that_only_tells() -> None:
    events = Events()
    async with hall(events, TOLD) as (desk, device):
        async with served(device):
            assert set(states(events).values()) == {MicState.OFF}
            desk.press(1, True)
            desk.press(4, True)
            desk.say(b"/ask/3\0\0,T\0\0")
            await until(lambda: states(events)["03"] is MicState.REQUEST)
            assert on(events) == ["01", "04"]
            desk.say(b"/clear\0\0,\0\0\0")
            await until(lambda: not on(events))
            assert states(events)["03"] is MicState.REQUEST
            with pytest.raises(DeviceRejectedError, match="no message"):
                await device.switch("01", True)
            await device.all_off()
            desk.press(1, True)
            await until(lambda: on(events) == ["01"])
            with pytest.raises(DeviceRejectedError, match="no message"):
                await device.all_off()
        events.clear()
        async with served(device):
            assert len(events.of(MicReading)) == 4
            assert on(events) == ["01"], "nothing can be read, so it is as it was"


async def test_a_request_that_is_withdrawn_closes_nobody() -> None:
    events = Events()
    async with hall(events, TOLD) as (desk, device), served(device):
        desk.say(b"/ask/3\0\0,i\0\0\0\0\0\1")
        await until(lambda: states(events)["03"] is MicState.REQUEST)
        desk.say(b"/ask/3\0\0,i\0\0\0\0\0\0")
        await until(lambda: states(events)["03"] is MicState.OFF)
        desk.say(b"/ask/3\0\0,i\0\0\0\0\0\1")
        desk.press(3, True)  # given the floor, and taken from the queue after that
        desk.say(b"/ask/3\0\0,i\0\0\0\0\0\0")
        desk.press(4, True)
        await until(lambda: on(events) == ["03", "04"])
        assert [one.state for one in events.of(MicReading) if one.channel == "03"][-3:] == [
            MicState.OFF, MicState.REQUEST, MicState.ON,
        ]  # fmt: skip


async def test_switching_is_read_back() -> None:
    events = Events()
    async with hall(events, factor=2) as (desk, device), served(device):
        await device.switch("03", True)
        assert desk.open == {3}
        await device.switch("03", True)
        await device.switch("3", False)
        assert desk.open == set()
        desk.press(1, True)
        desk.press(2, True)
        await until(lambda: len(on(events)) == 2)
        await device.all_off()
        assert desk.open == set()
        assert "/mics/off" in desk.got
        await device.all_off()
        desk.faults.refuse = 1
        with pytest.raises(DeviceRejectedError, match="does not stay open"):
            await device.switch("03", True)
        with pytest.raises(DeviceRejectedError, match="no such channel"):
            await device.switch("77", True)


async def test_without_an_answer_nothing_is_believed() -> None:
    async with hall(Events(), factor=20) as (desk, device):
        async with served(device) as session:
            desk.faults.silent = True
            with pytest.raises(DeviceUnreachableError, match="not confirmed"):
                await device.switch("03", True)
            await until(lambda: session.over)
            assert "no message for 15 s" in str(session.error)
        with pytest.raises(DeviceUnreachableError, match="not connected"):
            await device.switch("03", True)


async def test_a_program_that_never_answers_is_unreachable() -> None:
    async with hall(Events(), factor=20) as (desk, device):
        desk.faults.silent = True
        async with served(device, wait=False) as session:
            await until(lambda: session.over)
            assert "no answer for 01, 02, 03, 04" in str(session.error)


async def test_few_microphones_are_asked_often_enough_to_prove_life() -> None:
    events = Events()
    async with hall(events, replace(PLAN, silence_ms=2000), factor=4) as (desk, _):
        device = OscSystem(
            "hall", ("127.0.0.1", await free_port()), ("127.0.0.1",), ("127.0.0.1", desk.port),
            replace(PLAN, silence_ms=2000), ("01",), events.append, QuickClock(4),
        )  # fmt: skip
        desk.target = None  # it answers whoever asks
        async with served(device) as session:
            await asyncio.sleep(1.5)
            assert not session.over, session.error


async def test_strangers_are_not_heard() -> None:
    events = Events()
    async with hall(events, TOLD, allowed=("192.0.2.9", "127.0.0.2")) as (desk, device), served(device):
        desk.press(1, True)
        desk.say(b"nonsense")
        await asyncio.sleep(0.1)
        assert on(events) == []
        assert not events.of(IdentityReading)


async def test_a_subscription_is_renewed() -> None:
    plan = replace(PLAN, periodic=Template("/subscribe"), periodic_ms=1000)
    async with hall(Events(), plan, factor=10) as (desk, device), served(device):
        await until(lambda: desk.got.count("/subscribe") >= 3)


async def test_a_port_that_is_taken_is_named() -> None:
    async with UdpPeer() as peer:
        device = OscSystem(
            "hall", ("127.0.0.1", peer.port), ("127.0.0.1",), None, TOLD, CHANNELS, Events().append, QuickClock()
        )
        async with served(device, wait=False) as session:
            await until(lambda: session.over)
            assert isinstance(session.error, DeviceUnreachableError)


@pytest.mark.parametrize("fault", ["drop", "lose", "duplicate", "garble"])
async def test_a_bad_network_costs_time_but_no_truth(fault: str) -> None:
    events = Events()
    async with hall(events, factor=10) as (desk, device):
        setattr(desk.faults, fault, 0.2)
        async with served(device):
            desk.press(1, True)
            desk.press(3, True)
            await until(lambda: on(events) == ["01", "03"])
            desk.press(1, False)
            await until(lambda: on(events) == ["03"])


async def test_after_a_restart_everything_is_read_again() -> None:
    events = Events()
    async with hall(events, factor=20) as (desk, device):
        async with served(device) as session:
            await desk.close()
            await until(lambda: session.over)
        desk.open = {4}
        await desk.start()
        events.clear()
        async with served(device):
            assert len(events.of(MicReading)) == 4
            assert on(events) == ["04"]


async def test_what_is_not_understood_is_shown() -> None:
    events = Events()
    async with hall(events) as (desk, device), served(device):
        desk.say(b"/hello\0\0,i\0\0\0\0\0\7")
        desk.say(b"nonsense")
        desk.press(8, True)
        await until(lambda: "without a seat: 8" in "".join(event.text for event in events.of(IdentityReading)[-1:]))
        text = events.of(IdentityReading)[-1].text
        assert "/hello 7" in text
        assert "no OSC: 6e 6f 6e" in text


def test_messages_that_cannot_be_built_are_refused_at_once() -> None:
    plan = replace(PLAN, on=Template("/é"))
    with pytest.raises(EncodeError):
        OscSystem("hall", ("127.0.0.1", 1), (), None, plan, CHANNELS, Events().append, QuickClock())
