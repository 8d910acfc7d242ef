"""ORI-A: valid by its schema, its references point somewhere, and it tells nothing that it must not tell."""

import os
from pathlib import Path

import pytest
from lxml import etree

from chamber.core.domain import Hall
from chamber.core.dossier import Dossier, Place
from chamber.core.index.model import Index
from chamber.exports import ori_a
from tests.chamber.exports.evening import CLOSED_TITLE, SECRET_NAME, dossier

NS = {"o": "https://ori-a.nl"}


def schema_path() -> Path:
    """The schema of the standard, which is not part of this tree."""
    told = os.environ.get("ORI_A_XSD")
    return Path(told) if told else Path(__file__).parents[4] / "shared" / "data" / "ori-a" / "ORI-A.xsd"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    path = schema_path()
    assert path.is_file(), f"{path} is missing: put ORI-A.xsd v1.0.1 there, or name it in ORI_A_XSD"
    return etree.XMLSchema(etree.parse(str(path)))


@pytest.fixture(scope="module")
def document() -> bytes:
    return ori_a.build(dossier())


@pytest.fixture(scope="module")
def root(document: bytes) -> etree._Element:
    return etree.fromstring(document)


def texts(root: etree._Element, path: str) -> list[str]:
    return [element.text or "" for element in root.iterfind(path, NS)]


def test_an_evening_with_every_edge_case_is_valid(
    schema: etree.XMLSchema, root: etree._Element, document: bytes
) -> None:
    schema.assertValid(root)
    assert ori_a.problems(document) == []


def test_a_meeting_of_which_nothing_is_known_is_valid_too(schema: etree.XMLSchema) -> None:
    bare = Dossier("2026-11-24", "Raad", Place("", "", "Gemeenteraad", "Europe/Amsterdam"), Hall(""), (), Index())
    document = ori_a.build(bare)
    schema.assertValid(etree.fromstring(document))
    assert ori_a.problems(document) == []


def test_items_stand_in_the_order_of_handling_with_every_interval(root: etree._Element) -> None:
    assert texts(root, "o:agendapunt/o:volgnummerWeergave") == ["1", "2", "3.1", "5", "7", "A", "6"]
    again = root.find("o:agendapunt[o:ID='ap-i3']", NS)
    assert again is not None
    assert texts(again, "o:tijdsaanduidingMediabron/o:aanvang") == ["00:03:10.000", "00:01:30.000"]
    assert texts(again, "o:tijdsaanduidingMediabron//o:verwijzingID") == ["opname-1", "opname-2"]


def test_a_closed_item_has_its_flag_and_nothing_else(root: etree._Element) -> None:
    closed = root.find("o:agendapunt[o:ID='ap-i4']", NS)
    assert closed is not None
    assert [etree.QName(child).localname for child in closed] == [
        "ID", "naam", "volgnummerWeergave", "indicatieHamerstuk", "indicatieBehandeld", "indicatieBesloten",
    ]  # fmt: skip
    assert texts(closed, "o:indicatieBesloten") == ["true"]


def test_joined_items_share_a_fragment(root: etree._Element) -> None:
    both = [
        texts(element, "o:gedurendeAgendapunt/o:verwijzingID")
        for element in root.iterfind(".//o:spreektTijdensSpreekfragment", NS)
    ]
    assert ["ap-i5", "ap-i7"] in both


def test_votes(root: etree._Element) -> None:
    assert texts(root, "o:stemming/o:type") == ["Hoofdelijk", "Schriftelijk"]
    assert texts(root, "o:stemming/o:resultaatMondelingeStemming") == ["Gelijk"]
    assert texts(root, "o:stemming//o:naamKandidaat") == ["Elif Yılmaz", "Blanco of ongeldig"]
    assert texts(root, "o:besluit/o:resultaat") == ["Aangehouden", "Aangenomen"]
    assert texts(root, "o:besluit/o:toezegging") == ["De wethouder komt met een nota"]
    assert texts(root, "o:fractie/o:neemtDeelAanStemming/o:fractieStemresultaat") == ["Aangenomen", "Verworpen"]
    assert sorted(texts(root, ".//o:keuzeStemming")) == ["Onthouden", "Tegen", "Voor"]


def test_names_are_taken_apart_as_dutch_does() -> None:
    assert [ori_a.surname(name) for name in ("Hendrika ten Brinke", "Jan de Boer", "Noor van der Zee-Bos", "Elif", "")] == [
        ("Brinke", "ten"), ("Boer", "de"), ("Zee-Bos", "van der"), ("Elif", ""), ("Onbekend", ""),
    ]  # fmt: skip


def test_what_must_not_be_told_is_nowhere(document: bytes) -> None:
    text = document.decode()
    for hidden in (SECRET_NAME, "Geheim", "wilgeheim", CLOSED_TITLE, "Koffie"):
        assert hidden not in text
    assert "<achternaam>Inspreker 1</achternaam>" in text
    assert "f1795458870000" not in text  # withheld
    assert "<ID>pers-p5</ID>" in text  # absent


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b"<verwijzingID>ap-i5</verwijzingID>", b"<verwijzingID>ap-x</verwijzingID>", "which no agendapunt is"),
        (b"<verwijzingID>fr-g1</verwijzingID>", b"<verwijzingID>fr-x</verwijzingID>", "which no fractie is"),
        (b"<ID>bes-st1</ID>", b"<ID>bes-x</ID>", "which no besluit is"),
    ],
)
def test_a_reference_that_points_nowhere_is_told(document: bytes, before: bytes, after: bytes, told: str) -> None:
    assert before in document
    assert any(told in problem for problem in ori_a.problems(document.replace(before, after)))


def test_a_media_time_says_which_recording_it_belongs_to(root: etree._Element) -> None:
    copy = etree.fromstring(etree.tostring(root))
    times = copy.find(".//o:tijdsaanduidingMediabron", NS)
    assert times is not None
    relative = times.find("o:isRelatiefTot", NS)
    assert relative is not None
    times.remove(relative)
    assert ori_a.problems(etree.tostring(copy)) == [
        "a media time does not say which of several recordings it belongs to"
    ]
