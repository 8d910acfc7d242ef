"""Orders beside movement, for callers that wait: focus, power, a cancel, preset speeds. No I/O of its own."""

import asyncio
from collections import deque
from collections.abc import Iterable

from chamber.core.errors import DeviceError, DeviceRejectedError, DeviceUnreachableError
from drivers.visca import codec
from drivers.visca.codec import BUFFER_FULL, ERROR_TEXTS, SYNTAX_ERROR
from drivers.visca.exchange import Answer, Refused, Request
from drivers.visca.profile import Profile

CHORE_MS = 4000
RETRY_MS = 200
AT_MOST = 8


class Chore:
    """One order: sent once, and again while the camera is busy."""

    def __init__(self, what: str, packet: bytes, now_ms: int, *, moves: bool = False) -> None:
        self.what, self.packet, self.moves = what, packet, moves
        self.until_ms, self.retry_ms = now_ms + CHORE_MS, 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Chores:
    """Orders in a row; each ends when the camera has taken or refused it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._todo: deque[Chore] = deque()
        self._sent: Chore | None = None

    def add(self, chore: Chore) -> "asyncio.Future[None]":
        """Put an order last. The future ends with DeviceError when it is refused."""
        if len(self._todo) >= AT_MOST:
            raise DeviceRejectedError(self._name, "too many orders wait already")
        self._todo.append(chore)
        return chore.done

    def take(self, now_ms: int) -> Chore | None:
        """The next order to send; None when there is none or one is unanswered."""
        if self._sent is not None or not self._todo or now_ms < self._todo[0].retry_ms:
            return None
        self._sent = self._todo.popleft()
        return self._sent

    def on_answer(self, answer: Answer, now_ms: int) -> Chore | None:
        """Take the first answer; returns the order that was carried out."""
        chore, self._sent = self._sent, None
        if chore is None:
            return None
        if isinstance(answer, Refused) and answer.code == BUFFER_FULL and now_ms < chore.until_ms:
            chore.retry_ms = now_ms + RETRY_MS
            self._todo.appendleft(chore)
        elif isinstance(answer, Refused):
            self._end(chore, DeviceRejectedError(self._name, ERROR_TEXTS.get(answer.code, f"code {answer.code:#04x}")))
        else:
            self._end(chore, None)
            return chore
        return None

    def tick(self, now_ms: int) -> None:
        """Give up what could not be sent for 4 s."""
        while self._todo and now_ms > self._todo[0].until_ms:
            self._end(self._todo.popleft(), DeviceRejectedError(self._name, "the camera does not take the order now"))

    def lose_link(self) -> None:
        """Nobody answers any more."""
        sent = () if self._sent is None else (self._sent,)
        for chore in (*sent, *self._todo):
            self._end(chore, DeviceUnreachableError(self._name, "connection lost"))
        self._todo.clear()
        self._sent = None

    @staticmethod
    def _end(chore: Chore, error: DeviceError | None) -> None:
        if chore.done.done():
            return
        if error is None:
            chore.done.set_result(None)
        else:
            chore.done.set_exception(error)


class Tuning:
    """The preset speed of CONFIG, told to the camera once a session; it ignores that while a recall runs.

    Args:
        speed: 1 to what the family allows, None to leave it as it is.
        presets: those of the hall, numbered as people do.
    """

    def __init__(self, profile: Profile, address: int, speed: int | None, presets: Iterable[int]) -> None:
        self._profile, self._address, self._speed = profile, address, speed
        self._numbers = tuple(preset + profile.preset_offset for preset in presets)
        self._todo: deque[bytes] = deque()
        self._older = False

    def begin(self) -> None:
        """A new session: everything is told again."""
        self._todo.clear()
        if self._speed is None:
            return
        if self._profile.optics:
            self._older = False
            self._todo.append(codec.optics_speed(self._address, self._speed))
        else:
            self._todo.append(codec.separate_speeds(self._address))
            self._todo.extend(codec.preset_speed(self._address, number, self._speed) for number in self._numbers)

    def take(self) -> bytes | None:
        """The next packet; None when all is told."""
        return self._todo.popleft() if self._todo else None

    def on_answer(self, request: Request, answer: Answer) -> str | None:
        """Take the first answer; a sentence when the camera does not know how."""
        if not isinstance(answer, Refused):
            return None
        if answer.code == BUFFER_FULL:
            self._todo.appendleft(request.packet)
            return None
        self._todo.clear()
        if self._profile.optics and not self._older and answer.code == SYNTAX_ERROR:
            self._older = True
            self._todo.extend(codec.optics_speed(self._address, self._speed or 1, number) for number in self._numbers)
            return None
        return ERROR_TEXTS.get(answer.code, f"code {answer.code:#04x}")
