"""A voice for every seat: no words, but pitch, vowels, syllables and pauses of its own; or a plain tone, for tests."""

import math
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.sim import soundcode

Samples = NDArray[np.float32]

RATE = 48_000
BLOCK = 960
BLOCK_BYTES = BLOCK * 4
LOOP_S = 5.0
# Voices are made at a third of the rate: there is nothing in them above 5 kHz.
_MAKING = RATE // 3
_LOWEST_HZ, _HIGHEST_HZ = 90.0, 240.0
_TONE_HZ, _TONE_STEP_HZ = 400, 50
# One block's fade keeps an opening or closing microphone from clicking.
VOICE_PEAK, TONE_PEAK, ROOM_RMS = 0.45, 0.12, 0.0004
# Three formants of five vowels and their widths, Hz: textbook values, rounded.
_VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
_WIDTHS = (90, 120, 170)


class Voices:
    """The hall's sound: open microphones, plus the faint noise of the room.

    Args:
        seats: every seat; the place in this order decides its pitch.
        tones: a plain tone for each seat instead of a voice, so that `tones_in` can tell who is heard.
        stamp: asked at each block for the time in ms, which is then in the sound, see `soundcode`.
    """

    def __init__(self, seats: Sequence[str], *, tones: bool = False, stamp: Callable[[], int] | None = None) -> None:
        self._stamp = stamp
        self._number = {seat: number for number, seat in enumerate(seats)}
        self._tones = tones
        self._loops: dict[str, Samples] = {}
        self._open: frozenset[str] = frozenset()
        self._heard: frozenset[str] = frozenset()
        self._at = 0
        self._noise = _noise(int(RATE * LOOP_S), 7) * np.float32(ROOM_RMS)

    @property
    def open(self) -> frozenset[str]:
        """Seats whose microphone is open."""
        return self._open

    def set_open(self, seats: Iterable[str]) -> None:
        """From the next block on these seats are heard, and no others; unknown seats are ignored."""
        self._open = frozenset(seat for seat in seats if seat in self._number)

    def pitch_hz(self, seat: str) -> float:
        """Middle pitch of a seat's voice, 90 to 240 Hz; every seat has another."""
        share = self._number[seat] / max(len(self._number) - 1, 1)
        return float(_LOWEST_HZ * (_HIGHEST_HZ / _LOWEST_HZ) ** share)

    def tone_hz(self, seat: str) -> int:
        """The tone of a seat when `tones` is on: 400 Hz and up, 50 Hz apart, whole periods in a block."""
        return _TONE_HZ + _TONE_STEP_HZ * self._number[seat]

    def prepare(self, seat: str) -> None:
        """Make a voice now, in any thread, some 20 ms; one that is not ready is made when it is first heard."""
        self._loop(seat)

    def block(self) -> bytes:
        """The next 20 ms: 960 samples of s16le, left and right the same."""
        size = self._noise.size
        start = self._at * BLOCK % size
        mixed = self._noise[start : start + BLOCK].copy()
        rise = np.linspace(0.0, 1.0, BLOCK, dtype=np.float32)
        for seat in self._open | self._heard:
            part = self._loop(seat)[start : start + BLOCK]
            if seat not in self._heard:
                part = part * rise
            elif seat not in self._open:
                part = part * rise[::-1]
            mixed += part
        self._heard = self._open
        self._at += 1
        if self._stamp:
            mixed += soundcode.block(self._stamp(), BLOCK)
        pcm = (np.clip(mixed, -1.0, 1.0) * 32767).astype("<i2")
        return np.repeat(pcm, 2).tobytes()

    def _loop(self, seat: str) -> Samples:
        if seat not in self._loops:
            if self._tones:
                self._loops[seat] = _tone(self.tone_hz(seat))
            else:
                self._loops[seat] = _voice(self.pitch_hz(seat), zlib.crc32(seat.encode()))
        return self._loops[seat]


