"""Makes one MP4 of the pieces of a recording, in a process with low priority that takes its time."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import av

from chamber.core.errors import DeviceUnreachableError
from drivers.ffmpeg import plan
from drivers.ffmpeg.locate import Ffmpeg
from drivers.ffmpeg.progress import Complaints

NICENESS = 10
LIMIT_S = 3600.0
END_S = 5.0
# how far the length of what was made may be from what went in: a block of sound for each join, and rounding
SLACK_MS = 500


def listing(pieces: Sequence[tuple[Path, int]]) -> str:
    """A list file for the concat demuxer: paths and lengths in ms. Source: ffmpeg-formats manual, concat."""
    lines = ["ffconcat version 1.0"]
    for path, duration_ms in pieces:
        quoted = str(path).replace("'", "'\\''")
        lines += [f"file '{quoted}'", f"duration {duration_ms / 1000:.3f}"]
    return "\n".join(lines) + "\n"


def metadata(title: str, chapters: Sequence[tuple[int, int, str]]) -> str:
    """A metadata file with chapters: from and to in ms, and their titles. Source: ffmpeg-formats manual, Metadata."""
    lines = [";FFMETADATA1", f"title={_escaped(title)}"]
    for from_ms, to_ms, name in chapters:
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={from_ms}", f"END={to_ms}", f"title={_escaped(name)}"]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    clean = "".join(char if char.isprintable() else " " for char in text)
    return "".join(f"\\{char}" if char in "=;#\\" else char for char in clean)


class Remuxer:
    """Remuxes with one ffmpeg; `work` holds the list files while it runs."""

    def __init__(self, program: Ffmpeg) -> None:
        self._program = program

    async def remux(
        self, pieces: Sequence[tuple[Path, int]], title: str, chapters: Sequence[tuple[int, int, str]], out: Path
    ) -> None:
        """Make `out` of the pieces (paths and lengths in ms), and look whether it can be played to its end.

        Raises:
            DeviceUnreachableError: ffmpeg failed, or what it made is not what went in.
            OSError: the disk failed.
        """
        names, marks = out.with_suffix(".list"), out.with_suffix(".chapters")
        try:
            names.write_text(listing(pieces), encoding="utf-8")
            marks.write_text(metadata(title, chapters), encoding="utf-8")
            await self._run(plan.remux(self._program.path, names, marks, out))
            wanted_ms = sum(duration_ms for _, duration_ms in pieces)
            found_ms = await asyncio.to_thread(length_ms, out)
            if abs(found_ms - wanted_ms) > SLACK_MS + 25 * len(pieces):
                raise DeviceUnreachableError("remux", f"{out.name} lasts {found_ms} ms where {wanted_ms} went in")
        finally:
            for path in (names, marks):
                path.unlink(missing_ok=True)

    async def _run(self, argv: Sequence[str]) -> None:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            cwd=Path("/"),
        )
        said = Complaints()
        try:
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
            async with asyncio.timeout(LIMIT_S):
                while process.stderr and (data := await process.stderr.read(4096)):
                    said.feed(data)
                code = await process.wait()
        except TimeoutError as exc:
            raise DeviceUnreachableError("remux", f"not done within {LIMIT_S:.0f} s") from exc
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                with suppress(TimeoutError):
                    async with asyncio.timeout(END_S):
                        await process.wait()
        if code:
            raise DeviceUnreachableError("remux", said.text() or f"ffmpeg ended with {code}")


def length_ms(path: Path) -> int:
    """Length of the pictures in an MP4. Raises DeviceUnreachableError when it cannot be read."""
    try:
        with av.open(str(path)) as made:
            video = made.streams.video[0]
            if video.duration is None or video.time_base is None:
                raise DeviceUnreachableError("remux", f"{path.name} does not say how long it is")
            return round(video.duration * video.time_base * 1000)
    except (av.FFmpegError, IndexError) as exc:
        raise DeviceUnreachableError("remux", f"{path.name} cannot be read: {exc}") from exc
