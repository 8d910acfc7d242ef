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
from chamber.ports import CameraWish, Clock, Emit, FocusAction, IdentityReading, OrderRefused, Pose, Ready
from drivers.panasonic import codec
from drivers.panasonic.codec import UNSUPPORTED, Command, Refused, Told
from drivers.panasonic.link import Link, Listener, WithheldError, WrongPasswordError
from drivers.ptz.diff import STILL, SetPower, Zoom, hands_off
from drivers.ptz.driving import STOPS
from drivers.ptz.head import Head
from drivers.ptz.lamps import Lamp
from drivers.ptz.position import Position
from drivers.ptz.waiting import STORE_MS, Order, Orders, Store

RECALL_MS = 15_000  # a camera can be told to take as long as 99 s; that is no use in a meeting
WAKING_MS = 40_000
RENEW_MS = 60_000
RETRY_MS = 300
ORDER_MS = 3000
REST_COUNTS = 3
TOLERANCE = 24  # 0.2 degrees
TICK_S = 0.05
ON_AIR = "the camera went on air"

Answer = Told | Refused | None
"""What the camera said; None: not sent, because the camera went on air."""


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
        self._head = Head(
            name, emit, clock, has=_has, pose=_pose, tolerance=TOLERANCE,
            rest=REST_COUNTS, lamps=("red", "green") if tally else (), recall_ms=RECALL_MS, waking_ms=WAKING_MS,
            order_ms=ORDER_MS, retry_ms=RETRY_MS,
        )  # fmt: skip
        self._orders = Orders[Command](name, retry_ms=RETRY_MS)
        self._lamp_by_head = False
        self._questions: deque[Command] = deque()
        self._pan_tilt = ""
        self._all_at_once = True
        self._store: Store | None = None
        self._notified = False
        self._renew_ms = 0
        self._port = 0

    # ------------------------------------------------------------------------------------------------- orders

    def wish(self, wish: CameraWish) -> None:
        """Want a preset; the newest wish wins, and the same again is no new order."""
        self._head.want(wish, self._clock.now_ms())
        self._wake.set()

    async def drive(self, pan: int, tilt: int, zoom: int) -> None:
        """Start or stop moving by hand; returns when the camera has taken it. A recall under way is given up.

        Raises DeviceRejectedError (on air, out of range, refused) or DeviceUnreachableError.
        """
        motion = self._head.motion(self.name, pan, tilt, zoom)
        self._head.may(moves=motion != STILL)
        now_ms = self._must_be_up()
        done = self._head.turn(motion, now_ms)
        self._wake.set()
        await done

    async def store(self, preset: int) -> None:
        """Store the present position; returns when the camera has confirmed it and its position was read.

        Raises DeviceRejectedError (no such preset, another store runs, refused) or DeviceUnreachableError.
        """
        if not _has(preset):
            raise DeviceRejectedError(self.name, f"no such preset: {preset}")
        now_ms = self._must_be_up()
        if self._store is not None:
            raise DeviceRejectedError(self.name, f"preset {self._store.preset} is being stored")
        self._store = store = Store(self.name, preset, now_ms)
        try:
            await self._order(codec.store(preset), STORE_MS, then=self._executed)
            await store.done
        finally:
            self._store = None

    async def focus(self, action: FocusAction) -> None:
        """Set or drive the focus; returns when the camera has taken it. Raises DeviceError."""
        moves = action in ("near", "far", "one_push")
        self._head.may(moves=moves)
        mode = action if action in ("auto", "manual") else None
        await self._order(codec.focus(action), ORDER_MS, moves=moves, then=lambda: self._focused(mode))

    async def power(self, on: bool) -> None:
        """Switch on, or to standby; returns when the camera has taken it, and is read back later."""
        self._head.may(moves=not on)
        await self._order(codec.power(on), ORDER_MS, then=self._look_soon)

    def _must_be_up(self) -> int:
        if not self._up:
            raise DeviceUnreachableError(self.name, "not connected")
        return self._clock.now_ms()

    async def _order(
        self, command: Command, for_ms: int, *, moves: bool = False, then: Callable[[], None] | None = None
    ) -> None:
        until_ms = self._must_be_up() + for_ms
        done = self._orders.add(Order(command, until_ms, moves=moves, then=then))
        self._wake.set()
        await done

    def _executed(self) -> None:
        if self._store is not None:
            self._store.executed = True
            self._ask_position()

    def _focused(self, mode: str | None) -> None:
        self._head.focus = mode or self._head.focus
        self._head.report()

    def _look_soon(self) -> None:
        self._head.look_ms = self._clock.now_ms()

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
        head = self._head
        head.begin()
        await link.get(codec.notifications(self._port, start=True))
        self._renew_ms = self._clock.now_ms() + RENEW_MS
        model = await self._ask(link, codec.ASK_MODEL)
        text = model.text.removeprefix("OID:") if isinstance(model, Told) else "a Panasonic camera"
        self._emit(IdentityReading(self.name, f"Panasonic {text}"[:100]))
        power = await self._ask(link, codec.ASK_POWER)
        head.on_power(codec.read_power(power.text) if isinstance(power, Told) else None)
        self._ask_position()
        while self._questions:
            question = self._questions.popleft()
            self._on_question(question, await self._ask(link, question))
        await self._tune(link)
        self._up = True

    async def _tune(self, link: Link) -> None:
        """Set the preset speed where it differs: the camera's memory bears a limited number of writes."""
        if self._speed is None or self._head.power is not True:
            return
        wanted = codec.preset_speed(self._speed)
        now = await self._ask(link, codec.ASK_PRESET_SPEED)
        if isinstance(now, Told) and now.text.lower() == wanted.text.lower():
            return
        answer = await self._ask(link, wanted)
        if isinstance(answer, Refused):
            self._emit(OrderRefused(self.name, "preset speed", str(answer)))

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
        if now_ms >= self._renew_ms and not self._head.recalls.running:
            self._renew_ms = now_ms + RENEW_MS
            await link.get(codec.notifications(self._port, start=True))
            return
        step = self._next(now_ms)
        if step is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._wake.wait()
            return
        allowed = (lambda: not hands_off(self._head.wish)) if step.moves else None
        answer: Answer
        try:
            answer = codec.read_answer(await link.get(step.command.path, allowed=allowed, slow=step.slow))
        except WithheldError:
            answer = None
        step.on_answer(answer)

    def _next(self, now_ms: int) -> _Step | None:
        head = self._head
        motion = None if head.drive.still else head.drive.take(now_ms, on_air=hands_off(head.wish))
        if motion is not None:
            command = codec.zoom(motion.speed) if isinstance(motion, Zoom) else codec.turn(motion.pan, motion.tilt)
            return _Step(command, self._on_driven, moves=motion not in STOPS)
        if (order := self._orders.take(now_ms)) is not None:
            return _Step(order.command, self._on_order, moves=order.moves)
        return self._recall(now_ms) or self._lamp(now_ms) or self._question(now_ms)

    def _recall(self, now_ms: int) -> _Step | None:
        step = self._head.next_step(now_ms)
        if step is None:
            return None
        if isinstance(step, SetPower):
            return _Step(codec.power(True), self._on_woken, moves=True)
        command = codec.recall(step.preset)
        self._head.recalls.begin(step.preset, command, self._head.position, now_ms)
        self._questions.clear()
        return _Step(command, lambda answer: self._on_recall(command, step.preset, answer), moves=True, slow=True)

    def _lamp(self, now_ms: int) -> _Step | None:
        lamp = self._head.next_lamp(now_ms) if self._head.power is True else None
        if lamp is None:
            return None
        by_head = self._lamp_by_head and lamp.colour == "red"
        command = codec.older_lamp(lamp.on) if by_head else codec.lamp(lamp.colour, lamp.on)
        return _Step(command, lambda answer: self._on_lamp(lamp, answer))

    def _question(self, now_ms: int) -> _Step | None:
        recalls = self._head.recalls
        if not self._questions and now_ms >= self._head.look_ms and (not recalls.running or recalls.watching(now_ms)):
            if not recalls.running:
                self._questions.append(codec.ASK_POWER)
            self._ask_position()
        if not self._questions:
            return None
        question = self._questions.popleft()
        return _Step(question, lambda answer: self._on_question(question, answer))

    # ----------------------------------------------------------------------------------------------- answers

    def _on_recall(self, sent: Command, preset: int, answer: Answer) -> None:
        now_ms, recalls = self._clock.now_ms(), self._head.recalls
        if answer is None:
            recalls.on_failed(sent, "went on air before it moved")
        elif isinstance(answer, Refused) and answer.busy:
            recalls.on_busy(sent, now_ms + RETRY_MS)
        elif isinstance(answer, Refused):
            recalls.on_failed(sent, str(answer))
        elif codec.read_preset(answer.text, "s") != preset:
            recalls.on_failed(sent, f"the camera answered {answer.text[:20]!r}")
        else:
            recalls.on_accepted(sent, now_ms, unsure=not self._notified)

    def _on_driven(self, answer: Answer) -> None:
        now_ms, drive = self._clock.now_ms(), self._head.drive
        if answer is None:
            drive.on_withheld()
        elif isinstance(answer, Refused):
            drive.on_refused(str(answer), now_ms, busy=answer.busy)
        else:
            drive.on_taken()
        self._head.on_driven(now_ms)

    def _on_order(self, answer: Answer) -> None:
        if answer is None:
            self._orders.on_refused(ON_AIR)
        elif isinstance(answer, Refused) and answer.busy:
            self._orders.on_busy(str(answer), self._clock.now_ms())
        elif isinstance(answer, Refused):
            self._orders.on_refused(str(answer))
        else:
            self._orders.on_taken()

    def _on_lamp(self, lamp: Lamp, answer: Answer) -> None:
        refused = isinstance(answer, Refused)
        later = isinstance(answer, Refused) and answer.busy
        if refused and not later and lamp.colour == "red" and not self._lamp_by_head:
            self._lamp_by_head = later = True  # older models know it as a command of the head
        self._head.on_lamp(taken=not refused, later=later, now_ms=self._clock.now_ms())

    def _on_woken(self, answer: Answer) -> None:
        if not isinstance(answer, Told):
            self._head.on_not_woken(None if answer is None else str(answer))

    def _ask_position(self) -> None:
        self._questions.extend((codec.ASK_ALL,) if self._all_at_once else (codec.ASK_PAN_TILT, codec.ASK_ZOOM))

    def _on_question(self, question: Command, answer: Answer) -> None:
        text = answer.text if isinstance(answer, Told) else ""
        if question == codec.ASK_POWER:
            self._head.on_power(codec.read_power(text))
            self._head.report()
        elif question == codec.ASK_ALL and isinstance(answer, Refused) and answer.code == UNSUPPORTED:
            self._all_at_once = False
            self._ask_position()
        elif question == codec.ASK_ALL:
            self._on_position(codec.read_all(text))
        elif question == codec.ASK_PAN_TILT:
            self._pan_tilt = text
        else:
            self._on_position(codec.read_pan_tilt(self._pan_tilt, text))

    def _on_position(self, position: Position | None) -> None:
        now_ms, head, store = self._clock.now_ms(), self._head, self._store
        if position is not None or not head.recalls.watching(now_ms):  # else an arrival is not confirmed by silence
            head.on_position(position, None, now_ms)
        if store is not None and store.executed and position is not None:
            head.on_stored(store.preset, position)
            store.end(None)
        head.look_ms = now_ms + (0 if head.recalls.running else head.pause_ms())

    def _heard(self, text: str) -> None:
        """A notification: a recall has completed, or somebody switched the camera."""
        self._notified = True
        now_ms, head = self._clock.now_ms(), self._head
        completed, power, sent = codec.read_preset(text, "q"), codec.read_power(text), head.recalls.runs
        if completed is not None and sent is not None and completed == head.recalls.heading(now_ms):
            head.recalls.on_done(sent, now_ms)
            self._questions.clear()
            head.look_ms = now_ms
        if power is not None:
            head.on_power(power)
            head.report()
        self._wake.set()

    # ------------------------------------------------------------------------------------------------- time

    def _tick(self, now_ms: int) -> None:
        self._head.tick(now_ms)
        self._orders.tick(now_ms)
        if self._store is not None and self._store.executed:
            self._store.tick(now_ms)

    def _end(self) -> None:
        """Nothing is known any more; whoever waits is told."""
        self._up = self._notified = False
        self._questions.clear()
        self._orders.lose_link()
        if self._store is not None and self._store.executed:
            self._store.end(DeviceUnreachableError(self.name, "connection lost"))
        self._head.end()


def _has(preset: int) -> bool:
    return 1 <= preset <= codec.PRESETS


def _pose(position: Position) -> Pose:
    return Pose(*codec.degrees(position))
