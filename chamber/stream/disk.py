"""Whether a disk takes what it is given, and how much room it has. Synchronous."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import structlog

from chamber.ports import Clock

RETRY_MS = 2000
ROOM_MS, IDLE_ROOM_MS = 1000, 5000
PROBE_BYTES = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT)

log = structlog.get_logger(__name__)


class Disk:
    """Health of the disk under a folder. After a failure it is tried every `RETRY_MS`, by a file that is written."""

    def __init__(self, folder: Path, clock: Clock, reserve_bytes: int, free: Callable[[Path], int]) -> None:
        """With less than `reserve_bytes` free it counts as full: others write there too."""
        self._folder, self._clock, self._reserve_bytes, self._free = folder, clock, reserve_bytes, free
        self._retry_ms = self._room_ms = 0
        self.trouble: Literal["full", "failed"] | None = None
        self.reason = ""
        self.room_bytes: int | None = None

    def failed(self, exc: OSError) -> None:
        """It refused something."""
        reason = exc.strerror or str(exc)
        trouble: Literal["full", "failed"] = "full" if exc.errno in _FULL else "failed"
        if (trouble, reason) != (self.trouble, self.reason):
            log.error("recording stands still", reason=reason)
        self.trouble, self.reason = trouble, reason
        self._retry_ms = self._clock.now_ms() + RETRY_MS

    def may_try(self) -> bool:
        """Whether it is time to try again."""
        return self.trouble is None or self._clock.now_ms() >= self._retry_ms

    def check(self, every_ms: int = 0) -> None:
        """Read how much room there is, unless that was done less than `every_ms` ago. Raises OSError: too little."""
        if every_ms and self._clock.now_ms() - self._room_ms < every_ms:
            return
        self._room_ms = self._clock.now_ms()
        free = self._free(self._folder)
        self.room_bytes = max(0, free - self._reserve_bytes)
        if free < self._reserve_bytes:
            raise OSError(errno.ENOSPC, f"less than {self._reserve_bytes // 1_000_000} MB free")

    def watch(self, *, idle: bool) -> None:
        """Time passed: look whether it is well again, or while nothing is written whether it still is."""
        if self.trouble is None:
            if idle:
                self._check(IDLE_ROOM_MS)
        elif self.may_try() and self._check(0) and self._probe():
            self.trouble, self.reason = None, ""
            log.info("recording can go on")

    def _check(self, every_ms: int) -> bool:
        try:
            self.check(every_ms)
        except OSError as exc:
            self.failed(exc)
            return False
        return True

    def _probe(self) -> bool:
        probe = self._folder / ".probe"
        try:
            try:
                probe.write_bytes(bytes(PROBE_BYTES))
            finally:
                probe.unlink(missing_ok=True)
        except OSError as exc:
            self.failed(exc)
            return False
        return True
