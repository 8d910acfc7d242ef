"""The demo's hall is a real council: everybody sits somewhere, and two cameras see each face."""

from collections import Counter
from pathlib import Path

import config
from chamber.core.domain import Phase, Role
from config.checks import PROFILE_DEG, warnings
from config.load import parse, read
from config.plan import agenda, director_plan, hall, seen_off_axis_deg

DEMO = parse(read(Path(config.__file__).parent / "demo.toml"), "demo.toml")


def test_the_demo_is_right_and_needs_no_warning() -> None:
    assert warnings(DEMO) == []


def test_the_council_is_complete() -> None:
    roles = Counter(person.role for person in DEMO.people)
    assert roles[Role.CHAIR] == roles[Role.CLERK] == 1
    assert roles[Role.ALDERMAN] == 4
    assert roles[Role.COUNCILLOR] + roles[Role.GROUP_LEADER] == 19
    sizes = Counter(person.group for person in DEMO.people if person.group)
    assert sorted(sizes.values(), reverse=True)[0] == 5
    assert len(sizes) == roles[Role.GROUP_LEADER] == 8
    assert list(sizes.values()).count(1) == 3
    assert len(DEMO.seats) == 27
    assert sum(seat.shared for seat in DEMO.seats) == 2


def test_every_face_is_seen_by_two_cameras_at_a_good_angle() -> None:
    for seat in DEMO.seats:
        seen = {camera.id: seen_off_axis_deg(camera, seat) for camera in DEMO.movable}
        shown = {shot.camera for shot in seat.shots}
        assert len(shown) >= 2, seat.id
        for camera in shown:
            angle = seen[camera]
            assert angle is not None
            assert angle <= PROFILE_DEG, seat.id


def test_the_agenda_has_a_vote_and_a_closed_item() -> None:
    items = agenda(DEMO)
    assert len(items) == 8
    assert any(item.closed for item in items)
    assert {Phase.VOTING, Phase.PUBLIC_SPEAKERS, Phase.CONSENT, Phase.DEBATE, Phase.PRESENTATION} <= {
        item.phase for item in items
    }


def test_hall_and_plan_know_the_same_places() -> None:
    place, plan = hall(DEMO), director_plan(DEMO)
    assert plan.wide == place.wide == "wide"
    assert plan.chair == place.chair_seat == "voorzitter"
    assert {camera.id for camera in plan.cameras} | {"wide"} == set(place.cameras)
    shown = {seat for camera in plan.cameras for shot in camera.shots for seat in shot.seats}
    assert shown == set(place.seats)
    assert place.seat_at("desk", "07") == "raad01"
    assert plan.lecterns == ("spreekgestoelte",)
    assert plan.shared == ("spreekgestoelte", "interruptie")
