"""An operator that is a program: gives orders over the control API and reads the state, for the demo and rehearsals."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout
from prometheus_client.parser import text_string_to_metric_families

from chamber.core.errors import DeviceUnreachableError, RefusedError

ASK_S = 5.0
LOOK_S = 0.05
View = dict[str, Any]


class Operator:
    """A session with the control API under one account."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._headers = url, {"Authorization": f"Bearer {token}"}
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = ClientTimeout(total=ASK_S)
        self._session = ClientSession(self._url, headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    def _open(self) -> ClientSession:
        if self._session is None:
            raise DeviceUnreachableError("control API", "not connected")
        return self._session

    async def order(self, command: str, **values: Any) -> int:
        """Give one order; returns the number of the state that shows it.

        Raises:
            RefusedError: the controller said no.
            DeviceUnreachableError: it does not answer.
        """
        try:
            async with self._open().post("/api/v1/commands", json={"command": command, **values}) as answer:
                body = await answer.json()
        except (ClientError, TimeoutError, ValueError) as exc:
            raise DeviceUnreachableError("control API", str(exc) or "no answer") from exc
        if "error" in body:
            raise RefusedError(body["error"]["code"], body["error"]["message"])
        return int(body["seq"])

    async def state(self) -> View:
        """The whole view. Raises DeviceUnreachableError."""
        try:
            async with self._open().get("/api/v1/state") as answer:
                answer.raise_for_status()
                view: View = await answer.json()
                return view
        except (ClientError, TimeoutError, ValueError) as exc:
            raise DeviceUnreachableError("control API", str(exc) or "no answer") from exc

    async def metrics(self) -> dict[str, float]:
        """The controller's metrics, summed over their labels. Raises DeviceUnreachableError."""
        try:
            async with self._open().get("/metrics") as answer:
                text = await answer.text()
        except (ClientError, TimeoutError) as exc:
            raise DeviceUnreachableError("control API", str(exc) or "no answer") from exc
        found: dict[str, float] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
        return found

    async def until(self, condition: Callable[[View], object], what: str, *, within_s: float) -> View:
        """Look until a condition holds. Raises DeviceUnreachableError with `what` when it does not in time."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    try:
                        view = await self.state()
                        if condition(view):
                            return view
                    except DeviceUnreachableError:
                        view = {}
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as exc:
            raise DeviceUnreachableError("control API", f"not within {within_s} s: {what}") from exc
