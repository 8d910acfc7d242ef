"""The empty room: walls, floor and ceiling as flat drawings, seen from a point by casting a ray per pixel."""

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from drivers.sim.brush import Colour, shade, typeface
from drivers.sim.scenery import HallPlan

PX_PER_M = 104
CLOCK_RADIUS_M = 0.24
PLASTER: Colour = (214, 208, 196)
OAK: Colour = (164, 126, 88)
PANEL: Colour = (118, 136, 140)
CARPET: Colour = (92, 102, 116)
CEILING: Colour = (226, 224, 218)
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rays:
    """Where the pixels of a picture look: bearing per column, and the slope of each row times a factor per column."""

    bearing_rad: Floats
    slope: Floats
    stretch: Floats


def draw_room(plan: HallPlan, x_m: float, y_m: float, z_m: float, rays: Rays) -> Image.Image:
    """The room without people or furniture, as seen from a point inside it."""
    sheets = _sheets(plan)
    half_m = plan.width_m / 2
    sin, cos = np.sin(rays.bearing_rad), np.cos(rays.bearing_rad)
    with np.errstate(divide="ignore"):
        to_side = np.where(sin > 0, (half_m - x_m) / sin, np.where(sin < 0, (-half_m - x_m) / sin, np.inf))
        to_end = np.where(cos > 0, (plan.depth_m - y_m) / cos, np.where(cos < 0, -y_m / cos, np.inf))
    reach_m = np.minimum(to_side, to_end).astype(np.float32)
    on_side = to_side < to_end
    along_m = np.where(
        on_side, np.where(sin > 0, -1, 1) * (y_m + reach_m * cos), np.where(cos > 0, 1, -1) * (x_m + reach_m * sin)
    )
    # sheet 0 the chair's wall, 1 right, 2 far, 3 left
    which = np.where(on_side, np.where(sin > 0, 1, 3), np.where(cos > 0, 2, 0))
    slope = rays.slope[:, None] * rays.stretch[None, :]
    height_m = z_m + slope * reach_m[None, :]
    out = np.empty((*slope.shape, 3), np.uint8)
    for number, sheet in enumerate(sheets.walls):
        columns = np.flatnonzero(which == number)
        if not columns.size:
            continue
        across = np.clip((along_m[columns] - sheets.left_m(plan, number)) * PX_PER_M, 0, sheet.shape[1] - 1).astype(
            np.int32
        )
        down = np.clip((plan.height_m - height_m[:, columns]) * PX_PER_M, 0, sheet.shape[0] - 1).astype(np.int32)
        out[:, columns] = sheet[down, across[None, :]]
    _lay(out, height_m < 0, sheets.floor, plan, slope, (sin, cos), (x_m, y_m, -z_m))
    _lay(out, height_m > plan.height_m, sheets.ceiling, plan, slope, (sin, cos), (x_m, y_m, plan.height_m - z_m))
    return Image.fromarray(out)


def clock_spots(plan: HallPlan) -> tuple[tuple[float, float, float], ...]:
    """Where the wall clocks hang: beside the oak of the chair's wall, and above the doors."""
    high_m = plan.height_m - 0.62
    return (_oak_half_m(plan) + 0.55, 0.0, high_m), (0.0, plan.depth_m, high_m)


def _oak_half_m(plan: HallPlan) -> float:
    return min(plan.width_m * 0.24, 3.2)


def _lay(
    out: NDArray[np.uint8],
    where: NDArray[np.bool_],
    sheet: NDArray[np.uint8],
    plan: HallPlan,
    slope: Floats,
    direction: tuple[Floats, Floats],
    origin: tuple[float, float, float],
) -> None:
    """Fill the pixels of a horizontal surface at `origin`'s third value above the eye."""
    rows, columns = np.nonzero(where)
    reach_m = origin[2] / slope[rows, columns]
    x = (origin[0] + reach_m * direction[0][columns] + plan.width_m / 2) * PX_PER_M
    y = (origin[1] + reach_m * direction[1][columns]) * PX_PER_M
    across = np.clip(x, 0, sheet.shape[1] - 1).astype(np.int32)
    down = np.clip(y, 0, sheet.shape[0] - 1).astype(np.int32)
    out[rows, columns] = sheet[down, across]


@dataclass(frozen=True, slots=True)
class _Sheets:
    walls: tuple[NDArray[np.uint8], ...]
    floor: NDArray[np.uint8]
    ceiling: NDArray[np.uint8]

    @staticmethod
    def left_m(plan: HallPlan, number: int) -> float:
        """Coordinate along a wall of its left edge, as somebody inside sees it."""
        return (-plan.width_m / 2, -plan.depth_m, -plan.width_m / 2, 0.0)[number]


