"""Two screens to read: all keys, and all that is known about alarms, links and earlier messages."""

from collections.abc import Iterable
from textwrap import wrap
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from tui import labels
from tui.actions import ACTIONS, Action
from tui.formats import key_name
from tui.screens.framed import Dialog
from tui.widgets.alarms import AlarmList
from tui.widgets.bars import LogPanel
from tui.widgets.meeting import DevicePanel

INDENT = 33


def shown_keys(action: Action) -> str:
    """The keys of an action as they stand in the list; a row of digits is written as a range."""
    keys = action.keys
    if len(keys) > 2 and all(key.isdigit() for key in keys):
        return f"{keys[0]}-{keys[-1]}"
    return " ".join(key_name(key) for key in keys)


def help_text(width: int) -> Content:
    """Every action by group with its keys and what it does, in lines of `width` columns."""
    rows = [*(Content(line) for line in wrap(labels.HELP_INTRO, max(20, width))), Content("")]
    for group, title in labels.GROUPS.items():
        rows.append(Content(title).stylize("bold $key"))
        for action in ACTIONS:
            if action.group == group:
                first, *more = wrap(action.help, max(20, width - INDENT))
                rows.append(
                    Content.assemble(
                        (f" {shown_keys(action):<12}", "bold"), (f" {action.label:<18} ", "bold $live"), first
                    )
                )
                rows += [Content(" " * INDENT + line) for line in more]
        rows.append(Content(""))
    return Content("\n").join(rows)


class HelpText(Widget):
    """The list of keys, as wide as there is room for."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(help_text(width).plain.split("\n"))

    def render(self) -> Content:
        return help_text(self.content_size.width)


class ReadingScreen(Dialog):
    """Text that can be scrolled; the key that opened it closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("question_mark,i,I,q,Q,enter", "leave", ""),
        ("up", "roll(-1)", ""),
        ("down", "roll(1)", ""),
        ("pageup", "roll(-10)", ""),
        ("pagedown,space", "roll(10)", ""),
    ]

    def action_roll(self, rows: int) -> None:
        """Scroll the text."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)


class HelpScreen(ReadingScreen):
    """All keys, from the registry."""

    def body(self) -> Iterable[Widget]:
        yield Static(labels.HELP_TITLE, id="question", markup=False)
        yield VerticalScroll(HelpText(), id="text", can_focus=False)
        yield Static(labels.HELP_KEYS, id="dialog-keys", markup=False)


class InfoScreen(ReadingScreen):
    """Alarms with their advice, links, addresses and the messages of this console."""

    def body(self) -> Iterable[Widget]:
        yield Static(labels.INFO_TITLE, id="question", markup=False)
        yield VerticalScroll(
            AlarmList(self.facts, "all-alarms", labels.TITLE_ALARMS),
            DevicePanel(self.facts, "all-devices", labels.TITLE_DEVICES),
            LogPanel(self.facts, "all-log", labels.TITLE_LOG),
            id="text",
            can_focus=False,
        )
        yield Static(labels.HELP_KEYS, id="dialog-keys", markup=False)
