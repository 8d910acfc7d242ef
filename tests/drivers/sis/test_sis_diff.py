"""Which ties are sent: what is wished and not so, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.sis.diff import Route, diff

outputs, inputs = st.integers(1, 6), st.integers(0, 8)
wishes = st.dictionaries(outputs, inputs)
readings = st.dictionaries(outputs, st.none() | inputs)


@given(readings, wishes)
def test_done_means_nothing_is_left_and_the_rest_is_untouched(
    known: dict[int, int | None], wished: dict[int, int]
) -> None:
    steps = diff(known, wished)
    after = known | {step.output: step.input for step in steps}
    assert diff(after, wished) == ()
    assert after | wished == after
    assert {step.output for step in steps} <= set(wished)
    assert all(known.get(step.output) != step.input for step in steps)


def test_the_lowest_output_comes_first() -> None:
    assert diff({1: 1, 3: 0}, {3: 2, 2: 5, 1: 1}) == (Route(2, 5), Route(3, 2))
