"""A number in the luma of a frame, in blocks so large that encoding and scaling leave them legible."""

import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]

VALUE_BITS = 40
CHECK_BITS = 8
BAND = 0.08
DARK, LIGHT = 40, 210
# Both ends hold known cells: they give the levels to compare with, whatever encoder and scaler made of them.
HEAD, TAIL = (1, 0, 1, 0), (0, 1)
CELLS = len(HEAD) + VALUE_BITS + CHECK_BITS + len(TAIL)
LEAST_CONTRAST = 70.0
# Share of the contrast around its middle in which a cell counts as neither dark nor light.
DOUBT = 0.15


def draw(frame_y: Luma, value: int) -> None:
    """Write the lowest 40 bits of `value` over the top 8 percent of a luma plane, in place."""
    height, width = frame_y.shape
    value &= (1 << VALUE_BITS) - 1
    bits = (*HEAD, *_bits(value, VALUE_BITS), *_bits(_check(value), CHECK_BITS), *TAIL)
    cell_of = np.arange(width) * CELLS // width
    row = np.where(np.array(bits, np.bool_)[cell_of], LIGHT, DARK).astype(np.uint8)
    frame_y[: band_px(height)] = row


def read(frame_y: Luma) -> int | None:
    """The number on a luma plane of any size; None when there is none or it fails its check."""
    height, width = frame_y.shape
    band = band_px(height)
    if band < 4 or width < 3 * CELLS:
        return None
    rows = frame_y[band // 4 : max(band * 3 // 4, band // 4 + 1)].astype(np.float64).mean(axis=0)
    edges = np.arange(CELLS + 1) * (width / CELLS)
    size = width / CELLS
    levels = np.array([rows[int(left + size * 0.25) : int(left + size * 0.75) + 1].mean() for left in edges[:-1]])
    known = np.array((*HEAD, *TAIL), np.bool_)
    ends = np.concatenate((levels[: len(HEAD)], levels[-len(TAIL) :]))
    dark, light = ends[~known].max(), ends[known].min()
    contrast = light - dark
    if contrast < LEAST_CONTRAST:
        return None
    share = (levels[len(HEAD) : -len(TAIL)] - dark) / contrast
    if np.any(np.abs(share - 0.5) < DOUBT):
        return None
    number = 0
    for bit in share > 0.5:
        number = number << 1 | int(bit)
    value, check = number >> CHECK_BITS, number & ((1 << CHECK_BITS) - 1)
    return value if check == _check(value) else None


def band_px(height: int) -> int:
    """Rows that the code takes on a picture of this height."""
    return int(height * BAND)


def _bits(value: int, count: int) -> tuple[int, ...]:
    return tuple(value >> shift & 1 for shift in range(count - 1, -1, -1))


def _check(value: int) -> int:
    """CRC-8, polynomial x^8 + x^2 + x + 1, all ones at the start: finds every single and double wrong cell."""
    crc = 0xFF
    for byte in value.to_bytes(VALUE_BITS // 8, "big"):
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07 if crc & 0x80 else crc << 1) & 0xFF
    return crc
