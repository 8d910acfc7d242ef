"""The Confero driver against the simulated system, over HTTP, with and without TLS."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from random import Random

import pytest
import trustme

from chamber.core.domain import MicState
from chamber.core.errors import DeviceAuthError, DeviceRejectedError, DeviceUnreachableError, EncodeError
from chamber.ports import IdentityReading, MicReading, QueueReading, SeatOccupied
from drivers.confero.driver import Confero
from drivers.sim.confero import SimConfero
from drivers.trust import Address
from tests.drivers.sessions import Events, QuickClock, TcpPeer, served
from tests.until import until

CHANNELS = tuple(str(n) for n in range(1, 25))
ON, OFF, REQUEST = MicState.ON, MicState.OFF, MicState.REQUEST


@pytest.fixture
async def system() -> AsyncIterator[SimConfero]:
    async with SimConfero() as system:
        yield system


def confero(
    system: SimConfero,
    events: Events,
    channels: tuple[str, ...] = CHANNELS,
    *,
    token: str = "secret",  # noqa: S107
    factor: int = 1,
    tls: bool = False,
    fingerprint: str | None = None,
    cursor: str | None = None,
    poll_s: float = 40.0,
    answer_s: float = 5.0,
    seating: bool = True,
) -> Confero:
    return Confero(
        "raad", Address("127.0.0.1", system.port, tls, fingerprint), token, channels, events.append,
        QuickClock(factor), cursor=cursor, poll_s=poll_s, seating=seating, answer_s=answer_s,
    )  # fmt: skip


def readings(events: Events) -> list[tuple[str, MicState]]:
    return [(reading.channel, reading.state) for reading in events.of(MicReading)]


def states(events: Events) -> dict[str, MicState]:
    return dict(readings(events))


def speaking(events: Events) -> set[int]:
    return {int(channel) for channel, state in states(events).items() if state is ON}


def orders(system: SimConfero) -> list[str]:
    return [what for _, what in system.log if what.startswith(("PUT", "DELETE"))]


# ------------------------------------------------------------------------------------------------------ reading


async def test_everything_is_read_before_it_is_ready(system: SimConfero) -> None:
    system.give(7)
    system.give(1)
    system.request(3)
    system.request(2)
    system.sit(5, "")
    events = Events()
    device = confero(system, events)
    async with served(device):
        assert len(readings(events)) == 24
        assert readings(events)[-4:] == [("7", ON), ("1", ON), ("3", REQUEST), ("2", REQUEST)]
        assert MicReading("raad", "1", ON, priority=True) in events
        assert MicReading("raad", "7", ON, priority=False) in events
        assert events.of(QueueReading) == [QueueReading("raad", ("3", "2"))]
        assert SeatOccupied("raad", "4", "p4", "Jan van Dam 4") in events
        assert SeatOccupied("raad", "5", None, None) in events
        assert len(events.of(SeatOccupied)) == 24
        assert events.of(IdentityReading)[-1].text == "Confero, 24 seats, directSpeak 4"
        assert device.reported()[0] == "seat 1: chairperson, Jan van Dam 1, online"
        assert device.reported()[4] == "seat 5: delegate, nobody known, online"


async def test_an_evening_in_events(system: SimConfero) -> None:
    system.hall.mode = "request"
    events = Events()
    async with served(confero(system, events)):
        events.clear()
        system.give(4)
        await until(lambda: readings(events) == [("4", ON)])
        system.press(9)
        system.press(2)
        await until(lambda: events[-1:] == [QueueReading("raad", ("9", "2"))])
        system.press(9)
        await until(lambda: events[-1:] == [QueueReading("raad", ("2",))])
        assert states(events)["9"] is OFF
        system.give(2)
        await until(lambda: events[-1:] == [QueueReading("raad", ())])
        system.press(1)
        await until(lambda: MicReading("raad", "1", ON, priority=True) in events)
        system.press(4)
        await until(lambda: readings(events)[-1] == ("4", OFF))
        assert [state for channel, state in readings(events) if channel == "2"] == [REQUEST, ON]
        assert speaking(events) == {1, 2}


@pytest.mark.parametrize("told", [{"SeatChanged"}, {"SpeakersChanged", "RequestsChanged"}])
async def test_one_kind_of_event_is_enough(system: SimConfero, told: set[str]) -> None:
    system.hall.tells = told
    system.hall.places = 1
    events = Events()
    async with served(confero(system, events)):
        for number in (4, 9, 2):
            system.press(number)
        await until(lambda: states(events)["4"] is ON and events[-1] == QueueReading("raad", ("9", "2")))
        system.press(4)
        await until(lambda: states(events)["9"] is ON and states(events)["4"] is OFF)


async def test_200_events_a_second_come_in_their_order(system: SimConfero) -> None:
    system.hall.tells = {"SeatChanged"}
    system.hall.places = 24
    random, events, pressed = Random(1), Events(), list[tuple[str, MicState]]()
    async with served(confero(system, events)) as session:
        events.clear()
        for _ in range(400):
            number = random.randrange(1, 25)
            system.press(number)
            pressed.append((str(number), ON if number in system.hall.speakers else OFF))
            await asyncio.sleep(0.005)
        await until(lambda: len(readings(events)) == len(pressed))
        assert readings(events) == pressed
        assert not session.over, session.error


async def test_a_storm_that_outruns_what_the_system_keeps_ends_in_the_truth(system: SimConfero) -> None:
    random, events = Random(2), Events()
    async with served(confero(system, events)) as session:
        await until(lambda: system.asked["/api/notification/events"] > 0)
        system.press(1)
        await until(lambda: states(events)["1"] is ON)
        for _ in range(1000):  # more than the 500 events that are kept
            system.press(random.randrange(1, 25))
        await until(lambda: speaking(events) == set(system.hall.speakers))
        queue = tuple(map(str, system.hall.requests))
        await until(lambda: events.of(QueueReading)[-1].channels == queue)
        assert not session.over, session.error


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_evening_what_is_known_is_what_is_so(system: SimConfero, seed: int) -> None:
    random, events = Random(seed), Events()
    async with served(confero(system, events)):
        for _ in range(150):
            verb = random.choice([system.press, system.press, system.request, system.give, system.withdraw])
            verb(random.randrange(1, 25))
            if random.random() < 0.1:
                system.sit(random.randrange(1, 25), random.choice(["", "p3", "p17"]))
            if random.random() < 0.3:
                await asyncio.sleep(random.random() / 200)
        queue = tuple(map(str, system.hall.requests))
        seated = {channel: system.hall.people.get(int(channel)) for channel in CHANNELS}

        def known() -> bool:
            people = {event.channel: event.person_ref for event in events.of(SeatOccupied)}
            return speaking(events) == set(system.hall.speakers) and people == seated

        await until(lambda: known() and events.of(QueueReading)[-1].channels == queue)
        assert {channel for channel, state in states(events).items() if state is REQUEST} == set(queue)


async def test_a_long_speech_stays_speech_through_all_rereadings(system: SimConfero) -> None:
    system.give(4)
    events = Events()
    async with served(confero(system, events, factor=100)) as session:
        events.clear()
        await asyncio.sleep(1.2)
        assert system.asked["/api/discussion/seats"] > 5
        assert not session.over, session.error
        assert events == []


async def test_changes_that_no_event_tells_are_found_in_time(system: SimConfero) -> None:
    system.hall.tells = set()
    events = Events()
    async with served(confero(system, events, factor=20)):
        system.give(4)
        await until(lambda: states(events)["4"] is ON)


async def test_what_comes_between_two_polls_without_a_cursor_is_read(system: SimConfero) -> None:
    system.poll_s = 0.02
    system.hall.tells = set()
    events = Events()
    async with served(confero(system, events)):
        system.give(4)
        await until(lambda: states(events)["4"] is ON, timeout_s=2.0)
        assert system.asked["/api/notification/events"] < 40  # a system that does not wait is not pestered


async def test_a_poll_that_is_never_answered_is_asked_again(system: SimConfero) -> None:
    events = Events()
    async with served(confero(system, events, poll_s=0.1)) as session:
        await until(lambda: system.asked["/api/notification/events"] >= 4)
        assert not session.over
        system.give(4)
        await until(lambda: states(events)["4"] is ON)


# ------------------------------------------------------------------------------------------------------- cursor


@pytest.mark.parametrize("name", ["minimum-id", "minimal-id"])
async def test_the_cursor_is_called_as_the_system_describes_it(name: str) -> None:
    events = Events()
    async with SimConfero(cursor=name) as system, served(confero(system, events)) as session:
        await until(lambda: system.asked.get("/openapi"))
        await asyncio.sleep(0.05)
        system.hall.places = 24
        for number in range(1, 25):
            system.press(number)
        await until(lambda: len(speaking(events)) == 24)
        assert not session.over
        assert system.asked["/api/notification/events"] > 24


async def test_a_cursor_that_config_names_is_not_looked_up(system: SimConfero) -> None:
    system.cursor = "from-id"
    events = Events()
    async with served(confero(system, events, cursor="from-id")):
        for number in (2, 3, 4):
            system.press(number)
        await until(lambda: speaking(events) == {2, 3, 4})
        assert "/openapi" not in system.asked


async def test_without_a_description_the_usual_name_is_taken(system: SimConfero) -> None:
    system.describes = False
    events = Events()
    async with served(confero(system, events)):
        for number in (2, 3, 4):
            system.press(number)
        await until(lambda: speaking(events) == {2, 3, 4})


async def test_the_same_event_again_and_again_is_a_wrong_cursor(system: SimConfero) -> None:
    system.stuck = True
    async with served(confero(system, Events())) as session:
        system.press(3)
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceRejectedError)
        assert "cursor" in str(session.error)


async def test_a_gap_in_the_numbers_is_a_reason_to_read(system: SimConfero) -> None:
    events = Events()
    async with served(confero(system, events)):
        system.press(2)
        await until(lambda: speaking(events) == {2})
        told, system.hall.tells = system.hall.tells, set()
        system.press(3)
        system.hall.next_id += 1
        system.hall.tells = told
        system.press(4)
        await until(lambda: speaking(events) == {2, 3, 4}, timeout_s=2.0)


# ------------------------------------------------------------------------------------------------ people, seats


async def test_who_shows_a_badge_is_told(system: SimConfero) -> None:
    events = Events()
    async with served(confero(system, events)):
        events.clear()
        system.sit(4, "p9")
        await until(lambda: events.of(SeatOccupied)[:2] == [
            SeatOccupied("raad", "4", "p9", "Jan van Dam 9"), SeatOccupied("raad", "9", None, None)
        ])  # fmt: skip
        system.hall.names["p9"] = ("Els", "Steen")
        system.hall.tell("Meeting", "ParticipantChanged", {})
        await until(lambda: SeatOccupied("raad", "4", "p9", "Els Steen") in events)
        system.sit(4, "")
        await until(lambda: events[-1] == SeatOccupied("raad", "4", None, None))


async def test_when_the_meeting_ends_nobody_is_known_and_microphones_work_on(system: SimConfero) -> None:
    events = Events()
    device = confero(system, events, ("2", "3"))
    async with served(device):
        system.hall.meeting = False
        system.hall.tell("Meeting", "MeetingStateChanged", {"state": "noMeetingRunning"})
        await until(
            lambda: events[-1:] == [IdentityReading("raad", "Confero, 24 seats, directSpeak 4; no meeting open")]
        )
        assert events.of(SeatOccupied)[2:] == [
            SeatOccupied("raad", "2", None, None),
            SeatOccupied("raad", "3", None, None),
        ]
        await device.switch("3", True)
    events.clear()
    async with served(device):
        assert events.of(SeatOccupied) == []


@pytest.mark.parametrize(
    ("licensed", "meeting", "people"), [(False, True, True), (True, False, True), (True, True, False)]
)
async def test_where_the_system_knows_nobody_the_usual_people_stay(
    system: SimConfero, licensed: bool, meeting: bool, people: bool
) -> None:
    system.hall.licensed, system.hall.meeting = licensed, meeting
    if not people:
        system.hall.people.clear()
    events = Events()
    async with served(confero(system, events)):
        assert events.of(SeatOccupied) == []


async def test_people_are_not_asked_for_when_config_says_so(system: SimConfero) -> None:
    events = Events()
    async with served(confero(system, events, seating=False)):
        assert events.of(SeatOccupied) == []
        assert "/api/meeting" not in system.asked


async def test_seats_that_are_not_there_and_microphones_without_a_seat_are_named(system: SimConfero) -> None:
    events = Events()
    device = confero(system, events, ("2", "40"))
    async with served(device):
        assert states(events) == {"2": OFF, "40": OFF}
        system.give(17)
        await until(lambda: events.of(IdentityReading)[-1].text.endswith("; no seat 40; without a seat: 17"))
        with pytest.raises(DeviceRejectedError, match="Unknown seat"):
            await device.switch("40", True)


@pytest.mark.parametrize("missing", ["/api/meeting", "/api/room/seats/discussion", "/api/discussion/settings"])
@pytest.mark.parametrize("status", [403, 404, 500])
async def test_what_is_only_shown_may_be_missing(system: SimConfero, missing: str, status: int) -> None:
    system.fails[missing] = status
    events = Events()
    async with served(confero(system, events)):
        assert len(states(events)) == 24


def test_a_channel_is_a_seat_number() -> None:
    for channel in ("chair", "0", "70000"):
        with pytest.raises(EncodeError, match="seat"):
            confero(SimConfero(), Events(), (channel,))


# ---------------------------------------------------------------------------------------------------- switching


async def test_switching_returns_when_it_was_read_back(system: SimConfero) -> None:
    events = Events()
    device = confero(system, events)
    async with served(device):
        for on in (True, True, False, False):
            await device.switch("12", on)
            assert (12 in system.hall.speakers) is on
            assert states(events)["12"] is (ON if on else OFF)
        assert orders(system)[0] == ('PUT /api/discussion/seats/12 {"microphoneOn": true, "requestingToSpeak": false}')


async def test_switching_is_confirmed_without_any_event(system: SimConfero) -> None:
    system.hall.tells = set()
    events = Events()
    device = confero(system, events)
    async with served(device):
        await device.switch("12", True)
        assert states(events)["12"] is ON


async def test_closing_leaves_a_request(system: SimConfero) -> None:
    system.hall.mode = "request"
    system.request(5)
    device = confero(system, Events())
    async with served(device):
        await device.switch("5", False)
        assert system.hall.requests == [5]


async def test_an_acknowledgement_is_no_proof(system: SimConfero) -> None:
    system.idle = True
    device = confero(system, Events(), factor=3)
    async with served(device):
        with pytest.raises(DeviceRejectedError, match="does not stay open"):
            await device.switch("12", True)


async def test_when_all_places_are_taken_a_request_is_no_success(system: SimConfero) -> None:
    system.hall.places = 1
    system.give(3)
    events = Events()
    device = confero(system, events, factor=3)
    async with served(device):
        with pytest.raises(DeviceRejectedError, match="does not stay open"):
            await device.switch("12", True)
        assert states(events)["12"] is REQUEST


@pytest.mark.parametrize(
    ("status", "kind"), [(400, DeviceRejectedError), (403, DeviceAuthError), (503, DeviceUnreachableError)]
)
async def test_a_refusal_has_the_systems_words(system: SimConfero, status: int, kind: type[Exception]) -> None:
    system.faults.refuse = status
    device = confero(system, Events())
    async with served(device) as session:
        with pytest.raises(kind, match=f"HTTP {status}, Not now"):
            await device.switch("12", True)
        with pytest.raises(kind, match=f"HTTP {status}, Not now"):
            await device.all_off()
        assert not session.over
        assert orders(system) == []


async def test_a_newer_order_overtakes_and_is_sent_last(system: SimConfero) -> None:
    device = confero(system, Events())
    async with served(device):
        first = asyncio.create_task(device.switch("12", True))
        await asyncio.sleep(0)
        await device.switch("12", False)
        with pytest.raises(DeviceRejectedError, match="overtaken"):
            await first
        assert system.hall.speakers == []
        assert "false" in orders(system)[-1]


async def test_many_orders_at_once(system: SimConfero) -> None:
    system.hall.places = 24
    device = confero(system, Events())
    async with served(device):
        await asyncio.gather(*(device.switch(channel, True) for channel in CHANNELS))
        assert sorted(system.hall.speakers) == list(range(1, 25))
        await asyncio.gather(*(device.switch(channel, False) for channel in CHANNELS))
        assert system.hall.speakers == []


async def test_all_off_closes_the_chair_and_what_no_seat_of_config_has_too(system: SimConfero) -> None:
    system.hall.mode = "request"
    for number in (1, 2, 20):
        system.give(number)
    system.press(5)
    device = confero(system, Events(), ("1", "2"))
    async with served(device):
        await device.all_off()
        assert system.hall.speakers == []
        assert system.hall.requests == [5]


async def test_all_off_closes_whoever_is_let_in_from_the_queue(system: SimConfero) -> None:
    system.hall.places = 2
    for number in (2, 3, 4, 5, 6):
        system.press(number)
    device = confero(system, Events())
    async with served(device):
        await device.all_off()
        assert system.hall.speakers == []


async def test_all_off_that_does_nothing_fails(system: SimConfero) -> None:
    system.give(4)
    system.idle = True
    device = confero(system, Events(), factor=5)
    async with served(device):
        with pytest.raises(DeviceRejectedError, match="still open: seat 4"):
            await device.all_off()


async def test_without_a_session_nothing_is_switched(system: SimConfero) -> None:
    device = confero(system, Events())
    with pytest.raises(DeviceUnreachableError, match="not connected"):
        await device.switch("1", True)
    with pytest.raises(DeviceUnreachableError, match="not connected"):
        await device.all_off()
    with pytest.raises(DeviceRejectedError, match="no such channel"):
        await device.switch("99", True)


# -------------------------------------------------------------------------------------------------- the network


async def test_a_wrong_token_is_said_so_and_not_repeated(system: SimConfero) -> None:
    async with served(confero(system, Events(), token="guess"), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceAuthError)
        assert "token refused" in str(session.error)
        assert "guess" not in str(session.error)


async def test_a_token_that_is_revoked_ends_the_session(system: SimConfero) -> None:
    async with served(confero(system, Events())) as session:
        system.token = "other"
        system.press(4)
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceAuthError)


async def test_after_a_restart_in_mid_meeting_everything_is_read_again(system: SimConfero) -> None:
    events = Events()
    device = confero(system, events)
    system.press(4)
    async with served(device) as session:
        assert speaking(events) == {4}
        await system.restart()
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
    events.clear()
    system.press(5)
    async with served(device):
        assert len(readings(events)) == 24
        assert speaking(events) == {5}
        system.press(6)
        await until(lambda: speaking(events) == {5, 6})
        await device.switch("7", True)


async def test_events_that_are_counted_anew_are_heard_again(system: SimConfero) -> None:
    """As when the system restarts behind a proxy, where the connection stays."""
    events = Events()
    async with served(confero(system, events, factor=20, poll_s=0.3)) as session:
        for number in (2, 3, 4):
            system.press(number)
        await until(lambda: speaking(events) == {2, 3, 4})
        system.hall.events.clear()
        system.hall.next_id = 1
        system.press(4)
        await until(lambda: speaking(events) == {2, 3})  # found by reading
        await until(lambda: system.asked["/api/notification/events"] > 12)
        asked = system.asked["/api/discussion/seats"]
        system.press(5)
        await until(lambda: speaking(events) == {2, 3, 5})
        assert system.asked["/api/discussion/seats"] <= asked + 1  # told by an event
        assert not session.over


async def test_events_that_are_behind_a_reading_do_not_turn_it_back(system: SimConfero) -> None:
    """Confirmed by a reading, then the event of an older state arrives."""
    events = Events()
    device = confero(system, events)
    async with served(device):
        await device.switch("5", True)
        events.clear()
        system.hall.tell("Discussion", "SeatChanged", system.hall.seat(5) | {"microphoneOn": False})
        system.hall.tell("Discussion", "SpeakersChanged", [])
        system.press(6)
        await until(lambda: states(events).get("6") is ON)
        assert "5" not in states(events)
        await device.switch("5", True)


async def test_silence_ends_the_session_and_the_orders(system: SimConfero) -> None:
    device = confero(system, Events(), factor=10, answer_s=0.3)
    async with served(device) as session:
        system.faults.silent = True
        with pytest.raises(DeviceUnreachableError):
            await device.switch("12", True)
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
        assert "no answer for 0.3 s" in str(session.error)


async def test_an_order_ends_with_its_session(system: SimConfero) -> None:
    device = confero(system, Events())
    async with served(device) as session:
        system.faults.delay_s = 1.0
        order = asyncio.create_task(device.switch("12", True))
        await until(lambda: orders(system))
        await system.close()
        with pytest.raises(DeviceUnreachableError):
            await order
        await until(lambda: session.over)


async def test_an_order_whose_connection_breaks_is_not_sent_again(system: SimConfero) -> None:
    system.idle = True
    device = confero(system, Events())
    async with served(device):
        system.faults.delay_s = 0.5
        order = asyncio.create_task(device.switch("12", True))
        await until(lambda: orders(system))
        system.drop()
        with pytest.raises(DeviceUnreachableError):
            await order
        assert len(orders(system)) == 1


async def test_nobody_at_the_address(system: SimConfero) -> None:
    await system.close()
    async with served(confero(system, Events()), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)


@pytest.mark.parametrize("wrong", [b"SSH-2.0-other\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"])
async def test_something_else_at_the_address(wrong: bytes) -> None:
    async with TcpPeer() as peer:
        system = SimConfero(port=peer.port)
        async with served(confero(system, Events(), cursor="minimum-id"), wait=False) as session:
            await peer.accept()
            await peer.read_until(b"\r\n\r\n")
            peer.write(wrong)
            await until(lambda: session.over)
            assert isinstance(session.error, DeviceUnreachableError | DeviceRejectedError)


async def test_a_redirect_is_not_followed_with_the_token() -> None:
    async with TcpPeer() as peer:
        system = SimConfero(port=peer.port)
        async with served(confero(system, Events(), cursor="minimum-id"), wait=False) as session:
            await peer.accept()
            await peer.read_until(b"\r\n\r\n")
            peer.write(b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n")
            await until(lambda: session.over)
            assert "HTTP 307" in str(session.error)


async def test_an_endless_answer_ends_the_session() -> None:
    async with TcpPeer() as peer:
        system = SimConfero(port=peer.port)
        async with served(confero(system, Events(), cursor="minimum-id"), wait=False) as session:
            await peer.accept()
            await peer.read_until(b"\r\n\r\n")
            peer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b" " * 5_000_000)
            await until(lambda: session.over)
            assert "more than 4 MB" in str(session.error)


@pytest.mark.parametrize("fault", ["garble", "drop", "lose"])
async def test_a_bad_network_costs_sessions_but_no_truth(system: SimConfero, fault: str) -> None:
    events, ended = Events(), list[Exception]()
    random, device = Random(5), confero(system, events, answer_s=0.5)
    setattr(system.faults, fault, 0.05)

    async def evening() -> None:
        for _ in range(100):
            system.press(random.randrange(1, 25))
            await asyncio.sleep(0.005)
        system.faults.clear()

    hands = asyncio.create_task(evening())
    while not hands.done():
        async with served(device, wait=False) as session:
            await until(lambda session=session: session.over or hands.done())  # type: ignore[misc]
            if session.error is not None:
                ended.append(session.error)
    await hands
    assert all(isinstance(error, DeviceUnreachableError | DeviceRejectedError) for error in ended)
    async with served(device):
        assert speaking(events) == set(system.hall.speakers)


# ---------------------------------------------------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def secure(authority: trustme.CA) -> AsyncIterator[SimConfero]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = authority.issue_cert("127.0.0.1")
    certificate.configure_cert(context)
    async with SimConfero(tls=context) as system:
        yield system


async def shown_by(system: SimConfero) -> str:
    """The certificate's fingerprint, as another client sees it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", system.port, ssl=context)
    certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return hashlib.sha256(certificate).hexdigest()


