"""Angles, moves and the director's plan follow from the places in CONFIG."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.director.model import PhasePolicy, Settings
from chamber.core.domain import Phase, ShotKind
from config.base import Listen, parse_listen
from config.devices import PRESET_SPEEDS, PRESETS
from config.director import Director
from config.geometry import Aim, aim, bearing_deg, off_axis_deg, turn_deg, typical_move_ms
from config.load import parse
from config.plan import director_plan, interjection_seats, lecterns, presentation_source
from drivers.visca.profile import PROFILES
from tests.config.halls import DELETE, HALL, hall

degrees = st.floats(-720, 720, allow_nan=False)


@pytest.mark.parametrize(
    ("to", "bearing"),
    [((0, 1), 0), ((1, 0), 90), ((0, -1), 180), ((-1, 0), -90), ((1, 1), 45)],
)
def test_bearings_are_clockwise_from_the_chairs_wall(to: tuple[float, float], bearing: float) -> None:
    assert bearing_deg(0, 0, *to) == pytest.approx(bearing)


@given(degrees, degrees)
def test_a_turn_is_the_shorter_one_and_arrives(a: float, b: float) -> None:
    turn = turn_deg(a, b)
    assert -180 <= turn <= 180
    assert (a + turn - b + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


def test_a_camera_in_front_sees_the_face_and_one_behind_the_neck() -> None:
    assert off_axis_deg((0, 5, 2, 180), 0, 0, 0) == pytest.approx(0)
    assert off_axis_deg((5, 0, 2, 180), 0, 0, 0) == pytest.approx(90)
    assert off_axis_deg((0, -5, 2, 0), 0, 0, 0) == pytest.approx(180)


def test_pan_is_to_the_right_of_the_heading_and_tilt_goes_down() -> None:
    pan, tilt, zoom = aim((0, 0, 3, 90), 0, 4)
    assert pan == pytest.approx(-90)
    assert tilt < 0
    assert zoom == pytest.approx(2)


aims = st.tuples(st.floats(-170, 170), st.floats(-60, 20), st.floats(0, 4))


@given(st.lists(aims, max_size=6))
def test_a_typical_move_is_measured_in_seconds_and_needs_two_places(places: list[Aim]) -> None:
    move = typical_move_ms(places)
    if len(places) < 2:
        assert move is None
    else:
        assert move is not None
        assert 470 <= move <= 6000


def test_farther_takes_longer() -> None:
    near, far = typical_move_ms([(0, 0, 0), (10, 0, 0)]), typical_move_ms([(0, 0, 0), (90, 0, 0)])
    assert near is not None
    assert far is not None
    assert near < far


def test_the_plan_has_each_camera_with_its_presets() -> None:
    plan = director_plan(parse(HALL, "hall.toml"))
    assert [camera.id for camera in plan.cameras] == ["cam1", "cam2", "cam3"]
    first = plan.cameras[0]
    assert [(shot.preset, shot.seats, shot.off_axis_deg, shot.pan_deg) for shot in first.shots] == [
        (1, ("chair",), 63.4, 26.6),
        (2, ("s1",), 8.1, -8.1),
    ]
    assert first.typical_move_ms == 1403  # 34.7 degrees at 70 a second, ramps, latency and settling
    assert plan.cameras[2].shots == ()
    assert plan.cameras[2].typical_move_ms is None
    assert (plan.lecterns, plan.shared, plan.presentation) == (("lectern",), ("lectern",), "presentation")
    assert plan.settings == Settings()


def test_a_preset_of_two_seats_is_one_shot() -> None:
    duo = {"camera": "cam1", "preset": 9, "kind": "duo"}
    raw = hall()
    for seat in (0, 1):
        raw["seats"][seat]["shots"].append(duo)
    shots = director_plan(parse(raw, "hall.toml")).cameras[0].shots
    assert shots[-1].seats == ("chair", "s1")
    assert shots[-1].kind is ShotKind.DUO
    assert shots[-1].off_axis_deg == 63.4


UNKNOWN: dict[str, Any] = {"cameras__0__heading_deg": DELETE, "switchers": [], "microphones__0__voice_gated": True}


def test_what_config_does_not_say_is_not_known() -> None:
    config = parse(hall(**UNKNOWN), "hall.toml")
    plan = director_plan(config)
    assert [(shot.off_axis_deg, shot.pan_deg) for shot in plan.cameras[0].shots] == [(None, None)] * 2
    assert plan.cameras[0].typical_move_ms is None
    assert plan.presentation is presentation_source(config) is None
    assert plan.voice_gated is True
    assert director_plan(parse(HALL, "hall.toml")).voice_gated is None


def test_a_shared_seat_without_lectern_shot_interrupts() -> None:
    config = parse(hall(seats__2__shots__0__kind="speaker"), "hall.toml")
    assert (lecterns(config), interjection_seats(config)) == ((), ("lectern",))
    assert interjection_seats(parse(HALL, "hall.toml")) == ()


def test_director_keys_are_the_directors_settings() -> None:
    assert set(Director.model_fields) == set(Settings.__dataclass_fields__)
    assert Director().settings() == Settings()
    changed = parse(hall(director={"min_shot_ms": 3000, "phase_policy": {"debate": "wide"}}), "hall.toml")
    settings = changed.director.settings()
    assert settings.min_shot_ms == 3000
    assert settings.phase_policy[Phase.DEBATE] is PhasePolicy.WIDE
    assert settings.phase_policy[Phase.ANSWER] is PhasePolicy.FREE


def test_camera_families_have_the_presets_of_their_driver() -> None:
    driven = {name: profile.presets for name, profile in PROFILES.items()}
    assert driven | {"panasonic": (range(1, 101),)} == PRESETS
    speeds = {name: profile.speeds_to for name, profile in PROFILES.items() if profile.speeds_to is not None}
    assert speeds | {"panasonic": 30} == PRESET_SPEEDS


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("127.0.0.1:80", Listen("127.0.0.1", 80)),
        ("[::]:8080", Listen("::", 8080)),
        ("localhost:0", Listen("localhost", 0)),
    ],
)
def test_addresses_to_listen_on(text: str, listen: Listen) -> None:
    assert parse_listen(text) == listen
    assert str(listen) == text


@pytest.mark.parametrize("text", ["", ":", "80", "::1:80", "[127.0.0.1]:80x", "1.2.3.4:65536", "[::1]", "a b:80"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_listen(text)


def test_loopback_is_this_machine_only() -> None:
    assert [Listen(host, 1).is_loopback for host in ("127.0.0.5", "::1", "localhost", "::", "10.0.0.1")] == [
        True, True, True, False, False,
    ]  # fmt: skip
