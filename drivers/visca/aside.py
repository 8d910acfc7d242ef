"""What a camera is told beside where to look: tally lamps, focus, power, preset speed. Makes requests, sends nothing."""

from asyncio import Future
from collections.abc import Callable, Iterable

from chamber.ports import CameraWish, Clock, Emit, FocusAction, OrderRefused
from drivers.ptz.lamps import Lamps
from drivers.visca import codec
from drivers.visca.chores import Chore, Chores, Tuning
from drivers.visca.exchange import Answer, Refused, Request
from drivers.visca.profile import Profile


class Aside:
    """One camera's orders that move nothing.

    Args:
        changed: called when something was confirmed; the argument is what was ordered: lamp, focus or power.
        pump: called after each answer, so that the next request is sent.
    """

    def __init__(
        self,
        name: str,
        address: int,
        profile: Profile,
        emit: Emit,
        clock: Clock,
        changed: Callable[[str], None],
        pump: Callable[[int], None],
        *,
        speed: int | None = None,
        presets: Iterable[int] = (),
        tally: bool = True,
    ) -> None:
        self._name, self._address, self._emit, self._clock = name, address, emit, clock
        self._changed, self._pump = changed, pump
        self.lamps = Lamps(profile.lamps if tally else ())
        self._chores = Chores(name)
        self._tuning = Tuning(profile, address, speed, presets)
        self._lamp_request: Request | None = None
        self._chore_request: Request | None = None
        self._tuning_request: Request | None = None

    def begin(self) -> None:
        """A new session."""
        self.lamps.forget()
        self._tuning.begin()

    def end(self) -> None:
        """The session is over."""
        self._lamp_request = self._chore_request = self._tuning_request = None
        self.lamps.forget()
        self._chores.lose_link()

    def tick(self, now_ms: int) -> None:
        """Give up what the camera does not take."""
        self._chores.tick(now_ms)

    def focus(self, action: FocusAction, now_ms: int) -> "Future[None]":
        """Order focus. Raises DeviceRejectedError: too much waits."""
        moves = action in ("near", "far", "one_push")
        return self._chores.add(Chore("focus", codec.focus(self._address, action), now_ms, moves=moves))

    def power(self, on: bool, now_ms: int) -> "Future[None]":
        """Order power. Raises DeviceRejectedError: too much waits."""
        return self._chores.add(Chore("power", codec.power(self._address, on), now_ms))

    def order(self, now_ms: int) -> Request | None:
        """The next order that somebody waits for."""
        chore = self._chores.take(now_ms)
        if chore is None:
            return None
        self._chore_request = Request(chore.packet, self._on_chore, moves=chore.moves)
        return self._chore_request

    def quiet(self, wish: CameraWish, now_ms: int, *, idle: bool) -> Request | None:
        """The next request that nobody waits for: a lamp, and while no recall runs the preset speed."""
        self.lamps.want(on_air=wish.on_air, preview=wish.preview, now_ms=now_ms)
        lamp = self.lamps.take(now_ms)
        if lamp is not None:
            self._lamp_request = Request(codec.lamp(self._address, lamp.colour, lamp.on), self._on_lamp, aside=True)
            return self._lamp_request
        packet = self._tuning.take() if idle and self._tuning_request is None else None
        if packet is None:
            return None
        self._tuning_request = Request(packet, self._on_tuning, aside=True)
        return self._tuning_request

    def _on_chore(self, request: Request, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if request is self._chore_request:
            self._chore_request = None
            chore = self._chores.on_answer(answer, now_ms)
            if chore is not None:
                self._changed(chore.what)
        self._pump(now_ms)

    def _on_lamp(self, request: Request, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if request is self._lamp_request:
            self._lamp_request = None
            refused = isinstance(answer, Refused)
            later = isinstance(answer, Refused) and answer.code in (codec.BUFFER_FULL, codec.NOT_EXECUTABLE)
            if not self.lamps.on_result(taken=not refused, later=later, now_ms=now_ms):
                self._emit(OrderRefused(self._name, "tally lamp", "this model has no such lamp"))
            self._changed("lamp")
        self._pump(now_ms)

    def _on_tuning(self, request: Request, answer: Answer) -> None:
        if request is self._tuning_request:
            self._tuning_request = None
            refused = self._tuning.on_answer(request, answer)
            if refused is not None:
                self._emit(OrderRefused(self._name, "preset speed", refused))
        self._pump(self._clock.now_ms())
