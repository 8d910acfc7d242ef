"""One open source of bytes for a reading thread: a Unix socket, or the standard output of a process of ours."""

import fcntl
import os
import re
import select
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from chamber.core.errors import DeviceUnreachableError

PIPE_BYTES = 1024 * 1024
TAIL_BYTES = 2000
DETAIL_CHARS = 300
SILENT_MS = 15_000
_CREDENTIALS = re.compile(r"//[^/@\s]*@")


class StoppedError(Exception):
    """The reading thread was asked to end."""


class Feed:
    """Bytes of one source until it fails; closing it ends the process, too."""

    def __init__(self, name: str, descriptor: int, stop: int) -> None:
        self.name = name
        self._descriptor = descriptor
        self._stop = stop
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._poll.register(stop, select.POLLIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the descriptor; safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def some(self, views: Sequence[memoryview]) -> int:
        """Read what there is, at least one byte.

        Raises:
            DeviceUnreachableError: the source ended, or was silent for `SILENT_MS`.
            StoppedError: this thread is to end.
        """
        ready = self._wait()
        while self._descriptor not in ready:
            ready = self._wait()
        try:
            count = os.readv(self._descriptor, views)
        except OSError as exc:
            raise DeviceUnreachableError(self.name, str(exc)) from exc
        if not count:
            raise DeviceUnreachableError(self.name, self.ended())
        return count

    def fill(self, *views: memoryview) -> None:
        """Read until every view is full. Raises as `some`."""
        left = [view for view in views if len(view)]
        while left:
            count = self.some(left)
            while left and count >= len(left[0]):
                count -= len(left[0])
                left.pop(0)
            if count:
                left[0] = left[0][count:]

    def ended(self) -> str:
        """Why there are no more bytes, for the log."""
        return "the source hung up"

    def _wait(self) -> set[int]:
        events = self._poll.poll(SILENT_MS)
        ready = {descriptor for descriptor, _ in events}
        if self._stop in ready:
            raise StoppedError
        if not events:
            raise DeviceUnreachableError(self.name, f"silent for {SILENT_MS // 1000} s. {self.ended()}"[:DETAIL_CHARS])
        return ready


class ProcessFeed(Feed):
    """Standard output of a child; the tail of its complaints becomes the reason when it ends."""

    def __init__(self, name: str, argv: Sequence[str], stop: int) -> None:
        descriptor, to_us = os.pipe()
        self._errors, complaints = os.pipe()
        try:
            self._child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=to_us, stderr=complaints)
        except OSError as exc:
            os.close(descriptor)
            os.close(self._errors)
            raise DeviceUnreachableError(name, f"cannot start {argv[0]}: {exc.strerror}") from exc
        finally:
            os.close(to_us)
            os.close(complaints)
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        super().__init__(name, descriptor, stop)
        self._poll.register(self._errors, select.POLLIN)
        self._tail = b""

    def close(self) -> None:
        """End the process, gently for a second."""
        if self._descriptor < 0:
            return
        super().close()
        os.close(self._errors)
        if self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(1.0)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()

    def ended(self) -> str:
        """The last line that the process wrote, without credentials of an address."""
        lines = self._tail.decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
        printable = "".join(c for c in _CREDENTIALS.sub("//…@", last) if c.isprintable())
        return f"the decoder ended: {printable}"[:DETAIL_CHARS]

    def _wait(self) -> set[int]:
        ready = super()._wait()
        if self._errors in ready:
            said = os.read(self._errors, TAIL_BYTES)
            self._tail = (self._tail + said)[-TAIL_BYTES:]
            if not said:
                self._poll.unregister(self._errors)
        return ready


def connect(name: str, path: Path, stop: int) -> Feed:
    """A feed from a source that listens on a Unix socket. Raises DeviceUnreachableError."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(2.0)
        try:
            link.connect(str(path))
        except OSError as exc:
            raise DeviceUnreachableError(name, f"{path.name}: {exc.strerror or exc}") from exc
        link.setblocking(True)
        return Feed(name, link.detach(), stop)
