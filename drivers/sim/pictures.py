"""What a simulated camera puts out: its crop of the hall, a running clock on the wall, lights on open microphones."""

import functools
import math
import time
from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from drivers.sim import barcode
from drivers.sim.backdrop import CLOCK_RADIUS_M, clock_spots
from drivers.sim.panorama import Panorama
from drivers.sim.scenery import HallPlan, PoseLike

Box = tuple[float, float, float, float]
LAMP_YUV = (92, 102, 226)
LEAST_CLOCK_PX = 4.0


class CameraPicture:
    """Frames of one camera as I420 bytes; not for two threads at once.

    Args:
        plan: the hall; its clocks hang where `backdrop` says.
        panorama: what the camera can see of it.
        width: of a frame in pixels, even.
        height: of a frame in pixels, even.
        local_time: hours, minutes and seconds that the clocks show.
    """

    def __init__(
        self,
        plan: HallPlan,
        panorama: Panorama,
        width: int,
        height: int,
        local_time: Callable[[], tuple[int, int, int]] = lambda: time.localtime()[3:6],
    ) -> None:
        self._panorama, self._size, self._local_time = panorama, (width, height), local_time
        self._spots = clock_spots(plan)
        self._shown: tuple[object, ...] = ()
        self._base: tuple[tuple[object, ...], list[Image.Image]] | None = None
        self._frame = b""

    def frame(self, pose: PoseLike, lit: Collection[str] = (), stamp: int | None = None) -> bytes:
        """One I420 frame, 16 to 235; the very same object again as long as nothing in it has changed.

        Args:
            pose: where the camera looks.
            lit: seats whose microphone shows its light.
            stamp: a number for the barcode, or None for none.
        """
        box = self._panorama.projection.box(pose)
        lamps = frozenset(lit)
        self._panorama.admit(lamps)
        standing = self._panorama.admitted
        shown = (box, lamps, standing, self._local_time(), stamp)
        if shown == self._shown:
            return self._frame
        if self._base is None or self._base[0] != (box, standing):
            self._base = (box, standing), self._panorama.crop(pose, *self._size)
        planes = [plane.copy() for plane in self._base[1]]
        for spot in self._spots:
            self._clock(planes, box, spot, self._local_time())
        for seat in lamps:
            self._lamp(planes, box, seat)
        self._frame = _joined(planes, stamp)
        self._shown = shown
        return self._frame

    def _clock(
        self, planes: list[Image.Image], box: Box, spot: tuple[float, float, float], at: tuple[int, int, int]
    ) -> None:
        projection = self._panorama.projection
        scale = self._size[0] / (box[2] - box[0])
        centre = projection.point(*spot)
        radius = projection.px_per_m(spot[0], spot[1]) * CLOCK_RADIUS_M * scale
        # both walls with a clock run along x: seen from aside it becomes narrow
        camera = projection.camera
        away = math.hypot(spot[0] - camera.x_m, spot[1] - camera.y_m)
        narrow = radius * abs(spot[1] - camera.y_m) / max(away, 0.1)
        x, y = (centre[0] - box[0]) * scale, (centre[1] - box[1]) * scale
        outside = not (-radius < x < self._size[0] + radius and -radius < y < self._size[1] + radius)
        if outside or narrow < LEAST_CLOCK_PX / 2 or radius < LEAST_CLOCK_PX:
            return
        dial, disc = _dial(round(radius, 1), round(narrow, 1), at)
        left, top = round(x - dial.width / 2), round(y - dial.height / 2)
        planes[0].paste(dial, (left, top), disc)
        small = disc.reduce(2)
        for chroma in planes[1:]:
            chroma.paste(128, (left // 2, top // 2), small)

    def _lamp(self, planes: list[Image.Image], box: Box, seat: str) -> None:
        lamp = self._panorama.lamp(seat)
        if lamp is None:
            return
        scale = self._size[0] / (box[2] - box[0])
        x, y = (lamp.at[0] - box[0]) * scale, (lamp.at[1] - box[1]) * scale
        radius = max(lamp.radius * scale, 1.0)
        for plane, level, part in zip(planes, LAMP_YUV, (1.0, 0.5, 0.5), strict=True):
            reach = max(radius * part, 0.6)
            ring = (x * part - reach, y * part - reach, x * part + reach, y * part + reach)
            ImageDraw.Draw(plane).ellipse(ring, fill=level)


@functools.lru_cache(maxsize=64)
def _dial(radius: float, narrow: float, at: tuple[int, int, int]) -> tuple[Image.Image, Image.Image]:
    """Luma and mask of a clock's face; drawn four times too large, then shrunk."""
    over = 4
    side = math.ceil(radius + 1) * 2
    middle = side * over / 2
    face = Image.new("L", (side * over, side * over), 60)
    disc = Image.new("L", face.size, 0)
    pen = ImageDraw.Draw(face)

    def ring(reach: float) -> tuple[float, float, float, float]:
        long, short = reach * radius * over, reach * narrow * over
        return middle - short, middle - long, middle + short, middle + long

    def tip(turn: float, reach: float) -> tuple[float, float]:
        angle = 2 * math.pi * turn
        x, y = math.sin(angle) * reach * narrow, math.cos(angle) * reach * radius
        return middle + x * over, middle - y * over

    ImageDraw.Draw(disc).ellipse(ring(1.0), fill=255)
    pen.ellipse(ring(0.92), fill=228)
    stroke = radius * over
    for hour in range(12):
        pen.line([tip(hour / 12, 0.78), tip(hour / 12, 0.88)], fill=70, width=max(round(stroke * 0.045), 1))
    hours, minutes, seconds = at
    pen.line([tip(0, 0), tip((hours % 12 + minutes / 60) / 12, 0.48)], fill=30, width=max(round(stroke * 0.085), 1))
    pen.line([tip(0, 0), tip((minutes + seconds / 60) / 60, 0.74)], fill=30, width=max(round(stroke * 0.06), 1))
    pen.line([tip(seconds / 60 + 0.5, 0.15), tip(seconds / 60, 0.80)], fill=95, width=max(round(stroke * 0.025), 1))
    return face.reduce(over), disc.reduce(over)


def _joined(planes: list[Image.Image], stamp: int | None) -> bytes:
    if stamp is None:
        return b"".join(plane.tobytes() for plane in planes)
    for chroma in planes[1:]:
        chroma.paste(128, (0, 0, chroma.width, barcode.band_px(planes[0].height) // 2))
    luma: NDArray[np.uint8] = np.array(planes[0])
    barcode.draw(luma, stamp)
    return b"".join((luma.tobytes(), planes[1].tobytes(), planes[2].tobytes()))
