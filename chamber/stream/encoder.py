"""What the stream wants of an encoder, and how its output becomes parts that know when they were captured."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chamber.stream.fmp4 import BrokenMp4Error, Fmp4Parser, Header, Sample
from chamber.stream.settings import FRAME_MS

MAX_SOUND_BLOCKS = 500
MAX_APART_FRAMES = 100
Chunk = bytes | bytearray | memoryview


class Encoder(Protocol):
    """One life of an encoder with a fixed key frame distance; its output is fragmented MP4, H.264 and AAC."""

    async def start(self) -> None:
        """Begin; ticks are accepted from then on. Raises DeviceUnreachableError."""

    def feed(self, picture: Chunk, sound: Chunk) -> bool:
        """Hand over one tick without blocking; False when it was not taken because too many wait."""

    def waiting(self) -> int:
        """Ticks handed over and not yet taken in."""

    async def read(self) -> bytes:
        """Some output; empty when it has ended or was killed."""

    def kill(self) -> None:
        """End at once; nothing is handed out from then on."""

    async def close(self) -> None:
        """Return when everything of it is gone."""

    def complaints(self) -> str:
        """The last things it said, for the log."""


MakeEncoder = Callable[[], Encoder]


@dataclass(frozen=True, slots=True)
class RawPart:
    """Coded samples of one part, not yet on the public timeline; capture times of its first frame and of its end.

    `small`: the same frames, smaller, when the encoder makes them.
    """

    header: Header
    video: tuple[Sample, ...]
    audio: tuple[Sample, ...]
    capture_ms: int
    end_ms: int
    small: tuple[Sample, ...] = ()

    @property
    def duration_ms(self) -> int:
        """Length on the timeline."""
        return len(self.video) * FRAME_MS


class Assembler:
    """Joins the output of one encoder life into parts of a fixed number of frames."""

    def __init__(self, part_frames: int, gop_frames: int) -> None:
        self._part_frames, self._gop_frames = part_frames, gop_frames
        self._parser = Fmp4Parser()
        self._header: Header | None = None
        self._captures: deque[int] = deque()
        self._video: list[Sample] = []
        self._audio: list[Sample] = []
        self._small: list[Sample] = []
        self._small_track: int | None = None
        self._frames = self._small_frames = 0

    def captured(self, capture_ms: int) -> None:
        """The encoder was fed a frame of this capture time."""
        self._captures.append(capture_ms)

    def feed(self, data: bytes) -> list[RawPart]:
        """Take in output; each part that became complete comes out.

        Raises:
            BrokenMp4Error: it is not what this encoder was told to make.
        """
        parts: list[RawPart] = []
        for piece in self._parser.feed(data):
            if isinstance(piece, Header):
                self._header = piece
                self._small_track = next((track.id for track in piece.videos()[1:]), None)
                continue
            for sample in piece.samples:
                if piece.kind == "audio":
                    self._sound(sample)
                elif piece.track == self._small_track:
                    self._smaller(sample)
                else:
                    self._picture(sample)
                if (part := self._complete()) is not None:
                    parts.append(part)
        return parts

    def _sound(self, sample: Sample) -> None:
        if len(self._audio) >= MAX_SOUND_BLOCKS:
            raise BrokenMp4Error("sound without pictures")
        self._audio.append(sample)

    def _picture(self, sample: Sample) -> None:
        self._check(sample, self._frames)
        self._frames += 1
        self._video.append(sample)

    def _smaller(self, sample: Sample) -> None:
        self._check(sample, self._small_frames)
        self._small_frames += 1
        self._small.append(sample)

    def _check(self, sample: Sample, number: int) -> None:
        if sample.key != (number % self._gop_frames == 0):
            raise BrokenMp4Error(f"frame {number} breaks the key frame distance of {self._gop_frames}")
        if abs(self._frames - self._small_frames) > MAX_APART_FRAMES and self._small_track is not None:
            raise BrokenMp4Error(f"{self._frames} frames and {self._small_frames} small ones")

    def _complete(self) -> RawPart | None:
        size = self._part_frames
        if len(self._video) < size or (self._small_track is not None and len(self._small) < size):
            return None
        if self._header is None or len(self._captures) < size:
            raise BrokenMp4Error("more frames out than in")
        captures = [self._captures.popleft() for _ in range(size)]
        video, small, audio = tuple(self._video[:size]), tuple(self._small[:size]), tuple(self._audio)
        del self._video[:size], self._small[:size]
        self._audio = []
        return RawPart(self._header, video, audio, captures[0], captures[-1] + FRAME_MS, small)
