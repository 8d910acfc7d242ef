"""The two ways to a DCN-NG control unit: a serial port, or TCP 9451."""

from typing import Protocol

from drivers.dcn.codec import (
    TCP_KEEP_ALIVE,
    Message,
    SerialParser,
    TcpParser,
    serial_request,
    tcp_request,
)
from drivers.transport import OnBytes, Pipe, dial_serial, dial_tcp

DCN_PORT = 9451
TCP_KEEP_ALIVE_MS = 5000  # the unit hangs up after 15 s of silence


class Parser(Protocol):
    """Cuts what comes in into messages."""

    def feed(self, data: bytes, now_ms: int) -> list[Message]: ...


class Wire(Protocol):
    """Opens the link of one session and frames requests for it.

    `keep_alive` goes out first and every `keep_alive_ms`; empty on a wire without.
    """

    @property
    def keep_alive(self) -> bytes: ...
    @property
    def keep_alive_ms(self) -> int: ...
    @property
    def text(self) -> str: ...
    def parser(self) -> Parser:
        """A parser for one session."""

    def frame(self, function: int, parameters: bytes) -> bytes:
        """A request as it goes over this wire. Raises EncodeError."""

    async def open(self, on_bytes: OnBytes) -> Pipe:
        """Open the link. Raises OSError."""


class SerialWire:
    """RS-232, 8N1, no flow control, protocol switch on "simple".

    Args:
        url: a path, `socket://host:port` or `rfc2217://host:port`.
        baud: 9600, 19200, 57600 or 115200, as the unit's switches say.
        app: application byte of the microphone functions.
        gap_ms: longest pause within a message.
    """

    keep_alive, keep_alive_ms, text = b"", 0, "DCN-NG, RS-232"

    def __init__(self, url: str, baud: int = 115_200, *, app: int = 0, gap_ms: int = 50) -> None:
        self._url, self._baud, self._app, self._gap_ms = url, baud, app, gap_ms

    def parser(self) -> Parser:
        """A parser for one session."""
        return SerialParser(app=self._app, gap_ms=self._gap_ms)

    def frame(self, function: int, parameters: bytes) -> bytes:
        """A request with its checksum. Raises EncodeError."""
        return serial_request(function, parameters, app=self._app)

    async def open(self, on_bytes: OnBytes) -> Pipe:
        """Open the port. Raises OSError."""
        return await dial_serial(self._url, self._baud, on_bytes)


class TcpWire:
    """Open Interface over TCP; the unit listens."""

    keep_alive, keep_alive_ms, text = TCP_KEEP_ALIVE, TCP_KEEP_ALIVE_MS, "DCN-NG, TCP"

    def __init__(self, host: str, port: int = DCN_PORT, *, app: int = 0) -> None:
        self._host, self._port, self._app = host, port, app

    def parser(self) -> Parser:
        """A parser for one session."""
        return TcpParser(app=self._app)

    def frame(self, function: int, parameters: bytes) -> bytes:
        """A request with its header. Raises EncodeError."""
        return tcp_request(function, parameters, app=self._app)

    async def open(self, on_bytes: OnBytes) -> Pipe:
        """Connect. Raises OSError."""
        return await dial_tcp(self._host, self._port, on_bytes)
