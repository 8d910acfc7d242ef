"""Name bars and slates, drawn once with Pillow for both mixers and for the stream's own slates.

Planes are BT.709, limited range, 4:2:0; the PNG forms of the same pictures are for OBS. Text comes from outside and
is bounded and stripped of control characters before it is drawn. Text on its ground has a contrast above 12:1.
"""

import io
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Plane = npt.NDArray[np.uint8]
Wide = npt.NDArray[np.uint16]

TEXT_CHARS = 120
OPAQUE = 256

_GROUND = (16, 27, 41)
_ACCENT = (232, 163, 61)
_TEXT = (255, 255, 255)
_SOFT = (202, 212, 224)
_BAR_ALPHA = 240
_TO_YUV = (
    0.18258588, 0.61423059, 0.06200706, 16.0,
    -0.10064373, -0.33857195, 0.43921569, 128.0,
    0.43921569, -0.39894216, -0.04027352, 128.0,
)  # fmt: skip
_drawing = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Bar:
    """A name bar and where it lies; all four numbers are even.

    Planes are premultiplied: `y`, `u`, `v` hold value x alpha, alpha 0..256, chroma planes and `alpha_half` at half size.
    Over a frame: `(frame * (256 - alpha) + plane + 128) >> 8`, which never exceeds 16 bits.
    """

    left: int
    top: int
    width: int
    height: int
    y: Wide
    u: Wide
    v: Wide
    alpha: Wide
    alpha_half: Wide


def clean(text: str, limit: int = TEXT_CHARS) -> str:
    """One line of text fit for the screen: composed, no control or direction marks, at most `limit` characters."""
    composed = unicodedata.normalize("NFC", text[: 4 * limit])
    spaced = "".join(" " if unicodedata.category(c)[0] == "Z" or c in "\t\r\n" else c for c in composed)
    kept = "".join(c for c in spaced if unicodedata.category(c)[0] != "C")
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def name_bar(name: str, detail: str, width: int, height: int) -> Bar:
    """The name bar for a frame of that size, inside the title-safe area; takes some 15 ms, so never on a clock.

    Raises:
        ValueError: nothing is left of the text, or the size is odd.
    """
    _even(width, height)
    image, left, top = _draw_bar(clean(name), clean(detail), width, height)
    rgb = np.asarray(image)[:, :, :3]
    alpha = np.asarray(image)[:, :, 3].astype(np.uint16)
    alpha += alpha // 255
    half = _halved(alpha)
    planes = _planes(Image.fromarray(np.ascontiguousarray(rgb)))
    y, u, v = (plane.astype(np.uint16) * a for plane, a in zip(planes, (alpha, half, half), strict=True))
    return Bar(left, top, image.width, image.height, y, u, v, alpha, half)


def name_bar_png(name: str, detail: str, width: int, height: int) -> bytes:
    """The same bar as a transparent PNG of the whole frame. Raises ValueError as `name_bar`."""
    _even(width, height)
    image, left, top = _draw_bar(clean(name), clean(detail), width, height)
    whole = Image.new("RGBA", (width, height))
    whole.paste(image, (left, top))
    return _png(whole)


@lru_cache(maxsize=12)
def slate(title: str, line: str, width: int, height: int, organisation: str = "") -> bytes:
    """A whole frame, I420 without padding, `width * height * 3 // 2` bytes; the newest twelve are remembered.

    Raises:
        ValueError: the size is odd.
    """
    _even(width, height)
    planes = _planes(_draw_slate(clean(title), clean(line), width, height, clean(organisation)))
    return b"".join(plane.tobytes() for plane in planes)


def slate_png(title: str, line: str, width: int, height: int, organisation: str = "") -> bytes:
    """The same slate as a PNG. Raises ValueError as `slate`."""
    _even(width, height)
    return _png(_draw_slate(clean(title), clean(line), width, height, clean(organisation)))


def _even(width: int, height: int) -> None:
    if width % 2 or height % 2 or width < 160 or height < 90:
        raise ValueError(f"frame size must be even and at least 160x90: {width}x{height}")


