"""ORI v2 JSON: the meeting as separate resources that point to each other by URL.

Source: VNG Realisatie, Open Raadsinformatie, information model v2 and its lists of values: titles and names at most 100
characters, ids 40, numbers of items 3; media times are whole seconds.
"""

from typing import Any

from chamber.core.domain import Phase, Role
from chamber.core.dossier import Dossier, Media
from chamber.core.index.model import Span, Speech, Vote
from chamber.exports.words import affiliation, clean, in_order, slug, speaker

ROLES: dict[Role, str] = {
    Role.CHAIR: "V",
    Role.ACTING_CHAIR: "VV",
    Role.COUNCILLOR: "R",
    Role.GROUP_LEADER: "R",
    Role.PUBLIC_SPEAKER: "I",
    Role.ALDERMAN: "P",
}
CHOICES = {"for": "V", "against": "T", "abstained": "O", "absent": "A"}
KINDS = {"roll_call_vote": "HOOFDELIJK", "show_of_hands": "REGULIER", "secret_ballot": "SCHRIFTELIJK"}
RESULTS = {"adopted": "V", "rejected": "T", "tied": "G"}
TITLE, IDENT, NUMBER = 100, 40, 3


def resources(dossier: Dossier, base: str) -> dict[str, list[dict[str, Any]]]:
    """Every resource under the name of its collection.

    Args:
        dossier: the meeting.
        base: URL below which the resources are served, without a slash at the end.
    """
    return _Builder(dossier, base).all()


