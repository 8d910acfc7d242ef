"""What the laptops at the presentation switcher show: a few pages each, drawn once."""

import zlib
from dataclasses import dataclass

from PIL import Image, ImageDraw

from drivers.sim.brush import Colour, typeface
from drivers.sim.panorama import to_planes

INK: Colour = (38, 44, 58)
PALE: Colour = (120, 128, 140)
PAPER: Colour = (248, 247, 243)
HUES: tuple[Colour, ...] = ((54, 84, 128), (64, 112, 96), (140, 76, 60), (104, 84, 132))
PAGE_S = 8.0


@dataclass(frozen=True, slots=True)
class Deck:
    """A presentation: its title, who made it, and the heading of each page."""

    title: str
    author: str = ""
    pages: tuple[str, ...] = ()


class Slides:
    """Frames of the presentation input, as I420 bytes; not for two threads at once.

    Args:
        decks: by name of the switcher's input; another name, or None, shows a plain "geen signaal".
        width: of a frame in pixels, even.
        height: of a frame in pixels, even.
    """

    def __init__(self, decks: dict[str, Deck], width: int, height: int) -> None:
        self._decks, self._size = decks, (width, height)
        self._selected: str | None = None
        self._since_s = 0.0
        self._drawn: dict[tuple[str | None, int], bytes] = {}

    def frame(self, selected: str | None, now_s: float) -> bytes:
        """The page that shows now; a new page every 8 s, from the first one after each change of input."""
        if selected != self._selected:
            self._selected, self._since_s = selected, now_s
        deck = self._decks.get(selected) if selected is not None else None
        count = len(deck.pages) + 1 if deck else 1
        page = int((now_s - self._since_s) / PAGE_S) % count
        key = (selected if deck else None, page)
        if key not in self._drawn:
            picture = _page(deck, page, self._size) if deck else _no_signal(self._size)
            self._drawn[key] = b"".join(plane.tobytes() for plane in to_planes(picture))
        return self._drawn[key]


def _no_signal(size: tuple[int, int]) -> Image.Image:
    picture = Image.new("RGB", size, (24, 26, 30))
    face = typeface(size[1] // 18, 500)
    ImageDraw.Draw(picture).text((size[0] / 2, size[1] / 2), "Geen signaal", font=face, fill=PALE, anchor="mm")
    return picture


def _page(deck: Deck, page: int, size: tuple[int, int]) -> Image.Image:
    width, height = size
    unit = height / 18
    hue = HUES[zlib.crc32(deck.title.encode()) % len(HUES)]
    picture = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(picture)
    left = 1.6 * unit
    pen.rectangle((0, 0, 0.45 * unit, height), fill=hue)
    if page == 0:
        pen.rectangle((left, 9.4 * unit, left + 5 * unit, 9.55 * unit), fill=hue)
        _write(pen, (left, 8.8 * unit), deck.title, 1.9 * unit, width - 3 * unit, "ls")
        pen.text((left, 10.2 * unit), deck.author, font=typeface(round(0.9 * unit), 400), fill=PALE, anchor="lt")
    else:
        heading = deck.pages[page - 1]
        _write(pen, (left, 1.4 * unit), heading, 1.3 * unit, width - 3 * unit, "lt")
        _chart(pen, (left, 4 * unit, width - 2 * unit, 15.4 * unit), f"{deck.title}{page}", hue, unit)
    foot = typeface(round(0.62 * unit), 400)
    pen.text((left, 17.2 * unit), deck.title, font=foot, fill=PALE, anchor="ls")
    pen.text(
        (width - 1.2 * unit, 17.2 * unit), f"{page + 1} / {len(deck.pages) + 1}", font=foot, fill=PALE, anchor="rs"
    )
    return picture


def _write(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size_px: float, width_px: float, anchor: str
) -> None:
    """A line of text, smaller when it would not fit."""
    size = round(size_px)
    while size > 8 and pen.textlength(text, font=typeface(size)) > width_px:
        size -= 1
    pen.text(at, text, font=typeface(size), fill=INK, anchor=anchor)


def _chart(
    pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], seed: str, hue: Colour, unit: float
) -> None:
    """Six columns over a line; the values are invented by the seed."""
    left, top, right, bottom = box
    values = [30 + zlib.crc32(f"{seed}{number}".encode()) % 70 for number in range(6)]
    step = (right - left) / len(values)
    label = typeface(round(0.62 * unit), 400)
    for number, value in enumerate(values):
        x = left + (number + 0.5) * step
        y = bottom - (bottom - top) * value / 100
        pen.rectangle((x - step * 0.28, y, x + step * 0.28, bottom), fill=hue)
        pen.text((x, y - 0.15 * unit), str(value), font=label, fill=INK, anchor="mb")
        pen.text((x, bottom + 0.2 * unit), str(2025 + number), font=label, fill=PALE, anchor="mt")
    pen.line((left, bottom, right, bottom), fill=INK, width=max(round(unit / 14), 1))
