"""The draft of the decision list, as Markdown and as HTML that a word processor opens; empty where nothing is known."""

from collections.abc import Iterable
from html import escape

from chamber.core.domain import AgendaItem, Role
from chamber.core.dossier import Dossier
from chamber.core.index.model import Vote
from chamber.exports.words import BLANK, QUESTIONS, VOTE_KINDS, clean, numbered, result

Block = tuple[str, list[str]]
"""A heading and the lines below it."""


def _blocks(dossier: Dossier) -> list[Block]:
    blocks: list[Block] = []
    present = sorted(_names(dossier, dossier.index.attendance))
    absent = sorted(
        person.name
        for person in dossier.hall.people.values()
        if dossier.index.attendance
        and person.role in (Role.COUNCILLOR, Role.GROUP_LEADER)
        and person.id not in dossier.index.attendance
    )
    if present:
        blocks.append(("Aanwezig", [", ".join(present)]))
    if absent:
        blocks.append(("Afwezig", [", ".join(absent)]))
    blocks += [(numbered(dossier, item), _lines(dossier, item)) for item in dossier.agenda]
    return blocks


def _names(dossier: Dossier, people: Iterable[str]) -> list[str]:
    hidden, known = dossier.withholding(), dossier.hall.people
    return [known[name].name for name in people if name in known and name not in hidden]


def _lines(dossier: Dossier, item: AgendaItem) -> list[str]:
    lines = []
    if item.closed:
        lines.append("Besloten behandeld.")
    if item.withdrawn:
        lines.append("Van de agenda afgevoerd.")
    if item.into is not None and (other := dossier.item(item.into)) is not None:
        lines.append(f"Samen behandeld met {other.number}.")
    lines += [_vote(dossier, vote) for vote in dossier.index.votes if vote.item == item.id]
    for note in dossier.index.notes:
        if note.item == item.id and note.kind in ("decision", "commitment") and note.id in dossier.notes:
            word = "Besluit" if note.kind == "decision" else "Toezegging"
            lines.append(f"{word}: {clean(dossier.notes[note.id])}")
    return lines


def _vote(dossier: Dossier, vote: Vote) -> str:
    text = f"{QUESTIONS[vote.question]}: {result(vote)}. {VOTE_KINDS[vote.kind]}."
    known = dossier.hall.people
    for choice, words in (("for", "Voor"), ("against", "Tegen"), ("abstained", "Onthouden")):
        names = [known[name].name for name, said in vote.choices.items() if said == choice and name in known]
        if names:
            text += f" {words}: {', '.join(names)}."
    totals = [f"{known[n].name if n in known else BLANK} {count}" for n, count in vote.totals.items()]
    return text + (f" Stemmen: {', '.join(totals)}." if totals else "")


def _heading(dossier: Dossier) -> tuple[str, str]:
    opened_ms, ended_ms = dossier.index.opened_ms, dossier.index.ended_ms
    when = ""
    if opened_ms is not None:
        when = dossier.time(opened_ms).strftime("%d-%m-%Y, %H:%M")
        when += f" tot {dossier.time(ended_ms).strftime('%H:%M')} uur" if ended_ms is not None else " uur"
    return f"Besluitenlijst (concept): {clean(dossier.title)}", clean(f"{dossier.place.organisation} {when}")


def markdown(dossier: Dossier) -> str:
    """The draft as Markdown."""
    title, under = _heading(dossier)
    lines = [f"# {_plain(title)}", "", _plain(under), ""]
    for heading, below in _blocks(dossier):
        lines += [f"## {_plain(heading)}", "", *(f"- {_plain(line)}" for line in below), ""]
    return "\n".join(lines)


def html(dossier: Dossier) -> str:
    """The draft as a page of HTML."""
    title, under = _heading(dossier)
    body = [f"<h1>{escape(title)}</h1>", f"<p>{escape(under)}</p>"]
    for heading, below in _blocks(dossier):
        body.append(f"<h2>{escape(heading)}</h2>")
        body += ["<ul>", *(f"<li>{escape(line)}</li>" for line in below), "</ul>"] if below else []
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f'<!DOCTYPE html>\n<html lang="nl"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def _plain(text: str) -> str:
    """Text in which Markdown finds nothing to mark."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|" else char for char in text)
