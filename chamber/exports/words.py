"""Dutch words and small forms that several formats share."""

import re

from chamber.core.domain import AgendaItem, Role
from chamber.core.dossier import Dossier
from chamber.core.index.model import Handled, Speech, Vote

ROLE_NAMES: dict[Role, str] = {
    Role.CHAIR: "Voorzitter",
    Role.ACTING_CHAIR: "Plv. voorzitter",
    Role.CLERK: "Griffier",
    Role.COUNCILLOR: "Raadslid",
    Role.GROUP_LEADER: "Raadslid",
    Role.COMMITTEE_MEMBER: "Burgerlid",
    Role.ALDERMAN: "Portefeuillehouder",
    Role.OFFICIAL: "Overig",
    Role.PUBLIC_SPEAKER: "Inspreker",
}
VOTE_KINDS = {"roll_call_vote": "Hoofdelijk", "show_of_hands": "Handopsteken", "secret_ballot": "Schriftelijk"}
QUESTIONS = {
    "proposal": "Voorstel",
    "amendment": "Amendement",
    "sub_amendment": "Subamendement",
    "motion": "Motie",
}
OUTCOMES = {
    "adopted": "Aangenomen",
    "rejected": "Verworpen",
    "tied": "Stemmen staken",
    "deferred": "Aangehouden",
    "withdrawn": "Ingetrokken",
}
CHOICES = {"for": "Voor", "against": "Tegen", "abstained": "Onthouden", "absent": "Afwezig"}
BLANK = "Blanco of ongeldig"
UNKNOWN_SPEAKER = "Onbekende spreker"


def clean(text: str) -> str:
    """Text without characters that XML and terminals cannot hold, white space tidied."""
    kept = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(kept.split())


def clock(ms: int) -> str:
    """Milliseconds as hh:mm:ss.mmm."""
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def short_clock(ms: int) -> str:
    """Milliseconds as h:mm:ss."""
    seconds = round(ms / 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def numbered(dossier: Dossier, item: AgendaItem) -> str:
    """Number and public title of an item."""
    return clean(f"{item.number} {dossier.item_title(item)}")


def in_order(dossier: Dossier) -> list[tuple[AgendaItem, Handled | None]]:
    """Items in the order in which they were handled, the others behind them in that of the agenda."""
    handled = {one.item: one for one in dossier.index.handled if one.spans}
    first = {name: one.spans[0].start_ms for name, one in handled.items()}
    never = max(first.values(), default=0) + 1
    ordered = sorted(enumerate(dossier.agenda), key=lambda pair: (first.get(pair[1].id, never), pair[0]))
    return [(item, handled.get(item.id)) for _, item in ordered]


def speaker(dossier: Dossier, speech: Speech, guises: dict[str, str]) -> str:
    """Name of a speaker as residents read it."""
    return guises.get(speech.id) or UNKNOWN_SPEAKER


def affiliation(dossier: Dossier, speech: Speech) -> str:
    """Fractie of a speaker, or the role of whoever has none; empty for who withheld the name."""
    if speech.nameless:
        return ""
    group = dossier.hall.groups.get(speech.fragment.group or "")
    if group is not None and not speech.fragment.as_chair:
        return group.name
    role = dossier.role(speech)
    return ROLE_NAMES[role] if role is not None else ""


def result(vote: Vote) -> str:
    """Outcome of a vote in words, with its numbers."""
    words = OUTCOMES[vote.outcome]
    if vote.for_count is not None and vote.against_count is not None:
        return f"{words} ({vote.for_count} voor, {vote.against_count} tegen)"
    return words


def slug(text: str) -> str:
    """Text as an id: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
