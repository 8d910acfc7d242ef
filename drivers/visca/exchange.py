"""Requests in flight to one camera: which answer belongs to which, what is sent again, when the camera is silent.

No I/O of its own and no clock: bytes come in by `feed`, go out by the pipe that it is given, time comes by `tick`.
One command is in flight until it is acknowledged or refused.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.transport import Pipe
from drivers.visca.codec import BUFFER_FULL, CANCELLED, NO_SOCKET, NOT_EXECUTABLE, Ack, Completed, Rejected, Reply
from drivers.visca.codec import ReplyParser as Parser

ACK_MS = 1200  # "within 4V", with slow shutter up to 1 s
ANSWER_MS = 500
LATE_ACK_MS = 10_000  # some cameras acknowledge a recall when it ends
INQUIRY_TRIES = 3
COMMAND_TRIES = 3
RUNNING_AT_MOST = 8
BUSY = (BUFFER_FULL, NOT_EXECUTABLE)  # refusals that pass


@dataclass(frozen=True, slots=True)
class Accepted:
    """The camera carries the command out; the end is reported separately."""


@dataclass(frozen=True, slots=True)
class Done:
    """The command has been executed, or the inquiry answered by the payload."""

    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Refused:
    """Refused or cancelled, with VISCA's code."""

    code: int


@dataclass(frozen=True, slots=True)
class Unsure:
    """The camera has taken the command, but its answers are lost: the end may never be reported."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Not sent again, because the camera went on air; it may or may not have taken the command."""


Answer = Accepted | Done | Refused | Unsure | Withheld


@dataclass(slots=True, eq=False)
class Request:
    """One packet and who waits for its answer.

    Args:
        lengths: payload lengths that answer an inquiry; empty for a command.
        moves: starts a movement, so it is not sent again to a camera that went on air.
        ack_ms: limit for the first answer on links without sequence numbers.
        aside: nothing waits for it: with sequence numbers the next command need not wait for its ACK.
        cancels: socket whose command this one ends, 0 for any other request.
    """

    packet: bytes
    on_answer: "Callable[[Request, Answer], None]"
    lengths: frozenset[int] = frozenset()
    moves: bool = False
    ack_ms: int = ACK_MS
    aside: bool = False
    cancels: int = 0

    @property
    def inquiry(self) -> bool:
        """Whether it asks, and changes nothing."""
        return bool(self.lengths)


class Exchange(Protocol):
    """The dialogue with one camera, whatever the framing."""

    @property
    def free(self) -> bool:
        """Whether a command can be sent now."""

    @property
    def quiet(self) -> bool:
        """Whether an inquiry can be sent now."""

    def send(self, request: Request, now_ms: int) -> None:
        """Put a request on the wire. Raises OSError."""

    def socket_of(self, request: Request) -> int | None:
        """The socket in which a command runs; None when it runs in none that is known."""

    def tick(self, now_ms: int, *, on_air: bool) -> None:
        """Send again what was not answered. Raises OSError (TimeoutError: the camera is silent)."""

    def check(self) -> None:
        """Raise what ended the link."""

    def close(self) -> None:
        """Give the link up; nothing is answered afterwards."""


@dataclass(slots=True)
class _Flight:
    request: Request
    sent_ms: int
    tries: int = 1


