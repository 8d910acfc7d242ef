"""Fields of view against zones: what is in front of the lens is seen, what is beside, behind, above or below is not."""

from math import degrees, tan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.errors import ConfigError
from config.load import parse
from config.model import Config
from config.privacy import contains, report
from tests.config.halls import hall

BOX = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def a_hall(*zones: dict[str, Any], wide: dict[str, Any] | None = None) -> Config:
    """A fixed camera in the middle of the back wall that looks level at the chair's wall, and nothing else."""
    camera = {"x_m": 0.0, "y_m": 10.0, "z_m": 1.5, "heading_deg": 180.0, "tilt_deg": 0.0, "view_deg": 60.0}
    raw = {
        "hall": {"name": "Zaal", "organisation": "Gemeente", "width_m": 20.0, "depth_m": 20.0},
        "data": {"dir": "data"},
        "cameras": [{"id": "wide", "driver": "fixed", "video": "/dev/video0"} | camera | (wide or {})],
        "zones": list(zones),
    }
    return parse(raw, "hall.toml")


def zone(x_m: float, y_m: float, low_m: float = 0.5, high_m: float = 2.0) -> dict[str, Any]:
    points = [[x_m - 0.2, y_m - 0.2], [x_m + 0.2, y_m - 0.2], [x_m + 0.2, y_m + 0.2], [x_m - 0.2, y_m + 0.2]]
    return {"id": "zone", "points": points, "low_m": low_m, "high_m": high_m}


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        (zone(0.0, 4.0), True),
        (zone(2.5, 4.0), True),  # 22 degrees to the side
        (zone(5.0, 4.0), False),  # 40 degrees
        (zone(0.0, 14.0), False),  # behind
        (zone(0.0, 8.0, 3.5, 4.5), False),  # above the frame
        (zone(0.0, 2.0, 3.5, 4.5), True),  # high, but far enough
    ],
)
def test_what_is_in_the_frame_is_seen(place: dict[str, Any], seen: bool) -> None:
    assert bool(report(a_hall(place), {}).sights) is seen


def test_a_camera_that_looks_down_does_not_see_what_is_up() -> None:
    up = zone(0.0, 4.0, 1.8, 2.4)
    assert report(a_hall(up), {}).sights
    assert not report(a_hall(up, wide={"tilt_deg": -25.0}), {}).sights


def test_how_much_and_how_well_is_told() -> None:
    (near,) = report(a_hall(zone(0.0, 8.0, 1.4, 1.6)), {}).sights
    (far,) = report(a_hall(zone(0.0, 1.0, 1.4, 1.6)), {}).sights
    assert near.share == far.share == 1.0
    assert near.level == "identifiable"
    assert far.level == "recognisable"
    assert far.px_per_m == pytest.approx(1920 / (2 * tan(0.5235987) * 8.8), rel=0.01)


def test_a_pose_that_was_read_back_goes_before_the_computed_one() -> None:
    config = parse(hall(zones=[zone(0.0, 9.0)]), "hall.toml")
    camera = next(c for c in config.movable if c.place is not None)
    computed = {(look.camera, look.preset): look for look in report(config, {}).looks}
    preset = next(p for c, p in computed if c == camera.id and p is not None)
    read = report(config, {camera.id: {preset: (12.5, -3.0, 1.0)}})
    look = next(look for look in read.looks if (look.camera, look.preset) == (camera.id, preset))
    assert look.source == "read back"
    assert camera.place is not None
    assert look.bearing_deg == camera.place[3] + 12.5
    assert look.view_deg == pytest.approx(degrees(2 * tan(0.5235987) / 20), rel=0.02)
    assert computed[camera.id, preset].source == "computed"


def test_a_camera_without_a_place_is_said_to_be_unknown() -> None:
    config = a_hall(zone(0.0, 4.0)).model_copy(update={})
    lost = config.cameras[0].model_copy(update={"x_m": None})
    found = report(config.model_copy(update={"cameras": (lost,)}), {})
    assert found.unknown == ("wide",)
    assert found.looks == ()


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (zone(0.0, 4.0, 2.0, 1.0), "zones[0].high_m: is 1; must be more than low_m, 2"),
        (zone(0.0, 30.0), "zones[0].points[0].y_m: is 29.8, outside the hall"),
        ({"id": "zone", "points": [[0, 0], [1, 1]]}, "zones[0].points"),
    ],
)
def test_a_zone_that_is_none_is_refused(wrong: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        a_hall(wrong)
    assert any(line in problem for problem in caught.value.problems)


@given(st.floats(-1, 2), st.floats(-1, 2))
def test_inside_is_inside(x_m: float, y_m: float) -> None:
    if min(abs(x_m), abs(x_m - 1), abs(y_m), abs(y_m - 1)) > 1e-6:
        assert contains(BOX, x_m, y_m) is (0 < x_m < 1 and 0 < y_m < 1)
