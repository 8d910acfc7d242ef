"""Several sources of sound become one."""

import numpy as np

from chamber.mixer.mixdown import Mixdown
from chamber.mixer.sound import SoundBuffer


def steady(value: int, arrived_ms: int) -> SoundBuffer:
    buffer = SoundBuffer(80)
    buffer.write(np.full((19_200, 2), value, "<i2").tobytes(), arrived_ms)
    return buffer


def test_gains_are_decibels_and_the_oldest_sound_counts() -> None:
    part = Mixdown([(steady(4000, 2000), 0.0), (steady(1000, 1500), -20.0)]).read()
    assert part is not None
    assert (part[0] == 4100).all()
    assert part[1] == 1500, "sound from before an opening holds all of its tick back"


def test_too_loud_is_clipped() -> None:
    part = Mixdown([(steady(30_000, 0), 0.0), (steady(-30_000, 0), 6.0)]).read()
    assert part is not None
    assert (part[0] == round(30_000 - 30_000 * 10**0.3)).all()
    loud = Mixdown([(steady(30_000, 0), 0.0), (steady(30_000, 0), 0.0)]).read()
    assert loud is not None
    assert (loud[0] == 32_767).all()


def test_a_source_that_is_gone_silences_no_other() -> None:
    both = Mixdown([(SoundBuffer(80), 0.0), (steady(500, 7), 0.0)])
    part = both.read()
    assert part is not None
    assert (part[0] == 500).all()
    assert Mixdown([(SoundBuffer(80), 0.0)]).read() is None
