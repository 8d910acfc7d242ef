"""What the public really got: every received picture and all sound decoded, and the codes in them read."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drivers.sim import barcode, soundcode

WIDTH, HEIGHT = 480, 270
DECODE_S = 120.0


@dataclass(frozen=True, slots=True)
class Open:
    """One public part of a meeting, ms since boot: from the order to open to the press that ended it."""

    from_ms: int
    to_ms: int


async def stamps(program: str, files: Sequence[Path]) -> AsyncIterator[int | None]:
    """Barcode of every picture in files of fragmented MP4, in order; None where a picture has none (a slate)."""
    for file in files:
        process = await asyncio.create_subprocess_exec(
            program, "-v", "error", "-i", str(file), "-an", "-vf", f"scale={WIDTH}:{HEIGHT}:flags=area",
            "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        if process.stdout is None:
            raise RuntimeError("a process without output")
        try:
            async with asyncio.timeout(DECODE_S):
                while True:
                    try:
                        picture = await process.stdout.readexactly(WIDTH * HEIGHT)
                    except asyncio.IncompleteReadError:
                        break
                    yield barcode.read(np.frombuffer(picture, np.uint8).reshape(HEIGHT, WIDTH))
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def sounds(program: str, files: Sequence[Path], near_ms: int) -> list[int]:
    """When all sound of the hall in these files was made, ms since boot, in steps of 40; silence and slates give none.

    Args:
        near_ms: any time within five hours of the truth.
    """
    found = list[int]()
    for file in files:
        process = await asyncio.create_subprocess_exec(
            program, "-v", "error", "-i", str(file), "-vn", "-ac", "1", "-ar", str(soundcode.RATE), "-f", "s16le", "pipe:1",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(DECODE_S):
                data, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        found += await asyncio.to_thread(soundcode.read, np.frombuffer(data[: len(data) // 2 * 2], "<i2"), near_ms)
    return found


def leaked(captured_ms: Sequence[int], opened: Sequence[Open]) -> list[int]:
    """Capture times of pictures, or of sound, that were not captured while the meeting was open."""
    return [ms for ms in captured_ms if not any(o.from_ms <= ms <= o.to_ms for o in opened)]
