"""ORI-A v1.0.1: one XML document for one meeting, with a check of the references that its schema does not check.

Source: the schema ORI-A.xsd v1.0.1 (namespace https://ori-a.nl); value lists at https://ori-a.nl/begrippenlijsten.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from chamber.core.domain import MeetingState, Person, Phase, Role
from chamber.core.dossier import Dossier, Media
from chamber.core.index.model import Span, Speech, Vote
from chamber.exports.words import BLANK, CHOICES, ROLE_NAMES, clean, clock, in_order, slug

NAMESPACE = "https://ori-a.nl"
NSMAP: Any = {None: NAMESPACE}
LISTS = "https://ori-a.nl/begrippenlijsten"
TOOI = "https://identifier.overheid.nl/tooi/set/rwc_gemeenten_compleet"
KINDS = {"roll_call_vote": "Hoofdelijk", "show_of_hands": "Regulier", "secret_ballot": "Schriftelijk"}
SPOKEN = {"adopted": "Voor", "rejected": "Tegen", "tied": "Gelijk"}
DECIDED = {"adopted": "Aangenomen", "rejected": "Verworpen", "tied": "Aangehouden", "deferred": "Aangehouden"}
POINTS_TO = {
    "leidtTotBesluit": "besluit",
    "heeftBetrekkingOpAgendapunt": "agendapunt",
    "gedurendeAgendapunt": "agendapunt",
    "gegevenOpStemming": "stemming",
    "verwijzingStemming": "stemming",
    "verwijzingFractie": "fractie",
}
"""Element with a reference → element that must carry the id."""


def build(dossier: Dossier) -> bytes:
    """The document, UTF-8, indented."""
    return _Builder(dossier).document()


def problems(document: bytes) -> list[str]:
    """What is wrong with the references of a document, one line each; the schema does not look at them.

    Raises:
        etree.XMLSyntaxError: it is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(document, parser)
    found = []
    for element, target in POINTS_TO.items():
        known = {ident.text for one in root.iter(_tag(target)) for ident in one.findall(_tag("ID"))}
        for reference in root.iter(_tag(element)):
            name = reference.findtext(_tag("verwijzingID"))
            if name not in known:
                found.append(f"{element} points to {name}, which no {target} is")
    recorded = {
        one.findtext(f"{_tag('verwijzingInformatieobject')}/{_tag('verwijzingID')}")
        for one in root.iter(_tag("isVastgelegdMiddels"))
    }
    for times in root.iter(_tag("tijdsaanduidingMediabron")):
        name = times.findtext(f"{_tag('isRelatiefTot')}/{_tag('verwijzingInformatieobject')}/{_tag('verwijzingID')}")
        if name is None and len(recorded) != 1:
            found.append("a media time does not say which of several recordings it belongs to")
        elif name is not None and name not in recorded:
            found.append(f"a media time belongs to {name}, which is no recording of the meeting")
    return found


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _under(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, _tag(name))
    if text is not None:
        element.text = clean(text)
    return element


def _reference(parent: etree._Element, name: str, to: str, label: str | None = None) -> None:
    element = _under(parent, name)
    _under(element, "verwijzingID", to)
    if label:
        _under(element, "verwijzingNaam", label)


def _concept(parent: etree._Element, name: str, label: str, register: str, code: str = "") -> None:
    element = _under(parent, name)
    _under(element, "begripLabel", label)
    if code:
        _under(element, "begripCode", code)
    _reference(element, "verwijzingBegrippenlijst", register)


