"""CSV for a Dutch spreadsheet: UTF-8 with byte order mark, semicolons, decimal commas, and no cell that is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from chamber.core.dossier import Dossier
from chamber.core.index.model import chapters
from chamber.core.speaking_time import SpeakingTime, per_group, per_person
from chamber.exports.words import (
    CHOICES,
    QUESTIONS,
    VOTE_KINDS,
    affiliation,
    clean,
    numbered,
    result,
    short_clock,
    speaker,
)

LABELS = {"turn": "Spreekbeurt", "interjection": "Interruptie", "chair_interjection": "Interruptie voorzitter"}


def index(dossier: Dossier) -> str:
    """Items and fragments in the order of time."""
    guises = dossier.guises()
    rows: list[tuple[int, list[str]]] = []
    for span, item in chapters(dossier.index, dossier.agenda):
        end = _time(dossier, span.end_ms) if span.end_ms is not None and not item.closed else ""
        start = "" if item.closed else _time(dossier, span.start_ms)
        rows.append((span.start_ms, ["Agendapunt", start, end, numbered(dossier, item), "", "", ""]))
    for speech in dossier.public_speeches():
        fragment = speech.fragment
        known = [one for name in speech.items if (one := dossier.item(name)) is not None and not one.closed]
        rows.append(
            (
                fragment.start_ms,
                [
                    LABELS[fragment.label.value],
                    _time(dossier, fragment.start_ms),
                    _time(dossier, fragment.end_ms),
                    ", ".join(one.number for one in known),
                    speaker(dossier, speech, guises),
                    affiliation(dossier, speech),
                    _seconds(fragment.length_ms),
                ],
            )
        )
    header = ["Soort", "Begin", "Einde", "Agendapunt", "Spreker", "Fractie of rol", "Duur (s)"]
    return _sheet(header, [row for _, row in sorted(rows, key=lambda pair: pair[0])])


def speaking_times(dossier: Dossier) -> str:
    """Speaking time per fractie and per person, gross and net; whoever withheld the name stands in no row."""
    spoken = [speech.fragment for speech in dossier.public_speeches()]
    hidden = dossier.withholding()
    rows = []
    for group, time in per_group(spoken).items():
        known = dossier.hall.groups.get(group)
        rows.append(["Fractie", known.name if known else group, "", *_times(time)])
    for name, time in per_person(spoken).items():
        person = dossier.hall.people.get(name)
        if person is None or name in hidden:
            continue
        member = dossier.hall.groups.get(person.group or "")
        rows.append(["Persoon", person.name, member.name if member else "", *_times(time)])
    header = ["Soort", "Naam", "Fractie", "Bruto (u:mm:ss)", "Netto (u:mm:ss)", "Netto (s)", "Interrupties (s)",
              "Spreekbeurten", "Aantal interrupties"]  # fmt: skip
    return _sheet(header, rows)


def votes(dossier: Dossier) -> str:
    """Votes with their outcome, and each choice of a roll call; of a secret ballot totals only."""
    rows = []
    for vote in dossier.index.votes:
        item = dossier.item(vote.item)
        what = [numbered(dossier, item) if item else "", QUESTIONS[vote.question], VOTE_KINDS[vote.kind]]
        rows.append([*what, result(vote), "", "", ""])
        for name, choice in vote.choices.items():
            person = dossier.hall.people.get(name)
            group = dossier.hall.groups.get(person.group or "") if person else None
            rows.append([*what, "", person.name if person else "", group.name if group else "", CHOICES[choice]])
        for candidate, count in vote.totals.items():
            person = dossier.hall.people.get(candidate or "")
            rows.append([*what, "", person.name if person else "Blanco of ongeldig", "", str(count)])
    header = ["Agendapunt", "Waarover", "Soort", "Uitslag", "Naam", "Fractie", "Stem of aantal"]
    return _sheet(header, rows)


def _time(dossier: Dossier, wall_ms: int) -> str:
    return dossier.time(wall_ms).strftime("%Y-%m-%d %H:%M:%S")


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f}".replace(".", ",")


def _times(time: SpeakingTime) -> list[str]:
    return [
        short_clock(time.gross_ms),
        short_clock(time.net_ms),
        _seconds(time.net_ms),
        _seconds(time.interjected_ms),
        str(time.turns),
        str(time.interjections),
    ]


def _cell(text: str) -> str:
    """Text that a spreadsheet takes for a formula gets an apostrophe before it."""
    tidy = clean(text)
    return f"'{tidy}" if tidy[:1] in ("=", "+", "-", "@") else tidy


def _sheet(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()
