"""Requests in flight under Sony's header: every answer carries the number of its request.

"After a timeout resend the same message with the same sequence number"; an answer of 0F 01 then says that it had been
executed. Source: Sony SRG-300H technical manual, BRC-X400/SRG-X400 command list.
"""

from drivers.transport import Pipe
from drivers.visca.codec import CANCELLED, NO_SOCKET, NOT_EXECUTABLE, SYNTAX_ERROR, Ack, Completed, Rejected, parse
from drivers.visca.exchange import (
    RUNNING_AT_MOST,
    Accepted,
    Answer,
    Done,
    Refused,
    Request,
    Unsure,
    Withheld,
)
from drivers.visca.sony import (
    COMMAND,
    INQUIRY,
    KIND_ERROR,
    LAST_NUMBER,
    SEQUENCE_ERROR,
    HeaderError,
    Numbered,
    ResetDone,
    reset,
    unwrap,
    wrap,
)

RESEND_MS = 400
RESENDS = 3
RESETS = 2  # tries of one RESET in mid-session
START_RESETS = 5
RESETS_OF_A_REQUEST = 1
INQUIRIES_AT_MOST = 4


class _Flight:
    __slots__ = ("datagram", "request", "resets", "sent_ms", "tries")

    def __init__(self, request: Request, datagram: bytes, sent_ms: int, resets: int = 0) -> None:
        self.request, self.datagram, self.sent_ms = request, datagram, sent_ms
        self.tries, self.resets = 1, resets


