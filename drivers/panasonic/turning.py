"""Moving a Panasonic camera by hand, and other orders that a caller waits for. No I/O of its own."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from chamber.core.errors import DeviceError, DeviceRejectedError, DeviceUnreachableError
from drivers.panasonic import codec
from drivers.panasonic.codec import BUSY, ERROR_TEXTS, Command, Refused, Told
from drivers.ptz.diff import STILL, Motion, Turn, Zoom, motion_diff

Answer = Told | Refused | None
"""What the camera said; None: not sent, because the camera went on air."""

RETRY_MS = 300
ORDER_MS = 3000
STOP_MS = 10_000


def refusal(name: str, refused: Refused) -> DeviceRejectedError:
    """An error answer as an error."""
    return DeviceRejectedError(name, ERROR_TEXTS.get(refused.code, f"error {refused.code}"))


@dataclass(slots=True, eq=False)
class Order:
    """One command that somebody waits for; `then` is called when the camera has taken it."""

    what: str
    command: Command
    until_ms: int
    moves: bool = False
    then: Callable[[], None] | None = None
    retry_ms: int = 0
    done: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def end(self, error: DeviceError | None) -> None:
        """Release the caller."""
        if not self.done.done():
            if error is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(error)


class Turning:
    """The motion that was ordered and the motion that the camera confirmed, brought together axis by axis."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._wanted, self._known = STILL, STILL
        self._done: asyncio.Future[None] | None = None
        self._ordered_ms = self._retry_ms = 0
        self._forced = False

    @property
    def still(self) -> bool:
        """Whether nothing moves by hand, and nothing is on its way to."""
        return self._known == STILL and self._wanted == STILL

    def order(self, motion: Motion, now_ms: int, *, forced: bool) -> "asyncio.Future[None]":
        """Take a new order; an older one is overtaken. The future ends when it is confirmed, or with DeviceError."""
        self._settle(None)
        self._wanted, self._ordered_ms, self._retry_ms, self._forced = motion, now_ms, 0, forced
        if motion == STILL:
            self._known = Motion()  # an explicit stop is sent whatever we believe
        self._done = asyncio.get_running_loop().create_future()
        return self._done

    def leave_on_air(self, now_ms: int) -> None:
        """What moves is stopped, unless the operator forced it and the camera took it already."""
        if self._wanted != STILL and not (self._forced and self._known == self._wanted):
            self._settle(DeviceRejectedError(self._name, "the camera went on air"))
            self._wanted, self._ordered_ms, self._retry_ms = STILL, now_ms, 0

    def take(self, now_ms: int, *, on_air: bool) -> Turn | Zoom | None:
        """The next step to send; None when there is none or it is too soon."""
        if now_ms < self._retry_ms or (on_air and self._forced and self._wanted != STILL):
            return None
        steps = motion_diff(self._known, self._wanted, on_air=on_air)
        return steps[0] if steps else None

    def on_answer(self, step: Turn | Zoom, answer: Answer, now_ms: int) -> None:
        """Take the answer to a step."""
        if answer is None:
            self._known = Motion(None, None, self._known.zoom) if isinstance(step, Turn) else self._zoomed(None)
        elif isinstance(answer, Refused) and answer.code == BUSY and now_ms - self._ordered_ms < STOP_MS:
            self._retry_ms = now_ms + RETRY_MS
        elif isinstance(answer, Refused):
            self._set(step if step in (Turn(0, 0), Zoom(0)) else None)
            self._wanted = STILL
            self._settle(refusal(self._name, answer))
        else:
            self._set(step)
            if self._known == self._wanted:
                self._settle(None)

    def tick(self, now_ms: int) -> None:
        """Give up an order that the camera does not take."""
        if self._done is not None and now_ms - self._ordered_ms > ORDER_MS:
            self._wanted = STILL
            self._settle(DeviceRejectedError(self._name, "the camera does not take the order now"))

    def lose_link(self) -> None:
        """Nobody answers any more; after the next connect a camera that may still move is stopped."""
        if not self.still:
            self._known = Motion()
        self._wanted, self._retry_ms = STILL, 0
        self._settle(DeviceUnreachableError(self._name, "connection lost"))

    @staticmethod
    def command(step: Turn | Zoom) -> Command:
        """A step as the camera takes it."""
        return codec.zoom(step.speed) if isinstance(step, Zoom) else codec.turn(step.pan, step.tilt)

    def _zoomed(self, speed: int | None) -> Motion:
        return Motion(self._known.pan, self._known.tilt, speed)

    def _set(self, step: Turn | Zoom | None) -> None:
        if isinstance(step, Turn):
            self._known = Motion(step.pan, step.tilt, self._known.zoom)
        elif isinstance(step, Zoom):
            self._known = self._zoomed(step.speed)

    def _settle(self, error: DeviceError | None) -> None:
        done, self._done = self._done, None
        if done is not None and not done.done():
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
