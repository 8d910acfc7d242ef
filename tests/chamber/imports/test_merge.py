"""What an import changes, and what it must leave alone."""

from hypothesis import given
from hypothesis import strategies as st

from chamber.core.domain import AgendaItem, Phase
from chamber.imports.merge import merge
from chamber.imports.model import Incoming

AGENDA = (
    AgendaItem("i1", "1", "Opening", Phase.OPENING),
    AgendaItem("i2", "2", "Beekzicht", Phase.DEBATE, closed=True),
    AgendaItem("i3", "3", "Fietspad", withdrawn=True),
)


def kinds(agenda: tuple[AgendaItem, ...], *incoming: Incoming, untouched: frozenset[str] = frozenset()) -> list[str]:
    return [f"{d.what} {d.item}" + (" kept" if d.kept else "") for d in merge(agenda, incoming, untouched).differences]


def test_the_same_agenda_changes_nothing() -> None:
    same = [Incoming(item.title, item.number, closed=item.closed) for item in AGENDA]
    merged = merge(AGENDA, same)
    assert merged.agenda == AGENDA
    assert merged.differences == ()


def test_a_new_item_gets_its_place_and_an_item_of_the_meeting_stays() -> None:
    live = (*AGENDA, AgendaItem("p4-11", "4.11", "Motie vreemd"))
    incoming = [Incoming("Opening", "1"), Incoming("Beekzicht", "2"), Incoming("Zwembad", "2a", ref="X 9"),
                Incoming("Fietspad", "3")]  # fmt: skip
    merged = merge(live, incoming)
    assert [item.id for item in merged.agenda] == ["i1", "i2", "ris-x-9", "i3", "p4-11"]
    assert [f"{d.what} {d.item}" for d in merged.differences] == ["added ris-x-9", "missing p4-11"]


def test_a_closed_item_never_becomes_open_and_an_open_one_may_become_closed() -> None:
    merged = merge(AGENDA, [Incoming("Opening", "1", closed=True), Incoming("Beekzicht", "2", closed=False)])
    assert [item.closed for item in merged.agenda[:2]] == [True, True]
    assert [d.what for d in merged.differences if d.item == "i1"] == ["closed"]


def test_what_is_being_handled_keeps_number_and_title() -> None:
    told = kinds(AGENDA, Incoming("Opening en agenda", "1"), untouched=frozenset({"i1"}))
    assert told[0] == "title i1 kept"
    assert merge(AGENDA, [Incoming("Opening en agenda", "1")], {"i1"}).agenda[0].title == "Opening"
    assert merge(AGENDA, [Incoming("Opening en agenda", "1")]).agenda[0].title == "Opening en agenda"


def test_what_was_decided_in_the_meeting_stays() -> None:
    assert merge(AGENDA, [Incoming("Fietspad", "3")]).agenda[-1].withdrawn


def test_the_sources_own_id_is_known_again_after_title_and_number_changed() -> None:
    first = merge((), [Incoming("Motie fietspad", "7", ref="abc")])
    again = merge(first.agenda, [Incoming("Motie fietsstraat", "8", ref="abc")])
    assert [item.id for item in again.agenda] == ["ris-abc"]
    assert [d.what for d in again.differences] == ["number", "title"]


def test_another_order_is_told() -> None:
    incoming = [Incoming("Fietspad", "3"), Incoming("Opening", "1"), Incoming("Beekzicht", "2")]
    assert "moved i3" in kinds(AGENDA, *incoming)


titles = st.sampled_from(["Opening", "Beekzicht", "Fietspad", "Zwembad", "Sluiting", "Kop"])
items = st.builds(
    Incoming, title=titles, number=st.sampled_from(["", "1", "2", "9"]), ref=st.sampled_from(["", "a", "b"])
)


@given(st.lists(items, max_size=8), st.lists(items, max_size=8))
def test_ids_stay_unique_and_no_item_of_the_meeting_is_lost(first: list[Incoming], second: list[Incoming]) -> None:
    agenda = merge(AGENDA, first).agenda
    again = merge(agenda, second).agenda
    for found in (agenda, again):
        assert len({item.id for item in found}) == len(found)
    assert {item.id for item in agenda} <= {item.id for item in again}
