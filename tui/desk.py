"""What a dialog may do to the console: look, ask, give an order, say something."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from chamber.wire import ImportView, Order, StateView
from tui.facts import Facts, NoticeKind
from tui.messages import Answer
from tui.screens.ask import Choice
from tui.screens.listing import Listing


class Desk(Protocol):
    """The console as dialogs know it."""

    facts: Facts
    draft: str

    async def choose(self, question: str, choices: list[Choice], marked: str | None = None) -> str | None: ...
    async def write(
        self, question: str, problem: Callable[[str], str], text: str = "", limit: int = 200
    ) -> str | None: ...
    async def work(self, listing: Listing) -> None: ...
    async def give(self, action: str, order: Order) -> Answer: ...
    async def compare(self, content: bytes) -> ImportView | str: ...
    def say(self, kind: NoticeKind, text: str) -> None: ...
    def press(self, action: str, digit: int = 0) -> None: ...
    def select(self, seat: str) -> None: ...


Flow = Callable[[Desk, StateView], Awaitable[None]]
