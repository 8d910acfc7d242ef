"""What a meeting came to, from its journal: the edge cases of the record, each with its own name."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chamber.core.domain import AgendaItem, Hall, Person, Role, Seat
from chamber.core.index.fold import index_of
from chamber.core.index.model import Index, Span, chapters
from chamber.core.turns import Label, Rules
from tests.chamber.core.journals import Story

SEATS = ("chair", "a", "b", "lectern")
HALL = Hall(
    "Zaal",
    seats={name: Seat(name, name, "desk", name, 0, 0, shared=name == "lectern") for name in SEATS},
    people={
        "p1": Person("p1", "Noor", Role.CHAIR, seat="chair"),
        "p2": Person("p2", "Jan", Role.COUNCILLOR, "g1", "a"),
        "p3": Person("p3", "Elif", Role.COUNCILLOR, "g2", "b"),
    },
    chair_seat="chair",
)
RULES = Rules(groups={"p2": "g1", "p3": "g2"})
AGENDA = (AgendaItem("i1", "1", "Opening"), AgendaItem("i2", "2", "Beekzicht"), AgendaItem("i3", "3", "Fietspad"))


class Evening(Story):
    """With its index."""

    def index(self) -> Index:
        return index_of(self.lines, HALL, RULES)


def said(index: Index) -> list[tuple[str | None, int, int, tuple[str, ...]]]:
    return [
        (s.fragment.person, s.fragment.start_ms // 1000, s.fragment.end_ms // 1000, s.items) for s in index.speeches
    ]


def test_an_evening_has_speeches_items_and_a_session() -> None:
    story = Evening().open(10).item(10, "i1").says("chair", 11, 20).item(30, "i2").says("a", 31, 60)
    index = story.shut(90, "ended").index()
    assert said(index) == [("p1", 11, 20, ("i1",)), ("p2", 31, 60, ("i2",))]
    assert index.speeches[0].fragment.as_chair
    assert index.speeches[1].fragment.group == "g1"
    assert [(h.item, h.spans) for h in index.handled] == [
        ("i1", (Span(10_000, 30_000),)),
        ("i2", (Span(30_000, 90_000),)),
    ]
    assert (index.opened_ms, index.ended_ms) == (10_000, 90_000)
    assert index.speeches[1].id == "f31000"


def test_what_is_said_behind_the_slate_is_nowhere() -> None:
    story = Evening().open(10).item(10, "i1").says("a", 11, 15).shut(20)
    story.says("b", 21, 30)
    index = story.open(40).says("b", 41, 45).shut(50, "ended").index()
    assert [one[:3] for one in said(index)] == [("p2", 11, 15), ("p3", 41, 45)]
    assert index.public == (Span(10_000, 20_000), Span(40_000, 50_000))
    assert index.handled[0].spans == (Span(10_000, 20_000), Span(40_000, 50_000))


def test_an_item_taken_again_later_has_several_intervals() -> None:  # E15
    story = Evening().open(0).item(0, "i1").item(10, "i2").item(20, "i1").item(30, "i2").shut(40, "ended")
    handled = {one.item: one.spans for one in story.index().handled}
    assert handled["i1"] == (Span(0, 10_000), Span(20_000, 30_000))
    assert handled["i2"] == (Span(10_000, 20_000), Span(30_000, 40_000))
    assert [(span.start_ms, item.id) for span, item in chapters(story.index(), AGENDA)] == [
        (0, "i1"), (10_000, "i2"), (20_000, "i1"), (30_000, "i2"),
    ]  # fmt: skip


def test_joined_items_share_fragments_and_time() -> None:  # E16
    story = Evening().open(0)(1, "joined", item="i3", into="i2").item(5, "i2").says("a", 6, 20).shut(30, "ended")
    index = story.index()
    assert said(index) == [("p2", 6, 20, ("i2", "i3"))]
    assert {one.item: one.spans for one in index.handled} == {
        "i2": (Span(5000, 30_000),),
        "i3": (Span(5000, 30_000),),
    }
    assert [item.id for _, item in chapters(index, AGENDA)] == ["i2"]


def test_a_late_press_and_a_boundary_moved_afterwards() -> None:  # E18
    story = Evening().open(0).item(0, "i1").says("a", 12, 20).item(25, "i2", began_s=10)
    assert said(story.index()) == [("p2", 12, 20, ("i2",))]
    story(60, "boundary", item="i2", from_ms=10_000, at_ms=21_000)
    assert said(story.index()) == [("p2", 12, 20, ("i1",))]
    story(61, "boundary", item="i2", from_ms=10_000, at_ms=1000)
    assert story.index().handled[1].spans == (Span(21_000, None),)


def test_a_wrong_name_is_corrected_and_both_are_kept() -> None:  # E32, E8
    story = Evening().open(0).says("lectern", 5, 20)
    (before,) = story.index().speeches
    assert before.fragment.person is None
    story(30, "corrected", fragment=before.id, person="p2")(40, "corrected", fragment=before.id, person="p3")
    (after,) = story.index().speeches
    assert (after.fragment.person, after.fragment.group, after.before) == ("p3", "g2", "p2")
    assert after.corrected


def test_a_person_assigned_late_has_spoken_from_the_beginning() -> None:  # E8, E9
    story = Evening().open(0)(5, "mic_opened", seat="lectern")(9, "assign", seat="lectern", person="p3")
    assert said(story(20, "mic_closed", seat="lectern").index()) == [("p3", 5, 20, ())]


def test_privacy_told_late_holds_for_the_whole_fragment() -> None:  # E12
    story = Evening().open(0)(5, "mic_opened", seat="lectern")
    story(9, "seat_privacy", seat="lectern", hide_picture=True, hide_name=True)
    story(15, "seat_privacy", seat="lectern", hide_picture=False, hide_name=False)(20, "mic_closed", seat="lectern")
    (speech,) = story.says("lectern", 25, 30).index().speeches[:1]
    assert speech.nameless
    assert speech.faceless
    assert not story.index().speeches[1].nameless


def test_a_fragment_is_withheld_and_put_back() -> None:
    story = Evening().open(0).says("a", 5, 20)(30, "withheld", fragment="f5000", withheld=True)
    assert not story.index().speeches[0].public
    assert story(31, "withheld", fragment="f5000", withheld=False).index().speeches[0].public
    assert not story(32, "listed", fragment="f5000", listed=False).index().speeches[0].public


def test_a_crash_ends_what_was_being_said_with_the_last_that_was_noted() -> None:
    story = Evening().open(0)(5, "mic_opened", seat="a")(8, "requested", seat="b")
    story(100, "started")(100, "mic_opened", seat="a")(110, "mic_closed", seat="a")
    index = story.open(120).says("b", 121, 125).index()
    assert [one[:3] for one in said(index)] == [("p2", 5, 8), ("p3", 121, 125)]
    assert index.public == (Span(0, 8000), Span(120_000, None))


def test_a_meeting_goes_on_another_evening() -> None:  # E21
    story = Evening().open(0).says("a", 1, 5).shut(10, "ended")
    index = story.open(1000, session=2).says("a", 1001, 1010).shut(1020, "ended", session=2).index()
    assert [(s.number, s.span) for s in index.sessions] == [(1, Span(0, 10_000)), (2, Span(1_000_000, 1_020_000))]
    assert index.ended_ms == 1_020_000


def test_a_roll_call_keeps_choices_and_a_secret_ballot_keeps_none() -> None:  # E22, E23
    story = Evening().open(0).item(0, "i2")(5, "vote_begin", vote="roll_call_vote", item="i2")
    story(6, "vote_cast", person="p2", choice="for")(7, "vote_cast", person="p3", choice="against")
    outcome = {"item": "i2", "question": "proposal", "outcome": "tied", "for_count": 1, "against_count": 1}
    story(8, "vote", vote="roll_call_vote", **outcome)
    story(9, "vote_begin", vote="secret_ballot", item="i2")(10, "ballot_total", person="p2", count=9)
    story(10, "ballot_total", person=None, count=1)(
        11, "vote", vote="secret_ballot", **{**outcome, "outcome": "adopted"}
    )
    roll, secret = story.index().votes
    assert roll.choices == {"p2": "for", "p3": "against"}
    assert (secret.choices, secret.totals) == ({}, {"p2": 9, None: 1})


def test_attendance_is_kept_by_interval() -> None:  # E25
    story = Evening().open(0)
    for at_s, present in ((1, True), (2, True), (50, False), (80, True)):
        story(at_s, "attendance", person="p2", present=present, at_ms=at_s * 1000)
    assert story.index().attendance == {"p2": (Span(1000, 50_000), Span(80_000, None))}


def test_short_openings_are_interjections() -> None:
    story = Evening().open(0)(1, "mic_opened", seat="a").says("b", 5, 6)(20, "mic_closed", seat="a")
    labels = {s.fragment.person: s.fragment.label for s in story.index().speeches}
    assert labels == {"p2": Label.TURN, "p3": Label.INTERJECTION}


ACTS = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from(["mic_opened", "mic_closed", "open", "shut", "item", "started"]),
              st.sampled_from(SEATS)),
    max_size=60,
)  # fmt: skip


@given(ACTS)
def test_speeches_lie_in_public_time_and_ids_are_unique(acts: list[tuple[int, str, str]]) -> None:
    story, at_s = Evening(), 0
    for gap_s, what, seat in acts:
        at_s += gap_s
        match what:
            case "open":
                story.open(at_s)
            case "shut":
                story.shut(at_s)
            case "item":
                story.item(at_s, "i1" if seat == "a" else "i2")
            case "started":
                story(at_s, "started")
            case _:
                story(at_s, what, seat=seat)
    index = story.index()
    assert len({speech.id for speech in index.speeches}) == len(index.speeches)
    for speech in index.speeches:
        span = Span(speech.fragment.start_ms, speech.fragment.end_ms)
        assert any(span.within(one) == span for one in index.public), (speech, index.public)
    for handled in index.handled:
        assert all(later.start_ms >= (sooner.end_ms or 0) for sooner, later in pairwise(handled.spans))
