"""Orders that a caller waits for: in a row, again while the camera is busy, each ended once. No I/O of its own."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from chamber.core.errors import DeviceError, DeviceRejectedError, DeviceUnreachableError

AT_MOST = 8
STORE_MS = 5000

P = TypeVar("P")
"""A command as the family writes it."""


def settle(done: "asyncio.Future[None]", error: DeviceError | None) -> None:
    """Release a caller, who may have gone already."""
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


class Order(Generic[P]):
    """One command; `then` is called when the camera has taken it. `moves`: not while the camera is on air."""

    def __init__(
        self, command: P, until_ms: int, *, moves: bool = False, then: Callable[[], None] | None = None
    ) -> None:
        self.command, self.until_ms, self.moves, self.then = command, until_ms, moves, then
        self.retry_ms = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Orders(Generic[P]):
    """Orders in a row; each ends when the camera has taken or refused it.

    Args:
        retry_ms: how long a camera that is busy is left alone.
    """

    def __init__(self, name: str, *, retry_ms: int) -> None:
        self._name, self._retry_ms = name, retry_ms
        self._todo: deque[Order[P]] = deque()
        self._sent: Order[P] | None = None

    def add(self, order: Order[P]) -> "asyncio.Future[None]":
        """Put an order last; the future ends with DeviceError when it is refused. Raises DeviceRejectedError."""
        if len(self._todo) >= AT_MOST:
            raise DeviceRejectedError(self._name, "too many orders wait already")
        self._todo.append(order)
        return order.done

    def take(self, now_ms: int) -> Order[P] | None:
        """The next order to send; None when there is none or one is unanswered."""
        if self._sent is not None or not self._todo or now_ms < self._todo[0].retry_ms:
            return None
        self._sent = self._todo.popleft()
        return self._sent

    def on_taken(self) -> None:
        """The camera carries out what was sent; a second answer to it says nothing."""
        order, self._sent = self._sent, None
        if order is not None:
            if order.then is not None:
                order.then()
            settle(order.done, None)

    def on_busy(self, text: str, now_ms: int) -> None:
        """The camera does not take it now."""
        order = self._sent
        if order is None or now_ms >= order.until_ms:
            self.on_refused(text)
            return
        self._sent, order.retry_ms = None, now_ms + self._retry_ms
        self._todo.appendleft(order)

    def on_refused(self, text: str) -> None:
        """The camera does not take it, or it may not be sent any more."""
        order, self._sent = self._sent, None
        if order is not None:
            settle(order.done, DeviceRejectedError(self._name, text))

    def tick(self, now_ms: int) -> None:
        """Give up what could not be sent in its time."""
        while self._todo and now_ms > self._todo[0].until_ms:
            late = DeviceRejectedError(self._name, "the camera does not take the order now")
            settle(self._todo.popleft().done, late)

    def lose_link(self) -> None:
        """Nobody answers any more."""
        sent = () if self._sent is None else (self._sent,)
        for order in (*sent, *self._todo):
            settle(order.done, DeviceUnreachableError(self._name, "connection lost"))
        self._todo.clear()
        self._sent = None


class Store:
    """A preset that is being stored: executed by the camera, then confirmed by a position that was read."""

    def __init__(self, name: str, preset: int, now_ms: int) -> None:
        self._name, self.preset, self._until_ms = name, preset, now_ms + STORE_MS
        self.executed = False
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def tick(self, now_ms: int) -> None:
        """Give up after 5 s."""
        if now_ms > self._until_ms:
            self.end(DeviceUnreachableError(self._name, f"storing preset {self.preset} was not confirmed"))

    def end(self, error: DeviceError | None) -> None:
        """Release the caller."""
        settle(self.done, error)
