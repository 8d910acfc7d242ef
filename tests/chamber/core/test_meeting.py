"""The meeting's states: what may follow what, and what never happens by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core import meeting as m
from chamber.core.domain import MeetingState as S
from chamber.core.errors import RefusedError


def at(ms: int) -> m.Moment:
    return m.Moment(1_790_000_000_000 + ms, ms)


def walk(*commands: str, step_ms: int = 2000) -> m.Meeting:
    meeting = m.Meeting("x")
    for number, command in enumerate(commands, 1):
        meeting = m.take(meeting, command, at(number * step_ms))
    return meeting


EVENING = (
    "meeting.standby", "meeting.open", "meeting.suspend", "meeting.open", "meeting.close_doors", "meeting.close",
    "meeting.reopen_doors", "meeting.open", "meeting.end", "meeting.publish",
)  # fmt: skip


def test_a_whole_evening() -> None:
    meeting = walk(*EVENING)
    assert meeting.state is S.PUBLISHED
    assert meeting.opened_ms == 1_790_000_000_000 + 4000


def test_closed_in_one_act_from_every_running_state() -> None:
    for state in (S.STANDBY, S.OPEN, S.SUSPENDED, S.CLOSING_DOORS, S.REOPENING):
        assert m.take(m.Meeting("x", state=state), "meeting.close", at(1)).state is S.CLOSED


def test_out_of_closed_only_by_two_acts_a_second_apart() -> None:
    closed = m.Meeting("x", state=S.CLOSED)
    assert m.allowed(closed) == ("meeting.reopen_doors",)
    reopening = m.take(closed, "meeting.reopen_doors", at(5000))
    with pytest.raises(RefusedError, match="seconde") as refused:
        m.take(reopening, "meeting.open", at(5999))
    assert refused.value.code == "too_soon"
    assert m.take(reopening, "meeting.open", at(6000)).state is S.OPEN


def test_a_refusal_says_what_is_possible() -> None:
    with pytest.raises(RefusedError) as refused:
        m.take(m.Meeting("x", state=S.CLOSED), "meeting.open", at(1))
    assert refused.value.code == "illegal_transition"
    assert str(refused.value) == "Openen kan niet: de vergadering is besloten. Wel kan: deuren open."


def test_resumption_is_named_only_while_suspended() -> None:
    suspended = m.take(m.Meeting("x", state=S.OPEN), "meeting.suspend", at(1), resumes_at="21:15")
    assert suspended.resumes_at == "21:15"
    later = m.take(suspended, "meeting.suspend", at(3), resumes_at="21:30")
    assert (later.resumes_at, later.since_ms) == ("21:30", suspended.since_ms)
    with pytest.raises(RefusedError):
        m.take(suspended, "meeting.suspend", at(3))
    assert m.take(suspended, "meeting.open", at(2)).resumes_at is None


def test_a_second_session_of_the_same_meeting() -> None:
    ended = walk("meeting.standby", "meeting.open", "meeting.end")
    assert m.take(ended, "meeting.standby", at(9000)).session == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (S.OPEN, S.SUSPENDED),
        (S.STANDBY, S.SUSPENDED),
        (S.CLOSED, S.CLOSED),
        (S.REOPENING, S.REOPENING),
        (S.PLANNED, S.PLANNED),
    ],
)
def test_panic_never_opens(before: S, after: S) -> None:
    meeting = m.panic(m.Meeting("x", state=before), at(1))
    assert meeting.state is after
    assert m.slate(meeting) is not None


@pytest.mark.parametrize("state", list(S))
def test_a_restart_never_resumes_open(state: S) -> None:
    after = m.after_restart(m.Meeting("x", state=state), at(1)).state
    assert after is not S.OPEN
    if state in (S.CLOSING_DOORS, S.CLOSED, S.REOPENING):
        assert after is S.CLOSED


@given(st.lists(st.tuples(st.sampled_from(sorted(m.STEPS)), st.integers(0, 1500)), max_size=40))
def test_the_programme_is_public_only_while_open(evening: list[tuple[str, int]]) -> None:
    meeting, now_ms, left_closed_ms = m.Meeting("x"), 0, 0
    for command, gap_ms in evening:
        now_ms += gap_ms
        before = meeting
        try:
            meeting = m.take(meeting, command, at(now_ms))
        except RefusedError:
            continue
        if before.state is S.CLOSED:
            left_closed_ms = now_ms
        if meeting.state is S.OPEN and before.state is S.REOPENING:
            assert now_ms - left_closed_ms >= m.REOPEN_PAUSE_MS
        assert (m.slate(meeting) is None) == (meeting.state is S.OPEN)
