"""Everything that is kept of one meeting, as the archive and the page of recordings need it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chamber.core.agenda import Agenda
from chamber.core.captions import Cue
from chamber.core.domain import AgendaItem, Hall, Person, Role
from chamber.core.index.model import Index, Span, Speech

NAMELESS = "Inspreker"
"""What stands in the place of a name that was withheld."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose hall it is: what the archive must know of it.

    Attributes:
        organisation_code: of the municipality in the government's register (TOOI), such as gm0147; empty: unknown.
        body: what meets, such as Gemeenteraad.
        timezone: IANA name.
    """

    organisation: str
    organisation_code: str
    body: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Media:
    """A recording of a part of the meeting; where a recording starts anew, another media source begins.

    Attributes:
        id: names it in every export.
        file: name of its file.
        spans: what it holds, in the order of the file, wall milliseconds, one behind the other without a gap.
        media_type: such as video/mp4.
        size_bytes, sha256: of the file; 0 and empty when it was not read.
    """

    id: str
    file: str
    spans: tuple[tuple[int, int], ...]
    media_type: str = "video/mp4"
    size_bytes: int = 0
    sha256: str = ""

    def at_ms(self, wall_ms: int) -> int | None:
        """Milliseconds from the start of the file of a moment that it holds; None: it does not hold it."""
        passed_ms = 0
        for start_ms, end_ms in self.spans:
            if start_ms <= wall_ms <= end_ms:
                return passed_ms + wall_ms - start_ms
            passed_ms += end_ms - start_ms
        return None

    def wall_ms(self, at_ms: int, *, ending: bool = False) -> int | None:
        """The moment that stands at a place of the file; None: it is not as long. Of a cut, `ending` means its first side."""
        passed_ms = 0
        for start_ms, end_ms in self.spans:
            length_ms = end_ms - start_ms
            if 0 <= at_ms - passed_ms < length_ms or (ending and at_ms - passed_ms == length_ms):
                return start_ms + at_ms - passed_ms
            passed_ms += length_ms
        return None

    def clips(self, span: Span) -> list[tuple[int, int]]:
        """Where in the file a span of the meeting is, milliseconds from its start; several when it was interrupted."""
        found: list[tuple[int, int]] = []
        passed_ms = 0
        for start_ms, end_ms in self.spans:
            from_ms = max(start_ms, span.start_ms)
            to_ms = end_ms if span.end_ms is None else min(end_ms, span.end_ms)
            if from_ms < to_ms:
                clip = (passed_ms + from_ms - start_ms, passed_ms + to_ms - start_ms)
                if found and found[-1][1] == clip[0]:
                    found[-1] = (found[-1][0], clip[1])
                else:
                    found.append(clip)
            passed_ms += end_ms - start_ms
        return found


@dataclass(frozen=True, slots=True)
class Dossier:
    """One meeting. `notes`: text by id."""

    id: str
    title: str
    place: Place
    hall: Hall
    agenda: Agenda
    index: Index
    notes: Mapping[str, str] = field(default_factory=dict)
    media: tuple[Media, ...] = ()
    captions: tuple[Cue, ...] = ()

    @property
    def checked(self) -> frozenset[str]:
        """Recordings whose captions somebody has checked."""
        return frozenset(cue.media for cue in self.captions if cue.media is not None)

    def item(self, name: str) -> AgendaItem | None:
        """An agenda item by id."""
        return next((one for one in self.agenda if one.id == name), None)

    def item_title(self, item: AgendaItem) -> str:
        """What residents may read of an item."""
        return "Besloten agendapunt" if item.closed else item.title

    def time(self, wall_ms: int) -> datetime:
        """A moment in the hall's time zone."""
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=wall_ms)).astimezone(
            ZoneInfo(self.place.timezone)
        )

    def public_speeches(self) -> tuple[Speech, ...]:
        """What residents may find, in the order in which it was said."""
        return tuple(speech for speech in self.index.speeches if speech.public)

    def guises(self) -> dict[str, str]:
        """Fragment → name that residents read; whoever withheld the name is Inspreker with a number, the same each time."""
        numbers: dict[str, int] = {}
        names: dict[str, str] = {}
        for speech in self.index.speeches:
            person = self.person(speech)
            if speech.nameless:
                key = speech.fragment.person or speech.fragment.seat
                names[speech.id] = f"{NAMELESS} {numbers.setdefault(key, len(numbers) + 1)}"
            else:
                names[speech.id] = person.name if person else ""
        return names

    def person(self, speech: Speech) -> Person | None:
        """Who spoke, also when the name is withheld; None: nobody known."""
        return self.hall.people.get(speech.fragment.person or "")

    def withholding(self) -> frozenset[str]:
        """Persons who withheld their name at some time: it stands nowhere in what leaves the house."""
        return frozenset(s.fragment.person for s in self.index.speeches if s.nameless and s.fragment.person)

    def role(self, speech: Speech) -> Role | None:
        """In which role somebody spoke; the chair's seat makes a member the acting chair."""
        person = self.person(speech)
        if person is None:
            return None
        if speech.fragment.as_chair and person.role is not Role.CHAIR:
            return Role.ACTING_CHAIR
        return person.role
