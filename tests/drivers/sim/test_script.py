import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.script import Cast, Step, meeting, play
from tests.conftest import ManualClock

CAST = Cast(
    "chair", ("m1", "m2", "m3", "m4", "m5", "m6"), "alderman", "lectern", "interruption",
    "opening", "debate", "talk", "vote", "closed", "closing", "laptop", "desk", "screen",
)  # fmt: skip
# What each order does to a meeting, as design section 3 has it.
ORDERS = {
    ("planned", "meeting.standby"): "standby",
    ("standby", "meeting.open"): "open",
    ("open", "meeting.suspend"): "suspended",
    ("suspended", "meeting.open"): "open",
    ("open", "meeting.close_doors"): "closing_doors",
    ("closing_doors", "meeting.close"): "closed",
    ("closed", "meeting.reopen_doors"): "reopening",
    ("reopening", "meeting.open"): "open",
    ("open", "meeting.end"): "ended",
    ("ended", "meeting.publish"): "published",
}
totals = st.floats(45, 7200)


def told(steps: tuple[Step, ...]) -> list[tuple[Step, str, frozenset[str]]]:
    """Each step with the state that it meets and the microphones that are open then."""
    state, mics, story = "planned", set[str](), []
    for step in steps:
        story.append((step, state, frozenset(mics)))
        if step.kind == "mic_on":
            assert step.what not in mics
            mics.add(step.what)
        elif step.kind == "mic_off":
            mics.remove(step.what)
        elif step.kind == "operator" and step.what.startswith("meeting."):
            state = ORDERS[state, step.what]
    assert not mics
    return [*story, (Step(0, "operator", "end"), state, frozenset(mics))]


@given(totals)
def test_it_visits_every_state_in_the_time_given(total_s: float) -> None:
    steps = meeting(CAST, total_s)
    states = {state for _, state, _ in told(steps)}
    assert states == {
        "planned", "standby", "open", "suspended", "closing_doors", "closed", "reopening", "ended", "published",
    }  # fmt: skip
    times = [step.at_s for step in steps]
    assert times == sorted(times)
    assert times[0] >= 0.5
    assert total_s * 0.9 < times[-1] < total_s


@given(totals)
def test_the_second_act_of_reopening_comes_a_second_after_the_first(total_s: float) -> None:
    steps = meeting(CAST, total_s)
    first = next(step for step in steps if step.what == "meeting.reopen_doors")
    second = next(step for step in steps if step.what == "meeting.open" and step.at_s > first.at_s)
    assert second.at_s - first.at_s > 1.3


@pytest.mark.parametrize("state", ["standby", "suspended", "closed", "ended"])
def test_people_talk_when_nothing_may_get_out(state: str) -> None:
    assert any(mics - {"chair"} for _, met, mics in told(meeting(CAST)) if met == state)


def test_there_are_two_interruptions_in_the_debate_and_a_presentation() -> None:
    story = told(meeting(CAST))
    interrupted = [mics for step, state, mics in story if step.kind == "mic_on" and step.what == "interruption"]
    assert [bool(mics) for mics in interrupted[:2]] == [True, True]
    assert any(step.kind == "panel" and step.values == {"output": "screen"} for step, _, _ in story)
    items = [step.values["item"] for step, _, _ in story if step.what == "item.select"]
    assert items == ["opening", "debate", "talk", "closed", "vote", "closing"]
    closed = next(state for step, state, _ in story if step.values.get("item") == "closed")
    assert closed == "closing_doors"


def test_what_a_hall_does_not_have_is_left_out() -> None:
    bare = Cast("chair", ("m1", "m2", "m3", "m4", "m5"), "alderman", "lectern", "interruption")
    kinds = {step.what for step in meeting(bare)}
    assert not kinds & {"item.select", "presentation.select", ""}


def test_too_short_and_too_few_are_refused() -> None:
    with pytest.raises(ValueError, match="45 s"):
        meeting(CAST, 44.0)
    with pytest.raises(ValueError, match="five"):
        meeting(Cast("c", ("m1",), "a", "l", "i"))


async def test_steps_are_played_when_they_are_due() -> None:
    clock, done = ManualClock(now_ms=0), list[tuple[float, str]]()

    async def act(step: Step) -> None:
        done.append((clock.now_ms() / 1000, step.what))
        if step.what == "slow":
            clock.advance(3000)

    steps = (
        Step(1.0, "mic_on", "a"),
        Step(2.0, "mic_on", "slow"),
        Step(4.0, "mic_on", "late"),
        Step(7.0, "panel", "b"),
    )
    await play(steps, act, begin_s=0.5, now_s=lambda: clock.now_ms() / 1000, sleep=clock.sleep)
    assert done == [(1.5, "a"), (2.5, "slow"), (5.5, "late"), (7.5, "b")]


async def test_a_play_can_be_stopped() -> None:
    done: list[str] = []

    async def act(step: Step) -> None:
        done.append(step.what)

    task = asyncio.create_task(play((Step(0, "mic_on", "a"), Step(60, "mic_on", "b")), act))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["a"]
