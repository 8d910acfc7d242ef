"""DATA/meetings: which meeting goes on, its journal, and the files beside it that may be erased."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from chamber.apps import dossier
from chamber.apps.files import read, write
from chamber.core.agenda import Agenda
from chamber.core.domain import Hall, Person
from chamber.core.dossier import Place
from chamber.core.meeting import Meeting, Moment, after_restart
from chamber.core.restore import Restored, fold_all
from chamber.journal import JournalFile, replay
from chamber.ports import Clock
from chamber.record import Keeper
from chamber.stream.words import MONTHS

OnTrouble = Callable[[str, str | None], None]


class Meetings:
    """The meetings of one hall; one of them is open for writing. Raises OSError when DATA cannot be written."""

    def __init__(self, data_dir: Path, clock: Clock, hall: Hall, place: Place, agenda: Agenda) -> None:
        self._folder, self._clock, self._zone = data_dir / "meetings", clock, ZoneInfo(place.timezone)
        self._hall, self._place, self._agenda = hall, place, agenda
        self._people: dict[str, Any] = {}
        self._journal: JournalFile | None = None
        self._notes: dict[str, str] = {}
        self._writer = ThreadPoolExecutor(1, "notes")
        self._tell: OnTrouble = lambda code, text: None
        self._here = self._folder
        self._damage = 0
        self._folder.mkdir(parents=True, exist_ok=True)

    def on_trouble(self, tell: OnTrouble) -> None:
        """Have trouble with the disk told, and that it is over (None)."""
        self._tell = tell
        if self._damage:
            tell(
                "journal_damaged", f"Het logboek is beschadigd op {self._damage} plaatsen; het gaat verder na de breuk"
            )

    def restore(self) -> Restored:
        """The meeting that was going on, as its journal tells it, or a new one of today."""
        name = str(read(self._folder / "current.json").get("id", ""))
        if not name or not (self._folder / name / "journal.jsonl").exists():
            moment = datetime.fromtimestamp(self._clock.wall_ms() / 1000, UTC).astimezone(self._zone)
            name = moment.strftime("%Y-%m-%d")
            title = f"Raadsvergadering {moment.day} {MONTHS['nl'][moment.month - 1]} {moment.year}"
            start = Restored(Meeting(name, title, since_ms=self._clock.wall_ms(), since_mono_ms=self._clock.now_ms()))
        else:
            start = Restored(Meeting(name, str(read(self._folder / name / "meeting.json").get("title", name))))
        path = self._folder / name / "journal.jsonl"
        if path.exists():
            start = fold_all(start, ((e.kind, e.fields, e.wall_ms) for e in replay(path, lambda damage: None)))
        at = Moment(self._clock.wall_ms(), self._clock.now_ms())
        restored = replace(
            start,
            meeting=after_restart(start.meeting, at),
            agenda=dossier.agenda_from(read(self._folder / name / "agenda.json")) or self._agenda,
            guests=dossier.people_from(read(self._folder / name / "people.json"), guests=True),
        )
        self._open(name, restored.meeting.title)
        return restored

    @property
    def folder(self) -> Path:
        """Where the running meeting is kept."""
        return self._here

    def keeper(self) -> Keeper:
        """Where the meeting that goes on is written."""
        if self._journal is None:
            raise RuntimeError("no meeting is open: call restore first")
        return Keeper(self._journal, self._keep_note, self._keep_agenda, self._keep_guest, self._erase)

    def begin(self, meeting_id: str, title: str) -> Keeper | None:
        """Start a new meeting; None when there is one of that id already."""
        if (self._folder / meeting_id).exists():
            return None
        before = self._journal
        self._open(meeting_id, title)
        if before is not None:
            self._writer.submit(before.close)
        return self.keeper()

    def close(self) -> None:
        """Write what waits and close; blocks for a few seconds at most."""
        if self._journal is not None:
            self._journal.close()
        self._writer.shutdown()

    def _open(self, name: str, title: str) -> None:
        self._here = self._folder / name
        self._here.mkdir(mode=0o700, exist_ok=True)
        self._link_recording(name)
        self._notes = {k: str(v) for k, v in read(self._here / "notes.json").items()}
        self._journal = JournalFile.open(
            self._here / "journal.jsonl", self._zone, self._journal_trouble,
            wall_ms=self._clock.wall_ms(), mono_ms=self._clock.now_ms(),
        )  # fmt: skip
        self._damage = len(self._journal.problems)
        write(self._here / "meeting.json", {"id": name, "title": title} | dossier.hall_as_json(self._hall, self._place))
        self._people = dossier.people_merged(read(self._here / "people.json"), self._hall.people.values())
        write(self._here / "people.json", self._people)
        write(self._folder / "current.json", {"id": name})

    def _link_recording(self, name: str) -> None:
        """`recording` leads to where the stream process, which cannot see into this folder, writes its own."""
        link = self._here / "recording"
        if not link.is_symlink() and not link.exists():
            link.symlink_to(Path("..", "..", "recording", name))
        with suppress(OSError):  # a full or missing disk of the recordings never keeps a meeting from beginning
            (self._folder.parent / "recording" / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def _journal_trouble(self, reason: str | None) -> None:
        self._tell("journal", f"Het logboek kan niet worden geschreven: {reason}" if reason else None)

    def _keep_note(self, text: str) -> str:
        name = f"n{len(self._notes) + 1}"
        self._notes[name] = text
        here, notes = self._here, dict(self._notes)
        self._writer.submit(write, here / "notes.json", notes)
        return name

    def _keep_agenda(self, agenda: Agenda) -> None:
        self._writer.submit(write, self._here / "agenda.json", dossier.agenda_as_json(agenda))

    def _keep_guest(self, person: Person) -> None:
        self._people[person.id] = dossier.person_as_json(person, guest=True)
        self._writer.submit(write, self._here / "people.json", dict(self._people))

    def _erase(self, person: str) -> None:
        name = str(self._people.get(person, {}).get("name", ""))
        self._people = dossier.erased(self._people, person)
        self._notes = dossier.notes_without(self._notes, name)
        self._writer.submit(write, self._here / "people.json", dict(self._people))
        self._writer.submit(write, self._here / "notes.json", dict(self._notes))
