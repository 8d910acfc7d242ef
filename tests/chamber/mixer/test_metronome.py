"""The clock's thread: absolute times, lateness, failure."""

import threading
from itertools import pairwise

from chamber.clock import SystemClock
from chamber.mixer.metronome import CATCH_UP_MS, Metronome
from tests.until import until


class OffsetClock(SystemClock):
    """The real clock, which can be put forward."""

    offset_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.offset_ms


Beats = list[tuple[int, int, int]]


async def test_ticks_come_at_absolute_times_and_in_order() -> None:
    beats: Beats = []
    metronome = Metronome(OffsetClock(), lambda *beat: beats.append(beat), lambda exc: None)
    metronome.start()
    await until(lambda: len(beats) >= 30)
    metronome.stop()
    count = len(beats)
    assert [number for number, _, _ in beats] == list(range(count))
    assert {due - 40 * number for number, due, _ in beats} == {beats[0][1]}
    assert all(now >= due for _, due, now in beats)
    assert len(beats) == count, "no tick after stop"


async def test_a_short_delay_is_made_up_for_and_counted() -> None:
    beats: Beats = []
    hold = threading.Event()

    def beat(number: int, due_ms: int, now_ms: int) -> None:
        beats.append((number, due_ms, now_ms))
        if number == 5:
            hold.wait(0.25)

    metronome = Metronome(OffsetClock(), beat, lambda exc: None)
    metronome.start()
    await until(lambda: len(beats) >= 20)
    metronome.stop()
    assert [number for number, _, _ in beats] == list(range(len(beats)))
    assert metronome.late_ticks >= 4


async def test_after_a_long_stop_ticks_are_left_out_and_the_numbers_show_it() -> None:
    beats: Beats = []
    clock = OffsetClock()
    metronome = Metronome(clock, lambda *beat: beats.append(beat), lambda exc: None)
    metronome.start()
    await until(lambda: len(beats) >= 5)
    clock.offset_ms = 10_000
    await until(lambda: beats[-1][0] > 200)
    metronome.stop()
    numbers = [number for number, _, _ in beats]
    assert numbers == sorted(set(numbers))
    assert max(b - a for a, b in pairwise(numbers)) >= 10_000 // 40 - 2
    assert {due - 40 * number for number, due, _ in beats} == {beats[0][1]}
    assert all(now - due <= CATCH_UP_MS for number, due, now in beats)
    assert metronome.late_ticks >= 200


async def test_a_bug_in_a_tick_is_handed_over() -> None:
    failed: list[BaseException] = []

    def beat(number: int, due_ms: int, now_ms: int) -> None:
        raise RuntimeError("bug")

    metronome = Metronome(OffsetClock(), beat, failed.append)
    metronome.start()
    await until(lambda: failed)
    metronome.stop()
    assert str(failed[0]) == "bug"
