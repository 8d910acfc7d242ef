"""What every screen shares: the head on top, the message line below, both always fresh."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import ScreenResume
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.facts import Facts
from tui.widgets.bars import MessageLine
from tui.widgets.head import Head
from tui.widgets.panel import Panel


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
        """Views that came while another screen was on top were not drawn here."""
        for panel in self.query(Panel):
            panel.refresh(layout=True)

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
