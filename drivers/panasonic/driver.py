"""One session with a Panasonic AW camera: recalls by HTTP, completion by notification, arrival by position.

HTTP cannot be written at once as a datagram can: `wish` wakes the session, which sends as soon as the camera may be asked
again. What moves the camera is checked against the newest wish once more when the connection stands.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from chamber.core.errors import DeviceAuthError, DeviceRejectedError, DeviceUnreachableError
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
from drivers.panasonic import codec
from drivers.panasonic.codec import BUSY, ERROR_TEXTS, UNSUPPORTED, Command, Refused, Told
from drivers.panasonic.link import Link, Listener, WithheldError, WrongPasswordError
from drivers.panasonic.turning import ORDER_MS, RETRY_MS, Answer, Order, Turning, refusal
from drivers.ptz.arrival import STILL_SAMPLES, arrived, near
from drivers.ptz.diff import STILL, Motion, SetPower, Turn, View, Zoom, diff, hands_off
from drivers.ptz.lamps import Lamp, Lamps
from drivers.ptz.position import Position

IDLE_LOOK_MS, MOVING_LOOK_MS = 2000, 300
OVERDUE_MS = 2000  # a completion that has not come by then may have been lost: positions are read
RECALL_MS = 15_000  # a camera can be told to take as long as 99 s; that is no use in a meeting
WAKING_MS = 40_000
RENEW_MS = 60_000
STILL_COUNTS = 3
TOLERANCE = 24  # 0.2 degrees
TICK_S = 0.05
STORE_MS = 5000
ORDERS_AT_MOST = 8


@dataclass(slots=True, eq=False)
class _Recall:
    preset: int
    first_ms: int
    start: Position | None
    sent_ms: int | None = None
    retry_ms: int = 0
    accepted: bool = False
    completed: bool = False
    samples: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    command: Command
    on_answer: Callable[[Answer], None]
    moves: bool = False
    slow: bool = False


class PanasonicCamera:
    """A camera that speaks Panasonic's HTTP commands.

    Args:
        user, password: for cameras with user authentication on; None is without.
        event_port: local TCP port that the camera sends notifications to, 0 for a free one.
        speed: speed of preset recalls, 1 to 30, None to leave it as it is.
        tally: whether its lamps follow the programme.
        emit: takes CameraReading, CameraArrived, CameraFailed, PresetStored, IdentityReading, OrderRefused.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        emit: Emit,
        clock: Clock,
        *,
        user: str | None = None,
        password: str = "",
        event_port: int = 0,
        speed: int | None = None,
        tally: bool = True,
    ) -> None:
        self.name, self._emit, self._clock = name, emit, clock
        self._host, self._http_port, self._event_port = host, port, event_port
        self._user, self._password, self._speed = user, password, speed
        self._wake = asyncio.Event()
        self._up = False
        self._wish = CameraWish()
        self._open = self._driven = False
        self._recall: _Recall | None = None
        self._learned: dict[int, Position] = {}
        self._turning = Turning(name)
        self._orders: deque[Order] = deque()
        self._lamps = Lamps(("red", "green") if tally else ())
        self._lamp_by_head = False
        self._questions: deque[Command] = deque()
        self._pan_tilt = ""
        self._all_at_once = True
        self._power: bool | None = None
        self._preset: int | None = None
        self._moving: bool | None = None
        self._position: Position | None = None
        self._focus: str | None = None
        self._stored: Order | None = None
        self._confirm: int | None = None  # a preset that was stored and whose position is to be read
        self._notified = False
        self._waking_until_ms: int | None = None
        self._look_ms = self._renew_ms = 0
        self._port = 0
        self._told: CameraReading | None = None

    # ------------------------------------------------------------------------------------------------- orders

    def wish(self, wish: CameraWish) -> None:
        """Want a preset; the newest wish wins. The same preset, force and reason again is no new order."""
        now_ms = self._clock.now_ms()
        before, self._wish = self._wish, wish
        if wish.preset != before.preset or wish.forced != before.forced or wish.why != before.why:
            self._driven, self._open = False, wish.preset is not None
        self._withdraw()
        if not self._turning.still and hands_off(wish):
            self._turning.leave_on_air(now_ms)
        if self._open and wish.preset is not None and not 1 <= wish.preset <= codec.PRESETS:
            self._on_failed(wish.preset, "no such preset on this camera")
        self._wake.set()

    async def drive(self, pan: int, tilt: int, zoom: int) -> None:
        """Start or stop moving by hand; returns when the camera has taken it. A recall under way is given up.

        Raises DeviceRejectedError (on air, out of range, refused) or DeviceUnreachableError.
        """
        motion = Motion(pan, tilt, zoom)
        if not all(-7 <= speed <= 7 for speed in (pan, tilt, zoom)):
            raise DeviceRejectedError(self.name, "a speed must be -7 to 7")
        self._may(moves=motion != STILL)
        self._driven, self._open = True, False
        self._give_up("moved by hand")
        done = self._turning.order(motion, self._clock.now_ms(), forced=self._wish.on_air)
        self._wake.set()
        await done

    async def store(self, preset: int) -> None:
        """Store the present position; returns when the camera has confirmed it and its position was read."""
        if not 1 <= preset <= codec.PRESETS:
            raise DeviceRejectedError(self.name, f"no such preset: {preset}")
        self._may()
        await self._order("store", codec.store(preset), STORE_MS, then=lambda: self._read_stored(preset))

    async def focus(self, action: FocusAction) -> None:
        """Set or drive the focus; returns when the camera has taken it. Raises DeviceError."""
        moves = action in ("near", "far", "one_push")
        self._may(moves=moves)
        mode = action if action in ("auto", "manual") else None
        await self._order("focus", codec.focus(action), ORDER_MS, moves=moves, then=lambda: self._focused(mode))

    async def power(self, on: bool) -> None:
        """Switch on, or to standby; returns when the camera has taken it, and is read back later."""
        self._may(moves=not on)
        await self._order("power", codec.power(on), ORDER_MS, then=self._look_soon)

    def _may(self, *, moves: bool = False) -> None:
        if moves and hands_off(self._wish):
            raise DeviceRejectedError(self.name, "the camera is on air")
        if not self._up:
            raise DeviceUnreachableError(self.name, "not connected")

    async def _order(
        self, what: str, command: Command, for_ms: int, *, moves: bool = False, then: Callable[[], None] | None = None
    ) -> None:
        if len(self._orders) >= ORDERS_AT_MOST:
            raise DeviceRejectedError(self.name, "too many orders wait already")
        order = Order(what, command, self._clock.now_ms() + for_ms, moves, then)
        self._orders.append(order)
        self._wake.set()
        await order.done

    def _read_stored(self, preset: int) -> None:
        self._confirm = preset
        self._ask_position()

    def _focused(self, mode: str | None) -> None:
        self._focus = mode or self._focus
        self._report()

    def _look_soon(self) -> None:
        self._look_ms = self._clock.now_ms()

    # ------------------------------------------------------------------------------------------------ session

    async def serve(self, ready: Ready) -> None:
        """Hold one session. Ends by DeviceUnreachableError, DeviceAuthError, or cancelled."""
        try:
            async with (
                Link(self._host, self._http_port, self._clock, self._user, self._password) as link,
                Listener(self._host, self._event_port, self._heard) as self._port,
            ):
                await self._start(link)
                ready()
                while True:
                    await self._turn(link)
        except WrongPasswordError as exc:
            which = "user and password are wrong" if self._user else "it wants user and password; set both in CONFIG"
            raise DeviceAuthError(self.name, which) from exc
        except OSError as exc:
            raise DeviceUnreachableError(self.name, str(exc) or "no answer") from exc
        finally:
            self._end()

    async def _start(self, link: Link) -> None:
        """Subscribe, and read everything once."""
        self._told = None
        await link.get(codec.notifications(self._port, start=True))
        self._renew_ms = self._clock.now_ms() + RENEW_MS
        model = await self._ask(link, codec.ASK_MODEL)
        text = model.text.removeprefix("OID:") if isinstance(model, Told) else "a Panasonic camera"
        self._emit(IdentityReading(self.name, f"Panasonic {text}"[:100]))
        power = await self._ask(link, codec.ASK_POWER)
        self._power = codec.read_power(power.text) if isinstance(power, Told) else None
        self._lamps.forget()
        self._ask_position()
        while self._questions:
            question = self._questions.popleft()
            self._on_question(question, await self._ask(link, question))
        await self._tune(link)
        self._open = self._wish.preset is not None and not self._driven
        self._up = True

    async def _tune(self, link: Link) -> None:
        """Set the preset speed where it differs: the camera's memory bears a limited number of writes."""
        if self._speed is None or self._power is not True:
            return
        wanted = codec.preset_speed(self._speed)
        now = await self._ask(link, codec.ASK_PRESET_SPEED)
        if isinstance(now, Told) and now.text.lower() == wanted.text.lower():
            return
        answer = await self._ask(link, wanted)
        if isinstance(answer, Refused):
            self._emit(OrderRefused(self.name, "preset speed", ERROR_TEXTS.get(answer.code, f"error {answer.code}")))

    async def _ask(self, link: Link, command: Command) -> Told | Refused:
        await self._clock.sleep(link.wait_s)
        return codec.read_answer(await link.get(command.path))

    async def _turn(self, link: Link) -> None:
        """Send the one thing that is most urgent, or wait for something to become so."""
        if link.wait_s > 0:
            await self._clock.sleep(link.wait_s)
        self._wake.clear()
        now_ms = self._clock.now_ms()
        self._tick(now_ms)
        if now_ms >= self._renew_ms and self._recall is None:
            self._renew_ms = now_ms + RENEW_MS
            await link.get(codec.notifications(self._port, start=True))
            return
        step = self._next(now_ms)
        if step is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._wake.wait()
            return
        allowed = (lambda: not hands_off(self._wish)) if step.moves else None
        answer: Answer
        try:
            answer = codec.read_answer(await link.get(step.command.path, allowed=allowed, slow=step.slow))
        except WithheldError:
            answer = None
        step.on_answer(answer)

    def _next(self, now_ms: int) -> _Step | None:
        on_air = hands_off(self._wish)
        motion = None if self._turning.still else self._turning.take(now_ms, on_air=on_air)
        if motion is not None:
            moves = motion not in (Turn(0, 0), Zoom(0))
            return _Step(self._turning.command(motion), lambda answer: self._on_turned(motion, answer), moves=moves)
        if self._orders and now_ms >= self._orders[0].retry_ms:
            order = self._orders.popleft()
            return _Step(order.command, lambda answer: self._on_order(order, answer), moves=order.moves)
        if self._open and self._waking_until_ms is None:
            step = self._recall_step(now_ms)
            if step is not None:
                return step
        self._lamps.want(on_air=self._wish.on_air, preview=self._wish.preview, now_ms=now_ms)
        lamp = self._lamps.take(now_ms) if self._power is True else None
        if lamp is not None:
            by_head = self._lamp_by_head and lamp.colour == "red"
            command = codec.older_lamp(lamp.on) if by_head else codec.lamp(lamp.colour, lamp.on)
            return _Step(command, lambda answer: self._on_lamp(lamp, answer))
        if not self._questions and now_ms >= self._look_ms and (self._recall is None or self._watching(now_ms)):
            if self._recall is None:
                self._questions.append(codec.ASK_POWER)
            self._ask_position()
        if self._questions:
            question = self._questions.popleft()
            return _Step(question, lambda answer: self._on_question(question, answer))
        return None

    def _recall_step(self, now_ms: int) -> _Step | None:
        recall = self._recall
        if recall is not None and recall.sent_ms is None and now_ms < recall.retry_ms:
            return None
        heading = recall.preset if recall is not None and recall.sent_ms is not None else None
        steps = diff(View(self._power, self._preset, heading), self._wish)
        if not steps:
            self._open = recall is not None or hands_off(self._wish)  # else it stands there already
            return None
        step = steps[0]
        if isinstance(step, SetPower):
            self._waking_until_ms, self._look_ms = now_ms + WAKING_MS, now_ms + MOVING_LOOK_MS
            return _Step(codec.power(True), self._on_woken, moves=True)
        if recall is None or recall.preset != step.preset or recall.sent_ms is not None:
            recall = self._recall = _Recall(step.preset, now_ms, self._position)
        recall.sent_ms = now_ms
        self._questions.clear()
        return _Step(codec.recall(step.preset), lambda answer: self._on_recall(recall, answer), moves=True, slow=True)

    # ----------------------------------------------------------------------------------------------- answers

    def _on_recall(self, recall: _Recall, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if recall is not self._recall:
            return  # superseded while it was on its way
        if answer is None:
            self._give_up("went on air before it moved")
        elif isinstance(answer, Refused) and answer.code == BUSY:
            recall.sent_ms, recall.retry_ms = None, now_ms + RETRY_MS
        elif isinstance(answer, Refused):
            self._give_up(ERROR_TEXTS.get(answer.code, f"error {answer.code}"))
        elif codec.read_preset(answer.text, "s") != recall.preset:
            self._give_up(f"the camera answered {answer.text[:20]!r}")
        else:
            self._accept(recall)

    def _accept(self, recall: _Recall) -> None:
        if not recall.accepted:
            recall.accepted = True
            self._preset, self._moving = None, True
            self._report()

    def _on_turned(self, motion: Turn | Zoom, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        self._turning.on_answer(motion, answer, now_ms)
        self._look_ms = now_ms + MOVING_LOOK_MS
        if not self._turning.still:
            self._preset, self._moving = None, True
            self._report()

    def _on_order(self, order: Order, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if answer is None:
            order.end(DeviceRejectedError(self.name, "the camera went on air"))
        elif isinstance(answer, Refused) and answer.code == BUSY and now_ms < order.until_ms:
            order.retry_ms = now_ms + RETRY_MS
            self._orders.appendleft(order)
        elif isinstance(answer, Refused):
            order.end(refusal(self.name, answer))
        else:
            if order.then is not None:
                order.then()
            if order.what == "store":
                order.until_ms = now_ms + STORE_MS
                self._stored = order
            else:
                order.end(None)

    def _on_lamp(self, lamp: Lamp, answer: Answer) -> None:
        refused = isinstance(answer, Refused)
        later = isinstance(answer, Refused) and answer.code == BUSY
        if refused and not later and lamp.colour == "red" and not self._lamp_by_head:
            self._lamp_by_head = later = True  # older models know it as a command of the head
        if not self._lamps.on_result(taken=not refused, later=later, now_ms=self._clock.now_ms()):
            self._emit(OrderRefused(self.name, f"tally lamp {lamp.colour}", "this model has no such lamp"))
        self._report()

    def _on_woken(self, answer: Answer) -> None:
        if answer is None or isinstance(answer, Refused):
            self._waking_until_ms = None
            if isinstance(answer, Refused):
                self._emit(OrderRefused(self.name, "power on", ERROR_TEXTS.get(answer.code, f"error {answer.code}")))
                self._fail_wish("the camera is in standby and does not wake")

    def _ask_position(self) -> None:
        self._questions.extend((codec.ASK_ALL,) if self._all_at_once else (codec.ASK_PAN_TILT, codec.ASK_ZOOM))

    def _on_question(self, question: Command, answer: Answer) -> None:
        text = answer.text if isinstance(answer, Told) else ""
        if question == codec.ASK_POWER:
            self._take_power(codec.read_power(text))
        elif question == codec.ASK_ALL and isinstance(answer, Refused) and answer.code == UNSUPPORTED:
            self._all_at_once = False
            self._ask_position()
        elif question == codec.ASK_ALL:
            self._take_position(codec.read_all(text))
        elif question == codec.ASK_PAN_TILT:
            self._pan_tilt = text
        else:
            self._take_position(codec.read_pan_tilt(self._pan_tilt, text))

    def _take_power(self, power: bool | None) -> None:
        if power is not None:
            self._power = power
            if power:
                self._waking_until_ms = None
        self._report()

    def _take_position(self, position: Position | None) -> None:
        now_ms, recall = self._clock.now_ms(), self._recall
        before, self._position = self._position, position
        if recall is not None and self._watching(now_ms):
            self._judge(recall, position, now_ms)
        elif recall is None:
            self._settle(before, position)
        if self._confirm is not None and position is not None:
            preset, self._confirm = self._confirm, None
            self._learned[preset] = position
            self._emit(PresetStored(self.name, preset, self._pose(position)))
            self._settle(position, position)
            if self._stored is not None:
                self._stored.end(None)
                self._stored = None
        idle = self._recall is None and (self._moving is False or position is None) and self._waking_until_ms is None
        self._look_ms = now_ms + (IDLE_LOOK_MS if idle else MOVING_LOOK_MS if self._recall is None else 0)

    def _judge(self, recall: _Recall, position: Position | None, now_ms: int) -> None:
        if position is None:
            return
        recall.samples = (*recall.samples, position)[-STILL_SAMPLES:]
        if arrived(
            recall.samples,
            completed=recall.completed,
            learned=self._learned.get(recall.preset),
            start=recall.start,
            motion=None,
            elapsed_ms=now_ms - (recall.sent_ms or now_ms),
            tolerance=TOLERANCE,
        ):
            self._recall = None
            before = self._learned.get(recall.preset)
            if before is None or not near(before, position, TOLERANCE):
                self._learned[recall.preset] = position
            self._preset, self._moving = recall.preset, False
            if recall.preset == self._wish.preset:
                self._open = False
            self._emit(CameraArrived(self.name, recall.preset, self._pose(position)))
            self._report()

    def _settle(self, before: Position | None, position: Position | None) -> None:
        """A position outside a recall: somebody else may have moved the camera."""
        if position is None:
            self._preset, self._moving = None, (None if self._power is None else False)
        elif not self._turning.still:
            self._preset, self._moving = None, True
        elif before is not None and not near(before, position, STILL_COUNTS):
            self._preset, self._moving = None, (None if self._moving is False else True)
        else:
            likely = [self._preset] if self._preset in self._learned else []
            found = (p for p in (*likely, *self._learned) if p is not None and self._is_at(p, position))
            self._preset, self._moving = next(found, None), False
        self._report()

    def _is_at(self, preset: int, position: Position) -> bool:
        return near(self._learned[preset], position, TOLERANCE)

    def _heard(self, text: str) -> None:
        """A notification: a recall has completed, or somebody switched the camera."""
        self._notified = True
        recall, completed, power = self._recall, codec.read_preset(text, "q"), codec.read_power(text)
        if completed is not None and recall is not None and recall.preset == completed and recall.sent_ms is not None:
            self._accept(recall)
            recall.completed, recall.samples = True, ()
            self._questions.clear()
            self._look_ms = 0
        if power is not None:
            self._take_power(power)
        self._wake.set()

    # ------------------------------------------------------------------------------------------------- time

    def _watching(self, now_ms: int) -> bool:
        recall = self._recall
        if recall is None or not recall.accepted or recall.sent_ms is None:
            return False
        return recall.completed or not self._notified or now_ms - recall.sent_ms >= OVERDUE_MS

    def _tick(self, now_ms: int) -> None:
        recall = self._recall
        if recall is not None and now_ms - recall.first_ms > RECALL_MS:
            self._give_up("refused for 15 s" if recall.sent_ms is None else "no arrival within 15 s")
        self._withdraw()
        self._turning.tick(now_ms)
        while self._orders and now_ms > self._orders[0].until_ms:
            self._orders.popleft().end(DeviceRejectedError(self.name, "the camera does not take the order now"))
        if self._stored is not None and now_ms > self._stored.until_ms:
            self._stored.end(DeviceUnreachableError(self.name, "storing the preset was not confirmed"))
            self._stored = self._confirm = None
        if self._waking_until_ms is not None and now_ms > self._waking_until_ms:
            self._waking_until_ms = None
            self._fail_wish("the camera is in standby and does not wake")

    def _withdraw(self) -> None:
        """Forget a recall that waits to be sent again and is not wanted, or not allowed, any more."""
        recall = self._recall
        if recall is not None and recall.sent_ms is None:
            if hands_off(self._wish):
                self._give_up("went on air before it moved")
            elif recall.preset != self._wish.preset:
                self._recall = None

    def _give_up(self, reason: str) -> None:
        recall, self._recall = self._recall, None
        if recall is not None:
            self._on_failed(recall.preset, reason)

    def _on_failed(self, preset: int, reason: str) -> None:
        self._preset = None if self._moving else self._preset
        self._look_ms = min(self._look_ms, self._clock.now_ms() + MOVING_LOOK_MS)
        if self._wish.preset in (preset, None):
            self._open = False
            self._emit(CameraFailed(self.name, preset, reason))
        self._report()

    def _fail_wish(self, reason: str) -> None:
        if self._open and self._wish.preset is not None:
            self._on_failed(self._wish.preset, reason)

    def _report(self) -> None:
        reading = CameraReading(self.name, self._power, self._preset, self._moving, self._lamps.shown, self._focus)
        if reading != self._told:
            self._told = reading
            self._emit(reading)

    @staticmethod
    def _pose(position: Position) -> Pose:
        return Pose(*codec.degrees(position))

    def _end(self) -> None:
        """Nothing is known any more; whoever waits is told."""
        lost = DeviceUnreachableError(self.name, "connection lost")
        self._up = self._notified = False
        self._questions.clear()
        self._turning.lose_link()
        for order in (*self._orders, *((self._stored,) if self._stored else ())):
            order.end(lost)
        self._orders.clear()
        self._stored = self._confirm = self._waking_until_ms = self._focus = None
        self._power = self._preset = self._moving = self._position = None
        self._lamps.forget()
        self._give_up("connection lost")
        if self._told is not None:
            self._report()
