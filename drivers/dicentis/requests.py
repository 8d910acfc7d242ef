"""Requests of one session on their way, and those that wait for an answer."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.dicentis.codec import encode, next_id
from drivers.dicentis.topics import Topic

ANSWER_MS = 5000
WAITING_MESSAGES = 200

Answered = asyncio.Future[Mapping[str, Any]]


@dataclass(slots=True, eq=False)
class Request:
    """One request: of a topic, of an order for a seat, or one that is waited for."""

    operation: str
    until_ms: int
    topic: Topic | None
    seat_id: str | None
    done: Answered | None


class Requests:
    """Numbers requests and finds them again by number."""

    def __init__(self) -> None:
        self._outbox: asyncio.Queue[str] = asyncio.Queue(WAITING_MESSAGES)
        self._pending: dict[int, Request] = {}
        self._last_id = 0

    def put(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        now_ms: int,
        *,
        topic: Topic | None = None,
        seat_id: str | None = None,
        done: Answered | None = None,
    ) -> None:
        """Send as soon as the connection takes it. Raises ConnectionError: too much is waiting."""
        self._last_id = next_id(self._last_id)
        self._pending[self._last_id] = Request(operation, now_ms + ANSWER_MS, topic, seat_id, done)
        try:
            self._outbox.put_nowait(encode(self._last_id, operation, parameters))
        except asyncio.QueueFull:
            raise ConnectionError("the server takes no more messages") from None

    async def ask(self, operation: str, parameters: Mapping[str, Any], now_ms: int) -> Mapping[str, Any]:
        """Send, and the parameters of the answer. Raises what the session says of a refusal."""
        done: Answered = asyncio.get_running_loop().create_future()
        self.put(operation, parameters, now_ms, done=done)
        return await done

    async def next_message(self) -> str:
        """What is to be sent next."""
        return await self._outbox.get()

    def take(self, message_id: int) -> Request | None:
        """The request that this answer belongs to; it waits no longer. None: nobody has asked."""
        return self._pending.pop(message_id, None)

    def forget(self, operation: str) -> None:
        """Wait no longer for answers to this operation."""
        self._pending = {number: one for number, one in self._pending.items() if one.operation != operation}

    def late(self, now_ms: int) -> str | None:
        """An operation that has had no answer for too long."""
        return next((one.operation for one in self._pending.values() if now_ms > one.until_ms), None)
