"""One tick of the programme: the gate first, then sound, cut, slate or picture, name bar.

Runs in the clock's thread alone; orders come in through `post` from another. Nothing here waits for anybody.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from chamber.core.domain import MeetingState
from chamber.core.gate import Gate, Lease, admits, judge, receive
from chamber.mixer.artwork import Artwork, BarLayers
from chamber.mixer.bar import BarFader
from chamber.mixer.frames import Frame, FrameStore
from chamber.mixer.inset import Inset
from chamber.mixer.levels import Meter
from chamber.mixer.loudness import Loudness
from chamber.mixer.sound import Samples
from chamber.mixer.tick import REPEATED, SLATE, InputKnown, Known, Tick
from chamber.mixer.units import HOLD_MS, SILENCE, STALE_MS
from chamber.mixer.wish import Wish

CUT_TICKS = 2
INBOX = 64
_BY_STATE: dict[MeetingState, str] = {
    MeetingState.OPEN: "fault",
    MeetingState.SUSPENDED: "suspended",
    MeetingState.CLOSING_DOORS: "closed",
    MeetingState.CLOSED: "closed",
    MeetingState.REOPENING: "closed",
    MeetingState.ENDED: "ended",
    MeetingState.PUBLISHED: "ended",
}


class Heard(Protocol):
    """Where the sound comes from: one buffer or a mixdown of several."""

    def read(self) -> tuple[Samples, int] | None: ...


@dataclass(frozen=True, slots=True)
class _Cut:
    """A wish that waits for its picture: `seq` is the input's last one of before the wish."""

    wish: Wish
    seq: int
    waited: int = 0


