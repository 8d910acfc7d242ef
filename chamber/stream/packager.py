"""Keeps the public window of the stream in memory: published parts, their segments, playlists and who waits for them.

Nothing decides here about permission: what is handed to `publish` is public from that moment on.
"""

import asyncio
import heapq
import math
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chamber.ports import Clock
from chamber.stream.audience import Audience
from chamber.stream.playlist import (
    DateRange,
    PartEntry,
    Rendition,
    SegmentEntry,
    Window,
    media_playlist,
    multivariant,
    target_duration_s,
)
from chamber.stream.settings import FRAME_MS, StreamSettings

WALL_STEP_MS = 250
# a part's own file outlives its line in the playlist by this much, for players with an older playlist
PART_LINGER_MS = 12_000


@dataclass(frozen=True, slots=True)
class Init:
    """A decoder's set-up: `ftyp` and `moov`, and what the multivariant playlist says of it."""

    data: bytes
    codecs: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part ready to publish: `data` is one moof and mdat; captured from `capture_ms` until `end_ms`.

    `live` tells hall from slate. `discontinuity`: the timeline or the wall clock jumps before this part.
    """

    data: bytes
    init: Init
    duration_ms: int
    capture_ms: int
    end_ms: int
    independent: bool
    live: bool
    discontinuity: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A fact of the public index: holds from `capture_ms` until the next of its `kind`; attribute names: `X-…`."""

    id: str
    kind: str
    capture_ms: int
    attributes: tuple[tuple[str, str], ...] = ()


# called with the capture times at which the window starts and ends: the marks the playlist should hold
FactsTrack = Callable[[int, int], Sequence[Mark]]


@dataclass(slots=True)
class _Segment:
    msn: int
    init: str
    wall_ms: int
    capture_ms: int
    live: bool
    discontinuity: bool
    parts: list[PartEntry] = field(default_factory=list)
    end_ms: int = 0
    duration_ms: int = 0
    size: int = 0
    complete: bool = False
    gap: bool = False


