"""The watcher's judgement: what residents miss is told, and red needs two signs. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.apps.watch import Teller
from chamber.watch import labels
from chamber.watch.judge import LONG_STILL_MS, START_MS, Seen, judge
from tests.conftest import ManualClock

STEP_MS = 500


class Evening:
    """Plays what a viewer sees, half a second at a time."""

    def __init__(self) -> None:
        self.seen, self.now_ms = Seen(0), 0
        self.state, self.live, self.speaker = "open", True, True
        self.media = self.page = self.moving = self.sound = True
        self.delay_ms = 2000

    def run(self, ms: int) -> "Evening":
        for _ in range(ms // STEP_MS):
            self.now_ms += STEP_MS
            seen = self.seen
            if self.page:
                seen.facts(self.state, self.live, self.speaker, self.now_ms)
                seen.page_ms = self.now_ms
            if self.media:
                seen.media_ms = seen.fresh_ms = self.now_ms
                seen.delayed(self.delay_ms, self.now_ms)
                if self.moving:
                    seen.moving.seen(self.now_ms)
                if self.sound:
                    seen.sound.seen(self.now_ms)
        return self

    def verdict(self) -> tuple[str, str]:
        found = judge(self.seen, self.now_ms)
        return found.level, found.code

    def slate(self, state: str) -> "Evening":
        self.state, self.live, self.speaker, self.moving, self.sound = state, False, False, False, False
        return self


def test_an_evening_in_which_nothing_is_wrong() -> None:
    evening = Evening()
    assert evening.verdict() == ("unknown", "looking")
    assert evening.run(60_000).verdict() == ("green", "fine")
    for state in ("suspended", "closed", "reopening", "ended"):
        evening.slate(state)
        for _ in range(60):
            assert evening.run(STEP_MS).verdict() == ("green", "fine"), state
    evening.state, evening.media = "published", False
    assert evening.run(60_000).verdict() == ("green", "fine")


def test_a_stream_that_is_gone_is_red_within_seconds_and_says_since_when() -> None:
    evening = Evening().run(30_000)
    evening.media = evening.page = False
    evening.run(7000)
    found = judge(evening.seen, evening.now_ms)
    assert (found.level, found.code, found.since_ms) == ("red", "away", 30_000)
    assert found.signs == ("no_media", "no_facts", "no_fresh")


def test_a_stream_that_stands_still_while_the_page_answers_needs_the_fresh_connection_too() -> None:
    evening = Evening().run(30_000)
    evening.media = False
    evening.run(4000)
    evening.seen.fresh_ms = evening.now_ms  # a new connection still gets more
    assert evening.run(3000).verdict() == ("amber", "away")
    assert evening.run(5000).verdict() == ("red", "away")


def test_one_page_that_does_not_answer_is_not_a_lost_stream() -> None:
    evening = Evening().run(30_000)
    evening.page = False
    assert evening.run(20_000).verdict() == ("amber", "page")


def test_never_reached_at_all_is_red_after_a_while() -> None:
    evening = Evening()
    evening.media = evening.page = False
    assert evening.run(START_MS - STEP_MS).verdict() == ("unknown", "looking")
    assert evening.run(1000).verdict() == ("red", "away")


def test_its_own_line_is_not_the_streams_fault() -> None:
    evening = Evening().run(30_000)
    evening.media = evening.page = False
    evening.seen.blind_ms = 31_000
    assert evening.run(20_000).verdict() == ("unknown", "blind")


def test_no_sound_while_somebody_speaks_is_told_apart_from_a_lost_stream() -> None:
    evening = Evening().run(30_000)
    evening.sound = False
    assert evening.run(7000).verdict() == ("green", "fine")
    assert evening.run(1500).verdict() == ("red", "silent")
    evening.sound = True
    assert evening.run(1000).verdict() == ("green", "fine")


def test_silence_in_which_nobody_is_named_is_no_red() -> None:
    evening = Evening().run(30_000)
    evening.sound = evening.speaker = False
    assert evening.run(30_000).verdict() == ("green", "fine")
    assert evening.run(35_000).verdict() == ("amber", "silent")
    evening.speaker = True
    assert evening.run(7000).verdict() == ("amber", "silent")
    assert evening.run(1500).verdict() == ("red", "silent")


def test_a_picture_that_stands_still_is_red_only_without_sound() -> None:
    evening = Evening().run(30_000)
    evening.moving = False
    assert evening.run(LONG_STILL_MS - STEP_MS).verdict() == ("green", "fine")
    assert evening.run(1000).verdict() == ("amber", "still")
    evening.sound = False
    assert evening.run(9000).verdict() == ("red", "frozen")


def test_an_open_meeting_behind_a_slate_is_red() -> None:
    evening = Evening().run(30_000).slate("open")
    assert evening.run(7500).verdict() == ("green", "fine")
    assert evening.run(1000).verdict() == ("red", "slate")


@pytest.mark.parametrize("what", ["moving", "sound"])
def test_the_hall_in_a_meeting_that_is_not_public_is_red(what: str) -> None:
    evening = Evening().run(30_000).slate("suspended").run(10_000)
    setattr(evening, what, True)
    assert evening.run(1500).verdict() == ("green", "fine"), "one change of slate is no movement"
    assert evening.run(2000).verdict() == ("red", "leak")


def test_a_late_stream_is_told_and_no_more() -> None:
    evening = Evening().run(30_000)
    evening.delay_ms = 25_000
    assert evening.run(9000).verdict() == ("amber", "late")


@given(st.lists(st.tuples(st.sampled_from(["state", "live", "speaker", "media", "page", "moving", "sound"]),
                          st.integers(0, 8), st.integers(1, 40)), max_size=30))  # fmt: skip
def test_red_always_has_two_signs_and_every_verdict_a_sentence(steps: list[tuple[str, int, int]]) -> None:
    evening, states = (
        Evening(),
        ["planned", "standby", "open", "suspended", "closing_doors", "closed", "reopening", "ended", "published"],
    )
    teller = Teller(ManualClock(), labels_zone())
    for what, value, times in steps:
        setattr(evening, what, states[value] if what == "state" else bool(value % 2))
        evening.run(times * STEP_MS)
        found = judge(evening.seen, evening.now_ms)
        assert found.level != "red" or len(found.signs) >= 2
        assert set(found.signs) <= set(labels.SIGNS)
        text = teller.text(found, evening.seen)
        assert text
        assert "{" not in text


def labels_zone():
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Amsterdam")
