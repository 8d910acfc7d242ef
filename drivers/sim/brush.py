"""Drawing with smooth edges on a part of a picture, in the picture's own fractional pixels."""

import functools
from collections.abc import Sequence
from importlib import resources

from PIL import Image, ImageDraw, ImageFilter, ImageFont

Point = tuple[float, float]
Colour = tuple[int, int, int]


@functools.lru_cache(maxsize=64)
def typeface(size_px: int, weight: int = 600) -> ImageFont.FreeTypeFont:
    """The house letter at a size in pixels; weight 200 to 900."""
    name = str(resources.files("fontpkg_source_sans_3") / "files" / "SourceSans3[wght].ttf")
    face = ImageFont.truetype(name, size_px)
    face.set_variation_by_axes([weight])
    return face


def shade(colour: Colour, factor: float) -> Colour:
    """Darker below 1, lighter above."""
    red, green, blue = (min(max(round(part * factor), 0), 255) for part in colour)
    return red, green, blue


class Brush:
    """Draws on a box of `picture` at `over` times its scale; `done()` puts the result back, edges smoothed."""

    def __init__(self, picture: Image.Image, box: tuple[float, float, float, float], over: int = 2) -> None:
        self._over = over
        left, top = max(int(box[0]), 0), max(int(box[1]), 0)
        right, bottom = min(int(box[2]) + 1, picture.width), min(int(box[3]) + 1, picture.height)
        self.visible = right - left > 1 and bottom - top > 1
        self._picture, self._origin = picture, (left, top)
        if self.visible:
            part = picture.crop((left, top, right, bottom))
            self.image = part.resize((part.width * over, part.height * over), Image.Resampling.NEAREST)
            self._draw = ImageDraw.Draw(self.image)

    def done(self) -> None:
        """Put the drawn part back into the picture."""
        self._picture.paste(self.image.reduce(self._over) if self._over > 1 else self.image, self._origin)

    def to_local(self, point: Point) -> Point:
        """Where a point of the picture lies in `image`."""
        return (point[0] - self._origin[0]) * self._over, (point[1] - self._origin[1]) * self._over

    def colour_at(self, point: Point) -> object:
        """The colour drawn at a point of the picture."""
        x, y = self.to_local(point)
        return self.image.getpixel((int(x), int(y)))

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        """Fill a closed shape."""
        self._draw.polygon([self.to_local(point) for point in points], fill=fill)

    def ellipse(self, centre: Point, rx: float, ry: float, fill: Colour) -> None:
        """Fill an upright ellipse."""
        x, y = self.to_local(centre)
        self._draw.ellipse(
            (x - rx * self._over, y - ry * self._over, x + rx * self._over, y + ry * self._over), fill=fill
        )

    def line(self, points: Sequence[Point], width: float, fill: Colour, *, ends: bool = True) -> None:
        """A line with round joints, and round ends unless told otherwise."""
        local = [self.to_local(point) for point in points]
        wide = max(width * self._over, 1.0)
        self._draw.line(local, fill=fill, width=max(round(wide), 1), joint="curve")
        if wide >= 3 and ends:
            for x, y in local:
                self._draw.ellipse((x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2), fill=fill)

    def glow(
        self, centre: Point, rx: float, ry: float, fill: Colour, opacity: float, inside: Image.Image | None
    ) -> None:
        """A soft patch of colour, kept within the mask `inside` (as `mask()` returns it) where one is given."""
        x, y = self.to_local(centre)
        rx, ry = rx * self._over, ry * self._over
        box = (int(x - 1.6 * rx), int(y - 1.6 * ry), int(x + 1.6 * rx) + 1, int(y + 1.6 * ry) + 1)
        # blurring at a quarter of the size looks the same and costs a sixteenth
        size = (max((box[2] - box[0]) // 4, 2), max((box[3] - box[1]) // 4, 2))
        patch = Image.new("L", size, 0)
        edge_x, edge_y = size[0] * 0.19, size[1] * 0.19
        ImageDraw.Draw(patch).ellipse((edge_x, edge_y, size[0] - edge_x, size[1] - edge_y), fill=round(255 * opacity))
        patch = patch.filter(ImageFilter.GaussianBlur(max(min(size) * 0.12, 0.5)))
        patch = patch.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR)
        if inside is not None:
            limit = inside.crop(box)
            patch = Image.composite(patch, Image.new("L", patch.size, 0), limit)
        self.image.paste(fill, box, patch)

    def mask(self) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        """An empty mask as large as the drawing, and a pen for it; draw white where `glow` may act."""
        mask = Image.new("L", self.image.size, 0)
        return mask, ImageDraw.Draw(mask)

    def sign(self, corners: Sequence[Point], label: Image.Image) -> None:
        """Put a flat picture on the parallelogram top left, top right, bottom left."""
        (x0, y0), (x1, y1), (x2, y2) = (self.to_local(point) for point in corners)
        across, down = (x1 - x0, y1 - y0), (x2 - x0, y2 - y0)
        area = across[0] * down[1] - across[1] * down[0]
        if abs(area) < 4:
            return
        a, b = label.width * down[1] / area, -label.width * down[0] / area
        d, e = -label.height * across[1] / area, label.height * across[0] / area
        left, top = int(min(x0, x1, x2, x1 + down[0])), int(min(y0, y1, y2, y1 + down[1]))
        right, bottom = int(max(x0, x1, x2, x1 + down[0])) + 2, int(max(y0, y1, y2, y1 + down[1])) + 2
        if right <= 0 or bottom <= 0 or left >= self.image.width or top >= self.image.height:
            return
        size = (right - left, bottom - top)
        data = (a, b, a * (left - x0) + b * (top - y0), d, e, d * (left - x0) + e * (top - y0))
        # a far card is many times smaller than its drawing: shrink first, or letters break up
        over = max(int(min(label.width / max(abs(across[0]), 1), label.height / max(abs(down[1]), 1))), 1)
        if over > 1:
            label = label.reduce(over)
            data = (data[0] / over, data[1] / over, data[2] / over, data[3] / over, data[4] / over, data[5] / over)
        warped = label.convert("RGBA").transform(
            size, Image.Transform.AFFINE, data, Image.Resampling.BICUBIC, fillcolor=(0, 0, 0, 0)
        )
        self.image.paste(warped.convert("RGB"), (left, top), warped.getchannel("A"))
