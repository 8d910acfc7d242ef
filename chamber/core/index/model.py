"""What a meeting came to: who spoke, which items were handled when, what was decided. A journal, folded. Pure.

All times are wall milliseconds since 1970 UTC. What happened behind closed doors is not in the journal and so not in here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chamber.core.domain import AgendaItem, MeetingState
from chamber.core.turns import Fragment


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when; `end_ms` None: it still goes on."""

    start_ms: int
    end_ms: int | None

    def within(self, other: "Span") -> "Span | None":
        """What both have in common, None when nothing."""
        start_ms = max(self.start_ms, other.start_ms)
        ends = [end for end in (self.end_ms, other.end_ms) if end is not None]
        end_ms = min(ends) if ends else None
        return None if end_ms is not None and end_ms <= start_ms else Span(start_ms, end_ms)


@dataclass(frozen=True, slots=True)
class Speech:
    """Somebody spoke in public.

    Attributes:
        id: stable for one journal: `f` and the wall time of its beginning, with a number where several began at once.
        fragment: who, from when to when, and how it is called; the person after corrections.
        items: what was being handled, the item chosen first; empty before the first item.
        nameless, faceless: whoever spoke withheld name or picture.
        listed: False when the griffie took it from the index; withheld: also from picture, sound and captions.
        before: the person that the index named before the last correction, when there was one.
    """

    id: str
    fragment: Fragment
    items: tuple[str, ...] = ()
    nameless: bool = False
    faceless: bool = False
    listed: bool = True
    withheld: bool = False
    corrected: bool = False
    before: str | None = None

    @property
    def public(self) -> bool:
        """Whether residents may find it."""
        return self.listed and not self.withheld


@dataclass(frozen=True, slots=True)
class Handled:
    """An agenda item and when it was dealt with in public: several times when it was taken up again."""

    item: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote as the chair stated it; `choices` (person → choice) of a roll call only, `totals` (candidate → ballots,
    None: blank) of a secret ballot only."""

    id: str
    at_ms: int
    item: str
    kind: str
    outcome: str
    for_count: int | None = None
    against_count: int | None = None
    question: str = "proposal"
    choices: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str | None, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """A note by id; its text stands beside the journal."""

    id: str
    at_ms: int
    kind: str
    item: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """From opening to closing; a meeting that is continued has several."""

    number: int
    span: Span


@dataclass(frozen=True, slots=True)
class Boundary:
    """From `at_ms` on an item is dealt with; None: no item."""

    at_ms: int
    item: str | None


@dataclass(frozen=True, slots=True)
class Index:
    """A meeting as far as it was public.

    Attributes:
        public: when residents could follow it.
        handled: items in the order in which they were first dealt with.
        attendance: when each person was present, for those of whom it was noted.
        joined: item → the item it was handled together with.
    """

    state: MeetingState = MeetingState.PLANNED
    sessions: tuple[Session, ...] = ()
    public: tuple[Span, ...] = ()
    handled: tuple[Handled, ...] = ()
    speeches: tuple[Speech, ...] = ()
    votes: tuple[Vote, ...] = ()
    notes: tuple[Note, ...] = ()
    attendance: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    joined: Mapping[str, str] = field(default_factory=dict)
    boundaries: tuple[Boundary, ...] = ()

    @property
    def opened_ms(self) -> int | None:
        """When the meeting was opened first."""
        return self.sessions[0].span.start_ms if self.sessions else None

    @property
    def ended_ms(self) -> int | None:
        """When it was closed last; None while it goes on."""
        return self.sessions[-1].span.end_ms if self.sessions else None


def chapters(index: Index, agenda: Sequence[AgendaItem]) -> list[tuple[Span, AgendaItem]]:
    """Every interval of every item in the order of time, without items that were joined to another."""
    known = {item.id: item for item in agenda}
    found = [
        (span, known[one.item])
        for one in index.handled
        if one.item in known and one.item not in index.joined
        for span in one.spans
    ]
    return sorted(found, key=lambda pair: pair[0].start_ms)
