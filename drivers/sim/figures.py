"""People of the invented hall: who looks how, and drawing one from any side."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.sim.brush import Brush, Colour, Point, shade

SKINS: tuple[Colour, ...] = (
    (236, 196, 170), (224, 178, 148), (242, 208, 186), (141, 95, 68), (200, 150, 115), (230, 188, 164), (102, 68, 50),
    (214, 168, 136),
)  # fmt: skip
HAIRS: tuple[Colour, ...] = (
    (74, 52, 38), (150, 146, 142), (38, 30, 28), (176, 138, 84), (110, 74, 46), (206, 202, 196), (92, 52, 34),
)  # fmt: skip
DARK_HAIRS: tuple[Colour, ...] = ((38, 30, 28), (58, 44, 38), (120, 116, 114))
CLOTHS: tuple[Colour, ...] = (
    (44, 54, 78), (86, 90, 96), (120, 52, 60), (52, 82, 84), (38, 40, 46), (150, 128, 104), (74, 92, 122), (98, 76, 108),
    (64, 92, 70), (176, 164, 148), (58, 64, 90),
)  # fmt: skip
ACCENTS: tuple[Colour, ...] = ((122, 40, 46), (52, 84, 130), (70, 104, 88), (128, 108, 60), (92, 72, 116))
MENS_CUTS = ("short", "parted", "bald", "short", "curly")
WOMENS_CUTS = ("long", "bob", "bun", "long", "curly")
MENS_OUTFITS = ("suit", "suit", "jumper", "jacket")
WOMENS_OUTFITS = ("blazer", "blouse", "jacket", "scarf")
# First names of invented people that do not end like most women's names do.
WOMEN = frozenset({"noor", "gülay", "mei-lin", "anne-fleur", "carmen", "fleur", "marjan", "ingrid", "karin", "els"})


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody looks like; one of a few hundred combinations."""

    skin: Colour
    hair: Colour
    cloth: Colour
    accent: Colour
    haircut: str
    outfit: str
    glasses: bool
    beard: bool


def look_of(number: int, first_name: str = "") -> Look:
    """The looks of the nth person; neighbours in number differ in nearly everything.

    Args:
        number: any; the same one looks the same from every camera.
        first_name: an invented Marianne gets no beard; without it men and women alternate.
    """
    skin = SKINS[number * 3 % len(SKINS)]
    hairs = HAIRS if sum(skin) > 400 else DARK_HAIRS
    first = first_name.lower()
    woman = first in WOMEN or first.endswith(("a", "e")) if first else number % 2 == 1
    cuts, outfits = (WOMENS_CUTS, WOMENS_OUTFITS) if woman else (MENS_CUTS, MENS_OUTFITS)
    return Look(
        skin=skin,
        hair=hairs[number * 5 % len(hairs)],
        cloth=CLOTHS[number * 4 % len(CLOTHS)],
        accent=ACCENTS[number * 2 % len(ACCENTS)],
        haircut=cuts[number * 3 % len(cuts)],
        outfit=outfits[number * 3 % len(outfits)],
        glasses=number % 3 == 1,
        beard=not woman and number % 5 in {0, 3},
    )


def rounded(points: Iterable[Point], closed: bool = True) -> list[Point]:
    """Corners cut twice (Chaikin), which makes a polygon look like cloth and not like card."""
    corners = list(points)
    for _ in range(2):
        pairs = list(zip(corners, corners[1:] + corners[:1], strict=True))[: None if closed else -1]
        corners = [(a[0] * p + b[0] * (1 - p), a[1] * p + b[1] * (1 - p)) for a, b in pairs for p in (0.75, 0.25)]
    return corners


def _arc(cx: float, cz: float, rx: float, rz: float, start_deg: float, end_deg: float) -> list[Point]:
    """Points of an ellipse; 0 is right, 90 up."""
    steps = 16
    angles = (math.radians(start_deg + (end_deg - start_deg) * step / steps) for step in range(steps + 1))
    return [(cx + rx * math.cos(angle), cz + rz * math.sin(angle)) for angle in angles]


