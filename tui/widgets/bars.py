"""The bottom of the screen: the last message, the messages before it, and the keys that matter now."""

from textual import events
from textual.content import Content

from tui.actions import BY_ID, possible, spoken_label
from tui.facts import Facts, Notice, NoticeKind
from tui.formats import key_name
from tui.messages import Pressed
from tui.widgets.panel import Panel

STYLES: dict[NoticeKind, tuple[str, str]] = {
    "info": ("·", ""),
    "done": ("✓", "bold $live"),
    "confirm": ("»", "bold $ground on $shut"),
    "refused": ("✗", "bold $ground on $shut"),
    "alarm": ("!", "bold $ground on $alarm"),
}

STEPS = ("standby", "open", "suspend", "close_doors", "close", "reopen_doors", "end", "publish")
BESIDE = ("shot_wide", "shot_chair", "shot_presentation", "presentation", "take_back")
"""Shown after the steps where the terminal is wide enough."""
OFTEN = (
    "item_next", "mic_toggle", "mics_off", "note", "accept", "title_toggle", "item_select", "assign", "vote_begin",
    "vote_record", "mode_auto", "mode_manual", "info", "quit",
)  # fmt: skip


def written(facts: Facts, notice: Notice) -> str:
    """A notice with its sign and time."""
    sign = STYLES[notice.kind][0]
    return f"{sign} {facts.time(notice.at_ms)} {notice.text}" if notice.at_ms else f"{sign} {notice.text}"


class MessageLine(Panel):
    """The last thing that the console has to say."""

    def render(self) -> Content:
        notice = self.facts.notice
        if notice is None:
            return Content("")
        text = f"{STYLES[notice.kind][0]} {notice.text}"
        return Content(f" {text} ").stylize(STYLES[notice.kind][1])


class LogPanel(Panel):
    """Earlier messages, the newest at the bottom."""

    def render(self) -> Content:
        room = max(1, self.content_size.height)
        return self.rows(*(self.row(written(self.facts, notice)) for notice in list(self.facts.notices)[-room:]))


class KeyBar(Panel):
    """What can be done now and with which key; each can be clicked. PANIEK always stands last."""

    reads = ("meeting", "mode", "proposal")

    def __init__(self, facts: Facts, id: str) -> None:
        super().__init__(facts, id)
        self._places: list[tuple[int, int, int, str]] = []

    def _hint(self, action: str) -> tuple[str, str]:
        known = BY_ID[action]
        return f" {key_name(known.keys[0])} ", f"{spoken_label(known, self.facts.view)}"

    def render(self) -> Content:
        width, height = max(20, self.content_size.width), max(1, self.content_size.height)
        panic_key, panic_word = self._hint("panic")
        help_key, help_word = self._hint("help")
        fixed = (("panic", panic_key, panic_word), ("help", help_key, help_word))
        steps = [a for a in STEPS if possible(BY_ID[a], self.facts.view)]
        often = [a for a in OFTEN if a != "accept" or (self.facts.view and self.facts.view.proposal)]
        self._places = []
        rows = [self._row(0, [*steps, *BESIDE], width, fixed[:1])]
        for y in range(1, height):
            rows.append(self._row(y, often, width, fixed[1:] if y == 1 else ()))
            often = often[sum(1 for place in self._places if place[0] == y) - (1 if y == 1 else 0) :]
        return self.rows(*rows)

    def _row(self, y: int, wanted: list[str], width: int, fixed: tuple[tuple[str, str, str], ...]) -> Content:
        tail = sum(len(key) + len(word) + 1 for _, key, word in fixed)
        pieces: list[tuple[str, str]] = []
        x = 0
        for action in wanted:
            key, word = self._hint(action)
            long = len(key) + len(word) + 2
            if x + long > width - tail - 1:
                break
            pieces += [(key, "bold $ground on $key"), (f" {word} ", "")]
            self._places.append((y, x, x + long, action))
            x += long
        pieces.append((" " * max(0, width - tail - x), ""))
        x = max(x, width - tail)
        for action, key, word in fixed:
            style = "bold $ground on $alarm" if action == "panic" else "bold $ground on $key"
            pieces += [(key, style), (f" {word}", "bold $alarm" if action == "panic" else "")]
            self._places.append((y, x, width, action))
        return Content.assemble(*pieces)

    def on_click(self, event: events.Click) -> None:
        """Carry out what was clicked, as if its key was pressed."""
        place = event.get_content_offset(self)
        if place is None:
            return
        action = next((a for y, start, end, a in self._places if y == place.y and start <= place.x < end), None)
        if action is not None:
            self.post_message(Pressed(action))
