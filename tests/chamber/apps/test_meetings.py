"""Which meeting a restarted controller goes on with, and in which state."""

import asyncio
import json
from pathlib import Path

import pytest

from chamber.apps.dossier import load
from chamber.apps.meetings import Meetings
from chamber.core.domain import AgendaItem, Hall, MeetingState, Person, Role
from chamber.core.dossier import Media, Place
from chamber.core.meeting import Meeting
from chamber.record import Record
from tests.conftest import ManualClock

PLACE = Place("Gemeente Waterbeek", "gm0000", "Gemeenteraad", "Europe/Amsterdam")
HALL = Hall("Zaal", people={"p1": Person("p1", "Noor van Dijk", Role.CHAIR)})
AGENDA = (AgendaItem("i1", "1", "Opening"), AgendaItem("i2", "2", "Beekzicht"))
S = MeetingState


def meetings(folder: Path, clock: ManualClock) -> Meetings:
    return Meetings(folder, clock, HALL, PLACE, AGENDA)


async def evening(folder: Path, clock: ManualClock, *states: MeetingState) -> None:
    """A controller run that goes through these states and stops without a word."""
    kept = meetings(folder, clock)
    kept.restore()
    record = Record(clock, kept.keeper(), kept.begin)
    for state in states:
        record.meeting(Meeting("x", state=state), "griffie", clock.now_ms())
    record.event("item", item="i2", at_ms=1, account="griffie")
    record.event("assign", seat="a", person="p1", account="griffie")
    record.event("seat_privacy", seat="b", hide_picture=False, hide_name=True)
    record.event("chair_moved", seat="a")
    record.flush()
    await asyncio.to_thread(kept.close)


async def test_the_first_run_makes_a_meeting_of_today(tmp_path: Path, manual_clock: ManualClock) -> None:
    kept = meetings(tmp_path, manual_clock)
    restored = kept.restore()
    assert restored.meeting.id == "2026-09-21"
    assert restored.meeting.title == "Raadsvergadering 21 september 2026"
    assert restored.meeting.state is S.PLANNED
    await asyncio.to_thread(kept.close)
    people = json.loads((tmp_path / "meetings/2026-09-21/people.json").read_text(encoding="utf-8"))
    assert people["p1"] == {"name": "Noor van Dijk", "role": "chair", "group": None, "seat": None, "guest": False}


@pytest.mark.parametrize(
    ("left", "found"),
    [
        (S.STANDBY, S.STANDBY),
        (S.OPEN, S.SUSPENDED),
        (S.SUSPENDED, S.SUSPENDED),
        (S.CLOSED, S.CLOSED),
        (S.REOPENING, S.CLOSED),
    ],
)
async def test_a_restart_never_opens(
    tmp_path: Path, manual_clock: ManualClock, left: MeetingState, found: MeetingState
) -> None:
    await evening(tmp_path, manual_clock, S.STANDBY, S.OPEN, left)
    kept = meetings(tmp_path, manual_clock)
    restored = kept.restore()
    assert restored.meeting.state is found
    assert restored.meeting.opened_ms == manual_clock.wall_ms()
    await asyncio.to_thread(kept.close)


async def test_item_and_seats_are_known_again(tmp_path: Path, manual_clock: ManualClock) -> None:
    await evening(tmp_path, manual_clock, S.STANDBY, S.OPEN)
    kept = meetings(tmp_path, manual_clock)
    restored = kept.restore()
    assert (restored.item, dict(restored.bound)) == ("i2", {"a": "p1"})
    assert (restored.chair_seat, restored.nameless, restored.faceless) == ("a", {"b"}, set())
    await asyncio.to_thread(kept.close)


async def test_a_new_meeting_has_its_own_journal_and_never_overwrites(
    tmp_path: Path, manual_clock: ManualClock
) -> None:
    kept = meetings(tmp_path, manual_clock)
    kept.restore()
    assert kept.begin("2026-11-24", "Politiek Beraad") is not None
    assert kept.begin("2026-11-24", "Nog eens") is None
    await asyncio.to_thread(kept.close)
    again = meetings(tmp_path, manual_clock)
    assert again.restore().meeting.title == "Politiek Beraad"
    await asyncio.to_thread(again.close)


