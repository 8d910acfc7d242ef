"""Fragments are what the microphones did in public, nothing more, and speaking times follow from them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.director.model import ChairMoved, MicClosed, MicOpened
from chamber.core.speaking_time import SpeakingTime, overlap_ms, per_group, per_person
from chamber.core.turns import Event, Floor, Fragment, Label, PublicChanged, Rules, Seated, listen, per_item, running

RULES = Rules(interjection_max_ms=2500, interjection_seats=frozenset({"mic"}), groups={"ann": "blue", "bob": "red"})
START = (
    ChairMoved(0, "chair"),
    Seated(0, "chair", "mayor"),
    Seated(0, "a", "ann"),
    Seated(0, "b", "bob"),
    PublicChanged(0, True),
)


def on(at_s: float, seat: str) -> MicOpened:
    return MicOpened(round(at_s * 1000), seat)


def off(at_s: float, seat: str) -> MicClosed:
    return MicClosed(round(at_s * 1000), seat)


def heard(*events: Event, rules: Rules = RULES) -> list[Fragment]:
    floor, found = Floor(), list[Fragment]()
    for event in (*START, *events):
        floor, ended = listen(floor, event, rules)
        found += ended
    return found


def told(fragments: Sequence[Fragment]) -> list[tuple[str, str | None, float, float, str]]:
    return [(f.seat, f.person, f.start_ms / 1000, f.end_ms / 1000, f.label.value) for f in fragments]


def test_a_turn_has_person_and_fractie() -> None:
    (fragment,) = heard(on(10, "a"), off(40, "a"))
    assert fragment == Fragment("a", "ann", "blue", 10_000, 40_000, Label.TURN)
    assert fragment.length_ms == 30_000


@pytest.mark.parametrize(("length_s", "label"), [(2.499, "interjection"), (2.5, "turn")])
def test_short_is_an_interjection(length_s: float, label: str) -> None:
    assert told(heard(on(10, "a"), off(10 + length_s, "a"))) == [("a", "ann", 10, 10 + length_s, label)]


def test_go_ahead_over_a_speaker_is_the_chairs_interjection() -> None:
    found = heard(on(10, "a"), on(20, "chair"), off(21, "chair"), off(40, "a"))
    assert told(found) == [
        ("chair", "mayor", 20, 21, "chair_interjection"),
        ("a", "ann", 10, 40, "turn"),
    ]
    assert found[0].as_chair
    assert not found[1].as_chair


def test_a_chair_who_goes_on_has_a_turn() -> None:
    assert told(heard(on(10, "chair"), off(30, "chair"))) == [("chair", "mayor", 10, 30, "turn")]


def test_the_interruption_microphone_interrupts_however_long() -> None:
    found = heard(Seated(0, "mic", "bob"), on(10, "a"), on(20, "mic"), off(35, "mic"), off(60, "a"))
    assert told(found) == [("mic", "bob", 20, 35, "interjection"), ("a", "ann", 10, 60, "turn")]
    answered = heard(on(10, "mic"), on(20, "a"), off(30, "a"), off(40, "mic"))
    assert told(answered) == [("a", "ann", 20, 30, "turn"), ("mic", None, 10, 40, "interjection")]


def test_alone_or_with_the_chair_only_it_does_not_interrupt() -> None:
    assert told(heard(on(10, "mic"), off(20, "mic"))) == [("mic", None, 10, 20, "turn")]
    found = heard(on(5, "chair"), on(10, "mic"), off(20, "mic"), off(30, "chair"))
    assert [label for *_, label in told(found)] == ["turn", "turn"]


def test_who_stood_there_can_be_said_while_they_speak() -> None:
    assert told(heard(on(10, "mic"), Seated(15_000, "mic", "ann"), off(20, "mic"))) == [("mic", "ann", 10, 20, "turn")]


def test_behind_closed_doors_nothing_is_recorded() -> None:
    found = heard(
        on(10, "a"),
        PublicChanged(20_000, False),
        on(25, "b"),
        off(26, "b"),
        on(28, "b"),
        PublicChanged(40_000, True),
        off(50, "a"),
        off(51, "b"),
    )
    assert told(found) == [
        ("a", "ann", 10, 20, "turn"),
        ("a", "ann", 40, 50, "turn"),
        ("b", "bob", 40, 51, "turn"),
    ]


def test_the_chair_can_be_handed_over_in_mid_speech() -> None:
    found = heard(on(10, "a"), ChairMoved(20_000, "a"), off(30, "a"))
    assert [(f.start_ms, f.end_ms, f.as_chair) for f in found] == [(10_000, 20_000, False), (20_000, 30_000, True)]
    assert heard(ChairMoved(5_000, "chair")) == []


def test_what_has_no_length_is_no_fragment() -> None:
    assert heard(on(10, "a"), off(10, "a"), off(11, "a"), PublicChanged(12_000, True)) == []


def test_a_running_clock_counts_until_now() -> None:
    floor = Floor()
    for event in (*START, on(10, "a")):
        floor, _ = listen(floor, event, RULES)
    assert told(running(floor, 14_000, RULES)) == [("a", "ann", 10, 14, "turn")]
    assert running(floor, 9_000, RULES) == ()


def test_an_item_that_begins_in_mid_speech_cuts_the_fragment() -> None:
    fragments = heard(on(10, "a"), off(40, "a"), on(41, "b"), off(42, "b"))
    found = per_item(fragments, [(41_000, "3"), (0, "1"), (30_000, "2")])
    assert [(f.start_ms, f.end_ms, f.item, f.label) for f in found] == [
        (10_000, 30_000, "1", Label.TURN),
        (30_000, 40_000, "2", Label.TURN),
        (41_000, 42_000, "3", Label.INTERJECTION),
    ]
    assert [f.item for f in per_item(fragments, [(35_000, "late")])] == [None, "late", "late"]


def test_the_own_clock_stops_while_an_interjection_runs() -> None:
    found = heard(
        Seated(0, "mic", "bob"),
        on(0, "a"),
        on(20, "mic"),
        off(35, "mic"),
        on(40, "chair"),
        off(41, "chair"),
        off(60, "a"),
    )
    assert per_person(found) == {
        "ann": SpeakingTime(gross_ms=60_000, net_ms=44_000, turns=1),
        "bob": SpeakingTime(gross_ms=15_000, interjected_ms=15_000, interjections=1),
    }
    assert per_group(found) == {"blue": per_person(found)["ann"], "red": per_person(found)["bob"]}


def test_two_turns_at_once_both_count_in_full() -> None:
    found = heard(on(0, "a"), on(10, "b"), off(30, "a"), off(50, "b"))
    times = per_person(found)
    assert (times["ann"].net_ms, times["bob"].net_ms) == (30_000, 40_000)
    assert [overlap_ms(fragment, found) for fragment in found] == [20_000, 20_000]


def test_a_fractie_is_the_sum_of_its_members_and_the_chair_has_no_clock() -> None:
    rules = replace(RULES, groups={"ann": "blue", "bob": "blue", "mayor": "blue"})
    found = heard(on(0, "a"), off(10, "a"), on(10, "b"), off(15, "b"), on(15, "chair"), off(30, "chair"), rules=rules)
    assert per_group(found) == {"blue": SpeakingTime(gross_ms=15_000, net_ms=15_000, turns=2)}
    assert set(per_person(found)) == {"ann", "bob"}


SEATS = ("a", "b", "chair", "mic")
kinds: st.SearchStrategy[Callable[[int], Event]] = st.one_of(
    st.sampled_from(SEATS).map(lambda seat: lambda at: MicOpened(at, seat)),
    st.sampled_from(SEATS).map(lambda seat: lambda at: MicClosed(at, seat)),
    st.booleans().map(lambda public: lambda at: PublicChanged(at, public)),
    st.sampled_from((None, "a", "chair")).map(lambda seat: lambda at: ChairMoved(at, seat)),
    st.tuples(st.sampled_from(SEATS), st.sampled_from((None, "ann", "bob"))).map(
        lambda bound: lambda at: Seated(at, *bound)
    ),
)
evenings = st.lists(st.tuples(st.integers(0, 6), kinds), max_size=30)
QUICK = replace(RULES, interjection_max_ms=4)


def played(evening: list[tuple[int, Callable[[int], Event]]]) -> tuple[list[Event], list[Fragment], int]:
    """The events, the fragments when everybody stops at the end, and the end."""
    events, at_ms = list[Event](START), 0
    for gap_ms, kind in evening:
        at_ms += gap_ms
        events.append(kind(at_ms))
    end_ms = at_ms + 5
    floor, found = Floor(), list[Fragment]()
    for event in events:
        floor, ended = listen(floor, event, QUICK)
        found += ended
    return events, [*found, *running(floor, end_ms, QUICK)], end_ms


def open_at(events: list[Event], seat: str, ms: int) -> bool:
    """Whether a microphone is open in public in the millisecond that begins at `ms`, the plain way."""
    is_open = public = False
    for event in events:
        if event.at_ms <= ms:
            if isinstance(event, PublicChanged):
                public = event.public
            elif isinstance(event, MicOpened | MicClosed) and event.seat == seat:
                is_open = isinstance(event, MicOpened)
    return is_open and public


@given(evenings)
def test_fragments_are_exactly_what_was_open_in_public(evening: list[tuple[int, Callable[[int], Event]]]) -> None:
    events, fragments, end_ms = played(evening)
    for seat in SEATS:
        own = sorted((f.start_ms, f.end_ms) for f in fragments if f.seat == seat)
        assert all(start < end for start, end in own)
        assert all(before[1] <= after[0] for before, after in pairwise(own))
        covered = [any(start <= ms < end for start, end in own) for ms in range(end_ms)]
        assert covered == [open_at(events, seat, ms) for ms in range(end_ms)]


@given(evenings)
def test_labels_follow_length_and_place(evening: list[tuple[int, Callable[[int], Event]]]) -> None:
    _, fragments, _ = played(evening)
    for fragment in fragments:
        if fragment.length_ms < 4:
            assert fragment.label is (Label.CHAIR_INTERJECTION if fragment.as_chair else Label.INTERJECTION)
        elif fragment.as_chair or fragment.seat != "mic":
            assert fragment.label is Label.TURN


@given(evenings, st.lists(st.tuples(st.integers(0, 60), st.sampled_from(("1", "2", None))), max_size=6))
def test_items_cut_fragments_without_losing_a_millisecond(
    evening: list[tuple[int, Callable[[int], Event]]], began: list[tuple[int, str | None]]
) -> None:
    _, fragments, _ = played(evening)
    pieces = per_item(fragments, began)
    assert sum(piece.length_ms for piece in pieces) == sum(fragment.length_ms for fragment in fragments)
    for piece in pieces:
        for ms in range(piece.start_ms, piece.end_ms):
            due = [item for at_ms, item in sorted(began, key=lambda boundary: boundary[0]) if at_ms <= ms]
            assert piece.item == (due[-1] if due else None)


@given(evenings)
def test_speaking_times_agree_with_counting_milliseconds(evening: list[tuple[int, Callable[[int], Event]]]) -> None:
    _, fragments, end_ms = played(evening)
    for person, time in per_person(fragments).items():
        own = [f for f in fragments if f.person == person and not f.as_chair]
        gross = net = interjected = 0
        for ms in range(end_ms):
            now = [f for f in fragments if f.start_ms <= ms < f.end_ms]
            labels = {f.label for f in now if f in own}
            gross += bool(labels)
            interjected += Label.INTERJECTION in labels
            interrupted = any(f.label is not Label.TURN and f.person != person for f in now)
            net += Label.TURN in labels and not interrupted
        assert (time.gross_ms, time.net_ms, time.interjected_ms) == (gross, net, interjected)
        assert time.turns + time.interjections == len(own)


@given(evenings)
def test_fracties_add_up_to_their_members(evening: list[tuple[int, Callable[[int], Event]]]) -> None:
    _, fragments, _ = played(evening)
    people, groups = per_person(fragments), per_group(fragments)
    assert groups == {QUICK.groups[person]: time for person, time in people.items() if person in QUICK.groups}
