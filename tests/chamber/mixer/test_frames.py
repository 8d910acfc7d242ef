"""Pictures between a reading thread and the clock, in virtual time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chamber.mixer.frames import EARLY_MS, LATE_MS, FrameStore


def put(store: FrameStore, value: int, now_ms: int) -> None:
    store.back[:] = value
    store.publish(now_ms)


def test_nothing_is_taken_before_something_came() -> None:
    store = FrameStore(6)
    assert store.take(1000) is None
    assert store.copy_newest(np.zeros(6, np.uint8)) is None
    assert store.counted(1000) == (0, 0.0)


def test_the_newest_wins_after_a_burst_and_a_picture_stays_until_the_next() -> None:
    store = FrameStore(6)
    for number in range(50):
        put(store, number, number)
    frame = store.take(1000)
    assert frame is not None
    assert frame.pixels[0] == 49
    assert store.take(1040) is frame
    put(store, 99, 1050)
    assert frame.pixels[0] == 49, "writing does not touch what was taken"
    later = store.take(1080)
    assert later is not None
    assert (later.seq, later.pixels[0], later.received_ms) == (51, 99, 1050)


def test_every_picture_of_a_source_with_jitter_gets_its_own_tick() -> None:
    """A source on the edge between two ticks: without the window it would lose and repeat pictures."""
    for delay_ms in (0, 40, 100):
        store, shown = FrameStore(6, delay_ms), []
        jitter = [0, 9, 3, 11, 5, 1, 10] * 30
        arrivals = [1000 + 40 * n + late for n, late in enumerate(jitter)]
        waiting = list(arrivals)
        for tick in range(200):
            due_ms = 1005 + 40 * tick
            while waiting and waiting[0] <= due_ms:
                put(store, 0, waiting.pop(0))
            frame = store.take(due_ms)
            if frame:
                shown.append(frame.seq)
        settled = shown[20:]
        assert settled == list(range(settled[0], settled[0] + len(settled))), delay_ms


def test_a_fast_source_is_thinned_and_never_grows_old() -> None:
    store = FrameStore(6, 40)
    for tick in range(100):
        put(store, 0, 1000 + 40 * tick)
        put(store, 0, 1020 + 40 * tick)
        frame = store.take(1025 + 40 * tick)
        if tick > 3:
            assert frame is not None
            assert 40 - EARLY_MS <= 1025 + 40 * tick - frame.received_ms <= 40 + LATE_MS


def test_a_delay_holds_pictures_back_by_that_much() -> None:
    store = FrameStore(6, 200)
    ages = []
    for tick in range(50):
        put(store, tick, 1000 + 40 * tick)
        frame = store.take(1010 + 40 * tick)
        if frame and tick > 10:
            ages.append(1010 + 40 * tick - frame.received_ms)
    assert set(ages) == {210}


def test_the_rate_is_counted_over_the_last_second_or_so() -> None:
    store = FrameStore(6)
    for number in range(40):
        put(store, 0, 1000 + 40 * number)
    assert store.counted(2600) == (40, 25.0)
    assert store.counted(9000) == (40, 0.0)


@given(st.lists(st.tuples(st.sampled_from(["put", "take"]), st.integers(0, 120)), max_size=120), st.integers(0, 300))
def test_sequence_never_goes_back_and_buffers_are_never_mixed_up(steps: list[tuple[str, int]], delay_ms: int) -> None:
    store, now_ms, number, last = FrameStore(6, delay_ms), 1000, 0, 0
    for what, gap_ms in steps:
        now_ms += gap_ms
        if what == "put":
            number += 1
            put(store, number, now_ms)
            continue
        frame = store.take(now_ms)
        if frame:
            assert frame.seq >= last
            assert (frame.pixels == frame.seq).all()
            assert now_ms - frame.received_ms >= delay_ms - EARLY_MS
            last = frame.seq
