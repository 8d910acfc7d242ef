"""The files that are served below /live/: in memory, and behind them on disk; each goes at its time, or at once."""

import heapq
from collections.abc import Sequence

from chamber.ports import Clock
from chamber.stream.rewind import Rewind


class Stock:
    """Files by name; `rewind` is the disk, when one is used."""

    def __init__(self, clock: Clock, rewind: Rewind | None) -> None:
        self._clock, self.rewind = clock, rewind
        self._files: dict[str, bytes] = {}
        self._expiry: list[tuple[int, str]] = []
        # what is on its way to the disk, and how much is there, by name
        self._moving: dict[int, Sequence[str]] = {}
        self._sizes: dict[str, int] = {}
        self.disk_bytes = 0

    def __len__(self) -> int:
        """How many files are in memory."""
        return len(self._files)

    def get(self, name: str) -> bytes | None:
        """A file that is in memory."""
        return self._files.get(name)

    def put(self, name: str, data: bytes) -> None:
        """Serve a file from memory."""
        self._files[name] = data

    def join(self, name: str, parts: Sequence[str]) -> None:
        """Serve what these files hold as one."""
        self._files[name] = b"".join(self._files[part] for part in parts)

    def drop(self, names: Sequence[str]) -> None:
        """No longer serve these files, from now on."""
        for name in names:
            self._files.pop(name, None)
            self.disk_bytes -= self._sizes.pop(name, 0)
        if self.rewind is not None:
            self.rewind.remove([name for name in names if name.startswith("s")])

    def expire(self, names: Sequence[str], after_ms: int) -> None:
        """Serve these files so much longer; they do not count as being on the disk any more."""
        due_ms = self._clock.now_ms() + after_ms
        for name in names:
            self.disk_bytes -= self._sizes.pop(name, 0)
            heapq.heappush(self._expiry, (due_ms, name))

    def step(self) -> None:
        """Time passed: let go of what is due."""
        due = []
        while self._expiry and self._expiry[0][0] <= self._clock.now_ms():
            due.append(heapq.heappop(self._expiry)[1])
        if due:
            self.drop(due)

    def to_disk(self, msn: int, names: Sequence[str]) -> bool:
        """Begin to move the files of a segment to the disk; they are served from memory until they are there.

        False when no disk is used, or it does not keep up.
        """
        if self.rewind is None or not self.rewind.store(msn, {name: self._files[name] for name in names}):
            return False
        self._moving[msn] = names
        return True

    def settle(self) -> list[int]:
        """Serve from disk what has arrived there; the segments that could not be written."""
        failed = []
        for msn, well in self.rewind.written() if self.rewind else ():
            names = self._moving.pop(msn, ())
            wanted = [name for name in names if name in self._files]
            if not well:
                failed.append(msn)
            elif self.rewind is not None:
                self.rewind.remove([name for name in names if name not in wanted])
                self.rewind.hold(wanted)
                for name in wanted:
                    self._sizes[name] = len(self._files.pop(name))
                    self.disk_bytes += self._sizes[name]
        return failed

    def clear(self) -> None:
        """Serve nothing any more."""
        self.drop(list(self._files))
        if self.rewind is not None:
            self.rewind.clear()
        self._sizes.clear()
        self._expiry.clear()
        self.disk_bytes = 0

    def close(self) -> None:
        """Let go of the disk too."""
        if self.rewind is not None:
            self.rewind.close()
