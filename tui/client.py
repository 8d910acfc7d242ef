"""The only part of the console that talks to the controller: one session, one listener, orders beside it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWSTimeout,
    WSMsgType,
    WSServerHandshakeError,
)
from pydantic import ValidationError
from textual.message import Message

from chamber.wire import Accepted, ImportView, IndexView, Order, Refused, StateView
from tui import labels
from tui.messages import (
    Acknowledged,
    Answer,
    Denied,
    LevelsArrived,
    LinkChanged,
    LinkReason,
    NoAnswer,
    NotSent,
    StateArrived,
)
from tui.view import GarbledError, harmless, only_levels, read

CONNECT_S = 4.0
ANSWER_S = 5.0
HEARTBEAT_S = 2.0
"""A ping goes out this often; a controller that does not answer within half of it is gone."""
MESSAGE_BYTES = 2 * 1024 * 1024
FETCH_S, FETCH_BYTES = 20.0, 16 * 1024 * 1024
"""The index of a long evening is made from its journal, which takes seconds on a slow disk."""
UNDER_WAY = 4
FIRST_DELAY_S, CAP_S = 0.25, 5.0

Post = Callable[[Message], object]
Sleep = Callable[[float], Awaitable[None]]


def delay_s(failures: int) -> float:
    """Seconds before the next attempt; `failures` counts from 1."""
    return min(CAP_S, FIRST_DELAY_S * 2.0 ** min(failures - 1, 10))


class ControllerClient:
    """Holds the link to one controller and posts what comes in; `now_ms` is monotonic and stamps every view."""

    def __init__(
        self, url: str, token: str, post: Post, now_ms: Callable[[], int], sleep: Sleep = asyncio.sleep
    ) -> None:
        self._url, self._token, self._post = url.rstrip("/"), token, post
        self._now_ms, self._sleep = now_ms, sleep
        self._session: ClientSession | None = None
        self._view: StateView | None = None
        self._under_way = 0

    @property
    def up(self) -> bool:
        """True while the listener is connected and the state is known."""
        return self._view is not None

    async def run(self) -> None:
        """Listen until cancelled; reconnect with growing delays, slowest at once when the token is refused."""
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = ClientTimeout(total=None, sock_connect=CONNECT_S)
        async with ClientSession(headers=headers, timeout=timeout, trust_env=False) as session:
            self._session = session
            failures = 0
            try:
                while True:
                    reason = await self._session_ends(session)
                    failures = 1 if self.up else failures + 1
                    self._view = None
                    self._post(LinkChanged(False, reason))
                    await self._sleep(CAP_S if reason == "auth" else delay_s(failures))
            finally:
                self._session = self._view = None

    async def send(self, order: Order, *, urgent: bool = False) -> Answer:
        """Send an order at once or not at all, and say what became of it; `urgent` is never held back as too many."""
        session = self._session
        if session is None or not self.up:
            return NotSent()
        if self._under_way >= UNDER_WAY and not urgent:
            return NotSent(busy=True)
        self._under_way += 1
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                session.post(
                    f"{self._url}/api/v1/commands",
                    data=order.model_dump_json(),
                    headers={"Content-Type": "application/json"},
                    allow_redirects=False,
                ) as response,
            ):
                body = await response.content.read(MESSAGE_BYTES)
                return _answer(response.status, body)
        except (ClientError, OSError):
            return NoAnswer()
        finally:
            self._under_way -= 1

    async def compare(self, content: bytes) -> ImportView | str:
        """What an agenda would change, or in Dutch why nobody can say; nothing is changed by asking."""
        found = await self._fetch("POST", "/api/v1/imports/agenda", content)
        return found if isinstance(found, str) else _valid(ImportView, found)

    async def fetch_index(self) -> IndexView | str:
        """The index of the meeting so far, or in Dutch why there is none to show."""
        found = await self._fetch("GET", "/api/v1/index")
        return found if isinstance(found, str) else _valid(IndexView, found)

    async def _fetch(self, method: str, path: str, content: bytes | None = None) -> bytes | str:
        session = self._session
        if session is None or not self.up:
            return labels.NO_LINK
        try:
            async with (
                asyncio.timeout(FETCH_S),
                session.request(method, self._url + path, data=content, allow_redirects=False) as response,
            ):
                body = await _whole(response)
        except (ClientError, OSError):
            return labels.NOTHING_CAME
        if response.status == 200:
            return body
        refused = _answer(response.status, body)
        return refused.message if isinstance(refused, Denied) else labels.NOTHING_CAME

    async def _session_ends(self, session: ClientSession) -> LinkReason:
        try:
            return await self._listen(session)
        except WSServerHandshakeError as exc:
            return "auth" if exc.status in (401, 403) else "full" if exc.status == 429 else "refused"
        except GarbledError:
            return "garbled"
        except TimeoutError:
            return "silent"
        except (ClientError, OSError):
            return "lost" if self.up else "refused"

    async def _listen(self, session: ClientSession) -> LinkReason:
        async with asyncio.timeout(CONNECT_S):
            socket = await session.ws_connect(
                f"{self._url}/api/v1/events",
                heartbeat=HEARTBEAT_S,
                timeout=ClientWSTimeout(ws_close=1.0),
                max_msg_size=MESSAGE_BYTES,
            )
        try:
            async with asyncio.timeout(CONNECT_S):
                self._take(await socket.receive_str())
            self._post(LinkChanged(True))
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    return "silent"
                if message.type is not WSMsgType.TEXT:
                    raise GarbledError("not a text message")
                self._take(message.data)
        except TypeError as exc:
            raise GarbledError("no text message first") from exc
        finally:
            await socket.close()
        return "lost"

    def _take(self, text: str) -> None:
        first = self._view is None
        view, renewed = read(text, self._view)
        self._view = view
        if only_levels(renewed):
            self._post(LevelsArrived(view.levels))
        elif renewed:
            self._post(StateArrived(view, self._now_ms(), first))


async def _whole(response: ClientResponse) -> bytes:
    """Everything that is answered. Raises ClientError: more than `FETCH_BYTES`."""
    found = bytearray()
    async for piece in response.content.iter_any():
        found += piece
        if len(found) > FETCH_BYTES:
            raise ClientError("too large")
    return bytes(found)


Fetched = TypeVar("Fetched", ImportView, IndexView)


def _valid(kind: type[Fetched], body: bytes) -> Fetched | str:
    try:
        return kind.model_validate(harmless(json.loads(body)))
    except (ValidationError, ValueError, RecursionError):
        return labels.LINK_REASONS["garbled"]


def _answer(status: int, body: bytes) -> Answer:
    """What an HTTP answer means; an unreadable refusal is still a refusal, an unreadable success is not one."""
    try:
        if status == 200:
            return Acknowledged(Accepted.model_validate_json(body).seq)
        error = Refused.model_validate_json(body).error
        return Denied(harmless(error.code), harmless(error.message))
    except ValidationError:
        return NoAnswer() if status == 200 or status >= 500 else Denied(f"http_{status}", f"antwoord {status}")