class _Builder:
    """The document as it grows, in the order of the schema."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier, self.index = dossier, dossier.index
        self.guises = dossier.guises()
        self.withholding = dossier.withholding()
        self.root = etree.Element(_tag("ORI-A"), nsmap=NSMAP)

    def document(self) -> bytes:
        self._meeting()
        self._items()
        votes = [vote for vote in self.index.votes if self.dossier.item(vote.item) is not None]
        for vote in votes:
            self._vote(vote)
        for vote in votes:
            self._decision(vote)
        self._groups(votes)
        self._absent()
        self._present(votes)
        return etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", pretty_print=True)

    def _time(self, wall_ms: int) -> str:
        return self.dossier.time(wall_ms).isoformat(timespec="seconds")

    # ------------------------------------------------------------------------------------------------- meeting

    def _meeting(self) -> None:
        dossier, place = self.dossier, self.dossier.place
        element = _under(self.root, "vergadering")
        _under(element, "ID", dossier.id)
        _under(element, "naam", dossier.title)
        opened_ms, ended_ms = self.index.opened_ms, self.index.ended_ms
        _under(element, "datum", self._date(opened_ms))
        if opened_ms is not None:
            _under(element, "aanvang", self._time(opened_ms))
        if ended_ms is not None:
            _under(element, "einde", self._time(ended_ms))
        _concept(element, "type", "Raadsvergadering" if place.body == "Gemeenteraad" else "Overig",
                 f"{LISTS}#vergaderingstypes")  # fmt: skip
        _under(_under(element, "georganiseerdDoorGremium"), "naam", place.body)
        if dossier.hall.name:
            _under(element, "locatie", dossier.hall.name)
        held = self.index.state in (MeetingState.ENDED, MeetingState.PUBLISHED) or opened_ms is not None
        _under(element, "status", "Gehouden" if held else "Gepland")
        if place.organisation:
            _concept(element, "overheidsorgaan", place.organisation, TOOI, place.organisation_code)
        for media in dossier.media:
            self._information(_under(element, "isVastgelegdMiddels"), media)

    def _date(self, opened_ms: int | None) -> str:
        if opened_ms is not None:
            return self.dossier.time(opened_ms).date().isoformat()
        dated = re.match(r"\d{4}-\d{2}-\d{2}", self.dossier.id)
        return dated.group() if dated else "1970-01-01"

    def _information(self, parent: etree._Element, media: Media) -> None:
        _concept(parent, "informatieobjectType", "Video" if media.media_type.startswith("video/") else "Audio",
                 f"{LISTS}#mediabrontypes")  # fmt: skip
        _reference(parent, "verwijzingInformatieobject", media.id, media.file)

    def _media_times(self, parent: etree._Element, spans: Iterable[Span]) -> None:
        for span in spans:
            for media in self.dossier.media:
                for from_ms, to_ms in media.clips(span):
                    times = _under(parent, "tijdsaanduidingMediabron")
                    _under(times, "aanvang", clock(from_ms))
                    _under(times, "einde", clock(to_ms))
                    relative = _under(times, "isRelatiefTot")
                    _reference(relative, "verwijzingInformatieobject", media.id)

    # --------------------------------------------------------------------------------------------------- items

    def _items(self) -> None:
        for item, handled in in_order(self.dossier):
            element = _under(self.root, "agendapunt")
            _under(element, "ID", f"ap-{item.id}")
            _under(element, "naam", self.dossier.item_title(item))
            if item.number[:1].isdigit():
                _under(element, "volgnummer", item.number)
            _under(element, "volgnummerWeergave", item.number)
            spans = handled.spans if handled and not item.closed else ()
            if spans:
                _under(element, "starttijd", self._time(spans[0].start_ms))
                if spans[-1].end_ms is not None:
                    _under(element, "eindtijd", self._time(spans[-1].end_ms))
                self._media_times(element, spans)
            _under(element, "indicatieHamerstuk", _flag(item.phase is Phase.CONSENT))
            _under(element, "indicatieBehandeld", _flag(handled is not None and not item.withdrawn))
            _under(element, "indicatieBesloten", _flag(item.closed))
        if not self.dossier.agenda:
            element = _under(self.root, "agendapunt")
            _under(element, "ID", "ap-0")
            _under(element, "naam", self.dossier.title)

    # ---------------------------------------------------------------------------------------- votes, decisions

    def _vote(self, vote: Vote) -> None:
        element = _under(self.root, "stemming")
        _under(element, "ID", vote.id)
        _under(element, "type", KINDS[vote.kind])
        if vote.kind != "secret_ballot" and vote.outcome in SPOKEN:
            _under(element, "resultaatMondelingeStemming", SPOKEN[vote.outcome])
        for person, count in vote.totals.items():
            candidate = _under(element, "stemmingOverPersonen")
            known = self.dossier.hall.people.get(person or "")
            _under(candidate, "naamKandidaat", known.name if known else BLANK)
            _under(candidate, "aantalUitgebrachteStemmen", str(count))
        if vote.outcome in DECIDED:
            _reference(element, "leidtTotBesluit", f"bes-{vote.id}")
        _reference(element, "heeftBetrekkingOpAgendapunt", f"ap-{vote.item}")

    def _decision(self, vote: Vote) -> None:
        if vote.outcome not in DECIDED:
            return
        element = _under(self.root, "besluit")
        _under(element, "ID", f"bes-{vote.id}")
        unanimous = vote.outcome == "adopted" and bool(vote.for_count) and vote.against_count == 0
        _under(element, "resultaat", "Unaniem aangenomen" if unanimous else DECIDED[vote.outcome])
        last = [one for one in self.index.votes if one.item == vote.item][-1]
        promised = [note for note in self.index.notes if (note.kind, note.item) == ("commitment", vote.item)]
        texts = [self.dossier.notes[note.id] for note in promised if note.id in self.dossier.notes]
        if last.id == vote.id and texts:
            _under(element, "toezegging", "; ".join(texts))

    def _groups(self, votes: list[Vote]) -> None:
        people = self.dossier.hall.people
        for group in self.dossier.hall.groups.values():
            element = _under(self.root, "fractie")
            _under(element, "ID", f"fr-{group.id}")
            _under(element, "naam", group.name)
            for vote in votes:
                said = {
                    choice
                    for person, choice in vote.choices.items()
                    if choice in ("for", "against") and person in people and people[person].group == group.id
                }
                if said:
                    part = _under(element, "neemtDeelAanStemming")
                    words = {"for": "Aangenomen", "against": "Verworpen"}
                    _under(part, "fractieStemresultaat", "Verdeeld" if len(said) > 1 else words[said.pop()])
                    _reference(part, "verwijzingStemming", vote.id)

    # -------------------------------------------------------------------------------------------------- people

    def _there(self, votes: list[Vote]) -> Iterator[tuple[Person, list[Speech]]]:
        spoken: dict[str, list[Speech]] = {}
        for speech in self.dossier.public_speeches():
            if self._open_items(speech) and speech.fragment.person is not None:
                spoken.setdefault(speech.fragment.person, []).append(speech)
        present = spoken.keys() | self.index.attendance.keys() | {name for v in votes for name in v.choices}
        for person in self.dossier.hall.people.values():
            if person.id in present:
                yield person, spoken.get(person.id, [])

    def _present(self, votes: list[Vote]) -> None:
        for person, speeches in self._there(votes):
            hidden = person.id in self.withholding
            element = _under(self.root, "aanwezigeDeelnemer")
            _under(element, "ID", f"dln-{self._ident(person)}")
            role = ROLE_NAMES[person.role]
            _concept(element, "rolnaam", role, f"{LISTS}#deelnemerrollen")
            seat = self.dossier.hall.seats.get(person.seat or "")
            if seat is not None and not hidden:
                _under(element, "deelnemerspositie", seat.label)
            spans = self.index.attendance.get(person.id, ())
            if spans:
                _under(element, "aanvangAanwezigheid", self._time(spans[0].start_ms))
                if spans[-1].end_ms is not None:
                    _under(element, "eindeAanwezigheid", self._time(spans[-1].end_ms))
            self._natural_person(element, "isNatuurlijkPersoon", person)
            for vote in votes:
                if person.id in vote.choices:
                    cast = _under(element, "neemtDeelAanStemming")
                    _under(cast, "keuzeStemming", CHOICES[vote.choices[person.id]])
                    _reference(cast, "gegevenOpStemming", vote.id)
            for speech in speeches:
                self._speech(element, speech)

    def _guise(self, person: Person) -> str:
        return next(
            self.guises[speech.id]
            for speech in self.index.speeches
            if speech.nameless and speech.fragment.person == person.id
        )

    def _ident(self, person: Person) -> str:
        """An id that tells nothing of who withheld the name."""
        return slug(self._guise(person)) if person.id in self.withholding else person.id

    def _natural_person(self, parent: etree._Element, tag: str, person: Person) -> None:
        element = _under(parent, tag)
        _under(element, "ID", f"pers-{self._ident(person)}")
        name = _under(element, "naam")
        if person.id in self.withholding:
            _under(name, "achternaam", self._guise(person))
            return
        last, infix = surname(person.name)
        _under(name, "achternaam", last)
        if infix:
            _under(name, "tussenvoegsel", infix)
        _under(name, "volledigeNaam", person.name)
        if person.group in self.dossier.hall.groups:
            member = _under(element, "isLidVanFractie")
            _under(member, "indicatieVoorzitter", _flag(person.role is Role.GROUP_LEADER))
            _reference(member, "verwijzingFractie", f"fr-{person.group}")

    def _absent(self) -> None:
        if not self.index.attendance:
            return
        there = {person.id for person, _ in self._there(list(self.index.votes))}
        for person in self.dossier.hall.people.values():
            if person.role in (Role.COUNCILLOR, Role.GROUP_LEADER) and person.id not in there:
                self._natural_person(self.root, "persoonBuitenVergadering", person)

    def _speech(self, parent: etree._Element, speech: Speech) -> None:
        fragment = speech.fragment
        element = _under(parent, "spreektTijdensSpreekfragment")
        _under(element, "ID", speech.id)
        _under(element, "aanvang", self._time(fragment.start_ms))
        _under(element, "einde", self._time(fragment.end_ms))
        _under(element, "taal", "nl")
        self._media_times(element, [Span(fragment.start_ms, fragment.end_ms)])
        for item in self._open_items(speech):
            _reference(element, "gedurendeAgendapunt", f"ap-{item}")

    def _open_items(self, speech: Speech) -> list[str]:
        found = [self.dossier.item(name) for name in speech.items]
        return [item.id for item in found if item is not None and not item.closed]


def _flag(value: bool) -> str:
    return "true" if value else "false"


INFIXES = frozenset(
    [
        "van",
        "von",
        "de",
        "den",
        "der",
        "het",
        "'t",
        "ten",
        "ter",
        "te",
        "op",
        "in",
        "aan",
        "bij",
        "el",
        "la",
        "le",
        "di",
        "da",
        "dos",
        "du",
        "s'",
        "vd",
    ]
)


def surname(name: str) -> tuple[str, str]:
    """Last name and the words before it that Dutch sorts apart: ("Brinke", "ten") of "Hendrika ten Brinke"."""
    words = clean(name).split()
    if len(words) < 2:
        return clean(name) or "Onbekend", ""
    first = next((at for at, word in enumerate(words[1:-1], 1) if word.lower() in INFIXES), None)
    if first is None:
        return words[-1], ""
    last = next((at for at in range(first, len(words)) if words[at].lower() not in INFIXES), len(words) - 1)
    return " ".join(words[last:]), " ".join(words[first:last])
