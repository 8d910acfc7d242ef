"""Picture-in-picture: a camera small in the corner of the presentation."""

import numpy as np

from chamber.mixer.frames import Frame, Pixels
from chamber.mixer.scaling import Scaler, planes

SHARE = 4
"""The inset is a quarter of the picture wide."""
MARGIN = 32
"""Space to the edges: a 32nd of the picture's width."""
FRAME_Y = 235
FRAME_PX = 2


class Inset:
    """Lays one input small over a picture, right above; scaled once for each of its pictures."""

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._small = width // SHARE // 2 * 2, height // SHARE // 2 * 2
        margin = width // MARGIN // 2 * 2
        self._at = width - self._small[0] - margin, margin
        self._scaler = Scaler(width, height, *self._small)
        self._pixels = np.zeros(self._small[0] * self._small[1] * 3 // 2, np.uint8)
        self._drawn: tuple[str, int] | None = None

    def lay(self, name: str, frame: Frame, picture: Pixels) -> None:
        """Put the inset over an I420 picture, in place."""
        if self._drawn != (name, frame.seq):
            self._scaler.fit(frame.pixels, self._pixels)
            luma = planes(self._pixels, *self._small)[0]
            luma[:FRAME_PX] = luma[-FRAME_PX:] = FRAME_Y
            luma[:, :FRAME_PX] = luma[:, -FRAME_PX:] = FRAME_Y
            self._drawn = name, frame.seq
        for plane, small, half in zip(
            planes(picture, *self._size), planes(self._pixels, *self._small), (1, 2, 2), strict=True
        ):
            left, top = self._at[0] // half, self._at[1] // half
            plane[top : top + small.shape[0], left : left + small.shape[1]] = small
