"""The operator's shots: they go before every rule but one, that a camera on air does not move."""

from chamber.core.director.cameras import Cameras
from chamber.core.director.camerawork import Camerawork
from chamber.core.director.desk import LONG_AGO, SLATE, Desk, Picture, framed, picture
from chamber.core.director.floor import Floor
from chamber.core.director.model import Plan, ShotOrdered
from chamber.core.director.policy import Policy
from chamber.core.director.shots import Framing, Shots
from chamber.core.domain import ShotKind


class Orders:
    """The order that is in force, and until when the director keeps its hands off."""

    def __init__(
        self,
        plan: Plan,
        shots: Shots,
        cameras: Cameras,
        floor: Floor,
        desk: Desk,
        work: Camerawork,
        policy: Policy,
    ) -> None:
        self._plan, self._shots, self._heads = plan, shots, cameras.heads
        self._floor, self._desk, self._work, self._policy = floor, desk, work, policy
        self.until_ms: int | None = LONG_AGO
        """Automatic again from then on; None: not before the operator says so."""
        self.waiting: Framing | None = None
        """A camera that has to arrive there before it goes on air."""

    def release(self) -> None:
        """Automatic again."""
        self.until_ms, self.waiting = LONG_AGO, None

    def hold(self, now_ms: int) -> None:
        """What is on air now is the operator's choice."""
        hold_ms = self._plan.settings.operator_hold_ms
        self.until_ms = now_ms + hold_ms if hold_ms else None

    def holds(self, now_ms: int) -> bool:
        """Whether the operator's choice still stands; sees to it that its end is noticed."""
        if self.until_ms is not None and now_ms < self.until_ms:
            self._desk.wake(self.until_ms)
        return self.waiting is not None or self.until_ms is None or now_ms < self.until_ms

    def give(self, event: ShotOrdered, now_ms: int, *, on_air: bool) -> None:
        """A new order replaces the one before; one that nothing can be made of changes nothing."""
        shot = self._of_camera(event) if event.camera is not None else self._of_kind(event.kind, now_ms)
        if shot is None:
            return
        self.waiting = shot if isinstance(shot, Framing) else None
        if isinstance(shot, Framing):
            self._heads[shot.camera].avoid_until_ms = LONG_AGO  # the operator may try what has just failed
        self.hold(now_ms)
        if isinstance(shot, Picture) and on_air:
            self._desk.take(shot, "operator", now_ms, urgent=True)

    def carry_out(self, now_ms: int) -> None:
        """Bring an ordered preset on air, by way of another picture when its camera is on air now."""
        framing = self.waiting
        if framing is None:
            return
        head = self._heads[framing.camera]
        if head.lost or head.rests_until_ms() > now_ms:  # gone, or it said no: the order is over
            self.waiting = None
        elif head.shows(framing):
            self.waiting = None
            self._desk.take(framed(framing), "operator", now_ms, urgent=True)
        else:
            if self._desk.shown.camera == head.id:
                self._work.neutral("bridge", now_ms, without=head.id, at_once=True)
            if self._desk.shown.camera != head.id and not head.bound_for(framing):
                head.send(framing, now_ms)
                self._desk.recall(framing, framing.seats[0] if framing.seats else None, "operator")

    def _of_camera(self, event: ShotOrdered) -> Picture | Framing | None:
        head = self._heads.get(event.camera or "")
        if head is None:
            kind = ShotKind.WIDE if event.camera == self._plan.wide else event.kind
            return Picture(kind, event.camera)
        if event.preset is not None:
            return self._shots.at.get((head.id, event.preset))
        if head.goal is None:
            return Picture(event.kind, head.id)
        return framed(head.goal) if head.arrived else head.goal

    def _of_kind(self, kind: ShotKind, now_ms: int) -> Picture | Framing | None:
        if kind is ShotKind.WIDE and self._plan.wide is not None:
            return Picture(ShotKind.WIDE, self._plan.wide)
        if kind is ShotKind.SLATE:
            return SLATE
        if kind is ShotKind.PRESENTATION and self._plan.presentation is not None:
            return Picture(ShotKind.PRESENTATION, self._plan.presentation)
        if kind is ShotKind.PIP and self._plan.presentation is not None:
            return self._policy.inset(self._desk.shown.close)
        if kind is ShotKind.CHAIR and self._floor.chair is not None:
            found = [f for f in self._shots.close.get(self._floor.chair, ()) if not self._heads[f.camera].lost]
            if found:
                on_air = self._desk.shown.camera
                return min(found, key=lambda f: (f.camera == on_air, self._heads[f.camera].wait_ms(f, now_ms)))
        return None

    def accept(self, now_ms: int) -> None:
        """Take what was proposed last, unless its camera has moved on since."""
        wish, self._desk.proposal = self._desk.proposal, None
        if wish is None:
            return
        framing = None
        if wish.camera is not None and wish.preset is not None:
            framing = self._shots.at.get((wish.camera, wish.preset))
            if framing is None or not self._heads[framing.camera].shows(framing):
                return
        shot = picture(framing, wish.seat) if framing is not None else Picture(wish.kind, wish.camera, seat=wish.seat)
        self._desk.take(shot, wish.reason.code, now_ms, urgent=True)
        self._policy.noticed(shot, now_ms)
