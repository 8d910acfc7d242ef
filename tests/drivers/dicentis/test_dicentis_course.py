"""Voting and agenda of a DICENTIS server: followed where they are wanted, done without where they are missing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chamber.clock import SystemClock
from chamber.core.errors import DeviceError
from chamber.ports import AgendaReading, DeviceEvent, VotingReading
from drivers.dicentis import codec
from drivers.dicentis.driver import Dicentis
from drivers.sim.dicentis import SimDicentis
from drivers.trust import Address
from tests.until import until


@pytest.fixture
async def server() -> AsyncIterator[SimDicentis]:
    async with SimDicentis(seats=3) as server:
        server.hall.topics = ["Opening", "2 Beekzicht"]
        yield server


@asynccontextmanager
async def served(server: SimDicentis, *, voting: bool = True, agenda: bool = True) -> AsyncIterator[list[DeviceEvent]]:
    heard: list[DeviceEvent] = []
    ready = asyncio.Event()
    address = Address("127.0.0.1", server.port, False, None)
    driver = Dicentis(
        "raad", address, "admin", "secret", ("Seat 1",), heard.append, SystemClock(), voting=voting, agenda=agenda
    )
    session = asyncio.create_task(driver.serve(ready.set))
    await asyncio.wait([session, asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED)
    yield heard
    session.cancel()
    with pytest.raises((asyncio.CancelledError, DeviceError)):
        await session


async def test_a_vote_is_followed_from_opening_to_outcome(server: SimDicentis) -> None:
    async with served(server) as heard:

        def told() -> list[bool]:
            return [event.open for event in heard if isinstance(event, VotingReading)]

        await until(lambda: told() == [False])
        for state, expected in (("ready", [False]), ("opened", [False, True]), ("onHold", [False, True]),
                                ("done", [False, True, False]), ("accepted", [False, True, False])):  # fmt: skip
            server.vote(state)
            await until(lambda expected=expected: told() == expected)


async def test_the_open_topic_is_told(server: SimDicentis) -> None:
    server.hall.pascal = True
    async with served(server) as heard:

        def told() -> list[str | None]:
            return [event.subject for event in heard if isinstance(event, AgendaReading)]

        await until(lambda: told() == [None])
        server.open_topic("2 Beekzicht")
        await until(lambda: told() == [None, "2 Beekzicht"])
        server.open_topic(None)
        await until(lambda: told() == [None, "2 Beekzicht", None])


async def test_neither_is_asked_for_when_config_says_so(server: SimDicentis) -> None:
    async with served(server, voting=False, agenda=False):
        asked = [what for _, what in server.log]
        assert "client GetSeats" in asked
        assert not [what for what in asked if "Voting" in what or "Agenda" in what]


async def test_a_server_without_them_is_served_all_the_same(server: SimDicentis) -> None:
    server.unknown_events |= {"votingstatechanged", "agendatopicschanged"}
    server.hall.missing |= {"getvotingstate", "getagendatopics"}
    async with served(server) as heard:
        server.press("Seat 1")
        await until(lambda: any("01" in str(event) or "Seat 1" in str(event) for event in heard))
        assert not [event for event in heard if isinstance(event, VotingReading | AgendaReading)]


def test_answers_that_make_no_sense_say_nothing() -> None:
    assert codec.is_voting({}) is None
    assert codec.is_voting({"state": 7}) is False
    assert codec.is_voting({"votingState": "OnHold"}) is True
    assert codec.open_topic({"agendaTopics": "x"}) is None
    assert codec.open_topic({"agendaTopics": [7, {"state": "opened", "subject": " A "}]}) == ("A",)
