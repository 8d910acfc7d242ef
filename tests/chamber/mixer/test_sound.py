"""The sound buffer, in virtual time: drift, gaps, bursts, bounds."""

import numpy as np
import pytest

from chamber.mixer.sound import CAPACITY_MS, EXCESS_MS, SoundBuffer
from chamber.mixer.units import RATE, TICK_SAMPLES

TARGET_MS = 80


def tone(start: int, count: int, hz: float = 440.0) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    wave = 12000 * np.sin(2 * np.pi * hz * np.arange(start, start + count) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.int16)


class Rig:
    """A source with a clock of its own and the mixer's ticks; blocks of 20 ms of the source's time."""

    def __init__(self, ppm: float, target_ms: int = TARGET_MS) -> None:
        self.buffer = SoundBuffer(target_ms)
        self.rate = RATE * (1 + ppm * 1e-6)
        self.sent = 0
        self.blocks: list[np.ndarray[tuple[int, ...], np.dtype[np.int16]] | None] = []

    def run(self, ticks: int, *, mute_from: int = 1 << 30, mute_to: int = 0, portion: int = 960) -> None:
        for _ in range(ticks):
            number = len(self.blocks)
            now_ms = 10_000 + 40 * number
            while (self.sent + portion) / self.rate <= number * 0.04 + 0.013:
                if not mute_from <= number < mute_to:
                    self.buffer.write(tone(self.sent, portion).tobytes(), now_ms)
                self.sent += portion
            part = self.buffer.read()
            self.blocks.append(part[0] if part else None)


@pytest.mark.parametrize("ppm", [-300, 100, 1000])
def test_a_drifting_source_stays_beside_the_picture_for_five_minutes_without_a_gap(ppm: int) -> None:
    rig, levels = Rig(ppm), []
    for _ in range(75):
        rig.run(100)
        levels.append(rig.buffer.level_ms())
    silent = [n for n, block in enumerate(rig.blocks) if block is None]
    assert silent == list(range(len(silent))), "silence only before the buffer had filled"
    assert len(silent) <= 3
    assert rig.buffer.target_ms() == TARGET_MS
    after = [level + 40 for level in levels[10:]]
    assert TARGET_MS - 25 <= min(after) <= max(after) <= TARGET_MS + 25
    drifted_ms = 300_000 * abs(ppm) * 1e-6
    assert max(after) - min(after) < 25, f"uncorrected it would be {drifted_ms} ms"


def test_resampled_sound_is_clean() -> None:
    rig = Rig(300)
    rig.run(1500)
    sound = np.concatenate([block for block in rig.blocks[1000:] if block is not None])[:, 0].astype(float)
    spectrum = np.abs(np.fft.rfft(sound * np.blackman(len(sound)))) ** 2
    peak = int(spectrum.argmax())
    assert peak * RATE / len(sound) == pytest.approx(440, rel=1e-3)
    near = spectrum[peak - 60 : peak + 60].sum()
    assert 10 * np.log10(near / (spectrum.sum() - near)) > 60, "signal above everything else, dB"


def test_a_source_in_step_is_passed_on_sample_by_sample() -> None:
    buffer = SoundBuffer(TARGET_MS)
    source = np.random.default_rng(1).integers(-20000, 20000, (RATE, 2)).astype("<i2")
    out = []
    at = RATE * TARGET_MS // 1000 + 1
    buffer.write(source[:at].tobytes(), 0)
    for _ in range(20):
        part = buffer.read()
        assert part is not None
        out.append(part[0])
        buffer.write(source[at : at + TICK_SAMPLES].tobytes(), 0)
        at += TICK_SAMPLES
    heard = np.concatenate(out)
    assert (heard == source[1 : 1 + len(heard)]).all(), "the first one is the left neighbour that reading between needs"


def test_a_gap_is_silence_and_then_the_target_again() -> None:
    rig = Rig(0)
    rig.run(200, mute_from=100, mute_to=125)
    silent = [n for n, block in enumerate(rig.blocks) if block is None]
    gap = [n for n in silent if n >= 50]
    assert gap[0] in (100, 101)
    assert gap[-1] <= 128
    assert rig.buffer.level_ms() + 40 == pytest.approx(TARGET_MS, abs=25)
    assert rig.buffer.target_ms() == TARGET_MS, "a source that stopped is not one with much jitter"


def test_a_source_in_large_portions_gets_a_larger_buffer_after_a_few_gaps() -> None:
    rig = Rig(-200)
    rig.run(3000, portion=4800)
    silent = [n for n, block in enumerate(rig.blocks) if block is None]
    assert max(silent) < 1500, "no gap once the buffer has grown"
    assert TARGET_MS < rig.buffer.target_ms() <= TARGET_MS + 120


def test_a_burst_is_skipped_and_memory_is_bounded() -> None:
    buffer = SoundBuffer(TARGET_MS)
    for _ in range(400):
        buffer.write(bytes(960 * 4), 0)
    assert buffer.read() is not None
    assert buffer.level_ms() <= TARGET_MS
    buffer.write(bytes((EXCESS_MS + 100) * 48 * 4), 0)
    assert buffer.read() is not None
    assert buffer.level_ms() <= TARGET_MS - 40
    buffer.write(bytes(3 * CAPACITY_MS * 48 * 4), 0)
    assert buffer.read() is not None
    assert buffer.level_ms() <= TARGET_MS


def test_the_arrival_of_the_oldest_sample_is_told() -> None:
    buffer = SoundBuffer(TARGET_MS)
    for number in range(10):
        buffer.write(bytes(960 * 4), 1000 + 20 * number)
    part = buffer.read()
    assert part is not None
    assert part[1] == 1120, "of ten blocks of 20 ms the last four are the buffer"
    buffer.write(bytes(4 * 960), 5000)
    part = buffer.read()
    assert part is not None
    assert part[1] == 1160


def test_full_scale_does_not_wrap_around() -> None:
    """Reading between samples overshoots at an edge; wrapped, that would change the sign for one sample."""
    buffer = SoundBuffer(TARGET_MS)
    wave = np.repeat(np.tile(np.array([32767, -32768], "<i2"), 1200), 40)
    source = np.stack([wave, wave], axis=1)
    loudest = 0
    for number in range(40):
        buffer.write(source[2000 * number : 2000 * (number + 1)].tobytes(), 0)
        part = buffer.read()
        if part:
            signs = np.sign(part[0][:, 0].astype(int))
            assert np.count_nonzero(np.diff(signs)) <= 1920 / 40 + 1
            loudest = max(loudest, int(part[0].max()))
    assert loudest == 32767
