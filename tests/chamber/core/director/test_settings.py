"""Each house rule changes what is seen."""

from dataclasses import fields
from itertools import pairwise
from typing import Any

from chamber.core.director import model as d
from chamber.core.domain import Mode, Phase, ShotKind
from tests.chamber.core.director.story import Story, hall

TESTED = {
    "confirm_ms",
    "confirm_chair_ms",
    "confirm_voice_ms",
    "interjection_max_ms",
    "min_shot_ms",
    "release_hold_ms",
    "silence_to_wide_ms",
    "hold_ms",
    "max_shot_ms",
    "cutaway_ms",
    "settle_ms",
    "camera_pick",
    "bridge",
    "takeover",
    "overlap",
    "overlap_escalate_ms",
    "pingpong_cuts",
    "pingpong_window_ms",
    "chair_rule",
    "chair_ms",
    "prepare_next",
    "reaction_shots",
    "phase_policy",
    "mode",
    "operator_hold_ms",
    "bar_after_ms",
    "bar_for_ms",
    "bar_again_ms",
}
FOUR = {"A": ("cam1",), "B": ("cam2",), "C": ("cam3",), "chair": ("cam4",)}


def test_every_setting_has_its_test_below() -> None:
    assert {field.name for field in fields(d.Settings)} == TESTED


def settled(**settings: Any) -> Story:
    """Four cameras, each standing on its own seat."""
    story = Story(hall(FOUR, **settings))
    for seat in ("A", "B", "C", "chair"):
        story.speaks(seat, 6000).waits(1500)
    return story.waits(10_000)


def first_shown_ms(story: Story, seat: str, since_ms: int) -> int:
    """How long after `since_ms` this seat came into the picture."""
    return next(at_ms for at_ms, cut in story.record.cuts if cut.seat == seat and at_ms >= since_ms) - since_ms


def test_confirm_ms() -> None:
    for confirm_ms in (0, 600, 1900):
        story = settled(confirm_ms=confirm_ms).opens("A").waits(9000)
        assert first_shown_ms(story.opens("B").waits(5000), "B", story.now_ms - 5000) == confirm_ms


def test_confirm_chair_ms() -> None:
    for confirm_ms in (0, 150, 1000):
        story = settled(confirm_chair_ms=confirm_ms).opens("A").waits(9000)
        assert first_shown_ms(story.opens("chair").waits(5000), "chair", story.now_ms - 5000) == confirm_ms


def test_confirm_voice_ms() -> None:
    for confirm_ms in (3000, 10_000):
        story = Story(hall(FOUR, voice_gated=True, confirm_voice_ms=confirm_ms)).opens("A").waits(20_000)
        assert first_shown_ms(story.opens("B").waits(15_000), "B", story.now_ms - 15_000) == confirm_ms


def test_interjection_max_ms() -> None:
    story = settled(interjection_max_ms=1000).opens("A").waits(9000)
    before = len(story.told(d.Interjected))
    story.speaks("B", 900).waits(5000).speaks("B", 1100)
    assert [action.seat for action in story.told(d.Interjected)[before:]] == ["B"]


def test_min_shot_ms() -> None:
    for min_shot_ms in (1000, 2000, 5000):
        story = settled(min_shot_ms=min_shot_ms, pingpong_cuts=0)
        start = len(story.record.cuts)
        for _ in range(6):
            story.speaks("A", 700).waits(100).speaks("B", 700).waits(100)
        gaps = [b - a for a, b in pairwise(story.cut_times[start:])]
        assert gaps
        assert min_shot_ms <= min(gaps) <= min_shot_ms + 1000


def test_release_hold_ms() -> None:
    for hold_ms in (0, 2500):
        story = settled(release_hold_ms=hold_ms).opens("A").waits(9000).opens("B").waits(9000).closes("B")
        assert first_shown_ms(story.waits(5000), "A", story.now_ms - 5000) == hold_ms


def test_silence_to_wide_ms() -> None:
    for silence_ms in (3000, 6000):
        story = settled(silence_to_wide_ms=silence_ms).opens("A").waits(9000).closes("A").waits(silence_ms - 10)
        assert story.seat == "A"
        assert story.waits(20).why == "silence"


def test_hold_ms() -> None:
    for hold_ms in (1500, 2300):
        story = Story(hall(hold_ms=hold_ms, prepare_next=False), takes_ms=2400)
        story.opens("A").waits(9000).opens("B").waits(hold_ms - 10)
        assert story.pictures == ["A"]
        assert story.waits(20).why == "waiting"


def test_max_shot_ms_and_cutaway_ms() -> None:
    story = settled(max_shot_ms=20_000, cutaway_ms=4000).opens("A")
    opened_ms = story.now_ms
    story.waits(60_000)
    cuts = [(at_ms - opened_ms, cut.reason.code) for at_ms, cut in story.record.cuts if at_ms >= opened_ms]
    assert cuts == [
        (0, "speaker"),
        (20_000, "cutaway"),
        (24_000, "cutaway_over"),
        (44_000, "cutaway"),
        (48_000, "cutaway_over"),
    ]
    assert settled().opens("A").waits(600_000).why == "speaker"


