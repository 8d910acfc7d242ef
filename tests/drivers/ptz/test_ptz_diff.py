"""What a camera is told: complete, minimal, and nothing on air."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chamber.ports import CameraWish
from drivers.ptz.diff import STILL, Motion, Recall, SetPower, Turn, View, Zoom, diff, motion_diff

presets = st.none() | st.integers(0, 4)
views = st.builds(View, st.none() | st.booleans(), presets, presets)
wishes = st.builds(CameraWish, presets, st.booleans(), st.booleans(), st.text(max_size=5))
speeds = st.integers(-7, 7)
motions = st.builds(Motion, speeds, speeds, speeds)
known_motions = st.builds(Motion, st.none() | speeds, st.none() | speeds, st.none() | speeds)


def applied(known: View, steps: tuple[SetPower | Recall, ...]) -> View:
    for step in steps:
        known = replace(known, power=step.on) if isinstance(step, SetPower) else replace(known, recalling=step.preset)
    return known


@given(views, wishes)
def test_done_means_nothing_is_left(known: View, wish: CameraWish) -> None:
    assert diff(applied(known, diff(known, wish)), wish) == ()


@given(views, wishes)
def test_the_wish_is_reached_unless_it_is_on_air(known: View, wish: CameraWish) -> None:
    after = applied(known, diff(known, wish))
    if wish.preset is not None and (wish.forced or not wish.on_air):
        assert wish.preset == (after.preset if after.recalling is None else after.recalling)
        assert after.power is not False
    else:
        assert after == known


@given(views, wishes)
def test_on_air_means_hands_off(known: View, wish: CameraWish) -> None:
    assert diff(known, replace(wish, on_air=True, forced=False)) == ()


@given(views, wishes)
def test_every_step_carries_its_reason_and_power_comes_first(known: View, wish: CameraWish) -> None:
    steps = diff(known, wish)
    assert all(step.why == wish.why for step in steps)
    assert all(isinstance(step, Recall) for step in steps[1:])


def moved(known: Motion, steps: tuple[Turn | Zoom, ...]) -> Motion:
    for step in steps:
        if isinstance(step, Turn):
            known = replace(known, pan=step.pan, tilt=step.tilt)
        else:
            known = replace(known, zoom=step.speed)
    return known


@given(known_motions, motions)
def test_motion_is_brought_about_with_at_most_two_steps(known: Motion, wanted: Motion) -> None:
    steps = motion_diff(known, wanted, on_air=False)
    assert moved(known, steps) == wanted
    assert len(steps) <= 2
    assert motion_diff(wanted, wanted, on_air=False) == ()


@given(known_motions, motions)
def test_on_air_only_stops_are_left(known: Motion, wanted: Motion) -> None:
    steps = motion_diff(known, wanted, on_air=True)
    assert set(steps) <= {Turn(0, 0), Zoom(0)}
    assert moved(known, steps) == STILL
