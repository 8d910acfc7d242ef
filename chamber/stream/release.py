"""The gate of the stream: what becomes public, and when. The check and the publication stand in one place.

Everything here is synchronous. Parts of the encoder come in by `offer`, leases by `lease`, time by `step`; what is
permitted and due goes to the packager in the same breath. While nothing live may go out, a slate does, on the same
timeline and in the same rhythm.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from chamber.core.domain import MeetingState
from chamber.core.gate import Gate, Lease, admits, judge, receive
from chamber.ports import Clock
from chamber.stream.encoder import RawPart
from chamber.stream.fmp4 import Header
from chamber.stream.mux import Timeline
from chamber.stream.packager import Copy, Init, Packager, Part
from chamber.stream.settings import FRAME_MS, StreamSettings
from chamber.stream.slates import Reel

# live parts later than this give way to a slate, so that players do not stand still
STALL_MS = 3000
# a fresh timeline begins with this much slate, so that the first player can start at once
RUN_UP_MS = 4000
MAX_PENDING = 400
# what may be missing between two parts without a discontinuity: less than a player notices
MAX_SEAM_MS = 100

log = structlog.get_logger(__name__)

_SLATE_OF: dict[MeetingState, str | None] = {
    MeetingState.PLANNED: None,
    MeetingState.STANDBY: "begin",
    MeetingState.SUSPENDED: "suspended",
    MeetingState.CLOSING_DOORS: "closed",
    MeetingState.CLOSED: "closed",
    MeetingState.REOPENING: "closed",
    MeetingState.ENDED: "ended",
    MeetingState.PUBLISHED: None,
}


def slate_for(gate: Gate, showing: str | None) -> str | None:
    """Which slate stands where no live part may; None is dark. An opened gate keeps what is showing until live comes."""
    if gate.lease is None:
        return None
    if gate.lease.state is not MeetingState.OPEN:
        return _SLATE_OF[gate.lease.state]
    return (showing or "fault") if gate.is_open else "fault"


@dataclass(frozen=True, slots=True)
class Hooks:
    """What must happen in the same breath: `stop` kills the encoder; `withdrawn` tells which capture times are void."""

    stop: Callable[[], None]
    withdrawn: Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Pending:
    part: RawPart
    first: bool


class Release:
    """Decides and publishes; one per stream process."""

    def __init__(self, settings: StreamSettings, packager: Packager, clock: Clock, hooks: Hooks) -> None:
        self._settings, self._packager, self._clock, self._hooks = settings, packager, clock, hooks
        self.gate = Gate()
        self._timeline = Timeline()
        self._reels: dict[str, Reel] = {}
        self._pending: deque[_Pending] = deque()
        self._slate: str | None = None
        self._phase = 0
        self._live = False
        self._end_ms = 0
        self._void_until_ms = 0
        self._first_ms: int | None = None
        self._fresh = False
        self._known_header: tuple[Header, dict[str, tuple[Header, Init]]] | None = None

    # -- what others tell

    def set_reel(self, kind: str, reel: Reel) -> None:
        """A slate is ready; it is used from its next part on."""
        self._reels[kind] = reel
        self._phase = 0

    def lease(self, lease: Lease) -> None:
        """A lease came in; acted upon at once."""
        was_open = self.gate.is_open
        self.gate = receive(self.gate, lease, self._clock.now_ms())
        self._after(was_open)

    def step(self) -> None:
        """Time passed: shut when the lease has lapsed, publish what is due."""
        was_open = self.gate.is_open
        self.gate = judge(self.gate, self._clock.now_ms())
        self._after(was_open)

    def wants(self, capture_ms: int) -> bool:
        """Whether a frame of this capture time may enter the encoder: never one from before the gate opened."""
        opened_ms = self.gate.open_from_ms
        return opened_ms is not None and capture_ms >= max(opened_ms, self._end_ms, self._void_until_ms)

    def begun(self, capture_ms: int) -> None:
        """A fresh encoder was fed its first frame; the slate goes on until exactly there."""
        self._first_ms = capture_ms
        self._fresh = True

    def offer(self, part: RawPart) -> None:
        """A part of the running encoder."""
        if len(self._pending) >= MAX_PENDING:
            self._stop("too many parts wait")
            return
        self._pending.append(_Pending(part, self._fresh))
        self._fresh = False
        self.step()

    def ended(self) -> None:
        """The encoder has ended; what it made complete may still go out when it is due."""
        if not self._pending:
            self._first_ms = None

    def take_back(self, from_ms: int) -> list[str]:
        """Void everything captured from `from_ms` until now, published or not; the names that are gone."""
        names = self._packager.take_back(from_ms)
        self._stop("taken back")
        self._void_until_ms = self._clock.now_ms()
        self._hooks.withdrawn(from_ms, self._void_until_ms)
        if self._live:
            self._to_slate("fault")
        self._publish_due()
        return names

    # -- inside

    def _after(self, was_open: bool) -> None:
        if was_open and not self.gate.is_open:
            self._stop("gate shut")
            self._hooks.withdrawn(self._end_ms, self._clock.now_ms())
            self._to_slate(slate_for(self.gate, self._slate))
        self._publish_due()

    def _to_slate(self, kind: str | None) -> None:
        """From live to a slate, whose first part goes out in the same breath."""
        self._live, self._slate, self._phase = False, kind, 0
        if self._begun_slate() and self._end_ms < self._clock.now_ms():
            self._publish_slate(self._settings.part_frames)

    def _stop(self, why: str) -> None:
        self._pending.clear()
        self._first_ms = None
        self._hooks.stop()
        log.info("live parts dropped", reason=why)

    def _publish_due(self) -> None:
        while self._pending and self._pending[0].part.end_ms + self._settings.delay_ms <= self._clock.now_ms():
            if self._pending[0].part.capture_ms < self._end_ms - FRAME_MS:
                self._stop("too late, a slate stands there")
                break
            self._publish_slate_until(self._pending[0].part.capture_ms)
            if not self._publish_live(self._pending.popleft()):
                self._stop("not permitted")
        self._slate = slate_for(self.gate, self._slate)
        late_ms = self._clock.now_ms() - self._settings.delay_ms - self._end_ms
        if self._live and late_ms > self._settings.part_target_ms + STALL_MS:
            log.warning("no live parts, slate instead", late_ms=late_ms)
            self._to_slate("fault")
        if not self._live:
            self._keep_slate_running()

    def _publish_live(self, pending: _Pending) -> bool:
        jump = pending.first and self._breaks(pending.part)
        # the one place where something of the hall becomes public: nothing may come between these two lines
        if not admits(self.gate, pending.part.capture_ms, self._clock.now_ms()):
            return False
        self._publish(self._joined(pending.part) if pending.first and not jump else pending.part, live=True, jump=jump)
        self._live = True
        if pending.first:
            self._first_ms = None
        return True

    def _breaks(self, part: RawPart) -> bool:
        """Whether a fresh encoder's first part cannot simply follow: captured later than the end, or the clock was set."""
        return part.capture_ms - self._end_ms > MAX_SEAM_MS or self._packager.wall_stepped()

    def _joined(self, part: RawPart) -> RawPart:
        """A fresh encoder's first part, its sound joined to what is there."""
        silence = next(iter(self._reels.values())).silence
        return replace(part, audio=self._timeline.align(part.audio, silence))

    def _keep_slate_running(self) -> None:
        if self._slate is None:
            if self._packager.newest_capture_ms() is not None:
                self._packager.clear()
            return
        if not self._begun_slate():
            return
        due_ms = self._clock.now_ms() - self._settings.delay_ms
        limit_ms = self._pending[0].part.capture_ms if self._pending else self._first_ms
        while self._end_ms + self._settings.part_target_ms <= min(due_ms, limit_ms or due_ms):
            self._publish_slate(self._settings.part_frames)
        if limit_ms is not None and limit_ms <= due_ms:
            self._publish_slate_until(limit_ms)

    def _begun_slate(self) -> bool:
        """Whether a slate can go out; starts the timeline when it is dark."""
        if self._slate not in self._reels:
            return False
        if self._packager.newest_capture_ms() is None:
            self._end_ms = max(self._end_ms, self._clock.now_ms() - self._settings.delay_ms - RUN_UP_MS)
            self._phase = 0
        return True

    def _publish_slate_until(self, capture_ms: int) -> None:
        """Fill the timeline with slate up to a live part; one that was live just now jumps instead."""
        if self._live or not self._begun_slate():
            return
        while (frames := (capture_ms - self._end_ms) // FRAME_MS) > 0:
            self._publish_slate(min(frames, self._settings.part_frames))

    def _publish_slate(self, frames: int) -> None:
        reel = self._reels[self._slate or "fault"]
        if self._phase + frames > len(reel.video):
            self._phase = 0
        video = reel.video[self._phase : self._phase + frames]
        silence = (reel.silence,) * self._timeline.silence_for(frames)
        end_ms = self._end_ms + frames * FRAME_MS
        small = reel.small[self._phase : self._phase + frames]
        part = RawPart(reel.header, video, silence, self._end_ms, end_ms, small)
        self._publish(part, live=False, jump=False)
        whole = frames == self._settings.part_frames
        self._phase = (self._phase + frames) % len(reel.video) if whole else 0

    def _publish(self, part: RawPart, *, live: bool, jump: bool) -> None:
        if jump:
            self._timeline.jump()
        inits = self._inits(part.header)
        begun = replace(self._timeline)
        public = Part(
            data=self._timeline.part(inits["main"][0], part.video, part.audio),
            init=inits["main"][1],
            duration_ms=part.duration_ms,
            capture_ms=part.capture_ms,
            end_ms=part.end_ms,
            independent=part.video[0].key,
            live=live,
            discontinuity=jump,
            others=tuple(
                Copy(name, replace(begun).part(header, part.small if name == "low" else (), part.audio), init)
                for name, (header, init) in inits.items()
                if name != "main"
            ),
        )
        self._end_ms = part.end_ms
        self._packager.publish(public)

    def _inits(self, header: Header) -> dict[str, tuple[Header, Init]]:
        """The set-up of each rendition that is configured."""
        if self._known_header is None or self._known_header[0] is not header:
            sound, (whole, *smaller) = header.track("audio").id, (track.id for track in header.videos())
            tracks = {"main": (whole, sound), "low": (*smaller, sound), "sound": (sound,)}
            found = {name: header.of(*tracks[name]) for name in self._settings.names}
            self._known_header = header, {name: (one, Init(one.data, one.codecs)) for name, one in found.items()}
        return self._known_header[1]
