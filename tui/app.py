"""The operator's console: keys in, orders out, and what the controller says about it on the screen."""

import time
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme
from textual.widget import Widget

from chamber.wire import ImportView, Order
from tui import labels
from tui.actions import ACTIONS, BY_ID, Action, Situation, bound_keys, possible, said, spoken_label, works_in_dialogs
from tui.client import ControllerClient
from tui.dialogs import FLOWS
from tui.facts import Facts, Notice, NoticeKind
from tui.formats import key_name, zone
from tui.messages import (
    Acknowledged,
    Answer,
    Answered,
    Denied,
    LevelsArrived,
    LinkChanged,
    NoAnswer,
    NotSent,
    Pressed,
    SeatChosen,
    StateArrived,
)
from tui.readback import Awaited, report, taken_back
from tui.screens.ask import Choice, ChooseScreen, PromptScreen
from tui.screens.framed import freshen
from tui.screens.listing import Listing, ListScreen
from tui.screens.main import MainScreen
from tui.screens.reading import HelpScreen, InfoScreen, ReadingScreen
from tui.steps import Presses, Verdict, armed, disarmed, press
from tui.widgets.bars import LogPanel, MessageLine
from tui.widgets.hall import HallPanel
from tui.widgets.panel import Panel
from tui.widgets.picture import LevelMeter

DIM_HALL = Theme(
    name="dim-hall",
    primary="#56b4e9",
    background="#0d1014",
    surface="#141920",
    panel="#1b222b",
    foreground="#d8dee6",
    variables={
        # Blue, orange and violet stay apart for every kind of colour blindness; signs and words say the same.
        "live": "#56b4e9",
        "shut": "#e6a23c",
        "alarm": "#ff7a3d",
        "unsure": "#cf8ee0",
        "calm": "#aab7c4",
        "soft": "#8a97a5",
        "faded": "#6b7681",
        "key": "#9fb3c8",
        "ground": "#0d1014",
    },
)


Shown = TypeVar("Shown", bound=Widget)


def _monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def _bindings() -> list[Binding]:
    return [
        Binding(
            key, f"press('{action.id}', {int(key) if key.isdigit() else 0})", priority=works_in_dialogs(action, key)
        )
        for action in ACTIONS
        for key in bound_keys(action)
    ]


