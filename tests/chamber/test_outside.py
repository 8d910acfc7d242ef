"""What leaves the building on other ways, as the operator sees it: state, legs and alarms."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chamber.alarms import NOT_RECALLED_MS
from chamber.events import Pulse, StreamSaid, TookBack, WatcherSaid
from chamber.wire import MeetingOrder
from tests.chamber.desk import Desk

LEGS = {"video": "open", "audio": "open", "index": "open"}


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    made.run.close()
    assert made.run.healthy()


def told(desk: Desk, code: str) -> list[str]:
    desk.run.post(Pulse())
    return [alarm.text for alarm in desk.run.view().alarms if alarm.code == code]


def simulcast(desk: Desk, **targets: dict[str, Any]) -> None:
    desk.run.post(StreamSaid({"legs": LEGS, "simulcast": targets}))


def test_a_target_is_a_leg_and_a_connection(desk: Desk) -> None:
    simulcast(
        desk,
        youtube={"state": "up", "leg": "slate", "reason": ""},
        regio={"state": "down", "leg": "dark", "reason": "Connection refused"},
    )
    view = desk.run.view()
    assert (view.legs["simulcast_youtube"], view.legs["simulcast_regio"]) == ("slate", "dark")
    assert view.devices["simulcast youtube"].link == "up"
    assert (view.devices["simulcast regio"].link, view.devices["simulcast regio"].detail) == (
        "down",
        "Connection refused",
    )
    assert told(desk, "simulcast_down") == ["Doorzending naar regio is weg (Connection refused)"]
    simulcast(desk, youtube={"state": "idle", "leg": "dark", "reason": ""})
    assert "simulcast youtube" not in desk.run.view().devices
    simulcast(desk, youtube={"state": "up", "leg": "open", "reason": ""})
    desk.clock.advance(2000)
    assert desk.run.view().legs["simulcast_youtube"] == "unknown"
    assert desk.run.view().devices["simulcast youtube"].link == "connecting"
    assert told(desk, "simulcast_down") == []


def test_what_was_simulcast_is_named_when_it_was_taken_back(desk: Desk) -> None:
    desk.run.post(TookBack({"id": 1, "parts": 20, "simulcast": ["youtube"]}))
    assert told(desk, "not_recalled") == ["Wat al naar youtube was doorgezonden, is NIET terug te halen"]
    desk.clock.advance(NOT_RECALLED_MS)
    assert told(desk, "not_recalled") == []


def test_an_answer_that_comes_in_two_is_written_once(desk: Desk) -> None:
    desk.run.post(TookBack({"id": 1, "parts": 20}))
    desk.run.post(TookBack({"id": 1, "parts": 20}))
    desk.run.post(TookBack({"id": 2, "parts": 5}))
    assert [values["parts"] for kind, values, _ in desk.pages.lines if kind == "taken_back"] == [20, 5]


def watcher(desk: Desk, level: str, code: str, text: str) -> None:
    desk.run.post(WatcherSaid("buiten", {"level": level, "code": code, "text": text, "since_ms": 1, "delay_ms": 2000}))


async def test_what_a_watcher_sees_is_an_alarm_and_so_is_its_silence(desk: Desk) -> None:
    watcher(desk, "green", "fine", "Stream in orde")
    assert told(desk, "outside") == []
    watcher(desk, "red", "away", "Stream weg sinds 20:41, adviseer schorsing")
    assert told(desk, "outside") == ["Stream weg sinds 20:41, adviseer schorsing"]
    assert [alarm.urgent for alarm in desk.run.view().alarms if alarm.code == "outside"] == [True]
    watcher(desk, "amber", "late", "De stream loopt 25 seconden achter")
    assert told(desk, "outside") == ["De stream loopt 25 seconden achter"]
    assert [alarm.urgent for alarm in desk.run.view().alarms if alarm.code == "outside"] == [False]
    await desk.orders.order(MeetingOrder(command="meeting.standby"), "griffie")
    desk.clock.advance(10_001)
    assert told(desk, "outside") == []
    assert told(desk, "watcher_silent") == ["De bewaker buiten (buiten) zwijgt"]
    (outside,) = desk.run.view().outside
    assert (outside.level, outside.seen_ms) == ("silent", desk.clock.wall_ms() - 10_001)


async def test_an_edge_that_is_not_proven_is_an_urgent_alarm(desk: Desk) -> None:
    pending = {"live.example.nl": {"state": "pending", "reason": ""}}
    desk.run.post(TookBack({"id": 1, "parts": 20, "edges": pending}))
    assert told(desk, "edge_unproven") == []
    failed = {"live.example.nl": {"state": "unproven", "reason": "refuses to purge p1.m4s (405)"}}
    desk.clock.advance(500)
    desk.run.post(TookBack({"id": 1, "parts": 20, "edges": failed}))
    (text,) = told(desk, "edge_unproven")
    assert text == "NIET bewezen dat live.example.nl het teruggenomen stuk kwijt is (refuses to purge p1.m4s (405))"
    taken = desk.run.view().taken_back
    assert taken is not None
    assert (taken.id, taken.parts, taken.edges["live.example.nl"].state) == (1, 20, "unproven")
    assert taken.at_ms == desk.clock.wall_ms() - 500
