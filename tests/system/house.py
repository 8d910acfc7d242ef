"""A whole hall of real processes for the tests of a module, kept by a thread of its own."""

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from chamber.apps.demo import Hall, running
from chamber.apps.demo_hall import Prepared, prepare
from chamber.apps.operator import Operator

START_S = 60.0
CALL_S = 10.0
SETTLE_S = 15.0


class House:
    """A running hall. Use as context manager; every method may be called from any thread or loop."""

    def __init__(self, folder: Path, *, barcode: bool = False, delay_ms: int | None = None) -> None:
        self.prepared: Prepared = prepare(folder, public_port=None, control_port=None, delay_ms=delay_ms)
        self._barcode = barcode
        self._up: Future[Hall] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._live, name="house")

    def __enter__(self) -> "House":
        self._thread.start()
        self._up.result(START_S)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._loop:
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(START_S)
        self.prepared.clear()

    def _live(self) -> None:
        try:
            asyncio.run(self._main())
        except Exception as exc:  # noqa: BLE001 - handed to the thread that waits for it
            if not self._up.done():
                self._up.set_exception(exc)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with running(self.prepared, barcode=self._barcode) as hall:
            self._up.set_result(hall)
            await self._over.wait()

    def _call(self, act: Callable[[Hall], Any]) -> Any:
        """Do something in the hall's own loop and return what came of it."""

        async def do() -> Any:
            found = act(self._up.result())
            return await found if asyncio.iscoroutine(found) else found

        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(CALL_S)

    def mic(self, seat: str, *, on: bool) -> None:
        """Somebody presses the button of a microphone."""
        self._call(lambda hall: hall.people.act("mic_on" if on else "mic_off", seat))

    def pid(self, name: str) -> int:
        """Process id of a part of the hall."""
        return int(self._call(lambda hall: hall.children.pid(name)))

    def start(self, name: str) -> None:
        """Start a process of the hall again."""
        self._call(lambda hall: hall.children.start(name, name, str(self.prepared.config)))

    def ended(self) -> list[str]:
        """Processes that ended by themselves."""
        return list(self._call(lambda hall: hall.children.ended()))

    @property
    def authorisation(self) -> dict[str, str]:
        """Header that the control API wants of the griffie."""
        return {"Authorization": f"Bearer {self._token()}"}

    def _token(self) -> str:
        return self.prepared.token_file.read_text(encoding="utf-8").strip()

    @asynccontextmanager
    async def operator(self) -> AsyncIterator[Operator]:
        """A session with the control API, as the griffie."""
        async with Operator(self.prepared.control_url, self._token()) as operator:
            yield operator

    async def planned(self, operator: Operator) -> None:
        """Bring the hall to a meeting that has not begun, with every microphone off."""
        state = (await operator.state())["meeting"]["state"]
        if state in ("closing_doors", "closed"):
            await operator.order("meeting.reopen_doors")
        if state not in ("planned", "ended", "published"):
            await operator.order("meeting.end")
        await operator.order("mics.off")
        if state != "planned":
            title = "Raadsvergadering van donderdag 12 november"
            await operator.order("meeting.create", id=f"2026-11-12-{secrets.token_hex(4)}", title=title)
        await operator.until(
            lambda view: view["meeting"]["state"] == "planned" and "on" not in view["microphones"].values(),
            "an empty hall", within_s=SETTLE_S,
        )  # fmt: skip

    async def opened(self, operator: Operator) -> None:
        """Begin a meeting: the public sees the hall, first item, nobody speaks yet."""
        await self.planned(operator)
        await operator.order("meeting.standby")
        await operator.order("meeting.open")
        await operator.until(lambda view: view["public"]["sees"], "the public sees the hall", within_s=SETTLE_S)
