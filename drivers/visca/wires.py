"""How packets travel to one camera: Sony UDP, raw TCP or UDP, a place in a serial chain. Each opens one session's link."""

from typing import Protocol

from chamber.ports import Clock
from drivers.transport import dial_tcp, dial_udp
from drivers.visca.bus import SerialChain, SonyPort
from drivers.visca.exchange import Exchange, LossyExchange, PlainExchange
from drivers.visca.numbered import NumberedExchange

SONY_PORT = 52381
RAW_TCP_PORT = 5678
RAW_UDP_PORT = 1259


class Wire(Protocol):
    """The way to one camera; `address` is the one in its packets."""

    @property
    def address(self) -> int: ...
    async def open(self, clock: Clock) -> Exchange:
        """Open the link of one session. Raises OSError."""


class SonyUdp:
    """VISCA with Sony's header over UDP.

    Args:
        shared: the local port that several cameras answer to, for models that ignore the port of the sender; without
            it each session has a port of its own.
    """

    address = 1  # "the address is always 1"

    def __init__(self, host: str, port: int = SONY_PORT, *, shared: SonyPort | None = None) -> None:
        self._host, self._port, self._shared = host, port, shared

    async def open(self, clock: Clock) -> Exchange:
        """Open a local port and reset the sequence numbers; answers are awaited by the session."""
        exchange = NumberedExchange()
        if self._shared is None:
            pipe = await dial_udp(self._host, self._port, exchange.feed)
        else:
            pipe = await self._shared.join(self._host, self._port, exchange.feed)
        try:
            exchange.attach(pipe, clock.now_ms())
        except OSError:
            pipe.close()
            raise
        return exchange


class RawTcp:
    """VISCA packets over TCP without a header (PTZOptics and others)."""

    address = 1

    def __init__(self, host: str, port: int = RAW_TCP_PORT) -> None:
        self._host, self._port = host, port

    async def open(self, clock: Clock) -> Exchange:
        """Connect. Raises OSError."""
        exchange = PlainExchange()
        exchange.attach(await dial_tcp(self._host, self._port, exchange.feed))
        return exchange


class RawUdp:
    """VISCA packets in datagrams without a header (PTZOptics and clones); TCP is better where the camera has it."""

    address = 1

    def __init__(self, host: str, port: int = RAW_UDP_PORT) -> None:
        self._host, self._port = host, port

    async def open(self, clock: Clock) -> Exchange:
        """Open a local port; whether somebody is there the first answers tell. Raises OSError."""
        exchange = LossyExchange()
        exchange.attach(await dial_udp(self._host, self._port, exchange.feed))
        return exchange


class Serial:
    """One camera of a serial chain, 1 to 7 counted from the controller."""

    def __init__(self, chain: SerialChain, address: int = 1) -> None:
        self._chain, self.address = chain, address

    async def open(self, clock: Clock) -> Exchange:
        """Join the chain, which is started by the first camera. Raises OSError."""
        exchange = PlainExchange()
        exchange.attach(await self._chain.join(self.address, exchange.on_reply))
        return exchange
