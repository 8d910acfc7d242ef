"""What a plan can show, looked up by seat; fixed for a meeting and shared by every copy of a director."""

from collections.abc import Mapping
from dataclasses import dataclass

from chamber.core.director.model import Plan
from chamber.core.domain import ShotKind

STEEP_DEG = 55.0
"""More off-axis than this and a face is seen from the side: another camera is worth a wait."""


@dataclass(frozen=True, slots=True)
class Framing:
    """One preset of one camera."""

    camera: str
    preset: int
    kind: ShotKind
    seats: tuple[str, ...]
    steep: bool


class Shots:
    """Framings of a plan by seat, by pair of seats and by preset; looked at, never changed."""

    def __init__(self, plan: Plan) -> None:
        close: dict[str, list[tuple[float, Framing]]] = {}
        self.group: dict[str, tuple[Framing, ...]] = {}
        self.at: dict[tuple[str, int], Framing] = {}
        for camera in plan.cameras:
            for shot in camera.shots:
                angle = 0.0 if shot.off_axis_deg is None else shot.off_axis_deg
                framing = Framing(camera.id, shot.preset, shot.kind, shot.seats, angle > STEEP_DEG)
                self.at[camera.id, shot.preset] = framing
                if len(shot.seats) == 1:
                    close.setdefault(shot.seats[0], []).append((angle, framing))
                else:
                    for seat in shot.seats:
                        self.group[seat] = (*self.group.get(seat, ()), framing)
        self.close: Mapping[str, tuple[Framing, ...]] = {seat: _one_each(found) for seat, found in close.items()}

    def pair(self, one: str, other: str) -> tuple[Framing, ...]:
        """Framings with both seats in them, fewest people first."""
        found = [framing for framing in self.group.get(one, ()) if other in framing.seats]
        return tuple(sorted(found, key=lambda framing: len(framing.seats)))

    def __deepcopy__(self, memo: dict[int, object]) -> "Shots":
        return self


def _one_each(found: list[tuple[float, Framing]]) -> tuple[Framing, ...]:
    """The most frontal framing of each camera, most frontal first."""
    best: dict[str, Framing] = {}
    for _, framing in sorted(found, key=lambda pair: pair[0]):
        best.setdefault(framing.camera, framing)
    return tuple(best.values())
