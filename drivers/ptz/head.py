"""What one camera is wanted to do and what is known of it, whatever the family. No I/O of its own.

A driver asks it for the next step, sends that its own way, and tells what came back. Every movement is listed by `diff`
or `motion_diff`, so none is while the camera is on air without the operator's force.
"""

from asyncio import Future
from collections.abc import Callable

from chamber.core.errors import DeviceRejectedError
from chamber.ports import (
    CameraArrived,
    CameraFailed,
    CameraReading,
    CameraWish,
    Clock,
    Emit,
    OrderRefused,
    Pose,
    PresetStored,
)
from drivers.ptz.arrival import STILL_COUNTS, near
from drivers.ptz.diff import Motion, Recall, SetPower, View, diff, hands_off
from drivers.ptz.driving import HandDrive
from drivers.ptz.lamps import Lamp, Lamps
from drivers.ptz.position import HeadMotion, Position
from drivers.ptz.recalling import Recalls

IDLE_LOOK_MS, MOVING_LOOK_MS = 2000, 300
FASTEST = 7
NOT_WAKING = "the camera is in standby and does not wake"


class Head:
    """One camera's wish, recalls, driving by hand, lamps and reading.

    Args:
        emit: takes CameraReading, CameraArrived, CameraFailed, PresetStored, OrderRefused.
        has: whether the family has a preset.
        pose: a position in degrees, None where the scale is not known.
        tolerance: counts within which two positions are the same shot.
        rest: counts within which a camera at rest may seem to move.
        lamps: tally lamps of the family that follow the programme.
        recall_ms, waking_ms, order_ms, retry_ms: limits of a recall, of waking, of driving by hand; pause when busy.
    """

    def __init__(
        self,
        name: str,
        emit: Emit,
        clock: Clock,
        *,
        has: Callable[[int], bool],
        pose: Callable[[Position], Pose | None],
        tolerance: int,
        rest: int = STILL_COUNTS,
        lamps: tuple[str, ...],
        recall_ms: int,
        waking_ms: int,
        order_ms: int,
        retry_ms: int,
    ) -> None:
        self.name, self._emit, self._clock = name, emit, clock
        self._has, self._pose, self._rest, self._waking_ms = has, pose, rest, waking_ms
        self.wish = CameraWish()
        self._open = self._driven = False
        self.power: bool | None = None
        self._preset: int | None = None
        self._moving: bool | None = None
        self.position: Position | None = None
        self.focus: str | None = None
        self.recalls = Recalls(
            self.on_moving, self._on_arrived, self._on_failed, tolerance=tolerance, limit_ms=recall_ms
        )
        self.drive = HandDrive(name, order_ms=order_ms, retry_ms=retry_ms)
        self._lamps = Lamps(lamps)
        self._waking_until_ms: int | None = None
        self.look_ms = 0
        self._told: CameraReading | None = None

    # ------------------------------------------------------------------------------------------------- orders

    def want(self, wish: CameraWish, now_ms: int) -> None:
        """Take a wish; the newest wins.

        A wish with the same preset, force and reason is no new order: what arrived, failed or was moved by hand since
        is left alone. A change of `on_air` never starts a movement that had been ended.
        """
        before, self.wish = self.wish, wish
        if wish.preset != before.preset or wish.forced != before.forced or wish.why != before.why:
            self._driven, self._open = False, wish.preset is not None
        self.recalls.withdraw(wish.preset, on_air=hands_off(wish))
        if not self.drive.still and hands_off(wish):
            self.drive.leave_on_air(now_ms)
        if self._open and wish.preset is not None and not self._has(wish.preset):
            self._on_failed(wish.preset, "no such preset on this camera")

    def may(self, *, moves: bool) -> None:
        """Raises DeviceRejectedError: what moves is not ordered on air."""
        if moves and hands_off(self.wish):
            raise DeviceRejectedError(self.name, "the camera is on air")

    @staticmethod
    def motion(name: str, pan: int, tilt: int, zoom: int) -> Motion:
        """Speeds of three axes. Raises DeviceRejectedError: out of range."""
        if not all(-FASTEST <= speed <= FASTEST for speed in (pan, tilt, zoom)):
            raise DeviceRejectedError(name, f"a speed must be -{FASTEST} to {FASTEST}")
        return Motion(pan, tilt, zoom)

    def turn(self, motion: Motion, now_ms: int) -> "Future[None]":
        """Move by hand, or stop. A recall under way is given up; the wish is left alone until there is a new one."""
        self._driven, self._open = True, False
        self.recalls.give_up("moved by hand")
        return self.drive.order(motion, now_ms, forced=self.wish.on_air)

    @property
    def idle(self) -> bool:
        """Whether nothing is wanted of it and no recall runs."""
        return not (self._open or self.recalls.running)

    @property
    def waking(self) -> bool:
        """Whether it was told to wake and did not yet."""
        return self._waking_until_ms is not None

    def next_step(self, now_ms: int) -> SetPower | Recall | None:
        """What to send for the wish; None when there is nothing, or it waits."""
        if not self._open or self.waking:
            return None
        steps = diff(View(self.power, self._preset, self.recalls.heading(now_ms)), self.wish)
        if not steps:
            self._open = self.recalls.running or hands_off(self.wish)  # else it stands there already
            return None
        if isinstance(steps[0], SetPower):
            self._waking_until_ms, self.look_ms = now_ms + self._waking_ms, now_ms + MOVING_LOOK_MS
        return steps[0]

    def next_lamp(self, now_ms: int) -> Lamp | None:
        """The next tally lamp to switch."""
        self._lamps.want(on_air=self.wish.on_air, preview=self.wish.preview, now_ms=now_ms)
        return self._lamps.take(now_ms)

    # ----------------------------------------------------------------------------------------------- answers

    def on_lamp(self, *, taken: bool, later: bool, now_ms: int) -> None:
        """The lamp was switched, will be later, or there is none."""
        lacking = self._lamps.on_result(taken=taken, later=later, now_ms=now_ms)
        if lacking is not None:
            self._emit(OrderRefused(self.name, f"tally lamp {lacking.colour}", "this model has no such lamp"))
        self.report()

    def on_not_woken(self, reason: str | None) -> None:
        """It was not told to wake (None), or refused to."""
        self._waking_until_ms = None
        if reason is not None:
            self._emit(OrderRefused(self.name, "power on", reason))
            self._fail_wish(NOT_WAKING)

    def on_power(self, power: bool | None) -> None:
        """Power was read; None is not known."""
        if power is not None:
            self.power = power
            if power:
                self._waking_until_ms = None

    def on_moving(self) -> None:
        """It moves, by a recall or by hand."""
        self._preset, self._moving = None, True
        self.report()

    def on_driven(self, now_ms: int) -> None:
        """A step of driving by hand was answered."""
        self.look_ms = now_ms + MOVING_LOOK_MS
        if not self.drive.still:
            self.on_moving()

    def on_position(self, position: Position | None, motion: HeadMotion | None, now_ms: int) -> None:
        """A position was read: it decides about a recall under way, or tells that somebody else moved the camera."""
        before, self.position = self.position, position
        if self.recalls.watching(now_ms):
            self.recalls.on_look(position, motion, now_ms)
        elif not self.recalls.running:
            self._settle(before, position)

    def on_stored(self, preset: int, position: Position) -> None:
        """A preset was stored here."""
        self.recalls.learned[preset] = position
        self._emit(PresetStored(self.name, preset, self._pose(position)))
        self._settle(position, position)

    def _settle(self, before: Position | None, position: Position | None) -> None:
        if position is None:
            self._preset, self._moving = None, (None if self.power is None else False)
        elif not self.drive.still:
            self._preset, self._moving = None, True
        elif before is not None and not near(before, position, self._rest):
            # Found elsewhere than it rested: whether it still moves, the next look tells.
            self._preset, self._moving = None, (None if self._moving is False else True)
        else:
            self._preset, self._moving = self.recalls.preset_at(position, self._preset), False
        self.report()

    def _on_arrived(self, preset: int, position: Position | None) -> None:
        if preset == self.wish.preset:
            self._open = False
        self._preset, self._moving = preset, False
        self._emit(CameraArrived(self.name, preset, None if position is None else self._pose(position)))
        self.report()

    def _on_failed(self, preset: int, reason: str) -> None:
        self._preset = None if self._moving else self._preset
        self.look_ms = min(self.look_ms, self._clock.now_ms() + MOVING_LOOK_MS)
        if self.wish.preset in (preset, None):  # else it has been superseded, and nobody waits for it
            self._open = False
            self._emit(CameraFailed(self.name, preset, reason))
        self.report()

    def _fail_wish(self, reason: str) -> None:
        if self._open and self.wish.preset is not None:
            self._on_failed(self.wish.preset, reason)

    # ------------------------------------------------------------------------------------------------- session

    def begin(self) -> None:
        """A new session: nothing has been told yet, and an open wish is due again unless the camera was driven since."""
        self._told = None
        self._lamps.forget()
        self._open = self.wish.preset is not None and not self._driven

    def tick(self, now_ms: int) -> None:
        """Give up what takes too long."""
        self.recalls.tick(now_ms)
        self.recalls.withdraw(self.wish.preset, on_air=hands_off(self.wish))
        self.drive.tick(now_ms)
        if self._waking_until_ms is not None and now_ms > self._waking_until_ms:
            self._waking_until_ms = None
            self._fail_wish(NOT_WAKING)

    def pause_ms(self) -> int:
        """How long until the next look at a camera that has no recall to be watched."""
        at_rest = (self._moving is False or self.position is None) and not self.waking
        return IDLE_LOOK_MS if at_rest else MOVING_LOOK_MS

    def report(self) -> None:
        """Tell what is known, when that has changed."""
        reading = CameraReading(self.name, self.power, self._preset, self._moving, self._lamps.shown, self.focus)
        if reading != self._told:
            self._told = reading
            self._emit(reading)

    def end(self) -> None:
        """The session is over: nothing is known any more."""
        self._waking_until_ms = None
        self.drive.lose_link()
        self._lamps.forget()
        self.power = self._preset = self._moving = self.position = self.focus = None
        self.recalls.give_up("connection lost")
        if self._told is not None:
            self.report()
