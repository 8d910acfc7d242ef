"""Segments that have left memory but not the playlist, as files, for residents who go back: bounded, and gone when told.

One thread writes; whoever stores never waits for it. What is not in `holds` any more is not served, whether or not the
disk has let go of it.
"""

from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import structlog

# a disk this far behind does not keep up: what should have been kept is given up
MAX_PENDING = 8

log = structlog.get_logger(__name__)


class Rewind:
    """A folder of segments; every method is called from one thread, `read` from any."""

    def __init__(self, folder: Path) -> None:
        """What an earlier run has left there goes."""
        self._folder = folder
        self._writer = ThreadPoolExecutor(1, "rewind")
        self._held: set[str] = set()
        self._written: deque[tuple[int, bool]] = deque()
        self._pending: set[int] = set()
        self._told = False
        self._writer.submit(self._begin)

    def store(self, msn: int, files: Mapping[str, bytes]) -> bool:
        """Begin to write the files of a segment; False when the disk does not keep up."""
        if len(self._pending) >= MAX_PENDING:
            return False
        self._pending.add(msn)
        self._writer.submit(self._write, msn, dict(files))
        return True

    def written(self) -> list[tuple[int, bool]]:
        """Segments that have been written, or could not be, since this was asked last."""
        found = []
        while self._written:
            msn, well = self._written.popleft()
            self._pending.discard(msn)
            found.append((msn, well))
        return found

    def hold(self, names: list[str]) -> None:
        """These files are served from here from now on."""
        self._held.update(names)

    def holds(self, name: str) -> bool:
        """Whether a file is served from here."""
        return name in self._held

    def read(self, name: str) -> bytes | None:
        """A file; blocks for the disk. None when it is not, or no longer, served."""
        with suppress(OSError):
            data = (self._folder / name).read_bytes()
            return data if name in self._held else None
        return None

    def remove(self, names: list[str]) -> None:
        """No longer serve these files, at once, and delete them."""
        gone = [name for name in names if name in self._held]
        self._held.difference_update(gone)
        if names:
            self._writer.submit(self._delete, list(names))

    def clear(self) -> None:
        """No longer serve anything, at once, and delete it."""
        self.remove(list(self._held))

    def close(self) -> None:
        """Delete everything and end the thread, without waiting for a disk that hangs."""
        self.clear()
        self._writer.shutdown(wait=False)

    # -- in the writer's thread

    def _begin(self) -> None:
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in self._folder.glob("*.m4s"):
                path.unlink(missing_ok=True)

    def _write(self, msn: int, files: dict[str, bytes]) -> None:
        try:
            for name, data in files.items():
                (self._folder / name).write_bytes(data)
        except OSError as exc:
            if not self._told:
                log.warning("no rewinding beyond memory", reason=exc.strerror or str(exc))
            self._told = True
            self._delete(list(files))
            self._written.append((msn, False))
        else:
            self._told = False
            self._written.append((msn, True))

    def _delete(self, names: list[str]) -> None:
        for name in names:
            with suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)
