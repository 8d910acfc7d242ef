"""What is on air, and the one place from which cuts go out: at once, or as a proposal in assist mode."""

from dataclasses import dataclass

from chamber.core.director.model import Action, Cut, Propose, Recall
from chamber.core.director.reasons import REASONS
from chamber.core.director.shots import Framing
from chamber.core.domain import Mode, ShotKind

LONG_AGO = -(10**9)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for the programme; camera None is the slate."""

    kind: ShotKind
    camera: str | None = None
    preset: int | None = None
    seat: str | None = None
    seats: tuple[str, ...] = ()

    @property
    def close(self) -> str | None:
        """The one seat that this picture shows, if that is what it is for."""
        return self.seat if len(self.seats) == 1 else None


SLATE = Picture(ShotKind.SLATE)


def picture(framing: Framing, seat: str | None) -> Picture:
    """The picture that a camera gives of a seat at one of its presets."""
    return Picture(framing.kind, framing.camera, framing.preset, seat, framing.seats)


def framed(framing: Framing) -> Picture:
    """The same, named after the one seat in it, if it is one."""
    return picture(framing, framing.seats[0] if len(framing.seats) == 1 else None)


class Desk:
    """The programme as the director has it; `out` collects the actions of the event at hand."""

    def __init__(self, wide: str | None, mode: Mode) -> None:
        self.mode = mode
        self.shown = Picture(ShotKind.WIDE, wide) if wide is not None else SLATE
        self.since_ms = LONG_AGO
        self.out: list[Action] = []
        self.wakes: list[int] = []
        self.proposal: Propose | None = None
        self.released_ms: dict[str, int] = {}
        """When each camera was last on air."""

    @property
    def dark(self) -> bool:
        """Whether the slate is on air."""
        return self.shown.kind is ShotKind.SLATE

    def take(self, shot: Picture, code: str, now_ms: int, *, urgent: bool = False) -> bool:
        """Put a picture on air, or propose it in assist mode; true when it is on air now."""
        if shot == self.shown:
            self.proposal = None
            return True
        if self.mode is Mode.ASSIST and not urgent and not self.dark:
            wish = Propose(shot.camera, shot.preset, shot.kind, shot.seat, REASONS[code])
            if wish != self.proposal:
                self.proposal = wish
                self.out.append(wish)
            return False
        self.proposal = None
        if (shot.camera, shot.preset, shot.kind) != (self.shown.camera, self.shown.preset, self.shown.kind):
            self.out.append(Cut(shot.camera, shot.preset, shot.kind, shot.seat, REASONS[code]))
            self.since_ms = now_ms
            if self.shown.camera is not None:
                self.released_ms[self.shown.camera] = now_ms
        self.shown = shot
        return True

    def recall(self, framing: Framing, seat: str | None, code: str) -> None:
        """Send a camera that is not on air."""
        self.out.append(Recall(framing.camera, framing.preset, seat, REASONS[code]))

    def wake(self, at_ms: int) -> None:
        """Look again at this time."""
        self.wakes.append(at_ms)
