"""Events and lists turned into the state of each microphone."""

from hypothesis import given
from hypothesis import strategies as st

from chamber.core.domain import MicState
from drivers.confero.codec import Event, Person, Seat
from drivers.confero.diff import Floor, after, in_telling_order, keep, read, seated, with_seat

NUMBERS = range(1, 7)
seats = st.builds(Seat, st.sampled_from(NUMBERS), st.booleans(), st.booleans(), st.just("delegate"))
lists = st.lists(st.sampled_from(NUMBERS), unique=True).map(tuple)
floors = st.builds(read, st.lists(seats, unique_by=lambda s: s.number), lists, lists)


def discussion(name: str, data: object) -> Event:
    return Event(1, "Discussion", name, missed=False, data=data)


def test_lists_and_seats_say_the_same() -> None:
    floor = read((Seat(n, on=False, requesting=False) for n in NUMBERS), (), ())
    by_list = after(floor, discussion("SpeakersChanged", [4, 2]))
    assert by_list is not None
    assert by_list[0].open == (4, 2)
    assert by_list[1] == {2, 4}
    by_list = after(by_list[0], discussion("RequestsChanged", [6, 2, 5]))
    assert by_list is not None
    assert by_list[0].queue == (6, 5)  # 2 speaks already
    seat = {"seatNumber": 2, "microphoneOn": False, "requestingToSpeak": True, "role": "delegate"}
    by_seat = after(by_list[0], discussion("SeatChanged", seat))
    assert by_seat is not None
    assert (by_seat[0].open, by_seat[0].queue, by_seat[1]) == ((4,), (6, 2, 5), frozenset((2,)))


def test_other_events_say_nothing_of_microphones() -> None:
    assert after(Floor(), discussion("SettingsChanged", {})) is None
    assert after(Floor(), discussion("SpeakersChanged", "all")) is None
    assert after(Floor(), discussion("SeatChanged", {"seatNumber": 1})) is None
    assert after(Floor(), Event(1, "Room", "SpeakersChanged", missed=False, data=[1])) is None


def test_who_stops_is_told_before_who_opens_and_the_last_speaker_last() -> None:
    floor = read(
        (Seat(1, on=True, requesting=False), Seat(2, on=True, requesting=False), Seat(3, on=False, requesting=True)),
        (2, 1), (3,),
    )  # fmt: skip
    assert in_telling_order(floor, (1, 2, 3, 4)) == (4, 2, 1, 3)


def test_where_nobody_is_at_a_seat_the_system_does_not_know_who_sits_where() -> None:
    assert seated((), (1, 2)) is None
    jan = Person("p1", "Jan", 2)
    assert seated((jan,), (1, 2)) == {1: None, 2: jan}


@given(floors, seats)
def test_a_seat_is_as_its_event_says_whatever_was_before(floor: Floor, seat: Seat) -> None:
    after_it = with_seat(floor, seat)
    assert (seat.number in after_it.open) is seat.on
    assert (seat.number in after_it.queue) is (seat.requesting and not seat.on)
    assert set(after_it.open).isdisjoint(after_it.queue)


@given(floors, lists)
def test_speakers_are_exactly_those_of_the_list(floor: Floor, speakers: tuple[int, ...]) -> None:
    new = after(floor, discussion("SpeakersChanged", list(speakers)))
    assert new is not None
    assert new[0].open == speakers
    unchanged = set(NUMBERS) - new[1]
    assert all((floor.state(n) is MicState.ON) == (new[0].state(n) is MicState.ON) for n in unchanged)


@given(floors, floors, st.sets(st.sampled_from(NUMBERS)))
def test_what_is_newer_stays_and_the_rest_is_as_read(read_now: Floor, known: Floor, newer: set[int]) -> None:
    kept = keep(read_now, known, newer)
    for number in NUMBERS:
        source = known if number in newer and number in known.seats else read_now
        assert kept.state(number) is source.state(number)
