"""One session with a VISCA camera: wishes out as recalls, arrivals confirmed by position.

`wish` writes the recall before it returns whenever the link is free.
"""

from collections.abc import Iterable

from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.core.reasons import why
from chamber.ports import CameraWish, Clock, Emit, FocusAction, IdentityReading, Ready
from drivers.ptz.diff import STILL, Recall, Turn, Zoom, hands_off
from drivers.ptz.head import Head
from drivers.ptz.waiting import Store
from drivers.visca import codec
from drivers.visca.aside import Aside
from drivers.visca.codec import BUFFER_FULL, error_text
from drivers.visca.exchange import (
    ACK_MS,
    BUSY,
    LATE_ACK_MS,
    Accepted,
    Answer,
    Done,
    Exchange,
    Refused,
    Request,
    Unsure,
    Withheld,
)
from drivers.visca.looking import ALL, FOCUSED, IDLE, POSITION, Look, Looker, Question
from drivers.visca.profile import Profile
from drivers.visca.wires import Wire

TICK_S = 0.05
START_MS = 10_000
WATCHING_LOOK_MS = 120
RECALL_MS = 10_000
WAKING_MS = 20_000
DRIVE_MS = 2000
RETRY_MS = 200
BUFFER_FULL_RETRY_MS = 1000  # sooner at the next completion
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
        self._started_ms = 0
        self._head = head = Head(
            name, emit, clock, has=profile.has, pose=profile.pose, tolerance=profile.tolerance,
            lamps=profile.lamps if tally else (), recall_ms=RECALL_MS, waking_ms=WAKING_MS, order_ms=DRIVE_MS,
            retry_ms=RETRY_MS,
        )  # fmt: skip
        self._looker = Looker(wire.address, profile, self._on_look)
        self._aside = Aside(head, wire.address, profile, emit, clock, self._pump, speed=speed, presets=presets)
        self._drive_request: Request | None = None
        self._store: Store | None = None
        self._store_request: Request | None = None
        self._cancel: Request | None = None
        self._cancelling: Request | None = None
        self._overtaken: Request | None = None  # a recall that is to be cancelled as soon as its socket is known
        self._drive_ms = 0  # not before this, because a cancel runs

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

    # ------------------------------------------------------------------------------------------------- orders

    def wish(self, wish: CameraWish) -> None:
        """Want a preset; the newest wish wins, and the same again is no new order."""
        now_ms = self._clock.now_ms()
        self._head.want(wish, now_ms)
        try:
            self._pump(now_ms)
        except OSError:
            return  # serve() ends by it

    async def drive(self, pan: int, tilt: int, zoom: int) -> None:
        """Start or stop moving by hand; returns when the camera has taken it. A recall under way is given up.

        Raises DeviceRejectedError (on air, out of range, refused) or DeviceUnreachableError.
        """
        motion = self._head.motion(self.name, pan, tilt, zoom)
        self._head.may(moves=motion != STILL)
        now_ms = self._must_be_up()
        runs = self._head.recalls.runs
        self._overtaken = runs if isinstance(runs, Request) else None
        done = self._head.turn(motion, now_ms)
        self._cancel_recall()
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
        self._store_request = None
        try:
            self._act(now_ms)
            await store.done
        finally:
            self._store = None

    async def focus(self, action: FocusAction) -> None:
        """Set or drive the focus; returns when the camera has taken it.

        Raises DeviceRejectedError (on air, refused: near and far need manual focus) or DeviceUnreachableError.
        """
        now_ms = self._must_be_up()
        done = self._aside.focus(action, now_ms)
        self._act(now_ms)
        await done

    async def power(self, on: bool) -> None:
        """Switch on, or to standby; returns when the camera has taken it, and is read back later.

        Raises DeviceRejectedError (standby while on air, refused) or DeviceUnreachableError.
        """
        now_ms = self._must_be_up()
        done = self._aside.power(on, now_ms)
        self._act(now_ms)
        await done

    def _must_be_up(self) -> int:
        if not self._up:
            raise DeviceUnreachableError(self.name, "not connected")
        return self._clock.now_ms()

    def _act(self, now_ms: int) -> None:
        try:
            self._pump(now_ms)
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc

    def _cancel_recall(self) -> None:
        """The recall under way is to end where the camera is now; some models refuse a drive until it has."""
        request = self._overtaken
        socket = None if request is None or self._exchange is None else self._exchange.socket_of(request)
        if socket:
            self._overtaken = None
            self._cancel = Request(codec.cancel(self._address, socket), self._on_cancel, cancels=socket)
            self._drive_ms = self._clock.now_ms() + ACK_MS

    # ---------------------------------------------------------------------------------------------- requests

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
        drive = self._head.drive
        if (
            now_ms >= self._drive_ms
            and not drive.still
            and (motion := drive.take(now_ms, on_air=hands_off(self._head.wish)))
        ):
            self._drive_request = self._drive_packet(motion)
            return self._drive_request
        if self._store is not None and self._store_request is None:
            packet = codec.store(self._address, self._store.preset + self._profile.preset_offset)
            self._store_request = Request(packet, self._on_store)
            return self._store_request
        if (order := self._aside.order(now_ms)) is not None:
            return order
        step = self._head.next_step(now_ms)
        if isinstance(step, Recall):
            packet = codec.recall(self._address, step.preset + self._profile.preset_offset)
            request = Request(packet, self._on_recall, moves=True, ack_ms=LATE_ACK_MS)
            self._head.recalls.begin(step.preset, request, self._head.position, now_ms)
            self._head.look_ms = now_ms
            return request
        return None if step is None else Request(codec.power(self._address, step.on), self._on_power, moves=True)

    def _drive_packet(self, step: Turn | Zoom) -> Request:
        if isinstance(step, Zoom):
            return Request(codec.zoom(self._address, step.speed), self._on_drive, moves=step.speed != 0)
        pan_speed, tilt_speed = self._profile.speeds(step.pan, step.tilt)
        packet = codec.turn(self._address, step.pan, step.tilt, pan_speed=pan_speed, tilt_speed=tilt_speed)
        return Request(packet, self._on_drive, moves=(step.pan, step.tilt) != (0, 0))

    # ----------------------------------------------------------------------------------------------- answers

    def _on_recall(self, request: Request, answer: Answer) -> None:
        now_ms, recalls = self._clock.now_ms(), self._head.recalls
        if request is self._overtaken:
            self._cancel_recall()
        match answer:
            case Accepted():
                recalls.on_accepted(request, now_ms)
            case Unsure():
                recalls.on_accepted(request, now_ms, unsure=True)
            case Done():
                if recalls.on_done(request, now_ms):
                    self._looker.ask(POSITION)
            case Withheld():
                recalls.on_failed(request, "went on air before it was acknowledged")
            case Refused(code) if code in BUSY:
                recalls.on_busy(request, now_ms + (BUFFER_FULL_RETRY_MS if code == BUFFER_FULL else RETRY_MS))
            case Refused(code):
                recalls.on_failed(request, error_text(code))
        self._pump(now_ms)

    def _on_drive(self, request: Request, answer: Answer) -> None:
        now_ms, head = self._clock.now_ms(), self._head
        if request is self._drive_request:
            self._drive_request = None
            match answer:
                case Refused(code):
                    head.drive.on_refused(error_text(code), now_ms, busy=code in BUSY)
                case Withheld():
                    head.drive.on_withheld()
                case _:
                    head.drive.on_taken()
            head.on_driven(now_ms)
        self._pump(now_ms)

    def _on_cancel(self, request: Request, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if request is self._cancel:
            self._cancel = self._cancelling = None
            self._drive_ms = now_ms + AFTER_CANCEL_MS
        self._pump(now_ms)

    def _on_store(self, request: Request, answer: Answer) -> None:
        if self._store is not None and request is self._store_request:
            if isinstance(answer, Refused):
                self._store.end(DeviceRejectedError(self.name, error_text(answer.code)))
            elif isinstance(answer, Done | Unsure):
                self._store.executed = True
                self._looker.ask(POSITION)
        self._pump(self._clock.now_ms())

    def _on_power(self, request: Request, answer: Answer) -> None:
        if isinstance(answer, Refused):
            self._head.on_not_woken(error_text(answer.code))
        self._pump(self._clock.now_ms())

    def _on_look(self, look: Look) -> None:
        now_ms, head, store = self._clock.now_ms(), self._head, self._store
        watching = head.recalls.watching(now_ms)
        if self._ready is not None:
            self._emit(IdentityReading(self.name, look.version or "a VISCA camera that does not tell its version"))
        if not watching:  # else only the position was asked for
            head.focus = look.focus
            head.on_power(look.power)
        head.on_position(look.position, look.motion, now_ms)
        if self._ready is not None:
            ready, self._ready, self._up = self._ready, None, True
            ready()
        if store is not None and store.executed:
            if look.position is not None:
                head.on_stored(store.preset, look.position)
            store.end(None)
        head.look_ms = now_ms + (WATCHING_LOOK_MS if head.recalls.watching(now_ms) else head.pause_ms())
        self._pump(now_ms)

    # ------------------------------------------------------------------------------------------------- session

    def _begin(self, ready: Ready, now_ms: int) -> None:
        self._ready, self._started_ms = ready, now_ms
        self._head.begin()
        self._aside.begin()
        self._looker.ask(ALL)

    def _tick(self, exchange: Exchange, now_ms: int) -> None:
        """Do what the time asks for. Raises OSError when the camera is silent."""
        head = self._head
        exchange.tick(now_ms, on_air=hands_off(head.wish))
        if not self._up:
            if now_ms - self._started_ms > START_MS:
                raise TimeoutError(f"not everything could be read within {START_MS // 1000} s")
        elif not self._looker.busy:
            self._look(now_ms)
        head.tick(now_ms)
        self._aside.tick(now_ms)
        if self._store is not None:
            self._store.tick(now_ms)
        self._pump(now_ms)
        if self._up and exchange.free and (request := self._aside.quiet(now_ms)) is not None:
            exchange.send(request, now_ms)  # once a tick: a recall that is due goes first

    def _look(self, now_ms: int) -> None:
        head = self._head
        if now_ms < head.look_ms:
            return
        if head.recalls.watching(now_ms):
            self._looker.ask(POSITION if self._profile.status_shift is None else (*POSITION, Question.STATUS))
        elif not head.recalls.running:
            self._looker.ask(FOCUSED if self._aside.asks_focus else IDLE)

    def _end(self) -> None:
        """Nothing is known any more; whoever waits is told."""
        if self._exchange is not None:
            self._exchange.close()
        self._exchange = self._ready = self._drive_request = None
        self._up = False
        self._cancel = self._cancelling = self._overtaken = None
        self._looker.forget()
        self._aside.end()
        if self._store is not None:
            self._store.end(DeviceUnreachableError(self.name, "connection lost"))
        self._head.end()
