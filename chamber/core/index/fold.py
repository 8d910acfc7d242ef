"""Folds a journal into its index. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from chamber.core import turns
from chamber.core.director.model import ChairMoved, MicClosed, MicOpened
from chamber.core.domain import Hall, MeetingState
from chamber.core.index.model import Boundary, Handled, Index, Note, Session, Span, Speech, Vote
from chamber.core.scenes import Seating
from chamber.core.turns import Floor, Fragment, Rules


class Noted(Protocol):
    """An entry of a journal."""

    @property
    def kind(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...
    @property
    def wall_ms(self) -> int: ...


def index_of(entries: Iterable[Noted], hall: Hall, rules: Rules | None = None) -> Index:
    """Fold a journal.

    Args:
        entries: in the order of the journal; kinds that say nothing about the meeting are passed over.
        hall: seats and persons, with the chair's usual seat; guests among the persons.
        rules: what the index calls an interjection, and each person's fractie.
    """
    folding = _Folding(hall, rules or Rules())
    for entry in entries:
        folding.take(entry)
    return folding.index()


class _Folding:
    """The journal so far."""

    def __init__(self, hall: Hall, rules: Rules) -> None:
        self.hall, self.rules = hall, rules
        self.state = MeetingState.PLANNED
        self.floor = Floor()
        self.last_ms = 0
        self.bound: dict[str, str | None] = {}
        self.nameless: set[str] = set()
        self.faceless: set[str] = set()
        self.hidden: dict[tuple[str, int], tuple[bool, bool]] = {}
        self.found: list[Fragment] = []
        self.sessions: list[Session] = []
        self.public: list[Span] = []
        self.boundaries: list[Boundary] = []
        self.joined: dict[str, str] = {}
        self.votes: list[Vote] = []
        self.casting: dict[str, str] = {}
        self.totals: dict[str | None, int] = {}
        self.notes: list[Note] = []
        self.attendance: dict[str, list[Span]] = {}
        self.persons: dict[str, list[str | None]] = {}
        self.unlisted: set[str] = set()
        self.withheld: set[str] = set()
        self._acts: dict[str, Callable[[Mapping[str, Any], int], None]] = {
            "started": self._started,
            "mic_opened": self._mic_opened,
            "mic_closed": self._mic_closed,
            "pause": self._pause,
            "chair_moved": self._chair_moved,
            "assign": self._assign,
            "seat_privacy": self._seat_privacy,
            "meeting": self._meeting,
            "item": self._item,
            "boundary": self._boundary,
            "joined": self._joined,
            "vote_begin": self._vote_begin,
            "vote_cast": self._vote_cast,
            "ballot_total": self._ballot_total,
            "vote": self._vote,
            "note": self._note,
            "attendance": self._attendance,
            "corrected": self._corrected,
            "listed": self._listed,
            "withheld": self._withheld,
        }

    def take(self, entry: Noted) -> None:
        fields, at_ms = entry.fields, entry.wall_ms
        act = self._acts.get(entry.kind)
        if act is not None:
            act(fields, at_ms)
        self.last_ms = max(self.last_ms, at_ms)

    # ------------------------------------------------------------------------------------------------- who speaks

    def _hear(self, event: turns.Event) -> None:
        self.floor, ended = turns.listen(self.floor, event, self.rules)
        self.found += ended

    def _started(self, fields: Mapping[str, Any], at_ms: int) -> None:
        """A director that knows nothing: whatever was being said then has ended with the last that was noted."""
        self._break_off()
        self.floor = Floor(now_ms=at_ms)
        self._hear(ChairMoved(at_ms, self.hall.chair_seat))
        seating = Seating(self.bound)
        for seat in self.hall.seats:
            person = seating.person(self.hall, seat)
            if person is not None:
                self._hear(turns.Seated(at_ms, seat, person.id))

    def _break_off(self) -> None:
        self.found += turns.running(self.floor, self.last_ms, self.rules)
        if self.public and self.public[-1].end_ms is None:
            self.public[-1] = replace(self.public[-1], end_ms=self.last_ms)

    def _mic_opened(self, fields: Mapping[str, Any], at_ms: int) -> None:
        seat = fields["seat"]
        self._hear(MicOpened(at_ms, seat))
        self._mark(seat)

    def _mic_closed(self, fields: Mapping[str, Any], at_ms: int) -> None:
        self._hear(MicClosed(at_ms, fields["seat"]))

    def _pause(self, fields: Mapping[str, Any], at_ms: int) -> None:
        self._hear(turns.PublicChanged(at_ms, not fields["paused"]))
        for one in self.floor.speaking:
            self._mark(one.seat)

    def _chair_moved(self, fields: Mapping[str, Any], at_ms: int) -> None:
        self._hear(ChairMoved(at_ms, fields["seat"]))
        for one in self.floor.speaking:
            self._mark(one.seat)

    def _assign(self, fields: Mapping[str, Any], at_ms: int) -> None:
        self.bound[fields["seat"]] = fields["person"]
        self._hear(turns.Seated(at_ms, fields["seat"], fields["person"]))

    def _seat_privacy(self, fields: Mapping[str, Any], at_ms: int) -> None:
        seat = fields["seat"]
        for seats, hide in ((self.nameless, fields["hide_name"]), (self.faceless, fields["hide_picture"])):
            seats.add(seat) if hide else seats.discard(seat)
        self._mark(seat)

    def _mark(self, seat: str) -> None:
        """What is being said from a seat keeps the strictest privacy that held during it."""
        for one in self.floor.speaking:
            if one.seat == seat:
                name, face = self.hidden.get((seat, one.since_ms), (False, False))
                self.hidden[seat, one.since_ms] = (name or seat in self.nameless, face or seat in self.faceless)

    # ---------------------------------------------------------------------------------------------------- meeting

    def _meeting(self, fields: Mapping[str, Any], at_ms: int) -> None:
        state, session = MeetingState(fields["state"]), fields["session"]
        going_on = bool(self.public) and self.public[-1].end_ms is None
        if going_on and state is not MeetingState.OPEN:
            self.public[-1] = replace(self.public[-1], end_ms=at_ms)
        if state is MeetingState.OPEN:
            if not going_on:
                self.public.append(Span(at_ms, None))
            if not self.sessions or self.sessions[-1].number != session:
                self.sessions.append(Session(session, Span(at_ms, None)))
        if state is MeetingState.ENDED and self.sessions and self.sessions[-1].span.end_ms is None:
            last = self.sessions[-1]
            self.sessions[-1] = replace(last, span=Span(last.span.start_ms, at_ms))
            self.boundaries.append(Boundary(at_ms, None))
        self.state = state

    def _item(self, fields: Mapping[str, Any], at_ms: int) -> None:
        self.boundaries.append(Boundary(fields["at_ms"], fields["item"]))

    def _boundary(self, fields: Mapping[str, Any], at_ms: int) -> None:
        """A boundary was moved: the newest one of that item at the old time now stands at the new one."""
        for number in range(len(self.boundaries) - 1, -1, -1):
            if self.boundaries[number] == Boundary(fields["from_ms"], fields["item"]):
                self.boundaries[number] = Boundary(fields["at_ms"], fields["item"])
                return

    def _joined(self, fields: Mapping[str, Any], at_ms: int) -> None:
        if fields["into"] is None:
            self.joined.pop(fields["item"], None)
        else:
            self.joined[fields["item"]] = fields["into"]

    # ----------------------------------------------------------------------------------------- votes, notes, presence

    def _vote_begin(self, fields: Mapping[str, Any], at_ms: int) -> None:
        self.casting, self.totals = {}, {}

    def _vote_cast(self, fields: Mapping[str, Any], at_ms: int) -> None:
        self.casting[fields["person"]] = fields["choice"]

    def _ballot_total(self, fields: Mapping[str, Any], at_ms: int) -> None:
        self.totals[fields["person"]] = fields["count"]

    def _vote(self, fields: Mapping[str, Any], at_ms: int) -> None:
        choices = self.casting if fields["vote"] == "roll_call_vote" else {}
        self.votes.append(
            Vote(
                f"st{len(self.votes) + 1}", at_ms, fields["item"], fields["vote"], fields["outcome"],
                fields["for_count"], fields["against_count"], fields["question"], dict(choices), dict(self.totals),
            )
        )  # fmt: skip
        self.casting, self.totals = {}, {}

    def _note(self, fields: Mapping[str, Any], at_ms: int) -> None:
        now = max((b for b in self.boundaries if b.at_ms <= at_ms), key=lambda b: b.at_ms, default=Boundary(0, None))
        self.notes.append(Note(fields["note"], at_ms, fields["about"], now.item))

    def _attendance(self, fields: Mapping[str, Any], at_ms: int) -> None:
        spans = self.attendance.setdefault(fields["person"], [])
        here = bool(spans) and spans[-1].end_ms is None
        if fields["present"] and not here:
            spans.append(Span(fields["at_ms"], None))
        elif not fields["present"] and here:
            spans[-1] = replace(spans[-1], end_ms=max(fields["at_ms"], spans[-1].start_ms))

    # ------------------------------------------------------------------------------------------------- corrections

    def _corrected(self, fields: Mapping[str, Any], at_ms: int) -> None:
        self.persons.setdefault(fields["fragment"], []).append(fields["person"])

    def _listed(self, fields: Mapping[str, Any], at_ms: int) -> None:
        _put(self.unlisted, fields["fragment"], present=not fields["listed"])

    def _withheld(self, fields: Mapping[str, Any], at_ms: int) -> None:
        _put(self.withheld, fields["fragment"], present=fields["withheld"])

    # ------------------------------------------------------------------------------------------------------ outcome

    def index(self) -> Index:
        """All of it."""
        boundaries = sorted(self.boundaries, key=lambda boundary: boundary.at_ms)
        running = turns.running(self.floor, self.last_ms, self.rules)
        found = sorted([*self.found, *running], key=lambda fragment: (fragment.start_ms, fragment.end_ms))
        return Index(
            state=self.state,
            sessions=tuple(self.sessions),
            public=tuple(self.public),
            handled=_handled(boundaries, self.public, self.joined),
            speeches=self._speeches(found, boundaries),
            votes=tuple(self.votes),
            notes=tuple(self.notes),
            attendance={person: tuple(spans) for person, spans in self.attendance.items()},
            joined=dict(self.joined),
            boundaries=tuple(boundaries),
        )

    def _speeches(self, found: Sequence[Fragment], boundaries: Sequence[Boundary]) -> tuple[Speech, ...]:
        speeches: list[Speech] = []
        taken: dict[int, int] = {}
        for fragment in found:
            count = taken[fragment.start_ms] = taken.get(fragment.start_ms, 0) + 1
            name = f"f{fragment.start_ms}" + (f"-{count}" if count > 1 else "")
            said = self.persons.get(name)
            nameless, faceless = self.hidden.get((fragment.seat, fragment.start_ms), (False, False))
            person = said[-1] if said else fragment.person
            speeches.append(
                Speech(
                    name,
                    replace(fragment, person=person, group=self.rules.groups.get(person or "")) if said else fragment,
                    _items_during(fragment, boundaries, self.joined),
                    nameless,
                    faceless,
                    name not in self.unlisted,
                    name in self.withheld,
                    corrected=said is not None,
                    before=([fragment.person, *said][-2] if said else None),
                )
            )
        return tuple(speeches)


def _put(ids: set[str], name: str, *, present: bool) -> None:
    ids.add(name) if present else ids.discard(name)


def _together(item: str, joined: Mapping[str, str]) -> tuple[str, ...]:
    """An item and those that are handled together with it."""
    head = joined.get(item, item)
    return (head, *(other for other, into in joined.items() if into == head))


def _items_during(fragment: Fragment, boundaries: Sequence[Boundary], joined: Mapping[str, str]) -> tuple[str, ...]:
    before = [b for b in boundaries if b.at_ms <= fragment.start_ms][-1:]
    during = [b for b in boundaries if fragment.start_ms < b.at_ms < fragment.end_ms]
    found: dict[str, None] = {}
    for boundary in (*before, *during):
        if boundary.item is not None:
            found |= dict.fromkeys(_together(boundary.item, joined))
    return tuple(found)


def _handled(boundaries: Sequence[Boundary], public: Sequence[Span], joined: Mapping[str, str]) -> tuple[Handled, ...]:
    spans: dict[str, list[Span]] = {}
    for number, boundary in enumerate(boundaries):
        if boundary.item is None:
            continue
        end_ms = boundaries[number + 1].at_ms if number + 1 < len(boundaries) else None
        during = Span(boundary.at_ms, end_ms)
        seen = [part for one in public if (part := during.within(one)) is not None]
        for item in _together(boundary.item, joined):
            mine = spans.setdefault(item, [])
            for part in seen:
                if mine and mine[-1].end_ms == part.start_ms:
                    mine[-1] = Span(mine[-1].start_ms, part.end_ms)
                else:
                    mine.append(part)
    return tuple(Handled(item, tuple(parts)) for item, parts in spans.items())
