"""Put seats with places in metres on a grid of cells, and walk over it with the arrow keys: pure."""

from dataclasses import dataclass

from chamber.wire import SeatView

SAME_ROW_M = 0.35
"""Seats whose y differs less than this stand beside each other."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Seat id → (column, row), and the number of rows in use."""

    cells: dict[str, tuple[int, int]]
    rows: int


def _bands(seats: tuple[SeatView, ...], rows: int) -> list[list[SeatView]]:
    """Seats by row from the chair's wall away, in strips of equal depth when there are more rows than lines."""
    bands: list[list[SeatView]] = []
    for seat in sorted(seats, key=lambda s: (s.y_m, s.x_m, s.id)):
        if bands and seat.y_m - bands[-1][0].y_m < SAME_ROW_M:
            bands[-1].append(seat)
        else:
            bands.append([seat])
    if len(bands) > rows:
        near, far = bands[0][0].y_m, bands[-1][0].y_m
        places = [min(rows - 1, int((seat.y_m - near) / ((far - near) or 1.0) * rows)) for seat in seats]
        bands = [[s for s, at in zip(seats, places, strict=True) if at == row] for row in sorted(set(places))]
    return [sorted(band, key=lambda s: (s.x_m, s.y_m, s.id)) for band in bands]


def lay_out(seats: tuple[SeatView, ...], columns: int, rows: int) -> Grid | None:
    """Every seat on a cell of its own, left and right, near and far kept; None when the grid is too small."""
    if not seats:
        return Grid({}, 0)
    bands = _bands(seats, rows)
    if max(map(len, bands)) > columns:
        return None
    left, right = min(s.x_m for s in seats), max(s.x_m for s in seats)
    width = (right - left) or 1.0
    cells: dict[str, tuple[int, int]] = {}
    for row, band in enumerate(bands):
        wanted = [round((seat.x_m - left) / width * (columns - 1)) for seat in band]
        for i in range(1, len(wanted)):
            wanted[i] = max(wanted[i], wanted[i - 1] + 1)
        for i in range(len(wanted) - 1, -1, -1):
            wanted[i] = min(wanted[i], columns - (len(wanted) - i))
        cells.update({seat.id: (column, row) for seat, column in zip(band, wanted, strict=True)})
    return Grid(cells, len(bands))


def in_reading_order(seats: tuple[SeatView, ...], columns: int) -> Grid:
    """Seats from left to right, row after row, for a hall that the screen is too small for."""
    columns = max(1, columns)
    cells = {seat.id: (i % columns, i // columns) for i, seat in enumerate(seats)}
    return Grid(cells, -(-len(seats) // columns))


def neighbour(grid: Grid, seat: str | None, dx: int, dy: int) -> str | None:
    """The nearest seat in a direction; the seat itself at the edge, the first one when none was chosen."""
    if not grid.cells:
        return None
    if seat not in grid.cells:
        return min(grid.cells, key=lambda s: (grid.cells[s][1], grid.cells[s][0]))
    column, row = grid.cells[seat]

    def along(other: str) -> int:
        x, y = grid.cells[other]
        return (x - column) * dx + (y - row) * dy

    def aside(other: str) -> int:
        x, y = grid.cells[other]
        return abs((x - column) * dy) + abs((y - row) * dx)

    ahead = [other for other in grid.cells if along(other) > 0]
    if dx:
        ahead = [other for other in ahead if aside(other) == 0] or ahead
    return min(ahead, key=lambda o: (along(o) + 2 * aside(o) if dx else along(o) * 100 + aside(o), o), default=seat)