class PlainExchange:
    """VISCA without sequence numbers: raw TCP, or one camera of a serial chain.

    Answers are matched by shape, socket and order. A command keeps inquiries back and the other way round, so that an
    error is never given to the wrong one.
    """

    def __init__(self) -> None:
        self._pipe: Pipe | None = None
        self._parser = Parser()
        self._command: _Flight | None = None
        self._inquiry: _Flight | None = None
        self._sockets: dict[int, deque[Request]] = {}
        self._in_step = True  # whether each answer can only be that of the newest request

    def attach(self, pipe: Pipe) -> None:
        """Take the opened link."""
        self._pipe = pipe

    @property
    def free(self) -> bool:
        """Whether a command can be sent now."""
        return self._command is None and self._inquiry is None

    @property
    def quiet(self) -> bool:
        """Whether an inquiry can be sent now."""
        return self.free

    def send(self, request: Request, now_ms: int) -> None:
        """Put a request on the wire. Raises OSError."""
        if request.inquiry:
            self._inquiry = _Flight(request, now_ms)
        else:
            self._command = _Flight(request, now_ms)
        self._write(request.packet)

    def socket_of(self, request: Request) -> int | None:
        """The socket in which a command runs; None when it runs in none that is known."""
        return next((socket for socket, running in self._sockets.items() if request in running), None)

    def tick(self, now_ms: int, *, on_air: bool) -> None:
        """Ask again, or raise TimeoutError. A command is never repeated: it could be executed twice."""
        self._ask_again(now_ms)
        flight = self._command
        if flight is None or now_ms - flight.sent_ms <= flight.request.ack_ms:
            return
        if not flight.request.cancels:
            raise TimeoutError("a command was not acknowledged")
        self._command = None  # a camera that knows no cancel
        flight.request.on_answer(flight.request, Unsure())

    def _ask_again(self, now_ms: int) -> None:
        flight = self._inquiry
        if flight is not None and now_ms - flight.sent_ms > ANSWER_MS:
            if flight.tries >= INQUIRY_TRIES:
                raise TimeoutError("no answer to an inquiry")
            flight.tries, flight.sent_ms = flight.tries + 1, now_ms
            self._write(flight.request.packet)

    def feed(self, data: bytes) -> None:
        """Take bytes of a link that this camera has for itself."""
        for reply in self._parser.feed(data):
            self.on_reply(reply)

    def on_reply(self, reply: Reply) -> None:
        """Take one answer. What belongs to nothing is dropped: cameras send such things."""
        match reply:
            case Ack(_, socket):
                if flight := self._take_command():
                    self._socket(socket).append(flight.request)
                    flight.request.on_answer(flight.request, Accepted())
            case Completed(_, socket, payload):
                self._on_completed(socket, payload)
            case Rejected(_, socket, code) if code in (CANCELLED, NO_SOCKET):
                self._on_cancelled(socket, code)
            case Rejected(_, socket, code):
                if request := self._refused(socket, code):
                    request.on_answer(request, Refused(code))
            case _:
                return

    def check(self) -> None:
        """Raise what ended the link."""
        if self._pipe is not None:
            self._pipe.check()

    def close(self) -> None:
        """Give the link up."""
        if self._pipe is not None:
            self._pipe.close()
        self._command = self._inquiry = None
        self._sockets.clear()

    def _on_completed(self, socket: int, payload: bytes) -> None:
        if payload:
            flight = self._inquiry
            if flight is not None and len(payload) in flight.request.lengths:
                self._inquiry = None
                flight.request.on_answer(flight.request, Done(payload))
        elif running := self._socket(socket):
            request = running.popleft()
            request.on_answer(request, Done())
        elif self._in_step and (flight := self._take_command()):  # some cameras complete without acknowledging
            flight.request.on_answer(flight.request, Done())

    def _on_cancelled(self, socket: int, code: int) -> None:
        """A command was cancelled, or had ended before: both end it, and the cancel that asked for it."""
        running, flight = self._socket(socket), self._command
        if flight is not None and flight.request.cancels == socket:
            self._command = None
        else:
            flight = None
        if running:
            request = running.popleft()
            request.on_answer(request, Refused(code))
        if flight is not None:
            flight.request.on_answer(flight.request, Done())

    def _refused(self, socket: int, code: int) -> Request | None:
        running = self._socket(socket)
        if code in BUSY or self._inquiry is None:
            # "not executable" refers to the command without ACK, whatever socket it names
            if flight := self._take_command():
                return flight.request
            if running and code == NOT_EXECUTABLE and self._inquiry is None:
                return running.popleft()
        flight, self._inquiry = self._inquiry, None
        return flight.request if flight else None

    def _take_command(self) -> _Flight | None:
        flight, self._command = self._command, None
        return flight

    def _socket(self, socket: int) -> deque[Request]:
        """Commands that run in one of 16 sockets, oldest first: one camera was seen to queue several in one."""
        return self._sockets.setdefault(socket, deque(maxlen=RUNNING_AT_MOST))

    def _write(self, packet: bytes) -> None:
        if self._pipe is None:
            raise ConnectionError("not connected")
        self._pipe.write(packet)


class LossyExchange(PlainExchange):
    """VISCA in datagrams without numbers: what has no answer is sent again, and then positions must tell.

    Every command that the driver sends may be executed twice without harm. A recall is not waited for any longer than
    another command: where the camera acknowledges it on arrival, its position shows it first.
    """

    def tick(self, now_ms: int, *, on_air: bool) -> None:
        """Send again after 1.2 s, twice; what moves is not sent again on air. Raises TimeoutError: silent inquiries."""
        self._ask_again(now_ms)
        flight = self._command
        if flight is None or now_ms - flight.sent_ms <= ACK_MS:
            return
        self._in_step = False
        if flight.request.moves and on_air:
            self._command = None
            flight.request.on_answer(flight.request, Withheld())
        elif flight.tries < COMMAND_TRIES:
            flight.tries, flight.sent_ms = flight.tries + 1, now_ms
            self._write(flight.request.packet)
        else:
            self._command = None
            flight.request.on_answer(flight.request, Unsure())
