"""Votes: by hand, by name in order from a drawn number, and secret, of which only totals exist."""

from chamber.wire import PersonView, RollCallView, StateView, VoteBegin, VoteRecord
from chamber.wire.clerk import BallotTotal, VoteCast
from tui import labels as common
from tui.desk import Desk, Flow
from tui.formats import listed
from tui.labels import griffie as labels
from tui.messages import Acknowledged
from tui.patterns import COUNTS
from tui.screens.ask import Choice
from tui.screens.listing import Act, Do, Listing

SIGNS = {"for": "●", "against": "■", "abstained": "○", "absent": "·"}
BLANK = "-"


def voters(view: StateView) -> list[PersonView]:
    """Who may vote now, in the order of the attendance list, as the controller counts them."""
    return [person for person in view.people if person.votes and (not view.present or person.id in view.present)]


def roll_call(view: StateView) -> RollCallView | None:
    """The vote by name that is going on."""
    return view.vote if view.vote is not None and view.vote.kind == "roll_call_vote" else None


def _named(person: PersonView) -> str:
    return f"{person.name} ({person.group})" if person.group else person.name


async def _vote_begin(desk: Desk, view: StateView) -> None:
    kinds = list(common.VOTE_KINDS.items())
    if roll_call(view):
        kinds.insert(0, ("", labels.CONTINUE_ROLL_CALL))
    kind = await desk.choose(common.ASK_VOTE, kinds)
    if kind == "":
        return await _call(desk)
    if kind is None:
        return None
    first = None
    if kind == "roll_call_vote":
        names = voters(view)
        if not names:
            return desk.say("refused", labels.NO_VOTERS)
        drawn = [(f"+{person.id}", f"{place} {_named(person)}") for place, person in enumerate(names, 1)]
        chosen = await desk.choose(labels.ASK_DRAWN, [*drawn, ("-", labels.NOT_DRAWN)])
        if chosen is None:
            return None
        first = chosen[1:] or None
    order = VoteBegin.model_validate({"command": "vote.begin", "kind": kind, "first": first})
    if isinstance(await desk.give("vote_begin", order), Acknowledged) and kind == "roll_call_vote":
        await _call(desk)
    return None


async def _call(desk: Desk) -> None:
    """Call the names; each choice marks the next who has not voted yet."""

    def choose(choice: str) -> Do:
        async def cast(line: str) -> str | None:
            order = VoteCast.model_validate({"command": "vote.cast", "person": line, "choice": choice})
            return _next(desk, line) if isinstance(await desk.give("vote_begin", order), Acknowledged) else None

        return cast

    finished: list[bool] = []

    async def finish(line: str) -> str | None:
        finished.append(True)
        return None

    await desk.work(
        Listing(
            title=_call_title,
            rows=_call_rows,
            acts=(
                Act("v", labels.FOR, choose("for")),
                Act("t", labels.AGAINST, choose("against")),
                Act("o", labels.ABSTAINED, choose("abstained")),
                Act("a", labels.ABSENT, choose("absent")),
                Act("u", labels.OUTCOME, finish),
            ),
            marked=_next(desk, None),
            over=lambda view: bool(finished) or roll_call(view) is None,
        )
    )
    if finished and (view := desk.facts.view) is not None:
        await _vote_record(desk, view)


def _next(desk: Desk, line: str | None) -> str | None:
    """The first behind `line` who has not voted, else the first of all."""
    vote = desk.facts.view and roll_call(desk.facts.view)
    if not vote:
        return None
    at = vote.order.index(line) + 1 if line in vote.order else 0
    left = [person for person in (*vote.order[at:], *vote.order[:at]) if person not in vote.choices and person != line]
    return left[0] if left else line


def _call_title(view: StateView) -> str:
    vote = roll_call(view)
    said = list(vote.choices.values()) if vote else []
    yes, no = said.count("for"), said.count("against")
    left = len(vote.order) - len(said) if vote else 0
    others = len(said) - yes - no
    text = labels.ROLL_CALL_TITLE.format(yes=yes, no=no, left=left)
    return text + (labels.ROLL_CALL_BEYOND.format(others=others) if others else "")


