"""What a camera is told beside where to look: tally lamps, focus, power, preset speed. Makes requests, sends nothing."""

from asyncio import Future
from collections.abc import Callable, Iterable

from chamber.ports import Clock, Emit, FocusAction, OrderRefused
from drivers.ptz.head import Head
from drivers.ptz.waiting import Order, Orders
from drivers.visca import codec
from drivers.visca.codec import BUFFER_FULL, error_text
from drivers.visca.exchange import BUSY, Answer, Refused, Request, Withheld
from drivers.visca.profile import Profile
from drivers.visca.tuning import Tuning

ORDER_MS = 4000
RETRY_MS = 200


class Aside:
    """One camera's orders that move nothing.

    Args:
        pump: called after each answer, so that the next request is sent.
    """

    def __init__(
        self,
        head: Head,
        address: int,
        profile: Profile,
        emit: Emit,
        clock: Clock,
        pump: Callable[[int], None],
        *,
        speed: int | None = None,
        presets: Iterable[int] = (),
    ) -> None:
        self._head, self._address, self._emit, self._clock, self._pump = head, address, emit, clock, pump
        self._orders = Orders[bytes](head.name, retry_ms=RETRY_MS)
        self._tuning = Tuning(profile, address, speed, presets)
        self._lamp_request: Request | None = None
        self._order_request: Request | None = None
        self._tuning_request: Request | None = None
        self.asks_focus = False

    def begin(self) -> None:
        """A new session."""
        self._tuning.begin()

    def end(self) -> None:
        """The session is over."""
        self._lamp_request = self._order_request = self._tuning_request = None
        self._orders.lose_link()

    def tick(self, now_ms: int) -> None:
        """Give up what the camera does not take."""
        self._orders.tick(now_ms)

    def focus(self, action: FocusAction, now_ms: int) -> "Future[None]":
        """Order focus, which is read back. Raises DeviceRejectedError: on air, or too much waits."""
        moves = action in ("near", "far", "one_push")
        self._head.may(moves=moves)
        packet = codec.focus(self._address, action)
        return self._orders.add(Order(packet, now_ms + ORDER_MS, moves=moves, then=self._focused))

    def power(self, on: bool, now_ms: int) -> "Future[None]":
        """Order power, which is read back. Raises DeviceRejectedError: standby on air, or too much waits."""
        self._head.may(moves=not on)
        packet = codec.power(self._address, on)
        return self._orders.add(Order(packet, now_ms + ORDER_MS, then=self._look))

    def order(self, now_ms: int) -> Request | None:
        """The next order that somebody waits for."""
        order = self._orders.take(now_ms)
        if order is None:
            return None
        self._order_request = Request(order.command, self._on_order, moves=order.moves)
        return self._order_request

    def quiet(self, now_ms: int) -> Request | None:
        """The next request that nobody waits for: a lamp, and while the camera idles the preset speed."""
        lamp = self._head.next_lamp(now_ms)
        if lamp is not None:
            self._lamp_request = Request(codec.lamp(self._address, lamp.colour, lamp.on), self._on_lamp, aside=True)
            return self._lamp_request
        packet = self._tuning.take() if self._head.idle and self._tuning_request is None else None
        if packet is None:
            return None
        self._tuning_request = Request(packet, self._on_tuning, aside=True)
        return self._tuning_request

    def _focused(self) -> None:
        self.asks_focus = True
        self._look()

    def _look(self) -> None:
        self._head.look_ms = self._clock.now_ms()

    def _on_order(self, request: Request, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if request is self._order_request:
            self._order_request = None
            match answer:
                case Refused(code) if code == BUFFER_FULL:
                    self._orders.on_busy(error_text(code), now_ms)
                case Refused(code):
                    self._orders.on_refused(error_text(code))
                case Withheld():
                    self._orders.on_refused("the camera went on air")
                case _:
                    self._orders.on_taken()
        self._pump(now_ms)

    def _on_lamp(self, request: Request, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        if request is self._lamp_request:
            self._lamp_request = None
            later = isinstance(answer, Refused) and answer.code in BUSY
            self._head.on_lamp(taken=not isinstance(answer, Refused), later=later, now_ms=now_ms)
        self._pump(now_ms)

    def _on_tuning(self, request: Request, answer: Answer) -> None:
        if request is self._tuning_request:
            self._tuning_request = None
            refused = self._tuning.on_answer(request, answer)
            if refused is not None:
                self._emit(OrderRefused(self._head.name, "preset speed", refused))
        self._pump(self._clock.now_ms())
