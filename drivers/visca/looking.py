"""Asking a camera how it stands: a few inquiries in a row make one look. No I/O of its own."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from drivers.ptz.position import HeadMotion, Position
from drivers.visca import codec
from drivers.visca.exchange import Answer, Done, Request
from drivers.visca.profile import Profile


class Question(Enum):
    """What can be asked."""

    VERSION = "version"
    POWER = "power"
    PAN_TILT = "pan_tilt"
    ZOOM = "zoom"
    STATUS = "status"
    FOCUS = "focus"


POSITION = (Question.PAN_TILT, Question.ZOOM)
ALL = (Question.VERSION, Question.POWER, *POSITION)
IDLE = (Question.POWER, *POSITION)
FOCUSED = (*IDLE, Question.FOCUS)

_ENCODERS = {
    Question.VERSION: codec.ask_version,
    Question.POWER: codec.ask_power,
    Question.PAN_TILT: codec.ask_pan_tilt,
    Question.ZOOM: codec.ask_zoom,
    Question.STATUS: codec.ask_status,
    Question.FOCUS: codec.ask_focus,
}
_LENGTHS = {
    Question.VERSION: frozenset(range(3, 15)),
    Question.POWER: frozenset({1}),
    Question.PAN_TILT: frozenset({8, 9, 10}),
    Question.ZOOM: frozenset({4}),
    Question.STATUS: frozenset({2}),
    Question.FOCUS: frozenset({1}),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What was read; None is not asked, refused or not understood."""

    version: str | None
    power: bool | None
    position: Position | None
    motion: HeadMotion | None
    focus: str | None = None


class Looker:
    """Asks one question after the other; a new look replaces one that is not finished."""

    def __init__(self, address: int, profile: Profile, on_look: Callable[[Look], None]) -> None:
        self._profile, self._on_look = profile, on_look
        self._packets = {question: encode(address) for question, encode in _ENCODERS.items()}
        self._todo: deque[Question] = deque()
        self._asked: Request | None = None
        self._question: Question | None = None
        self._answers: dict[Question, bytes] = {}

    @property
    def busy(self) -> bool:
        """Whether a look is not finished."""
        return bool(self._todo) or self._asked is not None

    def ask(self, questions: tuple[Question, ...]) -> None:
        """Begin a look; what was asked before is forgotten."""
        self._todo, self._asked, self._question = deque(questions), None, None
        self._answers.clear()

    def forget(self) -> None:
        """Drop what was asked: nobody will answer."""
        self.ask(())

    def take(self) -> Request | None:
        """Return the next inquiry to send, None while one is unanswered or there is none."""
        if self._asked is not None or not self._todo:
            return None
        self._question = question = self._todo.popleft()
        self._asked = Request(self._packets[question], self._on_answer, _LENGTHS[question])
        return self._asked

    def _on_answer(self, request: Request, answer: Answer) -> None:
        if request is not self._asked or self._question is None:
            return
        if isinstance(answer, Done):
            self._answers[self._question] = answer.payload
        self._asked = None
        if not self._todo:
            self._on_look(self._look())

    def _look(self) -> Look:
        version = self._answers.get(Question.VERSION)
        pan_tilt = codec.read_pan_tilt(self._answers.get(Question.PAN_TILT, b""))
        zoom = codec.read_zoom(self._answers.get(Question.ZOOM, b""))
        return Look(
            None if version is None else codec.read_version(version),
            codec.read_power(self._answers.get(Question.POWER, b"")),
            None if pan_tilt is None or zoom is None else Position(*pan_tilt, zoom),
            self._profile.motion(codec.read_status(self._answers.get(Question.STATUS, b""))),
            codec.read_focus(self._answers.get(Question.FOCUS, b"")),
        )
