"""Six looks at the layout, at fixed sizes and a stopped clock; behaviour is tested elsewhere."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from chamber.wire import AlarmView, PublicView, StateView
from tests.tui import evening
from tests.tui.server import TOKEN, SmallServer
from tests.until import until
from tui.app import ConsoleApp

Compare = Callable[..., bool]


@contextmanager
def server_beside(view: StateView) -> Iterator[SmallServer]:
    """The small server on a loop of its own, for tests whose console runs its own loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = SmallServer(view)
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(5)
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def looks(
    snap_compare: Compare, view: StateView, size: tuple[int, int], press: tuple[str, ...] = (), lost: bool = False
) -> bool:
    with server_beside(view) as server:
        app = ConsoleApp(server.url, TOKEN, now_ms=lambda: 1_000_000)

        async def ready(pilot: Pilot[Any]) -> None:
            pilot.app.animation_level = "none"
            await until(lambda: app.facts.up)
            if lost:
                server.first = "{}"
                await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(server.drop(), server.loop))
                await until(lambda: app.facts.reason == "garbled")
            await pilot.pause()

        return snap_compare(app, press=press, terminal_size=size, run_before=ready)


def test_open_small(snap_compare: Compare) -> None:
    assert looks(snap_compare, evening.view("open"), (80, 24), ("down", "down"))


def test_open_large(snap_compare: Compare) -> None:
    assert looks(snap_compare, evening.view("open"), (160, 45), ("right",))


def test_closed_asks_before_the_doors_open(snap_compare: Compare) -> None:
    assert looks(snap_compare, evening.view("closed"), (80, 24), ("l",))


def test_slate_in_an_open_meeting(snap_compare: Compare) -> None:
    alarm = AlarmView(
        code="reverse_guard",
        text="Publiek ziet wachtscherm terwijl de voorzitter spreekt",
        advice="druk O als de vergadering hervat is",
        since_ms=evening.NOW_MS,
        urgent=True,
    )
    public = PublicView(sees=False, hears=None, confirmed_ms=None)
    view = evening.view("open", public=public, alarms=(alarm, *evening.view().alarms), mode="manual", rehearsal=True)
    assert looks(snap_compare, view, (120, 30))


def test_link_lost(snap_compare: Compare) -> None:
    assert looks(snap_compare, evening.view("open"), (80, 24), lost=True)


def test_choosing_an_item(snap_compare: Compare) -> None:
    assert looks(snap_compare, evening.view("open"), (80, 24), ("p",))


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same colours whatever terminal the tests run in."""
    for name in ("NO_COLOR", "COLORTERM", "TERM_PROGRAM", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