class Figure:
    """One person on a picture.

    `at(x, z)` gives the picture point of x metres to the right of the body's axis at height z; `scale` is pixels per
    metre there. `turn_deg` is where the body looks as the picture shows it: 0 at us, 90 to the right, 180 away.
    """

    def __init__(
        self,
        brush: Brush,
        at: Callable[[float, float], Point],
        scale: float,
        head_m: float,
        turn_deg: float,
        look: Look,
    ) -> None:
        self._brush, self._at, self._scale, self._head_m, self._look = brush, at, scale, head_m, look
        self._turn = math.radians(turn_deg)
        head_deg = turn_deg * 0.6 if abs(turn_deg) < 100 else turn_deg
        self._head_turn = math.radians(head_deg)
        self._front = math.cos(self._head_turn) > -0.15
        self._mid = 0.012 * math.sin(self._head_turn)

    def draw(self) -> None:
        """Chair excepted, the whole person from the desk up."""
        self._hair_behind()
        self._torso()
        self._neck()
        self._clothes()
        self._head()

    def _fill(self, points: Iterable[Point], fill: Colour) -> None:
        """A shape in metres beside the axis and above the middle of the head."""
        self._brush.polygon([self._at(x, self._head_m + z) for x, z in points], fill)

    def _oval(self, x: float, z: float, rx: float, rz: float, fill: Colour) -> None:
        self._brush.ellipse(self._at(x, self._head_m + z), rx * self._scale, rz * self._scale, fill)

    def _stroke(self, points: Iterable[Point], width_m: float, fill: Colour, ends: bool = True) -> None:
        self._brush.line([self._at(x, self._head_m + z) for x, z in points], width_m * self._scale, fill, ends=ends)

    def _half_shoulders(self) -> float:
        return 0.195 * abs(math.cos(self._turn)) + 0.14 * abs(math.sin(self._turn))

    def _torso(self) -> None:
        half = self._half_shoulders()
        right = [(0.05, -0.135), (0.10, -0.165), (half - 0.02, -0.205), (half + 0.025, -0.30), (half + 0.045, -0.48)]
        right += [(half + 0.03, -0.80)]
        outline = rounded(right + [(-x, z) for x, z in reversed(right)])
        cloth = self._look.cloth
        self._fill(outline, cloth)
        inside, pen = self._brush.mask()
        pen.polygon([self._brush.to_local(self._at(x, self._head_m + z)) for x, z in outline], fill=255)
        glow = self._brush.glow
        size = self._scale
        glow(self._at(-half * 0.45, self._head_m - 0.26), 0.14 * size, 0.10 * size, shade(cloth, 1.35), 0.5, inside)
        glow(self._at(half * 0.95, self._head_m - 0.45), 0.11 * size, 0.34 * size, shade(cloth, 0.55), 0.6, inside)
        glow(self._at(0, self._head_m - 0.72), 0.34 * size, 0.16 * size, shade(cloth, 0.5), 0.6, inside)
        for side in (-1, 1):
            crease = [(side * (half - 0.045), -0.34), (side * (half - 0.05), -0.46), (side * (half - 0.03), -0.60)]
            self._stroke(crease, 0.007, shade(cloth, 0.72))

    def _neck(self) -> None:
        x = self._mid * 0.5
        dark = shade(self._look.skin, 0.80)
        self._fill(rounded([(x - 0.052, -0.05), (x + 0.052, -0.05), (x + 0.060, -0.165), (x - 0.060, -0.165)]), dark)

    def _clothes(self) -> None:
        """Collar, tie, neckline; nothing of it shows from behind."""
        across = math.cos(self._turn)
        cloth, accent = self._look.cloth, self._look.accent
        if across < 0.15:
            self._fill(
                rounded([(-0.075, -0.135), (0.075, -0.135), (0.085, -0.175), (-0.085, -0.175)]), shade(cloth, 0.85)
            )
            return
        x = 0.09 * math.sin(self._turn)
        half = 0.062 * across + 0.02
        white = (232, 233, 236)
        opening = [(x - half, -0.13), (x - half * 0.2, -0.155), (x + half * 0.2, -0.155), (x + half, -0.13), (x, -0.47)]
        match self._look.outfit:
            case "suit" | "blazer" | "jacket":
                self._fill(opening, white if self._look.outfit != "jacket" else shade(accent, 1.5))
                self._fill([(x - half, -0.13), (x - half * 0.1, -0.165), (x - half * 0.7, -0.215)], shade(white, 0.94))
                self._fill([(x + half, -0.13), (x + half * 0.1, -0.165), (x + half * 0.7, -0.215)], shade(white, 0.94))
                if self._look.outfit == "suit":
                    tie = [
                        (x - 0.017, -0.165),
                        (x + 0.017, -0.165),
                        (x + 0.024, -0.40),
                        (x, -0.455),
                        (x - 0.024, -0.40),
                    ]
                    self._fill(tie, accent)
                for side in (-1, 1):
                    edge = x + side * half
                    lapel = [(edge, -0.13), (edge + side * 0.035, -0.20), (edge + side * 0.02, -0.28), (x, -0.47)]
                    self._fill(lapel, shade(cloth, 0.83))
            case "jumper":
                self._fill([(x - half, -0.13), (x, -0.19), (x + half, -0.13), (x + half * 0.5, -0.12)], white)
                self._stroke([(x - half, -0.135), (x, -0.20), (x + half, -0.135)], 0.014, shade(cloth, 0.8))
            case "blouse":
                self._fill([(x - half, -0.13), (x, -0.27), (x + half, -0.13)], shade(self._look.skin, 0.93))
                self._stroke([(x - half, -0.13), (x, -0.275), (x + half, -0.13)], 0.010, shade(cloth, 1.25))
            case _:
                self._fill(
                    rounded([(x - 0.10, -0.115), (x + 0.10, -0.115), (x + 0.075, -0.20), (x - 0.06, -0.215)]), accent
                )
                self._fill(
                    rounded([(x - 0.02, -0.18), (x + 0.05, -0.18), (x + 0.075, -0.42), (x + 0.01, -0.40)]),
                    shade(accent, 0.88),
                )

    def _hair_behind(self) -> None:
        """What hangs down behind the shoulders or stands out around the head."""
        hair, back = self._look.hair, -0.02 * math.sin(self._head_turn)
        match self._look.haircut:
            case "long":
                self._fill(
                    rounded([(back - 0.11, 0.06), (back + 0.11, 0.06), (back + 0.125, -0.24), (back - 0.125, -0.24)]),
                    hair,
                )
            case "bob":
                self._fill(
                    rounded([(back - 0.11, 0.08), (back + 0.11, 0.08), (back + 0.122, -0.12), (back - 0.122, -0.12)]),
                    hair,
                )
            case "curly":
                for angle in range(-20, 201, 22):
                    x, z = 0.092 * math.cos(math.radians(angle)), 0.03 + 0.10 * math.sin(math.radians(angle))
                    self._oval(back + x, z, 0.040, 0.040, hair)
            case "bun":
                self._oval(back * 3, 0.135, 0.045, 0.040, shade(hair, 0.9))

    def _head(self) -> None:
        skin, hair = self._look.skin, self._look.hair
        turn, mid = self._head_turn, self._mid
        half = math.hypot(0.083 * math.cos(turn), 0.096 * math.sin(turn))
        crown = _arc(0, 0.022, half + 0.008, 0.112, 0, 180)
        if not self._front:
            self._back_of_head(half, crown)
            return
        for side in (-90, 90):
            seen = math.cos(math.radians(side) + turn)
            if seen > -0.35 and self._look.haircut not in {"long", "bob"}:
                self._oval(half * math.sin(math.radians(side) + turn) * 0.99, -0.012, 0.015, 0.030, shade(skin, 0.88))
        if self._look.haircut != "bald":
            self._fill(rounded([*crown, (-half - 0.004, -0.02), (half + 0.004, -0.02)]), hair)
        face = rounded(
            [(mid + x * half, z) for x, z in ((-0.93, 0.07), (-0.99, 0.0), (-0.92, -0.055), (-0.5, -0.118), (0, -0.128),
             (0.5, -0.118), (0.92, -0.055), (0.99, 0.0), (0.93, 0.07), (0.5, 0.118), (-0.5, 0.118))]
        )  # fmt: skip
        self._fill(face, skin)
        inside, pen = self._brush.mask()
        pen.polygon([self._brush.to_local(self._at(x, self._head_m + z)) for x, z in face], fill=255)
        glow, size = self._brush.glow, self._scale
        glow(
            self._at(mid + half * 0.85, self._head_m - 0.02), 0.045 * size, 0.14 * size, shade(skin, 0.72), 0.55, inside
        )
        glow(
            self._at(mid - half * 0.35, self._head_m + 0.05), 0.045 * size, 0.05 * size, shade(skin, 1.12), 0.6, inside
        )
        glow(self._at(mid, self._head_m - 0.13), 0.07 * size, 0.025 * size, shade(skin, 0.70), 0.5, inside)
        for side in (-1, 1):
            cheek = (mid + half * math.sin(turn + side * 0.6), self._head_m - 0.035)
            glow(self._at(*cheek), 0.022 * size, 0.018 * size, (206, 112, 100), 0.22, inside)
        self._face(half)
        self._fringe(half, mid)

    def _back_of_head(self, half: float, crown: list[Point]) -> None:
        skin, hair = self._look.skin, self._look.hair
        bald = self._look.haircut == "bald"
        nape = [(-half, -0.05), (-half * 0.7, -0.115), (half * 0.7, -0.115), (half, -0.05)]
        self._fill(rounded([*crown, *nape]), hair)
        if bald:
            self._fill(rounded([*crown, (-half * 0.9, 0.02), (0, -0.005), (half * 0.9, 0.02)]), skin)
        for side in (-1, 1):
            self._oval(side * half, -0.015, 0.012, 0.028, shade(skin, 0.85))
        inside, pen = self._brush.mask()
        pen.polygon([self._brush.to_local(self._at(x, self._head_m + z)) for x, z in crown], fill=255)
        size = self._scale
        self._brush.glow(
            self._at(-0.03, self._head_m + 0.07), 0.05 * size, 0.04 * size, shade(hair, 1.35), 0.45, inside
        )

    def _fringe(self, half: float, mid: float) -> None:
        """Hair over the forehead."""
        hair = self._look.hair
        low = 0.072
        match self._look.haircut:
            case "bald":
                return
            case "parted" | "bob":
                part = mid - half * 0.35
                self._fill(
                    rounded(
                        [
                            *_arc(0, 0.022, half + 0.006, 0.112, 10, 170),
                            (mid - half, 0.03),
                            (part, 0.10),
                            (mid + half * 0.9, 0.035),
                        ]
                    ),
                    hair,
                )
            case "long":
                self._fill(
                    rounded(
                        [
                            *_arc(0, 0.022, half + 0.010, 0.114, 0, 180),
                            (-half - 0.02, -0.10),
                            (mid - half * 0.8, 0.03),
                            (mid, 0.095),
                            (mid + half * 0.8, 0.03),
                            (half + 0.02, -0.10),
                        ]
                    ),
                    hair,
                )
            case _:
                self._fill(
                    rounded(
                        [
                            *_arc(0, 0.022, half + 0.004, 0.110, 12, 168),
                            (mid - half * 0.95, 0.045),
                            (mid - half * 0.6, low),
                            (mid + half * 0.6, low + 0.012),
                            (mid + half * 0.95, 0.045),
                        ]
                    ),
                    hair,
                )
        size = self._scale
        inside, pen = self._brush.mask()
        cap = _arc(0, 0.022, half, 0.108, 20, 160)
        pen.polygon([self._brush.to_local(self._at(x, self._head_m + z)) for x, z in cap], fill=255)
        self._brush.glow(
            self._at(-half * 0.4, self._head_m + 0.105), 0.04 * size, 0.022 * size, shade(hair, 1.4), 0.4, inside
        )

    def _face(self, half: float) -> None:
        skin, turn, mid = self._look.skin, self._head_turn, self._mid

        def x_of(side_rad: float) -> float:
            return mid + half * 0.92 * math.sin(turn + side_rad)

        dark = shade(self._look.hair, 0.75) if sum(self._look.hair) < 400 else (120, 112, 104)
        if self._look.beard:
            x = x_of(0) * 0.8
            self._fill(
                rounded(
                    [
                        (x - half * 0.8, -0.05),
                        (x - half * 0.55, -0.115),
                        (x, -0.132),
                        (x + half * 0.55, -0.115),
                        (x + half * 0.8, -0.05),
                        (x + half * 0.4, -0.062),
                        (x - half * 0.4, -0.062),
                    ]
                ),
                dark,
            )
        for side in (-0.42, 0.42):
            wide = math.cos(turn + side)
            if wide < 0.15:
                continue
            x = x_of(side)
            self._oval(x, 0.003, 0.0140 * wide, 0.0062, (238, 234, 230))
            self._oval(x + 0.004 * math.sin(turn), 0.004, 0.0066 * min(wide * 1.2, 1), 0.0066, (52, 40, 36))
            self._stroke([(x - 0.016 * wide, 0.010), (x, 0.0135), (x + 0.016 * wide, 0.010)], 0.0035, shade(skin, 0.55))
            self._stroke([(x - 0.021 * wide, 0.028), (x, 0.034), (x + 0.021 * wide, 0.029)], 0.0065, dark)
        tip = x_of(0) + 0.016 * math.sin(turn)
        bridge = x_of(0)
        self._stroke([(bridge, 0.0), (tip + 0.009, -0.034), (tip - 0.004, -0.040)], 0.005, shade(skin, 0.80))
        wide = max(math.cos(turn), 0.25)
        self._stroke(
            [(x_of(0) - 0.024 * wide, -0.071), (x_of(0), -0.074), (x_of(0) + 0.024 * wide, -0.070)],
            0.0065,
            (158, 86, 80) if not self._look.beard else (140, 84, 78),
        )
        self._stroke([(x_of(0) - 0.012 * wide, -0.083), (x_of(0) + 0.012 * wide, -0.083)], 0.004, shade(skin, 0.84))
        if self._look.glasses:
            frame = (48, 46, 50)
            for side in (-0.42, 0.42):
                wide = math.cos(turn + side)
                if wide > 0.2:
                    ring = _arc(x_of(side), 0.002, 0.026 * wide, 0.021, 0, 360)
                    self._stroke(ring, 0.0034, frame, ends=False)
            self._stroke([(x_of(-0.12), 0.006), (x_of(0.12), 0.006)], 0.0038, frame)
