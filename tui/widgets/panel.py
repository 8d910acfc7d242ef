"""What every panel shares: it reads the facts, and draws again only when a field it shows was replaced."""

from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from chamber.wire import StateView
from tui.facts import Facts

Part = str | tuple[str, str] | Content


class Panel(Widget):
    """A part of the screen; `reads` names the fields of the view that it shows, `ticks` says that it shows time."""

    reads: ClassVar[tuple[str, ...]] = ()
    ticks: ClassVar[bool] = False

    def __init__(self, facts: Facts, id: str | None = None, title: str = "") -> None:
        super().__init__(id=id)
        self.facts = facts
        self.can_focus = False
        if title:
            self.border_title = title

    def renewed(self, before: StateView | None, after: StateView) -> None:
        """Draw again when a field that is shown was replaced."""
        if before is None or any(getattr(before, name) is not getattr(after, name) for name in self.reads):
            self.refresh(layout=self.styles.auto_dimensions)

    def render(self) -> Content:
        view = self.facts.view
        return Content("") if view is None else self.draw(view)

    def draw(self, view: StateView) -> Content:
        """What the panel shows of a view; panels that show something without a view replace `render`."""
        return Content(view.hall)

    def row(self, *pieces: Part) -> Content:
        """Pieces on one line of the panel's width; text is taken as it is, never as markup."""
        return Content.assemble(*pieces).truncate(max(1, self.content_size.width or 200), ellipsis=True)

    def timed(self, text: Content | tuple[str, str], time: str) -> Content:
        """Text with a time behind it; when both do not fit the text is shortened, never the time."""
        room = max(1, (self.content_size.width or 200) - len(time) - 2)
        return Content.assemble(Content.assemble(text).truncate(room, ellipsis=True), "  ", time)

    def rows(self, *rows: Content) -> Content:
        """Lines under each other."""
        return Content("\n").join(rows)
