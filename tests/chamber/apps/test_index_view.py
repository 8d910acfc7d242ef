"""The index of a meeting, read from its files."""

import asyncio
from pathlib import Path

import pytest

from chamber.apps.dossier import NoMeetingError, load
from chamber.apps.index_view import view_of
from chamber.apps.meetings import Meetings
from chamber.core.domain import AgendaItem, Hall, MeetingState, Person, Role, Seat
from chamber.core.dossier import Place
from chamber.core.meeting import Meeting
from chamber.record import Record
from tests.conftest import ManualClock

HALL = Hall(
    "Zaal",
    seats={"a": Seat("a", "A", "desk", "01", 0, 0)},
    people={"p2": Person("p2", "Jan de Boer", Role.COUNCILLOR, "g1", "a")},
    chair_seat="chair",
)
PLACE = Place("Gemeente Waterbeek", "gm0000", "Gemeenteraad", "Europe/Amsterdam")


async def test_a_meeting_is_read_back_from_its_folder_alone(tmp_path: Path, manual_clock: ManualClock) -> None:
    kept = Meetings(tmp_path, manual_clock, HALL, PLACE, (AgendaItem("i1", "1", "Opening"),))
    kept.restore()
    record = Record(manual_clock, kept.keeper(), kept.begin)
    record.started(0)
    record.meeting(Meeting("x", state=MeetingState.OPEN), "griffie", 0)
    record.event("pause", paused=False)
    record.agenda((AgendaItem("i1", "1", "Opening"),), "griffie")
    record.event("item", item="i1", at_ms=manual_clock.wall_ms(), account="griffie")
    record.event("mic_opened", seat="a", priority=False)
    record.flush()
    manual_clock.advance(7000)
    record.event("mic_closed", seat="a")
    record.note_text("Nota voor 1 maart", "commitment", "griffie")
    record.flush()
    await asyncio.to_thread(kept.close)

    view = view_of(kept.folder)
    (speech,) = view.speeches
    assert (speech.name, speech.group, speech.items, speech.end_ms - speech.start_ms) == (
        "Jan de Boer", "g1", ("i1",), 7000,
    )  # fmt: skip
    assert (view.people[0].gross_ms, view.groups[0].name) == (7000, "g1")
    dossier = load(kept.folder)
    assert (dossier.place, dossier.agenda[0].title) == (PLACE, "Opening")
    assert [(note.kind, dossier.notes[note.id], note.item) for note in dossier.index.notes] == [
        ("commitment", "Nota voor 1 maart", "i1")
    ]


def test_a_folder_without_a_journal_is_no_meeting(tmp_path: Path) -> None:
    with pytest.raises(NoMeetingError, match=r"journal\.jsonl"):
        load(tmp_path)
