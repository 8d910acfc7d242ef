"""What the operator is told about the gate, and what the journal holds of every leg's answer."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from chamber.core.errors import RefusedError
from chamber.core.noted import BEHIND_DOORS
from chamber.events import MixerLevels, MixerSaid, Pulse, StreamSaid
from chamber.journal.schema import trouble
from chamber.wire import AnyOrder
from tests.chamber.desk import Desk

ORDERS: TypeAdapter[AnyOrder] = TypeAdapter(AnyOrder)
LEGS = ("video", "audio", "index", "now")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    for kind, fields, _ in made.pages.lines:
        assert trouble(kind, fields) is None
    made.run.close()
    assert made.run.healthy()


async def order(desk: Desk, command: str, **values: Any) -> None:
    await desk.orders.order(ORDERS.validate_python({"command": command, **values}), "griffie")


def streams(desk: Desk, carries: str, *, seq: int | None = None, lapses: int = 0, recording: str = "") -> None:
    """The stream process says what the public gets, having heard the newest lease."""
    legs = dict.fromkeys(LEGS, carries)
    known: dict[str, Any] = {"legs": legs, "epoch": "epoch", "lapses": lapses}
    known["seq"] = desk.lease()["seq"] if seq is None else seq
    desk.run.post(StreamSaid({**known, "recording": {"leg": recording or carries}}))


def mixes(desk: Desk, slate: str | None) -> None:
    desk.run.post(MixerSaid({"programme": "wide", "slate": slate, "muted": bool(slate), "bar": None, "inputs": {}}))


def written(desk: Desk) -> list[tuple[str, str, int]]:
    return [(f["leg"], f["carries"], f["after_ms"]) for kind, f, _ in desk.pages.lines if kind == "leg"]


def told(desk: Desk) -> set[str]:
    desk.run.post(Pulse())
    return {alarm.code for alarm in desk.run.view().alarms}


async def opened(desk: Desk, *, lapses: int = 0) -> None:
    await order(desk, "meeting.standby")
    await order(desk, "meeting.open")
    desk.clock.advance(100)
    mixes(desk, None)
    streams(desk, "open", lapses=lapses)


async def test_the_journal_holds_when_each_leg_was_read_to_follow(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "meeting.suspend")
    desk.pages.lines.clear()
    desk.clock.advance(40)
    mixes(desk, "suspended")
    streams(desk, "slate", recording="open")
    desk.clock.advance(300)
    streams(desk, "slate")
    at_once = [("mixer", "slate"), ("mixer_sound", "dark"), ("bars", "dark"), *((leg, "slate") for leg in LEGS)]
    assert sorted(written(desk)) == sorted([*((*leg, 40) for leg in at_once), ("recording", "slate", 340)])


async def test_a_reading_from_before_the_press_confirms_nothing(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "meeting.suspend")
    mixes(desk, "suspended")
    streams(desk, "slate")
    desk.pages.lines.clear()
    before = desk.lease()["seq"]
    desk.clock.advance(5000)
    await order(desk, "meeting.close")
    streams(desk, "slate", seq=before)
    desk.run.post(Pulse())
    assert written(desk) == []
    desk.clock.advance(60)
    streams(desk, "slate")
    assert {leg for leg, _, after_ms in written(desk) if after_ms == 60} == {*LEGS, "recording"}
    assert desk.run.state.meeting.state in BEHIND_DOORS


async def test_a_leg_that_no_longer_follows_is_written_too(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "meeting.suspend")
    desk.clock.advance(100)
    mixes(desk, "suspended")
    streams(desk, "slate")
    desk.pages.lines.clear()
    desk.clock.advance(1000)
    mixes(desk, "suspended")
    streams(desk, "open", recording="slate")
    assert written(desk) == [(leg, "open", 1100) for leg in LEGS]
    desk.clock.advance(1400)
    streams(desk, "open", recording="slate")
    assert "open_while_closed" in told(desk)


async def test_a_gate_that_lapsed_and_came_back_is_an_alarm_for_a_while(desk: Desk) -> None:
    await opened(desk)
    assert "gate_lapsed" not in told(desk)
    streams(desk, "open", lapses=1)
    assert "gate_lapsed" in told(desk)
    desk.clock.advance(121_000)
    streams(desk, "open", lapses=1)
    assert "gate_lapsed" not in told(desk)


async def test_a_stream_that_lapsed_before_this_run_is_no_news(desk: Desk) -> None:
    streams(desk, "dark", lapses=4)
    await opened(desk, lapses=4)
    assert "gate_lapsed" not in told(desk)


async def test_the_chair_speaks_while_the_public_sees_a_slate(desk: Desk) -> None:
    await opened(desk)
    desk.mic("chair")
    desk.clock.advance(60_000)
    await order(desk, "meeting.suspend")
    desk.clock.advance(9_900)
    assert "chair_speaks_behind_slate" not in told(desk), "time that the public heard does not count"
    desk.clock.advance(200)
    assert "chair_speaks_behind_slate" in told(desk)
    loud = next(a for a in desk.run.view().alarms if a.code == "chair_speaks_behind_slate")
    assert loud.urgent and "PUBLIEK ZIET WACHTSCHERM" in loud.text
    desk.mic("chair", on=False)
    assert "chair_speaks_behind_slate" not in told(desk)


async def test_silence_is_allowed_for_a_limited_time(desk: Desk) -> None:
    await opened(desk)
    desk.mic("a")
    desk.run.post(MixerLevels(-30.0, -20.0))
    desk.clock.advance(6_100)
    mixes(desk, None)
    assert "no_sound" in told(desk)
    await order(desk, "silence.pause", seconds=60)
    assert "no_sound" not in told(desk)
    assert desk.run.view().levels.silence_paused_until_ms == desk.clock.wall_ms() + 60_000
    desk.clock.advance(65_000)
    mixes(desk, None)
    assert "no_sound" not in told(desk)
    desk.clock.advance(1_100)
    mixes(desk, None)
    assert "no_sound" in told(desk), "the pause is over and it is still silent"
    with pytest.raises(RefusedError, match="hoogstens 15 minuten"):
        await order(desk, "silence.pause", seconds=901)
