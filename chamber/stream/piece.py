"""One unbroken stretch of a recording on disk: fragmented MP4 to which parts are added, whole or not at all.

Synchronous; raises OSError. What the operating system has taken survives a `kill -9` of ours; `sync` makes it survive
a loss of power.
"""

import os
import struct
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chamber.stream.fmp4 import BrokenMp4Error, Fmp4Parser, boxes
from chamber.stream.packager import Part
from chamber.stream.settings import FRAME_MS

MAX_MOOF_BYTES = 1024 * 1024
MAX_SETUP_BYTES = 64 * 1024
# parts that can be taken out of a piece by capture time: far more than an order may reach back
REMEMBERED_PARTS = 4000


@dataclass(frozen=True, slots=True)
class _Written:
    capture_ms: int
    end_ms: int
    at: int
    until: int
    live: bool
    before_ms: int
    after_ms: int


class PieceFile:
    """A piece that grows."""

    def __init__(self, path: Path, part: Part) -> None:
        """Begin a piece with the set-up of its first part; the file is new, and readable by us alone."""
        self.path, self.init = path, part.init
        self.end_ms = part.capture_ms
        self.duration_ms = 0
        self.live = False
        self._parts: deque[_Written] = deque(maxlen=REMEMBERED_PARTS)
        self._last_live: _Written | None = None
        self._fd: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self.size = 0
        try:
            self._write(part.init.data)
        except OSError:
            self.close()
            with suppress(OSError):
                path.unlink()
            raise

    def follows(self, part: Part, most_ms: int) -> bool:
        """Whether a part can be added here: nothing is missing between it and what is there."""
        gap_ms = part.capture_ms - self.end_ms
        return self._fd is not None and not part.discontinuity and part.init == self.init and abs(gap_ms) <= most_ms

    def add(self, part: Part) -> None:
        """Add a part; on failure the piece ends behind the part before."""
        at = self.size
        try:
            self._write(part.data)
        except OSError:
            self._cut(at)
            self.close()
            raise
        before_ms, self.duration_ms = self.duration_ms, self.duration_ms + part.duration_ms
        written = _Written(part.capture_ms, part.end_ms, at, self.size, part.live, before_ms, self.duration_ms)
        self._parts.append(written)
        self.end_ms, self.live = part.end_ms, part.live
        if part.live:
            self._last_live = written

    def sync(self) -> None:
        """Have it all on the disk itself."""
        if self._fd is not None:
            os.fdatasync(self._fd)

    def close(self) -> None:
        """No more is added."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def end(self) -> None:
        """Let slates at the end go, and close: nothing of the meeting is in them."""
        last = self._last_live
        if last is not None and not self.live:
            self._cut(last.until)
            self.duration_ms, self.end_ms = last.after_ms, last.end_ms
        self.sync()
        self.close()

    def cut_from(self, from_ms: int) -> bool:
        """Take out the first part of the hall that was captured after `from_ms` in whole or part, and all behind it.

        Returns whether there was any.
        """
        gone = next((written for written in self._parts if written.live and written.end_ms > from_ms), None)
        if gone is None:
            return False
        self._cut(gone.at)
        while self._parts and self._parts[-1].at >= gone.at:
            self._parts.pop()
        self._last_live = next((written for written in reversed(self._parts) if written.live), None)
        self.duration_ms, self.end_ms = gone.before_ms, gone.capture_ms
        return True

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left and self._fd is not None:
            left = left[os.write(self._fd, left) :]
        self.size += len(data)

    def _cut(self, size: int) -> None:
        fd = os.open(self.path, os.O_WRONLY)
        try:
            os.ftruncate(fd, size)
            os.fdatasync(fd)
        finally:
            os.close(fd)
        self.size = size
        if self._fd is not None:
            os.lseek(self._fd, size, os.SEEK_SET)


def mend(path: Path) -> int:
    """Length in ms of a piece whose writer was killed, after cutting off what is torn; 0: nothing in it can be played.

    Raises:
        OSError: it cannot be read or cut.
    """
    with path.open("r+b") as file:
        good, frames, video = 0, 0, 0
        pending = 0
        setup = b""
        total = os.fstat(file.fileno()).st_size
        while True:
            head = file.read(8)
            if len(head) < 8:
                break
            size, kind = struct.unpack(">I4s", head)
            at = file.tell() - 8
            if size < 8 or at + size > total:
                break
            if kind in (b"ftyp", b"moov") and size <= MAX_SETUP_BYTES:
                setup += head + file.read(size - 8)
                if kind == b"moov":
                    video, good = _video_track(setup), at + size
            elif kind == b"moof" and size <= MAX_MOOF_BYTES:
                pending = _frames(head + file.read(size - 8), video)
            elif kind == b"mdat":
                frames, pending, good = frames + pending, 0, at + size
            if not video and kind not in (b"ftyp", b"moov"):
                break
            file.seek(at + size)
        if good != total:
            file.truncate(good)
            os.fdatasync(file.fileno())
    return frames * FRAME_MS


def _video_track(setup: bytes) -> int:
    try:
        for header in Fmp4Parser().feed(setup):
            return next((track.id for track in getattr(header, "tracks", ()) if track.kind == "video"), 0)
    except BrokenMp4Error:
        pass
    return 0


def _frames(moof: bytes, video: int) -> int:
    """Pictures in a fragment; 0 when it is damaged."""
    try:
        for kind, start, end in boxes(moof, 8, len(moof)):
            if kind != b"traf":
                continue
            inner = {name: at for name, at, _ in boxes(moof, start, end)}
            (track,) = struct.unpack_from(">I", moof, inner[b"tfhd"] + 4)
            if track == video:
                (count,) = struct.unpack_from(">I", moof, inner[b"trun"] + 4)
                return int(count)
    except (BrokenMp4Error, KeyError, struct.error):
        pass
    return 0