class ConsoleApp(App[int], inherit_bindings=False):
    """Console of the controller at `url`; `now_ms` is monotonic, `timezone` is where the hall's clock hangs."""

    CSS_PATH = "console.tcss"
    TITLE = labels.APP_TITLE
    ENABLE_COMMAND_PALETTE = False
    # Textual declares these two as instance variables.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (118, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*_bindings()]

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timezone: str = "Europe/Amsterdam",
        now_ms: Callable[[], int] = _monotonic_ms,
    ) -> None:
        super().__init__()
        self.register_theme(DIM_HALL)
        self.theme = DIM_HALL.name
        self.facts = Facts(where=zone(timezone))
        self.draft = ""
        self._now_ms = now_ms
        self._client = ControllerClient(url, token, self.post_message, now_ms)
        self._clock_offset_ms = 0
        self._presses = Presses()
        self._awaited: Awaited | None = None

    def get_default_screen(self) -> Screen[None]:
        return MainScreen(self.facts)

    def on_mount(self) -> None:
        self.run_worker(self._client.run(), group="client", exclusive=True)
        self.set_interval(1.0, self._tick)

    # -- what comes in ----------------------------------------------------------------------------------------------
    @on(StateArrived)
    def take_state(self, message: StateArrived) -> None:
        """Show a newer view; a half-given order lapses when the meeting has meanwhile changed its state."""
        facts, before = self.facts, self.facts.view
        if message.first:
            self._clock_offset_ms = message.view.now_ms - message.at_ms
        facts.view, facts.levels = message.view, message.view.levels
        self._keep_time()
        if facts.seat is not None and facts.seat_view(facts.seat) is None:
            facts.seat = None
        half = armed(self._presses, self._now_ms())
        if half and before is not None and before.meeting.state != message.view.meeting.state:
            self._presses = disarmed(self._presses)
            self.say("info", labels.DISARMED_STATE.format(action=self._label(half)))
        if (told := taken_back(before, message.view)) is not None:
            self.say("alarm" if told.alarm else "done" if told.final else "info", told.text)
        for panel in self._panels(Panel):
            panel.renewed(before, message.view)
        self._read_back()

    @on(LevelsArrived)
    def take_levels(self, message: LevelsArrived) -> None:
        """Show newer sound levels and nothing else."""
        self.facts.levels = message.levels
        for meter in self._panels(LevelMeter):
            meter.refresh()

    @on(LinkChanged)
    def take_link(self, message: LinkChanged) -> None:
        """Say once that the link went down, and once that it is back; all panels show that they are old."""
        facts = self.facts
        self._keep_time()
        if message.up and facts.tried and not facts.up:
            self.say("done", labels.LINK_BACK)
        if not message.up and facts.up:
            facts.seen_ms = facts.now_ms
            self._presses, self._awaited = disarmed(self._presses), None
            self.say("alarm", f"{labels.NO_LINK} ({labels.LINK_REASONS.get(message.reason, message.reason)})")
        facts.up, facts.reason, facts.tried = message.up, message.reason, True
        if self.screen_stack:
            freshen(self.screen, facts)

    @on(SeatChosen)
    def take_seat(self, message: SeatChosen) -> None:
        """Remember which seat the operator works with."""
        self.select(message.seat)

    @on(Pressed)
    def take_press(self, message: Pressed) -> None:
        """A click on the key bar is a press."""
        self.press(message.action)

    @on(Answered)
    def take_answer(self, message: Answered) -> None:
        """Say what became of an order; a step of the meeting goes on to be read back."""
        action, answer = BY_ID[message.action], message.answer
        label = message.label
        match answer:
            case Acknowledged(seq) if action.group == "meeting" and (action.step or action.id == "panic"):
                self._awaited = Awaited(seq, self._now_ms())
                self._read_back()
            case Acknowledged():
                self.say("done", labels.DONE.format(action=label))
            case Denied(_, text):
                self.say("refused", labels.REFUSED.format(action=label, message=text))
            case NotSent(busy):
                self.say(
                    "refused" if busy else "alarm", (labels.BUSY if busy else labels.NOT_SENT).format(action=label)
                )
            case NoAnswer():
                self.say("alarm", labels.NO_ANSWER.format(action=label))

    # -- what goes out ----------------------------------------------------------------------------------------------
    def action_press(self, action: str, digit: int = 0) -> None:
        """A key of the registry was pressed."""
        self.press(action, digit)

    def press(self, action: str, digit: int = 0) -> None:
        """Judge a press of an action, from whichever road, and carry it out."""
        known, now = BY_ID[action], self._now_ms()
        name = f"{action} {digit}"
        if known.two_step and not self._may_arm(known):
            return
        half = armed(self._presses, now)
        self._presses, verdict = press(self._presses, name if digit else action, now, two_step=known.two_step)
        key = key_name(known.keys[0])
        what = labels.CONFIRM_WHAT.get(action, "")
        if half and action not in (half, "cancel"):
            self.say("info", labels.DISARMED.format(action=self._label(half)))
        if verdict is Verdict.ARM:
            self.say("confirm", labels.CONFIRM.format(key=key, what=what))
        elif verdict is Verdict.TOO_QUICK:
            self.say("confirm", labels.TOO_QUICK.format(key=key, what=what))
        elif verdict is Verdict.DO:
            self._carry_out(known, digit, half)
        elif not known.urgent and action != "cancel":
            self.say("info", labels.KEY_HELD.format(key=str(digit) if digit else key))

    def _may_arm(self, action: Action) -> bool:
        """A step that cannot be taken is not offered for confirmation either."""
        view = self.facts.view
        if not action.step or (self.facts.up and possible(action, view)):
            return True
        label = self._label(action.id)
        if view is None or not self.facts.up:
            self.say("alarm", labels.NOT_SENT.format(action=label))
        else:
            state = labels.STATES[view.meeting.state]
            self.say("refused", labels.NOT_NOW.format(action=label, state=state))
        return False

    def _carry_out(self, action: Action, digit: int, half: str | None) -> None:
        view = self.facts.view
        match action.id:
            case "cancel":
                self.say("info", labels.DISARMED.format(action=self._label(half))) if half else self._clear()
            case "quit":
                self.exit(0)
            case "help" | "info":
                self._read(HelpScreen(self.facts) if action.id == "help" else InfoScreen(self.facts))
            case _ if view is None or not self.facts.up:
                # A note can be written at any time; it is kept until it can be sent.
                if action.id == "note" and view is not None:
                    self.run_worker(FLOWS["note"](self, view), group="dialog", exclusive=True)
                elif action.id == "palette" and view is not None:
                    self.run_worker(FLOWS["palette"](self, view), group="dialog", exclusive=True)
                else:
                    self.say("alarm", labels.NOT_SENT.format(action=self._label(action.id)))
            case _ if action.build is None:
                self.run_worker(FLOWS[action.id](self, view), group="dialog", exclusive=True)
            case _:
                order = action.build(Situation(view, self.facts.seat, digit))
                if isinstance(order, str):
                    self.say("info", order)
                else:
                    self.run_worker(self.give(action.id, order), group="orders")

    async def give(self, action: str, order: Order) -> Answer:
        """Send an order now, or say why not; the answer is shown by `take_answer`."""
        label = self._label(action)
        answer = await self._client.send(order, urgent=BY_ID[action].urgent)
        self.post_message(Answered(action, said(order, label, self.facts.view), answer))
        return answer

    # -- dialogs ----------------------------------------------------------------------------------------------------
    async def choose(self, question: str, choices: list[Choice], marked: str | None = None) -> str | None:
        """One of the choices, or None when the operator left."""
        return await self.push_screen_wait(ChooseScreen(self.facts, question, choices, marked))

    async def write(self, question: str, problem: Callable[[str], str], text: str = "", limit: int = 200) -> str | None:
        """A line of text without a problem, or None when the operator left; what was written is kept as draft."""
        screen = PromptScreen(self.facts, question, problem, text, limit)
        answer = await self.push_screen_wait(screen)
        if question == labels.ASK_NOTE:
            self.draft = screen.kept
        return answer

    async def work(self, listing: Listing) -> None:
        """A list that stays until the operator leaves it; keys that are held down count once."""
        await self.push_screen_wait(ListScreen(self.facts, listing, self._fresh))

    def _fresh(self, key: str) -> bool:
        self._presses, verdict = press(self._presses, f"list {key}", self._now_ms(), two_step=False)
        if verdict is not Verdict.DO:
            self.say("info", labels.KEY_HELD.format(key=key_name(key)))
        return verdict is Verdict.DO

    async def compare(self, content: bytes) -> ImportView | str:
        """What an agenda would change, or why it cannot be read."""
        return await self._client.compare(content)

    def _read(self, screen: ReadingScreen) -> None:
        if isinstance(self.screen, ReadingScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(screen)

    # -- what is shown ----------------------------------------------------------------------------------------------
    def say(self, kind: NoticeKind, text: str) -> None:
        """Put a sentence on the message line and into the messages."""
        self.facts.notice = Notice(kind, text, self.facts.now_ms if self.facts.view else 0)
        if kind != "confirm":
            self.facts.notices.append(self.facts.notice)
        self._draw(MessageLine)
        self._draw(LogPanel)

    def select(self, seat: str) -> None:
        """Work with this seat from now on."""
        self.facts.seat = seat
        self._draw(HallPanel)

    def _clear(self) -> None:
        self.facts.notice = None
        self._draw(MessageLine)

    def _draw(self, kind: type[Panel]) -> None:
        for panel in self._panels(kind):
            panel.refresh(layout=True)

    def _panels(self, kind: type[Shown]) -> list[Shown]:
        """What is on the top screen; nothing once the console is closing and its screens are gone."""
        return list(self.screen.query(kind)) if self.screen_stack else []

    def _label(self, action: str) -> str:
        return spoken_label(BY_ID[action.partition(" ")[0]], self.facts.view)

    def _keep_time(self) -> None:
        self.facts.now_ms = self._now_ms() + self._clock_offset_ms if self.facts.view else 0

    def _read_back(self) -> None:
        view, awaited = self.facts.view, self._awaited
        if view is None or awaited is None:
            return
        told = report(awaited, view, self.facts.time(view.meeting.since_ms), self._now_ms())
        if told is None:
            return
        if told.final:
            self._awaited = None
        if self.facts.notice is None or self.facts.notice.text != told.text:
            self.say("alarm" if told.alarm else "done" if told.final else "info", told.text)

    def _tick(self) -> None:
        """Once a second: times move on, a half-given order lapses, a read-back that does not come is reported."""
        self._keep_time()
        if self._presses.armed and armed(self._presses, self._now_ms()) is None:
            lapsed = self._presses.armed
            self._presses = disarmed(self._presses)
            self.say("info", labels.DISARMED.format(action=self._label(lapsed)))
        self._read_back()
        for panel in self._panels(Panel):
            if panel.ticks:
                panel.refresh()


def main(url: str, token: str, timezone: str = "Europe/Amsterdam") -> int:
    """Run the console until the operator closes it; 0 when that went well, 1 after a fault of the console itself."""
    app = ConsoleApp(url, token, timezone=timezone)
    result: Any = app.run()
    return result if isinstance(result, int) else (app.return_code or 0)
