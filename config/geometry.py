"""The hall as a drawing: who is seen from where, and how far a camera turns. Pure.

x runs to the right and y away from the chair's wall, metres; directions are degrees clockwise seen from above, 0 away
from the chair's wall, 90 to the right.
"""

from itertools import combinations
from math import atan2, degrees, hypot, log2, sqrt
from statistics import median

HEAD_M = 1.25
"""Height of a seated head."""

# What a preset recall of a common PTZ camera takes; the director measures the camera itself from its first move on.
LATENCY_MS = 120
SETTLE_MS = 350
PAN_DEG_S = 70.0
TILT_DEG_S = 50.0
ACCELERATION_DEG_S2 = 160.0
ZOOM_MS_PER_DOUBLING = 700.0

Place = tuple[float, float, float, float]
Aim = tuple[float, float, float]


def bearing_deg(from_x_m: float, from_y_m: float, to_x_m: float, to_y_m: float) -> float:
    """Direction from one point to another, -180 to 180."""
    return degrees(atan2(to_x_m - from_x_m, to_y_m - from_y_m))


def turn_deg(from_deg: float, to_deg: float) -> float:
    """The shorter turn from one direction to another, -180 (left) to 180 (right)."""
    turn = (to_deg - from_deg) % 360.0
    return turn - 360.0 if turn > 180.0 else turn


def off_axis_deg(camera: Place, x_m: float, y_m: float, facing_deg: float) -> float:
    """How far from the front a camera sees a face: 0 is full face, 90 profile, 180 the back of the head."""
    return abs(turn_deg(facing_deg, bearing_deg(x_m, y_m, camera[0], camera[1])))


def aim(camera: Place, x_m: float, y_m: float) -> Aim:
    """Pan from the camera's heading and tilt in degrees, and zoom in doublings, to show a head there."""
    far_m = max(hypot(x_m - camera[0], y_m - camera[1]), 0.3)
    pan = turn_deg(camera[3], bearing_deg(camera[0], camera[1], x_m, y_m))
    return pan, degrees(atan2(HEAD_M - camera[2], far_m)), log2(max(far_m, 0.8))


def typical_move_ms(aims: list[Aim]) -> int | None:
    """Median time from recall to arrival between these positions; None for fewer than two."""
    moves = [_move_ms(a, b) for a, b in combinations(aims, 2)]
    return round(median(moves)) if moves else None


def _move_ms(a: Aim, b: Aim) -> float:
    pan_ms, tilt_ms = _travel_ms(b[0] - a[0], PAN_DEG_S), _travel_ms(b[1] - a[1], TILT_DEG_S)
    return LATENCY_MS + SETTLE_MS + max(pan_ms, tilt_ms, abs(b[2] - a[2]) * ZOOM_MS_PER_DOUBLING)


def _travel_ms(angle_deg: float, speed_deg_s: float) -> float:
    angle = abs(angle_deg)
    ramp = speed_deg_s * speed_deg_s / ACCELERATION_DEG_S2
    seconds = 2 * sqrt(angle / ACCELERATION_DEG_S2) if angle < ramp else angle / speed_deg_s + ramp / speed_deg_s
    return seconds * 1000
