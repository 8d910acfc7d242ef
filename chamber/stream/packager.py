"""Keeps the public window of the stream in memory: published parts, their segments, playlists and who waits for them.

Nothing decides here about permission: what is handed to `publish` is public from that moment on.
"""

import asyncio
import math
import secrets
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace

from chamber.ports import Clock
from chamber.stream.audience import Audience
from chamber.stream.parts import Copy, FactsTrack, Init, Mark, Part, Segment, init_name, part_name, segment_name
from chamber.stream.playlist import (
    SKIP_TARGETS,
    DateRange,
    PartEntry,
    Rendition,
    SegmentEntry,
    Window,
    media_playlist,
    multivariant,
    plain_lines,
    target_duration_s,
)
from chamber.stream.rewind import Rewind
from chamber.stream.settings import FRAME_MS, StreamSettings
from chamber.stream.stock import Stock

__all__ = ["Copy", "FactsTrack", "Init", "Mark", "Packager", "Part"]
WALL_STEP_MS = 250
# a part's own file outlives its line in the playlist by this much, for players with an older playlist
PART_LINGER_MS = 12_000


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
        self._segments: deque[Segment] = deque()
        # the newest of them; those before are on disk
        self._in_memory: deque[Segment] = deque()
        self._stock = Stock(clock, Rewind(settings.rewind_dir) if settings.rewind_dir and settings.rewind_ms else None)
        self._inits: list[tuple[str, str, Init]] = []
        self._callbacks: list[Callable[[Part], None]] = []
        self._changed = asyncio.Event()
        self._whole_until_ms = 0
        self._texts: dict[tuple[str, bool], bytes] = {}
        self._peak_bps: Counter[str] = Counter()
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
        number = len(segment.parts)
        for copy in part.copies():
            self._stock.put(self.part_name(segment.msn, number, copy.name), copy.data)
            segment.sizes[copy.name] += len(copy.data)
        segment.parts.append(PartEntry(self.part_name(segment.msn, number), part.duration_ms, part.independent))
        segment.duration_ms += part.duration_ms
        segment.end_ms = part.end_ms
        # nothing follows a short part in its segment: all but the last have 85 % of the target at least (4.4.4.9)
        short = part.duration_ms * 100 < self._settings.part_target_ms * 85
        if short or segment.duration_ms >= self._settings.segment_ms:
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
                segment.entries.clear()
                self._finish(segment)
                gone += self._names_of(segment)
        self._stock.drop(gone)
        if gone:
            self._whole_until_ms = self._clock.now_ms() + SKIP_TARGETS * self._target_s * 1000
        self._wake()
        return gone

    def forget_past(self) -> None:
        """Let everything that is not in memory leave the playlist and the disk now: nobody can go back there any more."""
        if len(self._segments) == len(self._in_memory):
            return
        while len(self._segments) > len(self._in_memory):
            self._stock.drop(self._names_of(self._leave()))
        self._wake()

    def clear(self) -> None:
        """Go dark: nothing is public any more."""
        self._discontinuities += 1 + sum(segment.discontinuity for segment in self._segments)
        for kept in (self._segments, self._in_memory, self._inits, self._mark_walls):
            kept.clear()
        self._stock.clear()
        self._wake()

    def close(self) -> None:
        """Go dark for good."""
        self.clear()
        self._stock.close()

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

    def live_until_ms(self) -> int | None:
        """Capture time of the end of the newest part that shows the hall and is still public; None when there is none."""
        return next((one.end_ms for one in reversed(self._segments) if one.live and not one.gap), None)

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

    def part_name(self, msn: int, number: int, rendition: str = "main") -> str:
        """Name of a part below /live/, also of one that is still to come."""
        return part_name(self._run, msn, number, rendition)

    def segment_name(self, msn: int, rendition: str = "main") -> str:
        """Name of a segment below /live/."""
        return segment_name(self._run, msn, rendition)

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
        asked = next((s for s in reversed(self._segments) if s.msn <= msn), None)  # players ask near the live edge
        length = len(asked.parts) if asked and asked.msn == msn and asked.complete else None
        return at > ((msn, number) if length is None or number < length else (msn + 1, 0))

    def too_far(self, msn: int, number: int | None) -> bool:
        """Whether a player asks for something so far ahead that it is wrong (6.2.5.2)."""
        at = self.position()
        if at is None:
            return False
        advance = math.ceil(3000 / min(1000, self._settings.part_target_ms))
        return msn > self._segments[-1].msn + 2 or (number or 0) >= (at[1] if msn == at[0] else 0) + advance

    def file(self, name: str) -> bytes | None:
        """Bytes of an init, a segment or a part; None when it is not in memory (any more)."""
        return self._stock.get(name)

    def past(self) -> Rewind | None:
        """What is kept on disk, when a disk is used."""
        return self._stock.rewind

    def hinted(self, rendition: str = "main") -> str | None:
        """Name of the part that the preload hint of a rendition promises."""
        at = self.position()
        return None if at is None else self.part_name(*at, rendition)

    def promises(self, name: str) -> bool:
        """Whether a file is one that a preload hint promises."""
        return any(name == self.hinted(rendition) for rendition in self._settings.names)

    async def wait_change(self) -> None:
        """Return at the next publication, take-back or darkness."""
        await self._changed.wait()

    def plays(self, rendition: str) -> bool:
        """Whether there is a playlist of this name."""
        return bool(self._segments) and rendition in self._settings.names

    def media(self, rendition: str = "main", *, skip: bool = False) -> bytes | None:
        """The media playlist of a rendition as it stands, whole or as a delta update; None while dark or unknown."""
        if not self.plays(rendition):
            return None
        # a delta update cannot tell of a gap among what it skips
        key = rendition, skip and self._clock.now_ms() >= self._whole_until_ms
        if key not in self._texts:
            self._texts[key] = media_playlist(self._window(rendition), skip=key[1]).encode()
        return self._texts[key]

    def entry(self) -> bytes | None:
        """The multivariant playlist; None while dark."""
        if not self._segments:
            return None
        key = "", False
        if key not in self._texts:
            lines = tuple(self._line(number, name) for number, name in enumerate(self._settings.names))
            self._texts[key] = multivariant(lines, 1000 / FRAME_MS).encode()
        return self._texts[key]

    @property
    def hold_s(self) -> float:
        """How long a request for something that is to come may be held: three target durations (6.2.5.2)."""
        return 3.0 * self._target_s

    # -- inside

    def _line(self, number: int, rendition: str) -> Rendition:
        size = sum(segment.sizes[rendition] for segment in self._in_memory)
        average = size * 8000 // max(1, sum(segment.duration_ms for segment in self._in_memory))
        init = next(init for name, _, init in self._inits if name == self._segments[-1].inits[number])
        whole = self._settings.width, self._settings.height
        shape = {"main": whole, "low": self._settings.small}.get(rendition)
        return Rendition(f"{rendition}.m3u8", init.codecs, shape, max(self._peak_bps[rendition], average), average)

    def _names_of(self, segment: Segment, *, parts: bool = True) -> list[str]:
        """Every file of a segment, in every rendition."""
        names: list[str] = []
        for rendition in self._settings.names:
            if parts:
                names += [self.part_name(segment.msn, n, rendition) for n in range(len(segment.parts))]
            names.append(self.segment_name(segment.msn, rendition))
        return names

    def _segment_for(self, part: Part) -> Segment:
        inits = tuple(self._init_name(copy) for copy in part.copies())
        last = self._segments[-1] if self._segments else None
        if last and not last.complete:
            over = last.duration_ms + part.duration_ms > self._target_s * 1000
            if not (part.discontinuity or last.live != part.live or last.inits != inits or over):
                return last
            self._finish(last)
        jump = last is not None and (part.discontinuity or last.inits != inits)
        wall_ms = part.capture_ms + self._wall_offset_ms
        segment = Segment(self._next_msn, inits, wall_ms, part.capture_ms, part.live, jump)
        self._next_msn += 1
        self._segments.append(segment)
        self._in_memory.append(segment)
        return segment

    def _init_name(self, copy: Copy) -> str:
        for name, rendition, known in self._inits:
            if (rendition, known) == (copy.name, copy.init):
                return name
        name = init_name(self._run, self._next_msn, copy.name)
        self._inits.append((name, copy.name, copy.init))
        self._stock.put(name, copy.init.data)
        return name

    def _finish(self, segment: Segment) -> None:
        if segment.complete:
            return
        segment.complete = True
        for rendition in self._settings.names:
            names = [self.part_name(segment.msn, number, rendition) for number in range(len(segment.parts))]
            if not segment.gap:
                self._stock.join(self.segment_name(segment.msn, rendition), names)
            rate = segment.sizes[rendition] * 8000 // segment.duration_ms
            self._peak_bps[rendition] = max(self._peak_bps[rendition], rate)
            self._stock.expire(names, PART_LINGER_MS)

    def _forget(self) -> None:
        """Let segments leave memory, and the window; a file stays for as long again as memory reaches back (6.2.2)."""
        for msn in self._stock.settle():
            self._leave_until(msn)
        held_ms = sum(segment.duration_ms for segment in self._in_memory)
        while len(self._in_memory) > 1 and held_ms - self._in_memory[0].duration_ms >= self._settings.window_ms:
            old = self._in_memory.popleft()
            held_ms -= old.duration_ms
            kept = old.gap or self._stock.to_disk(old.msn, self._names_of(old, parts=False))
            if self._stock.rewind is None or not kept:
                self._leave_until(old.msn)
        reach_ms = self._settings.window_ms + self._settings.rewind_ms
        while len(self._segments) > len(self._in_memory) and self._beyond(reach_ms):
            self._leave_until(self._segments[0].msn)
        self._stock.step()

    def _beyond(self, reach_ms: int) -> bool:
        """Whether the oldest segment is further back than residents may go, or takes more room than there is."""
        return (
            self._segments[-1].end_ms - self._segments[0].end_ms >= reach_ms
            or self._stock.disk_bytes > self._settings.rewind_bytes
        )

    def _leave_until(self, msn: int) -> None:
        """Let segments that are not in memory leave the playlist, up to this one; their files stay a while."""
        while self._segments and self._segments[0].msn <= msn and len(self._segments) > len(self._in_memory):
            self._stock.expire(self._names_of(self._leave(), parts=False), self._settings.window_ms)

    def _leave(self) -> Segment:
        """Let the oldest segment leave the playlist; its files are the caller's."""
        old = self._segments.popleft()
        self._discontinuities += old.discontinuity
        if not (self._segments and self._segments[0].inits == old.inits):
            used = {name for segment in self._segments for name in segment.inits}
            self._stock.expire([name for name, *_ in self._inits if name not in used], self._settings.window_ms)
            self._inits = [one for one in self._inits if one[0] in used]
        return old

    def _wake(self) -> None:
        self._texts.clear()
        self._changed.set()
        self._changed = asyncio.Event()

    def _window(self, rendition: str) -> Window:
        number, last = self._settings.names.index(rendition), self._segments[-1]
        others = [name for name in self._settings.names if name != rendition]
        return Window(
            first_msn=self._segments[0].msn,
            discontinuities=self._discontinuities,
            segments=tuple(self._entry(segment, number, rendition) for segment in self._segments),
            part_target_ms=self._settings.part_target_ms,
            target_s=self._target_s,
            dateranges=self._dateranges(),
            hint_uri=self.hinted(rendition),
            reports=tuple((f"{name}.m3u8", last.msn, len(last.parts) - 1) for name in others),
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

    def _entry(self, segment: Segment, number: int, rendition: str) -> SegmentEntry:
        if rendition in segment.entries:
            return segment.entries[rendition]
        parts = tuple(
            PartEntry(self.part_name(segment.msn, n, rendition), part.duration_ms, part.independent, segment.gap)
            for n, part in enumerate(segment.parts)
        )
        entry = SegmentEntry(
            uri=self.segment_name(segment.msn, rendition),
            duration_ms=segment.duration_ms,
            wall_ms=segment.wall_ms,
            map_uri=segment.inits[number],
            parts=parts,
            complete=segment.complete,
            discontinuity=segment.discontinuity,
            gap=segment.gap,
        )
        if segment.complete:
            entry = segment.entries[rendition] = replace(entry, plain=plain_lines(entry))
        return entry
