"""All that one camera can ever see of the hall, drawn once; a frame is a crop of it with fractions of a pixel."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from PIL import Image, ImageChops

from drivers.sim.backdrop import draw_room
from drivers.sim.brush import Point
from drivers.sim.furniture import Place
from drivers.sim.projection import Projection
from drivers.sim.scenery import CameraPlan, HallPlan, PoseLike

PX_PER_DEG = 40.0
FIXED_PX_PER_DEG = 28.0
ROOM_EVERY = 3
SMALLEST_LEVEL_PX = 400
# RGB to Y, Cb, Cr of BT.709 with studio levels, as the mixer puts them out (ITU-R BT.709-6, items 3.2 to 3.4)
BT709 = (
    0.1826, 0.6142, 0.0620, 16.0,
    -0.1006, -0.3386, 0.4392, 128.0,
    0.4392, -0.3989, -0.0403, 128.0,
)  # fmt: skip
Planes = tuple[Image.Image, Image.Image, Image.Image]
Corner = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Lamp:
    """A microphone's light on the panorama; there is none for a light that somebody nearer hides."""

    at: Point
    radius: float


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at a standing place, as a patch on the panorama: with and without, and where the two differ."""

    seat: str
    corner: Corner
    there: Planes
    gone: Planes
    differs: Planes
    hides: frozenset[str]


def to_planes(picture: Image.Image) -> Planes:
    """Y, Cb and Cr of an RGB picture, chroma at half the size (4:2:0)."""
    luma, blue, red = picture.convert("RGB", BT709).split()
    return luma, blue.reduce(2), red.reduce(2)


class Panorama:
    """What one camera can see; build it outside the event loop, it takes some hundred milliseconds.

    Not for two threads at once.
    """

    def __init__(self, plan: HallPlan, camera: CameraPlan, px_per_deg: float | None = None) -> None:
        usual = FIXED_PX_PER_DEG if camera.fixed else PX_PER_DEG
        self.projection = Projection.of(plan, camera, px_per_deg or usual)
        picture, self._lamps = _paint(plan, self.projection)
        self._visitors = tuple(_visitors(plan, self.projection, picture, self._lamps))
        self._planes = [_pyramid(plane) for plane in to_planes(picture)]
        self.admitted: frozenset[str] = frozenset()

    def lamp(self, seat: str) -> Lamp | None:
        """The light of a seat's microphone, where this camera sees it now."""
        if any(seat in visitor.hides for visitor in self._visitors if visitor.seat in self.admitted):
            return None
        return self._lamps.get(seat)

    def admit(self, seats: Collection[str]) -> None:
        """Let somebody stand at these standing places, and at no other; other seats are ignored."""
        wanted = frozenset(visitor.seat for visitor in self._visitors if visitor.seat in seats)
        if wanted == self.admitted:
            return
        changed = [visitor for visitor in self._visitors if visitor.seat in wanted ^ self.admitted]
        for visitor in changed:
            self._patch(visitor, there=False)
        for visitor in self._visitors:
            if visitor.seat in wanted:
                self._patch(visitor, there=True)
        for visitor in changed:
            self._refresh(visitor)
        self.admitted = wanted

    def crop(self, pose: PoseLike, width: int, height: int) -> list[Image.Image]:
        """Y, Cb and Cr of what a pose shows; chroma at half the size."""
        box = self.projection.box(pose)
        full = self._planes[0][0]
        level = math.log2(max((box[2] - box[0]) / width, 1.0)) * 2
        shown = []
        for number, levels in enumerate(self._planes):
            plane = levels[min(int(level), len(levels) - 1)]
            kx, ky = plane.width / full.width, plane.height / full.height
            part = (
                max(box[0] * kx, 0.0), max(box[1] * ky, 0.0),
                min(box[2] * kx, plane.width), min(box[3] * ky, plane.height),
            )  # fmt: skip
            size = (width, height) if number == 0 else (width // 2, height // 2)
            shown.append(plane.resize(size, Image.Resampling.BILINEAR, part))
        return shown

    def _patch(self, visitor: Visitor, *, there: bool) -> None:
        patches = visitor.there if there else visitor.gone
        for number, (levels, patch, mask) in enumerate(zip(self._planes, patches, visitor.differs, strict=True)):
            corner = visitor.corner if number == 0 else (visitor.corner[0] // 2, visitor.corner[1] // 2)
            levels[0].paste(patch, corner, mask)

    def _refresh(self, visitor: Visitor) -> None:
        """Renew the smaller levels where a visitor came or went."""
        for number, levels in enumerate(self._planes):
            part = 1 if number == 0 else 2
            left, top = visitor.corner[0] // part, visitor.corner[1] // part
            box = (left, top, left + visitor.there[number].width, top + visitor.there[number].height)
            _renew(levels, box)


def _renew(levels: list[Image.Image], box: tuple[int, int, int, int]) -> None:
    """Derive the smaller levels anew from the full one within a box, exactly as `_pyramid` made them."""
    whole, between = levels[0], levels[1]
    kx, ky = between.width / whole.width, between.height / whole.height
    # the filter reaches two pixels out, so a wider part is made and its rim dropped
    inner = int(box[0] * kx) - 2, int(box[1] * ky) - 2, math.ceil(box[2] * kx) + 2, math.ceil(box[3] * ky) + 2
    inner = _within(inner, between.size)
    outer = _within((inner[0] - 4, inner[1] - 4, inner[2] + 4, inner[3] + 4), between.size)
    source = (outer[0] / kx, outer[1] / ky, min(outer[2] / kx, whole.width), min(outer[3] / ky, whole.height))
    fresh = whole.resize((outer[2] - outer[0], outer[3] - outer[1]), Image.Resampling.BILINEAR, source)
    fresh = fresh.crop((inner[0] - outer[0], inner[1] - outer[1], inner[2] - outer[0], inner[3] - outer[1]))
    between.paste(fresh, inner[:2])
    done = [box, inner]
    for level, larger in zip(levels[2:], levels, strict=False):
        x0, y0, x1, y1 = done[-2]
        halved = _within((x0 // 2, y0 // 2, (x1 + 1) // 2, (y1 + 1) // 2), level.size)
        twice = _within((halved[0] * 2, halved[1] * 2, halved[2] * 2, halved[3] * 2), larger.size)
        level.paste(larger.crop(twice).reduce(2), halved[:2])
        done.append(halved)


def _within(box: tuple[int, int, int, int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    return max(box[0], 0), max(box[1], 0), min(box[2], size[0]), min(box[3], size[1])


def _pyramid(plane: Image.Image) -> list[Image.Image]:
    """The plane, and ever smaller ones, each smaller by the root of two."""
    between = round(plane.width / math.sqrt(2)), round(plane.height / math.sqrt(2))
    levels = [plane, plane.resize(between, Image.Resampling.BILINEAR)]
    while min(levels[-2].size) >= SMALLEST_LEVEL_PX:
        levels.append(levels[-2].reduce(2))
    return levels


def _places(plan: HallPlan, projection: Projection) -> list[Place]:
    """Every place, from far to near."""
    places = [Place(projection, seat, number, desk_width_m(plan, number)) for number, seat in enumerate(plan.seats)]
    return sorted(places, key=lambda place: -place.distance_m)


def _paint(plan: HallPlan, projection: Projection) -> tuple[Image.Image, dict[str, Lamp]]:
    """The room, then every place from far to near; nobody at the standing ones."""
    camera = projection.camera
    # a lens that is set on people has the walls a little out of focus; a wide one has not
    every = 1 if camera.fixed else ROOM_EVERY
    room = draw_room(plan, camera.x_m, camera.y_m, camera.z_m, projection.rays(every))
    picture = room.resize((projection.width, projection.height), Image.Resampling.BILINEAR)
    lamps: dict[str, Lamp] = {}
    for place in _places(plan, projection):
        before = {seat: _pixel(picture, lamp.at) for seat, lamp in lamps.items()}
        lit = place.draw(picture)
        for seat, was in before.items():
            if _pixel(picture, lamps[seat].at) != was:
                del lamps[seat]
        if lit:
            lamps[place.seat.id] = Lamp(*place.light)
    return picture, lamps


def _visitors(
    plan: HallPlan, projection: Projection, picture: Image.Image, lamps: dict[str, Lamp]
) -> Iterator[Visitor]:
    """Those who may stand somewhere, from far to near."""
    for place in _places(plan, projection):
        box = place.outline if place.seat.standing else None
        if box is None:
            continue
        left, top = max(int(box[0]) // 2 * 2, 0), max(int(box[1]) // 2 * 2, 0)
        right, bottom = min(int(box[2]) // 2 * 2 + 2, picture.width), min(int(box[3]) // 2 * 2 + 2, picture.height)
        if right - left < 8 or bottom - top < 8:
            continue
        gone = picture.crop((left, top, right, bottom))
        there = gone.copy()
        part = replace(
            projection, left=projection.left + left, top=projection.top + top, width=right - left, height=bottom - top
        )
        for other in _places(plan, part):
            if other.seat.id == place.seat.id:
                other.draw(there, visited=True)
            elif other.distance_m < place.distance_m:
                other.draw(there)
        changed = ImageChops.difference(gone, there).convert("L").point(lambda level: 255 if level else 0)
        rough = changed.reduce(2).point(lambda level: 255 if level else 0)
        hides = {
            seat
            for seat, lamp in lamps.items()
            if left <= lamp.at[0] < right - 1 and top <= lamp.at[1] < bottom - 1
            if _pixel(changed, (lamp.at[0] - left, lamp.at[1] - top))
        }
        yield Visitor(
            place.seat.id, (left, top), to_planes(there), to_planes(gone), (changed, rough, rough), frozenset(hides)
        )


def _pixel(picture: Image.Image, at: Point) -> object:
    return picture.getpixel((int(at[0]), int(at[1])))


def desk_width_m(plan: HallPlan, number: int) -> float:
    """Width of a desk such that neighbours' desks just meet."""
    seat = plan.seats[number]
    gaps = [
        math.hypot(seat.x_m - other.x_m, seat.y_m - other.y_m)
        for place, other in enumerate(plan.seats)
        if place != number and not other.standing
    ]
    return min(max(min(gaps, default=1.4), 0.8), 1.4)
