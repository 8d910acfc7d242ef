"""What the operator orders of cameras, the walk through all seats, and what is remembered of cameras."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from chamber import ports
from chamber.core.director import model as d
from chamber.core.director.reducer import Director
from chamber.core.errors import RefusedError
from chamber.core.noted import event_of, heard
from chamber.events import LinkChanged, Pulse
from chamber.memory import CameraMemory, read
from chamber.ports import Pose
from chamber.wire import AnyOrder, SurveyView
from tests.chamber.desk import PLAN, Desk, Wire
from tests.until import until

ORDERS: TypeAdapter[AnyOrder] = TypeAdapter(AnyOrder)


class Obedient(Wire):
    """A camera that is where it was sent as soon as it was; preset 3 is not there."""

    def wish(self, *wish: Any) -> None:
        before = next((w.preset for w in reversed(self.wishes) if isinstance(w, ports.CameraWish)), None)
        super().wish(*wish)
        preset = wish[0].preset
        if preset == 3:
            self.emit(ports.CameraFailed(self.name, 3, "no such preset"))
        elif preset is not None and preset != before:
            self.emit(ports.CameraArrived(self.name, preset, Pose(preset * 1.0, 0.0, 0.5)))


def desk() -> Desk:
    return Desk(cameras={name: Obedient(name) for name in ("cam1", "cam2", "wide")})


async def order(at: Desk, command: str, **values: Any) -> None:
    await at.orders.order(ORDERS.validate_python({"command": command, **values}), "griffie")


def ordered(at: Desk, camera: str) -> list[Any]:
    """What a camera was told: presets, drives, stores; lamps apart."""
    return [w.preset if isinstance(w, ports.CameraWish) else w for w in at.cameras[camera].wishes]  # type: ignore[attr-defined]


def walk(at: Desk) -> SurveyView:
    survey = at.run.view().survey
    assert survey is not None
    return survey


async def test_a_seat_is_stored_under_the_preset_of_config() -> None:
    at = desk()
    await order(at, "camera.store", camera="cam2", seat="b")
    assert ordered(at, "cam2")[-1] == ("store", 3)
    assert ("preset_stored", {"camera": "cam2", "preset": 3, "account": "griffie"}, False) in at.pages.lines
    with pytest.raises(RefusedError, match="geen stand op wide"):
        await order(at, "camera.store", camera="wide", seat="b")
    with pytest.raises(RefusedError, match="geen plaats"):
        await order(at, "camera.store", camera="cam2", seat="nobody")
    for wrong in ({}, {"seat": "b", "preset": 1}):
        with pytest.raises(ValidationError):
            ORDERS.validate_python({"command": "camera.store", "camera": "cam2", **wrong})


async def test_a_held_key_that_is_not_held_any_more_stops_the_camera() -> None:
    at = desk()
    for _ in range(3):
        await order(at, "camera.drive", camera="cam1", pan=3, hold_ms=150)
        await asyncio.sleep(0.02)
    assert ("drive", 0, 0, 0) not in ordered(at, "cam1")
    await until(lambda: ordered(at, "cam1")[-1] == ("drive", 0, 0, 0))
    await order(at, "camera.drive", camera="cam1", pan=3)
    await asyncio.sleep(0.2)
    assert ordered(at, "cam1")[-1] == ("drive", 3, 0, 0)


async def test_focus_and_power_reach_the_camera_but_not_on_air_unasked() -> None:
    at = desk()
    await order(at, "camera.focus", camera="cam1", action="near")
    await order(at, "camera.power", camera="cam1", on=False)
    assert ordered(at, "cam1")[-1] == ("power", False)
    await order(at, "meeting.standby")
    await order(at, "meeting.open")
    await order(at, "shot.take", shot="cam1")
    at.mixer_confirms()
    for values in ({"command": "camera.focus", "action": "far"}, {"command": "camera.power", "on": False}):
        with pytest.raises(RefusedError, match="is in beeld"):
            await order(at, values.pop("command"), camera="cam1", **values)  # type: ignore[arg-type]
    await order(at, "camera.focus", camera="cam1", action="auto")
    await order(at, "camera.power", camera="cam1", on=False, force=True)


async def test_the_lamp_of_what_comes_next_is_wished() -> None:
    at = desk()
    await order(at, "meeting.standby")
    await order(at, "meeting.open")
    at.mic("a")
    sent = [camera for camera in ("cam1", "cam2") if any(w.preview for w in at.cameras[camera].wishes)]  # type: ignore[attr-defined]
    assert len(sent) == 1
    await order(at, "meeting.suspend")
    last = at.cameras[sent[0]].wishes[-1]  # type: ignore[attr-defined]
    assert not last.preview
    assert not last.on_air


async def test_the_walk_by_hand_recalls_looks_stores_and_goes_on() -> None:
    at = desk()
    await order(at, "survey.start", camera="cam1")
    assert (walk(at).phase, walk(at).preset, walk(at).seats, walk(at).step, walk(at).steps) == (
        "look", 1, ("chair",), 1, 4,
    )  # fmt: skip
    await order(at, "camera.drive", camera="cam1", pan=1)
    await order(at, "camera.drive", camera="cam1")
    await order(at, "survey.store")
    assert ("store", 1) in ordered(at, "cam1")
    assert (walk(at).preset, walk(at).stored) == (2, 1)
    await order(at, "survey.next")
    assert walk(at).preset == 3
    assert [(s.preset, s.reason) for s in walk(at).skipped] == [(3, "no such preset")]
    await order(at, "survey.store")
    assert walk(at).skipped == ()
    await order(at, "survey.abort")
    assert walk(at).phase == "done"
    assert all(wish.why != "operator" for wish in at.cameras["cam2"].wishes)  # type: ignore[attr-defined]
    with pytest.raises(RefusedError, match="niet ingemeten"):
        await order(at, "survey.next")


async def test_the_walk_by_itself_finds_what_is_not_there() -> None:
    at = desk()
    await order(at, "survey.start", by_itself=True)
    for _ in range(4):
        at.run.post(Pulse())  # where a camera stood already, nothing is reported
    assert (walk(at).phase, walk(at).steps, walk(at).stored) == ("done", 8, 0)
    assert [(s.camera, s.preset, s.seats) for s in walk(at).skipped] == [("cam1", 3, ("b",)), ("cam2", 3, ("b",))]
    assert at.run.state.poses["cam2"][4] == Pose(4.0, 0.0, 0.5)
    assert not any(isinstance(w, tuple) for w in ordered(at, "cam1"))


async def test_the_walk_passes_over_a_lost_camera_and_one_that_says_nothing() -> None:
    at = Desk()
    at.run.post(LinkChanged("cam1", "no answer"))
    await order(at, "survey.start", by_itself=True)
    assert walk(at).camera == "cam2"
    assert walk(at).phase == "moving"
    assert {(s.camera, s.reason) for s in walk(at).skipped} == {("cam1", "off_line")}
    with pytest.raises(RefusedError, match="onderweg"):
        await order(at, "survey.store")
    at.clock.advance(31_000)
    at.run.post(Pulse())
    assert walk(at).skipped[-1].reason == "no_arrival"


async def test_in_an_open_meeting_the_walk_needs_force_and_leaves_what_is_on_air_alone() -> None:
    at = desk()
    await order(at, "meeting.standby")
    await order(at, "meeting.open")
    await order(at, "shot.take", shot="cam1")
    at.mixer_confirms()
    before = len(at.cameras["cam1"].wishes)  # type: ignore[attr-defined]
    with pytest.raises(RefusedError, match="openbare vergadering"):
        await order(at, "survey.start", by_itself=True)
    await order(at, "survey.start", by_itself=True, force=True)
    assert [s.reason for s in walk(at).skipped if s.camera == "cam1"] == ["on_air"] * 4
    assert len(at.cameras["cam1"].wishes) == before  # type: ignore[attr-defined]


async def test_nothing_to_walk_through_is_said() -> None:
    with pytest.raises(RefusedError, match="geen camerastand"):
        await order(desk(), "survey.start", camera="wide")
    with pytest.raises(RefusedError, match="geen camera x"):
        await order(desk(), "survey.start", camera="x")


def test_what_was_learned_is_known_to_the_next_director_and_noted() -> None:
    director = Director(PLAN)
    moves = ((1, 2, 900), (2, 1, 1200), (1, 99, 5))
    director.handle(d.TravelsKnown(0, "cam1", moves))
    assert director.travels() == {"cam1": {(1, 2): 900, (2, 1): 1200}, "cam2": {}}
    noted = heard(d.TravelsKnown(0, "cam1", moves))
    assert noted is not None
    kind, values = noted
    assert event_of(kind, json.loads(json.dumps(values)), 0) == d.TravelsKnown(0, "cam1", moves)


async def test_a_new_director_is_told_at_its_beginning() -> None:
    at = Desk()
    at.run.state.travels = {"cam1": {(1, n): 500 + n for n in range(2, 252)}, "gone": {(1, 2): 3}}
    at.run.start_over()
    at.run.record.flush()
    told = [fields for kind, fields, _ in at.pages.lines if kind == "travels"]
    assert [len(fields["moves"]) for fields in told] == [200, 50]
    assert at.run.direction.travels()["cam1"] == {(1, 2): 502, (1, 3): 503, (1, 4): 504}


async def test_what_an_evening_taught_survives_a_restart(tmp_path: Path) -> None:
    memory = CameraMemory(tmp_path)
    assert memory.load() == ({}, {})
    at = Desk()
    at.run.remember = lambda state: memory.keep(state.travels, state.poses)
    await order(at, "meeting.standby")
    await order(at, "meeting.open")
    for seat, ms in (("a", 800), ("b", 1100)):
        at.mic(seat)
        at.clock.advance(ms)
        for name, camera in at.run.state.cameras.items():
            if camera.wished is not None and camera.preset != camera.wished:
                at.run.post(ports.CameraArrived(name, camera.wished, Pose(1.0, 2.0, 0.25)))
        at.mic(seat, on=False)
    await order(at, "meeting.end")
    at.run.close()
    memory.close()
    travels, poses = read(tmp_path / "cameras.json")
    assert {name: moves for name, moves in travels.items() if moves} == at.run.state.travels
    assert poses == at.run.state.poses


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"cam1": 3}', '{"cam1": {"moves": [[1, 2]], "presets": 5}}', '{"cam1": {"moves": [[1, 2, -5]]}}'],
)
def test_a_file_that_is_wrong_costs_only_what_was_learned(text: str, tmp_path: Path) -> None:
    (tmp_path / "cameras.json").write_text(text, encoding="utf-8")
    travels, poses = read(tmp_path / "cameras.json")
    assert not any(travels.values())
    assert not any(poses.values())
