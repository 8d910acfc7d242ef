"""One simulcast target, a process of its own: parts in on standard input, RTMP(S) or SRT out. `python -m … NAME`.

The address with its key comes in by the same pipe, never by argument or environment. What happens is told in JSON
lines on standard output: `{"up": true}`, `{"sent": 12}`, `{"failed": "why"}`; keys are cut out of every reason.
"""

import ctypes
import io
import json
import os
import signal
import socket
import ssl
import struct
import sys
from fractions import Fraction
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import av
from av.container import InputContainer, OutputContainer

from chamber.stream.srt import SrtError, SrtSink

FRAME = struct.Struct(">cIQ")
"""Kind, length, number; then so many bytes."""
URL, INIT, PART = b"U", b"I", b"P"
TLS_S = 5.0
RTMPS_PORT = 443
SECRET_CHARS = 4
_PR_SET_PDEATHSIG = 1


def frame(kind: bytes, data: bytes, number: int = 0) -> bytes:
    """One message to a pusher."""
    return FRAME.pack(kind, len(data), number) + data


def clean(reason: str, url: str) -> str:
    """A reason without the address and without anything in it that may be a key."""
    parts = urlsplit(url)
    secrets = [
        url,
        parts.query,
        parts.path,
        *parts.path.split("/"),
        *(s for s in parts.query.replace("&", "=").split("=")),
    ]
    for secret in sorted({s for s in secrets if len(s) >= SECRET_CHARS}, key=len, reverse=True):
        reason = reason.replace(secret, "…")
    return reason


def verify(host: str, port: int) -> None:
    """Look at the certificate before the key goes out: the RTMPS client itself does not. Raises OSError."""
    with (
        socket.create_connection((host, port), TLS_S) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host),
    ):
        pass


class Target:
    """An open connection to one address; every part goes out with its times counted from the first."""

    def __init__(self, url: str, init: bytes, first: bytes) -> None:
        """Connect and announce both tracks. Raises OSError, SrtError."""
        parts = urlsplit(url)
        self._init, self._sink = init, None
        self._origin: Fraction | None = None
        options = {"flush_packets": "1"}
        if parts.scheme == "srt":
            self._sink = SrtSink(url)
            opened = av.open(cast(BinaryIO, self._sink), "w", format="mpegts", container_options=options)
        else:
            if parts.scheme == "rtmps":
                verify(parts.hostname or "", parts.port or RTMPS_PORT)
            options["flvflags"] = "no_duration_filesize"
            opened = av.open(url, "w", format="flv", container_options=options)
        self._out: OutputContainer = opened
        with self._read(first) as source:
            self._tracks = {s.index: self._out.add_stream_from_template(s) for s in source.streams}
        self._out.start_encoding()

    def _read(self, part: bytes) -> InputContainer:
        return av.open(io.BytesIO(self._init + part), "r", format="mp4")

    def send(self, part: bytes) -> None:
        """Pass one part on, unchanged but for its times."""
        with self._read(part) as source:
            for packet in source.demux():
                if packet.dts is None or packet.pts is None:
                    continue
                base = packet.time_base
                if self._origin is None:
                    self._origin = packet.dts * base
                begin = round(self._origin / base)
                packet.dts, packet.pts = packet.dts - begin, packet.pts - begin
                packet.stream = self._tracks[packet.stream.index]
                self._out.mux(packet)
        if self._sink:
            self._sink.flush()

    def hang_up(self) -> None:
        """Say goodbye where that does not wait for the peer."""
        if self._sink:
            self._sink.close()


def say(**said: Any) -> None:
    """One line to the stream process."""
    print(json.dumps(said), flush=True)


def reason_of(exc: Exception) -> str:
    """What went wrong, without the address that the library puts into its messages."""
    if isinstance(exc, OSError):
        return exc.strerror or type(exc).__name__
    return str(exc) if isinstance(exc, SrtError) else type(exc).__name__


def run(pipe: BinaryIO) -> None:
    """Pass on what comes in until the pipe ends. Raises OSError, SrtError."""
    url, init, target = "", b"", None
    while head := pipe.read(FRAME.size):
        kind, length, number = FRAME.unpack(head)
        data = pipe.read(length)
        if kind == URL:
            url = data.decode()
        elif kind == INIT:
            init = data
        else:
            try:
                if target is None:
                    target = Target(url, init, data)
                target.send(data)
            except Exception as exc:
                say(failed=clean(reason_of(exc), url))
                raise
            say(sent=number)
    if target:
        target.hang_up()


def main() -> None:
    """Live no longer than the stream process does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = 0
    try:
        run(sys.stdin.buffer)
    except Exception:  # noqa: BLE001 - told already; a traceback would hold the address
        code = 1
    sys.stdout.flush()
    os._exit(code)  # closing would wait for a peer that is gone


if __name__ == "__main__":
    main()
