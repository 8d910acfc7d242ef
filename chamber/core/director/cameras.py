"""Where each camera stands, as far as is known, and how long it takes from one preset to another."""

from collections.abc import Iterable

from chamber.core.director.model import Plan, PlanCamera
from chamber.core.director.shots import Framing, Shots

START_MS = 650
"""Part of a move that does not depend on the angle: command, ramps and focus."""
TYPICAL_DEG = 55.0
"""Angle of a move that takes the typical time."""
SAME_MS = 120
STALE_FACTOR, STALE_MS = 3, 2000
"""A camera silent for three times the expected move and this long is taken to have failed."""
AVOID_MS = 10_000
RETRY_MS = 3000
"""A camera that refused, or did not arrive, gets no order so soon again; a refusal may come back at once."""
"""A camera that failed is asked again only after this long, if another one can do."""
REMEMBERED = 8192


class Travel:
    """Learned times between presets of one camera, milliseconds from recall to arrival."""

    def __init__(self, camera: PlanCamera, default_ms: int) -> None:
        self._pan = {shot.preset: shot.pan_deg for shot in camera.shots}
        self._typical_ms = float(camera.typical_move_ms or default_ms)
        self._slope = max(3.0, (self._typical_ms - START_MS) / TYPICAL_DEG)
        self._known: dict[tuple[int, int], float] = {}

    def estimate_ms(self, start: int | None, end: int) -> float:
        """Expected time; `start` None is not known."""
        if start == end:
            return SAME_MS
        if start is None:
            return self._typical_ms
        known = self._known.get((start, end))
        if known is not None:
            return known
        here, there = self._pan.get(start), self._pan.get(end)
        if here is None or there is None:
            return self._typical_ms
        turn = abs(here - there) % 360.0
        return START_MS + self._slope * min(turn, 360.0 - turn)

    def learn(self, start: int | None, end: int, took_ms: int) -> None:
        """Take in a measured move."""
        if start == end or start is None or len(self._known) >= REMEMBERED:
            return
        before = self._known.get((start, end))
        self._known[start, end] = took_ms if before is None else before + 0.3 * (took_ms - before)

    def recall(self, moves: Iterable[tuple[int, int, int]]) -> None:
        """Take in what was measured before."""
        for start, end, took_ms in moves:
            if start in self._pan and end in self._pan and len(self._known) < REMEMBERED:
                self._known[start, end] = took_ms

    def known(self) -> dict[tuple[int, int], int]:
        """What was measured, rounded to milliseconds."""
        return {pair: round(took_ms) for pair, took_ms in self._known.items()}


class Head:
    """One camera: its newest recall, and whether it has arrived there."""

    __slots__ = (
        "arrived",
        "avoid_until_ms",
        "came_from",
        "due_ms",
        "goal",
        "hands_off_until_ms",
        "id",
        "lost",
        "sent_ms",
        "settle_ms",
        "travel",
    )

    def __init__(self, camera: PlanCamera, default_ms: int) -> None:
        self.id, self.settle_ms = camera.id, camera.settle_ms
        self.travel = Travel(camera, default_ms)
        self.goal: Framing | None = None
        self.came_from: int | None = None
        self.arrived = self.lost = False
        self.sent_ms = self.avoid_until_ms = self.hands_off_until_ms = -(10**9)
        self.due_ms: int | None = None

    def rests_until_ms(self) -> int:
        """Until when it is left alone because it failed."""
        return self.avoid_until_ms - AVOID_MS + RETRY_MS

    def shows(self, framing: Framing) -> bool:
        """Whether it stands settled on this very preset."""
        return self.arrived and self.goal is not None and self.goal.preset == framing.preset

    def bound_for(self, framing: Framing) -> bool:
        """Whether it stands there or is on its way there."""
        return self.goal is not None and self.goal.preset == framing.preset

    def wait_ms(self, framing: Framing, now_ms: int) -> float:
        """Expected time until it stands there, if recalled now or already on its way."""
        goal = self.goal
        if goal is None:
            return self.travel.estimate_ms(None, framing.preset)
        if goal.preset == framing.preset:
            if self.arrived:
                return 0.0
            return max(100.0, self.sent_ms + self.travel.estimate_ms(self.came_from, goal.preset) - now_ms)
        there = self.travel.estimate_ms(goal.preset, framing.preset)
        return there if self.arrived else max(there, self.travel.estimate_ms(None, framing.preset))

    def send(self, framing: Framing, now_ms: int) -> None:
        """It has been recalled; a newer recall supersedes an older one, whose report then counts no more."""
        self.came_from = self.goal.preset if self.arrived and self.goal is not None else None
        self.goal, self.arrived, self.sent_ms = framing, False, now_ms

        if self.settle_ms is not None:
            self.due_ms = now_ms + self.settle_ms
        else:
            expected_ms = self.travel.estimate_ms(self.came_from, framing.preset)
            self.due_ms = now_ms + STALE_MS + round(STALE_FACTOR * expected_ms)

    def land(self) -> None:
        """It stands on its goal."""
        self.arrived, self.due_ms = True, None

    def forget(self) -> None:
        """It may stand anywhere."""
        self.goal, self.came_from, self.due_ms, self.arrived = None, None, None, False


class Cameras:
    """All cameras that move."""

    def __init__(self, plan: Plan, shots: Shots) -> None:
        self._shots = shots
        self.heads = {camera.id: Head(camera, plan.settings.settle_ms) for camera in plan.cameras}

    def arrived(self, camera: str, preset: int, now_ms: int) -> bool:
        """A report of arrival; false when it is not about the newest recall."""
        head = self.heads.get(camera)
        if head is None:
            return False
        if head.goal is None:
            head.goal = self._shots.at.get((camera, preset))
            if head.goal is not None:
                head.land()
            return head.arrived
        if head.goal.preset != preset:
            return False
        if not head.arrived:
            head.land()
            head.travel.learn(head.came_from, preset, now_ms - head.sent_ms)
        return True

    def failed(self, camera: str, preset: int, now_ms: int) -> None:
        """A recall was refused or timed out; one that is not the newest says nothing."""
        head = self.heads.get(camera)
        if head is not None and head.goal is not None and head.goal.preset == preset and not head.arrived:
            head.forget()
            head.avoid_until_ms = now_ms + AVOID_MS

    def pass_time(self, now_ms: int) -> None:
        """Settle what silence decides: arrival where none is reported, failure where a report is overdue."""
        for head in self.heads.values():
            if head.due_ms is None or head.due_ms > now_ms:
                continue
            if head.settle_ms is not None:
                head.land()
            else:
                head.forget()
                head.avoid_until_ms = now_ms + AVOID_MS
