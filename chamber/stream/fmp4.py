"""Fragmented MP4, sans-IO: bytes in, the set-up and the coded samples out.

Source: ISO/IEC 14496-12 (boxes), 14496-14 (esds), 14496-15 (avcC), RFC 6381 (codec names).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from chamber.core.errors import ChamberError

MAX_BOX_BYTES = 8 * 1024 * 1024
MAX_SAMPLES = 2000
MAX_DEPTH_BOXES = 200
# sample_is_non_sync_sample (14496-12, 8.8.3.1)
_NON_SYNC = 0x0001_0000
_SKIPPED = (b"styp", b"sidx", b"mfra", b"free", b"skip", b"emsg", b"prft", b"uuid")


class BrokenMp4Error(ChamberError):
    """The bytes are not the fragmented MP4 that an encoder of ours makes; its output is of no more use."""


@dataclass(frozen=True, slots=True)
class Track:
    """A track: `kind` is `video` or `audio`, `timescale` in units a second, `codec` as RFC 6381 names it."""

    id: int
    kind: str
    timescale: int
    codec: str


@dataclass(frozen=True, slots=True)
class Header:
    """The set-up: `ftyp` and `moov` as they came."""

    data: bytes
    tracks: tuple[Track, ...]

    def track(self, kind: str) -> Track:
        """The track of a kind. Raises BrokenMp4Error when there is none."""
        for track in self.tracks:
            if track.kind == kind:
                return track
        raise BrokenMp4Error(f"no {kind} track")

    def videos(self) -> tuple[Track, ...]:
        """Tracks with pictures, in order."""
        return tuple(track for track in self.tracks if track.kind == "video")

    def of(self, *numbers: int) -> "Header":
        """The set-up of these tracks alone. Raises BrokenMp4Error when it is damaged."""
        if set(numbers) == {track.id for track in self.tracks}:
            return self
        kept = tuple(track for track in self.tracks if track.id in numbers)
        data = b"".join(
            _moov_of(self.data[start - 8 : end], numbers) if kind == b"moov" else self.data[start - 8 : end]
            for kind, start, end in boxes(self.data, 0, len(self.data))
        )
        return Header(data, kept)

    @property
    def codecs(self) -> str:
        """Codec names for a playlist, video first."""
        return ",".join(track.codec for track in sorted(self.tracks, key=lambda track: track.kind != "video"))


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded picture or block of sound; `duration` in the track's timescale."""

    data: bytes
    duration: int
    key: bool


@dataclass(frozen=True, slots=True)
class Fragment:
    """What one movie fragment holds of one track; `time` (tfdt) in the track's timescale."""

    kind: str
    time: int
    samples: tuple[Sample, ...]
    track: int = 0

    @property
    def duration(self) -> int:
        """Length in the track's timescale."""
        return sum(sample.duration for sample in self.samples)

    @property
    def independent(self) -> bool:
        """Whether decoding can start here."""
        return bool(self.samples) and self.samples[0].key


@dataclass(frozen=True, slots=True)
class _Defaults:
    duration: int
    size: int
    flags: int


