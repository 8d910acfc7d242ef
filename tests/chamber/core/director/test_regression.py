"""A floor under the director's quality, on invented evenings of ours; `chamber bench director` has the whole table."""

import pytest

from chamber.apps import evening
from chamber.apps.rehearsal import Figures, Rehearsal, judge
from chamber.core.director import model as d


def play(cameras: int, *, everywhere: bool, voice_gated: bool, slowness: float = 1.0) -> Figures:
    turns, events = evening.evening(11, 90, voice_gated=voice_gated)
    plan = evening.plan(cameras, everywhere=everywhere, voice_gated=voice_gated)
    rehearsal = Rehearsal(plan, evening.moves(slowness))
    for event in events:
        rehearsal.feed(event)
    rehearsal.advance(turns[-1].to_ms + 3000)
    return judge(rehearsal, turns)


@pytest.mark.parametrize(
    ("cameras", "everywhere", "voice_gated", "slowness", "on_target", "wait_p95_ms", "cuts_per_min"),
    [
        (1, True, False, 1.0, 0.935, 3600, 4.2),
        (2, True, False, 1.0, 0.975, 2100, 2.6),
        (2, False, False, 1.0, 0.965, 2100, 3.2),
        (3, True, False, 1.0, 0.988, 1400, 2.4),
        (3, True, False, 2.0, 0.980, 2800, 2.6),
        (4, True, False, 1.0, 0.990, 1200, 2.4),
        (2, True, True, 1.0, 0.950, 2700, 3.3),
        (3, True, True, 1.0, 0.970, 2300, 2.9),
    ],
)
def test_floor(
    cameras: int,
    everywhere: bool,
    voice_gated: bool,
    slowness: float,
    on_target: float,
    wait_p95_ms: int,
    cuts_per_min: float,
) -> None:
    figures = play(cameras, everywhere=everywhere, voice_gated=voice_gated, slowness=slowness)
    assert figures.on_air_motion == 0
    assert figures.short_shots == 0
    assert figures.on_target >= on_target
    assert figures.wait_p95_ms <= wait_p95_ms
    assert figures.cuts_per_min <= cuts_per_min


def test_prepared_cameras_are_worth_it() -> None:
    turns, events = evening.evening(11, 90)
    shares = []
    for prepare_next in (False, True):
        plan = evening.plan(2, everywhere=True, settings=d.Settings(prepare_next=prepare_next))
        rehearsal = Rehearsal(plan, evening.moves(2.0))
        for event in events:
            rehearsal.feed(event)
        shares.append(judge(rehearsal, turns).on_target)
    assert shares[1] > shares[0] + 0.005
