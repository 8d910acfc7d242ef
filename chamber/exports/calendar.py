"""iCalendar: one event for the meeting, with its agenda. Source: RFC 5545, written by the package icalendar."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from chamber.core.domain import MeetingState
from chamber.core.dossier import Dossier
from chamber.exports.words import numbered

PLANNED = timedelta(hours=3)
"""How long a meeting is taken to last before its end is known."""


def event(dossier: Dossier, *, planned: datetime | None, stamp: datetime) -> bytes:
    """The calendar file.

    Args:
        dossier: the meeting.
        planned: when it should begin; used until it has been opened.
        stamp: when the file is made.
    """
    opened_ms, ended_ms = dossier.index.opened_ms, dossier.index.ended_ms
    start = dossier.time(opened_ms) if opened_ms is not None else planned or stamp
    one = Event()
    one.add("uid", f"{dossier.id}@{dossier.place.organisation_code or 'raadzaal'}")
    one.add("dtstamp", stamp)
    one.add("summary", dossier.title)
    one.add("dtstart", start)
    one.add("dtend", dossier.time(ended_ms) if ended_ms is not None else start + PLANNED)
    one.add("location", dossier.hall.name)
    one.add("description", "\n".join(numbered(dossier, item) for item in dossier.agenda))
    one.add("status", "TENTATIVE" if dossier.index.state is MeetingState.PLANNED else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//Raadzaal//NL")
    calendar.add("version", "2.0")
    calendar.add_component(one)
    return bytes(calendar.to_ical())
