"""The console's pure parts: presses, reading messages, read-back, hall map, formats, letters."""

import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.wire import Change, EdgeView, PublicView, SeatView, TakenBackView
from tests.tui import evening
from tui import labels
from tui.formats import clock_time, decimal, elapsed, listed, squeezed
from tui.hall_map import lay_out, neighbour
from tui.readback import LIMIT_MS, Awaited, report, taken_back
from tui.steps import CONFIRM_AFTER_MS, CONFIRM_WITHIN_MS, Presses, Verdict, press
from tui.view import TEXT_LIMIT, GarbledError, big_word, harmless, leaking, read
from tui.widgets.bigtext import fitting, large, small

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


# -- presses --------------------------------------------------------------------------------------------------------
@given(st.integers(0, CONFIRM_AFTER_MS - 1), st.integers(20, 60))
def test_a_held_key_never_confirms(first_gap_ms: int, repeat_ms: int) -> None:
    presses, verdict = press(Presses(), "open", 1000, two_step=True)
    assert verdict is Verdict.ARM
    at_ms = 1000 + first_gap_ms
    while at_ms < 1000 + CONFIRM_WITHIN_MS:
        presses, verdict = press(presses, "open", at_ms, two_step=True)
        assert verdict is Verdict.TOO_QUICK
        at_ms += repeat_ms


def test_a_second_press_in_time_confirms_and_a_late_one_asks_again() -> None:
    presses, _ = press(Presses(), "open", 0, two_step=True)
    assert press(presses, "open", CONFIRM_AFTER_MS, two_step=True)[1] is Verdict.DO
    assert press(presses, "open", CONFIRM_WITHIN_MS - 1, two_step=True)[1] is Verdict.DO
    assert press(presses, "open", CONFIRM_WITHIN_MS, two_step=True)[1] is Verdict.ARM


def test_any_other_press_in_between_takes_it_back() -> None:
    presses, _ = press(Presses(), "open", 0, two_step=True)
    presses, verdict = press(presses, "item_next", 500, two_step=False)
    assert verdict is Verdict.DO
    assert press(presses, "open", 1000, two_step=True)[1] is Verdict.ARM


def test_a_held_key_counts_once() -> None:
    presses, verdicts = Presses(), []
    for at_ms in (0, 30, 60, 90, 900):
        presses, verdict = press(presses, "item_next", at_ms, two_step=False)
        verdicts.append(verdict)
    assert verdicts == [Verdict.DO, Verdict.HELD, Verdict.HELD, Verdict.HELD, Verdict.DO]


# -- reading --------------------------------------------------------------------------------------------------------
def test_a_change_replaces_whole_fields_and_leaves_the_others() -> None:
    known, _ = read(evening.view().model_dump_json(), None)
    text = Change(seq=2, changed={"mode": "manual", "queue": ["s4"]}).model_dump_json()
    view, renewed = read(text, known)
    assert (view.mode, view.queue, view.seq) == ("manual", ("s4",), 2)
    assert renewed == {"mode", "queue"} and view.seats is known.seats


def test_a_change_older_than_what_is_known_renews_nothing() -> None:
    known = evening.view(seq=9)
    assert read(Change(seq=8, changed={"mode": "manual"}).model_dump_json(), known) == (known, frozenset())


@pytest.mark.parametrize(
    "text", ["", "nee", "[]", "{}", '{"seq": 2, "changed": {"onbekend": 1}}', '{"seq": 2, "changed": {"mode": "x"}}']
)
def test_what_is_not_the_protocol_is_garbled(text: str) -> None:
    with pytest.raises(GarbledError):
        read(text, evening.view())


@given(st.recursive(st.text(max_size=20), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner)))
def test_no_text_that_came_in_can_drive_a_terminal(value: object) -> None:
    assert all(c.isprintable() for c in json.dumps(harmless(value), ensure_ascii=False))


def test_text_is_bounded() -> None:
    assert len(harmless("x" * 10_000)) == TEXT_LIMIT


def test_an_open_meeting_that_does_not_reach_the_public_is_called_a_slate() -> None:
    dark = PublicView(sees=False, hears=False, confirmed_ms=1)
    assert big_word(evening.view("open", public=dark)) == "slate"
    assert big_word(evening.view("open", public=PublicView(sees=None, hears=None, confirmed_ms=None))) == "open"
    assert big_word(None) == "unknown"


@pytest.mark.parametrize("state", ["planned", "standby", "suspended", "closing_doors", "closed", "reopening", "ended"])
def test_a_public_that_hears_a_shut_hall_is_a_leak(state: str) -> None:
    assert leaking(evening.view(state, public=PublicView(sees=False, hears=True, confirmed_ms=1)))
    assert not leaking(evening.view(state))


# -- read-back ------------------------------------------------------------------------------------------------------
def test_a_step_is_confirmed_only_by_what_was_read_back() -> None:
    waiting = evening.view("suspended", legs=evening.legs("open"), public=evening.public("open"), seq=5)
    told = report(Awaited(5, 0), waiting, "20:14:03", 100)
    assert told and not told.final and "wacht op bevestiging van beeld, geluid, regiebeeld en regiegeluid" in told.text
    told = report(Awaited(5, 0), evening.view("suspended", seq=6), "20:14:03", 200)
    assert told and told.final and not told.alarm
    assert told.text == "Geschorst om 20:14:03, bevestigd door beeld en geluid"