def test_settle_ms_is_expected_until_measured() -> None:
    for settle_ms, pictures in ((1000, ["A", "B"]), (4000, ["A", "wide", "B"])):
        plan = hall(settle_ms=None, prepare_next=False)
        unmeasured = tuple(d.PlanCamera(camera.id, camera.shots) for camera in plan.cameras)
        settings = d.Settings(settle_ms=settle_ms, prepare_next=False)
        story = Story(d.Plan(unmeasured, plan.wide, plan.chair, voice_gated=False, settings=settings), takes_ms=2000)
        assert story.opens("A").waits(9000).opens("B").waits(6000).pictures == pictures


def test_camera_pick() -> None:
    def camera_for_c(pick: d.CameraPick) -> str | None:
        seats = {"A": ("cam1", "cam2", "cam3"), "B": ("cam1", "cam2", "cam3"), "C": ("cam1", "cam2", "cam3")}
        times = {"cam1": 900, "cam2": 1000, "cam3": 1400}
        story = Story(hall(seats, camera_pick=pick, prepare_next=False), move=lambda camera, start, end: times[camera])
        for camera, preset in (("cam1", 1), ("cam2", 1), ("cam3", 1)):
            story.tell(d.ShotOrdered, camera, preset, ShotKind.SPEAKER).waits(3000)
        story.tell(d.ShotOrdered, "cam1", 1, ShotKind.SPEAKER).waits(3000)
        story.tell(d.ShotOrdered, "cam2", 2, ShotKind.SPEAKER).waits(3000).tell(d.ModeSet, Mode.AUTO)
        story.opens("A", "B").waits(3000).opens("C").waits(5000)
        assert story.seat == "C"
        return story.on_air.camera if story.on_air else None

    assert camera_for_c(d.CameraPick.OTHER_CAMERA_FIRST) == "cam1"
    assert camera_for_c(d.CameraPick.LEAST_RECENT) == "cam3"


def test_camera_pick_exclusive_leaves_open_speakers_their_camera() -> None:
    seats = dict.fromkeys(("A", "B", "C"), ("cam1", "cam2", "cam3"))

    def taken_from_a(pick: d.CameraPick) -> bool:
        times = {"cam1": 900, "cam2": 1000, "cam3": 1400}
        story = Story(hall(seats, camera_pick=pick, prepare_next=False), move=lambda camera, start, end: times[camera])
        story.opens("A").waits(5000).opens("B").waits(5000).opens("C").waits(5000)
        return story.standing("cam1") != 1

    assert taken_from_a(d.CameraPick.OTHER_CAMERA_FIRST)
    assert not taken_from_a(d.CameraPick.EXCLUSIVE)


def test_bridge() -> None:
    seats = {"A": ("cam1",), "B": ("cam1",), "chair": ("cam2",)}
    for bridge, pictures in (
        (d.Bridge.WIDE, ["wide", "B"]),
        (d.Bridge.CHAIR, ["chair", "B"]),
        (d.Bridge.HOLD, ["wide", "B"]),
    ):
        story = Story(hall(seats, bridge=bridge, hold_ms=3000)).speaks("chair", 4000).waits(500).opens("A").waits(9000)
        cuts = len(story.pictures)
        story.opens("B").waits(2900)
        assert (len(story.pictures) == cuts) == (bridge is d.Bridge.HOLD)
        assert story.waits(6000).pictures[cuts:] == pictures
        assert story.faultless()


def test_takeover() -> None:
    for takeover, seat in ((d.Takeover.OVERRIDES, "B"), (d.Takeover.WAITS, "A")):
        story = settled(takeover=takeover).opens("A").waits(9000).opens("B").waits(9000)
        assert story.seat == seat
        assert story.closes("A").waits(3000).seat == "B"


def test_overlap() -> None:
    def shown(rule: d.Overlap, **more: Any) -> Story:
        seats = {**FOUR, "C": ("cam3",)}
        plan = hall(seats, duos=[("cam3", "A", "B")], overlap=rule, **more)
        return Story(plan).opens("A").waits(9000).opens("B").waits(9000)

    assert shown(d.Overlap.LATEST).seat == "B"
    assert shown(d.Overlap.HOLD).seat == "A"
    assert shown(d.Overlap.DUO).kind is ShotKind.DUO
    assert shown(d.Overlap.WIDE).kind is ShotKind.DUO
    assert shown(d.Overlap.WIDE).opens("C").waits(5000).kind is ShotKind.WIDE
    assert shown(d.Overlap.PRIORITY).opens("chair").waits(5000).seat == "chair"


