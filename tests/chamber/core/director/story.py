"""Evenings told in verbs: who opens a microphone, what time passes, what is then in the picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from chamber.apps.rehearsal import MoveTime, Rehearsal
from chamber.core.director import model as d
from chamber.core.domain import ShotKind

MOVE_MS = 1000
BOTH = ("cam1", "cam2")
SEATS = {"chair": BOTH, "A": BOTH, "B": BOTH, "C": BOTH}


def hall(
    seats: Mapping[str, Sequence[str]] = SEATS,
    *,
    duos: Sequence[tuple[str, str, str]] = (),
    settle_ms: int | None = None,
    lecterns: tuple[str, ...] = (),
    wide: str | None = "wide",
    voice_gated: bool | None = False,
    presentation: str | None = None,
    **settings: Any,
) -> d.Plan:
    """A plan: seats with the cameras that see them; duos as (camera, seat, seat)."""
    shots: dict[str, list[d.PlanShot]] = {}
    for number, (seat, cameras) in enumerate(seats.items(), 1):
        kind = ShotKind.CHAIR if seat == "chair" else ShotKind.LECTERN if seat in lecterns else ShotKind.SPEAKER
        for camera in cameras:
            shots.setdefault(camera, []).append(d.PlanShot(number, kind, (seat,)))
    for number, (camera, one, other) in enumerate(duos, 50):
        shots.setdefault(camera, []).append(d.PlanShot(number, ShotKind.DUO, (one, other)))
    return d.Plan(
        cameras=tuple(d.PlanCamera(name, tuple(found), MOVE_MS, settle_ms) for name, found in sorted(shots.items())),
        wide=wide,
        chair="chair" if "chair" in seats else None,
        lecterns=lecterns,
        voice_gated=voice_gated,
        requests=True,
        settings=d.Settings(**settings),
        presentation=presentation,
    )


class Story(Rehearsal):
    """A rehearsal with verbs; `takes_ms` is how long every move takes."""

    def __init__(self, plan: d.Plan, takes_ms: int = MOVE_MS, move: MoveTime | None = None) -> None:
        super().__init__(plan, move or (lambda camera, start, end: 100 if start == end else takes_ms))

    def tell(self, kind: Any, *args: Any, **named: Any) -> "Story":
        """Send an event that happens now."""
        self.feed(kind(self.now_ms, *args, **named))
        return self

    def opens(self, *seats: str) -> "Story":
        for seat in seats:
            self.tell(d.MicOpened, seat)
        return self

    def closes(self, *seats: str) -> "Story":
        for seat in seats:
            self.tell(d.MicClosed, seat)
        return self

    def waits(self, ms: int) -> "Story":
        self.advance(self.now_ms + ms)
        return self

    def speaks(self, seat: str, ms: int) -> "Story":
        """A whole contribution, microphone and all."""
        return self.opens(seat).waits(ms).closes(seat)

    @property
    def kind(self) -> ShotKind:
        return self.on_air.kind if self.on_air is not None else ShotKind.WIDE

    @property
    def seat(self) -> str | None:
        """The seat in the picture."""
        return self.on_air.seat if self.on_air is not None else None

    @property
    def why(self) -> str:
        return self.on_air.reason.code if self.on_air is not None else ""

    @property
    def pictures(self) -> list[str]:
        """Seats and kinds, in the order in which they came on air."""
        return [cut.seat or cut.kind.value for _, cut in self.record.cuts]

    @property
    def cut_times(self) -> list[int]:
        return [at_ms for at_ms, _ in self.record.cuts]

    def standing(self, camera: str) -> int | None:
        """The preset a camera was last sent to."""
        return self.cameras[camera].preset

    def told(self, kind: type) -> list[Any]:
        """Actions of one kind other than cuts and recalls."""
        return [action for _, action in self.record.others if isinstance(action, kind)]

    def faultless(self) -> bool:
        """No camera moved on air, and only settled cameras came on air."""
        return not self.record.moved_on_air and not self.record.cut_to_moving
