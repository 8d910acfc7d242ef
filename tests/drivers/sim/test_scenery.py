import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.example import example_hall
from drivers.sim.projection import Projection
from drivers.sim.scenery import (
    CameraPlan,
    HallPlan,
    SeatPlan,
    View,
    duo_pose,
    frame_hfov_deg,
    preset_pose,
    wide_pose,
    wrap_deg,
)

CAMERA = CameraPlan("cam", 0.0, 8.0, 2.4, 180.0)
places = st.tuples(st.floats(-5, 5), st.floats(0.5, 5.5))


def hall(*seats: SeatPlan) -> HallPlan:
    return HallPlan("Hal", 12.0, 9.0, seats, (CAMERA,))


def test_a_seat_straight_ahead_needs_no_pan_and_a_camera_above_looks_down() -> None:
    view = preset_pose(CAMERA, SeatPlan("a", 0.0, 2.0, 0.0))
    assert view.pan_deg == 0
    assert view.tilt_deg == pytest.approx(math.degrees(math.atan2(1.03 - 2.4, 6.0)), abs=0.01)


def test_pan_grows_to_the_right_of_the_camera() -> None:
    # a camera that looks along -y has -x at its right hand
    assert preset_pose(CAMERA, SeatPlan("a", -3.0, 5.0, 0.0)).pan_deg == pytest.approx(45)
    assert preset_pose(CAMERA, SeatPlan("a", 3.0, 5.0, 0.0)).pan_deg == pytest.approx(-45)


def test_the_picture_is_as_wide_as_promised_at_any_distance() -> None:
    for y_m in (1.0, 3.0, 5.0):
        view = preset_pose(CAMERA, SeatPlan("a", 0.0, y_m, 0.0))
        width_m = 2 * (8.0 - y_m) * math.tan(math.radians(frame_hfov_deg(CAMERA, view.zoom)) / 2)
        assert width_m == pytest.approx(1.6, rel=0.01)


@given(places, places)
def test_a_shot_of_two_shows_both_heads(first: tuple[float, float], second: tuple[float, float]) -> None:
    seats = SeatPlan("a", *first, 0.0), SeatPlan("b", *second, 0.0)
    projection = Projection.of(hall(*seats), CAMERA, 10.0)
    left, _, right, _ = projection.box(duo_pose(CAMERA, *seats))
    # at the wide end there may be no room for both
    if right - left < 0.95 * math.radians(CAMERA.hfov_deg) * projection.scale:
        mean = sum(projection.point(s.x_m, s.y_m, 1.2)[0] for s in seats) / 2
        near = [projection.point(s.x_m, s.y_m, 1.2)[0] for s in seats]
        assert left < mean < right
        distances = [math.hypot(s.x_m, s.y_m - 8.0) for s in seats]
        if max(distances) < 1.3 * min(distances):
            assert all(left < u < right for u in near)


@given(places)
def test_a_shot_of_one_shows_head_and_card(place: tuple[float, float]) -> None:
    seat = SeatPlan("a", *place, 0.0)
    projection = Projection.of(hall(seat), CAMERA, 10.0)
    left, top, right, bottom = projection.box(preset_pose(CAMERA, seat))
    for z_m in (0.85, 1.3):
        u, v = projection.point(seat.x_m, seat.y_m, z_m)
        assert left < u < right
        assert top < v < bottom


@given(st.floats(-400, 400), st.floats(-100, 100), st.floats(0, 50))
def test_whatever_the_pose_the_crop_stays_inside_and_is_16_to_9(pan: float, tilt: float, zoom: float) -> None:
    for camera in (CAMERA, CameraPlan("w", 0.0, 8.0, 3.0, 180.0, fixed=True)):
        projection = Projection.of(hall(SeatPlan("a", 1.0, 2.0, 0.0)), camera, 10.0)
        left, top, right, bottom = projection.box(View(pan, tilt, zoom))
        assert 0 <= left < right <= projection.width + 1e-6
        assert 0 <= top < bottom <= projection.height + 1e-6
        assert (right - left) / (bottom - top) == pytest.approx(16 / 9, rel=0.01)


@given(st.floats(-2000, 2000))
def test_wrapped_directions_are_the_same_directions(angle: float) -> None:
    wrapped = wrap_deg(angle)
    assert -180 <= wrapped <= 180
    assert math.cos(math.radians(wrapped)) == pytest.approx(math.cos(math.radians(angle)), abs=1e-6)


def test_every_seat_of_the_example_can_be_shot_by_every_camera() -> None:
    plan = example_hall()
    for camera in plan.cameras:
        for seat in plan.seats:
            view = preset_pose(camera, seat)
            assert 1 < view.zoom < camera.max_zoom
            assert -45 < view.tilt_deg < 0
    assert wide_pose(plan.camera("cam3"), plan.seats).zoom == 1.0
    with pytest.raises(KeyError):
        plan.seat("nobody")
