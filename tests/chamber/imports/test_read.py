"""Agendas as councils' systems write them, as pasted text and as calendar files."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.domain import Phase
from chamber.imports.model import ImportFailedError, phase_of, plain
from chamber.imports.read import FORMATS, read_agenda

ORI = {
    "naam": "Raadsvergadering", "geplandeAanvangVergadering": "2026-11-24T19:30:00+01:00",
    "agendapunten": [
        {"agendapuntIdentificatie": "77", "volgnummerWeergave": "1", "naam": "Opening"},
        {"agendapuntIdentificatie": "78", "volgnummer": 2, "naam": "Grondzaken", "indicatieBesloten": True},
    ],
}  # fmt: skip
IBABS = {
    "Meeting": {
        "Id": "m1", "Meetingtype": "Raad", "MeetingDate": "2026-11-24", "StartTime": "19:30",
        "MeetingItems": [
            {"Id": "a", "Features": "1", "Title": "Opening<br/>en <b>agenda</b>", "Confidential": False},
            {"Id": "b", "Features": "4.11", "Title": "Grond", "Documents": [{"Id": "d", "Confidential": True}]},
        ],
    }
}  # fmt: skip
NOTUBIZ = {
    "event": {
        "attributes": {"attribute": [{"label": "Titel", "value": "Gemeenteraad"}]},
        "plannings": [{"start_date": "2026-11-24 19:30:00"}],
        "agenda_items": [
            {"id": 3, "order": 3, "parent": 2, "type": "item",
             "attributes": {"attribute": [{"label": "Titel", "value": "Motie"}]}},
            {"id": 1, "order": 1, "parent": None, "type": "item", "title": "Opening"},
            {"id": 2, "order": 2, "parent": None, "type": "label", "title": "Bespreekstukken"},
        ],
    }
}  # fmt: skip
GO = {
    "date": "2026-11-24", "startTime": "19:30", "dmu": {"name": "Gemeenteraad"},
    "items": [
        {"id": 2, "number": "2", "title": "Vragen", "sortorder": 2},
        {"id": 1, "number": "1", "title": "Opening", "sortorder": 1,
         "items": [{"id": 9, "number": "1a", "title": "Mededelingen", "sortorder": 1}]},
    ],
}  # fmt: skip
PARLAEUS = {
    "agid": "x", "title": "Raad", "date": "20261124", "time": "19:30",
    "points": [{"apid": "1", "title": "1. Opening", "text": "<p>x</p>"}, {"apid": "2", "title": "2 Vragen &amp; meer"}],
}  # fmt: skip
TEXT = """\
Raadsvergadering
1. Opening, agenda en besluitenlijst
4.11 Motie vreemd: verlichting
- 5 Aankoop grond (besloten)

A) Rondvraag
"""
ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Amsterdam:20261124T193000
SUMMARY:Raadsvergadering
DESCRIPTION:1 Opening\\n2 Vragen
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("given_as", "source", "items"),
    [
        (ORI, "ORI", [("1", "Opening", False), ("2", "Grondzaken", True)]),
        (IBABS, "iBabs", [("1", "Opening en agenda", False), ("4.11", "Grond", True)]),
        (NOTUBIZ, "Notubiz", [("1", "Opening", False), ("", "Bespreekstukken", False), ("1", "Motie", False)]),
        (GO, "GO", [("1", "Opening", False), ("1a", "Mededelingen", False), ("2", "Vragen", False)]),
        (PARLAEUS, "Parlaeus", [("1", "Opening", False), ("2", "Vragen & meer", False)]),
        (TEXT, "tekst", [("", "Raadsvergadering", False), ("1", "Opening, agenda en besluitenlijst", False),
                         ("4.11", "Motie vreemd: verlichting", False), ("5", "Aankoop grond", True),
                         ("A", "Rondvraag", False)]),
        (ICS, "iCalendar", [("1", "Opening", False), ("2", "Vragen", False)]),
    ],
)  # fmt: skip
def test_each_source_is_recognised(given_as: Any, source: str, items: list[tuple[str, str, bool]]) -> None:
    content = given_as if isinstance(given_as, str) else json.dumps(given_as)
    found = read_agenda(content.encode())
    assert found.source == source
    assert [(item.number, item.title, item.closed) for item in found.items] == items


def test_title_and_beginning_come_along() -> None:
    assert read_agenda(json.dumps(IBABS).encode()).starts == "2026-11-24 19:30"
    assert read_agenda(json.dumps(NOTUBIZ).encode()).title == "Gemeenteraad"
    assert read_agenda(ICS.encode()).starts == "2026-11-24T19:30:00+01:00"


@pytest.mark.parametrize(
    ("content", "form", "told"),
    [
        (b"", "auto", "geen agendapunten"),
        (b"{}", "auto", "niet te herkennen"),
        (b"[]", "auto", "geen vergadering"),
        (b"{", "auto", "geen leesbare JSON"),
        (b"\xff\xfe", "auto", "UTF-8"),
        (b"BEGIN:VCALENDAR\nrubbish", "auto", "agendabestand"),
        (b"[" * 100_000, "auto", "geen leesbare JSON"),
        (json.dumps({"points": []}).encode(), "parlaeus", "geen agendapunten"),
        ("\n".join(f"{n} punt" for n in range(201)).encode(), "text", "meer dan 200"),
    ],
)
def test_what_is_no_agenda_is_refused_in_words(content: bytes, form: str, told: str) -> None:
    with pytest.raises(ImportFailedError, match=told):
        read_agenda(content, form)


def test_items_that_lie_in_each_other_without_end_are_refused() -> None:
    nested: dict[str, Any] = {"title": "x"}
    for _ in range(40):
        nested = {"title": "x", "items": [nested]}
    with pytest.raises(ImportFailedError, match="te diep"):
        read_agenda(json.dumps({"items": [nested]}).encode(), "go")


def test_html_and_control_characters_do_not_come_in() -> None:
    assert plain("<p>Opening <script>alert(1)</script>&amp; agenda</p>\x1b[31m\x00") == "Opening & agenda [31m"
    assert plain({"a": 1}) == plain(None) == ""
    assert len(plain("x" * 5000)) == 300


def test_the_phase_is_guessed_from_the_title() -> None:
    titles = ["Inspreekronde", "Hamerstukken", "Opening", "Afscheid raadslid", "Beekzicht"]
    assert [phase_of(title) for title in titles] == [
        Phase.PUBLIC_SPEAKERS, Phase.CONSENT, Phase.OPENING, Phase.CEREMONY, Phase.DEBATE,
    ]  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["items", "points", "agenda_items", "agendapunten", "MeetingItems", "Meeting", "event", "title",
                         "naam", "order", "sortorder", "attributes", "attribute", "parent", "id", "Documents", "dmu"]),
        inner, max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@given(JSON | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")), st.sampled_from(FORMATS))
def test_nothing_that_comes_in_breaks_it(value: Any, form: str) -> None:
    content = value if isinstance(value, str) else json.dumps(value)
    try:
        found = read_agenda(content.encode(), form)
    except ImportFailedError:
        return
    assert all(item.title and item.title.isprintable() and len(item.title) <= 300 for item in found.items)
