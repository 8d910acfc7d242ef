"""What holds on every evening, however people behave and whatever fails."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chamber.apps.rehearsal import MoveTime
from chamber.core.director import model as d
from chamber.core.director.reasons import REASONS
from chamber.core.director.reducer import Director
from chamber.core.domain import Mode, Phase, ShotKind
from tests.chamber.core.director.story import Story, hall

SEATS = {
    "chair": ("cam1", "cam2"),
    "A": ("cam1",),
    "B": ("cam1", "cam2"),
    "C": ("cam2",),
    "D": ("cam2", "cam3"),
    "nowhere": (),
}
seats = st.sampled_from(sorted(SEATS))
cameras = st.sampled_from(["cam1", "cam2", "cam3", "wide", "cam9"])
gaps = st.integers(0, 9000)
people = st.one_of(
    st.tuples(st.just(d.MicOpened), st.tuples(seats)),
    st.tuples(st.just(d.MicClosed), st.tuples(seats)),
    st.tuples(st.just(d.Requested), st.tuples(seats)),
    st.tuples(st.just(d.RequestWithdrawn), st.tuples(seats)),
)
troubles = st.one_of(
    st.tuples(st.just(d.CameraLost), st.tuples(cameras, st.just("gone"))),
    st.tuples(st.just(d.CameraBack), st.tuples(cameras)),
    st.tuples(st.just(d.CameraFailed), st.tuples(cameras, st.integers(1, 5), st.just("refused"))),
    st.tuples(st.just(d.CameraDisturbed), st.tuples(cameras)),
    st.tuples(st.just(d.PhaseChanged), st.tuples(st.sampled_from(Phase))),
    st.tuples(st.just(d.ModeSet), st.tuples(st.sampled_from(Mode))),
    st.tuples(
        st.just(d.ShotOrdered), st.tuples(cameras | st.none(), st.integers(1, 5) | st.none(), st.sampled_from(ShotKind))
    ),
    st.tuples(st.just(d.ProposalAccepted), st.tuples()),
    st.tuples(st.just(d.PresentationChanged), st.tuples(st.booleans())),
    st.tuples(st.just(d.ChairMoved), st.tuples(seats | st.none())),
    st.tuples(st.just(d.SeatPrivacy), st.tuples(seats, st.booleans(), st.booleans())),
    st.tuples(st.just(d.PauseSet), st.tuples(st.booleans())),
    st.tuples(st.just(d.Reset), st.tuples()),
)
travel = st.sampled_from([400, 1100, 2600, 5000, None])
plans = st.builds(
    hall,
    st.just(SEATS),
    voice_gated=st.sampled_from([True, False, None]),
    min_shot_ms=st.sampled_from([1000, 2000, 4000]),
    overlap=st.sampled_from(d.Overlap),
    takeover=st.sampled_from(d.Takeover),
    camera_pick=st.sampled_from(d.CameraPick),
    bridge=st.sampled_from(d.Bridge),
    chair_rule=st.sampled_from(d.ChairRule),
    max_shot_ms=st.sampled_from([0, 15_000]),
    presentation=st.just("slides"),
)


def moves(times: list[int | None]) -> MoveTime:
    """Each (camera, start, end) has its own time, or never reports."""

    def move(camera: str, start: int | None, end: int) -> int | None:
        return times[hash_free(camera, start or 0, end) % len(times)]

    return move


def hash_free(camera: str, start: int, end: int) -> int:
    return len(camera) + ord(camera[-1]) + 7 * start + 13 * end


@settings(max_examples=150)
@given(plans, st.lists(st.tuples(gaps, people), max_size=60), st.lists(travel, min_size=1, max_size=5))
def test_an_evening_without_trouble(plan: d.Plan, evening: list[Any], times: list[int | None]) -> None:
    story = Story(plan, move=moves(times))
    for gap_ms, (kind, values) in evening:
        story.waits(gap_ms).tell(kind, *values)
    story.waits(60_000)
    assert story.faultless()
    assert all(later - sooner >= plan.settings.min_shot_ms for sooner, later in pairwise(story.cut_times))
    assert all(cut.reason.code in REASONS for _, cut in story.record.cuts)


@settings(max_examples=150)
@given(plans, st.lists(st.tuples(gaps, people | troubles), max_size=60), st.lists(travel, min_size=1, max_size=5))
def test_an_evening_of_trouble(plan: d.Plan, evening: list[Any], times: list[int | None]) -> None:
    story = Story(plan, move=moves(times))
    lost: set[str] = set()
    for gap_ms, (kind, values) in evening:
        story.waits(gap_ms)
        if kind is d.CameraLost:
            lost.add(values[0])
        if kind is d.CameraBack:
            lost.discard(values[0])
        recalls = len(story.record.recalls)
        story.tell(kind, *values)
        assert not lost & {recall.camera for _, recall in story.record.recalls[recalls:]}
    assert not story.record.moved_on_air


@settings(max_examples=100)
@given(st.lists(st.tuples(gaps, people), max_size=40), seats.filter(lambda seat: seat != "nowhere"))
def test_the_latest_speaker_is_shown_in_the_end(evening: list[Any], last: str) -> None:
    story = Story(hall(SEATS))
    for gap_ms, (kind, values) in evening:
        story.waits(gap_ms).tell(kind, *values)
    for seat in SEATS:
        story.closes(seat)
    assert story.waits(3000).opens(last).waits(20_000).seat == last


@settings(max_examples=100)
@given(plans, st.lists(st.tuples(gaps, people | troubles), max_size=40))
def test_the_same_evening_gives_the_same_actions(plan: d.Plan, evening: list[Any]) -> None:
    one, at_ms = Director(plan), 0
    other = Director(plan)
    for number, (gap_ms, (kind, values)) in enumerate(evening):
        at_ms += gap_ms
        assert one.handle(d.Ticked(at_ms)) == other.handle(d.Ticked(at_ms))
        assert one.handle(kind(at_ms, *values)) == other.handle(kind(at_ms, *values))
        if number % 7 == 3:
            other = other.copy()


@settings(max_examples=60)
@given(plans, st.lists(st.tuples(gaps, people), max_size=40))
def test_more_ticks_than_asked_for_change_nothing(plan: d.Plan, evening: list[Any]) -> None:
    sparse, dense = Story(plan), Story(plan)
    for gap_ms, (kind, values) in evening:
        sparse.waits(gap_ms).tell(kind, *values)
        for _ in range(gap_ms // 100):
            dense.waits(100).tell(d.Ticked)
        dense.waits(gap_ms % 100).tell(kind, *values)
    assert sparse.waits(20_000).record.cuts == dense.waits(20_000).record.cuts


def test_a_copy_goes_its_own_way() -> None:
    director = Director(hall())
    director.handle(d.MicOpened(0, "A"))
    twin = director.copy()
    assert any(isinstance(action, d.Cut) for action in twin.handle(d.CameraArrived(900, "cam1", 2)))
    assert any(isinstance(action, d.Cut) for action in director.handle(d.CameraArrived(900, "cam1", 2)))
