"""A list that stays open while single keys work on its marked line; it follows the state as that changes."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chamber.wire import StateView
from tui import labels
from tui.facts import Facts
from tui.formats import key_name
from tui.screens.ask import Choice
from tui.screens.framed import Dialog
from tui.widgets.panel import Panel

Do = Callable[[str], Awaitable[str | None]]
"""Works on the line with this id ("" in an empty list); gives the id of the line to mark next, or None: this one."""


@dataclass(frozen=True, slots=True)
class Act:
    """A key of a list: Textual's name of it, the word beside it, what it does; `always`: also in an empty list."""

    key: str
    word: str
    do: Do
    always: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list shows and which keys it knows.

    Attributes:
        title, rows: made anew from each view.
        acts: keys that work on the marked line; the first is also done by a click on the line that is marked.
        marked: id of the line that is marked first.
        empty: what is said when there is no line.
        over: when this is true the list closes by itself.
    """

    title: Callable[[StateView], str]
    rows: Callable[[StateView], list[Choice]]
    acts: tuple[Act, ...] = ()
    marked: str | None = None
    empty: str = labels.NOTHING_FOUND
    over: Callable[[StateView], bool] = field(default=lambda view: False)


class Follower(Panel):
    """Draws nothing; tells the list that there is a newer view."""

    def __init__(self, facts: Facts, tell: Callable[[], object]) -> None:
        super().__init__(facts)
        self._tell = tell
        self.display = False

    def renewed(self, before: StateView | None, after: StateView) -> None:
        self._tell()


class ActKeys(Widget):
    """The keys of a list with their words, in as many lines as that takes; a key never parts from its word."""

    def __init__(self, acts: tuple[Act, ...]) -> None:
        super().__init__()
        self._acts = acts

    def _lines(self, width: int) -> list[Content]:
        key, lines, room = "bold $ground on $key", [Content("")], width
        pieces = [Content.assemble((f" {key_name(act.key)} ", key), f" {act.word}  ") for act in self._acts]
        for piece in (*pieces, Content(labels.LISTING_KEYS)):
            if len(piece.plain.rstrip()) > room:
                lines.append(Content(""))
                room = width
            lines[-1] = Content.assemble(lines[-1], piece)
            room -= len(piece.plain)
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))


class ListScreen(Dialog):
    """A list with single keys; arrows walk, Esc leaves. `fresh` says whether a press counts, or is a held key."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "walk(-1)", ""),
        ("down", "walk(1)", ""),
        ("pageup", "walk(-8)", ""),
        ("pagedown", "walk(8)", ""),
        ("home", "walk(-999)", ""),
        ("end", "walk(999)", ""),
    ]

    def __init__(self, facts: Facts, listing: Listing, fresh: Callable[[str], bool]) -> None:
        super().__init__(facts)
        self._listing, self._fresh = listing, fresh
        self._shown: list[Choice] = []
        self._title = ""
        self._mark = listing.marked
        self._acts = {form: act for act in listing.acts for form in (act.key, act.key.upper())}

    def body(self) -> Iterable[Widget]:
        yield Follower(self.facts, self.fill)
        yield Static("", id="question", markup=False)
        yield OptionList(id="choices")
        yield ActKeys(self._listing.acts)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.fill()

    def fill(self) -> None:
        """Show the newest view's lines; the mark stays on its line, or on its place when that line is gone."""
        view = self.facts.view
        if view is None:
            return
        if self._listing.over(view):
            if self.is_current:
                self.dismiss(None)
            return
        title, rows = self._listing.title(view), self._listing.rows(view)
        if title != self._title:
            self._title = title
            self.query_one("#question", Static).update(title)
        options = self.query_one(OptionList)
        if rows != self._shown or not options.option_count:
            place = options.highlighted or 0
            self._shown = rows
            options.clear_options()
            options.add_options([Option(Content(text)) for _, text in rows])
            if not rows:
                options.add_option(Option(Content(self._listing.empty), disabled=True))
            self._put_mark(place)

    def _put_mark(self, place: int) -> None:
        options = self.query_one(OptionList)
        if not self._shown:
            return
        places = [i for i, (id, _) in enumerate(self._shown) if id == self._mark]
        options.highlighted = places[0] if places else min(place, len(self._shown) - 1)
        self._mark = self._shown[options.highlighted][0]

    def action_walk(self, steps: int) -> None:
        """Move the mark; it stops at both ends."""
        options = self.query_one(OptionList)
        if self._shown:
            options.highlighted = max(0, min(len(self._shown) - 1, (options.highlighted or 0) + steps))
            self._mark = self._shown[options.highlighted][0]

    def on_key(self, event: events.Key) -> None:
        """Keys of the list work on the marked line."""
        act = self._acts.get(event.key)
        if act is not None:
            event.stop()
            event.prevent_default()
            if self._fresh(act.key):
                self._work(act)

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        """A click marks a line; a click on the marked line does the first act."""
        event.stop()
        if not self._shown:
            return
        id = self._shown[event.option_index][0]
        if id == self._mark and self._listing.acts and self._fresh(self._listing.acts[0].key):
            self._work(self._listing.acts[0])
        self._mark = id

    def _work(self, act: Act) -> None:
        if self._shown or act.always:
            self.run_worker(self._do(act, self._mark or ""), group="acts")

    async def _do(self, act: Act, line: str) -> Any:
        after = await act.do(line)
        if self.is_attached:
            self._mark = after if after is not None else self._mark
            self.fill()
            self._put_mark(0)
