"""The code in the sound survives what lies between the hall and a resident, and never says what is not so."""

import subprocess

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.ffmpeg.locate import locate
from drivers.sim import soundcode
from drivers.sim.voices import Voices

BEGIN_MS = 123_456_760
BLOCKS = 150


def hall() -> NDArray[np.int16]:
    """Three seconds of two people who speak at once, with the code."""
    times = iter(range(BEGIN_MS, BEGIN_MS + BLOCKS * 20, 20))
    voices = Voices(["a", "b", "c"], stamp=lambda: next(times))
    voices.set_open(["a", "b"])
    return np.frombuffer(b"".join(voices.block() for _ in range(BLOCKS)), "<i2")


WANTED = list(range(BEGIN_MS, BEGIN_MS + BLOCKS * 20, 40))


@pytest.mark.media
def test_every_tick_is_read_after_aac_and_none_that_was_not_there() -> None:
    program = locate().path
    quiet = [program, "-v", "error"]
    raw = ["-f", "s16le", "-ar", "48000"]
    coding = ["-c:a", "aac", "-aac_coder", "fast", "-b:a", "128000", "-f", "adts", "pipe:1"]
    coded = subprocess.run(
        [*quiet, *raw, "-ac", "2", "-i", "pipe:0", *coding], input=hall().tobytes(), capture_output=True, check=True,
        timeout=15,
    ).stdout  # fmt: skip
    decoded = subprocess.run(
        [*quiet, "-i", "pipe:0", "-ac", "1", *raw, "pipe:1"], input=coded, capture_output=True, check=True, timeout=15
    ).stdout
    assert soundcode.read(np.frombuffer(decoded, "<i2"), BEGIN_MS + 3_600_000) == WANTED


def test_a_cut_in_the_sound_shows_as_a_cut_and_nothing_is_invented() -> None:
    left = hall()[::2]
    spliced = np.concatenate((left[: 48 * 1013], np.zeros(7777, np.int16), left[48 * 2007 :]))
    found = soundcode.read(spliced, BEGIN_MS)
    assert found == sorted(set(found)) and set(found) <= set(WANTED)
    assert not [ms for ms in found if ms >= BEGIN_MS + 1013 and ms + 40 <= BEGIN_MS + 2007]


def test_speech_and_noise_alone_say_nothing() -> None:
    voices = Voices(["a", "b"])
    voices.set_open(["a"])
    spoken = np.frombuffer(b"".join(voices.block() for _ in range(BLOCKS)), "<i2")[::2]
    noise = (np.random.default_rng(3).standard_normal(96_000) * 3000).astype(np.int16)
    assert soundcode.read(spoken, BEGIN_MS) == soundcode.read(noise, BEGIN_MS) == []
