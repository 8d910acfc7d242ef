"""Lists become changes: nothing is lost, nothing is told twice, closings come first."""

from hypothesis import given
from hypothesis import strategies as st

from chamber.core.domain import MicState
from drivers.dicentis.codec import Entry, Participant, Seat
from drivers.dicentis.diff import Mic, by_channel, changes, floor, seat_map, seated, waiting

ON, REQUEST, OFF = Mic(MicState.ON), Mic(MicState.REQUEST), Mic()
SEATS = tuple(Seat(f"id{n}", f"Seat {n}", f"p{n}", True) for n in range(1, 5))
CHANNELS = tuple(seat.name for seat in SEATS)
IDS = {seat.name: seat.seat_id for seat in SEATS}

kinds = st.sampled_from(
    ["isspeaker", "ispriorityspeaker", "isrequest", "isresponder", "isimportant", "isresponserequest", ""]
)
entries = st.lists(
    st.builds(Entry, st.sampled_from([f"id{n}" for n in range(6)]), kinds, st.sampled_from(["on", "off", "mute"])),
    max_size=8,
)


def told(listed: list[Entry]) -> dict[str, Mic]:
    return by_channel(floor(listed), IDS, CHANNELS)


@given(entries, entries)
def test_changes_lead_from_one_list_to_the_next(before: list[Entry], after: list[Entry]) -> None:
    known, now = told(before), told(after)
    todo = changes(known, now)
    assert known | dict(todo) == now
    assert changes(now, now) == ()
    order = [mic.state for _, mic in todo]
    assert order == sorted(order, key=[MicState.OFF, MicState.ON, MicState.REQUEST].index)


@given(entries)
def test_the_first_list_tells_every_channel_once(listed: list[Entry]) -> None:
    assert sorted(channel for channel, _ in changes({}, told(listed))) == sorted(CHANNELS)


@given(entries)
def test_everybody_in_the_queue_waits_and_the_other_way_round(listed: list[Entry]) -> None:
    queue = waiting(floor(listed), IDS)
    assert sorted(queue) == sorted(channel for channel, mic in told(listed).items() if mic.state is MicState.REQUEST)


def test_states_of_the_document() -> None:
    listed = [
        Entry("id1", "ispriorityspeaker", "on"),
        Entry("id2", "isspeaker", "mute"),
        Entry("id3", "isrequest", "off"),
    ]
    assert told(listed) == {"Seat 1": Mic(MicState.ON, True), "Seat 2": OFF, "Seat 3": REQUEST, "Seat 4": OFF}


def test_several_microphones_are_told_in_the_order_of_the_list() -> None:
    listed = [Entry(f"id{n}", "isspeaker", "on") for n in (3, 1, 2)]
    assert changes(told([]), told(listed)) == (("Seat 3", ON), ("Seat 1", ON), ("Seat 2", ON))


def test_the_one_who_stops_is_told_before_the_one_who_begins() -> None:
    before, after = [Entry("id1", "isspeaker", "on")], [Entry("id2", "isspeaker", "on")]
    assert changes(told(before), told(after)) == (("Seat 1", OFF), ("Seat 2", ON))


def test_a_channel_is_a_seat_id_or_a_name_in_any_case() -> None:
    seats = (*SEATS, Seat("id5", "Seat 4", "", True), Seat("id6", "id2", "", True))
    found = seat_map(("seat 1", "ID2", "Seat 4", "Seat 9"), seats)
    assert found.ids == {"seat 1": "id1", "ID2": "id2"}
    assert (found.ambiguous, found.absent) == (("Seat 4",), ("Seat 9",))


def test_a_name_that_is_a_number_may_have_leading_zeros() -> None:
    found = seat_map(
        ("07", "12", "0"), (Seat("a", "7", "", True), Seat("b", "012", "", True), Seat("c", "00", "", True))
    )
    assert found.ids == {"07": "a", "12": "b", "0": "c"}


def test_a_channel_without_a_seat_is_off() -> None:
    assert by_channel(floor([Entry("id1", "isspeaker", "on")]), {}, ("Seat 1",)) == {"Seat 1": OFF}


def test_who_sits_where() -> None:
    seats = (SEATS[0], Seat("id2", "Seat 2", "", True), SEATS[2])
    people = (Participant("p1", "x1", "Jan"),)
    assert seated(IDS, seats, people) == {
        "Seat 1": people[0],
        "Seat 2": None,
        "Seat 3": Participant("p3", "p3", ""),
        "Seat 4": None,
    }
