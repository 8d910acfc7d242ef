"""Which picture the house rules and the floor ask for at this moment."""

from chamber.core.director.cameras import Cameras
from chamber.core.director.camerawork import Camerawork
from chamber.core.director.desk import Desk, Picture, picture
from chamber.core.director.floor import Floor, Wanted
from chamber.core.director.guesses import Guesses
from chamber.core.director.model import Plan
from chamber.core.director.phases import House
from chamber.core.director.settings import PhasePolicy
from chamber.core.director.shots import Shots
from chamber.core.director.tempo import Tempo
from chamber.core.domain import ShotKind

MOST_CUTS = 3
"""After a cut the same moment is looked at again, for what the new picture makes due and when."""


class Policy:
    """Phase, privacy, pace and presentation over the floor; camerawork does the rest."""

    def __init__(
        self, plan: Plan, shots: Shots, cameras: Cameras, floor: Floor, desk: Desk, work: Camerawork, house: House
    ) -> None:
        self._plan, self._settings, self._shots, self._heads = plan, plan.settings, shots, cameras.heads
        self._floor, self._desk, self._work, self._house = floor, desk, work, house
        self.guesses, self.tempo = Guesses(), Tempo(plan.settings)
        self.presenting = False
        self.presenter: str | None = None

    def forget(self) -> None:
        """Nothing has been learned yet."""
        self.guesses, self.tempo = Guesses(), Tempo(self._settings)

    def direct(self, now_ms: int) -> None:
        """Make the cut that is due now, if any, and see to what makes the next one possible."""
        for _ in range(MOST_CUTS):
            before = self._desk.shown
            self._direct(now_ms)
            if self._desk.shown is before:
                return
            self.noticed(self._desk.shown, now_ms)

    def noticed(self, shot: Picture, now_ms: int) -> None:
        """This picture is on air now."""
        if shot.close is not None and shot.kind is not ShotKind.PIP:
            self.tempo.cut_to(shot.close, now_ms)

    def _direct(self, now_ms: int) -> None:
        """The picture that house rules and floor ask for."""
        policy, desk, work = self._house.policy, self._desk, self._work
        if policy is PhasePolicy.FIXED and not desk.dark:
            return
        if policy in {PhasePolicy.WIDE, PhasePolicy.WIDE_NO_BARS, PhasePolicy.FIXED}:
            work.neutral("phase_wide" if policy is not PhasePolicy.FIXED else "start", now_ms, at_once=True)
            return
        if policy is PhasePolicy.PIP and self.presenting and self._present(now_ms):
            return
        wanted = self._floor.wanted(desk.shown.close, desk.since_ms, self.guesses.holder, now_ms, self._house.allows)
        if wanted.again_ms is not None:
            desk.wake(wanted.again_ms)
        if wanted.seat is None:
            self._nobody(now_ms)
            return
        self._follow(wanted.seat, wanted, now_ms)
        if desk.dark:
            work.neutral("start", now_ms, at_once=True)

    def _nobody(self, now_ms: int) -> None:
        """Nobody speaks whom this phase shows."""
        floor, desk, work = self._floor, self._desk, self._work
        if desk.dark:
            work.neutral("start", now_ms, at_once=True)
        elif floor.open:
            work.neutral("not_allowed", now_ms, seat=next(reversed(floor.open)))
        elif desk.shown.kind is not ShotKind.WIDE:
            quiet_ms = floor.silent_ms + self._settings.silence_to_wide_ms
            work.neutral("silence", now_ms, from_ms=quiet_ms)

    def _follow(self, seat: str, wanted: Wanted, now_ms: int) -> None:
        """Show whoever has the floor."""
        desk, work = self._desk, self._work
        if seat == desk.shown.close or not self._floor.gated or now_ms >= wanted.from_ms:
            self.guesses.took_floor(seat, self._floor.chair, self._floor.queue_before(seat), now_ms)
        if seat in self._house.hidden:
            work.neutral("privacy", now_ms, from_ms=wanted.from_ms, seat=seat)
        elif wanted.together:
            work.together(wanted.together, wanted, "overlap", now_ms)
        elif not self._calming(seat, wanted, now_ms) and not self._cutaway(seat, now_ms):
            work.show(seat, wanted, now_ms, resumed=self.tempo.resumes(seat))

    def _calming(self, seat: str, wanted: Wanted, now_ms: int) -> bool:
        """Whether the pace asks for a quiet picture instead of this one."""
        tempo = self.tempo
        if tempo.calming:
            until_ms = tempo.calm_ms(seat, now_ms)
            if until_ms is None:
                return False
            self._desk.wake(until_ms)
            return True
        other = tempo.restless(seat, now_ms) if seat != self._desk.shown.close else None
        if other is None or now_ms < max(wanted.from_ms, self._work.next_cut_ms()):
            return False
        self._work.together((seat, other), wanted, "pingpong", now_ms)
        if self._desk.shown.close is None:
            tempo.calm_ms(seat, now_ms)
            self._desk.wake(now_ms + 1)
        return True

    def _cutaway(self, seat: str, now_ms: int) -> bool:
        """Whether a long shot is interrupted now; the camera stays on its speaker meanwhile."""
        desk, settings, tempo = self._desk, self._settings, self.tempo
        if not settings.max_shot_ms:
            return False
        if tempo.cutaway_until_ms is not None:
            if now_ms < tempo.cutaway_until_ms and self.guesses.holder == seat:
                desk.wake(tempo.cutaway_until_ms)
                return True
            tempo.cutaway_until_ms = None
            return False
        if desk.shown.close != seat:
            return False
        if now_ms < desk.since_ms + settings.max_shot_ms:
            desk.wake(desk.since_ms + settings.max_shot_ms)
            return False
        if settings.reaction_shots and tempo.before is not None and tempo.before not in self._house.hidden:
            for framing in self._shots.close.get(tempo.before, ()):
                if framing.camera != desk.shown.camera and self._heads[framing.camera].shows(framing):
                    desk.take(picture(framing, tempo.before), "reaction", now_ms)
                    break
        if desk.shown.close == seat:
            self._work.neutral("cutaway", now_ms)
        if desk.shown.close != seat:
            tempo.cut_away(seat, now_ms + settings.cutaway_ms)
            desk.wake(now_ms + settings.cutaway_ms)
        return True

    def _present(self, now_ms: int) -> bool:
        """Slides with the presenter in them; whoever else opens a microphone is shown as usual, until it closes."""
        if self._plan.presentation is None:
            return False
        speaking = [seat for seat in self._floor.open if self._house.allows(seat)]
        if self.presenter is None and speaking:
            self.presenter = speaking[0]
        if any(seat != self.presenter for seat in speaking):
            return False
        if self.presenter is not None and self.presenter not in self._house.hidden:
            self._work.fetch(self.presenter, now_ms)
        shot = self.inset(self.presenter)
        due_ms = self._work.next_cut_ms()
        if self._desk.shown.kind is not ShotKind.PIP and shot.seat is None and self._fetching():
            due_ms = max(due_ms, self._floor.open[self.presenter or ""] + self._settings.hold_ms)
        if shot == self._desk.shown or now_ms >= due_ms:
            self._desk.take(shot, "presentation", now_ms)
        else:
            self._desk.wake(due_ms)
        return True

    def _fetching(self) -> bool:
        """Whether a camera is on its way to the presenter, who speaks: one change of picture instead of two."""
        on_its_way = (head for head in self._heads.values() if head.goal is not None and not head.arrived)
        seats = {seat for head in on_its_way if head.goal is not None for seat in head.goal.seats}
        return self.presenter in self._floor.open and self.presenter in seats

    def inset(self, seat: str | None) -> Picture:
        """Picture-in-picture with this seat where a camera stands on it, else with the wide shot."""
        if seat is not None and seat not in self._house.hidden:
            for framing in self._shots.close.get(seat, ()):
                head = self._heads[framing.camera]
                if not head.lost and head.shows(framing):
                    return Picture(ShotKind.PIP, framing.camera, framing.preset, seat, framing.seats)
        return Picture(ShotKind.PIP, self._plan.wide)
