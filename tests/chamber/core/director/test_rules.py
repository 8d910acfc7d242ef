"""The rules that always hold, one short evening each."""

from typing import Any

import pytest

from chamber.core.director import model as d
from chamber.core.domain import Mode, Phase, ShotKind
from tests.chamber.core.director.story import Story, hall

ONE_CAMERA = {"chair": ("cam1",), "A": ("cam1",), "B": ("cam1",)}
ALONE = {"chair": ("cam1",), "A": ("cam1",), "B": ("cam2",), "C": ("cam2",)}


def test_a_speaker_is_shown_when_the_camera_has_arrived() -> None:
    story = Story(hall(), takes_ms=1200).waits(3000).opens("A")
    assert story.waits(1190).pictures == []
    assert story.waits(20).pictures == ["A"]
    assert story.on_air == d.Cut("cam1", 2, ShotKind.SPEAKER, "A", story.on_air.reason) if story.on_air else False
    assert story.faultless()


def test_a_superseded_move_does_not_count_as_arrival() -> None:
    director = Story(hall({"A": ("cam1",), "B": ("cam1",)})).director
    first = director.handle(d.MicOpened(0, "A"))
    assert [a.preset for a in first if isinstance(a, d.Recall)] == [1]
    second = director.handle(d.MicOpened(300, "B"))
    assert [a.preset for a in second if isinstance(a, d.Recall)] == [2]
    assert not [a for a in director.handle(d.CameraArrived(900, "cam1", 1)) if isinstance(a, d.Cut)]
    assert [a.seat for a in director.handle(d.CameraArrived(1500, "cam1", 2)) if isinstance(a, d.Cut)] == ["B"]


def test_a_camera_that_never_reports_is_given_up_for_another() -> None:
    story = Story(hall(), move=lambda camera, start, end: None if camera == "cam1" else 900)
    story.waits(20_000).opens("A").waits(15_000)
    assert (story.seat, story.on_air.camera if story.on_air else "") == ("A", "cam2")


def test_a_camera_that_cannot_report_counts_as_arrived_after_its_time() -> None:
    story = Story(hall({"A": ("cam1",)}, settle_ms=1700), move=lambda camera, start, end: None)
    story.opens("A").waits(1690)
    assert story.pictures == []
    assert story.waits(20).seat == "A"


def test_a_refused_recall_goes_to_another_camera() -> None:
    story = Story(hall(prepare_next=False), takes_ms=2500).opens("A").waits(100)
    camera = story.record.recalls[-1][1].camera
    story.tell(d.CameraFailed, camera, 2, "refused").waits(3000)
    assert story.seat == "A"
    assert story.on_air is not None
    assert story.on_air.camera != camera


def test_learned_travel_times_choose_the_faster_camera() -> None:
    seats = {"A": ("cam1", "cam2"), "B": ("cam1", "cam2"), "C": ("cam3",)}
    slow = {("cam1", 1, 2): 3000, ("cam2", 1, 2): 700}
    story = Story(
        hall(seats, prepare_next=False, operator_hold_ms=1),
        move=lambda camera, start, end: slow.get((camera, start or 0, end), 1000),
    )
    cameras = []
    for _ in range(3):
        for camera in ("cam1", "cam2"):
            story.tell(d.ShotOrdered, camera, 1, ShotKind.SPEAKER)
            story.waits(4000)
        story.speaks("C", 5000).waits(3000)
        story.opens("B").waits(6000)
        cameras.append(story.on_air.camera if story.on_air else None)
        story.closes("B").waits(1000).speaks("C", 5000).waits(8000)
    assert cameras[-1] == "cam2"


class TestE7OnlyTheCameraOnAirSeesTheSpeaker:
    def test_wide_bridges_and_the_camera_moves_off_air(self) -> None:
        story = Story(hall(ONE_CAMERA)).opens("A").waits(8000).closes("A").opens("B").waits(6000)
        assert story.pictures == ["A", "wide", "B"]
        assert story.faultless()

    def test_another_camera_is_used_where_there_is_one(self) -> None:
        story = Story(hall()).opens("A").waits(8000).closes("A").opens("B").waits(6000)
        assert story.pictures == ["A", "B"]
        assert story.record.cuts[0][1].camera != story.record.cuts[1][1].camera


def test_e4_four_open_microphones_are_no_ping_pong() -> None:
    story = Story(hall({"A": ("cam1",), "B": ("cam2",), "C": ("cam3",), "D": ("cam4",)}))
    for _ in range(8):
        story.opens("A", "B", "C", "D").waits(700).closes("A", "B").waits(400).closes("C", "D").waits(300)
    gaps = [b - a for a, b in zip(story.cut_times, story.cut_times[1:], strict=False)]
    assert min(gaps) >= 2000


