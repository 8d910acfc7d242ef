"""The simulated DICENTIS server says what the documents say, to a client that understands nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from drivers.sim.dicentis import PATH, SimDicentis
from tests.until import until

Message = dict[str, Any]


@pytest.fixture
async def server() -> AsyncIterator[SimDicentis]:
    async with SimDicentis(seats=6) as server:
        yield server


class Client:
    """A WebSocket on which messages are written by hand."""

    def __init__(self, socket: "aiohttp.ClientWebSocketResponse[Any]") -> None:
        self.socket, self._id = socket, 0

    async def next(self) -> Message:
        async with asyncio.timeout(5):
            return dict(json.loads(await self.socket.receive_str()))

    async def ask(self, operation: str, parameters: Message | None = None) -> Message:
        self._id += 1
        message = {"messageId": self._id, "operation": operation, "parameters": parameters or {}}
        await self.socket.send_str(json.dumps(message))
        while (answer := await self.next())["messageId"] != self._id:
            pass
        return answer

    async def error(self, operation: str, parameters: Message | None = None) -> str:
        answer = await self.ask(operation, parameters)
        assert answer["operation"] == "error"
        return str(answer["parameters"]["message"])


@pytest.fixture
async def client(server: SimDicentis) -> AsyncIterator[Client]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"ws://127.0.0.1:{server.port}{PATH}", protocols=("DICENTIS_1_0",)) as socket,
    ):
        yield Client(socket)


@pytest.fixture
async def user(client: Client) -> Client:
    answer = await client.ask("Login", {"user": "admin", "password": "secret"})
    assert answer["parameters"]["loggedIn"] is True
    return client


async def test_nothing_without_login_and_a_wrong_password_is_no_error(client: Client) -> None:
    assert await client.error("GetSeats") == "Please login first"
    refused = await client.ask("login", {"user": "admin", "password": "x"})
    assert refused == {"messageId": 2, "operation": "login", "parameters": {"loggedIn": False, "token": ""}}
    assert (await client.ask("login", {"user": "admin", "password": "secret"}))["parameters"]["userId"] == "u1"
    assert await client.error("Login", {}) == "Already logged in. Please disconnect to log off"


async def test_errors_have_the_texts_of_the_document(user: Client) -> None:
    assert await user.error("getFoo") == "GETFOO is an unknown operation"
    assert await user.error("GetPermissions", {"x": 1}) == (
        "Could not find member 'x' on object of type 'GetPermissionsRequest'. Path 'parameters.x'."
    )
    assert await user.error("RegisterEvents", {"events": ["seatsChanged", "bogus"]}) == (
        "Error converting value \"bogus\" to type 'SynopticControl.Common.ConferenceEvent'. Path 'parameters.events[1]'."
    )
    assert await user.error("GrantSpeech", {"seatIds": ["none"]}) == "Unable to perform the operation: GrantSpeech"
    await user.socket.send_str('{"messageId": 99, "parameters": {}}')
    assert await user.next() == {"messageId": 99, "operation": "error", "parameters": {"message": "Bad message format"}}


async def test_malformed_json_closes_the_socket_with_1002(user: Client) -> None:
    await user.socket.send_str("{not json")
    message = await user.socket.receive()
    assert message.type is aiohttp.WSMsgType.CLOSE
    assert user.socket.close_code == 1002


async def test_the_subprotocol_must_be_offered(server: SimDicentis) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"ws://127.0.0.1:{server.port}{PATH}") as socket,
    ):
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_events_come_once_until_the_matching_get(server: SimDicentis, user: Client) -> None:
    await user.ask("RegisterEvents", {"events": ["discussionListChanged", "SEATSCHANGED"]})
    server.fire("SeatsChanged", "DiscussionListChanged")
    told = await user.next()
    assert told["messageId"] == 0
    assert sorted(told["parameters"]["events"]) == ["DiscussionListChanged", "SeatsChanged"]
    server.fire("SeatsChanged", "DiscussionListChanged")
    await user.ask("GetDiscussionList")
    server.fire("SeatsChanged", "DiscussionListChanged")
    assert (await user.next())["parameters"] == {"events": ["DiscussionListChanged"]}


async def test_buttons_grants_and_requests(server: SimDicentis, user: Client) -> None:
    server.hall.open_places = 1
    ids = {seat.name: seat.seat_id for seat in server.hall.seats}
    for name in ("Seat 1", "Seat 2"):
        server.press(name)
    await user.ask("RequestSpeech", {"seatIds": [ids["Seat 3"]]})
    listed = (await user.ask("GetDiscussionList"))["parameters"]["discussionList"]
    assert [(one["seatId"], one["speakerType"], one["microphoneState"]) for one in listed] == [
        (ids["Seat 1"], "isSpeaker", "on"),
        (ids["Seat 2"], "isRequest", "off"),
        (ids["Seat 3"], "isRequest", "off"),
    ]
    await user.ask("DeactivateMicrophone", {"seatId": ids["Seat 1"]})
    assert not server.is_open("Seat 1")
    await user.ask("GrantSpeech", {"seatIds": [ids["Seat 3"]], "participantIds": []})
    await user.ask("RemoveSpeech", {"seatIds": [ids["Seat 3"]]})
    assert server.is_open("Seat 3"), "too soon after the grant"

    async def removed() -> bool:
        await user.ask("RemoveSpeech", {"seatIds": [ids["Seat 3"]]})
        return not server.is_open("Seat 3")

    for _ in range(100):
        if await removed():
            break
        await asyncio.sleep(0.005)
    assert not server.is_open("Seat 3")


async def test_a_restart_hangs_up_and_may_change_the_ids(server: SimDicentis, user: Client) -> None:
    before, port = server.hall.seat("Seat 1").seat_id, server.port
    await server.restart(generation=1)
    assert (await user.socket.receive()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    await until(lambda: server.clients == 0)
    assert server.hall.seat("Seat 1").seat_id != before
    assert server.port == port
