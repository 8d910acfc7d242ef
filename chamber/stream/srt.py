"""Sends a transport stream by SRT: the system's libsrt, called directly, so that no key stands in a command line.

Source: SRT 1.5, API functions and socket options of srt.h (numbers of `SRT_SOCKOPT`); live mode, payloads of 1,316 bytes.
"""

import ctypes
import socket
import struct
from ctypes.util import find_library
from urllib.parse import parse_qs, urlsplit

from chamber.core.errors import ChamberError

LIBRARIES = ("libsrt-gnutls.so.1.5", "libsrt.so.1.5", "libsrt-openssl.so.1.5")
PAYLOAD_BYTES = 1316
CONNECT_MS = 4000
LATENCY_MS = 1000
"""Room for lost packets on the public internet; SRT's own default of 120 ms is meant for a good line."""

_SNDTIMEO, _LATENCY, _PASSPHRASE, _PBKEYLEN, _CONNTIMEO, _STREAMID, _TRANSTYPE = 13, 23, 26, 27, 36, 46, 50
_LIVE = 0
_ERROR = -1


class SrtError(ChamberError):
    """SRT said no; the message holds no key."""


def _load() -> ctypes.CDLL:
    found = [*LIBRARIES, *(name for plain in ("srt-gnutls", "srt") if (name := find_library(plain)))]
    for name in found:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.srt_getlasterror_str.restype = ctypes.c_char_p
        library.srt_send.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
        return library
    raise SrtError("libsrt is not installed; install the package libsrt1.5-gnutls")


def available() -> bool:
    """Whether this machine has libsrt."""
    try:
        _load()
    except SrtError:
        return False
    return True


def _address(host: str, port: int) -> tuple[bytes, str]:
    """A sockaddr as the system lays it out, from the first address of the host."""
    family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    packed = socket.inet_pton(family, str(place[0]))
    if family == socket.AF_INET:
        return struct.pack("=H", family) + struct.pack(">H", port) + packed + bytes(8), str(place[0])
    return struct.pack("=H", family) + struct.pack(">HI", port, 0) + packed + struct.pack("=I", 0), str(place[0])


class SrtSink:
    """A connection as caller, and a file to write a transport stream into.

    The address is `srt://HOST:PORT?streamid=…&passphrase=…&pbkeylen=16|24|32&latency=MS`.
    """

    def __init__(self, url: str) -> None:
        """Connect. Raises SrtError: refused, no answer, wrong passphrase, no libsrt; OSError: no such host."""
        parts, self._rest = urlsplit(url), b""
        said = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        place, _ = _address(parts.hostname or "", parts.port or 0)
        self._library = _load()
        self._library.srt_startup()
        self._socket = self._library.srt_create_socket()
        self._set(_TRANSTYPE, _LIVE)
        self._set(_CONNTIMEO, CONNECT_MS)
        self._set(_SNDTIMEO, CONNECT_MS)
        self._set(_LATENCY, int(said.get("latency", LATENCY_MS)))
        if "passphrase" in said:
            self._set(_PBKEYLEN, int(said.get("pbkeylen", "16")))
            self._set(_PASSPHRASE, said["passphrase"].encode())
        if "streamid" in said:
            self._set(_STREAMID, said["streamid"].encode())
        if self._library.srt_connect(self._socket, place, len(place)) == _ERROR:
            reason = self._reason()
            self.close()
            raise SrtError(reason)

    def _set(self, option: int, value: int | bytes) -> None:
        raw = value if isinstance(value, bytes) else struct.pack("=i", value)
        if self._library.srt_setsockflag(self._socket, option, raw, len(raw)) == _ERROR:
            raise SrtError(self._reason())

    def _reason(self) -> str:
        said: bytes = self._library.srt_getlasterror_str()
        return said.decode(errors="replace")

    def write(self, data: bytes) -> int:
        """Send as many whole payloads as there are; the rest waits for more, or for `flush`."""
        data = bytes(data)
        self._rest += data
        while len(self._rest) >= PAYLOAD_BYTES:
            self._send(self._rest[:PAYLOAD_BYTES])
            self._rest = self._rest[PAYLOAD_BYTES:]
        return len(data)

    def flush(self) -> None:
        """Send what waits."""
        rest, self._rest = self._rest, b""
        if rest:
            self._send(rest)

    def _send(self, payload: bytes) -> None:
        if self._library.srt_send(self._socket, payload, len(payload)) == _ERROR:
            raise SrtError(self._reason())

    def close(self) -> None:
        """Hang up."""
        self._library.srt_close(self._socket)
        self._library.srt_cleanup()