class Packager:
    """Turns parts into a low-latency HLS window; all is synchronous but `wait_change`."""

    def __init__(self, settings: StreamSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._target_s = target_duration_s(settings.segment_ms)
        # names never repeat between runs of the process, so caches may keep them for ever
        self._run = secrets.token_hex(4)
        # sequence numbers do not fall between runs either: there is less than one segment a second; the number of
        # discontinuities must stay small, because hls.js keeps an array by it and walks through all of it
        self._next_msn = clock.wall_ms() // 1000
        self._discontinuities = clock.wall_ms() // 10_000 % 10_000
        self._wall_offset_ms = 0
        self._segments: deque[_Segment] = deque()
        self._inits: list[tuple[str, Init]] = []
        self._files: dict[str, bytes] = {}
        self._expiry: list[tuple[int, str]] = []
        self._callbacks: list[Callable[[Part], None]] = []
        self._changed = asyncio.Event()
        self._text: bytes | None = None
        self._peak_bps = 0
        self._facts: FactsTrack = lambda start_ms, end_ms: ()
        self._mark_walls: dict[str, int] = {}
        self.audience = Audience(clock)
        self.parts_published = 0
        self.bytes_out = 0

    # -- what the gate does

    def publish(self, part: Part) -> None:
        """Make a part public at once: playlist, files and everybody who waits."""
        if part.discontinuity or not self._segments:
            self._wall_offset_ms = self._clock.wall_ms() - self._clock.now_ms()
        segment = self._segment_for(part)
        name = self.part_name(segment.msn, len(segment.parts))
        self._files[name] = part.data
        segment.parts.append(PartEntry(name, part.duration_ms, part.independent))
        segment.duration_ms += part.duration_ms
        segment.end_ms = part.end_ms
        segment.size += len(part.data)
        if segment.duration_ms >= self._settings.segment_ms:
            self._finish(segment)
        self.parts_published += 1
        self.audience.published()
        self._forget()
        self._wake()
        for callback in self._callbacks:
            callback(part)

    def take_back(self, from_ms: int) -> list[str]:
        """Turn every live segment that holds something captured from `from_ms` on into a gap.

        Returns the names below /live/ that answer 404 from now on, parts and segments, for purging edges. The next
        part published must be independent.
        """
        gone: list[str] = []
        for segment in self._segments:
            if segment.live and not segment.gap and segment.end_ms > from_ms:
                segment.gap = True
                self._finish(segment)
                gone += [part.uri for part in segment.parts] + [self.segment_name(segment.msn)]
        for name in gone:
            self._files.pop(name, None)
        self._wake()
        return gone

    def clear(self) -> None:
        """Go dark: nothing is public any more."""
        self._discontinuities += 1 + sum(segment.discontinuity for segment in self._segments)
        for kept in (self._segments, self._inits, self._files, self._expiry, self._mark_walls):
            kept.clear()
        self._wake()

    def wall_stepped(self) -> bool:
        """Whether the wall clock has moved against the anchor of the present timeline."""
        return abs(self._clock.wall_ms() - self._clock.now_ms() - self._wall_offset_ms) > WALL_STEP_MS

    # -- what others may know

    def newest_capture_ms(self) -> int | None:
        """Capture time of the end of the newest published part; None while dark."""
        return self._segments[-1].end_ms if self._segments else None

    def newest_is_live(self) -> bool | None:
        """Whether the newest published part shows the hall; None while dark."""
        return self._segments[-1].live if self._segments else None

    def on_published(self, callback: Callable[[Part], None]) -> None:
        """Have every part from now on handed over, right after it has become public; must not block or raise."""
        self._callbacks.append(callback)

    def set_facts_track(self, track: FactsTrack) -> None:
        """Ask `track` at each playlist which marks stand in it; marks later than the newest media are left out."""
        self._facts = track

    def viewers(self) -> int:
        """How many players follow the stream, estimated without knowing any of them."""
        return self.audience.size()

    # -- what the public HTTP side reads

    def part_name(self, msn: int, number: int) -> str:
        """Name of a part below /live/, also of one that is still to come."""
        return f"p{self._run}-{msn}-{number}.m4s"

    def segment_name(self, msn: int) -> str:
        """Name of a segment below /live/."""
        return f"s{self._run}-{msn}.m4s"

    def position(self) -> tuple[int, int] | None:
        """Media sequence number and part number of the next part; None while dark."""
        if not self._segments:
            return None
        last = self._segments[-1]
        return (last.msn + 1, 0) if last.complete else (last.msn, len(last.parts))

    def holds(self, msn: int, number: int | None) -> bool:
        """Whether the playlist already holds this part (or, without a number, this whole segment).

        A number beyond the end of a finished segment means the first part of the next one (6.2.5.2).
        """
        at = self.position()
        if at is None:
            return False
        if number is None:
            return at[0] > msn
        length = next((len(s.parts) for s in self._segments if s.msn == msn and s.complete), None)
        return at > ((msn, number) if length is None or number < length else (msn + 1, 0))

    def too_far(self, msn: int, number: int | None) -> bool:
        """Whether a player asks for something so far ahead that it is wrong (6.2.5.2)."""
        at = self.position()
        if at is None:
            return False
        advance = math.ceil(3000 / min(1000, self._settings.part_target_ms))
        return msn > self._segments[-1].msn + 2 or (number or 0) >= (at[1] if msn == at[0] else 0) + advance

    def file(self, name: str) -> bytes | None:
        """Bytes of an init, a segment or a part; None when there is no such file (any more)."""
        return self._files.get(name)

    def hinted(self) -> str | None:
        """Name of the part that the preload hint promises."""
        at = self.position()
        return None if at is None else self.part_name(*at)

    async def wait_change(self) -> None:
        """Return at the next publication, take-back or darkness."""
        await self._changed.wait()

    def media(self) -> bytes | None:
        """The media playlist as it stands; None while dark."""
        if not self._segments:
            return None
        if self._text is None:
            self._text = media_playlist(self._window()).encode()
        return self._text

    def entry(self) -> bytes | None:
        """The multivariant playlist; None while dark."""
        if not self._segments:
            return None
        size = sum(segment.size for segment in self._segments)
        average = size * 8000 // max(1, sum(segment.duration_ms for segment in self._segments))
        init = next(init for name, init in self._inits if name == self._segments[-1].init)
        width, height = self._settings.width, self._settings.height
        one = Rendition("main.m3u8", init.codecs, width, height, max(self._peak_bps, average), average)
        return multivariant((one,), 1000 / FRAME_MS).encode()

    @property
    def hold_s(self) -> float:
        """How long a request for something that is to come may be held: three target durations (6.2.5.2)."""
        return 3.0 * self._target_s

    # -- inside

    def _segment_for(self, part: Part) -> _Segment:
        init = self._init_name(part.init)
        last = self._segments[-1] if self._segments else None
        if last and not last.complete:
            over = last.duration_ms + part.duration_ms > self._target_s * 1000
            if not (part.discontinuity or last.live != part.live or last.init != init or over):
                return last
            self._finish(last)
        jump = last is not None and (part.discontinuity or last.init != init)
        wall_ms = part.capture_ms + self._wall_offset_ms
        segment = _Segment(self._next_msn, init, wall_ms, part.capture_ms, part.live, jump)
        self._next_msn += 1
        self._segments.append(segment)
        return segment

    def _init_name(self, init: Init) -> str:
        for name, known in self._inits:
            if known == init:
                return name
        name = f"i{self._run}-{self._next_msn}.mp4"
        self._inits.append((name, init))
        self._files[name] = init.data
        return name

    def _finish(self, segment: _Segment) -> None:
        if segment.complete:
            return
        segment.complete = True
        if not segment.gap:
            self._files[self.segment_name(segment.msn)] = b"".join(self._files[part.uri] for part in segment.parts)
        self._peak_bps = max(self._peak_bps, segment.size * 8000 // segment.duration_ms)
        self._expire([part.uri for part in segment.parts], PART_LINGER_MS)

    def _expire(self, names: list[str], after_ms: int) -> None:
        due_ms = self._clock.now_ms() + after_ms
        for name in names:
            heapq.heappush(self._expiry, (due_ms, name))

    def _forget(self) -> None:
        """Let segments leave the window; a file stays for as long again as it was listed (6.2.2)."""
        held_ms = sum(segment.duration_ms for segment in self._segments)
        while len(self._segments) > 1 and held_ms - self._segments[0].duration_ms >= self._settings.window_ms:
            old = self._segments.popleft()
            held_ms -= old.duration_ms
            self._discontinuities += old.discontinuity
            self._expire([self.segment_name(old.msn)], self._settings.window_ms)
            used = {segment.init for segment in self._segments}
            unused = [name for name, _ in self._inits if name not in used]
            self._inits = [(name, init) for name, init in self._inits if name in used]
            self._expire(unused, self._settings.window_ms)
        while self._expiry and self._expiry[0][0] <= self._clock.now_ms():
            self._files.pop(heapq.heappop(self._expiry)[1], None)

    def _wake(self) -> None:
        self._text = None
        self._changed.set()
        self._changed = asyncio.Event()

    def _window(self) -> Window:
        return Window(
            first_msn=self._segments[0].msn,
            discontinuities=self._discontinuities,
            segments=tuple(self._entry(segment) for segment in self._segments),
            part_target_ms=self._settings.part_target_ms,
            target_s=self._target_s,
            dateranges=self._dateranges(),
            hint_uri=self.hinted(),
        )

    def _dateranges(self) -> tuple[DateRange, ...]:
        start_ms, end_ms = self._segments[0].capture_ms, self._segments[-1].end_ms
        marks = [mark for mark in self._facts(start_ms, end_ms) if mark.capture_ms <= end_ms]
        # a date once told stays, also when its segment has left or the wall clock was set
        self._mark_walls = {m.id: self._mark_walls.get(m.id) or self.wall_of(m.capture_ms) for m in marks}
        return tuple(DateRange(m.id, m.kind, self._mark_walls[m.id], m.attributes) for m in marks)

    def wall_of(self, capture_ms: int) -> int:
        """Wall time of a capture time, as the playlist tells it."""
        for segment in reversed(self._segments):
            if segment.capture_ms <= capture_ms:
                return segment.wall_ms + capture_ms - segment.capture_ms
        return capture_ms + self._wall_offset_ms

    @staticmethod
    def _part_gap(part: PartEntry) -> PartEntry:
        return PartEntry(part.uri, part.duration_ms, part.independent, gap=True)

    def _entry(self, segment: _Segment) -> SegmentEntry:
        parts = tuple(self._part_gap(part) for part in segment.parts) if segment.gap else tuple(segment.parts)
        return SegmentEntry(
            uri=self.segment_name(segment.msn),
            duration_ms=segment.duration_ms,
            wall_ms=segment.wall_ms,
            map_uri=segment.init,
            parts=parts,
            complete=segment.complete,
            discontinuity=segment.discontinuity,
            gap=segment.gap,
        )
