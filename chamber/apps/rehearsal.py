"""A director at work in virtual time: cameras that take their time, and a record of everything that went on air.

Used by `chamber bench director` and by tests. Written apart from the director: it knows only events and actions.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chamber.core.director import model as d
from chamber.core.director.reducer import Director
from chamber.core.domain import ShotKind

MoveTime = Callable[[str, int | None, int], int | None]
"""(camera, from preset or unknown, to preset) -> milliseconds to arrival; None: it never reports."""


@dataclass(slots=True)
class Camera:
    """A camera as it really is."""

    preset: int | None = None
    arrives_ms: int | None = None
    token: int = 0


@dataclass(frozen=True, slots=True)
class OnAir:
    """One picture and how long it was on air, milliseconds."""

    cut: d.Cut
    from_ms: int
    to_ms: int

    @property
    def length_ms(self) -> int:
        return self.to_ms - self.from_ms


@dataclass(slots=True)
class Record:
    """What the director did."""

    cuts: list[tuple[int, d.Cut]] = field(default_factory=list)
    recalls: list[tuple[int, d.Recall]] = field(default_factory=list)
    others: list[tuple[int, d.Action]] = field(default_factory=list)
    moved_on_air: list[tuple[int, str]] = field(default_factory=list)
    cut_to_moving: list[tuple[int, str]] = field(default_factory=list)


class Rehearsal:
    """Plays events to a director; wakes and arrivals come by themselves."""

    def __init__(self, plan: d.Plan, move: MoveTime, *, ticks_ms: int | None = None) -> None:
        self.plan, self._move, self._ticks_ms = plan, move, ticks_ms
        self.director = Director(plan)
        self.cameras = {camera.id: Camera() for camera in plan.cameras}
        self.record = Record()
        self.now_ms = 0
        self.operated = False
        self._airing: str | None = plan.wide
        self._wake_ms: int | None = None
        self._arrivals: list[tuple[int, int, str, int]] = []
        self._handle(d.Ticked(0))

    @property
    def on_air(self) -> d.Cut | None:
        """The newest cut."""
        return self.record.cuts[-1][1] if self.record.cuts else None

    def feed(self, event: d.Event) -> None:
        """Let time pass until the event, then tell the director."""
        self.advance(event.at_ms)
        self.operated = isinstance(event, d.ShotOrdered | d.ProposalAccepted)
        if isinstance(event, d.PauseSet) and event.paused:
            self._airing = None
        self._handle(event)
        self.operated = False

    def advance(self, to_ms: int) -> None:
        """Let time pass: cameras arrive, wakes come due."""
        while True:
            arrival_ms = self._arrivals[0][0] if self._arrivals else None
            due = [at_ms for at_ms in (arrival_ms, self._wake_ms) if at_ms is not None and at_ms <= to_ms]
            if not due:
                break
            at_ms = max(self.now_ms, min(due))
            if arrival_ms is not None and arrival_ms <= at_ms:
                self._arrive(at_ms)
            else:
                self._wake_ms = None
                self._handle(d.Ticked(at_ms))
        self.now_ms = max(self.now_ms, to_ms)

    def _arrive(self, at_ms: int) -> None:
        _, token, name, preset = heapq.heappop(self._arrivals)
        camera = self.cameras[name]
        if token == camera.token:
            camera.arrives_ms = None
            self._handle(d.CameraArrived(at_ms, name, preset))

    def _handle(self, event: d.Event) -> None:
        self.now_ms = event.at_ms
        for action in self.director.handle(event):
            self._act(action)

    def _act(self, action: d.Action) -> None:
        record, now_ms = self.record, self.now_ms
        if isinstance(action, d.Cut):
            record.cuts.append((now_ms, action))
            self._airing = action.camera
            camera = self.cameras.get(action.camera or "")
            if camera is not None and camera.arrives_ms is not None and not self.operated:
                record.cut_to_moving.append((now_ms, action.camera or ""))
        elif isinstance(action, d.Recall):
            record.recalls.append((now_ms, action))
            if self._airing == action.camera:
                record.moved_on_air.append((now_ms, action.camera))
            self._send(self.cameras[action.camera], action)
        elif isinstance(action, d.Wake):
            self._wake_ms = action.at_ms
        else:
            record.others.append((now_ms, action))

    def _send(self, camera: Camera, recall: d.Recall) -> None:
        start = camera.preset if camera.arrives_ms is None else None
        took_ms = self._move(recall.camera, start, recall.preset)
        camera.token += 1
        camera.preset, camera.arrives_ms = recall.preset, self.now_ms + (took_ms if took_ms is not None else 10**9)
        if took_ms is not None:
            heapq.heappush(self._arrivals, (camera.arrives_ms, camera.token, recall.camera, recall.preset))

    def shots(self) -> list[OnAir]:
        """Every picture so far with its time on air."""
        ends = [at_ms for at_ms, _ in self.record.cuts[1:]] + [self.now_ms]
        return [OnAir(cut, at_ms, end_ms) for (at_ms, cut), end_ms in zip(self.record.cuts, ends, strict=False)]


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody really speaks; milliseconds."""

    seat: str
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How an evening looked. Shares are of speech; waits are from the first word to the settled picture."""

    on_target: float
    wide: float
    cuts_per_min: float
    short_shots: float
    wait_p50_ms: int
    wait_p95_ms: int
    on_air_motion: int


def judge(rehearsal: Rehearsal, turns: Sequence[Turn], short_ms: int = 2000) -> Figures:
    """Compare what was on air with who really spoke."""
    shots = rehearsal.shots()
    spoken = sum(turn.to_ms - turn.from_ms for turn in turns)
    target = wide = 0
    waits: list[int] = []
    for turn in turns:
        first_ms: int | None = None
        for shot in shots:
            together_ms = min(shot.to_ms, turn.to_ms) - max(shot.from_ms, turn.from_ms)
            if together_ms <= 0:
                continue
            if shot.cut.kind is ShotKind.WIDE:
                wide += together_ms
            elif shot.cut.seat == turn.seat:
                target += together_ms
                first_ms = max(shot.from_ms, turn.from_ms) if first_ms is None else first_ms
        if turn.to_ms - turn.from_ms > 3000:
            waits.append((turn.to_ms if first_ms is None else first_ms) - turn.from_ms)
    waits.sort()
    inner = shots[1:-1]
    return Figures(
        on_target=round(target / spoken, 4),
        wide=round(wide / spoken, 4),
        cuts_per_min=round(60_000 * len(shots) / rehearsal.now_ms, 2),
        short_shots=round(sum(shot.length_ms < short_ms for shot in inner) / max(1, len(inner)), 4),
        wait_p50_ms=waits[len(waits) // 2],
        wait_p95_ms=waits[len(waits) * 95 // 100],
        on_air_motion=len(rehearsal.record.moved_on_air) + len(rehearsal.record.cut_to_moving),
    )
