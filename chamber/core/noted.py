"""What the director hears and decides, in the words of the journal, and back again. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from chamber.core.director import model as d
from chamber.core.domain import MeetingState, Mode, Phase, ShotKind

BEHIND_DOORS = frozenset({MeetingState.CLOSING_DOORS, MeetingState.CLOSED, MeetingState.REOPENING})
"""While the meeting is in one of these, nothing is noted of what the director hears and decides."""

NAMES: Mapping[type, str] = {
    d.MicOpened: "mic_opened",
    d.MicClosed: "mic_closed",
    d.Requested: "requested",
    d.RequestWithdrawn: "request_withdrawn",
    d.CameraArrived: "camera_arrived",
    d.CameraFailed: "camera_failed",
    d.CameraLost: "camera_lost",
    d.CameraBack: "camera_back",
    d.CameraDisturbed: "camera_disturbed",
    d.TravelsKnown: "travels",
    d.PhaseChanged: "phase",
    d.ModeSet: "mode",
    d.ShotOrdered: "shot_ordered",
    d.ProposalAccepted: "proposal_accepted",
    d.PresentationChanged: "presentation",
    d.ChairMoved: "chair_moved",
    d.SeatPrivacy: "seat_privacy",
    d.PauseSet: "pause",
    d.Reset: "reset",
}
"""Journal kinds of what the director hears; ticks are derived in a replay, so they are not noted."""
KINDS: Mapping[str, type] = {kind: event for event, kind in NAMES.items()}
FIELDS: Mapping[type, tuple[str, ...]] = {
    event: tuple(field.name for field in fields(event) if field.name != "at_ms") for event in NAMES
}


def _moves(value: Any) -> tuple[tuple[int, int, int], ...]:
    """Moves, which JSON makes lists of."""
    return tuple((int(start), int(end), int(took_ms)) for start, end, took_ms in value)


_WORDS: Mapping[tuple[str, str], Callable[[Any], Any]] = {
    ("phase", "phase"): Phase,
    ("mode", "mode"): Mode,
    ("shot_ordered", "kind"): ShotKind,
    ("travels", "moves"): _moves,
}


def heard(event: d.Event) -> tuple[str, dict[str, Any]] | None:
    """Kind and fields under which an event is noted; None for a tick."""
    kind = NAMES.get(type(event))
    return None if kind is None else (kind, {name: getattr(event, name) for name in FIELDS[type(event)]})


def event_of(kind: str, values: Mapping[str, Any], at_ms: int) -> d.Event | None:
    """The event that was noted so; None when the kind is not one of the director's events.

    Raises:
        ValueError, KeyError: a value is missing, or is not what the kind allows.
    """
    event = KINDS.get(kind)
    if event is None:
        return None
    known = {name: _WORDS.get((kind, name), _as_it_is)(values[name]) for name in FIELDS[event]}
    made: d.Event = event(at_ms=at_ms, **known)
    return made


def decided(action: d.Action) -> tuple[str, dict[str, Any]] | None:
    """Kind and fields under which a decision is noted; None when it is none that lasts."""
    match action:
        case d.Recall(camera, preset, seat, reason):
            return "recall", {"camera": camera, "preset": preset, "seat": seat, "reason": reason.code}
        case d.Cut(camera, preset, kind, seat, reason):
            shot = {"camera": camera, "preset": preset, "shot": kind.value, "seat": seat, "reason": reason.code}
            return "cut", shot
        case d.Interjected(seat, from_ms, to_ms, by_chair):
            return "interjection", {"seat": seat, "from_ms": from_ms, "to_ms": to_ms, "by_chair": by_chair}
        case _:
            return None


def _as_it_is(value: Any) -> Any:
    return value