def test_overlap_escalate_ms() -> None:
    for escalate_ms in (0, 5000):
        story = settled(overlap=d.Overlap.HOLD, overlap_escalate_ms=escalate_ms)
        story.opens("A").waits(9000).opens("B").waits(4900)
        assert story.seat == "A"
        assert story.waits(3000).kind is (ShotKind.WIDE if escalate_ms else ShotKind.SPEAKER)


def quarrel(story: Story, rounds: int = 6) -> list[str]:
    """A and B cut in on each other every 2.2 s."""
    cuts = len(story.pictures)
    for _ in range(rounds):
        story.speaks("A", 2100).waits(100).speaks("B", 2100).waits(100)
    return story.pictures[cuts:]


def test_pingpong_cuts() -> None:
    assert "wide" not in quarrel(settled(pingpong_cuts=0))
    assert quarrel(settled(pingpong_cuts=3)).index("wide") == 3
    assert quarrel(settled(pingpong_cuts=5)).index("wide") == 5


def test_pingpong_window_ms_and_calm() -> None:
    assert "wide" not in quarrel(settled(pingpong_cuts=3, pingpong_window_ms=5000))
    story = settled(pingpong_cuts=3, pingpong_window_ms=12_000)
    quarrel(story, 2)
    assert story.kind is ShotKind.WIDE
    assert story.opens("A").waits(3500).kind is ShotKind.WIDE
    assert story.waits(1500).seat == "A"


def test_chair_rule_and_chair_ms() -> None:
    for rule, shown_after_ms in ((d.ChairRule.NEVER_CUT_SHORT, 4000), (d.ChairRule.NORMAL, 2001)):
        story = settled(chair_rule=rule).opens("A").waits(1000).opens("chair").waits(9000)
        times = [(at_ms, cut.seat) for at_ms, cut in story.record.cuts][-2:]
        assert times[1][0] - times[0][0] == shown_after_ms
    story = settled(chair_ms=3000).opens("A").waits(1000).opens("chair").waits(9000)
    assert story.cut_times[-1] - story.cut_times[-2] == 3000
    story = settled(chair_rule=d.ChairRule.PRIORITY).opens("chair").waits(5000).opens("A").waits(9000)
    assert story.seat == "chair"


def test_prepare_next() -> None:
    for prepare_next in (True, False):
        story = Story(hall(prepare_next=prepare_next)).waits(5000)
        assert bool(story.record.recalls) is prepare_next


def test_reaction_shots() -> None:
    for reaction_shots, seat in ((False, None), (True, "B")):
        story = settled(max_shot_ms=20_000, reaction_shots=reaction_shots).speaks("B", 9000).waits(300)
        story.opens("A").waits(21_500)
        assert (story.seat, story.kind is ShotKind.WIDE) == (seat, not reaction_shots)


def test_phase_policy() -> None:
    policies = {**d.PHASE_POLICY, Phase.ANSWER: d.PhasePolicy.WIDE}
    story = settled(phase_policy=policies).tell(d.PhaseChanged, Phase.ANSWER).opens("A").waits(9000)
    assert story.kind is ShotKind.WIDE
    assert settled().tell(d.PhaseChanged, Phase.ANSWER).opens("A").waits(9000).seat == "A"


def test_mode() -> None:
    for mode, cuts, proposals in ((Mode.AUTO, True, False), (Mode.ASSIST, False, True), (Mode.MANUAL, False, False)):
        story = Story(hall(mode=mode)).opens("A").waits(9000)
        assert (bool(story.pictures), bool(story.told(d.Propose))) == (cuts, proposals)


def test_operator_hold_ms() -> None:
    for hold_ms in (8000, 0):
        story = settled(operator_hold_ms=hold_ms).opens("A").waits(5000).tell(d.ShotOrdered, None, None, ShotKind.WIDE)
        assert story.waits(7900).kind is ShotKind.WIDE
        assert story.waits(600_000).kind is (ShotKind.SPEAKER if hold_ms else ShotKind.WIDE)


def test_bar_settings() -> None:
    story = settled(bar_after_ms=3000, bar_for_ms=2000, bar_again_ms=10_000).waits(10_000).opens("A")
    opened_ms = story.now_ms
    story.waits(20_000)
    bars = [at_ms - opened_ms for at_ms, action in story.record.others if isinstance(action, d.ShowBar)]
    hidden = [at_ms - opened_ms for at_ms, action in story.record.others if isinstance(action, d.HideBar)]
    assert [at_ms for at_ms in bars if at_ms > 0] == [3000, 13_000]
    assert [at_ms for at_ms in hidden if at_ms > 0] == [5000, 15_000]
    once = settled(bar_again_ms=0).waits(10_000)
    before = len(once.told(d.ShowBar))
    assert len(once.opens("A").waits(600_000).told(d.ShowBar)) == before + 1
