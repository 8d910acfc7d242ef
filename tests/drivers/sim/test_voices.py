from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.sim.voices import BLOCK, BLOCK_BYTES, RATE, Voices, tones_in

SEATS = [f"seat{number}" for number in range(28)]


def sound(voices: Voices, seconds: float) -> NDArray[np.float64]:
    pcm = b"".join(voices.block() for _ in range(int(seconds * RATE / BLOCK)))
    return np.frombuffer(pcm, "<i2")[::2].astype(np.float64) / 32768


def rms_dbfs(samples: NDArray[np.float64]) -> float:
    return float(20 * np.log10(np.sqrt((samples**2).mean()) + 1e-9))


def measured_pitch_hz(samples: NDArray[np.float64]) -> float:
    spectrum = np.abs(np.fft.rfft(samples, samples.size * 2)) ** 2
    alike = np.fft.irfft(spectrum)
    shortest, longest = RATE // 265, RATE // 80
    return RATE / (shortest + int(alike[shortest:longest].argmax()))


def test_a_block_is_20_ms_of_stereo_with_both_sides_the_same() -> None:
    voices = Voices(SEATS)
    voices.set_open(["seat3"])
    block = np.frombuffer(voices.block(), "<i2")
    assert block.size * 2 == BLOCK_BYTES == 3840
    assert (block[::2] == block[1::2]).all()


def test_a_hall_without_open_microphones_is_quiet_but_not_dead() -> None:
    assert -80 < rms_dbfs(sound(Voices(SEATS), 1.0)) < -60


@pytest.mark.parametrize("seat", ["seat0", "seat9", "seat18", "seat27"])
def test_a_voice_has_the_pitch_that_is_told(seat: str) -> None:
    voices = Voices(SEATS)
    voices.set_open([seat])
    heard = sound(voices, 5.0)
    assert -30 < rms_dbfs(heard) < -15
    assert measured_pitch_hz(heard) == pytest.approx(voices.pitch_hz(seat), rel=0.06)


def test_every_seat_has_a_pitch_and_a_tone_of_its_own() -> None:
    voices = Voices(SEATS)
    pitches = [voices.pitch_hz(seat) for seat in SEATS]
    assert pitches == sorted(set(pitches))
    assert (min(pitches), max(pitches)) == pytest.approx((90, 240))
    assert len({voices.tone_hz(seat) for seat in SEATS}) == len(SEATS)


def test_a_voice_has_syllables_and_pauses() -> None:
    voices = Voices(SEATS)
    voices.set_open(["seat5"])
    levels = [rms_dbfs(part) for part in np.split(sound(voices, 5.0), 250)]
    assert max(levels) - min(levels) > 30
    assert sum(a < -50 <= b for a, b in pairwise(levels)) > 5


def test_tones_tell_who_is_heard() -> None:
    voices = Voices(SEATS, tones=True)
    tones = {seat: voices.tone_hz(seat) for seat in SEATS}
    for seats in ({"seat2"}, {"seat2", "seat3"}, {"seat27"}, set[str]()):
        voices.set_open(seats)
        voices.block()
        assert tones_in(voices.block() + voices.block(), tones) == seats
    assert tones_in(b"", tones) == set()


def test_a_closed_microphone_fades_in_one_block_and_is_silent_after_it() -> None:
    voices = Voices(SEATS, tones=True)
    voices.set_open(["seat4", "unknown"])
    assert voices.open == {"seat4"}
    sound(voices, 0.1)
    voices.set_open([])
    fading, after = sound(voices, 0.02), sound(voices, 0.2)
    assert abs(fading[-40:]).max() < 0.02 < abs(fading[:200]).max()
    assert rms_dbfs(after) < -60


def test_the_loop_has_no_seam() -> None:
    voices = Voices(SEATS)
    voices.prepare("seat8")
    voices.set_open(["seat8"])
    heard = sound(voices, 10.04)
    steps = np.abs(np.diff(heard))
    seam = steps[5 * RATE - 200 : 5 * RATE + 200].max()
    assert seam <= steps.max()
    assert seam < 0.05
