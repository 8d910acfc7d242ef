"""The DICENTIS driver against the simulated server, over WebSocket, with and without TLS."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from functools import partial
from random import Random

import pytest
import trustme

from chamber.core.domain import MicState
from chamber.core.errors import DeviceAuthError, DeviceRejectedError, DeviceUnreachableError, EncodeError
from chamber.ports import IdentityReading, MicReading, QueueReading, SeatOccupied
from drivers.dicentis.driver import Dicentis
from drivers.sim.dicentis import SimDicentis
from drivers.trust import Address
from tests.drivers.sessions import Events, QuickClock, TcpPeer, served
from tests.until import until

CHANNELS = tuple(f"Seat {n}" for n in range(1, 25))
ON, OFF, REQUEST = MicState.ON, MicState.OFF, MicState.REQUEST


@pytest.fixture
async def server() -> AsyncIterator[SimDicentis]:
    async with SimDicentis() as server:
        yield server


def dicentis(
    server: SimDicentis,
    events: Events,
    channels: tuple[str, ...] = CHANNELS,
    *,
    password: str = "secret",  # noqa: S107
    factor: int = 1,
    tls: bool = False,
    fingerprint: str | None = None,
) -> Dicentis:
    address = Address("127.0.0.1", server.port, tls, fingerprint)
    return Dicentis("raad", address, "admin", password, channels, events.append, QuickClock(factor))


def readings(events: Events) -> list[tuple[str, MicState]]:
    return [(reading.channel, reading.state) for reading in events.of(MicReading)]


def states(events: Events) -> dict[str, MicState]:
    return dict(readings(events))


# ------------------------------------------------------------------------------------------------------ reading


async def test_everything_is_read_before_it_is_ready(server: SimDicentis) -> None:
    server.give("Seat 7")
    server.request("Seat 3")
    server.request("Seat 2")
    server.sit("Seat 5", "")
    events = Events()
    async with served(dicentis(server, events)):
        assert len(readings(events)) == 24
        assert {channel: state for channel, state in readings(events) if state is not OFF} == {
            "Seat 7": ON,
            "Seat 3": REQUEST,
            "Seat 2": REQUEST,
        }
        assert events.of(QueueReading) == [QueueReading("raad", ("Seat 3", "Seat 2"))]
        assert SeatOccupied("raad", "Seat 1", "person-1", "Jan van Dam 1") in events
        assert SeatOccupied("raad", "Seat 5", None, None) in events
        assert len(events.of(SeatOccupied)) == 24
        assert events.of(IdentityReading) == [IdentityReading("raad", "DICENTIS, 24 seats")]


async def test_an_evening_in_events(server: SimDicentis) -> None:
    events = Events()
    async with served(dicentis(server, events)):
        events.clear()
        server.press("Seat 4")
        await until(lambda: readings(events) == [("Seat 4", ON)])
        server.request("Seat 9")
        server.request("Seat 2")
        await until(lambda: events[-1:] == [QueueReading("raad", ("Seat 9", "Seat 2"))])
        server.press("Seat 9")
        await until(lambda: events[-1:] == [QueueReading("raad", ("Seat 2",))])
        assert readings(events)[-1] == ("Seat 9", OFF)
        server.give("Seat 2")
        await until(lambda: events[-1:] == [QueueReading("raad", ())])
        assert readings(events)[-1] == ("Seat 2", ON)
        server.priority("Seat 1")
        await until(lambda: events[-1:] == [MicReading("raad", "Seat 1", ON, priority=True)])
        server.press("Seat 4")
        await until(lambda: readings(events)[-1] == ("Seat 4", OFF))
        assert [channel for channel, state in states(events).items() if state is ON] == ["Seat 2", "Seat 1"]


async def test_each_event_comes_again_because_it_is_read(server: SimDicentis) -> None:
    events = Events()
    async with served(dicentis(server, events)):
        events.clear()
        for number in range(30):
            server.press("Seat 4")
            wanted = [("Seat 4", ON if number % 2 == 0 else OFF)]
            await until(partial(lambda wanted: readings(events)[-1:] == wanted, wanted))
        assert len(readings(events)) == 30


async def test_who_sits_down_is_told(server: SimDicentis) -> None:
    events = Events()
    async with served(dicentis(server, events)):
        events.clear()
        server.sit("Seat 4", "p9")
        await until(lambda: events == [SeatOccupied("raad", "Seat 4", "person-9", "Jan van Dam 9")])
        server.hall.people[8].last = "Steen"
        server.fire("ParticipantsChanged")
        await until(lambda: SeatOccupied("raad", "Seat 4", "person-9", "Jan van Steen") in events)
        server.sit("Seat 4", "")
        await until(lambda: events[-1] == SeatOccupied("raad", "Seat 4", None, None))


async def test_a_muted_speaker_is_not_heard(server: SimDicentis) -> None:
    events = Events()
    server.give("Seat 4")
    async with served(dicentis(server, events)):
        server.hall.entries[0].microphone = "mute"
        server.fire("DiscussionListChanged")
        await until(lambda: states(events)["Seat 4"] is OFF)


async def test_enumerations_may_come_with_capitals(server: SimDicentis) -> None:
    server.hall.pascal = True
    server.request("Seat 3")
    server.priority("Seat 1")
    events = Events()
    device = dicentis(server, events)
    async with served(device):
        assert states(events)["Seat 3"] is REQUEST
        assert MicReading("raad", "Seat 1", ON, priority=True) in events
        assert device.reported()[0].endswith("Jan van Dam 1, connected")


async def test_a_storm_ends_in_the_truth_and_every_lasting_state_is_told(server: SimDicentis) -> None:
    events = Events()
    async with served(dicentis(server, events)):
        events.clear()
        for number in range(400):
            server.press(f"Seat {2 + number % 20}")
            if number % 50 == 0:  # somebody speaks for a while in the middle of it
                server.press("Seat 1")
                wanted = ON if number % 100 == 0 else OFF
                await until(partial(lambda wanted: states(events).get("Seat 1", OFF) is wanted, wanted))
            await asyncio.sleep(0.002)
        await until(
            lambda: {n for n, s in states(events).items() if s is ON} == {n for n in CHANNELS if server.is_open(n)}
        )
        assert [state for channel, state in readings(events) if channel == "Seat 1"] == [ON, OFF] * 4
        pairs = zip(readings(events), readings(events)[1:], strict=False)
        assert all(before != after for before, after in pairs)


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_evening_what_is_known_is_what_is_so(server: SimDicentis, seed: int) -> None:
    random, events = Random(seed), Events()
    async with served(dicentis(server, events)):
        for _ in range(150):
            verb = random.choice([server.press, server.press, server.request, server.give, server.priority])
            verb(random.choice(CHANNELS))
            if random.random() < 0.1:
                server.sit(random.choice(CHANNELS), random.choice(["", "p3", "p17"]))
            if random.random() < 0.3:
                await asyncio.sleep(random.random() / 200)
        hall = server.hall
        names = {seat.seat_id: seat.name for seat in hall.seats}
        queue = tuple(names[entry.seat_id] for entry in hall.entries if entry.kind == "isRequest")
        seated = {seat.name: seat.seated.replace("p", "person-") or None for seat in hall.seats}

        def known() -> bool:
            people = {event.channel: event.person_ref for event in events.of(SeatOccupied)}
            on = {name for name, state in states(events).items() if state is ON}
            return on == {name for name in CHANNELS if server.is_open(name)} and people == seated

        await until(lambda: known() and (events.of(QueueReading)[-1].channels == queue))
        assert {name for name, state in states(events).items() if state is REQUEST} == set(queue)


async def test_a_long_speech_stays_speech_through_all_rereadings(server: SimDicentis) -> None:
    events = Events()
    server.give("Seat 4")
    async with served(dicentis(server, events, factor=100)) as session:
        events.clear()
        await asyncio.sleep(1.5)  # two and a half minutes on its clock: everything was read again, pings went out
        assert not session.over, session.error
        assert events == []


async def test_changes_that_no_event_tells_are_found_in_time(server: SimDicentis) -> None:
    events = Events()
    async with served(dicentis(server, events, factor=20)):
        server.hall.fire = lambda *names: None
        server.give("Seat 4")
        await until(lambda: states(events)["Seat 4"] is ON)


# -------------------------------------------------------------------------------------------- seats and versions


async def test_a_channel_may_be_a_seat_id(server: SimDicentis) -> None:
    identifier = server.hall.seat("Seat 4").seat_id.upper()
    events = Events()
    device = dicentis(server, events, (identifier,))
    async with served(device):
        await device.switch(identifier, True)
        assert readings(events) == [(identifier, OFF), (identifier, ON)]


async def test_seats_that_cannot_be_found_are_named(server: SimDicentis) -> None:
    server.hall.seat("Seat 6").name = "Seat 5"
    events = Events()
    device = dicentis(server, events, ("Seat 4", "Seat 5", "Lectern"))
    async with served(device):
        assert states(events) == {"Seat 4": OFF, "Seat 5": OFF, "Lectern": OFF}
        assert events.of(IdentityReading)[-1].text == (
            "DICENTIS, 24 seats; no seat Lectern; several seats are called Seat 5"
        )
        with pytest.raises(DeviceRejectedError, match="no seat Lectern"):
            await device.switch("Lectern", True)
        server.hall.seat("Seat 7").name = "Lectern"
        server.give("Lectern")
        server.fire("SeatsChanged")
        await until(lambda: states(events)["Lectern"] is ON)


async def test_after_a_restart_seats_are_found_under_their_new_ids(server: SimDicentis) -> None:
    events = Events()
    device = dicentis(server, events)
    server.give("Seat 4")
    async with served(device) as session:
        await server.restart(generation=7)
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
    events.clear()
    server.give("Seat 5")
    async with served(device):
        assert len(readings(events)) == 24
        assert [channel for channel, state in states(events).items() if state is ON] == ["Seat 5"]
        await device.switch("Seat 6", True)
        assert server.is_open("Seat 6")


async def test_ids_that_change_in_mid_meeting_cost_nobody_the_floor(server: SimDicentis) -> None:
    """Seats that were found again have other ids; who speaks goes on speaking, and is switched under the new one."""
    events = Events()
    device = dicentis(server, events)
    server.give("Seat 4")
    async with served(device) as session:
        for generation in (7, 8, 9):
            events.clear()
            server.hall.rename(generation)
            server.fire("SeatsChanged", "DiscussionListChanged")
            server.press("Seat 6")
            await until(lambda: states(events).get("Seat 6") is ON, what="read under the new ids")
            await device.switch("Seat 6", False)
            assert not server.is_open("Seat 6")
            assert "Seat 4" not in states(events)
        await device.switch("Seat 4", False)
        assert not server.is_open("Seat 4")
        assert not session.over


@pytest.mark.parametrize("hours", [-7, 9_000])
async def test_the_servers_clock_is_not_used(server: SimDicentis, hours: int) -> None:
    events = Events()
    device = dicentis(server, events)
    async with served(device):
        events.clear()
        server.hall.clock_ahead_ms = hours * 3_600_000
        server.give("Seat 4")
        await until(lambda: states(events).get("Seat 4") is ON)
        server.hall.clock_ahead_ms = -hours * 3_600_000  # and set back while somebody speaks
        server.give("Seat 5")
        await until(lambda: states(events).get("Seat 5") is ON)
        assert readings(events) == [("Seat 4", ON), ("Seat 5", ON)]


async def test_an_older_server_knows_fewer_events_and_older_commands(server: SimDicentis) -> None:
    server.unknown_events |= {"PermissionsChanged", "ApiStateChanged", "ParticipantsChanged"}
    server.hall.missing |= {"grantspeech", "removespeech", "getapistate", "getparticipants"}
    events = Events()
    device = dicentis(server, events)
    async with served(device):
        assert SeatOccupied("raad", "Seat 1", "p1", None) in events
        await device.switch("Seat 4", True)
        assert server.is_open("Seat 4")
        await device.switch("Seat 4", False)
        assert not server.is_open("Seat 4")


async def test_an_older_server_closes_many_at_once(server: SimDicentis) -> None:
    server.hall.missing |= {"grantspeech", "removespeech"}
    device = dicentis(server, Events())
    for number in range(1, 5):
        server.give(f"Seat {number}")
    async with served(device):
        await device.all_off()
        assert not server.hall.entries


async def test_a_right_that_is_taken_away_is_told_and_not_asked_for_again_and_again(server: SimDicentis) -> None:
    events = Events()
    async with served(dicentis(server, events)) as session:
        server.refuse["getparticipants"] = "Unable to perform the operation: GetParticipants"
        server.hall.permissions = ()
        server.fire("ParticipantsChanged", "PermissionsChanged")
        await until(lambda: "may not manage" in events.of(IdentityReading)[-1].text)
        server.give("Seat 4")
        await until(lambda: states(events)["Seat 4"] is ON)
        assert sum("GetParticipants" in what for _, what in server.log) == 2
        assert not session.over


async def test_a_server_without_the_discussion_list_is_of_no_use(server: SimDicentis) -> None:
    server.unknown_events.add("DiscussionListChanged")
    async with served(dicentis(server, Events()), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceRejectedError)
        assert "discussionListChanged" in str(session.error)


async def test_a_reading_that_fails_is_tried_again_and_its_event_armed(server: SimDicentis) -> None:
    events = Events()
    async with served(dicentis(server, events)):
        server.refuse["getdiscussionlist"] = "Unable to perform the operation: GetDiscussionList"
        server.give("Seat 4")
        await until(lambda: sum("GetDiscussionList" in what for _, what in server.log) > 2)
        assert states(events)["Seat 4"] is OFF
        server.refuse.clear()
        await until(lambda: states(events)["Seat 4"] is ON)
        server.give("Seat 5")
        await until(lambda: states(events)["Seat 5"] is ON)


async def test_a_reading_that_fails_for_long_ends_the_session(server: SimDicentis) -> None:
    async with served(dicentis(server, Events(), factor=20)) as session:
        server.refuse["getdiscussionlist"] = "licence expired"
        server.give("Seat 4")
        await until(lambda: session.over)
        assert "licence expired" in str(session.error)


# ---------------------------------------------------------------------------------------------------- switching


async def test_switching_returns_when_it_was_read_back(server: SimDicentis) -> None:
    events = Events()
    device = dicentis(server, events)
    async with served(device):
        await device.switch("Seat 12", True)
        assert server.is_open("Seat 12")
        assert states(events)["Seat 12"] is ON
        await device.switch("Seat 12", True)
        await device.switch("Seat 12", False)
        assert not server.is_open("Seat 12")
        await device.switch("Seat 12", False)


async def test_off_right_after_on_is_not_swallowed(server: SimDicentis) -> None:
    device = dicentis(server, Events())
    async with served(device):
        first = asyncio.create_task(device.switch("Seat 12", True))
        await asyncio.sleep(0)
        await device.switch("Seat 12", False)  # a first RemoveSpeech comes too soon and does nothing
        with pytest.raises(DeviceRejectedError, match="overtaken"):
            await first
        assert not server.is_open("Seat 12")
        assert sum("RemoveSpeech" in what for _, what in server.log) >= 1


async def test_an_acknowledgement_is_no_proof(server: SimDicentis) -> None:
    device = dicentis(server, Events(), factor=3)
    async with served(device):
        server.idle.add("grantspeech")
        with pytest.raises(DeviceRejectedError, match="does not stay on"):
            await device.switch("Seat 12", True)


async def test_a_refusal_has_the_servers_words(server: SimDicentis) -> None:
    server.hall.permissions = ()
    events = Events()
    device = dicentis(server, events)
    async with served(device):
        assert "may not manage the meeting" in events.of(IdentityReading)[-1].text
        with pytest.raises(DeviceRejectedError, match="Seat 12: Unable to perform the operation: GrantSpeech"):
            await device.switch("Seat 12", True)


async def test_a_muted_speaker_is_opened(server: SimDicentis) -> None:
    server.give("Seat 4")
    server.hall.entries[0].microphone = "mute"
    device = dicentis(server, Events())
    async with served(device):
        await device.switch("Seat 4", True)
        assert server.is_open("Seat 4")


async def test_all_off_closes_what_no_seat_of_config_has_too(server: SimDicentis) -> None:
    device = dicentis(server, Events(), ("Seat 1", "Seat 2"))
    for name in ("Seat 1", "Seat 20"):
        server.give(name)
    server.priority("Seat 2")
    server.request("Seat 5")
    async with served(device):
        await device.all_off()
        assert [entry.kind for entry in server.hall.entries] == ["isRequest"]


async def test_without_a_session_nothing_is_switched(server: SimDicentis) -> None:
    device = dicentis(server, Events())
    with pytest.raises(DeviceUnreachableError, match="not connected"):
        await device.switch("Seat 1", True)
    with pytest.raises(DeviceUnreachableError, match="not connected"):
        await device.all_off()
    with pytest.raises(DeviceRejectedError, match="no such channel"):
        await device.switch("Seat 99", True)


# ---------------------------------------------------------------------------------------------------- the network


async def test_a_wrong_password_is_said_so(server: SimDicentis) -> None:
    async with served(dicentis(server, Events(), password="guess"), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceAuthError)
        assert "guess" not in str(session.error)


async def test_a_server_that_hears_the_first_login_too_soon_is_asked_again(server: SimDicentis) -> None:
    server.faults.lose = 1.0
    async with served(dicentis(server, Events()), wait=False) as session:
        await asyncio.sleep(0.5)
        server.faults.lose = 0.0
        await until(lambda: session.ready)


async def test_a_server_that_is_slow_to_log_in_is_not_hurried(server: SimDicentis) -> None:
    server.faults.delay_s = 0.5
    async with served(dicentis(server, Events(), factor=5)) as session:
        assert server.clients == 1
        assert not session.over


async def test_silence_ends_the_session_and_the_orders(server: SimDicentis) -> None:
    device = dicentis(server, Events(), factor=20)
    async with served(device) as session:
        server.faults.silent = True
        with pytest.raises(DeviceUnreachableError):
            await device.switch("Seat 1", True)
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)


async def test_a_quiet_server_is_alive_as_long_as_it_answers_pings(server: SimDicentis) -> None:
    async with served(dicentis(server, Events(), ("Seat 1",), factor=50)) as session:
        await asyncio.sleep(1.0)
        assert not session.over


async def test_a_server_that_hangs_up_is_noticed_at_once(server: SimDicentis) -> None:
    async with served(dicentis(server, Events())) as session:
        server.drop()
        await until(lambda: session.over, timeout_s=2.0)
        assert isinstance(session.error, DeviceUnreachableError)


async def test_a_server_that_goes_offline_ends_the_session(server: SimDicentis) -> None:
    async with served(dicentis(server, Events())) as session:
        server.hall.online = False
        server.fire("ApiStateChanged")
        await until(lambda: session.over)
        assert "offline" in str(session.error)


@pytest.mark.parametrize(("fault", "share"), [("drop", 0.1), ("lose", 0.1), ("duplicate", 0.5)])
async def test_messages_that_go_missing_cost_a_session_but_no_truth(
    server: SimDicentis, fault: str, share: float
) -> None:
    events = Events()
    device = dicentis(server, events, ("Seat 1", "Seat 2"), factor=20)
    server.give("Seat 2")
    for _ in range(20):
        setattr(server.faults, fault, share)
        async with served(device, wait=False) as session:
            await until(partial(lambda one: one.ready or one.over, session))
            if session.ready:
                break
    assert states(events) == {"Seat 1": OFF, "Seat 2": ON}


async def test_broken_text_never_becomes_a_state(server: SimDicentis) -> None:
    events = Events()
    device = dicentis(server, events, ("Seat 1", "Seat 2"), factor=20)
    async with served(device) as session:
        server.faults.garble = 1.0
        server.press("Seat 2")
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError | DeviceRejectedError)


async def test_nobody_listens_there() -> None:
    async with SimDicentis() as gone:
        pass
    async with served(dicentis(gone, Events()), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)


async def test_something_else_listens_there() -> None:
    async with TcpPeer() as peer:
        address = Address("127.0.0.1", peer.port, tls=False)
        device = Dicentis("raad", address, "admin", "secret", ("1",), Events().append, QuickClock())
        async with served(device, wait=False) as session:
            await peer.accept()
            await peer.read_until(b"\r\n\r\n")
            peer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            await until(lambda: session.over)
            assert isinstance(session.error, DeviceUnreachableError)
            assert "no WebSocket" in str(session.error)


# ------------------------------------------------------------------------------------------------------------ TLS


@pytest.fixture(scope="module")
def certificate() -> tuple[ssl.SSLContext, str]:
    """The server's side of TLS, and the fingerprint of its certificate."""
    issued = trustme.CA().issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    binary = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
    return context, hashlib.sha256(binary).hexdigest()


