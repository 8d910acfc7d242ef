"""A console on a clock that the test moves, joined to a small control API on a real port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from chamber.wire import StateView
from tests.tui import evening
from tests.tui.server import TOKEN, SmallServer, small_server
from tests.until import until
from tui.app import ConsoleApp


class Hands:
    """An operator at a console: presses keys, moves the clock, reads the screen."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[int], server: SmallServer) -> None:
        self.app, self.pilot, self.server = app, pilot, server

    async def press(self, *keys: str) -> None:
        """Press keys a second apart, so that none counts as held."""
        for key in keys:
            clock.advance(1000)
            await self.pilot.press(key)
            await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.pilot.press(*("space" if c == " " else c for c in text))
        await self.pilot.pause()

    def message(self) -> str:
        """The message line."""
        return self.app.facts.notice.text if self.app.facts.notice else ""

    async def told(self, text: str) -> None:
        """Wait until the message line says it."""
        try:
            await until(lambda: text in self.message())
        except AssertionError:
            raise AssertionError(f"{text!r} is not told, but {self.message()!r}") from None

    async def ordered(self, **order: object) -> None:
        """Wait until the newest order is this one, and nothing but this one came since the last look."""
        await until(lambda: self.server.orders, what=f"{order}; it says {self.message()!r}")
        came, self.server.orders = self.server.orders, []
        assert came == [order]

    def screen(self) -> str:
        """Everything on the screen as text."""
        return "\n".join(
            "".join(segment.text for segment in strip) for strip in self.app.screen._compositor.render_strips()
        )

    async def shows(self, text: str) -> None:
        """Wait until the screen shows it."""
        try:
            await until(lambda: text in self.screen())
        except AssertionError:
            raise AssertionError(f"{text!r} is not on the screen:\n{self.screen()}") from None


class Clock:
    """Monotonic milliseconds that move only when told."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def advance(self, ms: int) -> None:
        self.ms += ms

    def __call__(self) -> int:
        return self.ms


clock = Clock()


@asynccontextmanager
async def console(
    view: StateView | None = None, *, size: tuple[int, int] = (80, 24), token: str = TOKEN, wait: bool = True
) -> AsyncIterator[Hands]:
    """A console that has its first view from a server with this view."""
    async with small_server(view) as server:
        app = ConsoleApp(server.url, token, now_ms=clock)
        async with app.run_test(size=size) as pilot:
            hands = Hands(app, pilot, server)
            if wait:
                await until(lambda: app.facts.up)
                await pilot.pause()
            yield hands


@pytest.fixture
async def hands() -> AsyncIterator[Hands]:
    """An open meeting at 80x24."""
    async with console(evening.view("open")) as found:
        yield found