async def test_notes_stand_beside_the_journal(tmp_path: Path, manual_clock: ManualClock) -> None:
    kept = meetings(tmp_path, manual_clock)
    kept.restore()
    record = Record(manual_clock, kept.keeper(), kept.begin)
    record.note_text("Toezegging van de wethouder", "commitment", "griffie")
    record.flush()
    await asyncio.to_thread(kept.close)
    here = tmp_path / "meetings/2026-09-21"
    assert json.loads((here / "notes.json").read_text(encoding="utf-8")) == {"n1": "Toezegging van de wethouder"}
    assert "Toezegging" not in (here / "journal.jsonl").read_text(encoding="utf-8")


async def test_a_damaged_journal_is_told_and_goes_on(tmp_path: Path, manual_clock: ManualClock) -> None:
    await evening(tmp_path, manual_clock, S.STANDBY, S.OPEN)
    path = tmp_path / "meetings/2026-09-21/journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"{}\n", *lines[3:]]))
    kept = meetings(tmp_path, manual_clock)
    assert kept.restore().meeting.state is S.SUSPENDED
    told: list[tuple[str, str | None]] = []
    kept.on_trouble(lambda code, text: told.append((code, text)))
    assert told
    assert told[0][0] == "journal_damaged"
    await asyncio.to_thread(kept.close)


async def test_agenda_and_guests_survive_a_restart_and_erased_names_stay_erased(
    tmp_path: Path, manual_clock: ManualClock
) -> None:
    kept = meetings(tmp_path, manual_clock)
    assert kept.restore().agenda == AGENDA
    record = Record(manual_clock, kept.keeper(), kept.begin)
    record.note_text("Noor van Dijk komt er op terug", "note", "griffie")
    record.agenda((*AGENDA, AgendaItem("p3", "3", "Motie vreemd", withdrawn=True)), "griffie")
    record.guest(Person("gast1", "Wil Bos", Role.PUBLIC_SPEAKER))
    record.guest(Person("gast2", "Lee Smit", Role.PUBLIC_SPEAKER))
    record.erase("gast2", "griffie")
    record.erase("p1", "griffie")
    record.flush()
    await asyncio.to_thread(kept.close)

    again = meetings(tmp_path, manual_clock)
    restored = again.restore()
    assert restored.agenda[-1] == AgendaItem("p3", "3", "Motie vreemd", withdrawn=True)
    assert {person.id: person.name for person in restored.guests.values()} == {
        "gast1": "Wil Bos",
        "gast2": "Naam verwijderd",
    }
    await asyncio.to_thread(again.close)
    everything = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.is_file())
    assert "Noor van Dijk" not in everything
    assert "Lee Smit" not in everything


async def test_presence_and_a_roll_call_survive_a_restart(tmp_path: Path, manual_clock: ManualClock) -> None:
    kept = meetings(tmp_path, manual_clock)
    kept.restore()
    record = Record(manual_clock, kept.keeper(), kept.begin)
    record.event("attendance", person="p1", present=True, at_ms=1, account="griffie")
    record.event("vote_begin", vote="roll_call_vote", item="i2")
    record.event("vote_cast", person="p1", choice="for", account="griffie")
    record.flush()
    await asyncio.to_thread(kept.close)
    again = meetings(tmp_path, manual_clock)
    restored = again.restore()
    assert restored.present == {"p1"}
    assert restored.vote is not None
    assert restored.vote.choices == {"p1": "for"}
    await asyncio.to_thread(again.close)


async def test_the_recording_is_reached_through_the_meeting(tmp_path: Path, manual_clock: ManualClock) -> None:
    kept = meetings(tmp_path, manual_clock)
    kept.restore()
    await asyncio.to_thread(kept.close)
    folder = tmp_path / "recording" / "2026-09-21"
    (folder / "recording.json").write_text(
        json.dumps(
            {
                "sources": [
                    {"spans": [{"from_ms": 1000, "to_ms": 5000}], "finished": None},
                    {
                        "spans": [{"from_ms": 7000, "to_ms": 9000}],
                        "finished": {"file": "raad-2.mp4", "size_bytes": 7, "sha256": "ab", "at_ms": 1},
                    },
                ]
            }
        )
    )
    (media,) = load(tmp_path / "meetings" / "2026-09-21").media
    assert media == Media("raad-2", "raad-2.mp4", ((7000, 9000),), size_bytes=7, sha256="ab")
