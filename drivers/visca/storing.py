"""Storing the present position as a preset, for a caller that waits. No I/O of its own."""

import asyncio

from chamber.core.errors import DeviceError, DeviceRejectedError, DeviceUnreachableError
from drivers.visca.codec import ERROR_TEXTS
from drivers.visca.exchange import Answer, Done, Refused, Request, Unsure

STORE_MS = 5000


class Store:
    """One order: to be sent, then executed, then confirmed by a position."""

    def __init__(self, name: str, preset: int, now_ms: int) -> None:
        self._name, self.preset, self._until_ms = name, preset, now_ms + STORE_MS
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.request: Request | None = None
        self.executed = False

    def on_answer(self, answer: Answer) -> bool:
        """Take an answer; True asks for the position to be read."""
        if isinstance(answer, Refused):
            self.end(DeviceRejectedError(self._name, ERROR_TEXTS.get(answer.code, f"code {answer.code:#04x}")))
        executed = isinstance(answer, Done | Unsure)
        self.executed = self.executed or executed
        return executed

    def tick(self, now_ms: int) -> None:
        """Give up after 5 s."""
        if now_ms > self._until_ms:
            self.end(DeviceUnreachableError(self._name, f"storing preset {self.preset} was not confirmed"))

    def end(self, error: DeviceError | None) -> None:
        """Release the caller."""
        if not self.done.done():
            if error is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(error)
