"""Looks at pictures and listens to sound: decodes parts with PyAV and says what moved and how loud it was."""

import io
import math
from dataclasses import dataclass

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.codec import CodecContext
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

STEP = 6
"""Every so many pixels one is looked at."""
MOVED = 0.35
"""Mean difference in luma (0 to 255) between pictures about half a second apart; a slate stays far below."""
HEARD_DBFS = -60.0
SILENCE_DBFS = -120.0
COMPARE_FRAMES = 10


@dataclass(frozen=True, slots=True)
class Look:
    """One part: pictures decoded, largest mean difference in luma, loudest block of sound in dBFS (RMS)."""

    pictures: int
    difference: float
    rms_dbfs: float

    @property
    def moving(self) -> bool:
        """Whether something moves."""
        return self.difference >= MOVED

    @property
    def heard(self) -> bool:
        """Whether anybody would hear something."""
        return self.rms_dbfs >= HEARD_DBFS


class Eye:
    """Decodes parts in their order; begins anew at each new set-up. Blocks: for a thread."""

    def __init__(self) -> None:
        self._init = b""
        self._decoders: dict[int, VideoCodecContext | AudioCodecContext] = {}
        self._before: NDArray[np.int16] | None = None
        self._count = 0

    def look(self, init: bytes, part: bytes) -> Look:
        """Decode one part.

        Raises:
            OSError, ValueError: it cannot be decoded; the next part that one can begin with makes good.
        """
        if init != self._init:
            self._init, self._decoders, self._before = init, {}, None
        pictures, difference, rms_dbfs = 0, 0.0, SILENCE_DBFS
        with av.open(io.BytesIO(init + part), "r", format="mp4") as source:
            for packet in source.demux():
                if packet.dts is None:
                    continue
                decoder = self._decoder(packet.stream)
                for frame in decoder.decode(packet):
                    if isinstance(frame, av.VideoFrame):
                        pictures += 1
                        difference = max(difference, self._difference(frame))
                    elif isinstance(frame, av.AudioFrame):
                        rms_dbfs = max(rms_dbfs, _loudness(frame))
        return Look(pictures, difference, rms_dbfs)

    def _decoder(self, stream: Stream) -> VideoCodecContext | AudioCodecContext:
        decoder = self._decoders.get(stream.index)
        if decoder is None:
            made = CodecContext.create(stream.codec_context.codec.name, "r")
            if not isinstance(made, VideoCodecContext | AudioCodecContext):
                raise ValueError("a track that is neither picture nor sound")
            decoder = self._decoders[stream.index] = made
            decoder.extradata = stream.codec_context.extradata
        return decoder

    def _difference(self, frame: av.VideoFrame) -> float:
        self._count += 1
        if self._before is not None and self._count % COMPARE_FRAMES:
            return 0.0
        plane = frame.planes[0]
        luma = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)[
            : frame.height : STEP, : frame.width : STEP
        ]
        now, before = luma.astype(np.int16), self._before
        self._before = now
        if before is None or before.shape != now.shape:
            return 0.0
        return float(np.abs(now - before).mean())


def _loudness(frame: av.AudioFrame) -> float:
    samples = frame.to_ndarray().astype(np.float64)
    if frame.format.name.startswith("s16"):
        samples /= 32768
    mean = float(np.mean(np.square(samples))) if samples.size else 0.0
    return max(SILENCE_DBFS, 10 * math.log10(mean)) if mean > 0 else SILENCE_DBFS
