"""Low-latency HLS playlists as text: values in, text out.

Source: RFC 8216 and draft-pantos-hls-rfc8216bis, sections 4.4 (tags), 6.2 (server) and appendix B (low latency).
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

# "PART-HOLD-BACK ... MUST be at least twice the Part Target Duration ... SHOULD be at least three times" (4.4.3.8)
HOLD_BACK_PARTS = 3
# parts are listed for the segments within three target durations of the end (4.4.4.9), and of at most three
# segments, the hinted part's included: readers exist that count instead
PARTS_LISTED_TARGETS = 3
# the skip boundary is at least six target durations from the end (4.4.3.8)
SKIP_TARGETS = 6


@dataclass(frozen=True, slots=True)
class PartEntry:
    """A part as the playlist names it."""

    uri: str
    duration_ms: int
    independent: bool
    gap: bool = False


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment; the last one of a playlist may be incomplete, then it is listed by its parts alone.

    `plain` is `plain_lines` of it, when whoever keeps it has asked for that before: a long playlist is mostly these.
    """

    uri: str
    duration_ms: int
    wall_ms: int
    map_uri: str
    parts: tuple[PartEntry, ...] = ()
    complete: bool = True
    discontinuity: bool = False
    gap: bool = False
    plain: str = ""


@dataclass(frozen=True, slots=True)
class DateRange:
    """A fact that holds from a wall time until the next one of the same kind; attribute names start with `X-`."""

    id: str
    kind: str
    wall_ms: int
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Everything one media playlist says; `discontinuities` counts the tags on segments that have left.

    `reports`: of each other rendition its playlist, and the numbers of its newest segment and part.
    """

    first_msn: int
    discontinuities: int
    segments: tuple[SegmentEntry, ...]
    part_target_ms: int
    target_s: int
    dateranges: tuple[DateRange, ...] = ()
    hint_uri: str | None = None
    reports: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Rendition:
    """One line of the multivariant playlist; rates in bits a second, measured. Sound alone has no size."""

    uri: str
    codecs: str
    size: tuple[int, int] | None
    peak_bps: int
    average_bps: int


def seconds(ms: int) -> str:
    """Milliseconds as decimal seconds."""
    return f"{ms / 1000:.3f}"


def iso(wall_ms: int) -> str:
    """Milliseconds since 1970 as ISO 8601 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(wall_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{wall_ms % 1000:03d}Z"


def quoted(text: str) -> str:
    """A quoted-string: it can hold neither double quotes nor line breaks (4.2)."""
    clean = "".join("'" if char == '"' else " " if ord(char) < 0x20 or char == "\x7f" else char for char in text)
    return f'"{clean}"'


def _daterange(mark: DateRange) -> str:
    tags = [f"ID={quoted(mark.id)}", f"CLASS={quoted(mark.kind)}", f"START-DATE={quoted(iso(mark.wall_ms))}"]
    tags += ["END-ON-NEXT=YES"]
    tags += [f"{name}={quoted(value)}" for name, value in mark.attributes]
    return "#EXT-X-DATERANGE:" + ",".join(tags)


def _part(part: PartEntry) -> str:
    flags = ",INDEPENDENT=YES" if part.independent else ""
    flags += ",GAP=YES" if part.gap else ""
    return f'#EXT-X-PART:DURATION={seconds(part.duration_ms)},URI="{part.uri}"{flags}'


def plain_lines(segment: SegmentEntry) -> str:
    """A whole segment without its parts, from its date on."""
    lines = [f"#EXT-X-PROGRAM-DATE-TIME:{iso(segment.wall_ms)}", *(["#EXT-X-GAP"] if segment.gap else [])]
    return "\n".join([*lines, f"#EXTINF:{seconds(segment.duration_ms)},", segment.uri])


def _segment(segment: SegmentEntry, map_uri: str | None, *, with_parts: bool) -> list[str]:
    lines = ["#EXT-X-DISCONTINUITY"] if segment.discontinuity else []
    if segment.map_uri != map_uri:
        lines.append(f'#EXT-X-MAP:URI="{segment.map_uri}"')
    if not with_parts and segment.complete:
        return [*lines, segment.plain or plain_lines(segment)]
    lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{iso(segment.wall_ms)}")
    if with_parts:
        lines += [_part(part) for part in segment.parts]
    if segment.complete:
        lines += ["#EXT-X-GAP"] if segment.gap else []
        lines += [f"#EXTINF:{seconds(segment.duration_ms)},", segment.uri]
    return lines


def skippable(window: Window) -> int:
    """How many segments lie before the skip boundary (6.2.5.1); 0: a delta update says no less than the whole."""
    after_ms, number = 0, len(window.segments)
    while number > 0 and after_ms < SKIP_TARGETS * window.target_s * 1000:
        number -= 1
        after_ms += window.segments[number].duration_ms
    return number


def media_playlist(window: Window, *, skip: bool = False) -> str:
    """The media playlist, ready to send; with `skip` as a delta update, where that says less."""
    hold_back = HOLD_BACK_PARTS * window.part_target_ms
    skipped = skippable(window) if skip else 0
    skip_s = float(SKIP_TARGETS * window.target_s)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{window.target_s}",
        f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={skip_s:.1f},PART-HOLD-BACK={seconds(hold_back)}",
        f"#EXT-X-PART-INF:PART-TARGET={seconds(window.part_target_ms)}",
        f"#EXT-X-MEDIA-SEQUENCE:{window.first_msn}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{window.discontinuities}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    lines += [_daterange(mark) for mark in window.dateranges]
    after_ms, parts_from = 0, len(window.segments)
    growing = bool(window.segments) and not window.segments[-1].complete
    oldest = max(0, len(window.segments) - PARTS_LISTED_TARGETS + (0 if growing else 1))
    while parts_from > oldest and after_ms < PARTS_LISTED_TARGETS * window.target_s * 1000:
        parts_from -= 1
        after_ms += window.segments[parts_from].duration_ms
    if skipped:
        lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")
    # the MAP is said again behind what was skipped, so that a delta update can be read by itself
    map_uri: str | None = None
    for number, segment in enumerate(window.segments[skipped:], skipped):
        lines += _segment(segment, map_uri, with_parts=number >= parts_from)
        map_uri = segment.map_uri
    if window.hint_uri is not None:
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{window.hint_uri}"')
    lines += [
        f"#EXT-X-RENDITION-REPORT:URI={quoted(uri)},LAST-MSN={msn},LAST-PART={part}"
        for uri, msn, part in window.reports
    ]
    return "\n".join(lines) + "\n"


def multivariant(renditions: tuple[Rendition, ...], frames_per_second: float) -> str:
    """The multivariant playlist, the entry point for players."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:9", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in renditions:
        picture = f",RESOLUTION={one.size[0]}x{one.size[1]},FRAME-RATE={frames_per_second:.3f}" if one.size else ""
        rates = f"BANDWIDTH={one.peak_bps},AVERAGE-BANDWIDTH={one.average_bps}"
        lines.append(f'#EXT-X-STREAM-INF:{rates},CODECS="{one.codecs}"{picture}')
        lines.append(one.uri)
    return "\n".join(lines) + "\n"


def target_duration_s(segment_ms: int) -> int:
    """EXT-X-TARGETDURATION for segments of at most `segment_ms`."""
    return math.ceil(segment_ms / 1000)
