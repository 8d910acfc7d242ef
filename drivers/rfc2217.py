"""A serial port behind an RFC 2217 server: pyserial has threads for it, this fences them off from the event loop."""

import asyncio
import queue
import threading
from collections.abc import Callable

import serial

MAX_WAITING = 64


class Rfc2217Pipe:
    """One thread reads, writes and closes; bytes come back through `call_soon_threadsafe`."""

    def __init__(
        self, port: serial.SerialBase, on_bytes: Callable[[bytes], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._port, self._on_bytes, self._loop = port, on_bytes, loop
        self._failure: Exception | None = None
        self._closing = False
        self._waiting: queue.Queue[bytes] = queue.Queue(MAX_WAITING)
        threading.Thread(target=self._run, name="rfc2217", daemon=True).start()

    def write(self, data: bytes) -> None:
        """Hand bytes to the thread, which looks every 20 ms. Raises OSError when the pipe is gone or full."""
        self.check()
        try:
            self._waiting.put_nowait(data)
        except queue.Full:
            self._fail(ConnectionError("the other side takes no more bytes"))
            self.check()

    def check(self) -> None:
        """Raise what ended the pipe; returns while it is open."""
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Close without waiting; the thread ends by itself."""
        self._fail(ConnectionError("closed"))
        self._closing = True

    def _fail(self, reason: Exception) -> None:
        if self._failure is None:
            self._failure = reason

    def _deliver(self, data: bytes) -> None:
        if self._failure is None:
            try:
                self._on_bytes(data)
            except Exception as exc:  # noqa: BLE001 - raised again by check(), in the task that holds the session
                self._fail(exc)

    def _run(self) -> None:
        failure: Exception | None = None
        try:
            while not self._closing:
                while not self._waiting.empty():
                    self._port.write(self._waiting.get_nowait())
                data = self._port.read(256)  # returns after the port's time-out of 20 ms
                if data:
                    self._loop.call_soon_threadsafe(self._deliver, data)
        except (OSError, RuntimeError) as exc:  # RuntimeError: the loop has been closed
            failure = exc if isinstance(exc, OSError) else None
        try:
            self._port.close()
            if failure is not None:
                self._loop.call_soon_threadsafe(self._fail, failure)
        except (OSError, RuntimeError):
            return
