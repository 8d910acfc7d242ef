"""The walk through all seats: each preset is recalled, looked at, put right by hand, stored. No I/O of its own.

It advances by orders, or by itself on what the cameras report. A camera on air is never sent anywhere: its presets are
skipped and said to be.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from chamber.core.domain import Hall
from chamber.state import State
from chamber.wire.cameras import SurveySkip, SurveyView

WAIT_MS = 30_000
"""A camera that reports neither arrival nor failure for this long is passed over when the walk goes by itself."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A preset and the seats that it shows."""

    camera: str
    preset: int
    seats: tuple[str, ...]


def stops(hall: Hall, camera: str | None = None) -> tuple[Stop, ...]:
    """Every preset that shows a seat, camera by camera, in the order of the seats; each once."""
    found: dict[tuple[str, int], list[str]] = {}
    for seat in hall.seats.values():
        for shot in seat.shots:
            found.setdefault((shot.camera, shot.preset), []).append(seat.id)
    cameras = [name for name in hall.cameras if camera in (None, name)]
    return tuple(
        Stop(name, preset, tuple(seats)) for name in cameras for (of, preset), seats in found.items() if of == name
    )


@dataclass(slots=True)
class Survey:
    """One walk.

    Args:
        state: read only.
        airing: cameras that may be on air.
        send: sends a camera to a preset.
    """

    state: State
    airing: Callable[[], frozenset[str]]
    send: Callable[[str, int], None]
    todo: tuple[Stop, ...]
    by_itself: bool
    at: int = -1
    sent_ms: int = 0
    stored: int = 0
    skipped: list[SurveySkip] = field(default_factory=list)
    _going: bool = False
    _more: bool = False

    @property
    def stop(self) -> Stop | None:
        """The preset that it is at; None when the walk is over."""
        return self.todo[self.at] if 0 <= self.at < len(self.todo) else None

    def advance(self, now_ms: int) -> None:
        """Go to the next preset that can be reached now; a camera may answer before `send` returns."""
        self._more = True
        if self._going:
            return
        self._going = True
        try:
            while self._more:
                self._more = False
                self._go(now_ms)
        finally:
            self._going = False

    def _go(self, now_ms: int) -> None:
        while True:
            self.at += 1
            stop = self.stop
            if stop is None:
                return
            link = self.state.links.get(stop.camera)
            if link is None or not link.up:
                self._skip(stop, "off_line")
            elif stop.camera in self.airing():
                self._skip(stop, "on_air")
            else:
                self.sent_ms = now_ms
                self.send(stop.camera, stop.preset)
                return

    def arrived(self, camera: str, preset: int, now_ms: int) -> None:
        """A camera reports an arrival."""
        stop = self.stop
        if self.by_itself and stop is not None and (stop.camera, stop.preset) == (camera, preset):
            self.advance(now_ms)

    def failed(self, camera: str, preset: int, reason: str, now_ms: int) -> None:
        """A camera reports that it does not get there."""
        stop = self.stop
        if stop is not None and (stop.camera, stop.preset) == (camera, preset):
            if self.by_itself:
                self._skip(stop, reason)
                self.advance(now_ms)
            elif not any((s.camera, s.preset) == (camera, preset) for s in self.skipped):
                self._skip(stop, reason)

    def tick(self, now_ms: int) -> None:
        """Pass over a camera that says nothing, was lost or came on air, when the walk goes by itself."""
        stop = self.stop
        if not self.by_itself or stop is None:
            return
        link, camera = self.state.links.get(stop.camera), self.state.cameras[stop.camera]
        if camera.preset == stop.preset and camera.moving is False:
            self.advance(now_ms)  # it stood there already
        elif link is None or not link.up or now_ms - self.sent_ms > WAIT_MS or stop.camera in self.airing():
            self._skip(stop, "no_arrival" if link is not None and link.up else "off_line")
            self.advance(now_ms)

    def kept(self, now_ms: int) -> None:
        """The preset was stored."""
        self.stored += 1
        stop = self.stop
        if stop is not None:
            self.skipped = [s for s in self.skipped if (s.camera, s.preset) != (stop.camera, stop.preset)]
        self.advance(now_ms)

    def abort(self) -> None:
        """End the walk where it is."""
        self.at = len(self.todo)

    def view(self) -> SurveyView:
        """The walk as the console shows it."""
        stop = self.stop
        if stop is None:
            return SurveyView(
                phase="done", by_itself=self.by_itself, step=len(self.todo), steps=len(self.todo), stored=self.stored,
                skipped=tuple(self.skipped),
            )  # fmt: skip
        camera = self.state.cameras[stop.camera]
        moving = camera.moving is not False and camera.wished == stop.preset
        return SurveyView(
            phase="moving" if moving else "look", by_itself=self.by_itself, camera=stop.camera, preset=stop.preset,
            seats=stop.seats, step=self.at + 1, steps=len(self.todo), stored=self.stored, skipped=tuple(self.skipped),
        )  # fmt: skip

    def _skip(self, stop: Stop, reason: str) -> None:
        self.skipped.append(SurveySkip(camera=stop.camera, preset=stop.preset, seats=stop.seats, reason=reason[:200]))