@pytest.fixture
async def secure(certificate: tuple[ssl.SSLContext, str]) -> AsyncIterator[SimDicentis]:
    async with SimDicentis(tls=certificate[0]) as server:
        yield server


async def test_a_pinned_certificate_is_trusted(secure: SimDicentis, certificate: tuple[ssl.SSLContext, str]) -> None:
    colons = ":".join(certificate[1][at : at + 2].upper() for at in range(0, 64, 2))
    events = Events()
    device = dicentis(secure, events, tls=True, fingerprint=colons)
    async with served(device):
        await device.switch("Seat 4", True)
        assert secure.is_open("Seat 4")


async def test_another_certificate_gets_no_password(
    secure: SimDicentis, certificate: tuple[ssl.SSLContext, str]
) -> None:
    async with served(dicentis(secure, Events(), tls=True, fingerprint="00" * 32), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceAuthError)
        assert certificate[1] in str(session.error)
        assert secure.clients == 0
        assert not secure.log


async def test_a_certificate_that_nobody_vouches_for_is_refused_with_its_fingerprint(
    secure: SimDicentis, certificate: tuple[ssl.SSLContext, str]
) -> None:
    async with served(dicentis(secure, Events(), tls=True), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceAuthError)
        assert certificate[1] in str(session.error)
        assert not secure.log


@pytest.mark.parametrize("fingerprint", ["", "00", "zz" * 32, "00" * 20])
def test_what_is_no_fingerprint_is_refused_at_once(fingerprint: str) -> None:
    with pytest.raises(EncodeError):
        Dicentis(
            "raad",
            Address("127.0.0.1", 1, True, fingerprint),
            "admin",
            "",
            (),
            Events().append,
            QuickClock(),
        )
