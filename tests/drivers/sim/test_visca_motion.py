import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.visca_motion import Head, Pose, Travel, ramped
from drivers.sim.visca_wire import speed_share

TRAVEL = Travel()
angles, tilts = st.floats(-170, 170), st.floats(-30, 90)


def test_a_move_takes_latency_ramps_and_cruise() -> None:
    head = Head(Pose(0, 0), TRAVEL)
    end_s = head.point(0.0, 70.0, 0.0)
    # 70 degrees at 70 deg/s with ramps of 70/160 s: one second of way, one ramp more of time.
    assert end_s == pytest.approx(0.12 + 1.0 + 70 / 160)
    assert head.pose_at(0.119).pan_deg == 0.0
    assert not head.pan_tilt_moving(0.1)
    assert head.pan_tilt_moving(0.2)
    assert head.pose_at(0.12 + (1.0 + 70 / 160) / 2).pan_deg == pytest.approx(35.0)
    assert head.pose_at(end_s) == Pose(70.0, 0.0)
    assert not head.pan_tilt_moving(end_s)


def test_zoom_takes_its_time_per_octave() -> None:
    head = Head(Pose(0, 0, 1.0), TRAVEL)
    assert head.zoom_to(0.0, 8.0) == pytest.approx(0.12 + 3 * 0.7)
    assert head.pose_at(0.12 + 0.7).zoom == pytest.approx(2.0)
    head.zoom_stop(0.12 + 0.7 - 0.12)
    assert head.pose_at(9.0).zoom == pytest.approx(2.0)


def test_zoom_counts_are_logarithmic() -> None:
    assert [TRAVEL.zoom_counts(zoom) for zoom in (1.0, math.sqrt(20), 20.0)] == [0, 0x2000, 0x4000]
    assert TRAVEL.zoom_at(0x2000) == pytest.approx(math.sqrt(20))


def test_a_short_way_never_reaches_full_speed() -> None:
    head = Head(Pose(0, 0), TRAVEL)
    assert head.point(0.0, 1.0, 0.0) == pytest.approx(0.12 + 2 * math.sqrt(1 / 160))


def test_sent_back_in_mid_move_it_brakes_first() -> None:
    head = Head(Pose(0, 0), TRAVEL)
    head.point(0.0, 100.0, 0.0)
    head.point(1.0, 0.0, 0.0)
    turned = head.pose_at(1.12).pan_deg
    assert head.pose_at(1.2).pan_deg > turned
    assert head.pose_at(10.0).pan_deg == 0.0


def test_a_drive_goes_on_to_the_end_stop_and_a_stop_brakes() -> None:
    head = Head(Pose(0, 0), TRAVEL)
    head.drive(0.0, 1.0, -0.5)
    assert head.pose_at(60.0) == Pose(170.0, -30.0)
    assert head.ends(60.0) == 2 + 8
    head.drive(60.0, -1.0, 1.0)
    head.drive(61.0, 0.0, 0.0)
    stopped = head.pose_at(70.0)
    assert -170 < stopped.pan_deg < 170
    assert head.pose_at(80.0) == stopped
    assert head.ends(80.0) == 0


@given(angles, st.floats(-70, 70), angles, st.floats(1, 70), st.floats(10, 400))
def test_every_run_arrives_without_jumps(
    position: float, speed: float, target: float, limit: float, ramp: float
) -> None:
    track = ramped(0.0, position, speed, target, limit, ramp)
    assert track.at(track.end_s + 1) == (target, 0.0)
    assert track.at(0.0) == pytest.approx((position, speed if track.legs else 0.0), abs=1e-3)
    step_s = max(track.end_s, 0.001) / 400
    seen = [track.at(step * step_s) for step in range(401)]
    top = max(limit, abs(speed)) + 1e-6
    for (place, pace), (later, pace_later) in pairwise(seen):
        assert abs(pace) <= top
        assert abs(later - place) <= top * step_s + 1e-4
        assert abs(pace_later - pace) <= ramp * step_s + 1e-3


moves = st.lists(st.tuples(st.floats(0, 1.5), angles, tilts, st.floats(1, 20)), min_size=1, max_size=8)


@given(moves)
def test_redirected_at_any_time_it_moves_smoothly_and_ends_at_the_last_order(
    orders: list[tuple[float, float, float, float]],
) -> None:
    head, now_s, end_s = Head(Pose(0, 0), TRAVEL), 0.0, 0.0
    last = head.pose_at(0.0)
    for wait_s, pan, tilt, zoom in orders:
        for _ in range(10):
            now_s += wait_s / 10
            here = head.pose_at(now_s)
            assert abs(here.pan_deg - last.pan_deg) <= 70 * wait_s / 10 + 1e-6
            assert abs(here.tilt_deg - last.tilt_deg) <= 50 * wait_s / 10 + 1e-6
            assert abs(math.log2(here.zoom / last.zoom)) <= wait_s / 10 / 0.7 + 1e-6
            last = here
        end_s = max(head.point(now_s, pan, tilt), head.zoom_to(now_s, zoom))
    pose = head.pose_at(end_s)
    assert (pose.pan_deg, pose.tilt_deg) == orders[-1][1:3]
    assert pose.zoom == pytest.approx(orders[-1][3])


def test_many_orders_within_the_latency_leave_only_the_last() -> None:
    head = Head(Pose(0, 0), TRAVEL)
    for number in range(500):
        head.point(number / 10_000, float(number % 90), 0.0)
    assert head.pose_at(20.0).pan_deg == 499 % 90


def test_speed_indices_follow_the_table_of_the_manual() -> None:
    assert speed_share(0x18) == 1.0
    assert speed_share(0x01) == pytest.approx(1.1 / 101)
    assert speed_share(0x15) == pytest.approx(80 / 101)
    assert all(speed_share(index) < speed_share(index + 1) for index in range(1, 24))
