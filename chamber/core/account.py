"""A whole evening replayed with one plan, and everything that can be said of it. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chamber.core.director import model as d
from chamber.core.domain import Hall
from chamber.core.neutrality import Figures, figures
from chamber.core.replay import Played
from chamber.core.replaying import Decision, Evening, Part, decisions, difference, replayed
from chamber.core.screen import Frames, bars, on_air_motion_ms, pictures, short
from chamber.core.treatment import Treated, bar_ms, fragments, treated
from chamber.core.turns import Rules
from chamber.core.whatif import Moves, Travelling, without_answers


@dataclass(frozen=True, slots=True)
class Differs:
    """Where a replay first parts from the journal; None: no decision there."""

    wall_ms: int
    noted: Decision | None
    again: Decision | None


@dataclass(frozen=True, slots=True)
class Account:
    """What a plan makes of an evening.

    Attributes:
        differs: None when every decision is the journal's.
        noted, again: the journal's decisions and the plan's.
        unchanged: cuts to the same picture at the same moment in both.
        kinds: (journal's, plan's) number of cuts per kind of shot.
        turns: every turn with its wall time of beginning.
    """

    differs: Differs | None
    noted: Sequence[Decision]
    again: Sequence[Decision]
    unchanged: int
    kinds: Mapping[str, tuple[int, int]]
    on_air_motion_ms: int
    short_shots: int
    turns: Sequence[tuple[int, Treated]]
    bar_ms: Mapping[str, int]

    def of(self, parties: Sequence[str]) -> Figures:
        """Figures of these parties together."""
        turns = [turn for _, turn in self.turns if turn.party in parties]
        return figures(turns, sum(self.bar_ms.get(party, 0) for party in parties))


def account(evening: Evening, plan: d.Plan, hall: Hall, rules: Rules) -> Account:
    """Play an evening with a plan.

    First with the cameras' answers of that evening, which gives the very same cuts when plan and program are the same.
    When it does not, cameras are where this plan sends them, and take as long as they took that evening.
    """
    runs = [replayed(plan, part) for part in evening.parts]
    differs = next(filter(None, map(_differs, evening.parts, runs)), None)
    if differs is not None:
        moves = Moves(evening.parts, plan)
        runs = [replayed(plan, part, Travelling(moves), without_answers(part)) for part in evening.parts]
    noted = [decision for part in evening.parts for decision in part.decisions]
    again = [decision for run in runs for decision in decisions(run)]
    frames, turns, bar_sum = Frames(plan), list[tuple[int, Treated]](), Counter[str]()
    motion_ms = short_shots = 0
    for part, run in zip(evening.parts, runs, strict=True):
        shown = pictures(run, part.events, part.to_ms)
        spoken = fragments(part, plan, hall, rules)
        turns += [(turn.at_ms + part.wall_offset_ms, turn) for turn in treated(spoken, shown, frames, hall)]
        bar_sum.update(bar_ms(bars(run, part.to_ms), spoken, hall))
        motion_ms += on_air_motion_ms(run, shown)
        short_shots += short(shown)
    before, after = _cuts(noted), _cuts(again)
    return Account(
        differs=differs,
        noted=noted,
        again=again,
        unchanged=sum((_pictures(noted) & _pictures(again)).values()),
        kinds={kind: (before[kind], after[kind]) for kind in sorted(before | after)},
        on_air_motion_ms=motion_ms,
        short_shots=short_shots,
        turns=turns,
        bar_ms=bar_sum,
    )


def _differs(part: Part, run: Sequence[Played]) -> Differs | None:
    found = difference(part, decisions(run))
    if found is None:
        return None
    first_ms = min(decision.at_ms for decision in found if decision is not None)
    return Differs(first_ms + part.wall_offset_ms, *found)


def _cuts(found: Sequence[Decision]) -> Counter[str]:
    return Counter(decision.values["shot"] for decision in found if decision.kind == "cut")


def _pictures(found: Sequence[Decision]) -> Counter[tuple[object, ...]]:
    return Counter(
        (one.at_ms, one.values["camera"], one.values["preset"], one.values["shot"])
        for one in found
        if one.kind == "cut"
    )
