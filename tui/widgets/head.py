"""The top of every screen: which meeting, the state in big letters, and what the public gets."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from chamber.wire import StateView
from tui import labels
from tui.facts import Facts
from tui.formats import elapsed
from tui.view import big_word, leaking, live
from tui.widgets.alarms import AlarmPanel
from tui.widgets.bigtext import fitting, small
from tui.widgets.panel import Panel

_COLOURS = {"open": "$live", "slate": "$alarm", "unknown": "$unsure", "planned": "$calm", "standby": "$calm"}


class TitleLine(Panel):
    """Meeting, hall, rehearsal mark and the time of day."""

    reads = ("meeting", "hall", "organisation", "rehearsal")
    ticks = True

    def render(self) -> Content:
        view, width = self.facts.view, self.content_size.width
        if view is None:
            return Content(labels.APP_TITLE)
        left = f"{view.meeting.title or view.meeting.id}  ·  {view.organisation}"
        mark = f" {labels.REHEARSAL} " if view.rehearsal else ""
        clock = self.facts.time(self.facts.now_ms)
        room = max(1, width - len(clock) - len(mark) - 3)
        text = Content(left).truncate(room, ellipsis=True, pad=True)
        return Content.assemble(text.stylize("bold"), " ", (mark, "bold $ground on $unsure"), "  ", (clock, "bold"))


class StatePanel(Panel):
    """The state of the meeting in letters that can be read from two metres."""

    reads = ("meeting", "public")

    def render(self) -> Content:
        word = big_word(self.facts.view)
        colour = "$faded" if self.facts.stale else _COLOURS.get(word, "$shut")
        drawn = fitting(labels.BIG[word], self.content_size.width, self.content_size.height)
        return Content("\n".join(drawn)).stylize(f"bold {colour}")


class PublicPanel(Panel):
    """What the public sees and hears as it was read back; unknown when nobody can say, or when the link is down."""

    reads = ("public", "meeting")

    def render(self) -> Content:
        view = self.facts.view
        known = view.public if view is not None and not self.facts.stale else None
        sees, hears = (known.sees, known.hears) if known else (None, None)
        if self.content_size.height >= 6:
            return Content("\n").join((*self._tall(labels.PUBLIC_SEES, sees), *self._tall(labels.PUBLIC_HEARS, hears)))
        return Content("\n").join(
            (
                Content(labels.PUBLIC).stylize("bold"),
                self.row((f"{labels.SEES:<6}", "bold"), self._short(sees)),
                self.row((f"{labels.HEARS:<6}", "bold"), self._short(hears)),
            )
        )

    def _colour(self, value: bool | None) -> str:
        view = self.facts.view
        if value is None:
            return "$unsure"
        if value and view is not None and leaking(view):
            return "$alarm"
        if not value and view is not None and live(view):
            return "$alarm"
        return "$live" if value else "$shut"

    def _short(self, value: bool | None) -> tuple[str, str]:
        word = labels.UNKNOWN if value is None else labels.YES if value else labels.NO
        return f" {word} ", f"bold $ground on {self._colour(value)}"

    def _tall(self, name: str, value: bool | None) -> list[Content]:
        colour = self._colour(value)
        drawn = ["", labels.UNKNOWN, ""] if value is None else small(labels.BIG_YES if value else labels.BIG_NO)
        names = ("", name, "")
        return [
            Content.assemble((f"{n:<15}", "bold"), (line, f"bold {colour}"))
            for n, line in zip(names, drawn, strict=True)
        ]


class ExplainLine(Panel):
    """One sentence under the big letters: what the state means, since when, and for how long."""

    reads = ("meeting", "public")
    ticks = True

    def draw(self, view: StateView) -> Content:
        if self.facts.stale:
            return self.row((labels.EXPLAIN_OLD.format(url=view.public_url), "bold"))
        meeting, now_ms = view.meeting, self.facts.drawn_ms
        word = big_word(view)
        since = labels.RUNNING.format(
            time=self.facts.time(meeting.since_ms), elapsed=elapsed(now_ms - meeting.since_ms)
        )
        pieces = [since]
        if meeting.resumes_at:
            pieces.append(labels.RESUMES.format(time=meeting.resumes_at))
        if meeting.opened_ms is not None and meeting.state not in ("ended", "published"):
            pieces.append(labels.OPEN_SINCE.format(elapsed=elapsed(now_ms - meeting.opened_ms)))
        if leaking(view) or word == "slate":
            sentence = labels.EXPLAIN_LEAK if leaking(view) else labels.EXPLAIN["slate"]
            return self.row((f" {sentence} ", "bold $ground on $alarm"), "  ", pieces[0])
        return self.row((labels.EXPLAIN[word], ""), ("  ·  " + "  ·  ".join(pieces), "$soft"))


class LinkBanner(Panel):
    """Says that the link to the controller is down and that everything below is old; takes no room otherwise."""

    def render(self) -> Content:
        facts = self.facts
        if not facts.tried:
            return Content(f" {labels.CONNECTING}")
        reason = labels.LINK_REASONS.get(facts.reason, facts.reason)
        form = labels.NO_LINK_OLD if facts.view else labels.NO_LINK_EMPTY
        return Content(" " + form.format(headline=labels.NO_LINK, reason=reason, time=facts.time(facts.seen_ms)))


class Head(Vertical):
    """All of the above; the same on the main screen and over every dialog."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(id="head")
        self.facts = facts

    def compose(self) -> ComposeResult:
        yield TitleLine(self.facts, "title")
        with Horizontal(id="board"):
            yield StatePanel(self.facts, "state")
            yield PublicPanel(self.facts, "public")
        yield LinkBanner(self.facts, "banner")
        yield ExplainLine(self.facts, "explain")
        yield AlarmPanel(self.facts, "alarms")
