"""The director in real time: noted so that a replay, which knows no clock, takes the very same decisions.

Three things make that so. What the director hears is noted in the order in which it heard it, under the time it was
told. A wake that is due comes before the next event, and never before its time. A director that begins is told all
that it must know; nothing that it heard unnoted, behind closed doors or in another meeting, plays a part any more.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chamber.core.director import model as d
from chamber.core.director.reducer import Director
from chamber.core.noted import decided
from chamber.ports import Clock
from chamber.record import Record
from chamber.state import State


@dataclass(frozen=True, slots=True)
class Hands:
    """What carries a decision out.

    Attributes:
        send: a recall, before anything is written down.
        act: any other action; a recall comes here too, after it was sent.
        settle: deals with what was posted while the director decided.
        guarded: runs what a timer calls.
    """

    send: Callable[[d.Recall], None]
    act: Callable[[d.Action], None]
    settle: Callable[[], None]
    guarded: Callable[[Callable[[], object]], None]


class Direction:
    """Tells the director what happens and when its wakes are due; what it decides goes to the hands.

    Attributes:
        deciding: whether it decides now; events that come meanwhile have to wait.
    """

    def __init__(self, director: Director, hands: Hands, record: Record, clock: Clock) -> None:
        self._fresh, self._director = director, director.copy()
        self._hands, self._record, self._clock = hands, record, clock
        self._wake: asyncio.TimerHandle | None = None
        self._due_ms: int | None = None
        self._standing: dict[tuple[type, str], d.Event] = {}
        self.deciding = False

    def begin(self, now_ms: int, facts: Iterable[d.Event]) -> None:
        """Start with a director that knows nothing yet, and mark that; the meeting is not open.

        It is told what stands until somebody says otherwise (mode, phase, chair, presentation, privacy, lost cameras),
        and then `facts`.
        """
        self.close()
        self._director = self._fresh.copy()
        self._record.started(now_ms)
        self.tell(d.PauseSet(now_ms, paused=True))
        for event in tuple(self._standing.values()):
            self.tell(replace(event, at_ms=now_ms))
        for event in facts:
            self.tell(event)

    def tell(self, event: d.Event) -> None:
        """Let the director react to one event and carry out what it decides."""
        self.catch_up(event.at_ms)
        self._decide(event)

    def catch_up(self, now_ms: int) -> None:
        """Deliver every wake that is due by now."""
        while self._due_ms is not None and self._due_ms <= now_ms:
            due_ms, self._due_ms = self._due_ms, None
            self._decide(d.Ticked(due_ms))

    def travels(self) -> dict[str, dict[tuple[int, int], int]]:
        """Times between presets as the director knows them, ms by camera and (from, to)."""
        return self._director.travels()

    def close(self) -> None:
        """Forget what is still to come."""
        self._due_ms = None
        if self._wake is not None:
            self._wake.cancel()

    def _decide(self, event: d.Event) -> None:
        """Cameras are sent on their way first; everything else has more time than they.

        A driver may answer an order before it returns; that answer is heard after this event, as it is noted after it.
        """
        self.deciding = True
        try:
            actions = self._director.handle(event)
            for action in actions:
                if type(action) is d.Recall:
                    self._hands.send(action)
            self._record.heard(event)
            for action in actions:
                self._carry_out(action, event.at_ms)
        finally:
            self.deciding = False
        key = _standing(event)
        if key is not None:
            self._standing[key] = event
        self._hands.settle()

    def _carry_out(self, action: d.Action, at_ms: int) -> None:
        if isinstance(action, d.Wake):
            self._wake_at(action.at_ms)
            return
        noted = decided(action)
        if noted is not None:
            self._record.decided(*noted, at_ms)
        self._hands.act(action)

    def _wake_at(self, at_ms: int) -> None:
        if self._wake is not None:
            self._wake.cancel()
        self._due_ms = at_ms
        delay_s = max(0, at_ms - self._clock.now_ms()) / 1000
        self._wake = asyncio.get_running_loop().call_later(delay_s, self._on_timer)

    def _on_timer(self) -> None:
        """The loop's timers may be a little early by our clock, and an event could still come before this wake."""
        self._wake = None
        if self._due_ms is not None and self._due_ms > self._clock.now_ms():
            self._wake_at(self._due_ms)
        else:
            self._hands.guarded(lambda: self.catch_up(self._clock.now_ms()))


def _standing(event: d.Event) -> tuple[type, str] | None:
    """Under which key an event holds until the next one of that key; None when it is soon over."""
    match event:
        case d.MicOpened() | d.MicClosed():
            return None
        case d.ModeSet() | d.PhaseChanged() | d.PresentationChanged() | d.ChairMoved():
            return type(event), ""
        case d.SeatPrivacy(seat=seat):
            return d.SeatPrivacy, seat
        case d.CameraLost(camera=camera) | d.CameraBack(camera=camera):
            return d.CameraLost, camera
        case _:
            return None


def standing(state: State, now_ms: int) -> list[d.Event]:
    """What a director that begins has to be told of the hall as it is: travel times, cameras, microphones, queue, wishes."""
    facts: list[d.Event] = [
        d.TravelsKnown(now_ms, name, tuple(moves[at : at + d.MOVES_TOLD]))
        for name, known in sorted(state.travels.items())
        if name in state.cameras and (moves := [(*pair, ms) for pair, ms in known.items()][-d.MOVES_KEPT :])
        for at in range(0, len(moves), d.MOVES_TOLD)
    ]
    facts += [
        d.CameraArrived(now_ms, name, camera.preset)
        for name, camera in state.cameras.items()
        if camera.preset is not None and camera.moving is False and camera.wished in (None, camera.preset)
    ]
    facts += [d.MicOpened(now_ms, seat) for seat in state.open_seats()]
    facts += [d.Requested(now_ms, seat) for seat in state.queue]
    facts += [
        d.SeatPrivacy(now_ms, seat, seat in state.seating.faceless, seat in state.seating.nameless)
        for seat in sorted(state.seating.faceless | state.seating.nameless)
    ]
    if state.seating.chair_seat != state.hall.chair_seat:
        facts.append(d.ChairMoved(now_ms, state.seating.chair_seat))
    return facts
