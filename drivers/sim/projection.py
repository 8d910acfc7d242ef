"""From points of the hall to pixels of what one camera can ever see."""

import math
from dataclasses import dataclass

import numpy as np

from drivers.sim.backdrop import Rays
from drivers.sim.brush import Point
from drivers.sim.scenery import ASPECT, CameraPlan, HallPlan, PoseLike, bearing_deg, frame_hfov_deg, wrap_deg

MARGIN_DEG = 14.0
HIGHEST_DEG = 14.0
LOWEST_DEG = -32.0


@dataclass(frozen=True, slots=True)
class Projection:
    """A cylinder around a camera that can pan (verticals stay upright), a plane in front of a fixed one.

    `scale` is pixels per radian in the middle; `left` and `top` are where the picture's corner lies on the cylinder
    or plane, in pixels from the camera's heading and horizon.
    """

    camera: CameraPlan
    scale: float
    left: float
    top: float
    width: int
    height: int

    @classmethod
    def of(cls, plan: HallPlan, camera: CameraPlan, px_per_deg: float) -> "Projection":
        """The projection that holds every seat with room around it."""
        scale = px_per_deg * 180 / math.pi
        if camera.fixed:
            half = math.tan(math.radians(camera.hfov_deg) / 2) * scale
            middle = -math.tan(math.radians(camera.tilt_deg)) * scale
            width, height = even(2 * half), even(2 * half / ASPECT)
            return cls(camera, scale, -width / 2, middle - height / 2, width, height)
        pans = [
            wrap_deg(bearing_deg(camera.x_m, camera.y_m, seat.x_m, seat.y_m) - camera.heading_deg)
            for seat in plan.seats
        ] or [0.0]
        half_deg = camera.hfov_deg / 2
        right = math.radians(min(max(*pans, half_deg - MARGIN_DEG) + MARGIN_DEG, 178.0)) * scale
        left = math.radians(max(min(*pans, MARGIN_DEG - half_deg) - MARGIN_DEG, -178.0)) * scale
        top, bottom = (-math.tan(math.radians(tilt)) * scale for tilt in (HIGHEST_DEG, LOWEST_DEG))
        return cls(camera, scale, left, top, even(right - left), even(bottom - top))

    def point(self, x_m: float, y_m: float, z_m: float) -> Point:
        """Pixel of a point of the hall; points behind a fixed camera land far outside."""
        angle = math.radians(
            wrap_deg(bearing_deg(self.camera.x_m, self.camera.y_m, x_m, y_m) - self.camera.heading_deg)
        )
        reach_m = max(math.hypot(x_m - self.camera.x_m, y_m - self.camera.y_m), 0.2)
        rise = (z_m - self.camera.z_m) / reach_m
        if not self.camera.fixed:
            return angle * self.scale - self.left, -rise * self.scale - self.top
        cos = math.cos(angle)
        if cos < 0.05:
            return -1e6, -1e6
        return math.tan(angle) * self.scale - self.left, -rise / cos * self.scale - self.top

    def px_per_m(self, x_m: float, y_m: float) -> float:
        """Pixels per metre of height at a point of the floor."""
        return abs(self.point(x_m, y_m, 0.0)[1] - self.point(x_m, y_m, 1.0)[1])

    def rays(self, every: int) -> Rays:
        """Directions of every nth pixel, for drawing the room behind everything."""
        across = np.arange(every / 2, self.width, every, dtype=np.float32) + self.left
        down = np.arange(every / 2, self.height, every, dtype=np.float32) + self.top
        heading = math.radians(self.camera.heading_deg)
        angle = np.arctan(across / self.scale) if self.camera.fixed else across / self.scale
        stretch = np.cos(angle) if self.camera.fixed else np.ones_like(angle)
        return Rays((angle + heading).astype(np.float32), -down / self.scale, stretch.astype(np.float32))

    def box(self, pose: PoseLike) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what a pose shows, 16 to 9, kept inside the picture."""
        if self.camera.fixed:
            return 0.0, 0.0, float(self.width), float(self.height)
        wide = min(math.radians(frame_hfov_deg(self.camera, pose.zoom)) * self.scale, self.width, self.height * ASPECT)
        high = wide / ASPECT
        left = math.radians(pose.pan_deg) * self.scale - self.left - wide / 2
        top = -math.tan(math.radians(min(max(pose.tilt_deg, -80.0), 80.0))) * self.scale - self.top - high / 2
        left, top = min(max(left, 0.0), self.width - wide), min(max(top, 0.0), self.height - high)
        return left, top, left + wide, top + high


def even(value: float) -> int:
    """The next even whole number, as chroma needs it."""
    return math.ceil(value / 2) * 2