@functools.lru_cache(maxsize=1)
def _sheets(plan: HallPlan) -> _Sheets:
    side = _side_wall(plan)
    walls = (_chair_wall(plan), side, _far_wall(plan), side)
    # soft edges on the sheet take the place of sampling between its pixels
    arrays: list[NDArray[Any]] = [np.asarray(wall.filter(ImageFilter.BoxBlur(1.5))) for wall in walls]
    return _Sheets(tuple(arrays), np.asarray(_floor(plan)), np.asarray(_ceiling(plan)))


def _blank(width_m: float, height_m: float, colour: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("RGB", (math.ceil(width_m * PX_PER_M), math.ceil(height_m * PX_PER_M)), colour)
    return sheet, ImageDraw.Draw(sheet)


def _px(*metres: float) -> tuple[float, ...]:
    return tuple(part * PX_PER_M for part in metres)


def _plinth(pen: ImageDraw.ImageDraw, width_m: float, height_m: float) -> None:
    pen.rectangle(_px(0, height_m - 0.12, width_m, height_m), fill=shade(OAK, 0.6))


def _chair_wall(plan: HallPlan) -> Image.Image:
    """Oak slats behind the chair, arms and name of the municipality, flags, a dark screen on each side."""
    wide, high = plan.width_m, plan.height_m
    sheet, pen = _blank(wide, high, PLASTER)
    middle, half = wide / 2, _oak_half_m(plan)
    slats = int(half * 2 / 0.16)
    for slat in range(slats):
        left = middle - half + slat * 2 * half / slats
        tone = 1.0 + 0.05 * math.sin(slat * 2.4) + 0.03 * math.cos(slat * 5.1)
        pen.rectangle(_px(left, 0, left + 0.15, high), fill=shade(OAK, tone))
        pen.rectangle(_px(left + 0.135, 0, left + 0.16, high), fill=shade(OAK, 0.62))
    _arms(pen, middle, high - 3.25)
    face = typeface(round(0.26 * PX_PER_M), 600)
    pen.text((middle * PX_PER_M, (high - 2.16) * PX_PER_M), plan.name, font=face, fill=(246, 240, 226), anchor="mm")
    red, white, blue, deep = (168, 44, 52), (238, 238, 236), (52, 76, 132), (38, 62, 130)
    for side, stripes in ((-1, (red, white, blue)), (1, (deep, deep, (214, 178, 70)))):
        _flag(pen, middle + side * (half - 0.55), high, stripes)
    for side in (-1, 1):
        centre = middle + side * (half + (wide / 2 - half) * 0.52)
        pen.rectangle(_px(centre - 0.95, high - 2.85, centre + 0.95, high - 1.75), fill=(40, 42, 46))
        pen.rectangle(_px(centre - 0.91, high - 2.81, centre + 0.91, high - 1.79), fill=(62, 84, 104))
        small = typeface(round(0.17 * PX_PER_M), 500)
        pen.text(
            (centre * PX_PER_M, (high - 2.30) * PX_PER_M),
            "Raadsvergadering",
            font=small,
            fill=(214, 222, 228),
            anchor="mm",
        )
    _plinth(pen, wide, high)
    return sheet


def _arms(pen: ImageDraw.ImageDraw, x_m: float, top_m: float) -> None:
    """An invented coat of arms: a field with a tower above water."""
    gold, blue, white = (206, 176, 92), (54, 84, 128), (236, 232, 222)
    outline = [(-0.36, 0), (0.36, 0), (0.36, 0.42), (0.24, 0.66), (0, 0.82), (-0.24, 0.66), (-0.36, 0.42)]
    for grow, fill in ((1.08, gold), (1.0, blue)):
        pen.polygon([_px(x_m + x * grow, top_m + 0.41 + (z - 0.41) * grow) for x, z in outline], fill=fill)
    pen.rectangle(_px(x_m - 0.11, top_m + 0.14, x_m + 0.11, top_m + 0.46), fill=gold)
    for step in (-0.11, -0.03, 0.05):
        pen.rectangle(_px(x_m + step, top_m + 0.08, x_m + step + 0.06, top_m + 0.16), fill=gold)
    for wave in (0.50, 0.60):
        pen.line([_px(x_m - 0.22 + 0.044 * i, top_m + wave + 0.02 * (i % 2)) for i in range(11)], fill=white, width=3)


def _flag(pen: ImageDraw.ImageDraw, x_m: float, high: float, stripes: tuple[Colour, Colour, Colour]) -> None:
    """A flag hanging from a pole, in folds."""
    pen.rectangle(_px(x_m - 0.02, high - 2.75, x_m + 0.02, high), fill=(120, 104, 72))
    pen.ellipse(_px(x_m - 0.05, high - 2.83, x_m + 0.05, high - 2.73), fill=(206, 176, 92))
    for fold, tone in enumerate((1.0, 0.86, 1.04, 0.80)):
        left = x_m - 0.20 + fold * 0.10
        for stripe, fill in enumerate(stripes):
            top = high - 2.66 + stripe * 0.52 + 0.03 * fold
            pen.rectangle(_px(left, top, left + 0.10, top + 0.52), fill=shade(fill, tone))


def _side_wall(plan: HallPlan) -> Image.Image:
    """Plaster with acoustic panels and an oak dado."""
    wide, high = plan.depth_m, plan.height_m
    sheet, pen = _blank(wide, high, PLASTER)
    panels = max(int(wide / 2.2), 1)
    for number in range(panels):
        left = wide * (number + 0.14) / panels
        right = wide * (number + 0.86) / panels
        tone = (1.0, 1.06, 0.95)[number % 3]
        pen.rectangle(_px(left, 0.7, right, high - 1.25), fill=shade(PANEL, 0.72))
        pen.rectangle(_px(left + 0.02, 0.72, right - 0.02, high - 1.27), fill=shade(PANEL, tone))
    pen.rectangle(_px(0, high - 0.98, wide, high), fill=shade(OAK, 0.92))
    pen.rectangle(_px(0, high - 1.0, wide, high - 0.95), fill=shade(OAK, 0.7))
    _plinth(pen, wide, high)
    return sheet


def _far_wall(plan: HallPlan) -> Image.Image:
    """Double doors in the middle, panels beside them."""
    wide, high = plan.width_m, plan.height_m
    sheet, pen = _blank(wide, high, shade(PLASTER, 0.98))
    for side in (-1, 1):
        for number in (0, 1):
            centre = wide / 2 + side * (2.2 + number * 2.1)
            pen.rectangle(_px(centre - 0.85, 0.7, centre + 0.85, high - 1.25), fill=shade(PANEL, 0.74))
            pen.rectangle(_px(centre - 0.83, 0.72, centre + 0.83, high - 1.27), fill=shade(PANEL, 1.03 - 0.06 * number))
    pen.rectangle(_px(0, high - 0.98, wide, high), fill=shade(OAK, 0.92))
    pen.rectangle(_px(wide / 2 - 1.0, high - 2.35, wide / 2 + 1.0, high), fill=shade(OAK, 0.66))
    for side in (-1, 1):
        left = wide / 2 + (0.02 if side > 0 else -0.94)
        pen.rectangle(_px(left, high - 2.28, left + 0.92, high), fill=shade(OAK, 1.04))
        handle = wide / 2 + side * 0.12
        pen.rectangle(_px(handle - 0.02, high - 1.2, handle + 0.02, high - 0.9), fill=(196, 192, 180))
    return sheet


def _floor(plan: HallPlan) -> Image.Image:
    """Carpet with a lighter field in the middle, and soft shade under every desk."""
    sheet, pen = _blank(plan.width_m, plan.depth_m, CARPET)
    wide, deep = plan.width_m, plan.depth_m
    pen.rectangle(_px(wide * 0.30, deep * 0.30, wide * 0.70, deep * 0.74), fill=shade(CARPET, 1.12))
    for seat in plan.seats:
        x, y = seat.x_m + wide / 2, seat.y_m
        pen.ellipse(_px(x - 0.75, y - 0.75, x + 0.75, y + 0.75), fill=shade(CARPET, 0.66))
    return sheet.filter(ImageFilter.BoxBlur(PX_PER_M * 0.16))


def _ceiling(plan: HallPlan) -> Image.Image:
    """Light panels in rows."""
    sheet, pen = _blank(plan.width_m, plan.depth_m, CEILING)
    for column in range(1, 4):
        for row in range(1, 5):
            x, y = plan.width_m * column / 4, plan.depth_m * row / 5
            pen.rectangle(_px(x - 0.65, y - 0.3, x + 0.65, y + 0.3), fill=(250, 249, 244))
    return sheet.filter(ImageFilter.BoxBlur(4))