def test_a_leg_that_does_not_follow_is_an_alarm_by_name() -> None:
    legs = {**evening.legs("closed"), "mixer_sound": "unknown"}
    told = report(Awaited(5, 0), evening.view("closed", legs=legs, seq=5), "20:14:03", LIMIT_MS)
    assert told and told.alarm and "NIET bevestigd door regiegeluid" in told.text


def test_nothing_is_said_about_a_view_from_before_the_step() -> None:
    assert report(Awaited(5, 0), evening.view("open", seq=4), "20:14:03", 100) is None


# -- hall map -------------------------------------------------------------------------------------------------------
places = st.lists(st.tuples(st.floats(0, 20), st.floats(0, 12)), min_size=1, max_size=45)


@given(places, st.integers(4, 14), st.integers(1, 16))
def test_every_seat_has_a_cell_of_its_own_inside_the_grid(
    found: list[tuple[float, float]], wide: int, high: int
) -> None:
    seats = tuple(SeatView(id=str(i), label=str(i), x_m=x, y_m=y) for i, (x, y) in enumerate(found))
    grid = lay_out(seats, wide, high)
    if grid is None:
        return
    cells = list(grid.cells.values())
    assert len(set(cells)) == len(seats) == len(cells)
    assert all(0 <= column < wide and 0 <= row < min(high, grid.rows) for column, row in cells)


def test_left_stays_left_and_near_stays_near() -> None:
    grid = lay_out(evening.seats(), 9, 9)
    assert grid is not None
    assert grid.cells["w1"][0] < grid.cells["vz"][0] < grid.cells["w2"][0]
    assert grid.cells["vz"][1] < grid.cells["s1"][1] < grid.cells["s11"][1] < grid.cells["s19"][1]


@given(st.lists(st.sampled_from([(0, 1), (0, -1), (1, 0), (-1, 0)]), max_size=30))
def test_arrows_always_stand_on_a_seat(steps: list[tuple[int, int]]) -> None:
    grid, seat = lay_out(evening.seats(), 9, 9), None
    assert grid is not None
    for dx, dy in steps:
        seat = neighbour(grid, seat, dx, dy)
        assert seat in grid.cells


def test_every_seat_can_be_reached_by_arrows() -> None:
    grid = lay_out(evening.seats(), 9, 9)
    assert grid is not None
    reached, new = {"vz"}, ["vz"]
    while new:
        seat = new.pop()
        for dx, dy in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            beside = neighbour(grid, seat, dx, dy)
            if beside is not None and beside not in reached:
                reached.add(beside)
                new.append(beside)
    assert reached == set(grid.cells)


# -- formats and letters --------------------------------------------------------------------------------------------
def test_dutch_forms() -> None:
    assert clock_time(evening.NOW_MS, AMSTERDAM) == "20:14:03"
    assert clock_time(10**18, AMSTERDAM) == "--:--:--"
    assert [elapsed(ms) for ms in (-5, 32_000, 4_323_000)] == ["0:00", "0:32", "1:12:03"]
    assert [decimal(2.0), decimal(2.5)] == ["2", "2,5"]
    assert [listed([]), listed(["beeld"]), listed(["a", "b", "c"])] == ["", "beeld", "a, b en c"]


@pytest.mark.parametrize("word", [word for words in labels.BIG.values() for word in words])
def test_every_big_word_can_be_drawn(word: str) -> None:
    assert all(len(line) == len(large(word)[0]) for line in large(word))
    assert len({len(line) for line in small(word)}) == 1
    assert "█" in small(word)[1]


@pytest.mark.parametrize("words", labels.BIG.values())
def test_every_state_has_big_letters_at_eighty_columns(words: tuple[str, ...]) -> None:
    assert len(fitting(words, 80 - 2 - 18, 3)) == 3


@pytest.mark.parametrize(
    ("label", "width", "short"),
    [("Zetel 12", 3, "Z12"), ("Zetel 7", 3, "Ze7"), ("Zetel 12", 2, "12"), ("Zetel 12", 1, "Z"), ("KAT", 3, "KAT"),
     ("Voorzitter", 3, "Voo"), ("01", 3, "01"), ("7", 0, "")],
)  # fmt: skip
def test_a_squeezed_label_keeps_its_number(label: str, width: int, short: str) -> None:
    assert squeezed(label, width) == short


def test_what_became_of_an_order_to_take_back_is_said() -> None:
    def said(before: TakenBackView | None, after: TakenBackView | None) -> tuple[str, bool] | None:
        told = taken_back(evening.view("open", taken_back=before), evening.view("open", taken_back=after))
        return told and (told.text, told.alarm)

    edge = "live.example.nl"
    pending = TakenBackView(id=1, at_ms=0, parts=20, edges={edge: EdgeView(state="pending")})
    proven = TakenBackView(id=1, at_ms=0, parts=20, edges={edge: EdgeView(state="proven")})
    failed = TakenBackView(id=1, at_ms=0, parts=20, edges={edge: EdgeView(state="unproven", reason="405")})
    seen = TakenBackView(id=2, at_ms=0, parts=4, simulcast=("youtube", "regio"))
    assert said(None, None) is None
    assert said(pending, pending) is None
    assert said(None, pending) == (f"Teruggenomen: 20 stukken, {edge} wordt nog gewist", False)
    assert said(pending, proven) == (f"Teruggenomen: 20 stukken, bewezen gewist op {edge}", False)
    assert said(pending, failed) == (f"Teruggenomen: 20 stukken, NIET bewezen gewist op {edge}", True)
    assert said(failed, seen) == (
        "Teruggenomen: 4 stukken. Wat al naar youtube en regio was doorgezonden, is niet terug te halen", True,
    )  # fmt: skip
