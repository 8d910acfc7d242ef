"""What is known of the microphones of one system, and which orders wait for a reading that confirms them.

Shared by drivers that hear of one microphone at a time; it does no I/O and reads no clock.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from chamber.core.domain import MicState
from chamber.core.errors import DeviceError, DeviceRejectedError, DeviceUnreachableError
from chamber.ports import Emit, IdentityReading, MicReading

STRANGERS = 12
_WORDS = {MicState.ON: "open", MicState.OFF: "closed", MicState.REQUEST: "waits", None: "not heard of yet"}
_TEXT = 80


@dataclass(slots=True, eq=False)
class _Order:
    on: bool
    done: "asyncio.Future[None]"
    until_ms: int
    unchanged_is_done: bool
    contradicted: bool = False


class Channels:
    """Readings and orders of one system.

    Args:
        name: id of the system.
        channels: those that belong to seats; a number is the same with and without leading zeros.
        emit: takes a MicReading at the first reading of a channel in a session and at each change, and an
            IdentityReading whenever there is more to tell of the system.
    """

    def __init__(self, name: str, channels: tuple[str, ...], emit: Emit) -> None:
        self.name, self.names, self._emit = name, channels, emit
        self._channels = {_bare(channel): channel for channel in channels}
        self._known: dict[str, MicReading] = {}
        self._last: dict[str, MicReading] = {}
        self._orders: dict[str, _Order] = {}
        self._strangers: dict[str, None] = {}
        self._identity = self._told = ""

    # ------------------------------------------------------------------------------------------------ readings

    def find(self, named: str) -> str | None:
        """The channel of that name; None for a microphone without a seat, of which the technician is told once."""
        found = self._channels.get(_bare(named))
        if found is None and len(self._strangers) < STRANGERS and named[:20] not in self._strangers:
            self._strangers[named[:20]] = None
            self._tell()
        return found

    def identify(self, text: str) -> None:
        """Tell what the system is."""
        self._identity = text[:_TEXT]
        self._tell()

    def read(self, channel: str, state: MicState, *, priority: bool | None = False) -> None:
        """Take in what the system says of a channel, and settle the order that it confirms.

        `priority` None: not said; a microphone that stays on keeps what it had.
        """
        known = self._known.get(channel)
        if priority is None:
            priority = state is MicState.ON and known is not None and known.priority
        reading = MicReading(self.name, channel, state, priority)
        if known != reading:
            self._known[channel] = self._last[channel] = reading
            self._emit(reading)
        order = self._orders.get(channel)
        if order is not None:
            order.contradicted = (state is MicState.ON) is not order.on
            if not order.contradicted:
                self._settle(channel, None)

    def state(self, channel: str) -> MicState | None:
        """The state read in this session, None before that."""
        known = self._known.get(channel)
        return None if known is None else known.state

    @property
    def unread(self) -> tuple[str, ...]:
        """Channels that were not read in this session."""
        return tuple(channel for channel in self.names if channel not in self._known)

    @property
    def open(self) -> tuple[str, ...]:
        """Channels that are on."""
        return tuple(channel for channel, known in self._known.items() if known.state is MicState.ON)

    def reported(self, named: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """A line for each channel and for each microphone without a seat, for the technician.

        Args:
            named: how the system itself calls a channel, where that is something else.
        """
        called = named or {}
        return (
            *(
                f"channel {channel}{f' ({called[channel]})' if channel in called else ''}: {_WORDS[self.state(channel)]}"
                + (", with priority" if channel in self._known and self._known[channel].priority else "")
                for channel in self.names
            ),
            *(
                f"{'channel ' if stranger.isdecimal() else ''}{stranger}: belongs to no seat of CONFIG"
                for stranger in sorted(self._strangers)
            ),
        )

    def read_rest(self, *, off: bool) -> None:
        """Channels that the system has not named are off, or are as they were in the last session."""
        for channel in self.unread:
            last = self._last.get(channel)
            self.read(channel, MicState.OFF if off or last is None else last.state)

    # -------------------------------------------------------------------------------------------------- orders

    def expect(
        self, channel: str, on: bool, until_ms: int, *, unchanged_is_done: bool = False
    ) -> "asyncio.Future[None]":
        """Wait for a reading that a channel is on, or is not; an older order for it is overtaken.

        Args:
            unchanged_is_done: the system says nothing about a microphone that is as ordered already, so that silence
                is enough when that was its last reading.
        Returns:
            A future: done when confirmed, else DeviceRejectedError or DeviceUnreachableError.
        """
        self._settle(channel, DeviceRejectedError(self.name, f"channel {channel}: overtaken by a newer order"))
        order = _Order(on, asyncio.get_running_loop().create_future(), until_ms, unchanged_is_done)
        self._orders[channel] = order
        return order.done

    def known_channel(self, channel: str) -> str:
        """The channel as it is named here. Raises DeviceRejectedError when no seat has it."""
        found = self._channels.get(_bare(channel))
        if found is None:
            raise DeviceRejectedError(self.name, f"no such channel: {channel[:20]}")
        return found

    @property
    def ordered(self) -> tuple[str, ...]:
        """Channels with an order that waits."""
        return tuple(self._orders)

    def refuse(self, channel: str, reason: str) -> None:
        """The system said no to the order for a channel."""
        self._settle(channel, DeviceRejectedError(self.name, f"channel {channel}: {reason}"))

    def withdraw(self, channel: str, done: "asyncio.Future[None]") -> None:
        """Nobody waits for this order any more."""
        order = self._orders.get(channel)
        if order is not None and order.done is done:
            del self._orders[channel]

    def overdue(self, now_ms: int) -> None:
        """End the orders whose time is up."""
        for channel, order in list(self._orders.items()):
            if now_ms < order.until_ms:
                continue
            if order.contradicted:
                state = "open" if order.on else "closed"
                self._settle(channel, DeviceRejectedError(self.name, f"channel {channel} does not stay {state}"))
            elif order.unchanged_is_done and channel in self._known and (channel in self.open) is order.on:
                self._settle(channel, None)
            else:
                self._settle(channel, DeviceUnreachableError(self.name, f"channel {channel}: not confirmed"))

    def end(self) -> None:
        """The session is over: nothing is known, every order has failed."""
        self._known.clear()
        self._strangers.clear()
        self._identity = self._told = ""
        for channel in list(self._orders):
            self._settle(channel, DeviceUnreachableError(self.name, "connection lost"))

    def _settle(self, channel: str, error: DeviceError | None) -> None:
        order = self._orders.pop(channel, None)
        if order is not None and not order.done.done():
            if error is None:
                order.done.set_result(None)
            else:
                order.done.set_exception(error)

    def _tell(self) -> None:
        text = self._identity
        if self._strangers:
            text += ("; " if text else "") + f"without a seat: {', '.join(sorted(self._strangers))}"
        if text != self._told:
            self._told = text
            self._emit(IdentityReading(self.name, text[:200]))


def _bare(channel: str) -> str:
    return (channel.lstrip("0") or "0") if channel.isdecimal() else channel