def test_e5_the_chair_does_not_cut_short_who_has_just_begun() -> None:
    story = Story(hall()).opens("A").waits(2500)
    story.speaks("chair", 1200).waits(6000)
    assert story.pictures == ["A"]
    assert d.Interjected("chair", 2500, 3700, True) in story.told(d.Interjected)


def test_e5_a_hall_can_have_a_word_of_the_chair_pass_at_any_time() -> None:
    for confirm_ms, pictures in ((150, ["A", "chair", "A"]), (2500, ["A"])):
        story = Story(hall(confirm_chair_ms=confirm_ms)).waits(5000).opens("A").waits(30_000)
        story.speaks("chair", 1500).waits(8000)
        assert story.pictures == pictures
        assert [told.by_chair for told in story.told(d.Interjected)] == [True]


def test_e5_somebody_being_called_is_shown_instead_of_the_chair() -> None:
    story = Story(hall()).opens("A").waits(9000).opens("B").waits(400).opens("chair").waits(800).closes("A", "chair")
    assert "chair" not in story.waits(5000).pictures
    assert story.seat == "B"


@pytest.mark.parametrize("settings", [{}, {"overlap": d.Overlap.HOLD}, {"takeover": d.Takeover.WAITS}])
def test_the_priority_button_comes_before_every_rule(settings: dict[str, Any]) -> None:
    for priority in (True, False):
        story = Story(hall(confirm_chair_ms=2500, **settings)).speaks("chair", 3000).waits(3000).opens("A").waits(2500)
        assert story.seat == "A"
        story.tell(d.MicOpened, "chair", priority=priority).waits(1000)
        assert story.seat == ("chair" if priority else "A")


def test_priority_that_the_chair_always_has_says_nothing() -> None:
    story = Story(hall()).tell(d.MicOpened, "chair", priority=True).waits(3000).closes("chair").waits(1000)
    story.opens("A").waits(2500).tell(d.MicOpened, "chair", priority=True).waits(1000)
    assert story.seat == "A"


def test_e6_who_forgets_to_switch_off_does_not_keep_the_picture() -> None:
    story = Story(hall()).opens("A").waits(10_000).opens("B").waits(5000)
    assert story.seat == "B"
    assert story.closes("B").waits(3000).seat == "A"


def test_e8_a_seat_without_a_preset_is_shown_wide() -> None:
    story = Story(hall()).opens("A").waits(8000).closes("A").opens("somewhere").waits(4000)
    assert (story.kind, story.seat, story.why) == (ShotKind.WIDE, "somewhere", "no_shot")


def test_e9_a_group_shot_is_better_than_wide() -> None:
    plan = hall({"A": ("cam1",)}, duos=[("cam2", "B", "C")])
    assert Story(plan).opens("B").waits(3000).kind is ShotKind.DUO


def test_e11_chair_rights_move_with_the_chair() -> None:
    story = Story(hall(chair_rule=d.ChairRule.PRIORITY)).tell(d.ChairMoved, "B").opens("B", "A").waits(6000)
    assert story.seat == "B"
    assert story.why == "chair"


class TestE12Privacy:
    def test_no_close_shot_of_who_withholds_the_picture(self) -> None:
        story = Story(hall()).tell(d.SeatPrivacy, "A", hide_picture=True, hide_name=True).opens("A").waits(30_000)
        assert story.kind is ShotKind.WIDE
        assert 2 not in {recall.preset for _, recall in story.record.recalls}

    def test_privacy_survives_a_reset_and_can_be_lifted(self) -> None:
        story = Story(hall()).tell(d.SeatPrivacy, "A", hide_picture=True, hide_name=False).tell(d.Reset)
        assert story.opens("A").waits(9000).kind is ShotKind.WIDE
        story.tell(d.SeatPrivacy, "A", hide_picture=False, hide_name=False)
        assert story.waits(4000).seat == "A"


