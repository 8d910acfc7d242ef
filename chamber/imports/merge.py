"""What an imported agenda would change, and the agenda when it is applied: nothing done in the meeting is lost. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chamber.core.agenda import Agenda, fresh_id
from chamber.core.domain import AgendaItem
from chamber.imports.model import Incoming, phase_of


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that would change: `what` is added, missing, number, title, closed or moved.

    Of what is missing in the source nothing happens by itself: it stays on the agenda. `kept`: the value of the meeting
    stays, because the item is being handled or was.
    """

    what: str
    item: str
    before: str = ""
    after: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """The agenda after the import, and what differs from the one before it, in the order of the new one."""

    agenda: Agenda
    differences: tuple[Difference, ...]


def merge(agenda: Agenda, incoming: Sequence[Incoming], untouched: Iterable[str] = ()) -> Merged:
    """Put an imported agenda into the running one.

    Args:
        agenda: as it is now, with what was added and changed in the meeting.
        incoming: what the source has, in its order.
        untouched: items that are being handled or were; number and title of these stay.

    An item is the same when its id is, else its title, else its number; a closed item never becomes
    open by an import. What only the meeting has stays behind the item it stood behind.
    """
    hands_off = frozenset(untouched)
    matches = _match(agenda, incoming)
    merged: list[AgendaItem] = []
    differences: list[Difference] = []
    for position, one in enumerate(incoming):
        old = matches.get(position)
        if old is None:
            item = _new((*agenda, *merged), one)
            differences.append(Difference("added", item.id, after=f"{item.number} {item.title}"))
        else:
            item, found = _changed(old, one, keep=old.id in hands_off)
            differences += found
        merged.append(item)
    for only in _only_here(agenda, merged):
        differences.append(Difference("missing", only.id, before=f"{only.number} {only.title}"))
    whole = _with_own(agenda, merged)
    differences += _moved(agenda, whole)
    return Merged(tuple(whole), tuple(differences))


def _key(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _match(agenda: Agenda, incoming: Sequence[Incoming]) -> dict[int, AgendaItem]:
    """Position in the source → item of the agenda; by id first, then by title, then by number."""
    left = {item.id: item for item in agenda}
    found: dict[int, AgendaItem] = {}
    tests = (
        lambda one, item: bool(one.ref) and item.id == ident(one.ref),
        lambda one, item: _key(one.title) == _key(item.title),
        lambda one, item: bool(one.number) and one.number == item.number,
    )
    for same in tests:
        for position, one in enumerate(incoming):
            if position in found:
                continue
            item = next((item for item in left.values() if same(one, item)), None)
            if item is not None:
                found[position] = left.pop(item.id)
    return found


def ident(ref: str) -> str:
    """A source's id as an id of an item."""
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in ref.lower()).strip("-")
    return f"ris-{kept}"[:40].strip("-") if kept else ""


def _new(agenda: Agenda, one: Incoming) -> AgendaItem:
    taken = {item.id for item in agenda}
    name = ident(one.ref)
    if not name or name in taken:
        name = fresh_id(agenda, one.number or "kop")
    phase = one.phase or phase_of(one.title)
    return AgendaItem(name, one.number or "-", one.title, phase, one.closed)


def _changed(old: AgendaItem, one: Incoming, *, keep: bool) -> tuple[AgendaItem, list[Difference]]:
    found = []
    new = old
    if one.number and one.number != old.number:
        found.append(Difference("number", old.id, old.number, one.number, kept=keep))
        new = new if keep else replace(new, number=one.number)
    if one.title != old.title:
        found.append(Difference("title", old.id, old.title, one.title, kept=keep))
        new = new if keep else replace(new, title=one.title)
    if one.closed and not old.closed:
        found.append(Difference("closed", old.id, "openbaar", "besloten"))
        new = replace(new, closed=True)
    return new, found


def _only_here(agenda: Agenda, merged: Sequence[AgendaItem]) -> list[AgendaItem]:
    known = {item.id for item in merged}
    return [item for item in agenda if item.id not in known]


def _with_own(agenda: Agenda, merged: Sequence[AgendaItem]) -> list[AgendaItem]:
    whole = list(merged)
    for item in _only_here(agenda, merged):
        at = agenda.index(item)
        before = next((i for i in reversed(agenda[:at]) if any(w.id == i.id for w in whole)), None)
        place = 0 if before is None else next(n for n, w in enumerate(whole) if w.id == before.id) + 1
        whole.insert(place, item)
    return whole


def _moved(agenda: Agenda, whole: Sequence[AgendaItem]) -> list[Difference]:
    """Items that stand in another order among those that both have; the fewest that explain it are not searched for."""
    was = [item.id for item in agenda]
    now = [item.id for item in whole if item.id in was]
    behind = {item: (was[n - 1] if n else "") for n, item in enumerate(was)}
    found = []
    for n, item in enumerate(now):
        above = now[n - 1] if n else ""
        if behind[item] != above and was.index(item) != n:
            found.append(Difference("moved", item, behind[item], above))
    return found
