"""Orders to switch microphones: sent again until a later reading shows them done, or given up."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.core.reasons import why

ACT_MS = (
    150  # "a RemoveSpeech within about 100 ms of GrantSpeech does nothing": what is read before that proves nothing
)
AGAIN_MS = 250
ORDER_MS = 3000


@dataclass(slots=True)
class _Order:
    label: str
    on: bool
    done: "asyncio.Future[None]"
    until_ms: int
    again_ms: int
    reads: int = 0


class Orders:
    """At most one order for each seat; a newer one overtakes.

    Args:
        send: puts the command for a seat on the wire.
        look: asks for the discussion list.
        is_on: whether a seat's microphone was on when it was last read.
    """

    def __init__(
        self, device: str, send: Callable[[str, bool], None], look: Callable[[int], None], is_on: Callable[[str], bool]
    ) -> None:
        self._device, self._send, self._look, self._is_on = device, send, look, is_on
        self._orders: dict[str, _Order] = {}
        self._sent_ms: dict[str, int] = {}

    async def carry_out(self, seat_id: str, label: str, on: bool, now_ms: int) -> None:
        """Send and wait. Raises DeviceRejectedError (refused, stays as it was, a newer order) or DeviceUnreachableError."""
        self._settle(seat_id, "overtaken by a newer order")
        done = asyncio.get_running_loop().create_future()
        self._orders[seat_id] = order = _Order(label, on, done, now_ms + ORDER_MS, now_ms + ACT_MS)
        try:
            if self._is_on(seat_id) is not on or not self._proves(seat_id, now_ms):
                self._press(seat_id, order, now_ms)
            self._look(now_ms)
            await done
        except OSError as exc:
            raise DeviceUnreachableError(self._device, why(exc)) from exc
        finally:
            if self._orders.get(seat_id) is order:
                del self._orders[seat_id]

    def read(self, before: Callable[[str], bool], asked_ms: int) -> None:
        """The list was read; `before` is what was known until then, `asked_ms` when it was asked for."""
        for seat_id, order in list(self._orders.items()):
            order.reads += 1
            is_on = self._is_on(seat_id)
            if is_on is order.on and (before(seat_id) is not is_on or self._proves(seat_id, asked_ms)):
                self._settle(seat_id, None)

    def refused(self, seat_id: str, text: str) -> None:
        """The server said no to a command; to one that was not needed it may."""
        order = self._orders.get(seat_id)
        if order is not None and self._is_on(seat_id) is not order.on:
            self._settle(seat_id, text)

    def tick(self, now_ms: int) -> None:
        """Send again what is not confirmed, and give up what has had its time."""
        for seat_id, order in list(self._orders.items()):
            if now_ms >= order.until_ms:
                if order.reads:
                    self._settle(seat_id, f"does not stay {'on' if order.on else 'off'}")
                else:
                    self._fail(seat_id, DeviceUnreachableError(self._device, f"{order.label}: no answer"))
            elif now_ms >= order.again_ms:
                order.again_ms = now_ms + AGAIN_MS
                if self._is_on(seat_id) is not order.on:
                    self._press(seat_id, order, now_ms)
                self._look(now_ms)

    def fail_all(self) -> None:
        """The session is over."""
        for seat_id in list(self._orders):
            self._fail(seat_id, DeviceUnreachableError(self._device, "connection lost"))
        self._sent_ms.clear()

    def _press(self, seat_id: str, order: _Order, now_ms: int) -> None:
        self._sent_ms[seat_id] = now_ms
        self._send(seat_id, order.on)

    def _proves(self, seat_id: str, asked_ms: int) -> bool:
        """Whether a list that was asked for then shows what the newest command has done."""
        sent_ms = self._sent_ms.get(seat_id)
        return sent_ms is None or asked_ms - sent_ms >= ACT_MS

    def _settle(self, seat_id: str, trouble: str | None) -> None:
        order = self._orders.get(seat_id)
        error = None
        if order is not None and trouble is not None:
            error = DeviceRejectedError(self._device, f"{order.label}: {trouble}")
        self._fail(seat_id, error)

    def _fail(self, seat_id: str, error: Exception | None) -> None:
        order = self._orders.pop(seat_id, None)
        if order is not None and not order.done.done():
            if error is None:
                order.done.set_result(None)
            else:
                order.done.set_exception(error)
