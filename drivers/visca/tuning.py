"""The preset speed of CONFIG, told to the camera. No I/O of its own."""

from collections import deque
from collections.abc import Iterable

from drivers.visca import codec
from drivers.visca.codec import BUFFER_FULL, SYNTAX_ERROR, error_text
from drivers.visca.exchange import Answer, Refused, Request
from drivers.visca.profile import Profile


class Tuning:
    """Once a session; the camera ignores it while a recall runs.

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
        return error_text(answer.code)
