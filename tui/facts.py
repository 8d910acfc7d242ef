"""What all panels draw from; the app alone writes it."""

from collections import deque
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Literal

from chamber.wire import LevelsView, SeatView, StateView
from tui.formats import clock_time
from tui.messages import LinkReason

NoticeKind = Literal["info", "done", "confirm", "refused", "alarm"]
NOTICES = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the message line; `at_ms` is the controller's wall time, 0 while it is not known."""

    kind: NoticeKind
    text: str
    at_ms: int


@dataclass(slots=True)
class Facts:
    """The newest view and what the console itself knows; `now_ms` is the controller's wall time, carried on."""

    where: tzinfo | None = None
    view: StateView | None = None
    levels: LevelsView | None = None
    now_ms: int = 0
    up: bool = False
    reason: LinkReason = ""
    tried: bool = False
    seen_ms: int = 0
    seat: str | None = None
    notice: Notice | None = None
    notices: deque[Notice] = field(default_factory=lambda: deque(maxlen=NOTICES))

    @property
    def stale(self) -> bool:
        """True when the view is from before the link went down."""
        return self.view is not None and not self.up

    @property
    def drawn_ms(self) -> int:
        """The time to which durations are counted: they stand still on an old view."""
        return self.seen_ms if self.stale else self.now_ms

    def time(self, wall_ms: int, *, seconds: bool = True) -> str:
        """A wall time as the hall's clock shows it."""
        return clock_time(wall_ms, self.where, seconds=seconds)

    def seat_view(self, seat: str | None) -> SeatView | None:
        """The seat of that id, if the hall has it."""
        return next((s for s in self.view.seats if s.id == seat), None) if self.view and seat else None

    def seat_name(self, seat: str) -> str:
        """Who sits there, or which seat it is."""
        found = self.seat_view(seat)
        return (found.name or found.label) if found else seat

    def person_name(self, person: str) -> str:
        """The name of a person, or the id of somebody who is not known."""
        people = self.view.people if self.view else ()
        return next((known.name for known in people if known.id == person), person)
