"""What cameras can see of the parts of the hall that nobody filmed may be in: gallery, windows. Pure.

Walls, desks and people hide nothing here, and the lens is taken as it is on paper: what this calls free is free, what it
calls seen is to be looked at in the picture. Densities are those of EN 62676-4 for a picture 1920 pixels wide.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import atan, atan2, cos, degrees, hypot, radians, sin, tan

from config.devices import FixedCamera, PtzCamera
from config.geometry import HEAD_M
from config.model import Config, SeatEntry, ZoneEntry
from config.plan import shots_of

ASPECT = 16 / 9
PICTURE_PX = 1920
CLOSE_M = 1.6
"""Width of the picture at the speaker in a close shot."""
STEP_M = 0.25
LEVELS = ((250, "identifiable"), (125, "recognisable"), (62, "observable"), (0, "visible"))
"""Pixels per metre from which on a person can be told, EN 62676-4."""

Readback = tuple[float, float, float]
"""Pan and tilt in degrees, zoom 0.0 to 1.0, as a camera told."""
Point3 = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """Where a camera looks: bearing and tilt in degrees, and the horizontal angle of its picture.

    `source` says how that is known: `read back` from the camera, `computed` from the seat, `fixed` as CONFIG says.
    """

    camera: str
    preset: int | None
    seats: tuple[str, ...]
    place: Point3
    bearing_deg: float
    tilt_deg: float
    view_deg: float
    source: str


@dataclass(frozen=True, slots=True)
class Sight:
    """A zone in a picture: the share of the zone that is in it, and how dense its nearest part is."""

    look: Look
    zone: str
    share: float
    px_per_m: float

    @property
    def level(self) -> str:
        """What can be told of a person there."""
        return next(word for least, word in LEVELS if self.px_per_m >= least)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was looked at.

    Attributes:
        unknown: cameras without a place in CONFIG: nothing can be said of them.
    """

    looks: tuple[Look, ...]
    sights: tuple[Sight, ...]
    unknown: tuple[str, ...]


def report(config: Config, told: Mapping[str, Mapping[int, Readback]]) -> Report:
    """Every preset that shows a seat, and the wide shot, against every zone; `told` is where presets were read back."""
    looks = tuple(_looks(config, told))
    sights = tuple(sight for look in looks for zone in config.zones if (sight := _sight(look, zone)) is not None)
    return Report(looks, sights, tuple(camera.id for camera in config.cameras if camera.place is None))


def _looks(config: Config, told: Mapping[str, Mapping[int, Readback]]) -> Iterator[Look]:
    for camera in config.cameras:
        if camera.place is None:
            continue
        x_m, y_m, z_m, heading = camera.place
        if isinstance(camera, FixedCamera):
            yield Look(camera.id, None, (), (x_m, y_m, z_m), heading, camera.tilt_deg, camera.view_deg, "fixed")
            continue
        for preset, shown in sorted(shots_of(config, camera.id).items()):
            seats = [seat for seat, _ in shown]
            yield _preset(camera, preset, seats, told.get(camera.id, {}).get(preset))


def _preset(camera: PtzCamera, preset: int, seats: list[SeatEntry], read: Readback | None) -> Look:
    x_m, y_m, z_m, heading = camera.place or (0.0, 0.0, 0.0, 0.0)
    names = tuple(seat.id for seat in seats)
    if read is not None:
        pan, tilt, zoom = read
        half = tan(radians(camera.view_deg / 2)) / camera.zoom_ratio**zoom
        return Look(camera.id, preset, names, (x_m, y_m, z_m), heading + pan, tilt, _twice(half), "read back")
    middle_x, middle_y = (sum(getattr(s, axis) for s in seats) / len(seats) for axis in ("x_m", "y_m"))
    far_m = max(hypot(middle_x - x_m, middle_y - y_m), 0.3)
    bearing = degrees(atan2(middle_x - x_m, middle_y - y_m))
    apart_m = max((hypot(a.x_m - b.x_m, a.y_m - b.y_m) for a in seats for b in seats), default=0.0)
    half = min((apart_m + CLOSE_M) / 2 / far_m, tan(radians(camera.view_deg / 2)))
    tilt = degrees(atan2(HEAD_M - z_m, far_m))
    return Look(camera.id, preset, names, (x_m, y_m, z_m), bearing, tilt, _twice(half), "computed")


def _twice(half: float) -> float:
    return degrees(2 * atan(half))


def _sight(look: Look, zone: ZoneEntry) -> Sight | None:
    """How much of a zone is in the picture, None for nothing."""
    across, along = tan(radians(look.view_deg / 2)), tan(radians(look.view_deg / 2)) / ASPECT
    points = list(_samples(zone))
    seen = [depth for point in points if (depth := _depth(look, point, across, along)) is not None]
    if not seen:
        return None
    return Sight(look, zone.id, len(seen) / len(points), PICTURE_PX / (2 * across * max(min(seen), 0.1)))


def _depth(look: Look, point: Point3, across: float, along: float) -> float | None:
    """How far in front of the lens a point is, metres, when it is within the picture."""
    dx, dy, dz = (there - here for there, here in zip(point, look.place, strict=True))
    pan, tilt = radians(look.bearing_deg), radians(look.tilt_deg)
    right, ahead = dx * cos(pan) - dy * sin(pan), dx * sin(pan) + dy * cos(pan)
    depth, up = ahead * cos(tilt) + dz * sin(tilt), dz * cos(tilt) - ahead * sin(tilt)
    inside = depth > 0.05 and abs(right) <= across * depth and abs(up) <= along * depth
    return depth if inside else None


def _samples(zone: ZoneEntry) -> Iterator[Point3]:
    """Points of a zone, at most STEP_M apart: its corners and edges, what lies between them, low to high."""
    flat = set(_edges(zone.points)) | set(_inside(zone.points))
    count = max(1, round((zone.high_m - zone.low_m) / STEP_M))
    for step in range(count + 1):
        for x_m, y_m in flat:
            yield x_m, y_m, zone.low_m + (zone.high_m - zone.low_m) * step / count


def _edges(points: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    corners = list(points)
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        count = max(1, round(hypot(bx - ax, by - ay) / STEP_M))
        for step in range(count):
            yield ax + (bx - ax) * step / count, ay + (by - ay) * step / count


def _inside(points: tuple[tuple[float, float], ...]) -> Iterator[tuple[float, float]]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    for n in range(int((max(xs) - min(xs)) / STEP_M) + 1):
        for m in range(int((max(ys) - min(ys)) / STEP_M) + 1):
            x_m, y_m = min(xs) + n * STEP_M, min(ys) + m * STEP_M
            if contains(points, x_m, y_m):
                yield x_m, y_m


def contains(points: tuple[tuple[float, float], ...], x_m: float, y_m: float) -> bool:
    """Whether a point lies within a polygon (even-odd rule)."""
    inside = False
    for (ax, ay), (bx, by) in zip(points, (*points[1:], points[0]), strict=True):
        if (ay > y_m) != (by > y_m) and x_m < (bx - ax) * (y_m - ay) / (by - ay) + ax:
            inside = not inside
    return inside
