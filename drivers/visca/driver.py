"""One session with a VISCA camera: wishes out as recalls, arrivals confirmed by position.

`wish` writes the recall before it returns whenever the link is free. Every movement passes `diff` or `motion_diff`,
so none leaves while the camera is on air without the operator's force.
"""

from collections.abc import Iterable

from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.core.reasons import why
from chamber.ports import (
    CameraArrived,
    CameraFailed,
    CameraReading,
    CameraWish,
    Clock,
    Emit,
    FocusAction,
    IdentityReading,
    OrderRefused,
    Pose,
    PresetStored,
    Ready,
)
from drivers.ptz.arrival import STILL_COUNTS, near
from drivers.ptz.diff import STILL, Motion, Turn, View, Zoom, diff, hands_off
from drivers.ptz.diff import Recall as RecallStep
from drivers.ptz.position import Position
from drivers.visca import codec
from drivers.visca.aside import Aside
from drivers.visca.codec import ERROR_TEXTS
from drivers.visca.driving import HandDrive
from drivers.visca.exchange import ACK_MS, LATE_ACK_MS, Answer, Exchange, Refused, Request
from drivers.visca.looking import ALL, FOCUSED, IDLE, POSITION, Look, Looker, Question
from drivers.visca.profile import Profile
from drivers.visca.recalling import Recalls
from drivers.visca.storing import Store
from drivers.visca.wires import Wire

TICK_S = 0.05
START_MS = 10_000
IDLE_LOOK_MS = 2000
MOVING_LOOK_MS = 300
WATCHING_LOOK_MS = 120
WAKING_MS = 20_000
AFTER_CANCEL_MS = 200  # "wait 200 ms after Cancelled before the next drive"


