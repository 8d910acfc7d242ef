"""The gate: nothing goes out without a permission that is present, fresh and of this run."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.domain import MeetingState
from chamber.core.gate import LEASE_MS, MARGIN_MS, Gate, Lease, admits, judge, parse_lease, receive

OPEN = Lease(MeetingState.OPEN, "a", "a", 1, 1000)


def opened(now_ms: int = 1000) -> Gate:
    return receive(Gate(), OPEN, now_ms)


def test_shut_until_a_lease_comes() -> None:
    assert not judge(Gate(), 5).is_open
    assert not admits(Gate(), 5, 5)


def test_opens_with_a_margin() -> None:
    gate = opened()
    assert gate.is_open
    assert not admits(gate, 1000 + MARGIN_MS - 1, 1400)
    assert admits(gate, 1000 + MARGIN_MS, 1400)


@pytest.mark.parametrize("state", [s for s in MeetingState if s is not MeetingState.OPEN])
def test_no_other_state_opens(state: MeetingState) -> None:
    assert not receive(Gate(), replace(OPEN, state=state), 1000).is_open


def test_a_lease_that_waited_in_a_socket_is_stale() -> None:
    assert not receive(Gate(), OPEN, 1000 + LEASE_MS + 1).is_open


def test_a_lease_from_the_future_permits_nothing() -> None:
    assert not receive(Gate(), OPEN, 999).is_open


def test_falls_shut_by_itself_and_says_it_lapsed() -> None:
    gate = judge(opened(), 1000 + LEASE_MS + 1)
    assert not gate.is_open
    assert gate.lapses == 1
    assert gate.closures == 1


def test_reopens_by_itself_within_one_epoch_with_a_new_margin() -> None:
    gate = judge(opened(), 3000)
    gate = receive(gate, replace(OPEN, seq=2, issued_ms=3000), 3010)
    assert gate.is_open
    assert not admits(gate, 3000, 3400)
    assert admits(gate, 3010 + MARGIN_MS, 3400)


def test_a_new_run_of_the_controller_does_not_open_what_the_old_one_opened() -> None:
    gate = receive(opened(), Lease(MeetingState.OPEN, "b", "a", 1, 1100), 1100)
    assert not gate.is_open
    assert not receive(gate, Lease(MeetingState.OPEN, "b", None, 2, 1110), 1110).is_open


def test_an_older_lease_changes_nothing() -> None:
    gate = receive(opened(), replace(OPEN, state=MeetingState.CLOSED, seq=3, issued_ms=1050), 1050)
    assert not receive(gate, replace(OPEN, seq=2, issued_ms=1060), 1060).is_open


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"state": "open"},
        {"state": "wide open", "epoch": "a", "opened_epoch": "a", "seq": 1, "issued_ms": 1},
        {"state": "open", "epoch": 1, "opened_epoch": "a", "seq": 1, "issued_ms": 1},
        {"state": "open", "epoch": "a", "opened_epoch": "a", "seq": True, "issued_ms": 1},
        {"state": "open", "epoch": "a", "opened_epoch": "a", "seq": 1, "issued_ms": 1.5},
    ],
)
def test_what_is_no_lease_is_none(raw: object) -> None:
    assert parse_lease(raw) is None


leases = st.builds(
    Lease,
    state=st.sampled_from(MeetingState),
    epoch=st.sampled_from("ab"),
    opened_epoch=st.sampled_from(["a", "b", None]),
    seq=st.integers(0, 50),
    issued_ms=st.integers(0, 5000),
)


@given(st.lists(st.tuples(st.integers(0, 400), st.one_of(st.none(), leases)), max_size=60))
def test_whatever_comes_open_means_a_fresh_open_lease_of_this_epoch(evening: list[tuple[int, Lease | None]]) -> None:
    gate, now_ms = Gate(), 0
    for gap_ms, lease in evening:
        now_ms += gap_ms
        gate = receive(gate, lease, now_ms) if lease else judge(gate, now_ms)
        if gate.is_open:
            held = gate.lease
            assert held is not None
            assert held.state is MeetingState.OPEN
            assert held.epoch == held.opened_epoch
            assert now_ms - held.issued_ms <= LEASE_MS
        if admits(gate, now_ms, now_ms):
            assert gate.is_open
            assert gate.open_from_ms is not None
            assert now_ms >= gate.open_from_ms


def test_an_older_lease_of_another_run_is_ignored() -> None:
    """Leases of a controller that was killed may still wait in a socket when its successor has said no."""
    no = Lease(MeetingState.SUSPENDED, "second", None, 1, 10_500)
    late = Lease(MeetingState.OPEN, "first", "first", 900, 10_400)
    gate = receive(receive(Gate(), no, 10_510), late, 10_520)
    assert not gate.is_open
    assert gate.lease == no


def test_a_lapse_is_counted_and_a_press_is_not() -> None:
    def lease(seq: int, at_ms: int, state: MeetingState = MeetingState.OPEN) -> Lease:
        return Lease(state, "e", "e", seq, at_ms)

    gate = receive(Gate(), lease(1, 10_000), 10_000)
    gate = judge(gate, 11_001)
    assert (gate.is_open, gate.lapses, gate.closures) == (False, 1, 1)
    gate = receive(gate, lease(2, 12_000), 12_000)
    assert gate.open_from_ms == 12_300
    gate = receive(gate, lease(3, 12_100, MeetingState.CLOSED), 12_100)
    assert (gate.is_open, gate.lapses, gate.closures) == (False, 1, 2)
