"""What is written down: ids only, and while the doors are closed nothing but the states of the meeting and of links."""

from asyncio import Future
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chamber.core import noted
from chamber.core.agenda import Agenda
from chamber.core.director.model import Event
from chamber.core.domain import MeetingState, Person
from chamber.core.meeting import Meeting
from chamber.core.noted import BEHIND_DOORS
from chamber.ports import Clock, Journal

ALWAYS = frozenset({"link", "alarm", "leg", "take_back"})


@dataclass(frozen=True, slots=True)
class Keeper:
    """One meeting's journal and the files beside it, whose texts can be erased without breaking the chain."""

    journal: Journal
    keep_note: Callable[[str], str]
    keep_agenda: Callable[[Agenda], None]
    keep_guest: Callable[[Person], None]
    erase: Callable[[str], None]


class Record:
    """Writes the journal of the running meeting; `begin_meeting` opens that of a new one, or returns None."""

    def __init__(self, clock: Clock, keeper: Keeper, begin_meeting: Callable[[str, str], Keeper | None]) -> None:
        self._clock, self._keeper, self._begin = clock, keeper, begin_meeting
        self._state = MeetingState.PLANNED
        self._waiting: list[tuple[str, Mapping[str, Any], int, int]] = []

    def resume(self, state: MeetingState) -> None:
        """Go on in a meeting that was in `state`."""
        self._state = state

    def begin(self, meeting_id: str, title: str) -> bool:
        """Start the journal of a new meeting; False when that meeting exists already."""
        self.flush()
        keeper = self._begin(meeting_id, title)
        if keeper is None:
            return False
        self._keeper = keeper
        return True

    def _append(self, kind: str, values: Mapping[str, Any], mono_ms: int) -> None:
        self._waiting.append((kind, values, self._clock.wall_ms(), mono_ms))

    def _append_synced(self, kind: str, values: Mapping[str, Any], mono_ms: int) -> Future[None] | None:
        self.flush()
        return self._keeper.journal.append(kind, values, wall_ms=self._clock.wall_ms(), mono_ms=mono_ms, sync=True)

    def flush(self) -> None:
        """Hand over what was noted; once per event, after the cameras have got their orders."""
        waiting, self._waiting = self._waiting, []
        for kind, values, wall_ms, mono_ms in waiting:
            self._keeper.journal.append(kind, values, wall_ms=wall_ms, mono_ms=mono_ms)

    def event(self, kind: str, **values: Any) -> None:
        """Write one event, unless the doors are closed and it is not among those that are always kept."""
        if self._state not in BEHIND_DOORS or kind in ALWAYS:
            self._append(kind, values, self._clock.now_ms())

    def started(self, now_ms: int) -> None:
        """Mark that a director begins that knows nothing of what was written before; also behind closed doors."""
        self._append("started", {}, now_ms)

    def heard(self, event: Event) -> None:
        """Write what the director hears, so that the evening can be replayed."""
        entry = noted.heard(event)
        if entry is not None and self._state not in BEHIND_DOORS:
            self._append(*entry, event.at_ms)

    def decided(self, kind: str, values: Mapping[str, Any], at_ms: int) -> None:
        """Write what the director decided, under the time of what made it decide."""
        if self._state not in BEHIND_DOORS:
            self._append(kind, values, at_ms)

    def meeting(self, meeting: Meeting, account: str, now_ms: int) -> None:
        """Write a change of state, synced to disk in its own time: closing never waits for it."""
        self._state = meeting.state
        values = {
            "state": meeting.state.value,
            "reason": meeting.reason,
            "resumes_at": meeting.resumes_at,
            "session": meeting.session,
            "account": account,
        }
        done = self._append_synced("meeting", values, now_ms)
        if done is not None:
            done.add_done_callback(lambda future: future.exception())

    async def about_to_open(self, account: str) -> None:
        """Return once the order to open is on disk. Raises OSError when it cannot be."""
        done = self._append_synced("opening", {"account": account}, self._clock.now_ms())
        if done is not None:
            await done

    def note_text(self, text: str, about: str, account: str) -> None:
        """Keep a note beside the journal and its id in it; behind closed doors it is kept without a mark."""
        note = self._keeper.keep_note(text)
        self.event("note", note=note, about=about, account=account)

    def agenda(self, agenda: Agenda, account: str) -> None:
        """Keep the agenda as it is now beside the journal; the journal says that it changed, and its order."""
        self._keeper.keep_agenda(agenda)
        self.event("agenda", items=[item.id for item in agenda], account=account)

    def guest(self, person: Person) -> None:
        """Keep somebody whom CONFIG does not know."""
        self._keeper.keep_guest(person)

    def erase(self, person: str, account: str) -> None:
        """Erase a name from the files beside the journal; that it was done is kept."""
        self._keeper.erase(person)
        self._append("erased", {"person": person, "account": account}, self._clock.now_ms())
