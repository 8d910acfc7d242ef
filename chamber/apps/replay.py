"""`chamber replay JOURNAL --config CONFIG`: a past evening against a plan, and how it treated every fractie."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from chamber.apps.verify import JOURNAL
from chamber.core.account import Account, Differs, account
from chamber.core.domain import Group
from chamber.core.neutrality import FEWEST_TURNS, TOLERANCE, Figures, remarks, without_shot
from chamber.core.replaying import Decision, Evening, evening
from chamber.core.treatment import CHAIR, COLLEGE, OTHERS, UNKNOWN, Treated
from chamber.core.turns import Rules
from chamber.journal import replay
from chamber.journal.entry import at
from config import plan
from config.load import load

APART = {CHAIR: "chair", COLLEGE: "college", OTHERS: "others", UNKNOWN: "unknown"}
NOTHING = "No fractie differs from all fracties together by more than the tolerance."
NOBODY = "No fractie has had enough turns to be compared."
HEAD = ("", "turns", "time", "close", "shared", "wide", "other", "median", "p95", "bar", "cut short", "no shot")


@dataclass(frozen=True, slots=True)
class Told:
    """An account as text or as one object."""

    path: Path
    past: Evening
    found: Account
    groups: Mapping[str, Group]
    zone: ZoneInfo

    def as_json(self) -> dict[str, Any]:
        """Everything; moments are ISO 8601, shares 0 to 1."""
        found, names = self.found, self._names()
        return {
            "journal": {
                "path": str(self.path),
                "entries": self.past.entries,
                "sessions": self.past.sessions,
                "parts": len(self.past.parts),
                "missing": self.past.missing,
            },
            "same": found.differs is None,
            "differs": self._difference(found.differs),
            "cuts": _count(found.again, "cut"),
            "journal_cuts": _count(found.noted, "cut"),
            "recalls": _count(found.again, "recall"),
            "journal_recalls": _count(found.noted, "recall"),
            "unchanged_cuts": found.unchanged,
            "kinds": {kind: {"journal": ours, "plan": theirs} for kind, (ours, theirs) in found.kinds.items()},
            "on_air_motion_s": found.on_air_motion_ms / 1000,
            "short_shots": found.short_shots,
            "without_shot": [
                {"at": self._at(wall_ms), "seat": turn.seat, "person": turn.person, "seconds": turn.length_ms / 1000}
                for wall_ms, turn in self._unseen()
            ],
            "groups": {group: found.of([group]).as_json() for group in names},
            "all_groups": found.of(list(names)).as_json(),
            "apart": {name: found.of([party]).as_json() for party, name in APART.items()},
            "tolerance": TOLERANCE,
            "remarks": self._remarks(),
        }

    def lines(self) -> list[str]:
        """Lines for people."""
        found, names = self.found, self._names()
        rows = [(name, found.of([group])) for group, name in names.items()]
        rows += [("all fracties", found.of(list(names)))]
        rows += [(name, figures) for party, name in APART.items() if (figures := found.of([party])).turns]
        table = [HEAD, *(_row(name, figures) for name, figures in rows)]
        widths = [max(len(row[column]) for row in table) for column in range(len(HEAD))]
        few = [name for group, name in names.items() if 0 < found.of([group]).turns < FEWEST_TURNS]
        differs = self._remarks()
        return [
            f"{self.path}: {self.past.entries} entries, sessions: {self.past.sessions}, parts: {len(self.past.parts)}",
            *self._compared(),
            f"Motion on air: {found.on_air_motion_ms / 1000:.1f} s",
            f"Shots under 2 s: {found.short_shots}",
            f"Turns over 3 s without a close shot: {len(self._unseen())}",
            *(
                f"  {self._at(wall_ms)} {turn.seat} ({turn.person or 'nobody known'}), {turn.length_ms / 1000:.1f} s"
                for wall_ms, turn in self._unseen()
            ),
            "",
            *(
                "  ".join(
                    cell.ljust(width) if not column else cell.rjust(width)
                    for column, (cell, width) in enumerate(zip(row, widths, strict=True))
                ).rstrip()
                for row in table
            ),
            "",
            *(differs or [NOTHING if any(found.of([group]).turns >= FEWEST_TURNS for group in names) else NOBODY]),
            *([f"Too few turns to compare: {', '.join(few)}."] if few else []),
            f"Tolerance: {TOLERANCE}.",
        ]

    def _compared(self) -> list[str]:
        found, missing = self.found, self.past.missing
        cuts, before = _count(found.again, "cut"), _count(found.noted, "cut")
        recalls, recalled = _count(found.again, "recall"), _count(found.noted, "recall")
        gaps = [f"The journal says that {missing} entries are missing in it."] if missing else []
        if found.differs is None:
            return [*gaps, f"Cuts: {cuts}, recalls: {recalls}; every one as in the journal, to the byte"]
        kinds = ", ".join(f"{kind} {ours} -> {theirs}" for kind, (ours, theirs) in found.kinds.items())
        return [
            *gaps,
            f"Cuts: {cuts} (journal {before}), recalls: {recalls} (journal {recalled}); {found.unchanged} cuts unchanged",
            f"  by kind, journal -> this plan: {kinds}",
            f"  first difference at {self._at(found.differs.wall_ms)}: "
            f"journal {_say(found.differs.noted)}, this plan {_say(found.differs.again)}",
            "  other settings, another version of the program or entries that are missing; cameras are taken to be as",
            "  fast as they were that evening",
        ]

    def _difference(self, differs: Differs | None) -> dict[str, Any] | None:
        if differs is None:
            return None
        lines = {"journal": differs.noted, "plan": differs.again}
        return {"at": self._at(differs.wall_ms), **{key: one.line if one else None for key, one in lines.items()}}

    def _remarks(self) -> list[str]:
        names = self._names()
        groups = {name: self.found.of([group]) for group, name in names.items()}
        return remarks(groups, self.found.of(list(names)))

    def _unseen(self) -> list[tuple[int, Treated]]:
        unseen = {id(turn) for turn in without_shot(turn for _, turn in self.found.turns)}
        return [(wall_ms, turn) for wall_ms, turn in self.found.turns if id(turn) in unseen]

    def _names(self) -> dict[str, str]:
        return {group.id: group.name for group in self.groups.values()}

    def _at(self, wall_ms: int) -> str:
        return at(wall_ms, self.zone)


def _count(found: Sequence[Decision], kind: str) -> int:
    return sum(decision.kind == kind for decision in found)


def _say(decision: Decision | None) -> str:
    if decision is None:
        return "nothing"
    values = decision.values
    return " ".join(
        str(word) for word in (decision.kind, values.get("camera"), values.get("shot"), values.get("reason")) if word
    )


def _row(name: str, figures: Figures) -> tuple[str, ...]:
    shares = (figures.close, figures.duo, figures.wide, figures.other)
    delays = (figures.delay_ms_median, figures.delay_ms_p95)
    return (
        name,
        str(figures.turns),
        f"{figures.speaking_s:.0f} s",
        *("-" if share is None else f"{share:.0%}" for share in shares),
        *("-" if ms is None else f"{ms} ms" for ms in delays),
        f"{figures.bar_s:.0f} s",
        str(figures.cut_short),
        str(figures.without_shot),
    )


def main(journal: Path, config_path: Path, *, as_json: bool) -> int:
    """Print the account of one evening; 0 done, 1 when the journal cannot be read or is broken.

    Raises:
        ConfigError: CONFIG has problems.
        BrokenJournalError, UnplayableError: which line of the journal is damaged.
    """
    config = load(config_path, tokens=False)
    hall, director = plan.hall(config), plan.director_plan(config)
    rules = Rules(
        interjection_max_ms=director.settings.interjection_max_ms,
        interjection_seats=frozenset(plan.interjection_seats(config)),
        groups={person.id: person.group for person in config.people if person.group},
    )
    path = journal / JOURNAL if journal.is_dir() else journal
    try:
        past = evening(replay(path))
    except OSError as exc:
        print(f"{path}: cannot be read: {exc.strerror}", file=sys.stderr)
        return 1
    told = Told(path, past, account(past, director, hall, rules), hall.groups, ZoneInfo(config.hall.timezone))
    print(json.dumps(told.as_json(), indent=1, ensure_ascii=False) if as_json else "\n".join(told.lines()))
    return 0
