"""Two questions that every dialog is made of: choose one of a list, or write a line."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui import labels
from tui.facts import Facts
from tui.screens.framed import Dialog

Choice = tuple[str, str]
"""What is handed back, and the words that stand in the list."""


class ChooseScreen(Dialog):
    """One of a list; typing narrows it down, Enter takes the marked line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "walk(-1)", ""),
        ("down", "walk(1)", ""),
        ("pageup", "walk(-8)", ""),
        ("pagedown", "walk(8)", ""),
    ]

    def __init__(self, facts: Facts, question: str, choices: list[Choice], marked: str | None = None) -> None:
        super().__init__(facts)
        self._question, self._choices, self._marked = question, choices, marked
        self._shown: list[Choice] = []

    def body(self) -> Iterable[Widget]:
        yield Static(self._question, id="question", markup=False)
        yield Input(placeholder=labels.FILTER, id="line", select_on_focus=False)
        yield OptionList(id="choices")
        yield Static(labels.DIALOG_KEYS, id="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._fill("")
        self.query_one(Input).focus()

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show the lines that hold every word typed."""
        event.stop()
        self._fill(event.value)

    def _fill(self, typed: str) -> None:
        words = typed.casefold().split()
        self._shown = [choice for choice in self._choices if all(word in choice[1].casefold() for word in words)]
        # A seat called KAT stands before Mr Haverkate.
        self._shown.sort(key=lambda choice: not all(f" {word}" in f" {choice[1].casefold()}" for word in words))
        options = self.query_one(OptionList)
        options.clear_options()
        if not self._shown:
            options.add_option(Option(Content(labels.NOTHING_FOUND), disabled=True))
            return
        options.add_options([Option(Content(text)) for _, text in self._shown])
        places = [i for i, (answer, _) in enumerate(self._shown) if answer == self._marked]
        options.highlighted = places[0] if places and not typed else 0

    def action_walk(self, steps: int) -> None:
        """Move the mark; it stops at both ends."""
        options = self.query_one(OptionList)
        if self._shown:
            options.highlighted = max(0, min(len(self._shown) - 1, (options.highlighted or 0) + steps))

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Enter takes the marked line; nothing happens while nothing is found."""
        event.stop()
        place = self.query_one(OptionList).highlighted
        if self._shown and place is not None:
            self.dismiss(self._shown[place][0])

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        """A click takes the line that was clicked."""
        event.stop()
        if self._shown:
            self.dismiss(self._shown[event.option_index][0])


class PromptScreen(Dialog):
    """A line of text; `problem` says in Dutch what is wrong with it, or nothing when it will do."""

    def __init__(
        self, facts: Facts, question: str, problem: Callable[[str], str], text: str = "", limit: int = 2000
    ) -> None:
        super().__init__(facts)
        self._question, self._problem, self._text, self._limit = question, problem, text, limit
        self.kept = text

    def body(self) -> Iterable[Widget]:
        yield Static(self._question, id="question", markup=False)
        yield Input(self._text, max_length=self._limit, id="line", select_on_focus=False)
        yield Static("", id="problem", markup=False)
        yield Static(labels.PROMPT_KEYS, id="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed)
    def keep(self, event: Input.Changed) -> None:
        """Remember what is written, so that leaving does not lose it."""
        event.stop()
        self.kept = event.value
        self.query_one("#problem", Static).update("")

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Hand the line back, or say what is wrong with it."""
        event.stop()
        problem = self._problem(event.value.strip())
        if problem:
            self.query_one("#problem", Static).update(problem)
        else:
            self.dismiss(event.value.strip())