class TestE28Ladder:
    def test_another_camera_that_stands_there_takes_over_at_once(self) -> None:
        story = Story(hall(prepare_next=False)).opens("A").waits(1500)
        on_air = story.on_air.camera if story.on_air else ""
        other = "cam2" if on_air == "cam1" else "cam1"
        story.tell(d.ShotOrdered, other, 2, ShotKind.SPEAKER).waits(2000).tell(
            d.ShotOrdered, on_air, 2, ShotKind.SPEAKER
        )
        story.waits(2000).tell(d.CameraLost, on_air, "no link")
        assert (story.why, story.on_air.camera if story.on_air else "") == ("other_camera", other)

    def test_wide_where_no_camera_stands_there_and_back_without_a_jump(self) -> None:
        story = Story(hall(ALONE)).opens("B").waits(5000).tell(d.CameraLost, "cam2", "no link")
        assert (story.kind, story.why) == (ShotKind.WIDE, "camera_gone")
        story.waits(3000).tell(d.CameraBack, "cam2").waits(4000)
        assert story.seat == "B"
        assert story.faultless()

    def test_without_a_wide_shot_a_camera_that_stands_still(self) -> None:
        story = Story(hall(ALONE, wide=None)).waits(3000).opens("B").waits(6000).tell(d.CameraLost, "cam2", "gone")
        assert story.on_air is not None
        assert story.on_air.camera == "cam1"

    def test_slate_at_the_bottom(self) -> None:
        story = Story(hall(ALONE)).opens("B").waits(5000).tell(d.CameraLost, "wide", "gone")
        story.tell(d.CameraLost, "cam1", "gone").tell(d.CameraLost, "cam2", "gone")
        assert (story.kind, story.on_air.camera if story.on_air else "") == (ShotKind.SLATE, None)
        assert story.tell(d.CameraBack, "wide").waits(100).kind is ShotKind.WIDE


class TestOperator:
    def test_a_shot_stays_and_gives_way_again(self) -> None:
        story = Story(hall()).opens("A").waits(5000).tell(d.ShotOrdered, None, None, ShotKind.WIDE)
        assert (story.kind, story.why) == (ShotKind.WIDE, "operator")
        assert story.waits(19_900).kind is ShotKind.WIDE
        assert story.waits(300).seat == "A"

    def test_the_key_back_to_automatic(self) -> None:
        story = Story(hall()).opens("A").waits(5000).tell(d.ShotOrdered, None, None, ShotKind.WIDE).waits(3000)
        assert story.tell(d.ModeSet, Mode.AUTO).waits(100).seat == "A"

    def test_a_preset_is_fetched_first(self) -> None:
        story = Story(hall()).opens("A").waits(5000)
        on_air = story.on_air.camera if story.on_air else ""
        story.tell(d.ShotOrdered, on_air, 3, ShotKind.SPEAKER)
        assert story.kind is ShotKind.WIDE
        assert story.waits(1500).seat == "B"
        assert story.faultless()

    def test_the_chair_from_whichever_camera(self) -> None:
        story = Story(hall()).opens("A").waits(5000).tell(d.ShotOrdered, None, None, ShotKind.CHAIR).waits(2000)
        assert story.seat == "chair"

    def test_a_camera_still_on_its_way_is_waited_for(self) -> None:
        story = Story(hall(), takes_ms=3000).opens("A").waits(100)
        story.tell(d.ShotOrdered, story.record.recalls[-1][1].camera, None, ShotKind.SPEAKER)
        assert story.pictures == []
        assert story.waits(3200).why == "operator"

    def test_manual_means_hands_off(self) -> None:
        story = Story(hall()).waits(3000).tell(d.ModeSet, Mode.MANUAL)
        recalls = len(story.record.recalls)
        assert story.opens("A").waits(60_000).pictures == []
        assert len(story.record.recalls) == recalls
        assert story.tell(d.ShotOrdered, "cam1", 2, ShotKind.SPEAKER).waits(1500).seat == "A"
        assert story.waits(60_000).pictures == ["A"]

    def test_a_camera_moved_by_hand_is_left_alone(self) -> None:
        story = Story(hall({"A": ("cam1",), "B": ("cam2",)})).waits(3000).tell(d.CameraDisturbed, "cam1").opens("A")
        assert story.waits(10_000).kind is ShotKind.WIDE
        assert story.waits(15_000).seat == "A"

    def test_moved_by_hand_on_air_it_stays_on_air(self) -> None:
        story = Story(hall()).opens("A").waits(5000)
        story.tell(d.CameraDisturbed, story.on_air.camera if story.on_air else "").opens("B").waits(10_000)
        assert story.pictures == ["A"]


class TestAssist:
    def test_proposes_and_cuts_on_the_nod(self) -> None:
        story = Story(hall(mode=Mode.ASSIST)).opens("A").waits(5000)
        assert story.pictures == []
        assert [(p.seat, p.camera) for p in story.told(d.Propose)] == [("A", story.record.recalls[-1][1].camera)]
        assert story.tell(d.ProposalAccepted).seat == "A"

    def test_a_proposal_whose_camera_has_gone_is_not_taken(self) -> None:
        story = Story(hall(mode=Mode.ASSIST)).opens("A").waits(5000)
        story.tell(d.CameraLost, story.told(d.Propose)[-1].camera, "gone").tell(d.ProposalAccepted)
        assert story.pictures == []

    def test_nothing_to_accept_changes_nothing(self) -> None:
        assert Story(hall(mode=Mode.ASSIST)).tell(d.ProposalAccepted).pictures == []