class NumberedExchange:
    """One camera behind Sony's UDP header. The session starts with RESET; nothing is free before its answer."""

    def __init__(self) -> None:
        self._pipe: Pipe | None = None
        self._number = 1
        self._unanswered: dict[int, _Flight] = {}
        self._running: dict[int, Request] = {}
        self._sockets: dict[int, int] = {}  # by number, of what runs
        self._command: int | None = None  # number of the command that waits for its ACK
        self._reset_ms: int | None = None
        self._reset_tries, self._starting = 0, True
        self._waiting: list[_Flight] = []  # what had no answer when RESET was sent
        self._now_ms = 0

    def attach(self, pipe: Pipe, now_ms: int) -> None:
        """Take the opened link and reset the numbers. Raises OSError."""
        self._pipe, self._now_ms = pipe, now_ms
        self._reset()

    @property
    def free(self) -> bool:
        """Whether a command can be sent now."""
        return self._command is None and self._reset_ms is None

    @property
    def quiet(self) -> bool:
        """Whether an inquiry can be sent now."""
        return self._reset_ms is None and len(self._unanswered) < INQUIRIES_AT_MOST

    def send(self, request: Request, now_ms: int) -> None:
        """Put a request on the wire under the next number. Raises OSError."""
        self._send(request, now_ms, 0)

    def socket_of(self, request: Request) -> int | None:
        """The socket in which a command runs; None when it runs in none that is known."""
        return next((self._sockets.get(number) for number, runs in self._running.items() if runs is request), None)

    def _send(self, request: Request, now_ms: int, resets: int) -> None:
        number = self._number
        self._number = 0 if number == LAST_NUMBER else number + 1
        if request.lengths:
            datagram = wrap(INQUIRY, number, request.packet)
        else:
            datagram = wrap(COMMAND, number, request.packet)
            self._command = self._command if request.aside else number
        self._unanswered[number] = _Flight(request, datagram, now_ms, resets)
        self._write(datagram)

    def feed(self, data: bytes) -> None:
        """Take one datagram. What belongs to nothing is dropped."""
        match unwrap(data):
            case Numbered(number, packet):
                self._on_packet(number, packet)
            case HeaderError(number, code):
                self._on_error(number, code)
            case ResetDone():
                self._on_reset()
            case _:
                return

    def tick(self, now_ms: int, *, on_air: bool) -> None:
        """Send again what was not answered for 400 ms, then RESET. Raises TimeoutError when nothing helps."""
        self._now_ms = now_ms
        if self._reset_ms is not None:
            if now_ms - self._reset_ms >= RESEND_MS:
                if self._reset_tries >= (START_RESETS if self._starting else RESETS):
                    raise TimeoutError("no answer")
                self._reset(again=True)
            return
        for number, flight in list(self._unanswered.items()):
            if now_ms - flight.sent_ms < RESEND_MS or self._unanswered.get(number) is not flight:
                continue
            if flight.request.moves and on_air:
                self._answer(number, Withheld())
            elif flight.tries <= RESENDS:
                flight.tries, flight.sent_ms = flight.tries + 1, now_ms
                self._write(flight.datagram)
            elif flight.request.cancels:
                self._answer(number, Unsure())
            else:
                self._reset()
                return

    def check(self) -> None:
        """Raise what ended the link."""
        if self._pipe is not None:
            self._pipe.check()

    def close(self) -> None:
        """Give the link up."""
        if self._pipe is not None:
            self._pipe.close()
        self._unanswered.clear()
        self._running.clear()
        self._sockets.clear()
        self._waiting.clear()

    def _on_packet(self, number: int, packet: bytes) -> None:
        reply = parse(packet)
        flight = self._unanswered.get(number)
        if isinstance(reply, Ack):
            if flight is not None and not flight.request.inquiry:
                self._run(number)
                self._sockets[number] = reply.socket
                flight.request.on_answer(flight.request, Accepted())
        elif isinstance(reply, Completed):
            if flight is not None and flight.request.inquiry:
                if len(reply.payload) in flight.request.lengths:
                    self._answer(number, Done(reply.payload))
            elif not reply.payload:
                self._finish(number, Done())
        elif isinstance(reply, Rejected) and reply.code in (CANCELLED, NO_SOCKET):
            self._on_cancelled(number, reply)
        elif isinstance(reply, Rejected):
            self._finish(number, Refused(reply.code))

    def _on_cancelled(self, number: int, reply: Rejected) -> None:
        """A command was cancelled, or had ended before. The answer has its number, or that of the cancel."""
        flight = self._unanswered.get(number)
        if flight is None or not flight.request.cancels:
            self._finish(number, Refused(reply.code))
            cancels = [n for n, f in self._unanswered.items() if f.request.cancels == reply.socket != 0]
        else:
            for running in [n for n in self._running if self._sockets.get(n) == flight.request.cancels]:
                self._finish(running, Refused(reply.code))
            cancels = [number]
        for cancel in cancels:
            if cancel in self._unanswered:
                self._answer(cancel, Done())

    def _on_error(self, number: int, code: int) -> None:
        flight = self._unanswered.get(number)
        if flight is None:
            return
        if code == KIND_ERROR:
            self._answer(number, Refused(SYNTAX_ERROR))
        elif code == SEQUENCE_ERROR and flight.tries == 1:
            self._reset()  # never sent before, so our numbers are not the camera's: it or another controller started anew
        elif code == SEQUENCE_ERROR and flight.request.inquiry:
            del self._unanswered[number]
            self._send(flight.request, self._now_ms, flight.resets)  # "ask again with a new number"
        elif code == SEQUENCE_ERROR:
            self._run(number)  # executed; its completion may still come
            flight.request.on_answer(flight.request, Unsure())

    def _run(self, number: int) -> None:
        """The command was accepted: the next may follow, the completion is awaited."""
        self._running[number] = self._unanswered.pop(number).request
        if len(self._running) > RUNNING_AT_MOST:
            oldest = next(iter(self._running))
            del self._running[oldest]
            self._sockets.pop(oldest, None)
        if self._command == number:
            self._command = None

    def _finish(self, number: int, answer: Answer) -> None:
        if number in self._unanswered:
            self._answer(number, answer)
        elif request := self._running.pop(number, None):
            self._sockets.pop(number, None)
            request.on_answer(request, answer)

    def _answer(self, number: int, answer: Answer) -> None:
        flight = self._unanswered.pop(number)
        if self._command == number:
            self._command = None
        flight.request.on_answer(flight.request, answer)

    def _reset(self, *, again: bool = False) -> None:
        """Ask the camera to count from 0."""
        self._reset_tries = self._reset_tries + 1 if again else 1
        self._reset_ms = self._now_ms
        if not again:
            if any(flight.resets >= RESETS_OF_A_REQUEST for flight in self._unanswered.values()):
                raise TimeoutError("no answer")
            self._waiting = list(self._unanswered.values())
            self._unanswered.clear()
            self._command = None
        self._write(reset())

    def _on_reset(self) -> None:
        """Send what had no answer once more under new numbers, except what moves: that is decided anew."""
        if self._reset_ms is None:
            return
        self._reset_ms, self._number, self._starting = None, 1, False
        running, self._running = list(self._running.values()), {}
        self._sockets.clear()
        waiting, self._waiting = self._waiting, []
        for flight in waiting:
            if not flight.request.moves:
                self._send(flight.request, self._now_ms, flight.resets + 1)
        for flight in waiting:
            if flight.request.moves:
                flight.request.on_answer(flight.request, Refused(NOT_EXECUTABLE))
        for request in running:
            request.on_answer(request, Unsure())

    def _write(self, datagram: bytes) -> None:
        if self._pipe is None:
            raise ConnectionError("not connected")
        self._pipe.write(datagram)
