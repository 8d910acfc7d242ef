"""What an evening's pictures did to those who spoke, reckoned by hand."""

import pytest

from chamber.core.director import model as d
from chamber.core.domain import Phase, ShotKind
from chamber.core.neutrality import Figures, figures, remarks, without_shot
from chamber.core.replay import Played
from chamber.core.replaying import Part
from chamber.core.screen import Bar, Frames, Framing, bars, on_air_motion_ms, pictures, short
from chamber.core.treatment import CHAIR, UNKNOWN, bar_ms, fragments, treated
from chamber.core.turns import Rules
from tests.chamber.desk import HALL, PLAN

RULES = Rules(groups={"p2": "g1", "p3": "g1"})


def cut(at_ms: int, camera: str | None, preset: int | None, code: str = "speaker") -> Played:
    kind = ShotKind.WIDE if camera == "wide" else ShotKind.SPEAKER
    return Played(at_ms, d.Cut(camera, preset, kind, None, d.Reason(code, "")))


def recall(at_ms: int, camera: str) -> Played:
    return Played(at_ms, d.Recall(camera, 1, None, d.Reason("to_speaker", "")))


def part(*events: d.Event, to_ms: int = 60_000) -> Part:
    return Part(0, to_ms, 0, {}, [d.PauseSet(0, False), *events])


EVENING = part(
    d.MicOpened(1_000, "chair"), d.MicClosed(5_000, "chair"),
    d.MicOpened(10_000, "a"), d.MicOpened(14_000, "b"), d.MicClosed(15_000, "b"), d.MicClosed(20_000, "a"),
    d.MicOpened(30_000, "lectern"), d.MicClosed(34_000, "lectern"),
)  # fmt: skip
RUN = [
    cut(0, "wide", None), cut(1_500, "cam1", 1), cut(11_000, "cam2", 2), Played(12_000, d.ShowBar("a", 12_000)),
    cut(14_600, "cam1", 3), Played(14_600, d.HideBar()), cut(16_000, "cam2", 2), cut(26_000, "wide", None, "silence"),
]  # fmt: skip


def test_turns_delays_framings_and_what_was_cut_short() -> None:
    shown = pictures(RUN, EVENING.events, EVENING.to_ms)
    spoken = fragments(EVENING, PLAN, HALL, RULES)
    turns = treated(spoken, shown, Frames(PLAN), HALL)
    assert [(turn.party, turn.seat, turn.length_ms, turn.delay_ms, turn.cut_short) for turn in turns] == [
        (CHAIR, "chair", 4_000, 500, 0),
        ("g1", "a", 10_000, 1_000, 1),
        (UNKNOWN, "lectern", 4_000, None, 0),
    ]
    assert turns[1].framed_ms == {Framing.CLOSE: 7_600, Framing.DUO: 0, Framing.WIDE: 0, Framing.OTHER: 2_400}
    assert [turn.seat for turn in without_shot(turns)] == ["lectern"]
    assert short(shown) == 2
    assert bar_ms(bars(RUN, EVENING.to_ms), spoken, HALL) == {"g1": 2_600}
    assert figures([turns[1]], 2_600) == Figures(1, 10.0, 0.76, 0.0, 0.0, 0.24, 1_000, 1_000, 2.6, 1, 0)


def test_an_assignment_says_whose_turn_it_was() -> None:
    assigned = part(*EVENING.events[1:])
    assigned.seated.append((31_000, "lectern", "p3"))
    parties = [turn.party for turn in treated(fragments(assigned, PLAN, HALL, RULES), [], Frames(PLAN), HALL)]
    assert parties == [CHAIR, "g1", "g1"]
    assigned.bound = {"a": None}
    parties = [turn.party for turn in treated(fragments(assigned, PLAN, HALL, RULES), [], Frames(PLAN), HALL)]
    assert parties == [CHAIR, UNKNOWN, "g1"]


def test_a_turn_that_begins_behind_the_slate_begins_with_the_meeting() -> None:
    events = [d.PauseSet(0, True), d.MicOpened(1_000, "a"), d.PauseSet(4_000, False), d.MicClosed(9_000, "a")]
    turns = treated(fragments(Part(0, 9_000, 0, {}, events), PLAN, HALL, RULES), [], Frames(PLAN), HALL)
    assert [(turn.at_ms, turn.length_ms) for turn in turns] == [(4_000, 5_000)]


def test_a_camera_sent_away_while_on_air_is_motion() -> None:
    run = [
        cut(0, "cam1", 1),
        recall(2_000, "cam1"),
        recall(2_500, "cam2"),
        cut(5_000, "cam2", 2),
        recall(5_000, "cam1"),
    ]
    assert on_air_motion_ms(run, pictures(run, [], 9_000)) == 3_000
    run = [recall(0, "cam1"), cut(1_000, "cam1", 1), cut(3_000, "wide", None), recall(3_000, "cam1")]
    assert on_air_motion_ms(run, pictures(run, [], 9_000)) == 0
    dark = [d.PauseSet(2_000, True)]
    assert on_air_motion_ms([cut(0, "cam1", 1), recall(2_500, "cam1")], pictures([cut(0, "cam1", 1)], dark, 9_000)) == 0


@pytest.mark.parametrize(
    ("code", "events"),
    [
        ("operator", ()),
        ("speaker", (d.PhaseChanged(900, Phase.VOTING),)),
        ("speaker", (d.PauseSet(900, True),)),
    ],
)
def test_what_the_operator_ends_is_no_short_shot(code: str, events: tuple[d.Event, ...]) -> None:
    run = [cut(0, "cam1", 1), cut(1_000, "cam2", 2, code)]
    assert short(pictures(run, events, 9_000)) == 0
    assert short(pictures([run[0], cut(1_000, "cam2", 2)], (), 9_000)) == 1


def test_bars_that_are_still_there_at_the_end() -> None:
    assert bars([Played(1, d.ShowBar("a", 1)), Played(5, d.ShowBar("b", 5))], 9) == (Bar("a", 1, 5), Bar("b", 5, 9))


ALIKE = Figures(10, 100.0, 0.8, 0.1, 0.1, 0.0, 900, 1_500, 50.0, 1, 0)


def test_what_differs_is_said_in_words_without_a_verdict() -> None:
    other = Figures(4, 40.0, 0.55, 0.3, 0.1, 0.05, 1_500, 1_900, 4.0, 3, 1)
    said = remarks({"Alike": ALIKE, "Other": other, "Seldom": Figures(2, 1, 0, 0, 0, 0, 9_000, 9_000, 0, 2, 0)}, ALIKE)
    assert said == [
        "Other: shown close 55 % of its speaking time; all fracties together 80 %",
        "Other: in a shared shot 30 % of its speaking time; all fracties together 10 %",
        "Other: its own close shot comes 1500 ms after the microphone (median); all fracties together 900 ms",
        "Other: name bar 1.0 s a turn; all fracties together 5.0 s",
        "Other: 0.75 close shots cut short a turn; all fracties together 0.10",
    ]


def test_within_the_tolerance_nothing_is_said() -> None:
    assert remarks({"Near": Figures(10, 100.0, 0.71, 0.19, 0.1, 0.0, 1_400, 2_000, 31.0, 3, 0)}, ALIKE) == []


def test_nobody_spoke() -> None:
    assert figures([], 0) == Figures(0, 0.0, None, None, None, None, None, None, 0.0, 0, 0)