def _call_rows(view: StateView) -> list[Choice]:
    vote = roll_call(view)
    people = {person.id: person for person in view.people}
    rows: list[Choice] = []
    for place, id in enumerate(vote.order if vote else (), 1):
        choice = vote.choices.get(id) if vote else None
        sign = f"{SIGNS[choice]} {labels.CHOICES[choice]}" if choice else ""
        name = _named(people[id]) if id in people else id
        rows.append((id, f"{place:>2} {sign:<12} {name}"))
    return rows


# -- the outcome ----------------------------------------------------------------------------------------------------
def _counts_problem(text: str) -> str:
    return "" if not text or COUNTS.fullmatch(text) else common.BAD_COUNTS


async def _vote_record(desk: Desk, view: StateView) -> None:
    kind = view.vote.kind if view.vote else await desk.choose(common.ASK_VOTED, list(common.VOTE_KINDS.items()))
    if kind is None:
        return
    if kind == "secret_ballot":
        answers = [("people", labels.BALLOT_PEOPLE), ("proposal", labels.BALLOT_PROPOSAL)]
        about = await desk.choose(labels.ASK_BALLOT, answers)
        if about is None:
            return
        if about == "people":
            await _ballots(desk)
            return
    question = await desk.choose(labels.ASK_QUESTION, list(labels.QUESTIONS.items()))
    if question is None:
        return
    vote = desk.facts.view and roll_call(desk.facts.view)
    said = list(vote.choices.values()) if vote else []
    asked = common.ASK_OUTCOME
    if vote and said:
        asked = labels.ASK_OUTCOME_COUNTED.format(yes=said.count("for"), no=said.count("against"))
        if names := [desk.facts.person_name(id) for id in vote.order if id not in vote.choices]:
            desk.say("info", labels.NOT_ALL_CALLED.format(names=listed(names)))
    outcome = await desk.choose(asked, list(common.OUTCOMES.items()))
    if outcome is None:
        return
    order = {"command": "vote.record", "kind": kind, "outcome": outcome, "question": question}
    if not said:
        counts = await desk.write(common.ASK_COUNTS, _counts_problem)
        if counts is None:
            return
        if found := COUNTS.fullmatch(counts):
            order |= {"for_count": found[1], "against_count": found[2]}
    await desk.give("vote_record", VoteRecord.model_validate(order))


async def _ballots(desk: Desk) -> None:
    """Totals per candidate; they live in this dialog until they are recorded."""
    totals: dict[str, int] = {}
    finished: list[bool] = []

    def name(candidate: str) -> str:
        return labels.BLANK if candidate == BLANK else desk.facts.person_name(candidate[1:])

    async def count(candidate: str) -> str | None:
        written = str(totals[candidate]) if candidate in totals else ""
        text = await desk.write(labels.ASK_BALLOTS.format(name=name(candidate)), _ballots_problem, written, 2)
        if text is not None:
            totals[candidate] = int(text)
        return candidate

    async def add(line: str) -> str | None:
        view = desk.facts.view
        people = view.people if view else ()
        names = [(f"+{p.id}", _named(p)) for p in people if f"+{p.id}" not in totals]
        candidate = await desk.choose(labels.ASK_CANDIDATE, [*names, (BLANK, labels.BLANK)])
        return await count(candidate) if candidate else None

    async def finish(line: str) -> str | None:
        outcome = await desk.choose(common.ASK_OUTCOME, list(common.OUTCOMES.items()))
        if outcome is None:
            return None
        found = tuple(BallotTotal(person=c[1:] or None, count=n) for c, n in totals.items())
        order = {"command": "vote.record", "kind": "secret_ballot", "outcome": outcome, "totals": found}
        if isinstance(await desk.give("vote_record", VoteRecord.model_validate(order)), Acknowledged):
            finished.append(True)
        return None

    await desk.work(
        Listing(
            title=lambda view: labels.BALLOTS_TITLE.format(count=sum(totals.values())),
            rows=lambda view: [(c, f"{n:>3}  {name(c)}") for c, n in totals.items()],
            acts=(
                Act("enter", labels.BALLOTS_CHANGE, count),
                Act("plus", labels.BALLOTS_ADD, add, always=True),
                Act("u", labels.BALLOTS_DONE, finish),
            ),
            empty=labels.BALLOTS_EMPTY,
            over=lambda view: bool(finished),
        )
    )


def _ballots_problem(text: str) -> str:
    return "" if text.isascii() and text.isdigit() else labels.BAD_BALLOTS


FLOWS: dict[str, Flow] = {"vote_begin": _vote_begin, "vote_record": _vote_record}
