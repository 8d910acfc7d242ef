"""The newest recall, from the order to an arrival that positions confirm. No I/O of its own.

A newer recall takes the place of an older one in mid-move; whatever is still heard of the older one is no arrival.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.ptz.arrival import STILL_SAMPLES, arrived, near
from drivers.ptz.position import HeadMotion, Position
from drivers.visca.codec import BUFFER_FULL, ERROR_TEXTS, NOT_EXECUTABLE
from drivers.visca.exchange import Accepted, Answer, Done, Refused, Request, Unsure, Withheld
from drivers.visca.looking import Look
from drivers.visca.profile import Profile

RECALL_MS = 10_000
OVERDUE_MS = 2000  # after this the completion may have been lost, so positions are read
REFUSED_RETRY_MS = 200
BUFFER_FULL_RETRY_MS = 1000  # sooner at the next completion


@dataclass(slots=True, eq=False)
class _Attempt:
    """`request` is None while the recall waits to be sent again; `start` is where the camera stood."""

    preset: int
    first_ms: int
    start: Position | None
    request: Request | None
    retry_ms: int = 0
    accepted_ms: int | None = None
    completed: bool = False
    unsure: bool = False
    samples: tuple[Position, ...] = ()


class Recalls:
    """Follows the newest recall and remembers where each preset turned out to be.

    Args:
        on_moving: called when the camera has accepted a recall.
        on_arrived: called with preset and position (None: this camera does not tell it).
        on_failed: called with preset and reason; nothing more is heard of that recall.
    """

    def __init__(
        self,
        profile: Profile,
        on_moving: Callable[[], None],
        on_arrived: Callable[[int, Position | None], None],
        on_failed: Callable[[int, str], None],
    ) -> None:
        self._profile = profile
        self._on_moving, self._on_arrived, self._on_failed = on_moving, on_arrived, on_failed
        self._attempt: _Attempt | None = None
        self.learned: dict[int, Position] = {}

    def heading(self, now_ms: int) -> int | None:
        """Where the camera has been sent and not arrived; None also when a refused recall is due again."""
        attempt = self._attempt
        if attempt is None or (attempt.request is None and now_ms >= attempt.retry_ms):
            return None
        return attempt.preset

    @property
    def runs(self) -> Request | None:
        """The recall that the camera carries out, until its completion."""
        attempt = self._attempt
        return None if attempt is None or attempt.completed else attempt.request

    @property
    def running(self) -> bool:
        """Whether a recall is under way or waits to be sent again."""
        return self._attempt is not None

    def watching(self, now_ms: int) -> bool:
        """Whether positions decide now: after the completion, or where it may be lost."""
        attempt = self._attempt
        if attempt is None or attempt.accepted_ms is None:
            return False
        return attempt.completed or attempt.unsure or now_ms - attempt.accepted_ms >= OVERDUE_MS

    def begin(self, preset: int, request: Request, start: Position | None, now_ms: int) -> None:
        """A recall is being sent. The limit of a preset that was refused before keeps running."""
        before = self._attempt
        again = before is not None and before.preset == preset and before.request is None
        first_ms = before.first_ms if before is not None and again else now_ms
        self._attempt = _Attempt(preset, first_ms, start, request)

    def give_up(self, reason: str) -> None:
        """End the recall that is under way, if there is one."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            self._on_failed(attempt.preset, reason)

    def withdraw(self, wanted: int | None, *, on_air: bool) -> None:
        """Forget a recall that waits to be sent again and is not wanted, or not allowed, any more."""
        attempt = self._attempt
        if attempt is not None and attempt.request is None:
            if on_air:
                self.give_up("went on air before it moved")
            elif attempt.preset != wanted:
                self._attempt = None

    def on_answer(self, request: Request, answer: Answer, now_ms: int) -> bool:
        """Take an answer to a recall, old or new; True asks for positions to be read at once."""
        attempt = self._attempt
        if attempt is None or attempt.request is not request:
            if attempt is not None and isinstance(answer, Done):
                attempt.retry_ms = 0  # a socket is free again
            return False
        match answer:
            case Accepted():
                self._accept(attempt, now_ms)
            case Unsure():
                attempt.unsure = True
                self._accept(attempt, now_ms)
            case Done():
                attempt.completed, attempt.samples = True, ()
                self._accept(attempt, now_ms)
                return True
            case Withheld():
                self.give_up("went on air before it was acknowledged")
            case Refused(code) if code in (BUFFER_FULL, NOT_EXECUTABLE):
                attempt.request = None
                attempt.retry_ms = now_ms + (BUFFER_FULL_RETRY_MS if code == BUFFER_FULL else REFUSED_RETRY_MS)
            case Refused(code):
                self.give_up(ERROR_TEXTS.get(code, f"code {code:#04x}"))
        return False

    def on_look(self, look: Look, now_ms: int) -> None:
        """Judge a position that was asked for while `watching`."""
        attempt = self._attempt
        if attempt is None or attempt.accepted_ms is None:
            return
        if look.motion is HeadMotion.FAILED and not attempt.completed:
            self.give_up("the camera reports a failure of its head")
        elif look.position is None:
            if attempt.completed:  # a camera that does not tell its position: its word is all there is
                self._arrive(attempt, None)
        else:
            attempt.samples = (*attempt.samples, look.position)[-STILL_SAMPLES:]
            if arrived(
                attempt.samples,
                completed=attempt.completed,
                learned=self.learned.get(attempt.preset),
                start=attempt.start,
                motion=look.motion,
                elapsed_ms=now_ms - attempt.accepted_ms,
                tolerance=self._profile.tolerance,
            ):
                self._arrive(attempt, look.position)

    def tick(self, now_ms: int) -> None:
        """Give up a recall that does not arrive."""
        if self._attempt is not None and now_ms - self._attempt.first_ms > RECALL_MS:
            refused = self._attempt.request is None
            self.give_up("refused for 10 s" if refused else "no arrival within 10 s")

    def learn(self, preset: int, position: Position) -> None:
        """Remember where a preset is. Small differences to what was learned are drift, and kept out."""
        before = self.learned.get(preset)
        if before is None or not near(before, position, self._profile.tolerance):
            self.learned[preset] = position

    def preset_at(self, position: Position, likely: int | None) -> int | None:
        """The learned preset at a position, `likely` first; None when there is none."""
        tolerance = self._profile.tolerance
        if likely in self.learned and near(self.learned[likely], position, tolerance):
            return likely
        return next((p for p, there in self.learned.items() if near(there, position, tolerance)), None)

    def _accept(self, attempt: _Attempt, now_ms: int) -> None:
        if attempt.accepted_ms is None:
            attempt.accepted_ms = now_ms
            self._on_moving()

    def _arrive(self, attempt: _Attempt, position: Position | None) -> None:
        self._attempt = None
        if position is not None:
            self.learn(attempt.preset, position)
        self._on_arrived(attempt.preset, position)
