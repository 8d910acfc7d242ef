"""Writes parts: one movie fragment with pictures and sound, on a timeline of our own.

Parts are put together from coded samples rather than passed on, so that what comes from a fresh encoder and what
comes from a slate continue the same `tfdt` and sequence numbers. Source: ISO/IEC 14496-12, section 8.8.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from chamber.stream.fmp4 import BrokenMp4Error, Header, Sample
from chamber.stream.settings import FRAME_MS, RATE_HZ

AAC_SAMPLES = 1024
# sample_depends_on and sample_is_non_sync_sample (8.8.3.1)
_KEY_FLAGS = 0x0200_0000
_DELTA_FLAGS = 0x0101_0000
_DEFAULT_BASE_IS_MOOF = 0x02_0000
_RUN_FLAGS = 0x1 | 0x200 | 0x400


@dataclass(slots=True)
class Timeline:
    """Where the next part goes: frames and sound samples since an origin, and the number of the part.

    The origin lies a second before the first part, so that the encoder's priming sound fits before the first frame.
    """

    frames: int = 1000 // FRAME_MS
    samples: int = RATE_HZ - AAC_SAMPLES
    sequence: int = 0

    def sound_lead(self) -> int:
        """Sound samples that are there beyond the start of an encoder's first block (negative: are missing).

        AAC brings one block of priming: the first block of an encoder belongs 1,024 samples before its first frame.
        """
        return self.samples - (self.frames * FRAME_MS * RATE_HZ // 1000 - AAC_SAMPLES)

    def silence_for(self, frames: int) -> int:
        """Blocks of silence that bring the sound as near as can be to the end of so many frames more."""
        missing = frames * FRAME_MS * RATE_HZ // 1000 - self.sound_lead()
        return max(0, round(missing / AAC_SAMPLES))

    def align(self, audio: Sequence[Sample], silence: Sample) -> tuple[Sample, ...]:
        """The first sound of a fresh encoder, made to follow on what is there: within half a block of its pictures."""
        blocks = round(self.sound_lead() / AAC_SAMPLES)
        return tuple(audio[blocks:]) if blocks > 0 else (silence,) * -blocks + tuple(audio)

    def jump(self) -> None:
        """Put sound and pictures exactly together again, never backwards: only at a discontinuity."""
        lead = self.sound_lead()
        if lead > 0:
            self.frames += -(-lead * 1000 // (RATE_HZ * FRAME_MS))
        self.samples = self.frames * FRAME_MS * RATE_HZ // 1000 - AAC_SAMPLES

    def part(self, header: Header, video: Sequence[Sample], audio: Sequence[Sample]) -> bytes:
        """A moof and mdat for the samples, which take the next place; of the sound alone where the set-up has no picture.

        Raises:
            BrokenMp4Error: the track's timescale cannot express a frame, or the sound is not 48 kHz.
        """
        self.sequence += 1
        sound = header.track("audio")
        if sound.timescale != RATE_HZ:
            raise BrokenMp4Error(f"timescales: {sound.timescale} for sound")
        runs = [_Run(sound.id, self.samples, AAC_SAMPLES, audio)]
        if header.videos():
            picture = header.track("video")
            frame, rest = divmod(picture.timescale * FRAME_MS, 1000)
            if rest:
                raise BrokenMp4Error(f"timescales: {picture.timescale} for pictures")
            runs.insert(0, _Run(picture.id, self.frames * frame, frame, video))
            runs = [run for run in runs if run.samples]
        self.frames += len(video)
        self.samples += AAC_SAMPLES * len(audio)
        return _fragment(self.sequence, runs)


@dataclass(frozen=True, slots=True)
class _Run:
    track: int
    time: int
    duration: int
    samples: Sequence[Sample]


def _box(kind: bytes, *contents: bytes) -> bytes:
    body = b"".join(contents)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _traf(run: _Run, offset: int) -> bytes:
    tfhd = _box(b"tfhd", struct.pack(">3I", _DEFAULT_BASE_IS_MOOF | 0x8, run.track, run.duration))
    tfdt = _box(b"tfdt", struct.pack(">IQ", 0x0100_0000, run.time))
    rows = [struct.pack(">2I", len(s.data), _KEY_FLAGS if s.key else _DELTA_FLAGS) for s in run.samples]
    trun = _box(b"trun", struct.pack(">2Ii", _RUN_FLAGS, len(run.samples), offset), *rows)
    return _box(b"traf", tfhd, tfdt, trun)


def _fragment(sequence: int, runs: Sequence[_Run]) -> bytes:
    mfhd = _box(b"mfhd", struct.pack(">2I", 0, sequence & 0xFFFF_FFFF))
    moof = b""
    # offsets are counted from the start of the moof, whose length does not depend on them
    for _ in range(2):
        offset, trafs = len(moof) + 8, []
        for run in runs:
            trafs.append(_traf(run, offset))
            offset += sum(len(sample.data) for sample in run.samples)
        moof = _box(b"moof", mfhd, *trafs)
    return moof + _box(b"mdat", *(sample.data for run in runs for sample in run.samples))
