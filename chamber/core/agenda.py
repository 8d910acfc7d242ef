"""The agenda as it changes in the meeting itself: items come, go, move and are taken together. Pure.

Numbers are text and the order is that of the tuple; ids never change and are never given twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from chamber.core.domain import AgendaItem, Phase
from chamber.core.errors import RefusedError

Agenda = tuple[AgendaItem, ...]
MOST_ITEMS = 200


def find(agenda: Agenda, item: str) -> AgendaItem:
    """An item by id. Raises RefusedError: `unknown_item`."""
    found = next((one for one in agenda if one.id == item), None)
    if found is None:
        raise RefusedError("unknown_item", f"Er is geen agendapunt {item}.")
    return found


def named(agenda: Agenda, words: str) -> AgendaItem | None:
    """The one item whose title, with or without its number before it, is what was said; None: none is, or several."""
    said = _letters(words)
    found = [one for one in agenda if said and said in (_letters(one.title), _letters(f"{one.number} {one.title}"))]
    return found[0] if len(found) == 1 else None


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def following(agenda: Agenda, item: str | None) -> AgendaItem | None:
    """The next item that is to be handled by itself: neither withdrawn nor taken together with another."""
    ids = [one.id for one in agenda]
    at = ids.index(item) + 1 if item in ids else 0
    return next((one for one in agenda[at:] if not one.withdrawn and one.into is None), None)


def fresh_id(agenda: Agenda, number: str) -> str:
    """An id for a new item that no item has: `p` and its number, with a letter where that is taken."""
    plain = "p" + "".join(char if char.isascii() and char.isalnum() else "-" for char in number.lower()).strip("-")
    taken = {one.id for one in agenda}
    return next(name for name in (plain[:30] + tail for tail in _tails()) if name not in taken)


def _tails() -> Iterable[str]:
    yield ""
    for number in range(2, MOST_ITEMS + 3):
        yield f"-{number}"


def add(agenda: Agenda, item: AgendaItem, after: str | None) -> Agenda:
    """With a new item behind another, or at the end."""
    if len(agenda) >= MOST_ITEMS:
        raise RefusedError("agenda_full", f"Meer dan {MOST_ITEMS} agendapunten kan niet.")
    if after is None:
        return (*agenda, item)
    at = agenda.index(find(agenda, after)) + 1
    return (*agenda[:at], item, *agenda[at:])


def change(
    agenda: Agenda, item: str, *, number: str | None, title: str | None, phase: Phase | None, closed: bool | None
) -> Agenda:
    """With another number, title, phase or openness of one item; None leaves it."""
    old = find(agenda, item)
    new = replace(
        old,
        number=old.number if number is None else number,
        title=old.title if title is None else title,
        phase=old.phase if phase is None else phase,
        closed=old.closed if closed is None else closed,
    )
    return _put(agenda, new)


def move(agenda: Agenda, item: str, after: str | None) -> Agenda:
    """With an item behind another, or at the front; items that go together with it stay where they are."""
    moved = find(agenda, item)
    if after == item:
        raise RefusedError("bad_order", "Een agendapunt kan niet achter zichzelf staan.")
    rest = tuple(one for one in agenda if one.id != item)
    at = 0 if after is None else rest.index(find(rest, after)) + 1
    return (*rest[:at], moved, *rest[at:])


def withdraw(agenda: Agenda, item: str, *, withdrawn: bool) -> Agenda:
    """With an item withdrawn, or on the agenda again."""
    return _put(agenda, replace(find(agenda, item), withdrawn=withdrawn))


def join(agenda: Agenda, item: str, into: str | None) -> Agenda:
    """With an item handled together with another, or by itself again."""
    joining = find(agenda, item)
    taken = any(one.into == item for one in agenda)
    if into is not None and (into == item or taken or find(agenda, into).into is not None):
        raise RefusedError("bad_join", "Voeg een punt samen met een punt dat zelf niet is samengevoegd.")
    return _put(agenda, replace(joining, into=into))


def put_anew(agenda: Agenda, items: Sequence[AgendaItem], keep: Iterable[str]) -> Agenda:
    """Another agenda, with what was decided in the meeting (withdrawn, together with) kept for items of the same id.

    Raises:
        RefusedError: an id stands twice, or one in `keep` (handled, or running) is missing.
    """
    ids = [item.id for item in items]
    if len(set(ids)) != len(ids):
        raise RefusedError("double_item", "Een kenmerk van een agendapunt komt twee keer voor.")
    missing = [item for item in keep if item not in ids]
    if missing:
        known = {one.id: one for one in agenda}
        named = ", ".join(known[item].number for item in missing if item in known)
        raise RefusedError("handled_item", f"Deze punten zijn al behandeld en kunnen niet weg: {named}.")
    known = {one.id: one for one in agenda}
    return tuple(
        replace(
            item, withdrawn=known[item.id].withdrawn, into=known[item.id].into if known[item.id].into in ids else None
        )
        if item.id in known
        else item
        for item in items
    )


def _put(agenda: Agenda, item: AgendaItem) -> Agenda:
    return tuple(item if one.id == item.id else one for one in agenda)
