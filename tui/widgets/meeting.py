"""Who speaks, what is in the picture, and where the agenda stands."""

from textual.content import Content

from chamber.wire import ItemView, SpeakerView, StateView
from tui import labels
from tui.formats import elapsed, listed
from tui.view import reaches_public
from tui.widgets.panel import Panel


class SpeakerPanel(Panel):
    """Who has the floor: name, fractie, role, since when; other open microphones and the queue."""

    reads = ("speakers", "queue", "seats", "on_air")
    ticks = True

    def draw(self, view: StateView) -> Content:
        rows = [Content.assemble(self._queue(view))]
        if not view.speakers:
            return self.rows(self.row((labels.NOBODY_SPEAKS, "$soft")), *rows)
        first, *others = sorted(view.speakers, key=lambda speaker: speaker.seat != view.on_air.seat)
        name = self.timed((self._who(first), "bold $live"), elapsed(self.facts.drawn_ms - first.since_ms))
        role = labels.ROLES.get(first.role or "", first.role or "")
        detail = [part for part in (first.group, role, labels.SEAT.format(seat=self._seat(first))) if part]
        if others:
            rows.insert(0, self.row(f"{labels.ALSO}: {', '.join(self._who(other) for other in others)}"))
        return self.rows(name, self.row(" · ".join(detail)), *rows)

    def _queue(self, view: StateView) -> tuple[str, str]:
        if not view.queue:
            return labels.QUEUE_EMPTY, "$soft"
        names = [f"{place} {self.facts.seat_name(seat)}" for place, seat in enumerate(view.queue, 1)]
        return labels.QUEUE.format(names=", ".join(names)), ""

    def _seat(self, speaker: SpeakerView) -> str:
        seat = self.facts.seat_view(speaker.seat)
        return seat.label if seat else speaker.seat

    def _who(self, speaker: SpeakerView) -> str:
        return speaker.name or f"{labels.UNKNOWN_PERSON} ({labels.SEAT.format(seat=self._seat(speaker))})"


class OnAirPanel(Panel):
    """The shot in the programme with its reason, what is prepared, and in assist mode the proposal."""

    reads = ("on_air", "next_shot", "proposal", "mode", "seats", "meeting", "public")
    ticks = True

    def renewed(self, before: StateView | None, after: StateView) -> None:
        self.border_title = labels.TITLE_ON_AIR if reaches_public(after) else labels.TITLE_PROGRAMME
        super().renewed(before, after)

    def draw(self, view: StateView) -> Content:
        shot = view.on_air
        what = labels.SHOTS.get(shot.kind, shot.kind)
        camera = shot.camera or ""
        who = self.facts.seat_name(shot.seat) if shot.seat else ""
        head = " · ".join(part for part in (camera, what, who) if part)
        after = (
            Content(labels.PROPOSAL.format(text=view.proposal.text)).stylize("bold $shut")
            if view.proposal
            else Content(labels.NEXT_SHOT.format(shot=view.next_shot) if view.next_shot else labels.NEXT_SHOT_NONE)
        )
        return self.rows(
            self.timed((head, "bold"), elapsed(self.facts.drawn_ms - shot.since_ms) if shot.since_ms else ""),
            self.row((shot.text, "italic")),
            after if self.content_size.height > 3 else self.row(after),
        )


class AgendaPanel(Panel):
    """The agenda around the running item; handled items are ticked off."""

    reads = ("agenda", "meeting")

    def draw(self, view: StateView) -> Content:
        room = max(1, self.content_size.height)
        if not view.agenda:
            return Content(labels.NO_AGENDA).stylize("$soft")
        now = next((i for i, item in enumerate(view.agenda) if item.id == view.meeting.item), None)
        start = max(0, min((now if now is not None else 0) - (room - 1) // 3, len(view.agenda) - room))
        shown = view.agenda[start : start + room]
        return self.rows(*(self._line(item, item.id == view.meeting.item) for item in shown))

    def _line(self, item: ItemView, running: bool) -> Content:
        mark = "▶" if running else "✓" if item.handled else " "
        closed = f" ({labels.CLOSED_ITEM})" if item.closed else ""
        style = "bold $live" if running else "$soft" if item.handled else ""
        return self.row((f"{mark} {item.number:<5} {item.title}{closed}", style))


class DevicePanel(Panel):
    """Links that are not up, by name and reason, then how many are; and the addresses to look along."""

    reads = ("devices", "preview_url", "public_url", "presentation")

    def draw(self, view: StateView) -> Content:
        down = {name: device for name, device in view.devices.items() if device.link != "up"}
        rows = [
            self.row((f"{labels.LINKS[device.link]} ", "bold $alarm"), (name, "bold"), f"  {device.detail}")
            for name, device in down.items()
        ]
        rows.append(self.row(labels.DEVICES_UP.format(up=len(view.devices) - len(down), all=len(view.devices))))
        if view.presentation:
            routes = [f"{output}: {source}" for output, source in view.presentation.items()]
            rows.append(self.row(f"{labels.PRESENTATION}: {listed(routes)}"))
        if view.preview_url:
            rows.append(self.row(labels.PREVIEW.format(url=view.preview_url)))
        if view.public_url:
            rows.append(self.row(labels.PUBLIC_PAGE.format(url=view.public_url)))
        return self.rows(*rows)
