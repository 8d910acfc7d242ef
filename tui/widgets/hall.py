"""The hall from above: every seat with its microphone as a sign and a letter, and the chosen seat between brackets."""

from textual import events
from textual.content import Content

from chamber.wire import SeatView, StateView
from tui import labels
from tui.facts import Facts
from tui.formats import shortened, squeezed
from tui.hall_map import Grid, in_reading_order, lay_out, neighbour
from tui.messages import SeatChosen
from tui.widgets.panel import Panel

WIDTHS = (13, 11, 9, 8, 7, 6, 5, 4)
NAMED_FROM = 8
LETTERED_FROM = 6
LABEL = 3
WITH_LEGEND = 60


class HallPanel(Panel):
    """Seats on a grid that fits the panel; a click chooses a seat."""

    reads = ("seats", "microphones", "on_air")

    def __init__(self, facts: Facts, id: str, title: str) -> None:
        super().__init__(facts, id, title)
        self._grid, self._cell, self._high = Grid({}, 0), WIDTHS[-1], 1

    def _arrange(self, seats: tuple[SeatView, ...]) -> None:
        width, height = max(LETTERED_FROM, self.content_size.width), max(1, self.content_size.height - 1)
        for cell in WIDTHS:
            grid = lay_out(seats, width // cell, height)
            if grid:
                self._grid, self._cell = grid, cell
                break
        else:
            self._cell = LETTERED_FROM
            self._grid = in_reading_order(seats, width // self._cell)
        self._high = max(1, min(3, height // max(1, self._grid.rows)))

    def draw(self, view: StateView) -> Content:
        self._arrange(view.seats)
        seats = {seat.id: seat for seat in view.seats}
        rows: list[Content] = []
        for row in range(self._grid.rows):
            here = sorted((c, seats[s]) for s, (c, r) in self._grid.cells.items() if r == row)
            rows.append(self._line([(c, self._mark(view, seat)) for c, seat in here]))
            if self._high > 1:
                named = self._cell >= NAMED_FROM
                rows.append(self._line([(c, self._under(seat)) for c, seat in here]) if named else Content(""))
            rows.extend(Content("") for _ in range(self._high - 2))
        room = max(1, self.content_size.height - 1)
        legend = self._chosen(view)
        if self.facts.seat is None or self.content_size.width >= WITH_LEGEND:
            legend = Content.assemble((labels.MIC_LEGEND, "$soft"), "  ", legend)
        return self.rows(*rows[:room], self.row(legend))

    def _line(self, cells: list[tuple[int, tuple[str, str]]]) -> Content:
        pieces: list[tuple[str, str]] = []
        at = 0
        for column, (text, style) in cells:
            pieces += [(" " * (column * self._cell - at), ""), (text, style)]
            at = column * self._cell + len(text)
        return Content.assemble(*pieces)

    def _mark(self, view: StateView, seat: SeatView) -> tuple[str, str]:
        mic = view.microphones.get(seat.id)
        sign = labels.MIC_SIGNS.get(mic or "", labels.MIC_SIGN_UNKNOWN)
        style = {"on": "bold $live", "request": "bold $shut"}.get(mic or "", "$soft")
        chosen = seat.id == self.facts.seat
        if self._cell < LETTERED_FROM:
            text = f"{squeezed(seat.label, self._cell - 2)}{sign[:1]}"
        else:
            first, last = ("[", "]") if chosen else ("▶" if seat.id == view.on_air.seat else " ", " ")
            text = f"{first}{squeezed(seat.label, LABEL)}{sign}{last}"
        return text[: self._cell], ("reverse " if chosen else "") + style

    def _under(self, seat: SeatView) -> tuple[str, str]:
        name = seat.name or ""
        return " " + shortened(name.split(" ")[-1], self._cell - 2), "$soft"

    def _chosen(self, view: StateView) -> Content:
        seat = self.facts.seat_view(self.facts.seat)
        if seat is None:
            return Content(labels.SELECT_HINT).stylize("$soft")
        mic = labels.MICS.get(view.microphones.get(seat.id, ""), labels.MIC_UNKNOWN)
        return Content.assemble((f"{seat.label} {seat.name or labels.NOBODY_KNOWN}", "bold"), f" ({mic})")

    def step(self, dx: int, dy: int) -> str | None:
        """The seat beside the chosen one in that direction."""
        return neighbour(self._grid, self.facts.seat, dx, dy)

    def on_click(self, event: events.Click) -> None:
        """Choose the seat under the pointer."""
        place = event.get_content_offset(self)
        if place is None:
            return
        cell = (place.x // self._cell, place.y // self._high)
        seat = next((s for s, c in self._grid.cells.items() if c == cell), None)
        if seat is not None:
            self.post_message(SeatChosen(seat))
