"""An agenda as pasted text or as a calendar file. Pure."""

from icalendar import Calendar

from chamber.imports.model import ImportFailedError, Incoming, IncomingAgenda, agenda_of, plain
from chamber.imports.systems import split_number

CLOSED_WORDS = ("(besloten)", "[besloten]", "(geheim)", "[geheim]")


def pasted(text: str) -> IncomingAgenda:
    """One item a line: a number, then the title. "(besloten)" in a line closes it; lines without a number are headings."""
    items = []
    for line in text.splitlines():
        tidy = plain(line.lstrip(" \t-*\u2022"))
        closed = any(word in tidy.lower() for word in CLOSED_WORDS)
        for word in CLOSED_WORDS:
            at = tidy.lower().find(word)
            if at >= 0:
                tidy = (tidy[:at] + tidy[at + len(word) :]).strip()
        number, title = split_number(tidy)
        items.append(Incoming(title, number, closed=closed))
    return agenda_of("tekst", items)


def icalendar(content: bytes) -> IncomingAgenda:
    """A calendar file: its first event gives title and beginning, its description the items.

    Raises:
        ImportFailedError: it is no calendar, or has no event.
    """
    try:
        events = Calendar.from_ical(content).walk("VEVENT")
    except (ValueError, IndexError, KeyError, TypeError) as exc:
        raise ImportFailedError("Dit is geen leesbaar agendabestand (iCalendar).") from exc
    if not events:
        raise ImportFailedError("In dit agendabestand (iCalendar) staat geen vergadering.")
    event = events[0]
    starts = event.get("dtstart")
    inner = pasted(str(event.get("description", "")))
    return agenda_of(
        "iCalendar", list(inner.items), str(event.get("summary", "")), starts.dt.isoformat() if starts else ""
    )