class TestPause:
    def test_no_cuts_and_no_bars_until_open(self) -> None:
        story = Story(hall()).opens("A").waits(9000).tell(d.PauseSet, paused=True)
        cuts = len(story.pictures)
        assert isinstance(story.record.others[-1][1], d.HideBar)
        story.opens("B").waits(30_000)
        assert len(story.pictures) == cuts
        assert story.tell(d.PauseSet, paused=False).pictures[cuts:] != []

    def test_opening_starts_wide_with_the_camera_on_the_chair(self) -> None:
        story = Story(hall()).tell(d.PauseSet, paused=True).waits(5000)
        assert 1 in {story.standing("cam1"), story.standing("cam2")}
        assert story.tell(d.PauseSet, paused=False).kind is ShotKind.WIDE
        assert story.why == "start"
        assert story.waits(3000).opens("chair").waits(10).seat == "chair"


class TestPhases:
    @pytest.mark.parametrize("phase", [Phase.VOTING, Phase.SECRET_BALLOT])
    def test_votes_are_wide(self, phase: Phase) -> None:
        story = Story(hall()).opens("A").waits(900).tell(d.PhaseChanged, phase).waits(30_000)
        assert (story.kind, story.why) == (ShotKind.WIDE, "phase_wide") if story.pictures else story.pictures == []
        assert story.opens("B").waits(9000).kind is ShotKind.WIDE
        assert story.tell(d.PhaseChanged, Phase.DEBATE).waits(3000).seat == "B"

    def test_e23_secret_ballot_moves_no_camera_and_names_nobody(self) -> None:
        story = Story(hall()).opens("A").waits(9000).tell(d.PhaseChanged, Phase.SECRET_BALLOT)
        assert isinstance(story.record.others[-1][1], d.HideBar)
        recalls, bars = len(story.record.recalls), len(story.told(d.ShowBar))
        story.closes("A").opens("B").waits(20_000).closes("B").opens("C").waits(20_000)
        assert (len(story.record.recalls), len(story.told(d.ShowBar))) == (recalls, bars)

    def test_consent_shows_chair_or_wide(self) -> None:
        story = Story(hall()).tell(d.PhaseChanged, Phase.CONSENT).opens("chair").waits(6000)
        assert story.seat == "chair"
        assert story.closes("chair").opens("A").waits(6000).kind is ShotKind.WIDE
        assert story.why == "not_allowed"

    def test_public_speakers_show_lectern_and_chair(self) -> None:
        seats = {"chair": ("cam1", "cam2"), "desk": ("cam1", "cam2"), "A": ("cam1", "cam2")}
        story = Story(hall(seats, lecterns=("desk",))).tell(d.PhaseChanged, Phase.PUBLIC_SPEAKERS).opens("desk")
        assert story.waits(6000).kind is ShotKind.LECTERN
        assert story.opens("A").waits(6000).kind is ShotKind.LECTERN

    def test_ceremony_stands_still(self) -> None:
        story = Story(hall()).opens("A").waits(5000).tell(d.PhaseChanged, Phase.CEREMONY)
        recalls = len(story.record.recalls)
        story.closes("A").opens("B").waits(60_000)
        assert (story.seat, len(story.record.recalls)) == ("A", recalls)

    def test_e27_presentation_with_the_speaker_in_it_and_back(self) -> None:
        story = Story(hall(presentation="slides")).opens("A").waits(5000).tell(d.PhaseChanged, Phase.PRESENTATION)
        story.tell(d.PresentationChanged, active=True).waits(3000)
        assert (story.kind, story.seat) == (ShotKind.PIP, "A")
        assert story.opens("B").waits(5000).seat == "B"
        assert story.closes("B").waits(5000).kind is ShotKind.PIP
        story.tell(d.PresentationChanged, active=False).waits(5000)
        assert (story.kind, story.seat) == (ShotKind.SPEAKER, "A")


