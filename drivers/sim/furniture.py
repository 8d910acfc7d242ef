"""A place in the hall, drawn as one camera sees it: chair, person, desk or lectern, name card, microphone."""

import functools
import math

from PIL import Image, ImageDraw

from drivers.sim.brush import Brush, Colour, Point, shade, typeface
from drivers.sim.figures import Figure, look_of, rounded
from drivers.sim.projection import Projection
from drivers.sim.scenery import STANDING_RISE_M, SeatPlan, bearing_deg, wrap_deg

OAK: Colour = (176, 138, 98)
FRONT: Colour = (222, 218, 208)
CHAIR: Colour = (58, 62, 72)
PAPER: Colour = (240, 240, 236)
GREY: Colour = (52, 54, 58)
DESK_M, LECTERN_M = 0.74, 1.12
CLOSE_PX_PER_M = 700
# what straddles the seam behind a camera would span the whole picture
WIDEST_PX = 6000
# words that Dutch surnames begin with
PARTICLES = frozenset({"van", "de", "den", "der", "el", "het", "la", "le", "ten", "ter", "te", "'t"})
Solid = tuple[float, float, float]


class Place:
    """One seat on one picture; distances are metres ahead of the person and to the person's right."""

    def __init__(self, projection: Projection, seat: SeatPlan, number: int, desk_width_m: float) -> None:
        self.seat, self._projection, self._number = seat, projection, number
        self._half_m = 0.34 if seat.standing else desk_width_m / 2
        self._near_m, self._far_m = (0.30, 0.72) if seat.standing else (0.26, 0.88)
        self._top_m = LECTERN_M if seat.standing else DESK_M
        facing = math.radians(seat.facing_deg)
        self._ahead = (math.sin(facing), math.cos(facing))
        camera = projection.camera
        to_camera = bearing_deg(seat.x_m, seat.y_m, camera.x_m, camera.y_m)
        self._turn_deg = wrap_deg(to_camera - seat.facing_deg)
        self.distance_m = math.hypot(seat.x_m - camera.x_m, seat.y_m - camera.y_m)
        self._scale = projection.px_per_m(seat.x_m, seat.y_m)

    def _spot(self, ahead_m: float, right_m: float, z_m: float) -> Point:
        x = self.seat.x_m + ahead_m * self._ahead[0] + right_m * self._ahead[1]
        y = self.seat.y_m + ahead_m * self._ahead[1] - right_m * self._ahead[0]
        return self._projection.point(x, y, z_m)

    @property
    def light(self) -> tuple[Point, float]:
        """Where the microphone's light is on the picture, and its radius there."""
        return self._spot(0.30, 0.10, self._top_m + 0.245), 0.012 * self._scale

    @property
    def outline(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the place on the picture."""
        side_m, high_m = max(self._half_m, 0.32) + 0.06, self.seat.head_m + 0.22
        corners = [self._spot(a, r, z) for a in (-0.25, 0.9) for r in (-side_m, side_m) for z in (0.0, high_m)]
        across, down = [u for u, _ in corners], [v for _, v in corners]
        return min(across), min(down), max(across), max(down)

    def draw(self, picture: Image.Image, *, visited: bool = False) -> bool:
        """Draw the place over what is there already; whether its microphone's light can be seen.

        At a standing place somebody stands only when it is `visited`.
        """
        box = self.outline
        if box[2] - box[0] > WIDEST_PX:
            return False
        # nobody takes a close shot of those who sit right before the camera
        brush = Brush(picture, box, over=2 if self._scale < CLOSE_PX_PER_M else 1)
        if not brush.visible:
            return False
        at, _ = self.light
        on_picture = 1 <= at[0] < picture.width - 1 and 1 <= at[1] < picture.height - 1
        layers = [self._chair, self._person, self._desk, self._things]
        if abs(self._turn_deg) > 90:
            # seen from behind, the desk is farther away than the person
            layers = [self._desk, self._things, self._person, self._chair]
        if not (visited if self.seat.standing else self.seat.person):
            layers.remove(self._person)
        lamp: object = None
        for layer in layers:
            layer(brush)
            if layer == self._things and on_picture:
                lamp = brush.colour_at(at)
        lit = on_picture and brush.colour_at(at) == lamp
        brush.done()
        return lit

    def _chair(self, brush: Brush) -> None:
        if self.seat.standing:
            return
        outline = rounded(
            [
                (-0.24, 0.40),
                (-0.27, 0.75),
                (-0.24, 1.0),
                (-0.10, 1.02),
                (0.10, 1.02),
                (0.24, 1.0),
                (0.27, 0.75),
                (0.24, 0.40),
            ]
        )
        brush.polygon([self._spot(-0.20, right, z) for right, z in outline], shade(CHAIR, 0.8))
        brush.polygon([self._spot(-0.17, right * 0.92, z - 0.015) for right, z in outline], CHAIR)

    def _person(self, brush: Brush) -> None:
        axis = self._spot(0.0, 0.0, 0.0)
        rise = STANDING_RISE_M if self.seat.standing else 0.0

        def at(x_m: float, z_m: float) -> Point:
            return axis[0] + x_m * self._scale, axis[1] - z_m * self._scale

        look = look_of(self._number, first_name(self.seat.card))
        figure = Figure(brush, at, self._scale, self.seat.head_m, self._turn_deg, look)
        if self.seat.standing:
            legs = [(-0.17, 0.0), (0.17, 0.0), (0.2, 0.5 + rise), (-0.2, 0.5 + rise)]
            brush.polygon([at(x, z) for x, z in legs], shade(look.cloth, 0.6))
        figure.draw()

    def _box(
        self, brush: Brush, near_m: float, far_m: float, half_m: float, low_m: float, high_m: float, colour: Colour
    ) -> None:
        """The sides of an upright box that face the camera, then its top."""
        sides = (
            ((far_m, -half_m), (far_m, half_m), 0, 1.0),
            ((near_m, -half_m), (near_m, half_m), 180, 0.70),
            ((near_m, half_m), (far_m, half_m), 90, 0.86),
            ((near_m, -half_m), (far_m, -half_m), -90, 0.86),
        )
        for (a0, r0), (a1, r1), normal_deg, tone in sides:
            if self._faces_us((a0 + a1) / 2, (r0 + r1) / 2, normal_deg):
                corners = ((a0, r0, low_m), (a1, r1, low_m), (a1, r1, high_m), (a0, r0, high_m))
                brush.polygon([self._spot(*corner) for corner in corners], shade(colour, tone))

    def _faces_us(self, ahead_m: float, right_m: float, normal_deg: float) -> bool:
        x = self.seat.x_m + ahead_m * self._ahead[0] + right_m * self._ahead[1]
        y = self.seat.y_m + ahead_m * self._ahead[1] - right_m * self._ahead[0]
        camera = self._projection.camera
        toward = bearing_deg(x, y, camera.x_m, camera.y_m)
        return abs(wrap_deg(toward - self.seat.facing_deg - normal_deg)) < 90

    def _desk(self, brush: Brush) -> None:
        near, far, half, top = self._near_m, self._far_m, self._half_m, self._top_m
        if self.seat.standing:
            self._box(brush, near + 0.08, far - 0.08, half - 0.1, 0.0, top - 0.04, FRONT)
        else:
            self._box(brush, near + 0.25, far - 0.04, half, 0.0, top - 0.04, FRONT)
        self._box(brush, near, far, half, top - 0.04, top, shade(OAK, 0.8))
        slab = ((near, -half), (near, half), (far, half), (far, -half))
        brush.polygon([self._spot(a, r, top) for a, r in slab], OAK)

    def _things(self, brush: Brush) -> None:
        top = self._top_m
        if not self.seat.standing:
            sheet = ((0.34, -0.30), (0.34, -0.09), (0.62, -0.06), (0.62, -0.27))
            brush.polygon([self._spot(a, r, top + 0.003) for a, r in sheet], PAPER)
            if self.seat.person:
                self._arms(brush)
        self._card(brush)
        self._microphone(brush)

    def _arms(self, brush: Brush) -> None:
        look = look_of(self._number, first_name(self.seat.card))
        for side in (-1, 1):
            elbow, hand = self._spot(0.16, side * 0.22, DESK_M + 0.05), self._spot(0.44, side * 0.07, DESK_M + 0.035)
            brush.line([elbow, hand], 0.085 * self._scale, shade(look.cloth, 0.90))
            brush.ellipse(hand, 0.046 * self._scale, 0.034 * self._scale, shade(look.skin, 0.95))

    def _card(self, brush: Brush) -> None:
        """A tent card at the front of the desk; its front shows the name, its back the paper."""
        if not self.seat.card:
            return
        ahead, top = self._far_m - 0.05, self._top_m
        middle, half = (0.0, 0.22) if self.seat.standing else (-0.13, 0.18)
        foot, head = ahead, ahead - 0.035
        if self._faces_us(ahead, middle, 0):
            corners = (
                (head, middle + half, top + 0.125),
                (head, middle - half, top + 0.125),
                (foot, middle + half, top),
            )
            brush.sign([self._spot(*corner) for corner in corners], card_face(self.seat.card))
            return
        back = (
            (head, middle + half, top + 0.125),
            (head, middle - half, top + 0.125),
            (head - 0.035, middle - half, top),
            (head - 0.035, middle + half, top),
        )
        brush.polygon([self._spot(*corner) for corner in back], shade(PAPER, 0.9))

    def _microphone(self, brush: Brush) -> None:
        top = self._top_m
        foot = [
            self._spot(0.46 + a, 0.20 + r, top + 0.01)
            for a, r in ((-0.04, -0.05), (-0.04, 0.05), (0.04, 0.05), (0.04, -0.05))
        ]
        brush.polygon(foot, GREY)
        neck: list[Solid] = [
            (0.47, 0.20, top),
            (0.46, 0.19, top + 0.12),
            (0.40, 0.15, top + 0.20),
            (0.30, 0.10, top + 0.245),
        ]
        brush.line([self._spot(*part) for part in neck], max(0.010 * self._scale, 0.6), GREY)
        brush.line(
            [self._spot(0.30, 0.10, top + 0.245), self._spot(0.24, 0.07, top + 0.265)],
            max(0.022 * self._scale, 0.8),
            shade(GREY, 0.7),
        )


@functools.lru_cache(maxsize=256)
def card_face(text: str) -> Image.Image:
    """The front of a name card, large enough for a close shot."""
    card = Image.new("RGB", (400, 125), (246, 245, 240))
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, 10, 125), fill=(54, 84, 128))
    first = first_name(text)
    if first:
        # people are called by their surnames
        pen.text((205, 30), first, font=typeface(34, 500), fill=(70, 76, 90), anchor="mm")
        text = text[len(first) + 1 :]
    size = 62
    while size > 20 and pen.textlength(text, font=typeface(size, 650)) > 370:
        size -= 3
    pen.text((205, 78 if first else 62), text, font=typeface(size, 650), fill=(30, 34, 44), anchor="mm")
    return card


def first_name(text: str) -> str:
    """The first name on a card, or nothing where it has a surname or a function alone."""
    first, _, rest = text.partition(" ")
    return first if rest and first.lower() not in PARTICLES else ""
