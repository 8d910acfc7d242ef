"""A vote while it goes on: who may vote, in which order they are called, what they said. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chamber.core.domain import Person, Role
from chamber.core.errors import RefusedError

VOTERS = frozenset({Role.COUNCILLOR, Role.GROUP_LEADER})
"""Members of the council; the burgemeester in the chair, wethouders and members of committees have no vote in it."""


@dataclass(frozen=True, slots=True)
class RollCall:
    """A vote that was begun; `order` and `choices` (person → choice) are filled in a roll call only."""

    kind: str
    item: str | None
    order: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> tuple[int, int] | None:
        """Votes for and against; None while nobody has voted."""
        said = list(self.choices.values())
        return (said.count("for"), said.count("against")) if said else None


def voters(people: Iterable[Person], present: frozenset[str]) -> tuple[str, ...]:
    """Who may vote, in the order of the attendance list: those present, or everybody when presence was not noted."""
    return tuple(p.id for p in people if p.role in VOTERS and (not present or p.id in present))


def called(order: Sequence[str], first: str | None) -> tuple[str, ...]:
    """The order in which names are called when `first` was drawn.

    Raises:
        RefusedError: `no_voter`, the drawn person has no vote now.
    """
    if first is None:
        return tuple(order)
    if first not in order:
        raise RefusedError("no_voter", "Wie geloot is, staat niet op de lijst van wie nu mag stemmen.")
    at = list(order).index(first)
    return (*order[at:], *order[:at])


def cast(vote: RollCall | None, person: str, choice: str) -> RollCall:
    """The roll call with one more choice.

    Raises:
        RefusedError: no roll call goes on, or the person has no vote in it.
    """
    if vote is None or vote.kind != "roll_call_vote":
        raise RefusedError("no_roll_call", "Er is geen hoofdelijke stemming bezig.")
    if person not in vote.order:
        raise RefusedError("no_voter", "Deze persoon staat niet op de lijst van wie nu mag stemmen.")
    return replace(vote, choices={**vote.choices, person: choice})


def resumed(vote: RollCall | None, people: Iterable[Person], present: frozenset[str]) -> RollCall | None:
    """A roll call that was going on before a restart: what was said is kept, the names stand in their plain order."""
    if vote is None or vote.kind != "roll_call_vote":
        return vote
    return replace(vote, order=voters(people, present))


def quorum_lost(people: Iterable[Person], present: frozenset[str]) -> bool:
    """Whether half of the members or fewer are there; False as long as nobody's presence was noted."""
    members = {p.id for p in people if p.role in VOTERS}
    return bool(present) and bool(members) and 2 * len(members & present) <= len(members)
