"""The course of the meeting, also as the discussion system tells it."""

from chamber.core.domain import Phase
from chamber.ports import AgendaReading, VotingReading
from tests.chamber.test_clerk import give, opened


async def test_a_vote_in_the_system_puts_the_meeting_in_voting_and_back() -> None:
    desk = await opened()
    await give(desk, "item.select", item="i2")
    for open_, phase in ((False, Phase.DEBATE), (True, Phase.VOTING), (True, Phase.VOTING), (False, Phase.DEBATE)):
        desk.run.post(VotingReading("desk", open_))
        assert desk.run.state.phase is phase


async def test_a_vote_that_the_operator_began_is_ended_by_the_operator() -> None:
    desk = await opened()
    await give(desk, "vote.begin", kind="roll_call_vote")
    desk.run.post(VotingReading("desk", True))
    desk.run.post(VotingReading("desk", False))
    assert desk.run.state.phase is Phase.VOTING


async def test_nothing_follows_the_system_while_the_meeting_is_not_open() -> None:
    desk = await opened()
    await give(desk, "meeting.close")
    desk.run.post(VotingReading("desk", True))
    desk.run.post(AgendaReading("desk", "Beekzicht"))
    assert (desk.run.state.phase, desk.run.state.item) == (Phase.OPENING, "i1")


async def test_a_topic_in_the_system_goes_to_the_item_of_that_title() -> None:
    desk = await opened()
    for subject, item in (("iets anders", "i1"), ("2. BEEKZICHT", "i2"), (None, "i2"), ("Opening", "i1")):
        desk.run.post(AgendaReading("desk", subject))
        assert desk.run.state.item == item
    told = [fields["account"] for kind, fields, _ in desk.pages.lines if kind == "item"]
    assert told == ["griffie", "desk", "desk"]