class Fmp4Parser:
    """Cuts a byte stream into header and fragments, however it was chunked; holds at most two boxes."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._ftyp = b""
        self._moof: bytes | None = None
        self._header: Header | None = None
        self._defaults: dict[int, _Defaults] = {}

    def feed(self, data: bytes) -> list[Header | Fragment]:
        """Take in bytes; what became complete comes out.

        Raises:
            BrokenMp4Error: a size or an order is wrong; the parser is of no more use.
        """
        self._rest += data
        out: list[Header | Fragment] = []
        while (box := self._next()) is not None:
            try:
                out += self._take(bytes(box[4:8]), box)
            except (struct.error, IndexError, ValueError) as exc:
                raise BrokenMp4Error(f"a damaged box: {exc}") from exc
        return out

    def _next(self) -> bytes | None:
        if len(self._rest) < 8:
            return None
        (size,) = struct.unpack_from(">I", self._rest)
        if not 8 <= size <= MAX_BOX_BYTES:
            raise BrokenMp4Error(f"a box of {size} bytes")
        if len(self._rest) < size:
            return None
        box = bytes(self._rest[:size])
        del self._rest[:size]
        return box

    def _take(self, kind: bytes, box: bytes) -> list[Header | Fragment]:
        if kind == b"ftyp":
            self._ftyp = box
        elif kind == b"moov":
            self._header, self._defaults = _read_moov(self._ftyp + box, box)
            return [self._header]
        elif kind == b"moof" and self._header:
            self._moof = box
        elif kind == b"mdat" and self._header and self._moof:
            moof, self._moof = self._moof, None
            return list(_read_moof(moof, box, self._header, self._defaults))
        elif kind not in _SKIPPED:
            raise BrokenMp4Error(f"unexpected box {kind!r}")
        return []


def boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, first byte of the contents and end of each box in a range. Raises BrokenMp4Error."""
    for _ in range(MAX_DEPTH_BOXES):
        if start == end:
            return
        if end - start < 8:
            raise BrokenMp4Error("a torn box")
        (size,) = struct.unpack_from(">I", data, start)
        if size < 8 or start + size > end:
            raise BrokenMp4Error(f"a box of {size} bytes where {end - start} are left")
        yield data[start + 4 : start + 8], start + 8, start + size
        start += size
    raise BrokenMp4Error("too many boxes")


def _find(data: bytes, start: int, end: int, *path: bytes) -> tuple[int, int]:
    for wanted in path:
        for kind, inner, inner_end in boxes(data, start, end):
            if kind == wanted:
                start, end = inner, inner_end
                break
        else:
            raise BrokenMp4Error(f"no {wanted.decode()} box")
    return start, end


def _read_moov(whole: bytes, moov: bytes) -> tuple[Header, dict[int, _Defaults]]:
    tracks: list[Track] = []
    defaults: dict[int, _Defaults] = {}
    for kind, start, end in boxes(moov, 8, len(moov)):
        if kind == b"trak":
            tracks.append(_read_trak(moov, start, end))
        elif kind == b"mvex":
            for inner, at, _ in boxes(moov, start, end):
                if inner == b"trex":
                    track, _, duration, size, flags = struct.unpack_from(">5I", moov, at + 4)
                    defaults[track] = _Defaults(duration, size, flags)
    return Header(whole, tuple(tracks)), defaults


def _moov_of(moov: bytes, numbers: tuple[int, ...]) -> bytes:
    """A moov with the `trak` and `trex` boxes of these tracks alone."""

    def kept(kind: bytes, start: int, end: int) -> bytes:
        if kind == b"trak":
            at, _ = _find(moov, start, end, b"tkhd")
            (track,) = struct.unpack_from(">I", moov, at + (20 if moov[at] else 12))
        elif kind == b"trex":
            (track,) = struct.unpack_from(">I", moov, start + 4)
        elif kind == b"mvex":
            return _box(kind, *(kept(*inner) for inner in boxes(moov, start, end)))
        else:
            return moov[start - 8 : end]
        return moov[start - 8 : end] if track in numbers else b""

    return _box(b"moov", *(kept(*inner) for inner in boxes(moov, 8, len(moov))))


