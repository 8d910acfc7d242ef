"""MDTO sidecars: what an archive must know of the recording and of each file.

Source: MDTO-XML 1.0.1 of the Nationaal Archief, namespace https://www.nationaalarchief.nl/mdto, classes Informatieobject
and Bestand. The schema is not in this tree; element order follows its published description.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from chamber.core.dossier import Dossier
from chamber.exports.words import clean

NAMESPACE = "https://www.nationaalarchief.nl/mdto"
NSMAP: Any = {None: NAMESPACE}
NAME_CHARS = 80
SOURCE = "Raadzaal"
KEPT = "Blijvend te bewaren"
"""Meetings of a council are preserved: selectielijst gemeenten 2020, 19.1.6."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file that is described: its name, size and SHA-256 (hexadecimal), and when that was taken."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str
    hashed: datetime


def _under(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if text is not None:
        element.text = clean(text)
    return element


def _identity(parent: etree._Element, name: str, mark: str) -> None:
    element = _under(parent, name)
    _under(element, "identificatieKenmerk", mark)
    _under(element, "identificatieBron", SOURCE)


def _concept(parent: etree._Element, name: str, label: str, register: str, code: str = "") -> None:
    element = _under(parent, name)
    _under(element, "begripLabel", label)
    if code:
        _under(element, "begripCode", code)
    _under(_under(element, "begripBegrippenlijst"), "verwijzingNaam", register)


def _reference(parent: etree._Element, name: str, label: str, mark: str, source: str = SOURCE) -> None:
    element = _under(parent, name)
    _under(element, "verwijzingNaam", label[:NAME_CHARS])
    identity = _under(element, "verwijzingIdentificatie")
    _under(identity, "identificatieKenmerk", mark)
    _under(identity, "identificatieBron", source)


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def object_of(dossier: Dossier, files: tuple[FileFacts, ...]) -> bytes:
    """The sidecar of the meeting as one object of the archive, with its files."""
    root = etree.Element(f"{{{NAMESPACE}}}MDTO", nsmap=NSMAP)
    element = _under(root, "informatieobject")
    _identity(element, "identificatie", dossier.id)
    _under(element, "naam", dossier.title[:NAME_CHARS])
    _concept(element, "aggregatieniveau", "Archiefstuk", "Begrippenlijst Aggregatieniveaus MDTO")
    _under(element, "omschrijving", f"Opname en index van {dossier.title}, {dossier.place.organisation}")
    opened_ms, ended_ms = dossier.index.opened_ms, dossier.index.ended_ms
    if opened_ms is not None:
        covered = _under(element, "dekkingInTijd")
        _concept(covered, "dekkingInTijdType", "Verkrijging", "Begrippenlijst DekkingInTijdTypen MDTO")
        _under(covered, "dekkingInTijdBegindatum", dossier.time(opened_ms).date().isoformat())
        if ended_ms is not None:
            _under(covered, "dekkingInTijdEinddatum", dossier.time(ended_ms).date().isoformat())
    _under(element, "taal", "nl")
    _concept(element, "waardering", KEPT, "Begrippenlijst Waarderingen MDTO", "B")
    _concept(element, "informatiecategorie", "Het vergaderen van de raad", "Selectielijst gemeenten 2020", "19.1.6")
    for file in files:
        _reference(element, "heeftRepresentatie", file.name, f"{dossier.id}/{file.name}")
    organisation = dossier.place.organisation or "Onbekend"
    if dossier.place.organisation_code:
        _reference(element, "archiefvormer", organisation, dossier.place.organisation_code,
                   "TOOI register Gemeenten compleet")  # fmt: skip
    else:
        _under(_under(element, "archiefvormer"), "verwijzingNaam", organisation)
    limits = _under(element, "beperkingGebruik")
    _concept(limits, "beperkingGebruikType", "Openbaar", "Begrippenlijst BeperkingGebruikTypen MDTO")
    return _written(root)


def file_of(dossier: Dossier, file: FileFacts) -> bytes:
    """The sidecar of one file."""
    root = etree.Element(f"{{{NAMESPACE}}}MDTO", nsmap=NSMAP)
    element = _under(root, "bestand")
    _identity(element, "identificatie", f"{dossier.id}/{file.name}")
    _under(element, "naam", file.name[:NAME_CHARS])
    _under(element, "omvang", str(file.size_bytes))
    _concept(element, "bestandsformaat", file.media_type.rpartition("/")[2], "IANA Media types", file.media_type)
    checksum = _under(element, "checksum")
    _concept(checksum, "checksumAlgoritme", "SHA-256", "Begrippenlijst ChecksumAlgoritme MDTO")
    _under(checksum, "checksumWaarde", file.sha256)
    _under(checksum, "checksumDatum", file.hashed.strftime("%Y-%m-%dT%H:%M:%S"))
    _reference(element, "isRepresentatieVan", dossier.title, dossier.id)
    return _written(root)