class Engine:
    """The mixer without threads and sockets; `on_change` is called in the clock's thread when `known` has news."""

    def __init__(
        self,
        stores: dict[str, FrameStore],
        sound: Heard | None,
        artwork: Artwork,
        on_change: Callable[[], None],
    ) -> None:
        self.meter, self.loudness = Meter(), Loudness()
        self.known: Known | None = None
        self.last: Tick | None = None
        self._stores, self._sound, self._artwork, self._on_change = stores, sound, artwork, on_change
        self._inbox: deque[Lease | Wish] = deque(maxlen=INBOX)
        self._gate = Gate()
        self._wish = Wish()
        self._cut: _Cut | None = None
        self._programme: str | None = None
        self._cut_id: int | None = None
        self._kind: str | None = "begin"
        self._bar = BarFader(artwork)
        self._frames: dict[str, Frame | None] = dict.fromkeys(stores)
        self._inset = Inset(*artwork.size)
        self._shown: tuple[str | None, int, str | None, int, int, BarLayers | None] | None = None

    def post(self, order: Lease | Wish) -> None:
        """Take in an order from any thread; it holds from the next tick on."""
        self._inbox.append(order)

    def tick(self, number: int, due_ms: int, now_ms: int) -> Tick:
        """The programme's picture and sound for the tick that was due at `due_ms`, judged at `now_ms`."""
        while self._inbox:
            order = self._inbox.popleft()
            if isinstance(order, Lease):
                self._gate = receive(self._gate, order, now_ms)
            else:
                self._take(order)
        self._gate = judge(self._gate, now_ms)
        block, muted = self._heard(now_ms)
        self._frames = {name: store.take(due_ms) for name, store in self._stores.items()}
        self._advance_cut(due_ms)
        frame = self._frames.get(self._programme or "")
        self._kind = self._slate_kind(frame, due_ms, now_ms)
        if self._kind is None and frame is not None:
            picture, flags = self._composed(frame, self._inset_frame(due_ms, now_ms))
        else:
            picture = memoryview(self._artwork.slate(self._kind or "fault", self._slate_text()))
            flags = SLATE if block is None else 0
            self._bar.drop()
            self._shown = None
        self.meter.add(block)
        self.loudness.add(block)
        self.last = Tick(number, due_ms, flags, picture, SILENCE if block is None else block.tobytes())
        self._tell(number, due_ms, now_ms, muted=muted)
        return self.last

    def _take(self, wish: Wish) -> None:
        before, self._wish = self._wish, wish
        if wish.programme == self._programme:
            self._cut = None
            self._cut_id = wish.cut_id
            self._bar.want(wish.bar, cut=False)
        elif self._cut and wish.programme == before.programme:
            self._cut = _Cut(wish, self._cut.seq, self._cut.waited)
        else:
            frame = self._frames.get(wish.programme or "")
            self._cut = _Cut(wish, frame.seq if frame else 0)

    def _advance_cut(self, due_ms: int) -> None:
        """Hold the old camera until the new one has sent a picture since the wish, for two ticks at most."""
        cut = self._cut
        if cut is None:
            return
        frame = self._frames.get(cut.wish.programme or "")
        arrived = frame is not None and frame.seq > cut.seq and self._age_ms(cut.wish.programme, due_ms) <= HOLD_MS
        if self._kind is None and not arrived and cut.waited < CUT_TICKS:
            self._cut = _Cut(cut.wish, cut.seq, cut.waited + 1)
            return
        self._programme, self._cut_id, self._cut = cut.wish.programme, cut.wish.cut_id, None
        self._bar.want(cut.wish.bar, cut=True)

    def _heard(self, now_ms: int) -> tuple[Samples | None, bool]:
        """This tick's sound or None for silence, and whether the hall is withheld.

        The sound is read in any case, so that what the hall said behind a shut gate is gone when it opens.
        """
        part = self._sound.read() if self._sound else None
        if self._wish.mute or not admits(self._gate, now_ms, now_ms):
            return None, True
        if part is None:
            return None, False
        return (part[0], False) if admits(self._gate, part[1], now_ms) else (None, True)

    def _slate_kind(self, frame: Frame | None, due_ms: int, now_ms: int) -> str | None:
        """Which slate covers the picture, or None; a picture from before the opening is never shown."""
        gate = self._gate
        if not gate.is_open:
            state = gate.lease.state if gate.lease else None
            return self._wish.slate or (_BY_STATE.get(state, "begin") if state else "begin")
        if self._wish.slate or self._programme is None:
            return self._wish.slate or "begin"
        if not admits(gate, now_ms, now_ms):
            return self._kind or "begin"
        if frame is None or self._age_ms(self._programme, due_ms) > HOLD_MS:
            return "fault"
        if not admits(gate, frame.received_ms, now_ms):
            return self._kind or "begin"
        return None

    def _slate_text(self) -> str | None:
        belongs = self._kind == self._wish.slate if self._wish.slate else self._kind != "fault"
        return self._wish.slate_text if belongs else None

    def _inset_frame(self, due_ms: int, now_ms: int) -> Frame | None:
        """The picture for the corner; one that is old, or from before the opening, is left out."""
        frame = self._frames.get(self._wish.inset or "")
        if frame is None or self._age_ms(self._wish.inset, due_ms) > HOLD_MS:
            return None
        return frame if admits(self._gate, frame.received_ms, now_ms) else None

    def _composed(self, frame: Frame, corner: Frame | None) -> tuple[memoryview, int]:
        """The live picture with inset and bar, and the flags; an unchanged one is handed out again."""
        layers = self._bar.step()
        seen = (self._programme, frame.seq, self._wish.inset, corner.seq if corner else 0)
        shown = (*seen, self._bar.level, layers)
        flags = REPEATED if self._shown and self._shown[:4] == seen else 0
        if shown == self._shown and self.last is not None:
            return self.last.picture, flags
        picture = np.array(frame.pixels)
        if corner:
            self._inset.lay(self._wish.inset or "", corner, picture)
        if layers:
            layers.blend(picture, self._bar.level)
        self._shown = shown
        return picture.data, flags

    def _age_ms(self, name: str | None, due_ms: int) -> int:
        """Time since the input's newest picture that could have been shown, its delay not counted."""
        frame = self._frames.get(name or "")
        if frame is None:
            return HOLD_MS + 1
        return max(0, due_ms - frame.received_ms - self._stores[name or ""].delay_ms)

    def _tell(self, number: int, due_ms: int, now_ms: int, *, muted: bool) -> None:
        inputs = {}
        for name, store in self._stores.items():
            frames, fps = store.counted(now_ms)
            age_ms = self._age_ms(name, due_ms) if self._frames[name] else None
            state = "none" if age_ms is None or age_ms > HOLD_MS else "stale" if age_ms > STALE_MS else "live"
            inputs[name] = InputKnown(state, age_ms, frames, fps)
        before = self.known
        self.known = Known(self._programme, self._kind, self._bar.name, muted, self._cut_id, number, due_ms, inputs)
        if before is None or before.news() != self.known.news():
            self._on_change()
