"""An invented council hall as plain values, and the geometry that cameras and presets need.

Axes: x to the right, y away from the chair's wall (which is y = 0), z up; metres. Directions are compass-like: 0 looks
along +y, 90 along +x. A camera's pan grows to the right and is 0 along its heading; tilt grows upwards.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

SEATED_HEAD_M = 1.22
STANDING_RISE_M = 0.40
SHOT_WIDTH_M = 1.6
SHOT_CENTRE_M = 1.03
ASPECT = 16 / 9


class PoseLike(Protocol):
    """Where a camera looks; zoom is a magnification, 1 at the wide end."""

    @property
    def pan_deg(self) -> float: ...
    @property
    def tilt_deg(self) -> float: ...
    @property
    def zoom(self) -> float: ...


class View(NamedTuple):
    """A direction and a magnification; a tuple, so that it can be unpacked into a simulator's preset."""

    pan_deg: float
    tilt_deg: float
    zoom: float


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """A place with a microphone; `person` empty means that nobody sits there.

    `card` is a whole name, a surname or a function. `facing_deg` is where the person looks. A standing place has a lectern instead of a desk, and somebody stands
    there only while its microphone is open.
    """

    id: str
    x_m: float
    y_m: float
    facing_deg: float
    card: str = ""
    person: str = ""
    standing: bool = False

    @property
    def head_m(self) -> float:
        """Height of the middle of the head above the floor."""
        return SEATED_HEAD_M + (STANDING_RISE_M if self.standing else 0.0)


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """A camera on a wall; a fixed one looks along its heading and `tilt_deg` and has one angle."""

    id: str
    x_m: float
    y_m: float
    z_m: float
    heading_deg: float
    fixed: bool = False
    hfov_deg: float = 60.0
    tilt_deg: float = 0.0
    max_zoom: float = 20.0


@dataclass(frozen=True, slots=True)
class HallPlan:
    """The room: `width_m` along x with x = 0 in the middle of the chair's wall, `depth_m` along y."""

    name: str
    width_m: float
    depth_m: float
    seats: tuple[SeatPlan, ...]
    cameras: tuple[CameraPlan, ...]
    height_m: float = 4.2

    def seat(self, seat_id: str) -> SeatPlan:
        """The seat of that id. Raises KeyError."""
        return _by_id(self.seats, seat_id)

    def camera(self, camera_id: str) -> CameraPlan:
        """The camera of that id. Raises KeyError."""
        return _by_id(self.cameras, camera_id)


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_Thing = TypeVar("_Thing", bound=_HasId)


def _by_id(things: Sequence[_Thing], wanted: str) -> _Thing:
    for thing in things:
        if thing.id == wanted:
            return thing
    raise KeyError(wanted)


def wrap_deg(angle_deg: float) -> float:
    """The same direction in [-180, 180)."""
    return (angle_deg + 180.0) % 360.0 - 180.0


def bearing_deg(from_x_m: float, from_y_m: float, to_x_m: float, to_y_m: float) -> float:
    """Compass-like direction from one point of the floor to another."""
    return math.degrees(math.atan2(to_x_m - from_x_m, to_y_m - from_y_m))


def frame_hfov_deg(camera: CameraPlan, zoom: float) -> float:
    """Horizontal angle of the picture at a magnification, as a lens gives it."""
    return math.degrees(2 * math.atan(math.tan(math.radians(camera.hfov_deg) / 2) / max(zoom, 1.0)))


def _look_at(camera: CameraPlan, x_m: float, y_m: float, z_m: float, width_m: float) -> View:
    distance_m = max(math.hypot(x_m - camera.x_m, y_m - camera.y_m), 0.5)
    pan_deg = wrap_deg(bearing_deg(camera.x_m, camera.y_m, x_m, y_m) - camera.heading_deg)
    tilt_deg = math.degrees(math.atan2(z_m - camera.z_m, distance_m))
    half_deg = math.atan2(width_m / 2, distance_m)
    zoom = math.tan(math.radians(camera.hfov_deg) / 2) / math.tan(half_deg)
    return View(round(pan_deg, 3), round(tilt_deg, 3), round(min(max(zoom, 1.0), camera.max_zoom), 3))


def preset_pose(camera: CameraPlan, seat: SeatPlan) -> View:
    """Where a camera must look for head and shoulders of a seat, name card included."""
    rise_m = STANDING_RISE_M if seat.standing else 0.0
    return _look_at(camera, seat.x_m, seat.y_m, SHOT_CENTRE_M + rise_m, SHOT_WIDTH_M)


def duo_pose(camera: CameraPlan, first: SeatPlan, second: SeatPlan) -> View:
    """Where a camera must look to have two seats in one picture."""
    x_m, y_m = (first.x_m + second.x_m) / 2, (first.y_m + second.y_m) / 2
    bearing = math.radians(bearing_deg(camera.x_m, camera.y_m, x_m, y_m))
    apart_m = abs((first.x_m - second.x_m) * math.cos(bearing) - (first.y_m - second.y_m) * math.sin(bearing))
    centre_m = SHOT_CENTRE_M + STANDING_RISE_M * (first.standing + second.standing) / 2
    return _look_at(camera, x_m, y_m, centre_m, apart_m + 0.75 * SHOT_WIDTH_M)


def wide_pose(camera: CameraPlan, seats: Sequence[SeatPlan]) -> View:
    """Where a camera must look to show all these seats, as far as its wide end allows."""
    bearings = [wrap_deg(bearing_deg(camera.x_m, camera.y_m, s.x_m, s.y_m) - camera.heading_deg) for s in seats] or [
        0.0
    ]
    heads = [
        math.degrees(math.atan2(0.9 - camera.z_m, math.hypot(s.x_m - camera.x_m, s.y_m - camera.y_m))) for s in seats
    ] or [0.0]
    half_deg = min((max(bearings) - min(bearings)) / 2 + 6.0, 80.0)
    zoom = math.tan(math.radians(camera.hfov_deg) / 2) / math.tan(math.radians(half_deg))
    return View(
        round((max(bearings) + min(bearings)) / 2, 3),
        round((max(heads) + min(heads)) / 2, 3),
        round(min(max(zoom, 1.0), camera.max_zoom), 3),
    )
