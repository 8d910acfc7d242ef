"""Moving a camera by hand: what it should do, what it was confirmed to do, and who waits for it. No I/O of its own."""

import asyncio
from dataclasses import replace

from chamber.core.errors import DeviceError, DeviceRejectedError, DeviceUnreachableError
from drivers.ptz.diff import STILL, Motion, Turn, Zoom, motion_diff
from drivers.ptz.waiting import settle

STOP_MS = 10_000  # a stop is sent until the camera takes it, but not for ever to one that refuses
STOPS = (Turn(0, 0), Zoom(0))


class HandDrive:
    """The motion that was ordered and the motion that was confirmed; they are brought together axis by axis.

    Args:
        order_ms: how long a caller waits at most.
        retry_ms: how long a camera that is busy is left alone.
    """

    def __init__(self, name: str, *, order_ms: int, retry_ms: int) -> None:
        self._name, self._order_ms, self._pause_ms = name, order_ms, retry_ms
        self._wanted, self._known = STILL, STILL
        self._step: Turn | Zoom | None = None
        self._done: asyncio.Future[None] | None = None
        self._ordered_ms = self._retry_ms = 0
        self._forced = False

    @property
    def still(self) -> bool:
        """Whether nothing moves by hand, and nothing is on its way to."""
        return self._known == STILL and self._wanted == STILL and self._step is None

    def order(self, motion: Motion, now_ms: int, *, forced: bool) -> "asyncio.Future[None]":
        """Take a new order; the future ends when it is confirmed, or with DeviceError. An older order is overtaken.

        `forced`: the operator moves it on air, and it goes on until the operator stops it.
        """
        self._settle(None)
        self._wanted, self._ordered_ms, self._retry_ms, self._forced = motion, now_ms, 0, forced
        if motion == STILL:
            self._known = Motion()  # an explicit stop is sent whatever we believe
        self._done = asyncio.get_running_loop().create_future()
        return self._done

    def leave_on_air(self, now_ms: int) -> None:
        """No movement may be ordered any more: what moves is stopped, unless it was forced and taken already."""
        if self._wanted != STILL and not (self._forced and self._known == self._wanted):
            self._settle(DeviceRejectedError(self._name, "the camera went on air"))
            self._wanted, self._ordered_ms, self._retry_ms = STILL, now_ms, 0

    def lose_link(self) -> None:
        """Nobody answers any more; after the next connect a camera that may still move is stopped."""
        if not self.still:
            self._known = Motion()
        self._wanted, self._step, self._retry_ms = STILL, None, 0
        self._settle(DeviceUnreachableError(self._name, "connection lost"))

    def take(self, now_ms: int, *, on_air: bool) -> Turn | Zoom | None:
        """Return the next step to send, None when there is none or one is unanswered."""
        if self._step is not None or now_ms < self._retry_ms:
            return None
        if on_air and self._forced and self._wanted != STILL:
            return None  # goes on as it does, and nothing new is ordered
        steps = motion_diff(self._known, self._wanted, on_air=on_air)
        self._step = steps[0] if steps else None
        return self._step

    def on_taken(self) -> None:
        """The camera does the step; later answers (completion means started) say nothing."""
        step, self._step = self._step, None
        if step is not None:
            self._set(step)
            if self._known == self._wanted:
                self._settle(None)

    def on_withheld(self) -> None:
        """The step was not sent, or not again: whether the camera does it is not known."""
        step, self._step = self._step, None
        if step is not None:
            self._set(step, unknown=True)

    def on_refused(self, text: str, now_ms: int, *, busy: bool) -> None:
        """The camera does not do the step; when it is `busy` it is asked again."""
        step, self._step = self._step, None
        if step is None:
            return
        if busy and not (step in STOPS and now_ms - self._ordered_ms > STOP_MS):
            self._retry_ms = now_ms + self._pause_ms
            return
        if step in STOPS:
            self._set(step)
        self._give_up(DeviceRejectedError(self._name, text))

    def tick(self, now_ms: int) -> None:
        """Give up an order that the camera does not take."""
        if self._done is not None and now_ms - self._ordered_ms > self._order_ms:
            self._give_up(DeviceRejectedError(self._name, "the camera does not take the order now"))

    def _give_up(self, error: DeviceError) -> None:
        self._wanted = STILL
        self._settle(error)

    def _set(self, step: Turn | Zoom, *, unknown: bool = False) -> None:
        if isinstance(step, Turn):
            pan, tilt = (None, None) if unknown else (step.pan, step.tilt)
            self._known = replace(self._known, pan=pan, tilt=tilt)
        else:
            self._known = replace(self._known, zoom=None if unknown else step.speed)

    def _settle(self, error: DeviceError | None) -> None:
        done, self._done = self._done, None
        if done is not None:
            settle(done, error)
