"""The way to an Extron unit: a serial port or TCP."""

from typing import Protocol

from drivers.transport import OnBytes, Pipe, dial_serial, dial_tcp

SIS_PORT = 23


class Line(Protocol):
    """Opens the link of one session. `greets`: the unit speaks first, and may ask for a password."""

    @property
    def greets(self) -> bool: ...
    async def open(self, on_bytes: OnBytes) -> Pipe:
        """Open the link. Raises OSError."""


class SerialLine:
    """RS-232 or USB: a path, `socket://host:port` or `rfc2217://host:port`; 9600 baud as delivered."""

    greets = False  # the banner comes at power-up only

    def __init__(self, url: str, baud: int = 9600) -> None:
        self._url, self._baud = url, baud

    async def open(self, on_bytes: OnBytes) -> Pipe:
        """Open the port. Raises OSError."""
        return await dial_serial(self._url, self._baud, on_bytes)


class TcpLine:
    """Telnet port of the unit."""

    greets = True

    def __init__(self, host: str, port: int = SIS_PORT) -> None:
        self._host, self._port = host, port

    async def open(self, on_bytes: OnBytes) -> Pipe:
        """Connect. Raises OSError."""
        return await dial_tcp(self._host, self._port, on_bytes)