def _draw_bar(name: str, detail: str, width: int, height: int) -> tuple[Image.Image, int, int]:
    if not name:
        name, detail = detail, ""
    if not name:
        raise ValueError("a name bar needs a name")
    unit = height / 540
    left, bottom = _to_even(width * 0.05), _to_even(height * 0.92)
    strip, pad_x, pad_y = round(7 * unit), round(18 * unit), round(9 * unit)
    room = width - 2 * left - strip - 2 * pad_x
    with _drawing:
        name_font, name = _fit(name, room, round(34 * unit), round(24 * unit), 600)
        detail_font, detail = _fit(detail, room, round(24 * unit), round(18 * unit), 400)
        text_width = max(name_font.getlength(name), detail_font.getlength(detail))
        name_height, detail_height = round(41 * unit), round(30 * unit) if detail else 0
        bar_width = _to_even(strip + 2 * pad_x + max(text_width, 150 * unit))
        bar_height = _to_even(2 * pad_y + name_height + detail_height)
        image = Image.new("RGBA", (bar_width, bar_height), (*_GROUND, _BAR_ALPHA))
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 0, strip - 1, bar_height), (*_ACCENT, 255))
        at = strip + pad_x
        draw.text((at, pad_y + round(name_height * 0.77)), name, (*_TEXT, 255), name_font, anchor="ls")
        if detail:
            base = pad_y + name_height + round(detail_height * 0.75)
            draw.text((at, base), detail, (*_SOFT, 255), detail_font, anchor="ls")
    return image, left, bottom - bar_height


def _draw_slate(title: str, line: str, width: int, height: int, organisation: str) -> Image.Image:
    unit = min(height / 540, width / 960)
    left, room = round(width * 0.1), round(width * 0.8)
    with _drawing:
        image = Image.new("RGB", (width, height), _GROUND)
        draw = ImageDraw.Draw(image)
        title_font, titles = _wrap(title, room, round(58 * unit), round(38 * unit), 600)
        line_font, lines = _wrap(line, room, round(30 * unit), round(24 * unit), 400)
        step, small = round(title_font.size * 1.15), round(line_font.size * 1.3)
        gap = round(26 * unit)
        top = (height - len(titles) * step - gap - len(lines) * small) // 2
        draw.rectangle((left, top - round(30 * unit), left + round(72 * unit), top - round(25 * unit)), _ACCENT)
        for row, text in enumerate(titles):
            draw.text((left, top + row * step + round(step * 0.8)), text, _TEXT, title_font, anchor="ls")
        top += len(titles) * step + gap
        for row, text in enumerate(lines):
            draw.text((left, top + row * small + round(small * 0.75)), text, _SOFT, line_font, anchor="ls")
        if organisation:
            font, organisation = _fit(organisation, room, round(24 * unit), round(18 * unit), 600)
            draw.text((left, round(height * 0.12)), organisation, _SOFT, font, anchor="ls")
    return image


def _fit(text: str, room: float, size: int, smallest: int, weight: int) -> tuple[ImageFont.FreeTypeFont, str]:
    """The largest font in which the text fits on one line; at the smallest it ends in an ellipsis."""
    for points in range(size, smallest - 1, -1):
        font = _font(points, weight)
        if font.getlength(text) <= room:
            return font, text
    font = _font(smallest, weight)
    while text and font.getlength(text + "…") > room:
        text = text[:-1].rstrip()
    return font, text + "…"


def _wrap(text: str, room: float, size: int, smallest: int, weight: int) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The text on one line when that fits, else on two lines between words, else shortened."""
    font = _font(size, weight)
    if font.getlength(text) <= room:
        return font, [text] if text else []
    for points in range(size, smallest - 1, -2):
        font, words = _font(points, weight), text.split()
        first = next((n for n in range(len(words), 0, -1) if font.getlength(" ".join(words[:n])) <= room), 0)
        if first and font.getlength(" ".join(words[first:])) <= room:
            return font, [part for part in (" ".join(words[:first]), " ".join(words[first:])) if part]
    words = text.split()
    first = next((n for n in range(len(words), 0, -1) if font.getlength(" ".join(words[:n])) <= room), 0)
    if not first:
        return font, [_fit(text, room, smallest, smallest, weight)[1]]
    return font, [" ".join(words[:first]), _fit(" ".join(words[first:]), room, smallest, smallest, weight)[1]]


@lru_cache(maxsize=64)
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    # One object per size and weight: axes are a setting of the face, and without them it draws at its lightest.
    with as_file(files("fontpkg_source_sans_3") / "files" / "SourceSans3[wght].ttf") as path:
        font = ImageFont.truetype(io.BytesIO(path.read_bytes()), size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight])
    return font


def _planes(image: Image.Image) -> tuple[Plane, Plane, Plane]:
    """Y at full size, U and V at half size."""
    y, u, v = (np.asarray(band) for band in image.convert("RGB", _TO_YUV).split())
    return y, _halved(u.astype(np.uint16)).astype(np.uint8), _halved(v.astype(np.uint16)).astype(np.uint8)


def _halved(plane: Wide) -> Wide:
    """The mean of each two by two, rounded."""
    total = plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]
    return ((total + 2) >> 2).astype(np.uint16)


def _to_even(value: float) -> int:
    return round(value / 2) * 2


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