class _Builder:
    def __init__(self, dossier: Dossier, base: str) -> None:
        self.dossier, self.base = dossier, base.rstrip("/")
        self.guises = dossier.guises()
        self.hidden = dossier.withholding()

    def url(self, kind: str, name: str) -> str:
        return f"{self.base}/{kind}/{name}"

    def all(self) -> dict[str, list[dict[str, Any]]]:
        speeches = [speech for speech in self.dossier.public_speeches() if self._open_items(speech)]
        people = {self._who(speech): speech for speech in speeches}
        return {
            "vergaderingen": [self._meeting()],
            "agendapunten": [self._item(position) for position in range(len(in_order(self.dossier)))],
            "aanwezigedeelnemers": [self._participant(name, speech) for name, speech in people.items()],
            "spreekfragmenten": [self._speech(speech) for speech in speeches],
            "mediabronnen": [self._media(media) for media in self.dossier.media],
            "stemmingen": [self._vote(vote) for vote in self.dossier.index.votes if self.dossier.item(vote.item)],
        }

    def _meeting(self) -> dict[str, Any]:
        dossier, index = self.dossier, self.dossier.index
        found: dict[str, Any] = {
            "@id": self.url("vergaderingen", dossier.id),
            "vergaderingsIdentificatie": dossier.id[:IDENT],
            "naam": clean(dossier.title)[:TITLE],
            "locatie": clean(dossier.hall.name)[:TITLE],
            "agendapuntIdentificatie": [item.id[:IDENT] for item in dossier.agenda],
            "georganiseerdDoorGremium": {
                "gremiumIdentificatie": slug(dossier.place.body)[:10],
                "gremiumNaam": clean(dossier.place.body)[:TITLE],
            },
        }
        if dossier.place.organisation_code.startswith("gm"):
            found["gemeente"] = {
                "gemeenteCode": dossier.place.organisation_code[2:],
                "gemeenteNaam": dossier.place.organisation,
            }
        if index.opened_ms is not None:
            found["vergaderdatum"] = dossier.time(index.opened_ms).date().isoformat()
            found["aanvangVergadering"] = self._time(index.opened_ms)
        if index.ended_ms is not None:
            found["eindeVergadering"] = self._time(index.ended_ms)
        return found

    def _item(self, position: int) -> dict[str, Any]:
        item, handled = in_order(self.dossier)[position]
        found: dict[str, Any] = {
            "@id": self.url("agendapunten", item.id),
            "agendapuntIdentificatie": item.id[:IDENT],
            "naam": clean(self.dossier.item_title(item))[:TITLE],
            "volgnummer": str(position + 1)[:NUMBER],
            "volgnummerWeergave": item.number,
            "indicatieHamerstuk": item.phase is Phase.CONSENT,
            "indicatieBesloten": item.closed,
            "indicatieBehandeld": handled is not None and not item.withdrawn,
            "vergadering": self.url("vergaderingen", self.dossier.id),
        }
        if handled is not None and not item.closed:
            found["starttijd"] = self._time(handled.spans[0].start_ms)
            if handled.spans[-1].end_ms is not None:
                found["eindtijd"] = self._time(handled.spans[-1].end_ms)
            found["mediabronnen"] = self._media_times(handled.spans)
        return found

    def _who(self, speech: Speech) -> str:
        """An id of who spoke that tells nothing where the name is withheld."""
        person = speech.fragment.person
        if person is None:
            return f"onbekend-{speech.fragment.seat}"[:IDENT]
        hidden = speech.nameless or person in self.hidden
        return slug(self._hidden_name(person))[:IDENT] if hidden else person[:IDENT]

    def _hidden_name(self, person: str) -> str:
        said = self.dossier.index.speeches
        return next(self.guises[s.id] for s in said if s.nameless and s.fragment.person == person)

    def _participant(self, name: str, speech: Speech) -> dict[str, Any]:
        role = self.dossier.role(speech)
        person = speech.fragment.person
        hidden = speech.nameless or person in self.hidden
        shown = self._hidden_name(person) if hidden and person else speaker(self.dossier, speech, self.guises)
        found: dict[str, Any] = {
            "@id": self.url("aanwezigedeelnemers", name),
            "aanwezigeDeelnemerIdentificatie": name,
            "naam": clean(shown)[:TITLE],
            "rolnaam": ROLES.get(role, "O") if role is not None else "O",
        }
        if not hidden and (group := affiliation(self.dossier, speech)):
            found["vertegenwoordigdOrganisatie"] = group[:TITLE]
        votes = [] if hidden else [v for v in self.dossier.index.votes if person in v.choices]
        if votes and person is not None:
            found["stemmen"] = [
                {"stemming": self.url("stemmingen", vote.id), "keuzeStemming": CHOICES[vote.choices[person]]}
                for vote in votes
            ]
        return found

    def _speech(self, speech: Speech) -> dict[str, Any]:
        fragment = speech.fragment
        return {
            "@id": self.url("spreekfragmenten", speech.id),
            "spreekfragmentIdentificatie": speech.id,
            "aanvang": self._time(fragment.start_ms),
            "einde": self._time(fragment.end_ms),
            "taal": "nl",
            "aanwezigeDeelnemer": self.url("aanwezigedeelnemers", self._who(speech)),
            "agendapunten": [self.url("agendapunten", item) for item in self._open_items(speech)],
            "mediabronnen": self._media_times([Span(fragment.start_ms, fragment.end_ms)]),
        }

    def _open_items(self, speech: Speech) -> list[str]:
        found = [self.dossier.item(name) for name in speech.items]
        return [item.id for item in found if item is not None and not item.closed]

    def _media_times(self, spans: "list[Span] | tuple[Span, ...]") -> list[dict[str, Any]]:
        return [
            {
                "mediabron": self.url("mediabronnen", media.id),
                "videoTijdsaanduidingAanvang": from_ms // 1000,
                "videoTijdsaanduidingEinde": -(-to_ms // 1000),
            }
            for span in spans
            for media in self.dossier.media
            for from_ms, to_ms in media.clips(span)
        ]

    def _media(self, media: Media) -> dict[str, Any]:
        stem = media.file.rpartition(".")[0] or media.file
        return {
            "@id": self.url("mediabronnen", media.id),
            "mediabronIdentificatie": media.id[:IDENT],
            "mediabronType": "VIDEO" if media.media_type.startswith("video/") else "AUDIO",
            "link": f"{self.base}/{media.file}",
            "mimetype": media.media_type,
            "hoofdstukken": f"{self.base}/{stem}.agenda.vtt",
        }

    def _vote(self, vote: Vote) -> dict[str, Any]:
        known = self.dossier.hall.people
        found: dict[str, Any] = {
            "@id": self.url("stemmingen", vote.id),
            "stemmingsidentificatie": vote.id,
            "stemmingstype": KINDS[vote.kind],
            "agendapunt": self.url("agendapunten", vote.item),
        }
        if vote.kind != "secret_ballot" and vote.outcome in RESULTS:
            found["resultaatMondelingeStemming"] = RESULTS[vote.outcome]
        if vote.totals:
            found["stemmingOverPersonen"] = [
                {
                    "naamKandidaat": known[name].name[:TITLE] if name in known else "Blanco of ongeldig",
                    "aantalUitgebrachteStemmen": count,
                }
                for name, count in vote.totals.items()
            ]
        return found

    def _time(self, wall_ms: int) -> str:
        return self.dossier.time(wall_ms).isoformat(timespec="seconds")
