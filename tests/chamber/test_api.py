"""The control API over real HTTP and WebSocket, with a real runtime behind it."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, WSServerHandshakeError, web

from chamber.api import Account, Api
from chamber.events import WatcherSaid
from chamber.wire import AnyOrder, ImportView, IndexView, StateView, WatchReport
from tests.chamber.desk import Desk

OPERATOR = {"Authorization": "Bearer operator-operator-operator"}
CHAIR = {"Authorization": "Bearer chair-chair-chair-chair"}
WATCHER = {"Authorization": "Bearer watcher-watcher-watcher"}
ACCOUNTS = (
    Account("griffie", "operator", "operator-operator-operator"),
    Account("buiten", "watcher", "watcher-watcher-watcher"),
    Account("vz", "chair", "chair-chair-chair-chair"),
)


class Controller:
    """Runtime and orders of a desk, as the composition root joins them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def view(self) -> StateView:
        return self._desk.run.view()

    async def order(self, order: AnyOrder, account: str) -> int:
        return await self._desk.orders.order(order, account)

    def watched(self, report: WatchReport, account: str) -> None:
        self._desk.run.post(WatcherSaid(account, report.model_dump()))

    async def changed(self) -> None:
        await self._desk.run.changed()

    async def index(self) -> IndexView:
        return IndexView(
            meeting="x", opened_ms=None, ended_ms=None, speeches=(), intervals=(), boundaries=(), people=(), groups=()
        )

    def compare(self, content: bytes, form: str) -> ImportView:
        return self._desk.orders.clerk.compare(content, form)

    def healthy(self) -> bool:
        return self._desk.run.healthy()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    made.run.close()


@pytest.fixture
async def session(desk: Desk) -> AsyncIterator[ClientSession]:
    api = Api(Controller(desk), ACCOUNTS, desk.run.measures.registry)
    runner = web.AppRunner(api.app, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hub = asyncio.create_task(api.hub.run())
    port = runner.addresses[0][1]
    async with ClientSession(f"http://127.0.0.1:{port}") as opened:
        yield opened
    hub.cancel()
    await asyncio.gather(hub, return_exceptions=True)
    await api.hub.close()
    await runner.cleanup()


async def post(session: ClientSession, body: Any, headers: dict[str, str] = OPERATOR) -> tuple[int, dict[str, Any]]:
    async with session.post("/api/v1/commands", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_an_order_is_carried_out_and_shown(session: ClientSession) -> None:
    status, answer = await post(session, {"command": "meeting.standby"})
    assert (status, answer["ok"]) == (200, True)
    async with session.get("/api/v1/state", headers=OPERATOR) as state:
        view = StateView.model_validate_json(await state.text())
    assert view.meeting.state == "standby"
    assert view.seq >= answer["seq"]


async def test_what_is_not_allowed_is_refused_with_a_sentence(session: ClientSession) -> None:
    status, answer = await post(session, {"command": "meeting.open"})
    assert (status, answer["error"]["code"]) == (409, "illegal_transition")
    assert "Wel kan: klaarzetten" in answer["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [{}, [], {"command": "meeting.explode"}, {"command": "take_back", "seconds": 0}, {"command": "panic", "why": "x"}],
)
async def test_what_is_not_understood_says_where(session: ClientSession, body: Any) -> None:
    status, answer = await post(session, body)
    assert (status, answer["error"]["code"]) == (400, "bad_command")
    assert answer["error"]["message"]


async def test_garbage_and_too_much_are_refused(session: ClientSession) -> None:
    async with session.post("/api/v1/commands", data=b"{" * 200, headers=OPERATOR) as answer:
        assert answer.status == 400
    async with session.post("/api/v1/commands", data=b"x" * 1_000_000, headers=OPERATOR) as answer:
        assert answer.status in (400, 413)


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "operator-operator-operator"}]
)
@pytest.mark.parametrize("path", ["/api/v1/state", "/api/v1/events", "/metrics", "/api/v1/openapi.json", "/nowhere"])
async def test_nothing_without_a_token(session: ClientSession, path: str, headers: dict[str, str]) -> None:
    async with session.get(path, headers=headers) as answer:
        assert answer.status == 401
        assert (await answer.json())["error"]["code"] == "unauthorised"


async def test_the_chair_looks_and_does_not_touch(session: ClientSession) -> None:
    async with session.get("/api/v1/state", headers=CHAIR) as answer:
        assert answer.status == 200
    status, refused = await post(session, {"command": "panic"}, CHAIR)
    assert (status, refused["error"]["code"]) == (403, "read_only")


async def test_another_website_is_refused(session: ClientSession) -> None:
    headers = {**OPERATOR, "Origin": "https://example.org"}
    status, refused = await post(session, {"command": "panic"}, headers)
    assert (status, refused["error"]["code"]) == (403, "wrong_origin")
    with pytest.raises(WSServerHandshakeError):
        await session.ws_connect("/api/v1/events", headers=headers)


async def test_listeners_get_the_state_and_then_numbered_changes(session: ClientSession, desk: Desk) -> None:
    async with session.ws_connect("/api/v1/events", headers=OPERATOR) as events:
        first = StateView.model_validate_json(await events.receive_str(timeout=5))
        desk.mic("a")
        change = await events.receive_json(timeout=5)
        while "microphones" not in change["changed"]:
            change = await events.receive_json(timeout=5)
    assert first.microphones.get("a") != "on"
    assert change["changed"]["microphones"]["a"] == "on"
    assert change["seq"] > first.seq


async def test_health_needs_no_token_and_metrics_are_there(session: ClientSession) -> None:
    async with session.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"healthy": True})
    async with session.get("/metrics", headers=OPERATOR) as answer:
        assert "chamber_microphones_opened_total" in await answer.text()


async def test_an_agenda_in_a_file_is_compared_and_changes_nothing(session: ClientSession, desk: Desk) -> None:
    before = desk.run.state.agenda
    text = b"1 Opening\n2 Beekzicht\n4 Motie vreemd (besloten)"
    async with session.post("/api/v1/imports/agenda", data=text, headers=OPERATOR) as answer:
        told = await answer.json()
    assert answer.status == 200
    assert [(one["what"], one["item"]) for one in told["differences"]] == [("added", "p4"), ("missing", "i3")]
    assert desk.run.state.agenda == before
    status, _ = await post(session, {"command": "agenda.replace", "items": told["items"]})
    assert status == 200
    assert [item.id for item in desk.run.state.agenda] == ["i1", "i2", "i3", "p4"]
    assert desk.run.state.agenda[-1].closed


async def test_the_longest_agenda_there_may_be_goes_in_one_command(session: ClientSession, desk: Desk) -> None:
    items = [{"id": f"p{n}", "number": str(n), "title": "é" * 300} for n in range(200)]
    status, told = await post(session, {"command": "agenda.replace", "items": items})
    assert status == 200, told
    assert len(desk.run.view().agenda) == 200


@pytest.mark.parametrize(
    ("content", "headers", "query", "status", "code"),
    [
        (b"{", OPERATOR, "", 400, "bad_import"),
        (b"1 Opening", CHAIR, "", 403, "read_only"),
        (b"1 Opening", OPERATOR, "?format=word", 400, "bad_request"),
        (b"x" * 6_000_000, OPERATOR, "", 413, "bad_import"),
    ],
)
async def test_files_that_are_no_agenda_are_refused(
    session: ClientSession, content: bytes, headers: dict[str, str], query: str, status: int, code: str
) -> None:
    async with session.post(f"/api/v1/imports/agenda{query}", data=io.BytesIO(content), headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)
