"""Agendas as council information systems write them in JSON. Pure.

Sources: ORI v2 (VNG Realisatie, Vergadering and Agendapunt); iBabs (SOAP service, its JSON form: Meeting and MeetingItems);
Notubiz (plannings, agenda_items); GemeenteOplossingen (items); Parlaeus (points).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chamber.imports.model import (
    DEEPEST,
    NUMBER_CHARS,
    ImportFailedError,
    Incoming,
    IncomingAgenda,
    agenda_of,
    plain,
    yes,
)

Json = Mapping[str, Any]


def _list(value: Json, *names: str) -> list[Json]:
    """The first of the named keys that holds a list of objects."""
    for name in names:
        found = value.get(name)
        if isinstance(found, list):
            return [one for one in found if isinstance(one, Mapping)]
    return []


def _of(value: Json, *names: str) -> object:
    """The first of the named keys that says something."""
    return next((value[name] for name in names if value.get(name) not in (None, "")), None)


def _item(one: Json, number: object, title: object, ref: object, *, closed: bool) -> Incoming:
    return Incoming(plain(title), plain(number, NUMBER_CHARS), plain(ref, 60), closed)


def ori(value: Json) -> IncomingAgenda:
    """ORI v2: a meeting with its items, or separate collections as our own export writes them."""
    meetings = _list(value, "vergaderingen") or [value]
    found = _list(value, "agendapunten") or _list(meetings[0], "agendapunten", "agendapunt")
    items = [
        _item(
            one,
            _of(one, "volgnummerWeergave", "volgnummer", "agendapuntVolgnummer", "geplandVolgnummer"),
            _of(one, "naam", "agendapuntTitel", "titel", "omschrijving"),
            _of(one, "agendapuntIdentificatie", "ID"),
            closed=yes(one.get("indicatieBesloten")),
        )
        for one in found
    ]
    starts = _of(meetings[0], "geplandeAanvangVergadering", "geplandeAanvang", "aanvangVergadering")
    return agenda_of("ORI", items, plain(_of(meetings[0], "naam")), plain(starts))


def ibabs(value: Json) -> IncomingAgenda:
    """iBabs: Features is the number; Confidential of the item or of any of its documents closes it."""
    meeting = value.get("Meeting") if isinstance(value.get("Meeting"), Mapping) else value
    items = [
        _item(
            one,
            _of(one, "Features"),
            _of(one, "Title"),
            _of(one, "Id"),
            closed=yes(one.get("Confidential")) or any(yes(d.get("Confidential")) for d in _list(one, "Documents")),
        )
        for one in _list(meeting or {}, "MeetingItems", "Items", "AgendaItems")
    ]
    starts = f"{_of(meeting or {}, 'MeetingDate') or ''} {_of(meeting or {}, 'StartTime') or ''}"
    return agenda_of("iBabs", items, plain(_of(meeting or {}, "Meetingtype", "MeetingtypeName")), starts)


def _attribute(value: Json, *names: str) -> object:
    """Notubiz keeps titles among attributes: {"attributes": {"attribute": [{"label": "Titel", "value": …}]}}."""
    kept = value.get("attributes")
    attributes = _list(kept, "attribute") if isinstance(kept, Mapping) else _list(value, "attributes")
    for one in attributes:
        if str(one.get("label", one.get("name", ""))).lower() in names:
            return one.get("value")
    return _of(value, *names)


def notubiz(value: Json) -> IncomingAgenda:
    """Notubiz: items lie in each other by `parent`; one of type `label` is a heading."""
    event = value.get("event") if isinstance(value.get("event"), Mapping) else value
    ordered = sorted(_list(event or {}, "agenda_items"), key=_order)
    numbers: dict[str, str] = {}
    children: dict[str, int] = {}
    items = []
    for one in ordered:
        parent = str(one.get("parent") or "")
        children[parent] = children.get(parent, 0) + 1
        number = plain(_attribute(one, "nummer", "number"), NUMBER_CHARS)
        if not number and one.get("type") != "label":
            above = numbers.get(parent, "")
            number = f"{above}.{children[parent]}" if above else str(children[parent])
        numbers[str(one.get("id"))] = number
        closed = yes(one.get("confidential")) or any(yes(d.get("confidential")) for d in _list(one, "documents"))
        items.append(_item(one, number, _attribute(one, "titel", "title"), one.get("id"), closed=closed))
    plannings = _list(event or {}, "plannings")
    starts = _of(plannings[0], "start_date") if plannings else None
    return agenda_of("Notubiz", items, plain(_attribute(event or {}, "titel", "title")), plain(starts))


def _order(one: Json) -> float:
    try:
        return float(str(one.get("order", 0)))
    except ValueError:
        return 0.0


def go(value: Json) -> IncomingAgenda:
    """GemeenteOplossingen: items with number, title and sortorder, possibly in each other."""
    meeting = value.get("meeting") if isinstance(value.get("meeting"), Mapping) else value
    items = [
        _item(
            one,
            _of(one, "number"),
            _of(one, "title", "description"),
            _of(one, "id"),
            closed=yes(_of(one, "confidential", "isConfidential", "besloten")),
        )
        for one in _walk(meeting or {}, "items", 0)
    ]
    starts = f"{_of(meeting or {}, 'date') or ''} {_of(meeting or {}, 'startTime') or ''}"
    dmu = (meeting or {}).get("dmu")
    body = _of(dmu, "name") if isinstance(dmu, Mapping) else dmu
    return agenda_of("GO", items, plain(_of(meeting or {}, "description") or body), starts)


def _walk(value: Json, key: str, depth: int) -> Iterator[Json]:
    if depth > DEEPEST:
        raise ImportFailedError("In dit bestand liggen agendapunten te diep in elkaar.")
    found = _list(value, key)
    ordered = sorted(enumerate(found), key=lambda pair: (_sort(pair[1]), pair[0]))
    for _, one in ordered:
        yield one
        yield from _walk(one, key, depth + 1)


def _sort(one: Json) -> float:
    try:
        return float(str(one.get("sortorder", one.get("sortOrder", 0))))
    except ValueError:
        return 0.0


def parlaeus(value: Json) -> IncomingAgenda:
    """Parlaeus: points with title; the number stands at the front of the title or in `number`."""
    agenda = value.get("agenda") if isinstance(value.get("agenda"), Mapping) else value
    items = []
    for one in _list(agenda or {}, "points"):
        number, title = split_number(plain(one.get("title")))
        told = plain(_of(one, "number", "nr"), NUMBER_CHARS)
        closed = yes(_of(one, "closed", "besloten", "confidential"))
        items.append(_item(one, told or number, title, one.get("apid"), closed=closed))
    starts = f"{_of(agenda or {}, 'date') or ''} {_of(agenda or {}, 'time') or ''}"
    return agenda_of("Parlaeus", items, plain(_of(agenda or {}, "title")), starts)


def split_number(line: str) -> tuple[str, str]:
    """The number at the front of a line, and the rest: "4.11 Motie" is ("4.11", "Motie")."""
    head, _, rest = line.partition(" ")
    number = head.rstrip(".):")
    if rest and number and len(number) <= NUMBER_CHARS and number[0].isdigit() and number.replace(".", "").isalnum():
        return number, rest.strip(" -\u2013:.\t")
    if rest and len(number) == 1 and number.isalpha() and head[-1] in ".)":
        return number, rest.strip(" -\u2013:.\t")
    return "", line


def recognise(value: Json) -> Callable[[Json], IncomingAgenda] | None:
    """Which system an object comes from, by the keys that only it has."""
    inside = [value, *(one for one in value.values() if isinstance(one, Mapping))]
    keys = {key for one in inside for key in one}
    if keys & {"agendapunten", "vergaderingen", "agendapunt"}:
        return ori
    if keys & {"MeetingItems", "Meetingtype", "MeetingtypeId"}:
        return ibabs
    if keys & {"agenda_items", "plannings"}:
        return notubiz
    if "points" in keys:
        return parlaeus
    if "items" in keys:
        return go
    return None
