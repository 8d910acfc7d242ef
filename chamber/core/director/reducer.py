"""The director: microphones, cameras and orders in, camera moves and cuts out. Deterministic, knows no clock.

The same events give the same actions, so an evening can be played again. Times never run backwards; an event that
claims to is taken to happen now.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from chamber.core.director import model as d
from chamber.core.director.bars import Bars
from chamber.core.director.cameras import Cameras, Head
from chamber.core.director.camerawork import Camerawork
from chamber.core.director.desk import LONG_AGO, SLATE, Desk, Picture, picture
from chamber.core.director.floor import Floor, Wanted
from chamber.core.director.guesses import Guesses
from chamber.core.director.phases import House
from chamber.core.director.settings import PhasePolicy
from chamber.core.director.shots import Framing, Shots
from chamber.core.director.spares import Spares
from chamber.core.director.tempo import Tempo
from chamber.core.domain import Mode, ShotKind

OPEN_ALREADY = 0.25
"""Chance that somebody whose microphone is open, but who is not shown, is next."""


class Director:
    """One director of one meeting."""

    def __init__(self, plan: d.Plan) -> None:
        """Start on the wide shot (the slate where there is none), with cameras standing nobody knows where."""
        self._plan, self._settings = plan, plan.settings
        self._shots = Shots(plan)
        self._cameras = Cameras(plan, self._shots)
        self._heads = self._cameras.heads
        self._floor = Floor(plan.chair, plan.voice_gated, plan.settings)
        self._guesses, self._tempo, self._house = Guesses(), Tempo(plan.settings), House(plan)
        self._desk = Desk(plan.wide, plan.settings.mode)
        self._camerawork = Camerawork(plan, self._shots, self._cameras, self._floor, self._desk)
        self._spares = Spares(self._shots, list(self._heads.values()))
        self._bars = Bars(plan.settings)
        self._now_ms, self._wake_ms = 0, LONG_AGO
        self._paused = self._presenting = False
        self._held_until_ms: int | None = LONG_AGO
        self._ordered: Framing | None = None
        self._presenter: str | None = None
        self._idle_changed = True
        self._on: dict[type, Callable[[Any], None]] = {
            d.MicOpened: self._mic_opened,
            d.MicClosed: self._mic_closed,
            d.Requested: self._requested,
            d.RequestWithdrawn: self._withdrawn,
            d.CameraArrived: self._camera_arrived,
            d.CameraFailed: self._camera_failed,
            d.CameraLost: self._camera_lost,
            d.CameraBack: self._camera_back,
            d.CameraDisturbed: self._camera_disturbed,
            d.PhaseChanged: self._phase_changed,
            d.ModeSet: self._mode_set,
            d.ShotOrdered: self._shot_ordered,
            d.ProposalAccepted: self._proposal_accepted,
            d.PresentationChanged: self._presentation_changed,
            d.ChairMoved: self._chair_moved,
            d.SeatPrivacy: self._seat_privacy,
            d.PauseSet: self._pause_set,
            d.Reset: self._reset,
        }

    def copy(self) -> "Director":
        """An independent director in the same state."""
        fixed = (self._plan, self._settings, self._settings.phase_policy)
        return deepcopy(self, {id(part): part for part in fixed})

    def handle(self, event: d.Event) -> tuple[d.Action, ...]:
        """Take in one event; what to do now, in order. Never raises for an event about unknown seats or cameras."""
        desk = self._desk
        self._now_ms = now_ms = max(self._now_ms, event.at_ms)
        ticked = type(event) is d.Ticked
        if ticked and now_ms < self._wake_ms and not self._idle_changed:
            return ()
        desk.out, desk.wakes = [], []
        if not ticked:
            self._idle_changed = True
            self._on[type(event)](event)
        self._cameras.pass_time(now_ms)
        before = desk.shown
        self._decide(now_ms)
        if desk.shown is not before:
            self._idle_changed = True
        if ticked and self._idle_changed:
            self._idle_changed = False
            self._place_spares(now_ms)
        self._name(now_ms)
        self._set_wake(now_ms)
        return tuple(desk.out)

    def _set_wake(self, now_ms: int) -> None:
        """Idle cameras are placed in the tick that follows at once: a microphone need not wait for that."""
        wakes = [at_ms for at_ms in self._desk.wakes if at_ms > now_ms]
        wakes += [head.due_ms for head in self._heads.values() if head.due_ms is not None]
        if self._idle_changed:
            wakes.append(now_ms)
        at_ms = min(wakes, default=LONG_AGO)
        if at_ms != LONG_AGO and (at_ms != self._wake_ms or self._wake_ms <= now_ms):
            self._desk.out.append(d.Wake(at_ms))
        self._wake_ms = at_ms if at_ms != LONG_AGO else 10**15

    # ------------------------------------------------------------------------------------------------- events

    def _mic_opened(self, event: d.MicOpened) -> None:
        self._floor.opened(event.seat, self._now_ms)

    def _mic_closed(self, event: d.MicClosed) -> None:
        since_ms = self._floor.closed(event.seat, self._now_ms)
        if since_ms is not None and self._now_ms - since_ms <= self._settings.interjection_max_ms:
            by_chair = event.seat == self._floor.chair
            self._desk.out.append(d.Interjected(event.seat, since_ms, self._now_ms, by_chair))

    def _requested(self, event: d.Requested) -> None:
        self._floor.requested(event.seat)

    def _withdrawn(self, event: d.RequestWithdrawn) -> None:
        self._floor.withdrawn(event.seat)

    def _camera_arrived(self, event: d.CameraArrived) -> None:
        shown = self._desk.shown
        if self._cameras.arrived(event.camera, event.preset, self._now_ms) and event.camera == shown.camera:
            framing = self._shots.at.get((event.camera, event.preset))
            if framing is not None and shown.preset != event.preset:
                self._desk.shown = picture(framing, framing.seats[0] if len(framing.seats) == 1 else None)

    def _camera_failed(self, event: d.CameraFailed) -> None:
        self._cameras.failed(event.camera, event.preset, self._now_ms)

    def _camera_lost(self, event: d.CameraLost) -> None:
        head = self._heads.get(event.camera)
        if head is None:
            self._camerawork.lost_fixed.add(event.camera)
        else:
            head.lost = True
            head.forget()

    def _camera_back(self, event: d.CameraBack) -> None:
        head = self._heads.get(event.camera)
        if head is None:
            self._camerawork.lost_fixed.discard(event.camera)
        else:
            head.lost = False
            head.forget()

    def _camera_disturbed(self, event: d.CameraDisturbed) -> None:
        """Somebody works with this camera: leave it alone for a while; on air that is the operator's shot."""
        head = self._heads.get(event.camera)
        if head is None:
            return
        head.forget()
        head.hands_off_until_ms = self._now_ms + self._settings.operator_hold_ms
        shown = self._desk.shown
        if shown.camera == event.camera:
            self._desk.shown = Picture(shown.kind, shown.camera)
            self._hold()

    def _phase_changed(self, event: d.PhaseChanged) -> None:
        self._house.enter(event.phase)
        self._presenter = None

    def _mode_set(self, event: d.ModeSet) -> None:
        self._desk.mode, self._desk.proposal = event.mode, None
        self._held_until_ms, self._ordered = LONG_AGO, None

    def _shot_ordered(self, event: d.ShotOrdered) -> None:
        """The operator's word goes before every rule but one: a camera on air does not move."""
        self._ordered = None
        shot = self._order(event)
        if shot is None and self._ordered is None:
            return
        self._hold()
        if shot is not None and not self._paused:
            self._desk.take(shot, "operator", self._now_ms, urgent=True)

    def _order(self, event: d.ShotOrdered) -> Picture | None:
        """The ordered picture, or None with `_ordered` set when a camera has to move first."""
        head = self._heads.get(event.camera) if event.camera is not None else None
        if head is not None:
            if event.preset is None:
                if head.arrived and head.goal is not None:
                    return picture(head.goal, head.goal.seats[0] if len(head.goal.seats) == 1 else None)
                return Picture(event.kind, head.id)
            self._ordered = self._shots.at.get((head.id, event.preset))
        elif event.camera is not None:
            kind = ShotKind.WIDE if event.camera == self._plan.wide else event.kind
            return Picture(kind, event.camera)
        elif event.kind is ShotKind.WIDE:
            return Picture(ShotKind.WIDE, self._plan.wide) if self._plan.wide is not None else SLATE
        elif event.kind is ShotKind.SLATE:
            return SLATE
        elif event.kind is ShotKind.PRESENTATION and self._plan.presentation is not None:
            return Picture(ShotKind.PRESENTATION, self._plan.presentation)
        elif event.kind is ShotKind.PIP and self._plan.presentation is not None:
            return self._inset(self._desk.shown.close)
        elif event.kind is ShotKind.CHAIR and self._floor.chair is not None:
            framings = self._shots.close.get(self._floor.chair, ())
            usable = [f for f in framings if not self._heads[f.camera].lost]
            usable.sort(
                key=lambda f: (f.camera == self._desk.shown.camera, self._heads[f.camera].wait_ms(f, self._now_ms))
            )
            self._ordered = usable[0] if usable else None
        return None

    def _proposal_accepted(self, event: d.ProposalAccepted) -> None:
        """Take the proposal, unless its camera has moved on since."""
        wish, self._desk.proposal = self._desk.proposal, None
        if wish is None or self._paused:
            return
        framing = self._shots.at.get((wish.camera or "", wish.preset if wish.preset is not None else -1))
        if framing is not None and not self._heads[framing.camera].shows(framing):
            return
        shot = Picture(wish.kind, wish.camera, wish.preset, wish.seat, framing.seats if framing is not None else ())
        self._desk.take(shot, wish.reason.code, self._now_ms, urgent=True)
        self._showed(shot)

    def _presentation_changed(self, event: d.PresentationChanged) -> None:
        self._presenting, self._presenter = event.active, None

    def _chair_moved(self, event: d.ChairMoved) -> None:
        self._floor.chair = self._house.chair = event.seat

    def _seat_privacy(self, event: d.SeatPrivacy) -> None:
        (self._house.hidden.add if event.hide_picture else self._house.hidden.discard)(event.seat)

    def _pause_set(self, event: d.PauseSet) -> None:
        if event.paused != self._paused:
            self._paused = event.paused
            self._desk.shown, self._desk.since_ms, self._desk.proposal = SLATE, LONG_AGO, None
            self._held_until_ms, self._ordered = LONG_AGO, None

    def _reset(self, event: d.Reset) -> None:
        """What was learned and ordered goes; open microphones, queue, privacy and cameras are facts and stay."""
        self._guesses, self._tempo = Guesses(), Tempo(self._settings)
        self._held_until_ms, self._ordered, self._desk.proposal = LONG_AGO, None, None

    def _hold(self) -> None:
        hold_ms = self._settings.operator_hold_ms
        self._held_until_ms = self._now_ms + hold_ms if hold_ms else None

    # ---------------------------------------------------------------------------------------------- decisions

    def _decide(self, now_ms: int) -> None:
        self._camerawork.busy = set()
        if self._paused:
            return
        if self._camerawork.gone():
            self._camerawork.rescue(now_ms)
        if self._ordered is not None:
            self._carry_out(self._ordered, now_ms)
        if self._desk.mode is Mode.MANUAL or self._held_until_ms is None:
            return
        if now_ms < self._held_until_ms:
            self._desk.wake(self._held_until_ms)
            return
        before = self._desk.shown
        self._direct(now_ms)
        if self._desk.shown is not before:
            self._showed(self._desk.shown)

    def _carry_out(self, framing: Framing, now_ms: int) -> None:
        """Bring an ordered preset on air, by way of another picture when its camera is on air now."""
        head = self._heads[framing.camera]
        if head.shows(framing):
            self._ordered = None
            self._desk.take(
                picture(framing, framing.seats[0] if len(framing.seats) == 1 else None), "operator", now_ms, urgent=True
            )
        elif head.lost:
            self._ordered = None
        else:
            if self._desk.shown.camera == head.id:
                self._camerawork.neutral("bridge", now_ms, without=head.id, at_once=True)
            if self._desk.shown.camera != head.id and (head.goal is None or head.goal.preset != framing.preset):
                head.send(framing, now_ms)
                self._desk.recall(framing, framing.seats[0] if framing.seats else None, "operator")

    def _direct(self, now_ms: int) -> None:
        """The picture that house rules and floor ask for."""
        policy, desk, work = self._house.policy, self._desk, self._camerawork
        if policy is PhasePolicy.FIXED and desk.shown is not SLATE:
            return
        if policy in {PhasePolicy.WIDE, PhasePolicy.WIDE_NO_BARS, PhasePolicy.FIXED}:
            work.neutral("phase_wide" if policy is not PhasePolicy.FIXED else "start", now_ms, at_once=True)
            return
        if policy is PhasePolicy.PIP and self._presenting and self._present(now_ms):
            return
        wanted = self._floor.wanted(desk.shown.close, desk.since_ms, now_ms, self._house.allows)
        if wanted.again_ms is not None:
            desk.wake(wanted.again_ms)
        if wanted.seat is None:
            self._nobody(now_ms)
            return
        self._follow(wanted.seat, wanted, now_ms)
        if desk.shown is SLATE:
            work.neutral("start", now_ms, at_once=True)

    def _nobody(self, now_ms: int) -> None:
        """Nobody speaks whom this phase shows."""
        floor, desk, work = self._floor, self._desk, self._camerawork
        if desk.shown is SLATE:
            work.neutral("start", now_ms, at_once=True)
        elif floor.open:
            work.neutral("not_allowed", now_ms, seat=next(reversed(floor.open)))
        elif desk.shown.kind is not ShotKind.WIDE:
            quiet_ms = floor.silent_ms + self._settings.silence_to_wide_ms
            work.neutral("silence", now_ms, from_ms=quiet_ms)

    def _follow(self, seat: str, wanted: Wanted, now_ms: int) -> None:
        """Show whoever has the floor."""
        desk, work = self._desk, self._camerawork
        if seat == desk.shown.close or not self._floor.gated or now_ms >= wanted.from_ms:
            self._guesses.took_floor(seat, self._floor.chair, self._floor.queue_before(seat))
        if seat in self._house.hidden:
            work.neutral("privacy", now_ms, from_ms=wanted.from_ms, seat=seat)
        elif wanted.together:
            if desk.shown.seats != wanted.together or desk.shown.seat is not None:
                work.together(wanted.together, wanted, "overlap", now_ms)
        elif not self._calming(seat, wanted, now_ms) and not self._cutaway(seat, now_ms):
            work.show(seat, wanted, now_ms)

    def _calming(self, seat: str, wanted: Wanted, now_ms: int) -> bool:
        """Whether the pace asks for a quiet picture instead of this one."""
        tempo = self._tempo
        if tempo.calming:
            until_ms = tempo.calm_ms(seat, now_ms)
            if until_ms is None:
                return False
            self._desk.wake(until_ms)
            return True
        other = tempo.restless(seat, now_ms) if seat != self._desk.shown.close else None
        if other is None or now_ms < max(wanted.from_ms, self._camerawork.next_cut_ms()):
            return False
        self._camerawork.together((seat, other), wanted, "pingpong", now_ms)
        if self._desk.shown.close is None:
            tempo.calm_ms(seat, now_ms)
            self._desk.wake(now_ms + 1)
        return True

    def _cutaway(self, seat: str, now_ms: int) -> bool:
        """Whether a long shot is interrupted now; the camera stays on its speaker meanwhile."""
        desk, settings, tempo = self._desk, self._settings, self._tempo
        if not settings.max_shot_ms:
            return False
        if tempo.cutaway_until_ms is not None:
            if now_ms < tempo.cutaway_until_ms and self._guesses.holder == seat:
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
            self._camerawork.neutral("cutaway", now_ms)
        if desk.shown.close != seat:
            tempo.cutaway_until_ms = now_ms + settings.cutaway_ms
            desk.wake(tempo.cutaway_until_ms)
        return True

    def _present(self, now_ms: int) -> bool:
        """Slides with the presenter in them; whoever else opens a microphone is shown as usual, until it closes."""
        if self._plan.presentation is None:
            return False
        speaking = [seat for seat in self._floor.open if self._house.allows(seat)]
        if self._presenter is None and speaking:
            self._presenter = speaking[0]
        if any(seat != self._presenter for seat in speaking):
            return False
        shot = self._inset(self._presenter)
        due_ms = self._camerawork.next_cut_ms()
        if self._desk.shown.kind is ShotKind.PIP or now_ms >= due_ms:
            self._desk.take(shot, "presentation", now_ms)
        else:
            self._desk.wake(due_ms)
        return True

    def _inset(self, seat: str | None) -> Picture:
        """Picture-in-picture with this seat where a camera stands on it, else with the wide shot."""
        if seat is not None and seat not in self._house.hidden:
            for framing in self._shots.close.get(seat, ()):
                head = self._heads[framing.camera]
                if not head.lost and head.shows(framing):
                    return Picture(ShotKind.PIP, framing.camera, framing.preset, seat, framing.seats)
        return Picture(ShotKind.PIP, self._plan.wide)

    def _showed(self, shot: Picture) -> None:
        if shot.close is not None and shot.kind is not ShotKind.PIP:
            self._tempo.cut_to(shot.close, self._now_ms)

    # ------------------------------------------------------------------------------------- idle cameras, bars

    def _place_spares(self, now_ms: int) -> None:
        if not self._settings.prepare_next or self._desk.mode is Mode.MANUAL:
            return
        if self._house.policy in {PhasePolicy.FIXED, PhasePolicy.WIDE_NO_BARS}:
            return
        idle = [head for head in self._heads.values() if self._is_idle(head, now_ms)]
        if not idle:
            return
        chair = self._floor.chair
        if self._paused:
            expected = {chair: 1.0} if chair is not None else {}
        else:
            expected = self._guesses.expected(chair, self._floor.queue)
            for seat in self._floor.open:
                expected[seat] = max(expected.get(seat, 0.0), OPEN_ALREADY)
            expected.pop(self._guesses.holder or "", None)
        for head, framing in self._spares.place(idle, expected, self._house.may_prepare, now_ms):
            seat = framing.seats[0]
            head.send(framing, now_ms)
            self._desk.recall(framing, seat, self._expectation(seat))

    def _is_idle(self, head: Head, now_ms: int) -> bool:
        if head.lost or head.id == self._desk.shown.camera or head.id in self._camerawork.busy:
            return False
        if self._ordered is not None and self._ordered.camera == head.id:
            return False
        wish = self._desk.proposal
        if wish is not None and wish.camera == head.id:
            return False
        return head.hands_off_until_ms <= now_ms and head.avoid_until_ms <= now_ms

    def _expectation(self, seat: str) -> str:
        if seat == self._floor.chair:
            return "expect_chair"
        if seat in self._floor.queue:
            return "expect_queue"
        return "expect_return" if seat in self._guesses.history else "expect_near"

    def _name(self, now_ms: int) -> None:
        """The name bar of whoever is in the picture, or is spoken of by it."""
        shown = self._desk.shown
        if self._paused or self._house.policy is PhasePolicy.WIDE_NO_BARS:
            self._bars.clear(self._desk.out)
            return
        opened_ms = self._floor.open.get(shown.seat) if shown.seat is not None else None
        again_ms = self._bars.follow(shown.seat, self._desk.since_ms, opened_ms, now_ms, self._desk.out)
        if again_ms is not None:
            self._desk.wake(again_ms)