class TestBars:
    def test_shown_for_a_while_and_again(self) -> None:
        story = Story(hall()).opens("A").waits(200_000)
        on_air_ms = story.cut_times[0]
        bars = [at_ms for at_ms, action in story.record.others if isinstance(action, d.ShowBar)]
        assert bars == [max(on_air_ms + 800, 2500), max(on_air_ms + 800, 2500) + 180_000]
        hidden = [at_ms for at_ms, action in story.record.others if isinstance(action, d.HideBar)]
        assert hidden == [at_ms + 6000 for at_ms in bars]

    def test_never_for_an_interjection(self) -> None:
        story = Story(hall()).opens("A").waits(30_000).opens("B").waits(2400).closes("B").waits(20_000)
        assert {bar.seat for bar in story.told(d.ShowBar)} == {"A"}
        assert [(i.seat, i.by_chair) for i in story.told(d.Interjected)] == [("B", False)]

    def test_hidden_when_the_picture_leaves(self) -> None:
        story = Story(hall()).opens("A").waits(4000).opens("B").waits(1500)
        assert story.seat == "B"
        assert isinstance(story.record.others[-1][1], d.HideBar)


class TestPrepositioning:
    def test_the_queue_comes_first_after_the_chair(self) -> None:
        seats = dict.fromkeys(("chair", "A", "B", "C", "D"), ("cam1", "cam2"))
        story = Story(hall(seats)).tell(d.Requested, "D").opens("chair").waits(5000)
        assert 5 in {story.standing("cam1"), story.standing("cam2")}
        story.tell(d.RequestWithdrawn, "D").tell(d.Requested, "C").waits(3000)
        assert 4 in {story.standing("cam1"), story.standing("cam2")}

    def test_the_chair_while_a_member_speaks(self) -> None:
        story = Story(hall()).speaks("chair", 5000).opens("A").waits(10_000)
        assert 1 in {story.standing("cam1"), story.standing("cam2")}

    def test_where_the_chair_does_not_call_a_camera_waits_for_the_answer(self) -> None:
        story = Story(hall())
        for _ in range(12):
            story.speaks("A", 8000).waits(300).speaks("B", 8000).waits(300)
        story.opens("A").waits(8000)
        assert {story.standing("cam1"), story.standing("cam2")} == {2, 3}


def test_the_presenter_is_fetched_into_the_inset() -> None:
    story = Story(hall(presentation="slides")).tell(d.PhaseChanged, Phase.PRESENTATION)
    story.tell(d.PresentationChanged, active=True).waits(3000)
    assert (story.kind, story.on_air.camera if story.on_air else "") == (ShotKind.PIP, "wide")
    assert story.opens("C").waits(3000).seat == "C"
    assert story.kind is ShotKind.PIP
    assert story.faultless()


def test_slides_wait_for_the_presenters_camera_instead_of_changing_twice() -> None:
    story = Story(hall(presentation="slides")).opens("A").waits(9000).closes("A").waits(500)
    story.tell(d.PhaseChanged, Phase.PRESENTATION).opens("C").waits(100).tell(d.PresentationChanged, active=True)
    assert story.waits(9000).seat == "C"
    assert [cut.seat for _, cut in story.record.cuts if cut.kind is ShotKind.PIP] == ["C"]


def test_the_inset_too_stands_for_its_time() -> None:
    story = Story(hall(presentation="slides", hold_ms=0)).tell(d.PhaseChanged, Phase.PRESENTATION)
    story.tell(d.PresentationChanged, active=True).waits(3000).closes("A").opens("C").waits(200).closes("C").waits(9000)
    gaps = [b - a for a, b in zip(story.cut_times, story.cut_times[1:], strict=False)]
    assert all(gap >= 2000 for gap in gaps)


def test_reset_forgets_what_was_learned_but_not_who_speaks() -> None:
    story = Story(hall()).opens("A").waits(5000).tell(d.ShotOrdered, None, None, ShotKind.WIDE).tell(d.Reset)
    assert story.waits(3000).seat == "A"


def test_events_about_nothing_known_change_nothing() -> None:
    story = Story(hall()).opens("A").waits(5000)
    pictures = story.pictures
    for event in (
        d.CameraArrived(5000, "cam9", 1),
        d.CameraArrived(5000, "cam1", 999),
        d.CameraFailed(5000, "cam9", 1, "x"),
        d.CameraDisturbed(5000, "cam9"),
        d.MicClosed(5000, "nobody"),
        d.ShotOrdered(5000, "cam1", 999, ShotKind.SPEAKER),
        d.ShotOrdered(5000, None, None, ShotKind.PIP),
    ):
        story.feed(event)
    assert story.pictures == pictures


def test_microphones_that_follow_the_voice_are_found_out() -> None:
    story = Story(hall(voice_gated=None))
    for _ in range(12):
        story.speaks("A", 600).waits(400).speaks("B", 500).waits(300)
    story.opens("A").waits(6000)
    assert story.opens("C").waits(5000).seat == "A"
