"""Invented coded samples, for tests that need no encoder."""

from pathlib import Path

from chamber.stream.encoder import RawPart
from chamber.stream.fmp4 import Header, Sample, Track
from chamber.stream.packager import Init, Part
from chamber.stream.settings import FRAME_MS, StreamSettings
from chamber.stream.slates import Reel

HEADER = Header(b"set-up", (Track(1, "video", 12800, "avc1.640015"), Track(2, "audio", 48000, "mp4a.40.2")))
INIT = Init(b"set-up", "avc1.640015,mp4a.40.2")


def settings(**options: int) -> StreamSettings:
    return StreamSettings(Path("/nowhere"), 320, 180, **{"part_ms": 200, "delay_ms": 0, **options})


def pictures(frames: int, *, key: bool) -> tuple[Sample, ...]:
    return tuple(Sample(b"picture", 512, key and n == 0) for n in range(frames))


def sound(blocks: int) -> tuple[Sample, ...]:
    return tuple(Sample(b"sound", 1024, True) for _ in range(blocks))


def raw(capture_ms: int, frames: int, *, key: bool) -> RawPart:
    blocks = round(frames * FRAME_MS * 48 / 1024)
    return RawPart(HEADER, pictures(frames, key=key), sound(blocks), capture_ms, capture_ms + frames * FRAME_MS)


def reel(gop_frames: int) -> Reel:
    return Reel(HEADER, pictures(gop_frames, key=True), Sample(b"silence", 1024, True))


def part(capture_ms: int, duration_ms: int = 200, **options: bool) -> Part:
    flags = {"independent": True, "live": True, "discontinuity": False, **options}
    return Part(b"part", INIT, duration_ms, capture_ms, capture_ms + duration_ms, **flags)