def tones_in(pcm: bytes, tones: Mapping[str, int], *, least_dbfs: float = -40.0) -> set[str]:
    """Which seats' tones a piece of s16le stereo sound holds; 20 ms or more, a whole number of blocks is best."""
    left = np.frombuffer(pcm, "<i2")[::2].astype(np.float64) / 32768
    if left.size < BLOCK:
        return set()
    left = left[: left.size // BLOCK * BLOCK]
    at = np.arange(left.size) / RATE
    least = 10 ** (least_dbfs / 20)
    return {seat for seat, hz in tones.items() if 2 * abs(np.mean(left * np.exp(-2j * math.pi * hz * at))) > least}


def _noise(count: int, seed: int) -> Samples:
    return np.random.default_rng(seed).standard_normal(count).astype(np.float32)


def _tone(hz: int) -> Samples:
    at = np.arange(int(RATE * LOOP_S)) / RATE
    return (TONE_PEAK * np.sin(2 * math.pi * hz * at)).astype(np.float32)


def _voice(pitch_hz: float, seed: int) -> Samples:
    """A few seconds that can be repeated: pulses through formants, one vowel after another."""
    chance = np.random.default_rng(seed)
    count = int(_MAKING * LOOP_S)
    loudness, vowel_of, melody = _syllables(chance, count)
    pulses = _pulses(pitch_hz * melody, chance)
    spectrum = np.fft.rfft(pulses)
    hz = np.fft.rfftfreq(count, 1 / _MAKING)
    # women's and children's mouths are smaller: the higher the pitch, the higher the formants
    size = 0.92 + 0.22 * (pitch_hz - _LOWEST_HZ) / (_HIGHEST_HZ - _LOWEST_HZ)
    sound = np.zeros(count)
    for number, formants in enumerate(_VOWELS):
        # every syllable begins and ends in silence, so vowels need no cross-fade
        where = vowel_of == number
        if where.any():
            sound += np.fft.irfft(spectrum * _mouth(hz, formants, size), count) * where
    breath = _noise(count, seed + 1) * 0.01
    sound = sound / max(np.abs(sound).max(), 1e-9) + breath
    sound = sound * loudness
    sound *= VOICE_PEAK / max(np.abs(sound).max(), 1e-9)
    at = np.arange(count * 3) / 3
    loop: Samples = np.interp(at, np.arange(count), sound, period=count).astype(np.float32)
    return loop


def _syllables(
    chance: np.random.Generator, count: int
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.float64]]:
    """Loudness, vowel and relative pitch of every sample; the end is quiet, so that the loop closes."""
    loudness, vowel_of, melody = np.zeros(count), np.full(count, -1, np.int8), np.ones(count)
    at = int(0.05 * _MAKING)
    while True:
        long = int(chance.uniform(0.12, 0.26) * _MAKING)
        if at + long > count - int(0.1 * _MAKING):
            return loudness, vowel_of, melody
        shape = np.sin(np.linspace(0, math.pi, long)) ** 0.6
        loudness[at : at + long] = shape * chance.uniform(0.55, 1.0)
        vowel_of[at : at + long] = chance.integers(len(_VOWELS))
        melody[at : at + long] = chance.uniform(0.95, 1.06) * np.linspace(1.02, 0.98, long)
        at += long + int(
            (chance.uniform(0.02, 0.06) if chance.random() > 0.14 else chance.uniform(0.25, 0.5)) * _MAKING
        )


def _pulses(hz: NDArray[np.float64], chance: np.random.Generator) -> NDArray[np.float64]:
    """One pulse a period, falling off as a glottis does, a little unsteady."""
    steps = np.arange(0, hz.size + 160, 160)
    drift = np.interp(np.arange(hz.size), steps, chance.standard_normal(steps.size))
    phase = np.cumsum(hz * (1 + 0.006 * drift) / _MAKING)
    saw = phase % 1.0
    pulse = np.where(saw < 0.4, saw / 0.4, np.where(saw < 0.56, 1 - (saw - 0.4) / 0.16, 0.0))
    return np.diff(pulse, prepend=pulse[:1])


def _mouth(hz: NDArray[Any], formants: tuple[int, int, int], size: float) -> NDArray[Any]:
    """Three resonances in a row."""
    answer: NDArray[Any] = np.ones(hz.size, np.complex128)
    for centre, width in zip(formants, _WIDTHS, strict=True):
        middle = centre * size
        answer *= middle**2 / (middle**2 - hz**2 + 1j * width * hz)
    return answer
