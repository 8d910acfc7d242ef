"""The agenda as it changes in the meeting itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core import agenda as agendas
from chamber.core.domain import AgendaItem
from chamber.core.errors import RefusedError

AGENDA = tuple(AgendaItem(f"i{number}", str(number), f"Punt {number}") for number in range(1, 6))


def ids(agenda: agendas.Agenda) -> list[str]:
    return [item.id for item in agenda]


def test_an_item_is_put_in_where_the_council_wants_it() -> None:
    item = AgendaItem(agendas.fresh_id(AGENDA, "4.11"), "4.11", "Motie vreemd")
    assert ids(agendas.add(AGENDA, item, "i4")) == ["i1", "i2", "i3", "i4", "p4-11", "i5"]
    assert ids(agendas.add(AGENDA, item, None))[-1] == "p4-11"
    assert agendas.fresh_id(agendas.add(AGENDA, item, None), "4.11") == "p4-11-2"


def test_withdrawn_and_joined_items_are_not_handled_by_themselves() -> None:
    agenda = agendas.withdraw(AGENDA, "i2", withdrawn=True)
    agenda = agendas.join(agenda, "i4", "i3")
    following = [agendas.following(agenda, item) for item in (None, "i1", "i3")]
    assert [item.id if item else None for item in following] == ["i1", "i3", "i5"]
    assert agendas.following(agenda, "i5") is None
    assert agendas.following(agendas.withdraw(agenda, "i2", withdrawn=False), "i1") == AGENDA[1]


@pytest.mark.parametrize("into", ["i3", "i4", "i2"])
def test_joins_are_one_deep(into: str) -> None:
    agenda = agendas.join(agendas.join(AGENDA, "i4", "i2"), "i5", "i2")
    with pytest.raises(RefusedError):
        agendas.join(agenda, "i2" if into != "i4" else "i3", into if into != "i2" else "i5")


def test_a_new_agenda_keeps_what_was_decided_and_what_was_handled() -> None:
    agenda = agendas.withdraw(AGENDA, "i2", withdrawn=True)
    fresh = [AgendaItem("i2", "2", "Anders"), AgendaItem("i1", "1", "Opening"), AgendaItem("x", "9", "Nieuw")]
    put = agendas.put_anew(agenda, fresh, keep=["i1"])
    assert ids(put) == ["i2", "i1", "x"]
    assert put[0].withdrawn
    assert put[0].title == "Anders"
    with pytest.raises(RefusedError, match="3"):
        agendas.put_anew(agenda, fresh, keep=["i3"])
    with pytest.raises(RefusedError, match="twee keer"):
        agendas.put_anew(agenda, [fresh[0], fresh[0]], keep=[])


@given(st.sampled_from(ids(AGENDA)), st.none() | st.sampled_from(ids(AGENDA)))
def test_moving_loses_nothing(item: str, after: str | None) -> None:
    if after == item:
        with pytest.raises(RefusedError):
            agendas.move(AGENDA, item, after)
        return
    moved = agendas.move(AGENDA, item, after)
    assert sorted(ids(moved)) == ids(AGENDA)
    at = ids(moved).index(item)
    assert (moved[at - 1].id if at else None) == after
