"""Minutes in accelerated time: a camera of 24.98 fps, a sound card with a clock of its own, and both stay together."""

import numpy as np
import pytest

from chamber.core.domain import MeetingState
from chamber.core.gate import Lease
from chamber.mixer.artwork import Artwork
from chamber.mixer.engine import Engine
from chamber.mixer.frames import FrameStore
from chamber.mixer.settings import InputSettings, MixerSettings, SoundSettings
from chamber.mixer.sound import SoundBuffer
from chamber.mixer.units import RATE, TICK_MS
from chamber.mixer.wish import Wish
from tests.chamber.mixer.sources import HEIGHT, WIDTH

PORTION = 960
PERIOD_MS = 10_000
"""A flash in the picture and a click in the sound, this often."""
START_MS = 1_000_000
MINUTES = 3
"""Uncorrected, 400 ppm would be 72 ms apart by then, and the camera 144 ms."""


class Evening:
    """The mixer without threads, its sources with clocks of their own, and a time that is only counted."""

    def __init__(self, fps: float, ppm: float, tmp: str) -> None:
        sound = SoundSettings(argv=("none",))
        settings = MixerSettings(tmp, (InputSettings("cam", argv=("none",)),), sound, WIDTH, HEIGHT)  # type: ignore[arg-type]
        self.store = FrameStore(settings.frame_bytes, settings.picture_delay_ms(settings.inputs[0]))
        self.sound = SoundBuffer(sound.target_ms)
        self.engine = Engine({"cam": self.store}, self.sound, Artwork(WIDTH, HEIGHT, ""), lambda: None)
        self.frame_ms, self.sample_ms = 1000 / fps, 1000 / (RATE * (1 + ppm * 1e-6))
        self.frames = self.portions = 0
        self.flashes: list[float] = []
        self.clicks: list[float] = []
        self.was_bright = False
        self.faults = 0

    def run(self, minutes: float) -> None:
        self.engine.post(Wish(programme="cam", mute=False, cut_id=1))
        for number in range(int(minutes * 60_000 / TICK_MS)):
            self._tick(number, START_MS + number * TICK_MS)

    def _tick(self, number: int, now_ms: int) -> None:
        passed_ms = now_ms - START_MS
        while (at_ms := self.frames * self.frame_ms) <= passed_ms:
            # a picture shows what was at its time; the event lasts for as long as one picture
            bright = at_ms % PERIOD_MS < self.frame_ms
            self.store.back[:] = 235 if bright else 16
            self.store.publish(START_MS + int(at_ms))
            self.frames += 1
        while (end_ms := (self.portions + 1) * PORTION * self.sample_ms) <= passed_ms:
            at = end_ms - PORTION * self.sample_ms + np.arange(PORTION) * self.sample_ms
            click = np.where(at % PERIOD_MS < 2.0, 20_000, 0).astype("<i2")
            self.sound.write(np.repeat(click, 2).tobytes(), START_MS + int(end_ms))
            self.portions += 1
        if number % 5 == 0:
            self.engine.post(Lease(MeetingState.OPEN, "e", "e", number + 1, now_ms))
        tick = self.engine.tick(number, now_ms, now_ms)
        if number < 100:
            return
        self.faults += self.engine.known is not None and self.engine.known.slate is not None
        bright = tick.picture[WIDTH * HEIGHT // 2] > 128
        if bright and not self.was_bright:
            self.flashes.append(passed_ms)
        self.was_bright = bright
        loud = np.flatnonzero(np.frombuffer(tick.sound, "<i2")[::2] > 5000)
        if loud.size and (not self.clicks or passed_ms - self.clicks[-1] > PERIOD_MS / 2):
            self.clicks.append(passed_ms + int(loud[0]) * 1000 / RATE)

    def apart_ms(self) -> list[float]:
        """How much later than its flash each click leaves the mixer."""
        assert abs(len(self.clicks) - len(self.flashes)) <= 1
        return [min((click - flash for flash in self.flashes), key=abs) for click in self.clicks[: len(self.flashes)]]


@pytest.mark.parametrize(("fps", "ppm"), [(24.98, 400.0), (25.0, -400.0)])
@pytest.mark.timeout(60)
def test_sound_and_picture_stay_within_40_ms(fps: float, ppm: float, tmp_path: str) -> None:
    evening = Evening(fps, ppm, tmp_path)
    evening.run(MINUTES)
    apart = evening.apart_ms()
    print(
        f"{fps} fps, {ppm} ppm, {MINUTES} min: sound - picture {min(apart):.1f} to {max(apart):.1f} ms, {len(apart)} events"
    )
    assert evening.faults == 0
    assert len(apart) >= MINUTES * 60_000 / PERIOD_MS - 2
    assert max(abs(one) for one in apart) <= 40
