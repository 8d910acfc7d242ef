"""Writes down when each leg was read to follow the meeting's state, and each time that it no longer did."""

from chamber.core.domain import MeetingState
from chamber.record import Record
from chamber.state import UNREAD, State
from chamber.views import SCREEN, legs

OF_THE_MIXER = frozenset({"mixer", "mixer_sound", "bars"})


class Readback:
    """Follows the legs after each change of state; only what was said after the change counts as an answer to it."""

    def __init__(self, record: Record, epoch: str) -> None:
        self._record, self._epoch = record, epoch
        self._since_ms, self._seq = 0, 0
        self._written: dict[str, str] = {}

    def entered(self, now_ms: int, lease_seq: int) -> None:
        """The meeting changed its state at `now_ms`; `lease_seq` is the first lease that says so."""
        self._since_ms, self._seq = now_ms, lease_seq
        self._written.clear()

    def look(self, state: State, now_ms: int) -> None:
        """Write what is news: a leg's first right reading since the change, and whatever differs from then on."""
        if state.meeting.state in UNREAD:
            return
        right = ("open",) if state.meeting.state is MeetingState.OPEN else ("slate", "dark")
        known = state.stream.known
        answered = known.get("epoch") == self._epoch and int(known.get("seq") or 0) >= self._seq
        for leg, carries in legs(state, now_ms).items():
            before = self._written.get(leg)
            spoke = state.mixer.at_ms > self._since_ms if leg in OF_THE_MIXER else answered
            spoke = spoke or leg.startswith(SCREEN)  # a switcher tells each change as it comes
            if carries == before or (before is None and not (spoke and carries in right)):
                continue
            self._written[leg] = carries
            self._record.event("leg", leg=leg, carries=carries, after_ms=now_ms - self._since_ms)
