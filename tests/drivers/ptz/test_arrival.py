"""When positions prove an arrival."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.ptz.arrival import arrived
from drivers.ptz.position import HeadMotion, Position

START, THERE, NEAR, ELSEWHERE = (
    Position(0, 0, 0),
    Position(500, 90, 900),
    Position(508, 84, 905),
    Position(700, 90, 900),
)


def judge(
    *samples: Position,
    completed: bool = False,
    learned: Position | None = None,
    motion: HeadMotion | None = None,
    elapsed_ms: int = 1000,
) -> bool:
    return arrived(
        samples,
        completed=completed,
        learned=learned,
        start=START,
        motion=motion,
        elapsed_ms=elapsed_ms,
        tolerance=10,
    )


def test_a_completion_and_one_position_are_enough_at_an_unknown_preset() -> None:
    assert judge(THERE, completed=True)
    assert not judge(completed=True)


def test_a_completion_is_checked_against_the_learned_position() -> None:
    assert judge(NEAR, completed=True, learned=THERE)
    assert not judge(ELSEWHERE, completed=True, learned=THERE)


def test_a_preset_that_was_stored_anew_is_taken_once_the_camera_rests() -> None:
    assert not judge(ELSEWHERE, ELSEWHERE, completed=True, learned=THERE)
    assert judge(ELSEWHERE, ELSEWHERE, ELSEWHERE, completed=True, learned=THERE)
    assert not judge(ELSEWHERE, ELSEWHERE, ELSEWHERE, completed=True, learned=THERE, elapsed_ms=399)


def test_without_a_completion_the_learned_position_must_hold_still() -> None:
    assert not judge(NEAR, learned=THERE)
    assert not judge(Position(503, 84, 905), NEAR, learned=THERE)
    assert judge(NEAR, NEAR, learned=THERE)


def test_without_completion_and_memory_motion_must_have_been_seen() -> None:
    assert not judge(START, START, START)
    assert not judge(THERE, THERE)
    assert judge(THERE, THERE, THERE)
    assert not judge(THERE, Position(500, 90, 950), THERE)


def test_a_head_that_says_it_moves_has_not_arrived() -> None:
    assert not judge(THERE, completed=True, motion=HeadMotion.MOVING)
    assert judge(THERE, completed=True, motion=HeadMotion.COMPLETED)


positions = st.builds(Position, st.integers(-99, 99), st.integers(-99, 99), st.integers(0, 99))


@given(st.lists(positions, max_size=3), st.none() | positions, st.integers(0, 9999))
def test_a_camera_that_never_left_has_not_arrived(
    samples: list[Position], learned: Position | None, elapsed_ms: int
) -> None:
    here = tuple(START for _ in samples)
    far = None if learned is None else Position(learned.pan + 1000, learned.tilt, learned.zoom)
    assert not judge(*here, learned=far, elapsed_ms=elapsed_ms)
