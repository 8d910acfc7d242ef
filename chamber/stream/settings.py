"""What the stream process is told by its composition root, and the frame arithmetic that follows from it."""

from dataclasses import dataclass
from pathlib import Path

FRAME_MS = 40
RATE_HZ = 48_000
CHANNELS = 2
TICK_SAMPLES = RATE_HZ * FRAME_MS // 1000
SEGMENT_MS = 2000
RENDITIONS = {"source": "main", "360p": "low", "sound": "sound"}
"""What CONFIG calls a rendition, and what its playlist is called."""


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Plain values from CONFIG; `part_ms` is an upper bound, the real part is a whole number of frames.

    `renditions` are of `source`, `360p` and `sound`, the source always. `rewind_ms` is how far residents can go back, in
    `rewind_dir` as far as it is more than `window_ms`, which is what memory holds; `rewind_bytes` bounds it too.
    `delay_ms` (0 to 10 s) is the public delay, the only protection against a late press. `window_ms` is how far the
    playlist reaches back. `take_back_s` is how far back an order may reach.
    """

    run_dir: Path
    width: int = 960
    height: int = 540
    part_ms: int = 500
    gop_ms: int = 1000
    delay_ms: int = 2000
    take_back_s: int = 10
    window_ms: int = 60_000
    organisation: str = ""
    renditions: tuple[str, ...] = ("source",)
    small_height: int = 360
    rewind_dir: Path | None = None
    rewind_ms: int = 0
    rewind_bytes: int = 0

    @property
    def small(self) -> tuple[int, int] | None:
        """Width and height of the second picture; None when there is none."""
        if "360p" not in self.renditions:
            return None
        return round(self.width * self.small_height / self.height / 2) * 2, self.small_height

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the media playlists, the source first."""
        return ("main", *(RENDITIONS[name] for name in self.renditions if name != "source"))

    @property
    def part_frames(self) -> int:
        """Frames in one part: as many as fit in `part_ms`, at least one."""
        return max(1, self.part_ms // FRAME_MS)

    @property
    def gop_frames(self) -> int:
        """Frames from one key frame to the next: a whole number of parts, as near to `gop_ms` as that allows."""
        return max(1, round(self.gop_ms / self.part_target_ms)) * self.part_frames

    @property
    def part_target_ms(self) -> int:
        """Length of a full part; no part is ever longer."""
        return self.part_frames * FRAME_MS

    @property
    def segment_ms(self) -> int:
        """Length of a full segment: a whole number of key frame distances, about 2 s."""
        gop_ms = self.gop_frames * FRAME_MS
        return max(1, round(SEGMENT_MS / gop_ms)) * gop_ms
