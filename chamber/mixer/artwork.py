"""Drawn pictures at the clock's hand: slates, and name bars with their opacities. Drawing is for another thread."""

from collections import OrderedDict

import numpy as np

from chamber import graphics
from chamber.graphics import Bar, Wide
from chamber.labels import SLATES
from chamber.mixer.frames import Pixels
from chamber.mixer.scaling import planes
from chamber.mixer.wish import BarText, Wish

STEPS = 16
KEPT = 2
STATE_SLATES = ("begin", "suspended", "closed", "ended")

Rows = tuple[Wide, Wide, Wide, Wide, Wide]


class BarLayers:
    """One name bar in 17 opacities, 0 to 16; each is worked out once, when it is first shown."""

    def __init__(self, bar: Bar, width: int, height: int) -> None:
        self._bar, self._size = bar, (width, height)
        self._levels: list[Rows | None] = [None] * (STEPS + 1)

    def blend(self, frame: Pixels, level: int) -> None:
        """Lay the bar over an I420 frame, in place; level 0 leaves it alone."""
        if not level:
            return
        clear, clear_half, *inks = self._rows(level)
        bar = self._bar
        for plane, keep, ink, half in zip(
            planes(frame, *self._size), (clear, clear_half, clear_half), inks, (1, 2, 2), strict=True
        ):
            left, top = bar.left // half, bar.top // half
            under = plane[top : top + keep.shape[0], left : left + keep.shape[1]]
            mixed = under * keep
            mixed += ink
            mixed >>= 8
            under[:] = mixed

    def _rows(self, level: int) -> Rows:
        rows = self._levels[level]
        if rows is None:
            bar = self._bar
            clear, half = (np.uint16(graphics.OPAQUE) - _part(alpha, level) for alpha in (bar.alpha, bar.alpha_half))
            y, u, v = (_part(plane, level) + np.uint16(128) for plane in (bar.y, bar.u, bar.v))
            rows = self._levels[level] = (clear, half, y, u, v)
        return rows


class Artwork:
    """What was drawn for the newest wishes; drawn in one thread, looked up by the clock without waiting.

    Plain slates are always there, one with its own second line follows when it has been drawn.
    """

    def __init__(self, width: int, height: int, organisation: str) -> None:
        self._size, self._organisation = (width, height), organisation
        self._plain = {kind: self._draw(*text) for kind, text in SLATES.items()}
        self._worded: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._bars: OrderedDict[BarText, BarLayers] = OrderedDict()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures it is drawn for."""
        return self._size

    def draw(self, wish: Wish) -> None:
        """Draw what this wish needs and is not there yet; some 15 to 40 ms."""
        if wish.bar and wish.bar not in self._bars:
            bar = graphics.name_bar(wish.bar.name, wish.bar.detail, *self._size)
            self._bars[wish.bar] = BarLayers(bar, *self._size)
            while len(self._bars) > KEPT:
                self._bars.popitem(last=False)
        if not wish.slate_text:
            return
        for kind in (wish.slate,) if wish.slate else STATE_SLATES:
            if (kind, wish.slate_text) not in self._worded:
                self._worded[kind, wish.slate_text] = self._draw(SLATES[kind][0], wish.slate_text)
        while len(self._worded) > KEPT * len(STATE_SLATES):
            self._worded.popitem(last=False)

    def slate(self, kind: str, text: str | None) -> bytes:
        """A whole I420 frame."""
        return (self._worded.get((kind, text)) if text else None) or self._plain[kind]

    def bar(self, words: BarText) -> BarLayers | None:
        """The bar, or None while it is still being drawn."""
        return self._bars.get(words)

    def _draw(self, title: str, line: str) -> bytes:
        return graphics.slate(title, line, *self._size, self._organisation)


def _part(plane: Wide, level: int) -> Wide:
    """A plane times level / 16."""
    return (plane.astype(np.uint32) * level // STEPS).astype(np.uint16)
