"""Screens outside the hall under the gate, and presentations that count from the moment that they are there."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from chamber.core.domain import MeetingState
from chamber.core.errors import RefusedError
from chamber.core.meeting import Meeting
from chamber.events import Pulse
from chamber.ports import RouteReading
from chamber.wire import AnyOrder
from tests.chamber.desk import Desk

ORDERS: TypeAdapter[AnyOrder] = TypeAdapter(AnyOrder)
HALL, SOURCE, SLATE = 3, 3, 4


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    made.run.close()
    assert made.run.healthy()


async def order(desk: Desk, command: str, **values: Any) -> None:
    await desk.orders.order(ORDERS.validate_python({"command": command, **values}), "griffie")


def reads(desk: Desk, output: int, source: int | None) -> None:
    desk.run.post(RouteReading("switcher", output, source))


def ordered(desk: Desk) -> list[dict[int, int]]:
    return [routes for routes, _ in desk.switcher.wishes]


def told(desk: Desk) -> dict[str, str]:
    desk.run.post(Pulse())
    codes = ("screen_open", "screen_unknown", "screen_dark", "presentation_waits")
    return {alarm.code: alarm.text for alarm in desk.run.view().alarms if alarm.code in codes}


async def opened(desk: Desk) -> None:
    await order(desk, "meeting.standby")
    reads(desk, HALL, SLATE)
    await order(desk, "meeting.open")
    reads(desk, HALL, SOURCE)
    desk.switcher.wishes.clear()


async def test_it_follows_the_meeting_and_is_a_leg(desk: Desk) -> None:
    reads(desk, HALL, 1)
    assert ordered(desk) == []
    assert "screen_hal" not in desk.run.view().legs
    await order(desk, "meeting.standby")
    assert ordered(desk) == [{HALL: SLATE}]
    assert desk.run.view().legs["screen_hal"] == "open"
    reads(desk, HALL, SLATE)
    assert desk.run.view().legs["screen_hal"] == "slate"
    await order(desk, "meeting.open")
    assert ordered(desk)[1:] == [{HALL: SOURCE}]
    reads(desk, HALL, SOURCE)
    assert desk.run.view().legs["screen_hal"] == "open"
    for step in ("meeting.suspend", "meeting.open", "meeting.close"):
        await order(desk, step)
        reads(desk, HALL, SOURCE if step == "meeting.open" else SLATE)
    assert ordered(desk)[2:] == [{HALL: SLATE}, {HALL: SOURCE}, {HALL: SLATE}]
    legs = [
        values["carries"] for kind, values, _ in desk.pages.lines if kind == "leg" and values["leg"] == "screen_hal"
    ]
    assert legs == ["slate", "open", "slate", "open", "slate"]


async def test_closing_orders_before_anything_is_written(desk: Desk) -> None:
    await opened(desk)
    desk.switcher.wish = lambda *wish: seen.append(desk.pages.kinds()[before:])
    seen: list[list[str]] = []
    before = len(desk.pages.lines)
    await order(desk, "panic")
    assert seen == [[]]


async def test_a_hand_at_the_panel_is_undone_at_once_while_closed(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "meeting.close")
    reads(desk, HALL, SLATE)
    desk.clock.advance(5000)
    desk.switcher.wishes.clear()
    reads(desk, HALL, 1)
    assert ordered(desk) == [{HALL: SLATE}]
    assert told(desk) == {"screen_open": "Scherm in de hal staat NIET op het wachtscherm"}
    reads(desk, HALL, SLATE)
    assert told(desk) == {}
    assert len({why for _, why in desk.switcher.wishes}) == len(desk.switcher.wishes)


async def test_one_that_refuses_is_ordered_again_with_pauses_that_grow(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "meeting.close")
    for _ in range(300):
        desk.clock.advance(200)
        desk.run.post(Pulse())
    assert 6 <= len(ordered(desk)) <= 10
    assert told(desk) == {"screen_open": "Scherm in de hal staat NIET op het wachtscherm"}


async def test_two_that_want_different_things_do_not_race(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "meeting.close")
    desk.switcher.wishes.clear()
    for _ in range(100):
        desk.clock.advance(10)
        reads(desk, HALL, SLATE)
        reads(desk, HALL, 1)
    assert 3 <= len(ordered(desk)) <= 5


async def test_a_switcher_that_is_gone_is_unknown_and_never_a_comfort(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "meeting.close")
    reads(desk, HALL, None)
    desk.clock.advance(5000)
    assert told(desk) == {"screen_unknown": "Niet bekend wat Scherm in de hal toont"}
    assert desk.run.view().legs["screen_hal"] == "unknown"
    desk.switcher.wishes.clear()
    desk.clock.advance(300)
    reads(desk, HALL, 1)
    assert ordered(desk) == [{HALL: SLATE}]


async def test_a_controller_that_starts_behind_closed_doors_closes_them() -> None:
    desk = Desk(meeting=Meeting("2026-11-24", "Raad", MeetingState.CLOSED))
    reads(desk, HALL, SOURCE)
    assert ordered(desk) == [{HALL: SLATE}]
    desk.run.close()


async def test_the_operator_routes_it_only_while_open(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "presentation.select", input="laptop", output="hal")
    assert ordered(desk) == [{HALL: 1}]
    reads(desk, HALL, 1)
    await order(desk, "meeting.close")
    reads(desk, HALL, SLATE)
    with pytest.raises(RefusedError, match="blijft op het wachtscherm"):
        await order(desk, "presentation.select", input="laptop", output="hal")
    await order(desk, "presentation.select", input="laptop", output="scherm")
    assert ordered(desk)[-1] == {1: 1}


async def test_an_open_meeting_behind_a_slate_is_told(desk: Desk) -> None:
    await opened(desk)
    reads(desk, HALL, SLATE)
    desk.clock.advance(5000)
    assert told(desk) == {"screen_dark": "Scherm in de hal toont het wachtscherm terwijl de vergadering openbaar is"}


async def test_a_presentation_counts_from_when_it_is_there(desk: Desk) -> None:
    await opened(desk)
    reads(desk, 2, 2)
    await order(desk, "presentation.select", input="laptop")
    assert not _presenting(desk)
    desk.clock.advance(3000)
    assert told(desk) == {"presentation_waits": "De schakelaar toont laptop nog niet aan het publiek"}
    reads(desk, 2, 1)
    assert _presenting(desk) == [True]
    assert told(desk) == {}
    assert desk.run.view().presentation == {"programma": "laptop", "hal": "zaal"}
    await order(desk, "presentation.select", input="laptop")
    assert _presenting(desk) == [True, True]
    reads(desk, 2, None)
    assert _presenting(desk) == [True, True]
    reads(desk, 2, 0)
    assert _presenting(desk) == [True, True, False]
    assert desk.run.view().presentation["programma"] == ""


def _presenting(desk: Desk) -> list[bool]:
    return [values["active"] for kind, values, _ in desk.pages.lines if kind == "presentation"]
