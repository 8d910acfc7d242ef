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
from chamber.core.director.desk import LONG_AGO, SLATE, Desk, Picture, framed
from chamber.core.director.floor import Floor
from chamber.core.director.orders import Orders
from chamber.core.director.phases import House
from chamber.core.director.policy import Policy
from chamber.core.director.settings import PhasePolicy
from chamber.core.director.shots import Shots
from chamber.core.director.spares import Spares
from chamber.core.domain import Mode

OPEN_ALREADY = 0.25
"""Chance that somebody whose microphone is open, but who is not shown, is next."""
NEVER = 10**15


class Director:
    """One director of one meeting."""

    def __init__(self, plan: d.Plan) -> None:
        """Start on the wide shot (the slate where there is none), with cameras standing nobody knows where."""
        self._plan, self._settings = plan, plan.settings
        shots = self._shots = Shots(plan)
        cameras = self._cameras = Cameras(plan, shots)
        floor = self._floor = Floor(plan.chair, plan.voice_gated, plan.settings)
        desk = self._desk = Desk(plan.wide, plan.settings.mode)
        house = self._house = House(plan)
        work = self._work = Camerawork(plan, shots, cameras, floor, desk)
        self._policy = Policy(plan, shots, cameras, floor, desk, work, house)
        self._orders = Orders(plan, shots, cameras, floor, desk, work, self._policy)
        self._heads = cameras.heads
        self._spares = Spares(shots, list(cameras.heads.values()))
        self._bars = Bars(plan.settings)
        self._now_ms, self._wake_ms = 0, NEVER
        self._paused, self._idle_changed = False, True
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
            d.TravelsKnown: self._travels_known,
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
        """Take in one event; what to do now, in order. Events about unknown seats and cameras change nothing."""
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
        if not self._paused:
            self._decide(now_ms)
        if desk.shown is not before:
            self._idle_changed = True
        if ticked and self._idle_changed:
            self._idle_changed = False
            self._place_spares(now_ms)
        self._name(now_ms)
        self._set_wake(now_ms)
        return tuple(desk.out)

    def _decide(self, now_ms: int) -> None:
        self._work.busy = set()
        if self._work.gone():
            self._work.rescue(now_ms)
        self._orders.carry_out(now_ms)
        if self._desk.mode is not Mode.MANUAL and not self._orders.holds(now_ms):
            self._policy.direct(now_ms)

    def _set_wake(self, now_ms: int) -> None:
        """Idle cameras are placed in the tick that follows at once: a microphone need not wait for that."""
        wakes = [at_ms for at_ms in self._desk.wakes if at_ms > now_ms]
        wakes += [head.due_ms for head in self._heads.values() if head.due_ms is not None]
        if self._idle_changed:
            wakes.append(now_ms)
        at_ms = min(wakes, default=NEVER)
        if at_ms != NEVER and (at_ms != self._wake_ms or self._wake_ms <= now_ms):
            self._desk.out.append(d.Wake(at_ms))
        self._wake_ms = at_ms

    # ------------------------------------------------------------------------------------------------ people

    def _mic_opened(self, event: d.MicOpened) -> None:
        self._floor.opened(event.seat, self._now_ms, priority=event.priority)

    def _mic_closed(self, event: d.MicClosed) -> None:
        since_ms = self._floor.closed(event.seat, self._now_ms)
        if since_ms is not None and self._now_ms - since_ms <= self._settings.interjection_max_ms:
            by_chair = event.seat == self._floor.chair
            self._desk.out.append(d.Interjected(event.seat, since_ms, self._now_ms, by_chair))

    def _requested(self, event: d.Requested) -> None:
        self._floor.requested(event.seat)

    def _withdrawn(self, event: d.RequestWithdrawn) -> None:
        self._floor.withdrawn(event.seat)

    def _chair_moved(self, event: d.ChairMoved) -> None:
        self._floor.chair = self._house.chair = event.seat

    def _seat_privacy(self, event: d.SeatPrivacy) -> None:
        """The picture is the director's business; the name on the bar is the renderer's."""
        if event.hide_picture:
            self._house.hidden.add(event.seat)
        else:
            self._house.hidden.discard(event.seat)

    # ----------------------------------------------------------------------------------------------- cameras

    def _camera_arrived(self, event: d.CameraArrived) -> None:
        shown = self._desk.shown
        if self._cameras.arrived(event.camera, event.preset, self._now_ms) and event.camera == shown.camera:
            framing = self._shots.at.get((event.camera, event.preset))
            if framing is not None and shown.preset != event.preset:
                self._desk.shown = framed(framing)

    def _camera_failed(self, event: d.CameraFailed) -> None:
        self._cameras.failed(event.camera, event.preset, self._now_ms)

    def _camera_lost(self, event: d.CameraLost) -> None:
        head = self._heads.get(event.camera)
        if head is None:
            self._work.lost_fixed.add(event.camera)
        else:
            head.lost = True
            head.forget()

    def _camera_back(self, event: d.CameraBack) -> None:
        head = self._heads.get(event.camera)
        if head is None:
            self._work.lost_fixed.discard(event.camera)
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
            self._orders.hold(self._now_ms)

    def _travels_known(self, event: d.TravelsKnown) -> None:
        head = self._heads.get(event.camera)
        if head is not None:
            head.travel.recall(event.moves)

    def travels(self) -> dict[str, dict[tuple[int, int], int]]:
        """Measured times between presets, ms by camera and (from, to), oldest first."""
        return {name: head.travel.known() for name, head in self._heads.items()}

    # --------------------------------------------------------------------------------- operator and meeting

    def _phase_changed(self, event: d.PhaseChanged) -> None:
        self._house.enter(event.phase)
        self._policy.presenter = None

    def _presentation_changed(self, event: d.PresentationChanged) -> None:
        self._policy.presenting, self._policy.presenter = event.active, None

    def _mode_set(self, event: d.ModeSet) -> None:
        self._desk.mode, self._desk.proposal = event.mode, None
        self._orders.release()

    def _shot_ordered(self, event: d.ShotOrdered) -> None:
        self._orders.give(event, self._now_ms, on_air=not self._paused)

    def _proposal_accepted(self, event: d.ProposalAccepted) -> None:
        if not self._paused:
            self._orders.accept(self._now_ms)

    def _pause_set(self, event: d.PauseSet) -> None:
        """While the meeting is not open the slate is on air, put there by others."""
        if event.paused != self._paused:
            self._paused = event.paused
            self._desk.shown, self._desk.since_ms, self._desk.proposal = SLATE, LONG_AGO, None
            self._orders.release()

    def _reset(self, event: d.Reset) -> None:
        """What was learned and ordered goes; open microphones, queue, privacy and cameras are facts and stay."""
        self._policy.forget()
        self._desk.proposal = None
        self._orders.release()

    # ------------------------------------------------------------------------------------- idle cameras, bars

    def _place_spares(self, now_ms: int) -> None:
        if not self._settings.prepare_next or self._desk.mode is Mode.MANUAL:
            return
        if self._house.policy in {PhasePolicy.FIXED, PhasePolicy.WIDE_NO_BARS}:
            return
        idle = [head for head in self._heads.values() if self._is_idle(head, now_ms)]
        if not idle:
            return
        expected = self._expected()
        turn_ms = self._policy.guesses.turn_ms
        for head, framing in self._spares.place(idle, expected, self._house.may_prepare, turn_ms, now_ms):
            seat = framing.seats[0]
            head.send(framing, now_ms)
            self._desk.recall(framing, seat, self._expectation(seat))

    def _expected(self) -> dict[str, float]:
        """How likely each seat is to be next; before and between the open parts only the chair is waited for."""
        chair, guesses = self._floor.chair, self._policy.guesses
        if self._paused:
            return {chair: 1.0} if chair is not None else {}
        expected = guesses.expected(chair, self._floor.queue)
        for seat in self._floor.open:
            expected[seat] = max(expected.get(seat, 0.0), OPEN_ALREADY)
        expected.pop(guesses.holder or "", None)
        return expected

    def _is_idle(self, head: Head, now_ms: int) -> bool:
        if head.lost or head.id == self._desk.shown.camera or head.id in self._work.busy:
            return False
        ordered, wish = self._orders.waiting, self._desk.proposal
        if (ordered is not None and ordered.camera == head.id) or (wish is not None and wish.camera == head.id):
            return False
        return head.hands_off_until_ms <= now_ms and head.avoid_until_ms <= now_ms

    def _expectation(self, seat: str) -> str:
        if seat == self._floor.chair:
            return "expect_chair"
        if seat in self._floor.queue:
            return "expect_queue"
        return "expect_return" if seat in self._policy.guesses.history else "expect_near"

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
