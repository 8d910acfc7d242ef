"""The ways to a system that speaks in lines: a serial port, TCP, or UDP."""

from typing import Protocol

from drivers.transport import OnBytes, Pipe, dial_serial, dial_tcp, dial_udp, hear_udp


class Link(Protocol):
    """Opens the link of one session. `datagrams`: what comes in together is a line, end or not."""

    @property
    def datagrams(self) -> bool: ...
    async def open(self, on_bytes: OnBytes) -> Pipe:
        """Open the link. Raises OSError."""


class SerialLink:
    """A serial port: a path, `socket://host:port` or `rfc2217://host:port`; `frame` such as 8N1."""

    datagrams = False

    def __init__(self, url: str, baud: int, frame: str = "8N1") -> None:
        self._url, self._baud, self._frame = url, baud, frame

    async def open(self, on_bytes: OnBytes) -> Pipe:
        """Open the port. Raises OSError."""
        return await dial_serial(self._url, self._baud, on_bytes, frame=self._frame)


class TcpLink:
    """The system listens."""

    datagrams = False

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def open(self, on_bytes: OnBytes) -> Pipe:
        """Connect. Raises OSError."""
        return await dial_tcp(self._host, self._port, on_bytes)


class UdpLink:
    """Datagrams to and from one host.

    Args:
        host: only its datagrams are heard.
        port: where commands go.
        listen: local address and port that the system sends to; None when it answers to where commands come from.
    """

    datagrams = True

    def __init__(self, host: str, port: int, listen: tuple[str, int] | None = None) -> None:
        self._host, self._port, self._listen = host, port, listen

    async def open(self, on_bytes: OnBytes) -> Pipe:
        """Open the socket. Raises OSError."""
        if self._listen is None:
            return await dial_udp(self._host, self._port, on_bytes)
        return await hear_udp(self._listen, (self._host,), (self._host, self._port), on_bytes)