async def test_a_pinned_certificate_is_trusted_and_no_other(secure: SimConfero) -> None:
    fingerprint = await shown_by(secure)
    events = Events()
    device = confero(secure, events, tls=True, fingerprint=":".join(fingerprint[i : i + 2] for i in range(0, 64, 2)))
    async with served(device):
        await device.switch("4", True)
        assert states(events)["4"] is ON
    asked = dict(secure.asked)
    async with served(confero(secure, Events(), tls=True, fingerprint="00" * 32), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceAuthError)
        assert fingerprint in str(session.error)
    assert secure.asked == asked


async def test_an_unknown_certificate_is_named_and_gets_no_token(secure: SimConfero) -> None:
    async with served(confero(secure, Events(), tls=True), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceAuthError)
        assert await shown_by(secure) in str(session.error)
    assert secure.asked == {}


def test_a_fingerprint_that_is_none_is_refused() -> None:
    with pytest.raises(EncodeError, match="64 hexadecimal digits"):
        confero(SimConfero(), Events(), tls=True, fingerprint="ab:cd")


async def test_nothing_is_lost_between_the_first_reading_and_the_first_poll(system: SimConfero) -> None:
    """Whatever is pressed from the start on is told, by an event or by the reading after the first one."""
    for number in range(2, 12):
        events = Events()
        async with served(confero(system, events)):
            system.press(number)
            await until(lambda events=events, number=number: number in speaking(events), timeout_s=2.0)  # type: ignore[misc]
            system.withdraw(number)
