"""The course of the meeting: which item is dealt with, in which phase, also when the discussion system says so."""

from collections.abc import Callable

from chamber import ports
from chamber.core import agenda as agendas
from chamber.core.director import model as d
from chamber.core.domain import MeetingState, Phase
from chamber.ports import Clock
from chamber.record import Record
from chamber.state import State

Direct = Callable[[d.Event], None]
Publish = Callable[[int], None]


class Course:
    """Goes from item to item; whoever may say so says so here."""

    def __init__(self, state: State, record: Record, clock: Clock, direct: Direct, publish: Publish) -> None:
        self._state, self._record, self._clock = state, record, clock
        self._direct, self._publish = direct, publish
        self._votes: dict[str, bool] = {}
        self._topics: dict[str, str | None] = {}

    def select(self, item: str, at_ms: int | None, account: str) -> None:
        """Go to an item, from `at_ms` (wall) on or from now on. Raises RefusedError: there is no such item."""
        state = self._state
        chosen = agendas.find(state.agenda, item)
        if state.item:
            state.handled |= {state.item}
        state.item = chosen.id
        self._record.event("item", item=chosen.id, at_ms=at_ms or self._clock.wall_ms(), account=account)
        self.phase(chosen.phase)
        self._publish(self._clock.now_ms())

    def phase(self, phase: Phase) -> None:
        """The meeting does something else from now on."""
        self._state.phase = phase
        self._direct(d.PhaseChanged(self._clock.now_ms(), phase))

    def resume(self) -> None:
        """What the item asks for, after a vote."""
        item = self._state.current_item()
        self.phase(item.phase if item else Phase.DEBATE)

    def voting(self, reading: ports.VotingReading) -> None:
        """A vote goes on in the discussion system, or has ended: only a change counts, and only in an open meeting."""
        before = self._votes.get(reading.system, False)
        self._votes[reading.system] = reading.open
        if reading.open == before or self._state.meeting.state is not MeetingState.OPEN:
            return
        if reading.open and self._state.phase not in (Phase.VOTING, Phase.SECRET_BALLOT):
            self.phase(Phase.VOTING)
        elif not reading.open and self._state.phase is Phase.VOTING and self._state.vote is None:
            self.resume()

    def topic(self, reading: ports.AgendaReading) -> None:
        """Another topic is open in the discussion system: the item of that title, when there is just one."""
        before = self._topics.get(reading.system)
        self._topics[reading.system] = reading.subject
        if reading.subject in (None, before) or self._state.meeting.state is not MeetingState.OPEN:
            return
        item = agendas.named(self._state.agenda, reading.subject or "")
        if item is not None and item.id != self._state.item:
            self.select(item.id, None, reading.system)
