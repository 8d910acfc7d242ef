"""Orders to open or mute channels: sent again until a read-back shows them done, or given up."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.core.reasons import why

AGAIN_MS = 200
ORDER_MS = 1500


@dataclass(slots=True)
class _Order:
    on: bool
    done: "asyncio.Future[None]"
    until_ms: int
    again_ms: int
    contradicted: int = 0  # the first answer may be to a question from before the order


class Orders:
    """At most one order for each channel; a newer one overtakes.

    Args:
        send: puts one order and the question after it on the wire; may raise OSError.
    """

    def __init__(self, device: str, send: Callable[[str, bool], None]) -> None:
        self._device, self._send = device, send
        self._orders: dict[str, _Order] = {}

    def __contains__(self, channel: str) -> bool:
        return channel in self._orders

    async def carry_out(self, channel: str, on: bool, now_ms: int) -> None:
        """Send and wait. Raises DeviceRejectedError (stays as it was, a newer order) or DeviceUnreachableError."""
        self._settle(channel, DeviceRejectedError(self._device, f"channel {channel}: overtaken by a newer order"))
        done = asyncio.get_running_loop().create_future()
        self._orders[channel] = order = _Order(on, done, now_ms + ORDER_MS, now_ms + AGAIN_MS)
        try:
            self._send(channel, on)
            await done
        except OSError as exc:
            raise DeviceUnreachableError(self._device, why(exc)) from exc
        finally:
            if self._orders.get(channel) is order:
                del self._orders[channel]

    def read(self, channel: str, on: bool) -> None:
        """A channel was read."""
        order = self._orders.get(channel)
        if order is not None:
            if on is order.on:
                self._settle(channel, None)
            else:
                order.contradicted += 1

    def tick(self, now_ms: int) -> None:
        """Send again what is not confirmed, and give up what has had its time."""
        for channel, order in list(self._orders.items()):
            if now_ms >= order.until_ms:
                self._settle(channel, self._failure(channel, order))
            elif now_ms >= order.again_ms:
                order.again_ms = now_ms + AGAIN_MS
                self._send(channel, order.on)

    def fail_all(self) -> None:
        """The session is over."""
        for channel in list(self._orders):
            self._settle(channel, DeviceUnreachableError(self._device, "connection lost"))

    def _failure(self, channel: str, order: _Order) -> Exception:
        if order.contradicted > 1:
            wanted = "open" if order.on else "muted"
            return DeviceRejectedError(self._device, f"channel {channel} does not stay {wanted}")
        return DeviceUnreachableError(self._device, f"channel {channel}: no answer")

    def _settle(self, channel: str, error: Exception | None) -> None:
        order = self._orders.pop(channel, None)
        if order is not None and not order.done.done():
            if error is None:
                order.done.set_result(None)
            else:
                order.done.set_exception(error)
