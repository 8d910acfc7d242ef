"""The griffie's own orders on a running meeting: agenda, presence, votes, guests, corrections."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from chamber.core.errors import RefusedError
from chamber.events import Pulse
from chamber.wire import AnyOrder, StateView
from tests.chamber.desk import Desk

ORDERS: TypeAdapter[AnyOrder] = TypeAdapter(AnyOrder)


async def give(desk: Desk, command: str, **values: Any) -> StateView:
    await desk.orders.order(ORDERS.validate_python({"command": command, **values}), "griffie")
    return desk.run.view()


async def opened() -> Desk:
    desk = Desk()
    await give(desk, "meeting.standby")
    await give(desk, "meeting.open")
    return desk


def noted(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return [dict(fields) for found, fields, _ in desk.pages.lines if found == kind]


async def test_the_agenda_changes_in_the_meeting_and_its_texts_stay_out_of_the_journal() -> None:
    desk = await opened()
    view = await give(desk, "agenda.add", number="4.11", title="Motie vreemd fietspad", after="i2")
    assert [item.id for item in view.agenda] == ["i1", "i2", "p4-11", "i3"]
    assert desk.agendas[-1][2].title == "Motie vreemd fietspad"
    assert noted(desk, "agenda")[-1] == {"items": ["i1", "i2", "p4-11", "i3"], "account": "griffie"}
    await give(desk, "agenda.withdraw", item="i2")
    await give(desk, "item.next")
    view = await give(desk, "agenda.join", item="i3", into="p4-11")
    assert (view.meeting.item, view.agenda[1].withdrawn, view.agenda[3].into) == ("p4-11", True, "p4-11")
    assert desk.facts()["next"] is None
    with pytest.raises(RefusedError, match="al behandeld"):
        await give(desk, "agenda.replace", items=[{"id": "i2", "number": "2", "title": "Beekzicht"}])
    assert "fietspad" not in str(desk.pages.lines)


async def test_opening_keeps_the_agenda_once() -> None:
    desk = await opened()
    await give(desk, "meeting.suspend")
    await give(desk, "meeting.open")
    assert [[item.id for item in agenda] for agenda in desk.agendas] == [["i1", "i2", "i3"]]


async def test_a_roll_call_from_the_drawn_name_on() -> None:
    desk = await opened()
    view = await give(desk, "vote.begin", kind="roll_call_vote", first="p3")
    assert view.vote is not None
    assert view.vote.order == ("p3", "p2")
    await give(desk, "vote.cast", person="p3", choice="for")
    with pytest.raises(RefusedError, match="lijst"):
        await give(desk, "vote.cast", person="p1", choice="for")
    view = await give(desk, "vote.cast", person="p2", choice="against")
    assert view.vote is not None
    assert view.vote.choices == {"p3": "for", "p2": "against"}
    view = await give(desk, "vote.record", kind="roll_call_vote", outcome="tied", question="motion")
    assert view.vote is None
    (vote,) = noted(desk, "vote")
    assert (vote["for_count"], vote["against_count"], vote["question"]) == (1, 1, "motion")


async def test_a_secret_ballot_keeps_totals_only() -> None:
    desk = await opened()
    await give(desk, "vote.begin", kind="secret_ballot")
    with pytest.raises(RefusedError):
        await give(desk, "vote.cast", person="p2", choice="for")
    totals = [{"person": "p2", "count": 9}, {"person": None, "count": 1}]
    await give(desk, "vote.record", kind="secret_ballot", outcome="adopted", totals=totals)
    assert [(one["person"], one["count"]) for one in noted(desk, "ballot_total")] == [("p2", 9), (None, 1)]


async def test_presence_is_noted_and_a_lost_quorum_is_told() -> None:
    desk = await opened()
    view = await give(desk, "attendance.set", person="p2", present=True, at_ms=5)
    assert view.present == ("p2",)
    desk.run.post(Pulse())
    assert "quorum" in [alarm.code for alarm in desk.run.view().alarms]
    await give(desk, "attendance.set", person="p3", present=True)
    desk.run.post(Pulse())
    assert "quorum" not in [alarm.code for alarm in desk.run.view().alarms]
    with pytest.raises(RefusedError, match="niemand"):
        await give(desk, "attendance.set", person="nobody", present=True)


async def test_a_guest_withholds_name_and_picture_from_the_first_word() -> None:
    desk = await opened()
    view = await give(desk, "guest.add", name="Wil Bos", seat="lectern", hide_name=True, hide_picture=True)
    assert view.people[-1].id == "gast1"
    desk.mic("lectern")
    assert desk.run.state.seating.nameless == {"lectern"}
    assert desk.guests[0].name == "Wil Bos"
    assert "Wil Bos" not in str([desk.facts(), desk.wish(), desk.pages.lines])
    assert noted(desk, "assign")[-1]["person"] == "gast1"


async def test_a_guest_who_speaks_already_is_never_named_on_the_way() -> None:
    desk = await opened()
    desk.mic("lectern")
    await give(desk, "guest.add", name="Wil Bos", seat="lectern", hide_name=True, hide_picture=False)
    assert desk.run.state.seating.bound["lectern"] == "gast1"
    assert "Wil Bos" not in str([desk.stream, desk.mixer])
    await give(desk, "guest.add", name="Kim Mol", seat="lectern")
    assert desk.facts()["speaker"]["name"] == "Kim Mol"
    assert "Wil Bos" not in str([desk.stream, desk.mixer])


async def test_an_erased_name_leaves_bar_and_page() -> None:
    desk = await opened()
    desk.mic("a")
    await give(desk, "person.erase", person="p2")
    assert desk.erased == ["p2"]
    assert "Jan de Boer" not in str(desk.run.view())
    assert noted(desk, "erased") == [{"person": "p2", "account": "griffie"}]


@pytest.mark.parametrize(
    ("command", "values", "kind"),
    [
        ("index.correct", {"fragment": "f5", "person": "p2"}, "corrected"),
        ("index.list", {"fragment": "f5", "listed": False}, "listed"),
        ("fragment.withhold", {"fragment": "f5"}, "withheld"),
        ("item.move", {"item": "i2", "from_ms": 9, "at_ms": 5}, "boundary"),
    ],
)
async def test_corrections_are_entries(command: str, values: dict[str, Any], kind: str) -> None:
    desk = await opened()
    await give(desk, command, **values)
    assert {**noted(desk, kind)[0], **values} == noted(desk, kind)[0]


async def test_an_item_chosen_behind_closed_doors_is_written_when_they_open() -> None:
    desk = await opened()
    await give(desk, "meeting.close")
    before = len(noted(desk, "item"))
    await give(desk, "item.select", item="i3")
    assert len(noted(desk, "item")) == before
    await give(desk, "meeting.reopen_doors")
    desk.clock.advance(1500)
    await give(desk, "meeting.open")
    assert noted(desk, "item")[-1]["item"] == "i3"
