"""A number in the sound, in tones above speech: which 40 ms of the evening this is. Survives AAC, resampling, a mixdown."""

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
TICK_MS = 40
VALUE_BITS, CHECK_BITS = 20, 4
BITS = VALUE_BITS + CHECK_BITS
LOWEST_HZ, STEP_HZ = 5400, 200
"""Each bit has two tones, one for 0 and one for 1; with a whole number of periods in 20 ms, so blocks join smoothly."""
TONE = 0.008
WINDOW, HOP = 720, 240
LEAST_DBFS = -62.0
CLEAR = 0.75
"""Share of a bit's power that must be in one of its two tones: where two numbers meet, neither is clear."""

_HZ = LOWEST_HZ + STEP_HZ * np.arange(2 * BITS)


def block(at_ms: int, size: int = 960) -> NDArray[np.float32]:
    """One block of mono sound that says when it was made; `size` samples, 20 ms."""
    value = at_ms // TICK_MS & ((1 << VALUE_BITS) - 1)
    number = value << CHECK_BITS | _check(value)
    tones = [2 * bit + (number >> bit & 1) for bit in range(BITS)]
    sum_: NDArray[np.float32] = (_table(size)[tones].sum(axis=0) * np.float32(TONE)).astype(np.float32)
    return sum_


def read(samples: NDArray[np.int16], near_ms: int) -> list[int]:
    """When every stretch of mono s16 sound was made, ms, in the order of the sound; equal neighbours are one.

    Args:
        near_ms: any time within five hours of the truth.
    """
    found: list[int] = []
    for at in range(0, samples.size - WINDOW + 1, HOP * 4096):
        piece = samples[at : at + HOP * 4096 + WINDOW - HOP].astype(np.float32) / 32768
        if piece.size < WINDOW:
            break
        for value in _values(np.lib.stride_tricks.sliding_window_view(piece, WINDOW)[::HOP]):
            made_ms = _nearest(value, near_ms) * TICK_MS
            if found[-1:] != [made_ms]:
                found.append(made_ms)
    return found


def _values(windows: NDArray[np.floating]) -> list[int]:
    tones = np.exp(-2j * np.pi * np.outer(np.arange(WINDOW), _HZ) / RATE) * np.hanning(WINDOW)[:, None]
    power = np.abs(windows @ (tones * 4 / WINDOW)) ** 2 / 2
    off, on = power[:, 0::2], power[:, 1::2]
    both = off + on
    share = on / np.maximum(both, 1e-12)
    loud = both.min(axis=1) > 10 ** (LEAST_DBFS / 10)
    clear = loud & np.all((share > CLEAR) | (share < 1 - CLEAR), axis=1)
    numbers = (share[clear] > 0.5).astype(np.int64) @ (1 << np.arange(BITS, dtype=np.int64))
    return [int(n) >> CHECK_BITS for n in numbers if int(n) & ((1 << CHECK_BITS) - 1) == _check(int(n) >> CHECK_BITS)]


def _nearest(value: int, near_ms: int) -> int:
    around, whole = near_ms // TICK_MS, 1 << VALUE_BITS
    return around + (value - around + whole // 2) % whole - whole // 2


def _check(value: int) -> int:
    folded = value
    for shift in range(CHECK_BITS, VALUE_BITS, CHECK_BITS):
        folded ^= (value >> shift) * (shift // CHECK_BITS + 1)
    return (folded ^ 0xA) & ((1 << CHECK_BITS) - 1)


def _table(size: int) -> NDArray[np.float32]:
    if size not in _TABLES:
        _TABLES[size] = np.sin(2 * np.pi * np.outer(_HZ, np.arange(size)) / RATE + _PHASES[:, None]).astype(np.float32)
    return _TABLES[size]


_TABLES: dict[int, NDArray[np.float32]] = {}
# phases of a chirp: tones that all began together would make one tall peak
_PHASES = np.pi * np.arange(2 * BITS) ** 2 / (2 * BITS)
