"""Requests of one session, and what their answers mean: values, or errors that name what was asked."""

from collections.abc import Callable
from typing import Any, TypeVar

from chamber.core.errors import DeviceAuthError, DeviceError, DeviceRejectedError, DeviceUnreachableError
from drivers.confero import codec
from drivers.confero.codec import Event
from drivers.confero.link import Answer, Link
from drivers.trust import UntrustedError

ORDER_S = 3.0

Value = TypeVar("Value")


class Client:
    """The questions of one session; all of them raise OSError, DeviceAuthError and what they say.

    Args:
        answer_s: how long an answer may take, except to a poll.
    """

    def __init__(self, device: str, link: Link, answer_s: float) -> None:
        self._device, self._link, self._answer_s = device, link, answer_s

    async def close(self) -> None:
        """Close all connections; what is asked after that fails."""
        await self._link.close()

    async def try_to(self, path: str) -> Answer:
        """Read something that the system may not have, or not allow."""
        return await self._send("GET", path, self._answer_s)

    async def ask(self, method: str, path: str, *, body: bytes | None = None) -> Answer:
        """Order or read; raises DeviceRejectedError with the system's words, DeviceUnreachableError when it is unwell."""
        limit_s = self._answer_s if method == "GET" else min(self._answer_s, ORDER_S)
        answer = await self._send(method, path, limit_s, body)
        if 200 <= answer.status < 300:
            return answer
        raise self._refused(f"{method} {path}", answer)

    async def read(self, path: str, parse: Callable[[Any], Value | None]) -> Value:
        """Read something that is needed; an answer that makes no sense is an OSError."""
        value = parse(codec.decode((await self.ask("GET", path)).body))
        if value is None:
            raise ConnectionError(f"GET {path}: the answer makes no sense")
        return value

    async def next_event(self, path: str, limit_s: float) -> Event | None:
        """Wait for an event; None when nothing has happened."""
        try:
            answer = await self._send("GET", path, limit_s)
        except TimeoutError:
            return None
        if answer.status == 204:
            return None
        if answer.status != 200:
            raise self._refused("events", answer)
        event = codec.event(codec.decode(answer.body))
        if event is None:
            raise ConnectionError("events: the answer makes no sense")
        return event

    def _refused(self, what: str, answer: Answer) -> DeviceError:
        said = codec.words(answer.body)
        what += f": HTTP {answer.status}" + (f", {said}" if said else "")
        if answer.status == 403:
            return DeviceAuthError(self._device, f"not allowed with this token: {what}")
        if answer.status >= 500:
            return DeviceUnreachableError(self._device, what)
        return DeviceRejectedError(self._device, what)

    async def _send(self, method: str, path: str, limit_s: float, body: bytes | None = None) -> Answer:
        try:
            answer = await self._link.ask(method, path, timeout_s=limit_s, body=body)
        except UntrustedError as exc:
            raise DeviceAuthError(self._device, str(exc)) from exc
        except TimeoutError as exc:
            raise TimeoutError(f"{method} {path}: no answer for {limit_s:g} s") from exc
        if answer.status == 401:
            raise DeviceAuthError(self._device, "token refused")
        return answer
