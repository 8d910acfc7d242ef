"""What was on the screen of an evening: pictures, name bars and moves, from a director's actions. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chamber.core.director import model as d
from chamber.core.domain import ShotKind
from chamber.core.replay import Played

OPERATOR = "operator"
"""Reason code of an operator's shot."""
SHORT_MS = 2000
ORDERS = (d.ShotOrdered, d.ProposalAccepted, d.PhaseChanged, d.PresentationChanged, d.ModeSet, d.CameraLost)
"""What ends a picture without the director having a choice, when it comes less than 2 s before the end."""


class Framing(StrEnum):
    """How a picture shows somebody."""

    CLOSE = "close"
    DUO = "duo"
    WIDE = "wide"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture on air. `cut_away`: the director ended it, and neither the operator, a lost camera nor a suspension."""

    from_ms: int
    to_ms: int
    cut: d.Cut
    cut_away: bool

    def during_ms(self, from_ms: int, to_ms: int) -> int:
        """How long it was on air within a time."""
        return max(0, min(self.to_ms, to_ms) - max(self.from_ms, from_ms))


@dataclass(frozen=True, slots=True)
class Bar:
    """One time that a name bar was shown."""

    seat: str
    from_ms: int
    to_ms: int


class Frames:
    """Says how the pictures of a plan show a seat."""

    def __init__(self, plan: d.Plan) -> None:
        self._wide = plan.wide
        self._seats: Mapping[tuple[str, int], tuple[str, ...]] = {
            (camera.id, shot.preset): shot.seats for camera in plan.cameras for shot in camera.shots
        }

    def of(self, cut: d.Cut, seat: str) -> Framing:
        """Close is a preset for this seat alone, duo one for it and others; another's picture is other."""
        if cut.kind is ShotKind.WIDE or (cut.camera is not None and cut.camera == self._wide):
            return Framing.WIDE if cut.kind is not ShotKind.PIP else Framing.OTHER
        if cut.kind is ShotKind.PIP or cut.camera is None or cut.preset is None:
            return Framing.OTHER
        seats = self._seats.get((cut.camera, cut.preset), ())
        if seat not in seats:
            return Framing.OTHER
        return Framing.CLOSE if len(seats) == 1 else Framing.DUO


def pictures(played: Iterable[Played], events: Sequence[d.Event], to_ms: int) -> tuple[Shown, ...]:
    """Every picture on air, in order; while the meeting is not open there is none."""
    ordered = [event.at_ms for event in events if isinstance(event, ORDERS)]
    dark = [event.at_ms for event in events if isinstance(event, d.PauseSet) and event.paused]
    cuts = [(one.at_ms, one.action) for one in played if isinstance(one.action, d.Cut)]
    found = []
    for number, (at_ms, cut) in enumerate(cuts):
        following = cuts[number + 1] if number + 1 < len(cuts) else None
        end_ms = following[0] if following is not None else to_ms
        dark_ms = next((ms for ms in dark if at_ms <= ms <= end_ms), None)
        by_director = following is not None and following[1].reason.code != OPERATOR
        by_director = by_director and not any(max(at_ms, end_ms - SHORT_MS) < ms <= end_ms for ms in ordered)
        found.append(Shown(at_ms, end_ms if dark_ms is None else dark_ms, cut, dark_ms is None and by_director))
    return tuple(found)


def bars(played: Iterable[Played], to_ms: int) -> tuple[Bar, ...]:
    """Every name bar, in order."""
    found: list[Bar] = []
    now: tuple[str, int] | None = None
    for one in played:
        if isinstance(one.action, d.ShowBar | d.HideBar):
            if now is not None:
                found.append(Bar(*now, one.at_ms))
            now = (one.action.seat, one.at_ms) if isinstance(one.action, d.ShowBar) else None
    if now is not None:
        found.append(Bar(*now, to_ms))
    return tuple(found)


def on_air_motion_ms(played: Iterable[Played], shown: Sequence[Shown]) -> int:
    """How long cameras were on air after the director had sent them elsewhere meanwhile; has to be 0.

    The move is taken to last as long as the picture.
    """
    moved: dict[int, int] = {}
    newest = -1
    for one in played:
        if isinstance(one.action, d.Cut):
            newest += 1
        elif isinstance(one.action, d.Recall) and newest >= 0:
            picture = shown[newest]
            if one.action.camera == picture.cut.camera and one.at_ms <= picture.to_ms:
                moved.setdefault(newest, picture.to_ms - one.at_ms)
    return sum(moved.values())


def short(shown: Sequence[Shown]) -> int:
    """Pictures under 2 s that the director ended by itself."""
    return sum(picture.cut_away and picture.to_ms - picture.from_ms < SHORT_MS for picture in shown)
