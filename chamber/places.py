"""Who sits where, and who withholds picture or name: by order, by exchange of seats, or by a badge."""

from collections.abc import Callable
from dataclasses import replace

from chamber.core import scenes
from chamber.core.director import model as d
from chamber.ports import Clock
from chamber.record import Record
from chamber.state import State


class Places:
    """Changes the seating; bar and public facts follow at once.

    Args:
        direct: tells the director.
        follow: sends the scene and what residents may read, as they are now.
    """

    def __init__(
        self, state: State, record: Record, clock: Clock, direct: Callable[[d.Event], None], follow: Callable[[], None]
    ) -> None:
        self._state, self._record, self._clock = state, record, clock
        self._direct, self._follow = direct, follow

    def assign(self, seat: str, person: str | None) -> None:
        """Somebody else sits here from now on; the bar of the wrong name disappears at once."""
        seating = self._state.seating
        self._reseat(replace(seating, bound={**seating.bound, seat: person}))

    def swap(self, seat: str, other: str, account: str) -> None:
        """Two people change places, each with the wish not to be shown or named.

        Who leads the meeting stays the business of the seat: whoever comes to sit there is acting chair. Everything
        changes at once, so that nobody ever sits on two seats or is named against their wish.
        """
        before = self._state.seating
        after = before.swapped(self._state.hall, seat, other)
        self._reseat(after)
        for one in (seat, other):
            self._record.event("assign", seat=one, person=after.bound[one], account=account)
        for one in (seat, other):
            face, name = one in after.faceless, one in after.nameless
            if (face, name) != (one in before.faceless, one in before.nameless):
                self._direct(d.SeatPrivacy(self._clock.now_ms(), one, face, name))

    def withhold(self, seat: str, *, picture: bool, name: bool) -> None:
        """Whoever sits here withholds picture or name from now on, or does not any more."""
        self._withhold(self._state.seating, seat, picture, name)

    def welcome(self, seat: str, guest: str, account: str, *, picture: bool, name: bool) -> None:
        """A guest sits here, and may withhold picture or name: in one step, so that it holds before anybody is named."""
        seating = self._state.seating
        self._withhold(replace(seating, bound={**seating.bound, seat: guest}), seat, picture, name)
        self._record.event("assign", seat=seat, person=guest, account=account)

    def _withhold(self, seating: scenes.Seating, seat: str, picture: bool, name: bool) -> None:
        one = frozenset({seat})
        self._reseat(
            replace(
                seating,
                nameless=seating.nameless | one if name else seating.nameless - one,
                faceless=seating.faceless | one if picture else seating.faceless - one,
            )
        )
        self._direct(d.SeatPrivacy(self._clock.now_ms(), seat, picture, name))

    def badge(self, seat: str | None, person_ref: str | None, name: str | None) -> None:
        """A badge says who sits here; somebody whom CONFIG does not know is nobody known, never the usual person."""
        if seat is None:
            return
        hall = self._state.hall
        known = person_ref if person_ref in hall.people else None
        if known is None and name:
            known = next((p.id for p in hall.people.values() if p.name.casefold() == name.casefold()), None)
        before = self._state.seating.person(hall, seat)
        if known != (before.id if before else None):
            self.assign(seat, known)
            self._record.event("assign", seat=seat, person=known, account="badge")

    def _reseat(self, seating: scenes.Seating) -> None:
        self._state.seating = seating
        self._follow()
