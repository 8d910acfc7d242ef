"""What is wrong, in words, with what to do about it."""

from textual.content import Content

from chamber.wire import AlarmView, StateView
from tui import labels
from tui.widgets.panel import Panel


def by_weight(alarms: tuple[AlarmView, ...]) -> list[AlarmView]:
    """Urgent ones first, the newest first among equals."""
    return sorted(alarms, key=lambda alarm: (not alarm.urgent, -alarm.since_ms))


class AlarmPanel(Panel):
    """As many alarms as there is room for, the gravest first."""

    reads = ("alarms",)

    def render(self) -> Content:
        view = self.facts.view
        if view is None or not view.alarms:
            return Content(labels.NO_ALARMS if view else "").stylize("$soft")
        room = max(1, int(self.styles.max_height.value) if self.styles.max_height else 2)
        alarms = by_weight(view.alarms)
        shown = alarms if len(alarms) <= room else alarms[: room - 1] if room > 1 else alarms[:1]
        rows = [self._line(alarm) for alarm in shown]
        if len(shown) < len(alarms) and room > 1:
            rows.append(Content(labels.MORE_ALARMS.format(count=len(alarms) - len(shown))).stylize("bold $alarm"))
        return self.rows(*rows)

    def _line(self, alarm: AlarmView) -> Content:
        tag, style = (labels.ALARM, "bold $ground on $alarm") if alarm.urgent else (labels.NOTICE, "bold $shut")
        advice = f" → {alarm.advice}" if alarm.advice else ""
        since = self.facts.time(alarm.since_ms, seconds=False)
        return self.row((f" {tag} ", style), f" {since} ", (alarm.text, "bold"), (advice, ""))


class AlarmList(Panel):
    """Every alarm with its advice on a line of its own, for the information screen."""

    reads = ("alarms",)

    def draw(self, view: StateView) -> Content:
        if not view.alarms:
            return Content(labels.NO_ALARMS)
        rows: list[Content] = []
        for alarm in by_weight(view.alarms):
            tag, style = (labels.ALARM, "bold $ground on $alarm") if alarm.urgent else (labels.NOTICE, "bold $shut")
            rows.append(
                Content.assemble((f" {tag} ", style), f" {self.facts.time(alarm.since_ms)} ", (alarm.text, "bold"))
            )
            if alarm.advice:
                rows.append(Content(f"    → {alarm.advice}"))
        return self.rows(*rows)