class ViscaCamera:
    """A PTZ camera.

    Args:
        wire: the way to the camera: SonyUdp, RawTcp, RawUdp or Serial.
        profile: its family, one of PROFILES or its own.
        emit: takes CameraReading, CameraArrived, CameraFailed, PresetStored, IdentityReading, OrderRefused.
        speed: speed of preset recalls in the family's own steps, None to leave it as it is.
        presets: those of the hall, whose speed is set.
        tally: whether its lamps follow the programme.
    """

    def __init__(
        self,
        name: str,
        wire: Wire,
        profile: Profile,
        emit: Emit,
        clock: Clock,
        *,
        speed: int | None = None,
        presets: Iterable[int] = (),
        tally: bool = True,
    ) -> None:
        self.name, self._wire, self._profile, self._emit, self._clock = name, wire, profile, emit, clock
        self._address = wire.address
        self._exchange: Exchange | None = None
        self._ready: Ready | None = None
        self._up = False
        self._wish = CameraWish()
        self._open = self._driven = False
        self._power: bool | None = None
        self._preset: int | None = None
        self._moving: bool | None = None
        self._position: Position | None = None
        self._recalls = Recalls(profile, self._on_moving, self._on_arrived, self._on_failed)
        self._looker = Looker(wire.address, profile, self._on_look)
        self._drive = HandDrive(name)
        self._drive_request: Request | None = None
        self._store: Store | None = None
        self._aside = Aside(
            name, wire.address, profile, emit, clock, self._on_changed, self._pump,
            speed=speed, presets=presets, tally=tally,
        )  # fmt: skip
        self._cancel: Request | None = None
        self._cancelling: Request | None = None
        self._overtaken: Request | None = None  # a recall that is to be cancelled as soon as its socket is known
        self._drive_ms = 0  # not before this, because a cancel runs
        self._focus: str | None = None
        self._asks_focus = False
        self._waking_until_ms: int | None = None
        self._look_ms = self._started_ms = 0
        self._told: CameraReading | None = None

    async def serve(self, ready: Ready) -> None:
        """Hold one session. Ends by DeviceUnreachableError (refused, silent, hung up), or cancelled."""
        try:
            self._exchange = exchange = await self._wire.open(self._clock)
            self._begin(ready, self._clock.now_ms())
            while True:
                self._tick(exchange, self._clock.now_ms())
                await self._clock.sleep(TICK_S)
                exchange.check()
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._end()

    def wish(self, wish: CameraWish) -> None:
        """Want a preset; the newest wish wins.

        A wish with the same preset, force and reason is no new order: what arrived, failed or was moved by hand since
        is left alone. A change of `on_air` never starts a movement that had been ended.
        """
        now_ms = self._clock.now_ms()
        before, self._wish = self._wish, wish
        if wish.preset != before.preset or wish.forced != before.forced or wish.why != before.why:
            self._driven, self._open = False, wish.preset is not None
        if self._recalls.running:
            self._recalls.withdraw(wish.preset, on_air=hands_off(wish))
        if not self._drive.still and hands_off(wish):
            self._drive.leave_on_air(now_ms)
        if self._open and self._wish.preset is not None and not self._profile.has(self._wish.preset):
            self._on_failed(self._wish.preset, "no such preset on this camera")
        try:
            self._pump(now_ms)
        except OSError:
            return  # serve() ends by it

    async def drive(self, pan: int, tilt: int, zoom: int) -> None:
        """Start or stop moving by hand; returns when the camera has taken it. A recall under way is given up.

        Raises DeviceRejectedError (on air, out of range, refused) or DeviceUnreachableError.
        """
        motion = Motion(pan, tilt, zoom)
        if not all(-7 <= speed <= 7 for speed in (pan, tilt, zoom)):
            raise DeviceRejectedError(self.name, "a speed must be -7 to 7")
        if motion != STILL and hands_off(self._wish):
            raise DeviceRejectedError(self.name, "the camera is on air")
        now_ms = self._must_be_up()
        self._driven, self._open = True, False
        self._overtaken = self._recalls.runs
        self._recalls.give_up("moved by hand")
        self._cancel_recall()
        done = self._drive.order(motion, now_ms, forced=self._wish.on_air)
        self._act(now_ms)
        await done

    async def store(self, preset: int) -> None:
        """Store the present position; returns when the camera has executed it and told its position.

        Raises DeviceRejectedError (no such preset, another store runs, refused) or DeviceUnreachableError.
        """
        if not self._profile.has(preset):
            raise DeviceRejectedError(self.name, f"no such preset: {preset}")
        now_ms = self._must_be_up()
        if self._store is not None:
            raise DeviceRejectedError(self.name, f"preset {self._store.preset} is being stored")
        self._store = store = Store(self.name, preset, now_ms)
        try:
            self._act(now_ms)
            await store.done
        finally:
            self._store = None

    async def focus(self, action: FocusAction) -> None:
        """Set or drive the focus; returns when the camera has taken it.

        Raises DeviceRejectedError (on air, refused: near and far need manual focus) or DeviceUnreachableError.
        """
        if action in ("near", "far", "one_push") and hands_off(self._wish):
            raise DeviceRejectedError(self.name, "the camera is on air")
        now_ms = self._must_be_up()
        done = self._aside.focus(action, now_ms)
        self._act(now_ms)
        await done

    async def power(self, on: bool) -> None:
        """Switch on, or to standby; returns when the camera has taken it, and is read back later.

        Raises DeviceRejectedError (standby while on air, refused) or DeviceUnreachableError.
        """
        if not on and hands_off(self._wish):
            raise DeviceRejectedError(self.name, "the camera is on air")
        now_ms = self._must_be_up()
        done = self._aside.power(on, now_ms)
        self._act(now_ms)
        await done

    def _cancel_recall(self) -> None:
        """The recall under way is to end where the camera is now; some models refuse a drive until it has."""
        request = self._overtaken
        socket = None if request is None or self._exchange is None else self._exchange.socket_of(request)
        if socket:
            self._overtaken = None
            self._cancel = Request(codec.cancel(self._address, socket), self._on_cancel, cancels=socket)
            self._drive_ms = self._clock.now_ms() + ACK_MS

    def _must_be_up(self) -> int:
        if not self._up:
            raise DeviceUnreachableError(self.name, "not connected")
        return self._clock.now_ms()

    def _act(self, now_ms: int) -> None:
        try:
            self._pump(now_ms)
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc

    def _pump(self, now_ms: int) -> None:
        """Send what is due and allowed: commands first, one at a time, then questions. Raises OSError."""
        exchange = self._exchange
        if exchange is None:
            return
        while self._up and exchange.free:
            request = self._next_command(now_ms)
            if request is None:
                break
            exchange.send(request, now_ms)
        while exchange.quiet and (question := self._looker.take()) is not None:
            exchange.send(question, now_ms)

    def _next_command(self, now_ms: int) -> Request | None:
        if self._cancel is not None and self._cancel is not self._cancelling:
            self._cancelling = self._cancel
            return self._cancel
        if (
            now_ms >= self._drive_ms
            and not self._drive.still
            and (motion := self._drive.take(now_ms, on_air=hands_off(self._wish)))
        ):
            self._drive_request = self._drive_packet(motion)
            return self._drive_request
        if self._store is not None and self._store.request is None:
            packet = codec.store(self._address, self._store.preset + self._profile.preset_offset)
            self._store.request = Request(packet, self._on_store)
            return self._store.request
        if (order := self._aside.order(now_ms)) is not None:
            return order
        if not self._open or self._waking_until_ms is not None:
            return None
        steps = diff(View(self._power, self._preset, self._recalls.heading(now_ms)), self._wish)
        if not steps:
            self._open = self._recalls.running or hands_off(self._wish)  # else it stands there already
            return None
        step = steps[0]
        if isinstance(step, RecallStep):
            return self._recall(step.preset, now_ms)
        self._waking_until_ms, self._look_ms = now_ms + WAKING_MS, now_ms + MOVING_LOOK_MS
        return Request(codec.power(self._address, step.on), self._on_power, moves=True)

    def _recall(self, preset: int, now_ms: int) -> Request:
        packet = codec.recall(self._address, preset + self._profile.preset_offset)
        request = Request(packet, self._on_recall, moves=True, ack_ms=LATE_ACK_MS)
        self._recalls.begin(preset, request, self._position, now_ms)
        self._look_ms = now_ms
        return request

    def _drive_packet(self, step: Turn | Zoom) -> Request:
        if isinstance(step, Zoom):
            return Request(codec.zoom(self._address, step.speed), self._on_drive, moves=step.speed != 0)
        pan_speed, tilt_speed = self._profile.speeds(step.pan, step.tilt)
        packet = codec.turn(self._address, step.pan, step.tilt, pan_speed=pan_speed, tilt_speed=tilt_speed)
        return Request(packet, self._on_drive, moves=(step.pan, step.tilt) != (0, 0))

    def _on_recall(self, request: Request, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if request is self._overtaken:
            self._cancel_recall()
        if self._recalls.on_answer(request, answer, now_ms):
            self._looker.ask(POSITION)
        self._pump(now_ms)

    def _on_drive(self, request: Request, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if request is self._drive_request:
            self._drive_request = None
            self._drive.on_answer(answer, now_ms)
            self._look_ms = now_ms + MOVING_LOOK_MS
            if not self._drive.still:
                self._on_moving()
        self._pump(now_ms)

    def _on_cancel(self, request: Request, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if request is self._cancel:
            self._cancel = self._cancelling = None
            self._drive_ms = now_ms + AFTER_CANCEL_MS
        self._pump(now_ms)

    def _on_changed(self, what: str) -> None:
        """A lamp, the focus or the power was ordered and taken; the last two are read back."""
        now_ms = self._clock.now_ms()
        if what == "lamp":
            self._report()
        else:
            self._asks_focus = self._asks_focus or what == "focus"
            self._look_ms = now_ms

    def _on_store(self, request: Request, answer: Answer) -> None:
        store = self._store
        if store is not None and store.request is request and store.on_answer(answer):
            self._looker.ask(POSITION)
        self._pump(self._clock.now_ms())

    def _on_power(self, request: Request, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if isinstance(answer, Refused):
            self._waking_until_ms = None
            self._emit(OrderRefused(self.name, "power on", ERROR_TEXTS.get(answer.code, f"code {answer.code:#04x}")))
            self._fail_wish("the camera is in standby and does not wake")
        self._pump(now_ms)

    def _on_moving(self) -> None:
        self._preset, self._moving = None, True
        self._report()

    def _on_arrived(self, preset: int, position: Position | None) -> None:
        if preset == self._wish.preset:
            self._open = False
        self._preset, self._moving, self._position = preset, False, position
        self._emit(CameraArrived(self.name, preset, self._pose(position)))
        self._report()

    def _on_failed(self, preset: int, reason: str) -> None:
        self._preset = None if self._moving else self._preset
        self._look_ms = min(self._look_ms, self._clock.now_ms() + MOVING_LOOK_MS)
        if self._wish.preset in (preset, None):  # else it has been superseded, and nobody waits for it
            self._open = False
            self._emit(CameraFailed(self.name, preset, reason))
        self._report()

    def _pose(self, position: Position | None) -> Pose | None:
        return None if position is None else self._profile.pose(position)

    def _fail_wish(self, reason: str) -> None:
        if self._open and self._wish.preset is not None:
            self._on_failed(self._wish.preset, reason)

    def _on_look(self, look: Look) -> None:
        now_ms = self._clock.now_ms()
        if self._ready is not None:
            self._start(look)
        elif self._recalls.watching(now_ms):
            self._recalls.on_look(look, now_ms)
        else:
            self._settle(look)
        store = self._store
        if store is not None and store.executed:
            if look.position is not None:
                self._recalls.learned[store.preset] = look.position
                self._emit(PresetStored(self.name, store.preset, self._pose(look.position)))
                self._settle(look)
            store.end(None)
        self._look_ms = now_ms + self._pause_ms(now_ms)
        self._pump(now_ms)

    def _settle(self, look: Look) -> None:
        """Take a look at a camera that has no recall under way: somebody else may have moved it."""
        self._focus = look.focus
        if look.power is not None:
            self._power = look.power
            if look.power and self._waking_until_ms is not None:
                self._waking_until_ms = None
        before, self._position = self._position, look.position
        if self._recalls.running:
            return
        if look.position is None:
            self._preset = None
            self._moving = None if look.power is None else False
        elif not self._drive.still:
            self._preset, self._moving = None, True
        elif before is not None and not near(before, look.position, STILL_COUNTS):
            # Found elsewhere than it rested: whether it still moves, the next look tells.
            self._preset, self._moving = None, (None if self._moving is False else True)
        else:
            self._preset, self._moving = self._recalls.preset_at(look.position, self._preset), False
        self._report()

    def _start(self, look: Look) -> None:
        """Everything was read: the session stands."""
        ready, self._ready = self._ready, None
        self._emit(IdentityReading(self.name, look.version or "a VISCA camera that does not tell its version"))
        self._position = look.position
        self._settle(look)
        self._up = True
        if ready is not None:
            ready()

    def _report(self) -> None:
        lamp = self._aside.lamps.shown
        reading = CameraReading(self.name, self._power, self._preset, self._moving, lamp, self._focus)
        if reading != self._told:
            self._told = reading
            self._emit(reading)

    def _pause_ms(self, now_ms: int) -> int:
        if self._recalls.watching(now_ms):
            return WATCHING_LOOK_MS
        at_rest = (self._moving is False or self._position is None) and self._waking_until_ms is None
        return IDLE_LOOK_MS if at_rest else MOVING_LOOK_MS

    def _begin(self, ready: Ready, now_ms: int) -> None:
        self._ready, self._started_ms = ready, now_ms
        self._power = self._preset = self._moving = self._position = self._told = self._focus = None
        self._aside.begin()
        self._open = self._wish.preset is not None and not self._driven
        self._looker.ask(ALL)

    def _tick(self, exchange: Exchange, now_ms: int) -> None:
        """Do what the time asks for. Raises OSError when the camera is silent."""
        on_air = hands_off(self._wish)
        exchange.tick(now_ms, on_air=on_air)
        if not self._up:
            if now_ms - self._started_ms > START_MS:
                raise TimeoutError(f"not everything could be read within {START_MS // 1000} s")
        elif not self._looker.busy and (
            self._recalls.watching(now_ms) or (now_ms >= self._look_ms and not self._recalls.running)
        ):
            self._look(now_ms)
        self._recalls.tick(now_ms)
        self._recalls.withdraw(self._wish.preset, on_air=on_air)
        self._drive.tick(now_ms)
        self._aside.tick(now_ms)
        if self._store is not None:
            self._store.tick(now_ms)
        if self._waking_until_ms is not None and now_ms > self._waking_until_ms:
            self._waking_until_ms = None
            self._fail_wish("the camera is in standby and does not wake")
        self._pump(now_ms)
        idle = not (self._open or self._recalls.running)
        if self._up and exchange.free and (request := self._aside.quiet(self._wish, now_ms, idle=idle)) is not None:
            exchange.send(request, now_ms)  # once a tick: a recall that is due goes first

    def _look(self, now_ms: int) -> None:
        if not self._recalls.watching(now_ms):
            self._looker.ask(FOCUSED if self._asks_focus else IDLE)
        elif now_ms >= self._look_ms:
            self._looker.ask(POSITION if self._profile.status_shift is None else (*POSITION, Question.STATUS))

    def _end(self) -> None:
        """Nothing is known any more; whoever waits is told."""
        if self._exchange is not None:
            self._exchange.close()
        self._exchange = self._ready = self._waking_until_ms = self._drive_request = None
        self._up = False
        self._cancel = self._cancelling = self._overtaken = None
        self._looker.forget()
        self._drive.lose_link()
        self._aside.end()
        if self._store is not None:
            self._store.end(DeviceUnreachableError(self.name, "connection lost"))
        self._power = self._preset = self._moving = self._position = self._focus = None
        self._recalls.give_up("connection lost")
        if self._told is not None:
            self._report()
