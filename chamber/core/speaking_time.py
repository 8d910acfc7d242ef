"""How long people and fracties spoke, from the fragments of `turns`. Pure.

What is said as chair counts for nobody. A turn that `per_item` has cut counts as one in each item, so totals of a
meeting are made from the fragments before that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chamber.core.turns import Fragment, Label

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SpeakingTime:
    """How long somebody spoke, milliseconds.

    Attributes:
        gross_ms: microphone open.
        net_ms: own turns, less the time in which somebody else's interjection ran.
        interjected_ms: own interjections.
        turns, interjections: how many fragments.
    """

    gross_ms: int = 0
    net_ms: int = 0
    interjected_ms: int = 0
    turns: int = 0
    interjections: int = 0

    def __add__(self, other: "SpeakingTime") -> "SpeakingTime":
        return SpeakingTime(
            self.gross_ms + other.gross_ms,
            self.net_ms + other.net_ms,
            self.interjected_ms + other.interjected_ms,
            self.turns + other.turns,
            self.interjections + other.interjections,
        )


def per_person(fragments: Iterable[Fragment]) -> dict[str, SpeakingTime]:
    """Speaking time of each known person; what was said as chair does not count."""
    all_of_them = [fragment for fragment in fragments if fragment.end_ms > fragment.start_ms]
    people = {f.person for f in all_of_them if f.person is not None and not f.as_chair}
    return {person: _time_of(person, all_of_them) for person in sorted(people)}


def per_group(fragments: Iterable[Fragment]) -> dict[str, SpeakingTime]:
    """Speaking time of each fractie: the sum of its members', each with the fractie they had when they spoke."""
    all_of_them = list(fragments)
    found: dict[str, SpeakingTime] = {}
    for group in sorted({f.group for f in all_of_them if f.group is not None}):
        others = [replace(f, person=None) if f.group != group else f for f in all_of_them]
        total = sum(per_person(others).values(), SpeakingTime())
        if total != SpeakingTime():
            found[group] = total
    return found


def overlap_ms(fragment: Fragment, fragments: Iterable[Fragment]) -> int:
    """How long somebody else's microphone was open during a fragment."""
    others = _joined(f for f in fragments if f.seat != fragment.seat)
    return _length(_within([(fragment.start_ms, fragment.end_ms)], others))


def _time_of(person: str, fragments: Sequence[Fragment]) -> SpeakingTime:
    own = [f for f in fragments if f.person == person and not f.as_chair]
    turns = [f for f in own if f.label is Label.TURN]
    interjections = [f for f in own if f.label is Label.INTERJECTION]
    interrupted = _joined(f for f in fragments if f.label is not Label.TURN and f.person != person)
    spoken = _joined(turns)
    return SpeakingTime(
        gross_ms=_length(_joined(own)),
        net_ms=_length(spoken) - _length(_within(spoken, interrupted)),
        interjected_ms=_length(_joined(interjections)),
        turns=len(turns),
        interjections=len(interjections),
    )


def _joined(fragments: Iterable[Fragment]) -> list[Span]:
    """Spans in order, those that touch or overlap made one."""
    joined: list[Span] = []
    for start_ms, end_ms in sorted((f.start_ms, f.end_ms) for f in fragments):
        if joined and start_ms <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end_ms))
        else:
            joined.append((start_ms, end_ms))
    return joined


def _within(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Where both are; each list in order and free of overlap."""
    return [(max(a[0], b[0]), min(a[1], b[1])) for a in spans for b in others if max(a[0], b[0]) < min(a[1], b[1])]


def _length(spans: Iterable[Span]) -> int:
    return sum(end_ms - start_ms for start_ms, end_ms in spans)
