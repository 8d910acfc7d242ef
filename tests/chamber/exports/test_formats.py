"""Every other format: read back by an independent reader where there is one, and silent about what is withheld."""

import csv
import io
import json

import pytest
from icalendar import Calendar
from lxml import etree

from chamber.core.dossier import Media
from chamber.core.index.model import Span
from chamber.exports import decisions, mdto, ori_json, popolo, tables, vtt
from chamber.exports.package import BUILDERS, Making, described, sidecars
from tests.chamber.exports.evening import CLOSED_TITLE, NOW, SECRET_NAME, dossier

EVENING = dossier()
MAKING = Making(NOW, "https://raad.example.nl/2026-11-23")


@pytest.mark.parametrize("form", BUILDERS)
def test_nothing_tells_what_is_withheld_or_closed(form: str) -> None:
    text = "".join(content.decode() + name for name, content in BUILDERS[form](EVENING, MAKING).items())
    assert text
    for hidden in (SECRET_NAME, "Geheim", "wilgeheim", CLOSED_TITLE, "Koffie is op", "1795458870000"):
        assert hidden not in text


def rows(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_the_index_as_a_sheet() -> None:
    header, *lines = rows(tables.index(EVENING))
    assert header[:4] == ["Soort", "Begin", "Einde", "Agendapunt"]
    assert lines[0] == ["Agendapunt", "2026-11-23 19:30:10", "2026-11-23 19:31:00", "1 Opening", "", "", ""]
    spoken = [(line[0], line[3], line[4], line[5], line[6]) for line in lines if line[0] != "Agendapunt"]
    assert spoken[:4] == [
        ("Spreekbeurt", "1", "Noor van Dijk", "Voorzitter", "28,0"),
        ("Spreekbeurt", "2", "Inspreker 1", "", "58,0"),
        ("Spreekbeurt", "2", "Sam Open", "Inspreker", "50,0"),
        ("Spreekbeurt", "3.1", "Jan de Boer", "Waterbeek Lokaal", "59,0"),
    ]
    assert spoken[4][:3] == ("Interruptie", "3.1", "Elif Yılmaz")
    assert spoken[-1][2] == "Onbekende spreker"


def test_speaking_times_and_votes_as_sheets() -> None:
    times = rows(tables.speaking_times(EVENING))
    assert ["Fractie", "Waterbeek Lokaal", "", "0:01:27", "0:01:27", "87,0", "0,0", "2", "0"] in times
    votes = rows(tables.votes(EVENING))
    assert ["5 Motie fietspad", "Motie", "Hoofdelijk", "Stemmen staken (1 voor, 1 tegen)", "", "", ""] in votes
    assert ["7 Benoeming", "Voorstel", "Schriftelijk", "", "Blanco of ongeldig", "", "1"] in votes


def test_no_cell_is_a_formula() -> None:
    assert any(line[4].startswith("'=Bram") for line in rows(tables.votes(EVENING)))


def test_chapters() -> None:
    first, second = EVENING.media
    text = vtt.items(EVENING, first)
    assert text.startswith("WEBVTT\n\n1\n00:00:00.000 --> 00:00:50.000\n1 Opening\n")
    assert "3.1 Bestemmingsplan &lt;Beekzicht&gt;" in text
    assert "Besloten" not in text + vtt.items(EVENING, second)
    speakers = vtt.speakers(EVENING, first)
    assert "Inspreker 1\n" in speakers
    assert "00:03:11.000 --> 00:04:10.000\nJan de Boer (Waterbeek Lokaal)" in speakers
    assert "Bram" not in speakers


def test_the_decision_list() -> None:
    text = decisions.markdown(EVENING)
    assert text.startswith("# Besluitenlijst (concept): Raadsvergadering 23 november 2026\n")
    assert "## Afwezig\n\n- Ada Afwezig" in text
    assert "## A Besloten agendapunt\n\n- Besloten behandeld." in text
    assert "## 6 Ingetrokken voorstel\n\n- Van de agenda afgevoerd." in text
    assert "- Motie: Stemmen staken (1 voor, 1 tegen). Hoofdelijk. Voor: Jan de Boer. Tegen: Elif Yılmaz." in text
    assert "- Toezegging: De wethouder komt met een nota" in text
    page = decisions.html(EVENING)
    assert "<b>" not in page
    assert "&lt;b&gt;Formule" in page
    assert 'lang="nl"' in page


def test_popolo() -> None:
    told = popolo.speeches(EVENING)
    assert [speech["position"] for speech in told["speeches"]] == list(range(1, len(told["speeches"]) + 1))
    third = told["speeches"][3]
    assert third["creator"] == {"name": "Jan de Boer"}
    assert third["video"] == ["opname-1.mp4#t=191.000,250.000"]
    assert third["start_date"] == "2026-11-23T19:33:21.000+01:00"


def test_ori_json_resources_point_to_each_other() -> None:
    told = ori_json.resources(EVENING, MAKING.base_url)
    known = {one["@id"] for resources in told.values() for one in resources}
    pointed = {
        url
        for fragment in told["spreekfragmenten"]
        for url in (fragment["aanwezigeDeelnemer"], *fragment["agendapunten"])
    }
    pointed |= {times["mediabron"] for fragment in told["spreekfragmenten"] for times in fragment["mediabronnen"]}
    assert pointed <= known
    assert len(known) == sum(len(resources) for resources in told.values())
    fourth = told["spreekfragmenten"][3]["mediabronnen"]
    assert fourth == [
        {"mediabron": f"{MAKING.base_url}/mediabronnen/opname-1", "videoTijdsaanduidingAanvang": 191,
         "videoTijdsaanduidingEinde": 250}
    ]  # fmt: skip
    assert {one["rolnaam"] for one in told["aanwezigedeelnemers"]} <= {"V", "VV", "R", "I", "O", "P"}
    json.dumps(told)


def test_the_calendar_is_read_by_its_own_library() -> None:
    (content,) = BUILDERS["ics"](EVENING, MAKING).values()
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["summary"] == EVENING.title
    assert event.decoded("dtstart").isoformat() == "2026-11-23T19:30:10+01:00"
    assert event["status"] == "CONFIRMED"


def test_sidecars() -> None:
    file = described("opname-1.mp4", 1234, "ab" * 32, NOW)
    files = sidecars(EVENING, (file,))
    assert sorted(files) == ["2026-11-23.mdto.xml", "opname-1.mp4.bestand.mdto.xml"]
    ns = {"m": mdto.NAMESPACE}
    about = etree.fromstring(files["opname-1.mp4.bestand.mdto.xml"]).find("m:bestand", ns)
    assert about is not None
    assert [etree.QName(child).localname for child in about] == [
        "identificatie", "naam", "omvang", "bestandsformaat", "checksum", "isRepresentatieVan",
    ]  # fmt: skip
    assert about.findtext("m:checksum/m:checksumWaarde", namespaces=ns) == "ab" * 32
    meeting = etree.fromstring(files["2026-11-23.mdto.xml"]).find("m:informatieobject", ns)
    assert meeting is not None
    assert meeting.findtext("m:waardering/m:begripLabel", namespaces=ns) == "Blijvend te bewaren"


def test_times_in_a_recording_of_several_pieces() -> None:
    media = Media("m", "m.mp4", ((1000, 2000), (5000, 7000)))
    assert media.clips(Span(1500, 6000)) == [(500, 2000)]
    assert media.clips(Span(2500, 4000)) == []
    assert media.clips(Span(6000, None)) == [(2000, 3000)]
    assert (media.at_ms(5500), media.at_ms(3000)) == (1500, None)
