"""The newest recall, from the order to an arrival that positions confirm. No I/O of its own.

A newer recall takes the place of an older one in mid-move; whatever is still heard of the older one is no arrival.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.ptz.arrival import STILL_SAMPLES, arrived, near
from drivers.ptz.position import HeadMotion, Position

OVERDUE_MS = 2000  # after this the completion may have been lost, so positions are read


@dataclass(slots=True, eq=False)
class _Attempt:
    """`sent` is None while the recall waits to be sent again; `start` is where the camera stood."""

    preset: int
    first_ms: int
    start: Position | None
    sent: object | None
    sent_ms: int
    retry_ms: int = 0
    accepted_ms: int | None = None
    completed: bool = False
    unsure: bool = False
    samples: tuple[Position, ...] = ()


class Recalls:
    """Follows the newest recall and remembers where each preset turned out to be.

    What was sent for a recall is known by the object that the driver sent, so that answers to an older one are told apart.

    Args:
        on_moving: called when the camera has accepted a recall.
        on_arrived: called with preset and position (None: this camera does not tell it).
        on_failed: called with preset and reason; nothing more is heard of that recall.
        tolerance: counts within which two positions are the same shot.
        limit_ms: how long a recall may take, refusals included.
    """

    def __init__(
        self,
        on_moving: Callable[[], None],
        on_arrived: Callable[[int, Position | None], None],
        on_failed: Callable[[int, str], None],
        *,
        tolerance: int,
        limit_ms: int,
    ) -> None:
        self._on_moving, self._on_arrived, self._on_failed = on_moving, on_arrived, on_failed
        self._tolerance, self._limit_ms = tolerance, limit_ms
        self._attempt: _Attempt | None = None
        self.learned: dict[int, Position] = {}

    def heading(self, now_ms: int) -> int | None:
        """Where the camera has been sent and not arrived; None also when a refused recall is due again."""
        attempt = self._attempt
        if attempt is None or (attempt.sent is None and now_ms >= attempt.retry_ms):
            return None
        return attempt.preset

    @property
    def runs(self) -> object | None:
        """What was sent for the recall that the camera carries out, until its completion."""
        attempt = self._attempt
        return None if attempt is None or attempt.completed else attempt.sent

    @property
    def running(self) -> bool:
        """Whether a recall is under way or waits to be sent again."""
        return self._attempt is not None

    def watching(self, now_ms: int) -> bool:
        """Whether positions decide now: after the completion, or where it may be lost."""
        attempt = self._attempt
        if attempt is None or attempt.accepted_ms is None:
            return False
        return attempt.completed or attempt.unsure or now_ms - attempt.sent_ms >= OVERDUE_MS

    def begin(self, preset: int, sent: object, start: Position | None, now_ms: int) -> None:
        """A recall is being sent. The limit of a preset that was refused before keeps running."""
        before = self._attempt
        again = before is not None and before.preset == preset and before.sent is None
        first_ms = before.first_ms if before is not None and again else now_ms
        self._attempt = _Attempt(preset, first_ms, start, sent, now_ms)

    def give_up(self, reason: str) -> None:
        """End the recall that is under way, if there is one."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            self._on_failed(attempt.preset, reason)

    def withdraw(self, wanted: int | None, *, on_air: bool) -> None:
        """Forget a recall that waits to be sent again and is not wanted, or not allowed, any more."""
        attempt = self._attempt
        if attempt is not None and attempt.sent is None:
            if on_air:
                self.give_up("went on air before it moved")
            elif attempt.preset != wanted:
                self._attempt = None

    def on_accepted(self, sent: object, now_ms: int, *, unsure: bool = False) -> None:
        """The camera carries it out; `unsure`: its end may never be reported."""
        attempt = self._mine(sent)
        if attempt is not None:
            attempt.unsure = attempt.unsure or unsure
            self._accept(attempt, now_ms)

    def on_done(self, sent: object, now_ms: int) -> bool:
        """The camera says that it has been carried out. False: that was an older one, so a busy camera is free again."""
        attempt = self._mine(sent)
        if attempt is None:
            if self._attempt is not None:
                self._attempt.retry_ms = 0
            return False
        attempt.completed, attempt.samples = True, ()
        self._accept(attempt, now_ms)
        return True

    def on_busy(self, sent: object, retry_ms: int) -> None:
        """The camera does not take it before `retry_ms`."""
        attempt = self._mine(sent)
        if attempt is not None:
            attempt.sent, attempt.retry_ms = None, retry_ms

    def on_failed(self, sent: object, reason: str) -> None:
        """Refused, cancelled, or not sent because the camera went on air."""
        if self._mine(sent) is not None:
            self.give_up(reason)

    def on_look(self, position: Position | None, motion: HeadMotion | None, now_ms: int) -> None:
        """Judge a position that was asked for while `watching`."""
        attempt = self._attempt
        if attempt is None or attempt.accepted_ms is None:
            return
        if motion is HeadMotion.FAILED and not attempt.completed:
            self.give_up("the camera reports a failure of its head")
        elif position is None:
            if attempt.completed:  # a camera that does not tell its position: its word is all there is
                self._arrive(attempt, None)
        else:
            attempt.samples = (*attempt.samples, position)[-STILL_SAMPLES:]
            if arrived(
                attempt.samples,
                completed=attempt.completed,
                learned=self.learned.get(attempt.preset),
                start=attempt.start,
                motion=motion,
                elapsed_ms=now_ms - attempt.accepted_ms,
                tolerance=self._tolerance,
            ):
                self._arrive(attempt, position)

    def tick(self, now_ms: int) -> None:
        """Give up a recall that does not arrive."""
        if self._attempt is not None and now_ms - self._attempt.first_ms > self._limit_ms:
            what = "refused for" if self._attempt.sent is None else "no arrival within"
            self.give_up(f"{what} {self._limit_ms // 1000} s")

    def preset_at(self, position: Position, likely: int | None) -> int | None:
        """The learned preset at a position, `likely` first; None when there is none."""
        if likely in self.learned and near(self.learned[likely], position, self._tolerance):
            return likely
        return next((p for p, there in self.learned.items() if near(there, position, self._tolerance)), None)

    def _mine(self, sent: object) -> _Attempt | None:
        return self._attempt if self._attempt is not None and self._attempt.sent is sent else None

    def _accept(self, attempt: _Attempt, now_ms: int) -> None:
        if attempt.accepted_ms is None:
            attempt.accepted_ms = now_ms
            self._on_moving()

    def _arrive(self, attempt: _Attempt, position: Position | None) -> None:
        """Small differences to where the preset was are drift, and kept out of what is learned."""
        self._attempt = None
        if position is not None:
            before = self.learned.get(attempt.preset)
            if before is None or not near(before, position, self._tolerance):
                self.learned[attempt.preset] = position
        self._on_arrived(attempt.preset, position)
