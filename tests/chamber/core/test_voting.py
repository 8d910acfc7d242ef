"""Who is called in a roll call, and what comes of it."""

import pytest

from chamber.core import voting
from chamber.core.domain import Person, Role
from chamber.core.errors import RefusedError

PEOPLE = (
    Person("chair", "Burgemeester", Role.CHAIR),
    Person("a", "A", Role.COUNCILLOR),
    Person("b", "B", Role.GROUP_LEADER),
    Person("c", "C", Role.COUNCILLOR),
    Person("w", "W", Role.ALDERMAN),
    Person("k", "K", Role.COMMITTEE_MEMBER),
)


def test_names_are_called_from_the_drawn_one_on() -> None:
    everybody = voting.voters(PEOPLE, frozenset())
    assert everybody == ("a", "b", "c")
    assert voting.called(everybody, "b") == ("b", "c", "a")
    assert voting.voters(PEOPLE, frozenset({"a", "c", "w"})) == ("a", "c")
    with pytest.raises(RefusedError):
        voting.called(everybody, "w")


def test_choices_are_counted_and_a_later_one_replaces() -> None:
    vote = voting.RollCall("roll_call_vote", "i2", ("a", "b", "c"))
    assert vote.counts is None
    for person, choice in (("a", "for"), ("b", "for"), ("c", "abstained"), ("b", "against")):
        vote = voting.cast(vote, person, choice)
    assert vote.counts == (1, 1)
    with pytest.raises(RefusedError):
        voting.cast(vote, "w", "for")


@pytest.mark.parametrize("kind", ["show_of_hands", "secret_ballot"])
def test_only_a_roll_call_has_choices_of_persons(kind: str) -> None:
    with pytest.raises(RefusedError):
        voting.cast(voting.RollCall(kind, "i2", ("a",)), "a", "for")
    with pytest.raises(RefusedError):
        voting.cast(None, "a", "for")


@pytest.mark.parametrize(
    ("present", "lost"), [(set(), False), ({"a", "b"}, False), ({"a", "chair", "w"}, True), ({"a"}, True)]
)
def test_quorum_is_more_than_half_of_the_members(present: set[str], lost: bool) -> None:
    assert voting.quorum_lost(PEOPLE, frozenset(present)) is lost
