"""How a seat comes into the picture: which camera, when the cut is made, and what bridges the wait."""

from collections.abc import Sequence

from chamber.core.director.cameras import Cameras, Head
from chamber.core.director.desk import LONG_AGO, SLATE, Desk, Picture, picture
from chamber.core.director.floor import Floor, Wanted
from chamber.core.director.model import Plan
from chamber.core.director.settings import Bridge, CameraPick
from chamber.core.director.shots import Framing, Shots
from chamber.core.domain import ShotKind

STEEP_WAIT_MS = 400
"""A face from the front is worth waiting so much longer."""
SLOW_MS, SLOW_VOICE_MS = 2600, 1800
"""A wait longer than this is not worth holding the old picture; shorter where people speak already."""
CHAIR_FAR_MS, CHAIR_WAIT_MS = 1900, 3200
"""With a queue and one camera so far from the chair: it leaves late, the chair mostly only calls the next one."""


class Camerawork:
    """Shows seats and neutral pictures; never moves a camera on air, never cuts to one that has not arrived."""

    def __init__(self, plan: Plan, shots: Shots, cameras: Cameras, floor: Floor, desk: Desk) -> None:
        self._settings, self._wide = plan.settings, plan.wide
        self._shots, self._floor, self._desk = shots, floor, desk
        self._heads = cameras.heads
        self.lost_fixed: set[str] = set()
        self.busy: set[str] = set()
        """Cameras that stand, or are on their way, for whoever has the floor."""

    # ------------------------------------------------------------------------------------------------- seats

    def show(self, seat: str, wanted: Wanted, now_ms: int, *, resumed: bool = False) -> None:
        """Bring the seat into the picture as soon as the rules allow."""
        framings = self._usable(self._shots.close.get(seat, ()), now_ms)
        if framings:
            code = "cutaway_over" if resumed else "returned" if wanted.returned else self._why(framings[0])
            self._by(framings, seat, wanted, code, now_ms)
        elif groups := self._usable(self._shots.group.get(seat, ()), now_ms):
            self._by(groups, seat, wanted, "group", now_ms)
        else:
            self.neutral("no_shot", now_ms, from_ms=wanted.from_ms, seat=seat)

    def together(self, seats: Sequence[str], wanted: Wanted, code: str, now_ms: int) -> None:
        """One picture for several speakers: a duo if there is one, else wide."""
        pair = self._usable(self._shots.pair(seats[0], seats[1]), now_ms) if len(seats) == 2 else ()
        if pair:
            self._by(pair, None, wanted, "duo", now_ms)
        else:
            self.neutral(code, now_ms, from_ms=wanted.from_ms)

    def _why(self, framing: Framing) -> str:
        if framing.seats == (self._floor.chair,):
            return "chair"
        return "lectern" if framing.kind is ShotKind.LECTERN else "speaker"

    def _usable(self, framings: Sequence[Framing], now_ms: int) -> Sequence[Framing]:
        """Without cameras that are lost, that have just failed, or that somebody else works with for a while."""
        found = []
        for framing in framings:
            head = self._heads[framing.camera]
            if head.lost:
                continue
            free_ms = max(head.hands_off_until_ms, head.rests_until_ms())
            if free_ms <= now_ms:
                found.append(framing)
            else:
                self._desk.wake(free_ms)
        return found

    def _by(self, framings: Sequence[Framing], seat: str | None, wanted: Wanted, code: str, now_ms: int) -> None:
        """Cut to the best of these framings, or see to it that this becomes possible."""
        desk = self._desk
        for framing in framings:
            if framing.camera == desk.shown.camera and framing.preset == desk.shown.preset:
                desk.take(picture(framing, seat), code, now_ms)
                return
        free = [framing for framing in framings if framing.camera != desk.shown.camera]
        if not free:
            self._bridge(framings[0], seat, wanted, now_ms)
            return
        framing = min(free, key=lambda f: self._rank(f, now_ms))
        head = self._heads[framing.camera]
        if not head.bound_for(framing):
            wait_ms = self._leave_ms(framings, head, seat, now_ms)
            if wait_ms is not None and now_ms < wait_ms:
                desk.wake(wait_ms)
                return
            head.send(framing, now_ms)
            desk.recall(framing, seat, "to_speaker" if seat is not None else "to_group")
        self.busy.add(framing.camera)
        cut_ms = max(wanted.from_ms, self.next_cut_ms())
        if not head.arrived:
            self._hold(head, framing, seat, wanted, now_ms)
        elif now_ms >= cut_ms:
            self._desk.take(picture(framing, seat), code, now_ms)
        else:
            desk.wake(cut_ms)

    def _rank(self, framing: Framing, now_ms: int) -> tuple[bool, bool, float]:
        head, pick = self._heads[framing.camera], self._settings.camera_pick
        taken = False
        if pick is CameraPick.EXCLUSIVE and head.goal is not None and head.goal.preset != framing.preset:
            taken = any(seat in self._floor.open for seat in head.goal.seats)
        if pick is CameraPick.LEAST_RECENT:
            return head.avoid_until_ms > now_ms, taken, float(self._desk.released_ms.get(head.id, LONG_AGO))
        return head.avoid_until_ms > now_ms, taken, head.wait_ms(framing, now_ms) + STEEP_WAIT_MS * framing.steep

    def _hold(self, head: Head, framing: Framing, seat: str | None, wanted: Wanted, now_ms: int) -> None:
        """The camera is on its way: keep the picture for a short wait, go wide for a long one."""
        desk, floor = self._desk, self._floor
        if desk.shown.kind is ShotKind.WIDE:
            return
        until_ms = floor.open.get(seat, now_ms) + self._settings.hold_ms if seat is not None else now_ms
        slow = head.wait_ms(framing, now_ms) > (SLOW_VOICE_MS if floor.gated else SLOW_MS)
        from_ms = max(self.next_cut_ms(), wanted.from_ms if floor.gated else LONG_AGO)
        if not slow:
            from_ms = max(from_ms, until_ms)
        if now_ms < from_ms:
            desk.wake(from_ms)
        else:
            self.neutral("waiting", now_ms, seat=None)

    def _bridge(self, framing: Framing, seat: str | None, wanted: Wanted, now_ms: int) -> None:
        """Only the camera on air can show it: another picture first, then it may move."""
        desk, floor, bridge = self._desk, self._floor, self._settings.bridge
        from_ms = max(self.next_cut_ms(), wanted.from_ms if floor.gated else LONG_AGO)
        if bridge is Bridge.HOLD and seat is not None:
            from_ms = max(from_ms, floor.open.get(seat, now_ms) + self._settings.hold_ms)
        if now_ms < from_ms:
            desk.wake(from_ms)
            return
        if bridge is Bridge.CHAIR and floor.chair is not None and seat != floor.chair:
            for other in self._shots.close.get(floor.chair, ()):
                if other.camera != framing.camera and self._stands(other):
                    self._desk.take(picture(other, floor.chair), "bridge_chair", now_ms)
                    break
        if desk.shown.camera == framing.camera:
            self.neutral("bridge", now_ms, without=framing.camera)
        if desk.shown.camera != framing.camera:
            self._by([framing], seat, wanted, self._why(framing) if seat is not None else "group", now_ms)

    def _leave_ms(self, framings: Sequence[Framing], head: Head, seat: str | None, now_ms: int) -> int | None:
        """When the camera should set out for the chair, if not at once."""
        floor = self._floor
        if seat is None or seat != floor.chair or seat not in floor.open or not floor.queue or len(framings) > 1:
            return None
        far_ms = max(head.wait_ms(framings[0], now_ms), head.travel.estimate_ms(None, framings[0].preset))
        return floor.open[seat] + CHAIR_WAIT_MS - round(far_ms) if far_ms >= CHAIR_FAR_MS else None

    def fetch(self, seat: str, now_ms: int) -> None:
        """See to it that a camera off air stands on this seat, without a cut."""
        shown = self._desk.shown
        free = [f for f in self._usable(self._shots.close.get(seat, ()), now_ms) if f.camera != shown.camera]
        if free and shown.close != seat:
            framing = min(free, key=lambda f: self._rank(f, now_ms))
            self.busy.add(framing.camera)
            if not self._heads[framing.camera].bound_for(framing):
                self._heads[framing.camera].send(framing, now_ms)
                self._desk.recall(framing, seat, "to_speaker")

    # ------------------------------------------------------------------------------------------------ neutral

    def neutral(
        self,
        code: str,
        now_ms: int,
        *,
        from_ms: int = LONG_AGO,
        seat: str | None = None,
        without: str | None = None,
        at_once: bool = False,
    ) -> None:
        """The wide shot, or what is left of the ladder: a group, the chair, anything that stands still, slate."""
        due_ms = LONG_AGO if at_once else max(from_ms, self.next_cut_ms())
        shot = self._neutral(without, seat)
        if shot.camera == self._desk.shown.camera and shot.preset == self._desk.shown.preset:
            self._desk.take(shot, code, now_ms)
        elif now_ms >= due_ms:
            self._desk.take(shot, code if shot.kind is not ShotKind.SLATE else "slate", now_ms, urgent=at_once)
        else:
            self._desk.wake(due_ms)

    def _neutral(self, without: str | None, seat: str | None) -> Picture:
        if self._wide is not None and self._wide not in self.lost_fixed:
            return Picture(ShotKind.WIDE, self._wide, None, seat)
        standing = [head.goal for head in self._heads.values() if head.goal is not None and head.arrived]
        usable = [f for f in standing if f.camera != without and not self._heads[f.camera].lost]
        chair = self._floor.chair
        if not usable:
            return SLATE
        return picture(min(usable, key=lambda f: (len(f.seats) < 2, f.seats != (chair,))), None)

    def rescue(self, now_ms: int) -> None:
        """The picture on air is gone: another camera on the same seat, else neutral; nothing is too early now."""
        shown = self._desk.shown
        if shown.close is not None:
            for framing in self._shots.close.get(shown.close, ()):
                if framing.camera != shown.camera and self._stands(framing):
                    self._desk.take(picture(framing, shown.close), "other_camera", now_ms, urgent=True)
                    return
        self.neutral("camera_gone", now_ms, without=shown.camera, at_once=True)

    # ------------------------------------------------------------------------------------------------- common

    def next_cut_ms(self) -> int:
        """When the present picture has been on air long enough; one more, for times are cut to milliseconds."""
        if self._desk.dark:
            return LONG_AGO
        return self._desk.since_ms + self._settings.min_shot_ms + 1

    def gone(self) -> bool:
        """Whether the picture on air comes from a camera that is lost."""
        camera = self._desk.shown.camera
        head = self._heads.get(camera) if camera is not None else None
        return camera in self.lost_fixed or (head is not None and head.lost)

    def _stands(self, framing: Framing) -> bool:
        head = self._heads[framing.camera]
        return not head.lost and head.shows(framing)