def _box(kind: bytes, *contents: bytes) -> bytes:
    body = b"".join(contents)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _read_trak(moov: bytes, start: int, end: int) -> Track:
    at, _ = _find(moov, start, end, b"tkhd")
    (track,) = struct.unpack_from(">I", moov, at + (20 if moov[at] else 12))
    at, _ = _find(moov, start, end, b"mdia", b"mdhd")
    (timescale,) = struct.unpack_from(">I", moov, at + (20 if moov[at] else 12))
    if not timescale:
        raise BrokenMp4Error("a track without timescale")
    at, stop = _find(moov, start, end, b"mdia", b"minf", b"stbl", b"stsd")
    for kind, inner, inner_end in boxes(moov, at + 8, stop):
        # fixed fields before the inner boxes: VisualSampleEntry 78 bytes, AudioSampleEntry 28
        if kind == b"avc1":
            at, _ = _find(moov, inner + 78, inner_end, b"avcC")
            return Track(track, "video", timescale, f"avc1.{moov[at + 1 : at + 4].hex()}")
        if kind == b"mp4a":
            at, stop = _find(moov, inner + 28, inner_end, b"esds")
            return Track(track, "audio", timescale, f"mp4a.40.{_audio_object(moov[at + 4 : stop])}")
    raise BrokenMp4Error("a track that is neither H.264 nor AAC")


def _audio_object(descriptors: bytes) -> int:
    """Audio object type: the first five bits of DecoderSpecificInfo (tag 5) inside tags 3 and 4."""
    at = 0
    for tag, fixed in ((3, 3), (4, 13), (5, 0)):
        if descriptors[at] != tag:
            raise BrokenMp4Error("an esds box without audio set-up")
        at += 1
        while descriptors[at] & 0x80:
            at += 1
        at += 1 + fixed
    return descriptors[at] >> 3


def _read_moof(moof: bytes, mdat: bytes, header: Header, defaults: dict[int, _Defaults]) -> Iterator[Fragment]:
    kinds = {track.id: track.kind for track in header.tracks}
    for kind, start, end in boxes(moof, 8, len(moof)):
        if kind != b"traf":
            continue
        at, _ = _find(moof, start, end, b"tfhd")
        track, base = _read_tfhd(moof, at, defaults)
        at, _ = _find(moof, start, end, b"tfdt")
        (time,) = struct.unpack_from(">Q" if moof[at] else ">I", moof, at + 4)
        samples: list[Sample] = []
        for inner, at, _ in boxes(moof, start, end):
            if inner == b"trun":
                samples += _read_trun(moof, at, mdat, base)
        if track in kinds and samples:
            yield Fragment(kinds[track], time, tuple(samples), track)


def _read_tfhd(moof: bytes, at: int, defaults: dict[int, _Defaults]) -> tuple[int, _Defaults]:
    flags, track = struct.unpack_from(">II", moof, at)
    known = defaults.get(track, _Defaults(0, 0, 0))
    values = [known.duration, known.size, known.flags]
    at += 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    for number, bit in enumerate((0x8, 0x10, 0x20)):
        if flags & bit:
            (values[number],) = struct.unpack_from(">I", moof, at)
            at += 4
    return track, _Defaults(*values)


def _read_trun(moof: bytes, at: int, mdat: bytes, base: _Defaults) -> list[Sample]:
    flags, count = struct.unpack_from(">II", moof, at)
    if count > MAX_SAMPLES:
        raise BrokenMp4Error(f"{count} samples in a run")
    at += 8
    if not flags & 0x1:
        raise BrokenMp4Error("a run without data offset")
    (offset,) = struct.unpack_from(">i", moof, at)
    at += 4
    place = offset - len(moof)  # default-base-is-moof: counted from the start of the moof that the mdat follows
    first_flags: int | None = None
    if flags & 0x4:
        (first_flags,) = struct.unpack_from(">I", moof, at)
        at += 4
    samples: list[Sample] = []
    for number in range(count):
        values = [base.duration, base.size, base.flags, 0]
        for column, bit in enumerate((0x100, 0x200, 0x400, 0x800)):
            if flags & bit:
                (values[column],) = struct.unpack_from(">I", moof, at)
                at += 4
        duration, size, sample_flags, _ = values
        if number == 0 and first_flags is not None:
            sample_flags = first_flags
        if place < 8 or place + size > len(mdat):
            raise BrokenMp4Error("a sample outside its data")
        samples.append(Sample(mdat[place : place + size], duration, not sample_flags & _NON_SYNC))
        place += size
    return samples
