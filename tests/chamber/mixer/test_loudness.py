"""Loudness by the test signals of EBU Tech 3341: a stereo sine of 1 kHz reads its own level."""

import numpy as np
import pytest

from chamber.mixer.loudness import FLOOR_LUFS, WAITING_TICKS, Loudness
from chamber.mixer.units import RATE, TICK_SAMPLES


def play(meter: Loudness, dbfs: float, seconds: float) -> None:
    wave = 10 ** (dbfs / 20) * 32767 * np.sin(2 * np.pi * 1000 * np.arange(TICK_SAMPLES) / RATE)
    block = np.stack([wave, wave], axis=1).astype(np.int16)
    for _ in range(int(seconds * 25)):
        meter.add(block)
        meter.read()


@pytest.mark.parametrize("dbfs", [-23.0, -33.0])
def test_a_steady_tone_reads_its_level_on_all_three(dbfs: float) -> None:
    meter = Loudness()
    play(meter, dbfs, 20)
    lufs = meter.read()
    assert (lufs.momentary, lufs.short_term, lufs.integrated) == pytest.approx((dbfs, dbfs, dbfs), abs=0.1)


def test_the_integrated_loudness_leaves_soft_stretches_out_and_silence_too() -> None:
    """Case 3 of Tech 3341: 10 s at -36, 60 s at -23, 10 s at -36."""
    meter = Loudness()
    for dbfs, seconds in ((-36.0, 10), (-23.0, 60), (-36.0, 10)):
        play(meter, dbfs, seconds)
    for _ in range(50):
        meter.add(None)
        meter.add(None)
        meter.read()
    lufs = meter.read()
    assert lufs.integrated == pytest.approx(-23.0, abs=0.1)
    assert lufs.momentary == lufs.short_term == FLOOR_LUFS


def test_another_meeting_begins_afresh_and_what_waits_is_bounded() -> None:
    meter = Loudness()
    play(meter, -10.0, 3)
    meter.restart()
    assert meter.read().integrated == FLOOR_LUFS
    for _ in range(10 * WAITING_TICKS):
        meter.add(None)
    assert len(meter._waiting) == WAITING_TICKS
