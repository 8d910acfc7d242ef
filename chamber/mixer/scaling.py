"""Pictures of another size: scaled to fit whole, black beside them."""

import numpy as np
from PIL import Image

from chamber.mixer.frames import Pixels

BLACK = (16, 128, 128)


class Scaler:
    """From one I420 size to another, keeping the shape of what is seen; all sizes even."""

    def __init__(self, width: int, height: int, to_width: int, to_height: int) -> None:
        factor = min(to_width / width, to_height / height)
        inner = max(2, round(width * factor / 2) * 2), max(2, round(height * factor / 2) * 2)
        left, top = (to_width - inner[0]) // 4 * 2, (to_height - inner[1]) // 4 * 2
        self._from, self._to, self._inner, self._at = (width, height), (to_width, to_height), inner, (left, top)

    def fit(self, source: Pixels, target: Pixels) -> None:
        """Fill the target frame from the source frame."""
        inputs, outputs = planes(source, *self._from), planes(target, *self._to)
        for plane, out, black, half in zip(inputs, outputs, BLACK, (1, 2, 2), strict=True):
            size = self._inner[0] // half, self._inner[1] // half
            left, top = self._at[0] // half, self._at[1] // half
            small = Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR)
            if size != (out.shape[1], out.shape[0]):
                out[:] = black
            out[top : top + size[1], left : left + size[0]] = np.asarray(small)


def planes(frame: Pixels, width: int, height: int) -> tuple[Pixels, Pixels, Pixels]:
    """Y, U and V of one I420 frame, as views."""
    luma, chroma = width * height, width * height // 4
    return (
        frame[:luma].reshape(height, width),
        frame[luma : luma + chroma].reshape(height // 2, width // 2),
        frame[luma + chroma :].reshape(height // 2, width // 2),
    )
