"""The main screen: everything that matters in a meeting, at 80x24 and up."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import ScreenResume
from textual.screen import Screen

from tui import labels
from tui.facts import Facts
from tui.messages import SeatChosen
from tui.screens.framed import freshen
from tui.widgets.bars import KeyBar, LogPanel, MessageLine
from tui.widgets.hall import HallPanel
from tui.widgets.head import Head
from tui.widgets.meeting import AgendaPanel, DevicePanel, OnAirPanel, SpeakerPanel
from tui.widgets.picture import CameraPanel, LevelMeter, StatusLine


class MainScreen(Screen[None]):
    """Head, three columns (two on a narrow terminal), status, message and keys; arrow keys walk over the seats."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "seat(0, -1)", ""),
        ("down", "seat(0, 1)", ""),
        ("left", "seat(-1, 0)", ""),
        ("right", "seat(1, 0)", ""),
    ]

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts = facts

    def compose(self) -> ComposeResult:
        facts = self.facts
        yield Head(facts)
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield SpeakerPanel(facts, "speaker", labels.TITLE_SPEAKER)
                yield OnAirPanel(facts, "onair", labels.TITLE_ON_AIR)
                yield CameraPanel(facts, "cameras", labels.TITLE_CAMERAS)
                yield DevicePanel(facts, "devices", labels.TITLE_DEVICES)
            yield HallPanel(facts, "hall", labels.TITLE_HALL)
            with Vertical(id="right"):
                yield AgendaPanel(facts, "agenda", labels.TITLE_AGENDA)
                yield LogPanel(facts, "log", labels.TITLE_LOG)
        with Horizontal(id="status"):
            yield StatusLine(facts, "modes")
            yield LevelMeter(facts, "meter")
        yield MessageLine(facts, "message")
        yield KeyBar(facts, "keys")

    @on(ScreenResume)
    def draw_again(self) -> None:
        """Catch up with what came while a dialog was on top."""
        freshen(self, self.facts)

    def action_seat(self, dx: int, dy: int) -> None:
        """Choose the seat beside the chosen one."""
        seat = self.query_one(HallPanel).step(dx, dy)
        if seat is not None:
            self.post_message(SeatChosen(seat))
