"""What goes where through the presentation switchers: slides to the programme, and the screens outside the hall.

A screen outside is a way to the public, so it falls under the gate: it shows its slate whenever the meeting is not open.
That is ordered in the same breath as the lease, read back, and ordered again for as long as the screen says otherwise,
whoever put it there. While the meeting is open it is the operator's to route, as every other screen.
"""

from collections.abc import Callable, Mapping

from chamber import ports
from chamber.core.director import model as d
from chamber.core.domain import MeetingState
from chamber.core.errors import RefusedError
from chamber.ports import Clock
from chamber.state import UNREAD, Screen, State

AT_ONCE_MS = 250
AGAIN_MS = 1000
LONGEST_MS = 16_000
"""A screen that leaves its slate is ordered back at once, one that stays away again after a pause that doubles."""


class Screens:
    """Routes named sources, and holds the screens outside on their slates.

    Args:
        state: `presentation` and `screens` say what there is, `routes` what was read.
        direct: tells the director.
    """

    def __init__(
        self, state: State, switchers: Mapping[str, ports.Switcher], clock: Clock, direct: Callable[[d.Event], None]
    ) -> None:
        self._state, self._switchers, self._clock, self._direct = state, switchers, clock, direct
        self._orders = 0
        self._pause_ms, self._next_ms, self._sent_ms = AGAIN_MS, 0, -AT_ONCE_MS
        self._presenting = False

    def select(self, source: str | None, output: str | None) -> None:
        """Show a source on an output, the programme's unless said otherwise; source None ends the presentation.

        The director follows what goes to the programme, once the switcher says that it is there; screens in the hall
        are not its business. Raises RefusedError.
        """
        found, state = self._state.presentation, self._state
        if found is None:
            raise RefusedError("no_switcher", "In deze zaal is geen presentatieschakelaar ingesteld.")
        if source is None:
            self._present(active=False)
            return
        name = output or found.programme
        if name is None or source not in found.inputs or name not in found.outputs:
            raise RefusedError("unknown_route", f"Er is geen bron {source} of uitgang {name}.")
        number, wanted = found.outputs[name], found.inputs[source]
        outside = [s for s in state.screens if (s.switcher, s.output) == (found.switcher, number)]
        if outside and state.meeting.state is not MeetingState.OPEN and state.meeting.state not in UNREAD:
            text = (
                f"{outside[0].label} staat buiten de zaal en blijft op het wachtscherm tot de vergadering openbaar is."
            )
            raise RefusedError("outside_closed", text)
        self._order(found.switcher, {number: wanted}, "operator")
        if name == found.programme:
            state.awaited = source, wanted, self._clock.now_ms()
            self._follow()

    async def blank(self, output: str, *, on: bool) -> None:
        """Make an output black, or show it again. Raises RefusedError, DeviceError."""
        found = self._state.presentation
        if found is None:
            raise RefusedError("no_switcher", "In deze zaal is geen presentatieschakelaar ingesteld.")
        device = self._switchers[found.switcher]
        if output not in found.outputs:
            raise RefusedError("unknown_route", f"Er is geen uitgang {output}.")
        if not isinstance(device, ports.Blanks):
            raise RefusedError("cannot_blank", "Deze schakelaar kan een scherm niet zwart maken.")
        await device.blank(found.outputs[output], on)

    def read(self, event: ports.RouteReading) -> None:
        """An output was read."""
        self._state.routes[event.switcher, event.output] = event.input
        self._follow()
        if any((event.switcher, event.output) == (screen.switcher, screen.output) for screen in self._state.screens):
            self._pause_ms, self._next_ms = AGAIN_MS, min(self._next_ms, self._sent_ms + AT_ONCE_MS)
        self.hold()

    def enter(self) -> None:
        """The meeting changed its state: the screens outside follow before anything is written down."""
        self._pause_ms, self._next_ms = AGAIN_MS, 0
        if self._state.meeting.state is MeetingState.OPEN:
            self._send({screen: screen.source for screen in self._state.screens}, "open")
        else:
            self.hold()

    def hold(self) -> None:
        """While the meeting is not open, order each screen outside that does not show its slate to do so."""
        state, now_ms = self._state, self._clock.now_ms()
        if state.meeting.state is MeetingState.OPEN or state.meeting.state in UNREAD:
            return
        wrong = {screen: screen.slate for screen in state.screens if state.shows(screen) != screen.slate}
        if not wrong:
            self._pause_ms, self._next_ms = AGAIN_MS, self._sent_ms + AT_ONCE_MS
        elif now_ms >= self._next_ms:
            self._sent_ms, self._next_ms = now_ms, now_ms + self._pause_ms
            self._pause_ms = min(2 * self._pause_ms, LONGEST_MS)
            self._send(wrong, "closed")

    def _send(self, wanted: Mapping[Screen, int], why: str) -> None:
        for name in dict.fromkeys(screen.switcher for screen in wanted):
            self._order(name, {s.output: source for s, source in wanted.items() if s.switcher == name}, why)

    def _order(self, switcher: str, routes: dict[int, int], why: str) -> None:
        """Each order is one of its own, also when it says the same again: somebody may have turned a knob since."""
        self._orders += 1
        self._switchers[switcher].wish(routes, f"{why} {self._orders}")

    def _follow(self) -> None:
        """The director hears of a presentation when it is there, and when its output is untied."""
        found = self._state.presentation
        if found is None or found.programme is None:
            return
        shown = self._state.routes.get((found.switcher, found.outputs[found.programme]))
        awaited = self._state.awaited
        if awaited is not None and shown == awaited[1]:
            self._present(active=True)
        elif shown == 0 and self._presenting:
            self._present(active=False)

    def _present(self, *, active: bool) -> None:
        self._state.awaited, self._presenting = None, active
        self._direct(d.PresentationChanged(self._clock.now_ms(), active=active))
