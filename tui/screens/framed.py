"""What every screen shares: the head on top, the message line below, both always fresh."""

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import ScreenResume
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from tui.facts import Facts
from tui.widgets.bars import MessageLine
from tui.widgets.head import Head
from tui.widgets.panel import Panel


def freshen(screen: Screen[Any], facts: Facts) -> None:
    """Draw everything again, and show by a class whether it is old and whether there is a link."""
    screen.set_class(facts.stale, "-stale")
    screen.set_class(facts.tried and not facts.up, "-unlinked")
    for panel in screen.query(Panel):
        if facts.view is not None:
            panel.renewed(None, facts.view)
        panel.refresh(layout=True)


class Dialog(ModalScreen[str | None]):
    """A question under the head; the state and the message line stay in sight. Ends with an answer, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "")]

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts = facts

    def compose(self) -> ComposeResult:
        yield Head(self.facts)
        yield from self.body()
        yield MessageLine(self.facts, "message")

    def body(self) -> Iterable[Widget]:
        """What stands between head and message line."""
        return ()

    @on(ScreenResume)
    def draw_again(self) -> None:
        """Catch up with what came while another screen was on top."""
        freshen(self, self.facts)

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
