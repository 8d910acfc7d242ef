"""The controller as a whole, without devices: orders in, leases, wishes, facts and journal out."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from chamber import ports
from chamber.core.domain import MicState
from chamber.core.errors import RefusedError
from chamber.events import LinkChanged, MixerLevels, Pulse, StreamSaid
from chamber.wire import AnyOrder
from tests.chamber.desk import Desk

ORDERS: TypeAdapter[AnyOrder] = TypeAdapter(AnyOrder)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    made.run.close()
    assert made.run.healthy()


async def order(desk: Desk, command: str, **values: Any) -> int:
    return await desk.orders.order(ORDERS.validate_python({"command": command, **values}), "griffie")


async def opened(desk: Desk) -> None:
    await order(desk, "meeting.standby")
    await order(desk, "meeting.open")
    desk.mixer_confirms()


async def closed(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "meeting.close")
    desk.mixer_confirms()


async def test_nothing_is_permitted_before_the_operator_opens(desk: Desk) -> None:
    desk.run.post(Pulse())
    assert desk.lease()["state"] == "planned"
    assert desk.lease()["opened_epoch"] is None
    await order(desk, "meeting.standby")
    assert desk.wish()["slate"] == "begin"
    assert desk.wish()["mute"] is True


async def test_opening_is_on_disk_before_it_happens(desk: Desk) -> None:
    await order(desk, "meeting.standby")
    await order(desk, "meeting.open")
    assert desk.lease()["state"] == "open"
    assert desk.lease()["opened_epoch"] == "epoch"
    synced = [fields.get("state", kind) for kind, fields, sync in desk.pages.lines if sync]
    assert synced == ["standby", "opening", "open"]


async def test_a_full_disk_refuses_opening_and_never_closing(desk: Desk) -> None:
    await opened(desk)
    desk.pages.broken = True
    await order(desk, "meeting.suspend", resumes_at="21:15")
    assert desk.lease()["state"] == "suspended"
    assert desk.wish()["slate_text"] == "De uitzending gaat verder om 21:15"
    with pytest.raises(RefusedError) as refused:
        await order(desk, "meeting.open")
    assert refused.value.code == "journal_unwritable"
    assert desk.lease()["state"] == "suspended"


async def test_closing_sends_lease_and_slate_before_anything_else(desk: Desk) -> None:
    await opened(desk)
    before = len(desk.stream), len(desk.mixer)
    await order(desk, "meeting.close")
    assert desk.stream[before[0]]["lease"]["state"] == "closed"
    assert desk.mixer[before[1]]["lease"]["state"] == "closed"
    assert desk.wish()["slate"] == "closed"
    assert desk.facts()["speaker"] is None


async def test_panic_is_one_order_from_any_state_and_takes_back(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "panic")
    assert desk.lease()["state"] == "suspended"
    assert any("take_back" in m for m in desk.stream)
    await order(desk, "meeting.close")
    await order(desk, "panic")
    assert desk.lease()["state"] == "closed"


async def test_a_pulse_goes_through_the_queue_and_issues_a_lease(desk: Desk) -> None:
    await opened(desk)
    seq = desk.lease()["seq"]
    desk.clock.advance(200)
    desk.run.post(Pulse())
    assert desk.lease()["seq"] > seq
    assert desk.lease()["issued_ms"] == desk.clock.now_ms()


async def test_a_microphone_becomes_a_recall_of_a_camera_that_is_not_on_air(desk: Desk) -> None:
    await opened(desk)
    desk.mic("a")
    recalls = [w for camera in desk.cameras.values() for w in camera.wishes if w.preset == 2]
    assert recalls
    assert not any(wish.on_air for wish in recalls)


async def test_the_camera_that_leaves_stays_on_air_until_the_mixer_has_cut(desk: Desk) -> None:
    await opened(desk)
    desk.mic("a")
    name = next(n for n, c in desk.cameras.items() if any(w.preset == 2 for w in c.wishes))
    desk.clock.advance(3000)
    desk.run.post(ports.CameraArrived(name, 2))
    assert desk.run.state.shown.camera == name
    assert {name, "wide"} <= desk.run.stage.airing()
    desk.mixer_confirms()
    assert desk.run.stage.airing() == {name}


async def test_the_name_is_told_from_the_cut_on(desk: Desk) -> None:
    await opened(desk)
    desk.mic("a")
    name = next(n for n, c in desk.cameras.items() if any(w.preset == 2 for w in c.wishes))
    desk.clock.advance(3000)
    desk.run.post(ports.CameraArrived(name, 2))
    desk.clock.advance(40)
    desk.mixer_confirms()
    assert desk.facts()["speaker"] == {"name": "Jan de Boer", "group": "Waterbeek Lokaal", "role": "Raadslid"}
    desk.mic("a", on=False)
    assert desk.facts()["speaker"] is None


async def test_nobody_is_named_on_a_shared_place_until_assigned(desk: Desk) -> None:
    await opened(desk)
    desk.mic("lectern")
    assert desk.facts()["speaker"] is None
    await order(desk, "speaker.assign", seat="lectern", person="p3")
    assert desk.facts()["speaker"]["name"] == "Elif Yılmaz"
    await order(desk, "speaker.assign", seat="lectern", person=None)
    assert desk.facts()["speaker"] is None


async def test_who_swap_seats_keep_their_names_and_wishes(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "speaker.privacy", seat="a", hide_picture=True, hide_name=True)
    desk.mic("b")
    assert desk.facts()["speaker"]["name"] == "Elif Yılmaz"
    await order(desk, "seats.swap", seat="a", other="b")
    assert desk.facts()["speaker"] == {"name": "Inspreker", "group": None, "role": None}
    desk.mic("b", on=False)
    desk.mic("a")
    assert desk.facts()["speaker"]["name"] == "Elif Yılmaz"
    noted = [(kind, f) for kind, f, _ in desk.pages.lines if kind in ("assign", "seat_privacy")][-4:]
    assert [(f["seat"], f.get("person"), f.get("hide_picture")) for _, f in noted] == [
        ("a", "p3", None), ("b", "p2", None), ("a", None, False), ("b", None, True),
    ]  # fmt: skip
    await order(desk, "seats.swap", seat="a", other="b")
    assert desk.run.view().speakers[0].seat == "a"
    assert desk.facts()["speaker"] == {"name": "Inspreker", "group": None, "role": None}
    with pytest.raises(RefusedError, match="verschillende"):
        await order(desk, "seats.swap", seat="a", other="a")
    with pytest.raises(RefusedError, match="geen plaats z"):
        await order(desk, "seats.swap", seat="a", other="z")


async def test_a_member_and_the_chair_swap_for_one_item(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "seats.swap", seat="a", other="chair")
    desk.mic("chair")
    assert (desk.facts()["speaker"]["name"], desk.facts()["speaker"]["role"]) == ("Jan de Boer", "Plv. voorzitter")


async def test_a_withheld_name_is_nowhere_in_public(desk: Desk) -> None:
    await opened(desk)
    desk.run.state.bar_seat = "a"
    desk.mic("a")
    await order(desk, "speaker.privacy", seat="a", hide_picture=True, hide_name=True)
    desk.mic("a", on=False)
    desk.mic("a")
    told = str([m for m in desk.stream + desk.mixer if "facts" in m or "wish" in m][-2:])
    assert desk.facts()["speaker"] == {"name": "Inspreker", "group": None, "role": None}
    assert desk.wish()["bar"] == {"name": "Inspreker", "detail": ""}
    assert "Jan" not in told
    await order(desk, "speaker.privacy", seat="a")
    assert desk.facts()["speaker"]["name"] == "Jan de Boer"


async def test_who_takes_the_chair_is_acting_chair(desk: Desk) -> None:
    await opened(desk)
    desk.mic("a")
    await order(desk, "chair.set", seat="a")
    assert desk.facts()["speaker"]["role"] == "Plv. voorzitter"
    with pytest.raises(RefusedError):
        await order(desk, "chair.set", seat="z")


async def test_behind_closed_doors_the_journal_knows_no_seats(desk: Desk) -> None:
    await closed(desk)
    before = len(desk.pages.lines)
    desk.mic("a")
    desk.mic("b")
    desk.mic("a", on=False)
    await order(desk, "speaker.assign", seat="b", person="p2")
    await order(desk, "note.add", text="geheim")
    await order(desk, "item.select", item="i3")
    desk.run.post(Pulse())
    assert desk.pages.kinds()[before:] == []
    assert desk.run.view().microphones["b"] == "on"


async def test_out_of_closed_takes_two_orders(desk: Desk) -> None:
    await closed(desk)
    with pytest.raises(RefusedError):
        await order(desk, "meeting.open")
    await order(desk, "meeting.reopen_doors")
    with pytest.raises(RefusedError, match="seconde"):
        await order(desk, "meeting.open")
    desk.clock.advance(1000)
    await order(desk, "meeting.open")
    assert desk.lease()["state"] == "open"


async def test_the_title_of_a_closed_item_stays_inside(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "item.select", item="i3")
    assert desk.facts()["item"]["title"] == "Besloten agendapunt"
    await order(desk, "item.select", item="i2")
    assert desk.facts()["next"]["title"] == "Besloten agendapunt"
    assert desk.run.view().agenda[2].title == "Grondaankoop"


async def test_after_the_end_the_public_is_told_of_no_item(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "meeting.end")
    assert (desk.facts()["item"], desk.facts()["next"]) == (None, None)


async def test_the_agenda_goes_on_and_ends(desk: Desk) -> None:
    await opened(desk)
    assert desk.run.state.item == "i1"
    await order(desk, "item.next")
    await order(desk, "item.next")
    assert desk.run.state.handled == {"i1", "i2"}
    with pytest.raises(RefusedError) as refused:
        await order(desk, "item.next")
    assert refused.value.code == "no_next_item"


async def test_a_secret_ballot_leaves_totals_only(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "vote.begin", kind="secret_ballot")
    await order(desk, "vote.record", kind="secret_ballot", outcome="adopted", for_count=11, against_count=8)
    vote = next(fields for kind, fields, _ in desk.pages.lines if kind == "vote")
    assert vote == {
        "item": "i1", "vote": "secret_ballot", "question": "proposal", "outcome": "adopted", "for_count": 11, "against_count": 8,
        "account": "griffie",
    }  # fmt: skip


async def test_the_name_bar_can_be_hidden(desk: Desk) -> None:
    await opened(desk)
    desk.run.state.bar_seat = "a"
    await order(desk, "title.show")
    assert desk.wish()["bar"] == {"name": "Jan de Boer", "detail": "Waterbeek Lokaal"}
    await order(desk, "title.hide")
    assert desk.wish()["bar"] is None


async def test_what_is_on_air_is_moved_only_by_force(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "shot.take", shot="cam1")
    wished = desk.run.state.cameras["cam1"].wished
    if wished is not None:
        desk.run.post(ports.CameraArrived("cam1", wished))  # it was on its way, and goes on air once it is there
    desk.mixer_confirms()
    with pytest.raises(RefusedError) as refused:
        await order(desk, "camera.recall", camera="cam1", preset=3)
    assert refused.value.code == "on_air"
    await order(desk, "camera.recall", camera="cam1", preset=3, force=True)
    assert desk.cameras["cam1"].wishes[-1] == ports.CameraWish(3, on_air=True, forced=True, why="operator")


async def test_every_microphone_can_be_switched_off(desk: Desk) -> None:
    await opened(desk)
    desk.mic("a")
    desk.mic("b")
    await order(desk, "mics.off")
    assert desk.run.state.open_seats() == ()


async def test_the_queue_keeps_its_order(desk: Desk) -> None:
    await opened(desk)
    desk.mic("b", state=MicState.REQUEST)
    desk.mic("a", state=MicState.REQUEST)
    assert desk.run.view().queue == ("b", "a")
    desk.mic("b")
    assert desk.run.view().queue == ("a",)
    desk.mic("a", on=False)
    assert desk.run.view().queue == ()


async def test_a_system_that_knows_its_queue_decides_the_order(desk: Desk) -> None:
    await opened(desk)
    desk.mic("a", state=MicState.REQUEST)
    desk.mic("b", state=MicState.REQUEST)
    desk.run.post(ports.QueueReading("desk", ("03", "02", "99")))
    assert desk.run.view().queue == ("b", "a")


async def test_a_badge_seats_whom_config_knows_and_nobody_else(desk: Desk) -> None:
    await opened(desk)
    desk.mic("a")
    desk.run.post(ports.SeatOccupied("desk", "02", "p3", None))
    assert desk.run.view().speakers[0].name == "Elif Yılmaz"
    desk.run.post(ports.SeatOccupied("desk", "02", None, "jan de boer"))
    assert desk.run.view().speakers[0].name == "Jan de Boer"
    desk.run.post(ports.SeatOccupied("desk", "02", "77", "Iemand Anders"))
    assert desk.run.view().speakers[0].name is None
    assert [f["person"] for kind, f, _ in desk.pages.lines if kind == "assign"] == ["p3", "p2", None]


async def test_presentation_is_routed_by_name(desk: Desk) -> None:
    await order(desk, "presentation.select", input="griffie", output="scherm")
    assert desk.switcher.wishes == [({1: 2}, "operator 1")]
    assert "presentation" not in desk.pages.kinds()  # a screen in the hall is not the programme
    with pytest.raises(RefusedError, match="geen bron"):
        await order(desk, "presentation.select", input="tv")


async def test_the_director_hears_when_slides_come_and_go(desk: Desk) -> None:
    await order(desk, "presentation.select", input="laptop")
    desk.run.post(ports.RouteReading("switcher", 2, 1))
    await order(desk, "presentation.select", input=None)
    assert [f["active"] for kind, f, _ in desk.pages.lines if kind == "presentation"] == [True, False]


async def test_the_public_is_believed_only_by_reading_back(desk: Desk) -> None:
    await opened(desk)
    assert desk.run.view().public.sees is None
    desk.run.post(StreamSaid({"legs": {"video": "open", "audio": "open", "index": "open"}, "viewers": 3}))
    assert desk.run.view().public.sees is True
    desk.clock.advance(2000)
    assert desk.run.view().public.sees is None


async def alarms_after(desk: Desk, ms: int) -> set[str]:
    desk.clock.advance(ms)
    desk.mixer_confirms()
    desk.run.post(Pulse())
    return {alarm.code for alarm in desk.run.view().alarms}


async def test_dark_while_open_is_an_alarm(desk: Desk) -> None:
    await opened(desk)
    desk.clock.advance(5000)
    desk.run.post(StreamSaid({"legs": {"video": "slate", "audio": "slate"}}))
    assert "dark_while_open" in await alarms_after(desk, 100)


async def test_open_while_closed_is_an_alarm(desk: Desk) -> None:
    await closed(desk)
    desk.clock.advance(5000)
    desk.run.post(StreamSaid({"legs": {"video": "open", "audio": "slate"}}))
    assert "open_while_closed" in await alarms_after(desk, 100)


async def test_the_chair_speaking_behind_a_slate_is_an_alarm(desk: Desk) -> None:
    await opened(desk)
    await order(desk, "meeting.suspend")
    desk.mic("chair")
    assert "chair_speaks_behind_slate" in await alarms_after(desk, 11_000)


async def test_silence_under_an_open_microphone_is_an_alarm(desk: Desk) -> None:
    await opened(desk)
    desk.mic("a")
    desk.run.post(MixerLevels(-20.0, -10.0))
    assert "no_sound" not in await alarms_after(desk, 5000)
    desk.run.post(MixerLevels(-90.0, -90.0))
    assert "no_sound" in await alarms_after(desk, 2000)


async def test_an_unknown_speaker_and_a_lost_camera_are_told(desk: Desk) -> None:
    await opened(desk)
    desk.mic("lectern")
    desk.run.post(LinkChanged("cam1", "silent for 3 s"))
    found = await alarms_after(desk, 4000)
    assert {"unknown_speaker", "link_down"} <= found
    view = desk.run.view()
    assert view.cameras["cam1"].link == "down"
    assert view.devices["cam1"].detail == "silent for 3 s"


async def test_a_bug_in_the_core_ends_the_process_and_leases_stop() -> None:
    desk = Desk()
    desk.run.state.meeting = None  # type: ignore[assignment]
    desk.run.post(Pulse())
    assert not desk.run.healthy()
    sent = len(desk.stream)
    desk.run.post(Pulse())
    assert len(desk.stream) == sent
    with pytest.raises(AttributeError):
        await desk.run.fatal
    desk.run.close()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"state": "full", "leg": "dark"}, "recording_full"),
        ({"state": "failed", "leg": "unknown", "reason": "I/O error"}, "recording_failed"),
        ({"state": "off", "leg": "dark"}, "not_recorded"),
        ({"state": "on", "leg": "open", "room_s": 7200}, "recording_room"),
        ({"state": "on", "leg": "open", "finish_failed": "no room"}, "recording_unfinished"),
    ],
)
async def test_a_recording_that_needs_somebody_is_an_alarm(desk: Desk, said: dict[str, object], code: str) -> None:
    await opened(desk)
    desk.clock.advance(5000)
    legs = {"video": "open", "audio": "open", "index": "open"}
    desk.run.post(StreamSaid({"legs": legs, "recording": {"state": "on", "leg": "open", "room_s": 99_999}}))
    assert not {found for found in await alarms_after(desk, 100) if "record" in found}
    assert desk.run.view().legs["recording"] == "open"
    desk.run.post(StreamSaid({"legs": legs, "recording": said}))
    assert {found for found in await alarms_after(desk, 100) if "record" in found} == {code}
    assert desk.run.view().legs["recording"] == said["leg"]
