"""What is left of CONFIG when entries with a problem are taken out, so that the rest can be checked in the same run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

STAND_IN: dict[str, dict[str, str]] = {
    "hall": {"name": "-", "organisation": "-"},
    "data": {"dir": "-"},
}
"""Sections that must be there, for a run that only looks for further problems."""

LISTS = (
    "microphones",
    "cameras",
    "switchers",
    "displays",
    "seats",
    "groups",
    "people",
    "agenda",
    "simulcast",
    "zones",
    "edges",
    "accounts",
)


@dataclass(frozen=True, slots=True)
class Rest:
    """The tables without the broken entries.

    `broken` holds the ids of the entries taken out, `places` for each shortened list where its entries stood.
    """

    tables: dict[str, Any]
    broken: frozenset[str]
    places: dict[str, list[int]] = field(default_factory=dict)

    def in_file(self, problem: str) -> str:
        """A problem found in the rest, with positions as they stand in the file."""

        def moved(match: re.Match[str]) -> str:
            section, position = match[1], int(match[2])
            return f"{section}[{self.places[section][position] if section in self.places else position}]"

        return re.sub(rf"\b({'|'.join(LISTS)})\[(\d+)\]", moved, problem)


def salvage(raw: Mapping[str, Any], places: Sequence[tuple[int | str, ...]]) -> Rest | None:
    """What can still be checked, or None when a list or an id is unusable, so that what is right would seem unknown.

    Args:
        raw: the file's tables.
        places: where the problems are, as keys and positions; the first two steps count.
    """
    if any(place[-1] == "id" for place in places if place):
        return None
    tables, ids, left = dict(raw), set[str](), dict[str, list[int]]()
    for section in {str(place[0]) for place in places if place}:
        found = [place[1] for place in places if place[0] == section and len(place) > 1]
        value = tables.pop(section, None)
        if section in STAND_IN:
            tables[section] = STAND_IN[section]
        elif section in LISTS:
            if not isinstance(value, list) or not found:
                return None
            ids |= {e["id"] for n, e in enumerate(value) if n in found and isinstance(e, dict) and _named(e)}
            left[section] = [n for n in range(len(value)) if n not in found]
            tables[section] = [value[n] for n in left[section]]
    return Rest(tables, frozenset(ids), left)


def _named(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry.get("id"), str)
