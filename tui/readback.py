"""After a step of the meeting: has the controller read back that every leg follows? Pure."""

from dataclasses import dataclass

from chamber.wire import StateView
from tui import labels
from tui.formats import listed
from tui.view import live, wrong_legs

LIMIT_MS = 3000
"""Press to all legs confirmed takes less than a second; after three something is wrong."""
UNREAD = frozenset({"planned", "published"})
"""States in which no leg is expected to carry anything particular."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A step that was acknowledged: the state numbered `seq` shows it; `since_ms` is monotonic."""

    seq: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class Report:
    """What to say about it; `final` when nothing is awaited any more."""

    text: str
    final: bool
    alarm: bool = False


def leg_word(leg: str) -> str:
    """The Dutch name of a leg."""
    for prefix, word in (("simulcast_", labels.SIMULCAST), ("screen_", labels.SCREEN)):
        if leg.startswith(prefix):
            return word.format(name=leg.removeprefix(prefix))
    return labels.LEGS.get(leg, leg)


def _words(view: StateView) -> tuple[list[str], list[str]]:
    """Dutch names: what the public gets as the state wants it, and everything that does not follow (yet)."""
    right = live(view)
    public = {"beeld": view.public.sees is right, "geluid": view.public.hears is right}
    bad_legs = wrong_legs(view)
    bad = [word for word, fine in public.items() if not fine]
    bad += [word for leg in bad_legs if (word := leg_word(leg)) not in bad]
    return [word for word in public if word not in bad], bad


def taken_back(before: StateView | None, view: StateView) -> Report | None:
    """What to say about an order to take back when the stream has said something new about it."""
    taken = view.taken_back
    if taken is None or before is None or taken == before.taken_back:
        return None
    text = labels.TAKEN_BACK.format(parts=taken.parts)
    states = {"proven": labels.EDGE_PROVEN, "pending": labels.EDGE_PENDING, "unproven": labels.EDGE_UNPROVEN}
    for state, words in states.items():
        if names := [name for name, edge in taken.edges.items() if edge.state == state]:
            text += words.format(names=listed(names))
    if taken.simulcast:
        text += labels.NOT_RECALLED.format(names=listed(list(taken.simulcast)))
    bad = bool(taken.simulcast) or any(edge.state == "unproven" for edge in taken.edges.values())
    return Report(text, final=all(edge.state != "pending" for edge in taken.edges.values()), alarm=bad)


def report(awaited: Awaited, view: StateView, time: str, now_ms: int) -> Report | None:
    """What the operator should read about an acknowledged step, or None until the view shows it."""
    late = now_ms - awaited.since_ms >= LIMIT_MS
    if view.seq < awaited.seq and not late:
        return None
    state = labels.STATE_DONE.format(state=labels.STATES[view.meeting.state], time=time)
    if view.meeting.state in UNREAD:
        return Report(state, final=True)
    good, bad = _words(view)
    if not bad:
        return Report(state + labels.CONFIRMED_BY.format(legs=listed(good)), final=True)
    if late:
        return Report(labels.UNCONFIRMED.format(state=state, legs=listed(bad)), final=True, alarm=True)
    return Report(state + labels.WAITING_FOR.format(legs=listed(bad)), final=False)
