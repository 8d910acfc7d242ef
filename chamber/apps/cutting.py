"""A recording without what is withheld: packets are left out from key frame to key frame, nothing is encoded anew."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av

from chamber.core.dossier import Dossier, Media
from chamber.core.index import model

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cut:
    """What was kept, in ms of the recording before the cut, in order."""

    kept: tuple[Span, ...]


def without(source: Path, target: Path, gone: Sequence[Span]) -> Cut:
    """Copy an MP4 but for some spans, each widened to the key frames around it, so that nothing of them is left.

    Args:
        source: with one picture and at most one sound track.
        target: is replaced.
        gone: (from, to) in ms from the start, in any order.

    Returns what was kept; nothing is written where nothing is.

    Raises:
        OSError, av.error.FFmpegError: it cannot be read or written.
    """
    kept = _left(source, gone)
    target.unlink(missing_ok=True)  # it may be another name of the source
    if kept:
        _copy(source, target, kept)
    return Cut(kept)


def _left(source: Path, gone: Sequence[Span]) -> tuple[Span, ...]:
    with av.open(str(source)) as into:
        picture = into.streams.video[0]
        keys, end_ms = [], 0
        for packet in into.demux(picture):
            if packet.pts is None:
                continue
            at_ms = _ms(packet.pts, picture.time_base)
            if packet.is_keyframe:
                keys.append(at_ms)
            end_ms = max(end_ms, at_ms + _ms(packet.duration or 0, picture.time_base))
    return tuple(_kept(sorted(set(keys)), end_ms, gone))


def _kept(keys: Sequence[int], end_ms: int, gone: Sequence[Span]) -> Iterator[Span]:
    """Groups of pictures that touch nothing that is to go, joined where they follow each other."""
    start_ms: int | None = None
    edges = [*keys, end_ms]
    for from_ms, to_ms in pairwise(edges):
        touched = any(from_ms < out_ms and in_ms < to_ms for in_ms, out_ms in gone)
        if not touched and start_ms is None:
            start_ms = from_ms
        elif touched and start_ms is not None:
            yield start_ms, from_ms
            start_ms = None
    if start_ms is not None and end_ms > start_ms:
        yield start_ms, end_ms


def _copy(source: Path, target: Path, kept: Sequence[Span]) -> None:
    with (
        av.open(str(source)) as into,
        av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as out,
    ):
        streams = {stream.index: out.add_stream_from_template(stream) for stream in into.streams}
        for packet in into.demux():
            if packet.pts is None or packet.dts is None:
                continue
            base = packet.time_base
            at_ms = _ms(packet.pts, base)
            moved = _moved(at_ms, kept)
            if moved is None:
                continue
            shift = round(Fraction(at_ms - moved, 1000) / base)
            packet.pts -= shift
            packet.dts -= shift
            packet.stream = streams[packet.stream.index]
            out.mux(packet)


def _moved(at_ms: int, kept: Sequence[Span]) -> int | None:
    """Where a moment is after the cut; None: it is cut out."""
    passed_ms = 0
    for from_ms, to_ms in kept:
        if from_ms <= at_ms < to_ms:
            return passed_ms + at_ms - from_ms
        passed_ms += to_ms - from_ms
    return None


def _ms(ticks: int, base: Fraction | None) -> int:
    return round(ticks * (base or Fraction(1, 1000)) * 1000)


def shown_after(media: Media, cut: Cut) -> tuple[Span, ...]:
    """Wall times of what is left of a recording, in the order of the file."""
    found: list[Span] = []
    for from_ms, to_ms in cut.kept:
        passed_ms = 0
        for start_ms, end_ms in media.spans:
            length_ms = end_ms - start_ms
            inside = max(from_ms, passed_ms), min(to_ms, passed_ms + length_ms)
            if inside[0] < inside[1]:
                span = start_ms + inside[0] - passed_ms, start_ms + inside[1] - passed_ms
                if found and found[-1][1] == span[0]:
                    span = found.pop()[0], span[1]
                found.append(span)
            passed_ms += length_ms
    return tuple(found)


def shown_media(dossier: Dossier, recordings: Path, fresh: Path) -> Iterator[Media]:
    """The recordings without what is withheld, in picture and sound, put into a folder; one of which nothing is left is not.

    Raises:
        OSError, av.error.FFmpegError: one cannot be read or written.
    """
    for media in dossier.media:
        source, cuts = recordings / media.file, _cuts(dossier, media)
        if not cuts:
            _put(source, fresh / media.file)
            yield replace(media, size_bytes=source.stat().st_size)
            continue
        cut = without(source, fresh / media.file, cuts)
        if cut.kept:
            size = (fresh / media.file).stat().st_size
            yield replace(media, spans=shown_after(media, cut), size_bytes=size, sha256="")


def shown_times(dossier: Dossier, recordings: Path) -> Iterator[Media]:
    """The recordings with the times that they have when what is withheld is cut out; nothing is written.

    Raises:
        OSError, av.error.FFmpegError: one cannot be read.
    """
    for media in dossier.media:
        cuts = _cuts(dossier, media)
        kept = _left(recordings / media.file, cuts) if cuts else ()
        if kept or not cuts:
            yield replace(media, spans=shown_after(media, Cut(kept)), sha256="") if cuts else media


def _cuts(dossier: Dossier, media: Media) -> list[Span]:
    gone = [(s.fragment.start_ms, s.fragment.end_ms) for s in dossier.index.speeches if s.withheld]
    return [clip for start, end in gone for clip in media.clips(model.Span(start, end))]


def _put(source: Path, target: Path) -> None:
    """The file under another name where the disk allows it, else a copy."""
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
    target.chmod(0o644)
