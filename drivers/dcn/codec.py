"""Bosch DCN-NG "Open Interface": requests as bytes; responses and notifications as values.

The two ways in have the same functions in other frames: RS-232 with the protocol switch on "simple", and TCP 9451.
All numbers are little-endian.

Source: DCN Next Generation Open Interface, release 2.4 (functions, TCP message layout); first-generation CCU manual
(simple protocol). The frame of the simple protocol, its checksum and the application byte are as two independent
programs in the field have them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from chamber.core.errors import EncodeError


class Function(IntEnum):
    """Requests of the microphone application."""

    START_MM = 0x1E
    STOP_MM = 0x1F
    SET_MICRO_ON_OFF = 0x22
    RTS_GET = 0x25
    SPK_GET = 0x2E
    SPK_CLEAR = 0x2F
    SPK_APPEND = 0x30
    SPK_REMOVE = 0x31


ERROR_TEXTS = {0x2A95: "bad function", 0x2A98: "no memory", 0x2A9B: "no access"}
SWITCHED_ON, SWITCHED_OFF = (1, 0x0E), (2, 0, 0x0F)

_NAK, _REQUEST, _RESPONSE, _NOTIFICATION = 2, 3, 4, 5
_MICRO_ON_OFF = 0x01
_REQUEST_LIST = range(0x04, 0x09)  # RTS_SET, CLEAR, REMOVE, INSERT, REPLACE
_RTS_FIRST = 0x14
_SPEAKER_LIST = range(0x0C, 0x12)  # SPK_SET, CLEAR, APPEND, REMOVE, INSERT, REPLACE

_SERIAL_HEAD = b"\x1b\x24\x0d"
_TCP_MARK, _TCP_HEADER = 0x43, 16
_TCP_FAULT = 24  # header, error code, position
LONGEST = 8000
_KEPT = 24

TCP_KEEP_ALIVE = bytes.fromhex("27704400100000000000000000000000")


@dataclass(frozen=True, slots=True)
class MicSwitched:
    """A microphone went on or off. `on` None: a state that the manual does not have. `priority` 3 is none."""

    unit: int
    on: bool | None
    priority: int | None


@dataclass(frozen=True, slots=True)
class ListsChanged:
    """Speaker or request list changed; which units is not read from it."""


@dataclass(frozen=True, slots=True)
class SpeakersRead:
    """The whole speaker list: units, and whether each one's microphone is on."""

    units: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class RequestsRead:
    """The whole request list, the first to speak first."""

    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A request was carried out (error 0) or refused."""

    function: int
    error: int

    @property
    def text(self) -> str:
        """The error in words."""
        return f"{ERROR_TEXTS.get(self.error, 'error')} ({self.error:04X})"


@dataclass(frozen=True, slots=True)
class Nak:
    """The unit could not read what it got."""


@dataclass(frozen=True, slots=True)
class ProtocolFault:
    """The unit rejects a TCP message as a whole."""

    code: int
    position: int


@dataclass(frozen=True, slots=True)
class Other:
    """A message that says nothing we use: it still proves that the unit lives."""

    kind: int
    function: int


@dataclass(frozen=True, slots=True)
class Malformed:
    """Framed as a message, and not readable as one; on TCP nothing after it can be trusted."""

    raw: bytes


Message = (
    MicSwitched | ListsChanged | SpeakersRead | RequestsRead | Answered | Nak | ProtocolFault | Other | Malformed
)  # fmt: skip


def set_microphone(unit: int, on: bool) -> bytes:
    """Parameters of SET_MICRO_ON_OFF. Raises EncodeError."""
    return unit_word(unit) + bytes((on,))


def unit_word(unit: int) -> bytes:
    """A unit number, 0 to 65535, as a parameter. Raises EncodeError."""
    if not 0 <= unit <= 0xFFFF:
        raise EncodeError(f"no such unit: {unit}")
    return unit.to_bytes(2, "little")


def serial_request(function: int, parameters: bytes = b"", *, app: int = 0) -> bytes:
    """Frame a request for RS-232, checksum included: one's complement of the sum of all bytes before it."""
    body = bytes((function, app)) + parameters
    frame = _SERIAL_HEAD + bytes((_REQUEST,)) + len(body).to_bytes(2, "little") + body
    return frame + bytes((~sum(frame) & 0xFF,))


def tcp_request(function: int, parameters: bytes = b"", *, app: int = 0) -> bytes:
    """Frame a request for TCP; function and application stand in the header and again before the parameters."""
    body = bytes((function, app)) + parameters
    size = (_TCP_HEADER + len(body)).to_bytes(4, "little")
    return bytes((_REQUEST, function, app, _TCP_MARK)) + size + bytes(8) + body


class SerialParser:
    """Cut the bytes of RS-232 into messages, however they were chunked. Never raises.

    Args:
        app: application byte of the microphone functions.
        gap_ms: a message whose next byte is later than this is given up, and looked through for another one.
    Attributes:
        skipped: bytes that belonged to no message. A checksum after each message, which not every unit sends, is that.
    """

    def __init__(self, *, app: int = 0, gap_ms: int = 50) -> None:
        self._app, self._gap_ms = app, gap_ms
        self._rest = b""
        self._last_ms: int | None = None
        self.skipped = 0

    def feed(self, data: bytes, now_ms: int) -> list[Message]:
        """Return what `data`, read at `now_ms`, completes."""
        messages: list[Message] = []
        if self._last_ms is not None and now_ms - self._last_ms > self._gap_ms:
            while self._rest:
                self._skip(1)
                messages += self._cut()
        self._last_ms = now_ms
        self._rest += data
        return messages + self._cut()

    def _cut(self) -> list[Message]:
        messages: list[Message] = []
        while True:
            start = self._rest.find(_SERIAL_HEAD)
            if start < 0:
                self._skip(len(self._rest) - _begun(self._rest))
                return messages
            self._skip(start)
            if len(self._rest) < 6:
                return messages
            kind, size = self._rest[3], int.from_bytes(self._rest[4:6], "little")
            if kind not in range(_NAK, _NOTIFICATION + 1) or size > LONGEST:
                self._skip(1)
                continue
            if len(self._rest) < 6 + size:
                return messages
            body, self._rest = self._rest[6 : 6 + size], self._rest[6 + size :]
            messages.append(_read(kind, body, self._app))

    def _skip(self, count: int) -> None:
        self._rest = self._rest[count:]
        self.skipped += count


def _begun(data: bytes) -> int:
    """How many bytes at the end may be the start of a header."""
    return next((n for n in (2, 1) if data.endswith(_SERIAL_HEAD[:n])), 0)


class TcpParser:
    """Cut a TCP stream into messages. Never raises; after Malformed nothing more is read from it."""

    def __init__(self, *, app: int = 0) -> None:
        self._app = app
        self._rest = b""
        self._lost = False

    def feed(self, data: bytes, now_ms: int) -> list[Message]:
        """Return what `data` completes."""
        messages: list[Message] = []
        if self._lost:
            return messages
        self._rest += data
        while len(self._rest) >= _TCP_HEADER:
            size = int.from_bytes(self._rest[4:8], "little")
            if not _TCP_HEADER <= size <= LONGEST:
                messages.append(Malformed(self._rest[:_TCP_HEADER]))
                self._lost, self._rest = True, b""
                break
            if len(self._rest) < size:
                break
            frame, self._rest = self._rest[:size], self._rest[size:]
            messages.append(self._message(frame))
        return messages

    def _message(self, frame: bytes) -> Message:
        if frame[3] == _TCP_MARK and frame[0] in range(_NAK, _NOTIFICATION + 1):
            return _read(frame[0], frame[_TCP_HEADER:], self._app)
        if frame == TCP_KEEP_ALIVE:
            return Other(frame[0], frame[1])
        if len(frame) == _TCP_FAULT:
            return ProtocolFault(int.from_bytes(frame[16:20], "little"), int.from_bytes(frame[20:24], "little"))
        return Other(frame[0], frame[1])


def _read(kind: int, body: bytes, app: int) -> Message:
    if kind == _NAK:
        return Nak()
    if len(body) < 2:
        return Malformed(body)
    function, data = body[0], body[2:]
    if body[1] != app or kind == _REQUEST:
        return Other(kind, function)
    if kind == _RESPONSE:
        return _response(function, data) or Malformed(body[:_KEPT])
    if function == _MICRO_ON_OFF:
        return _switched(data) or Malformed(body[:_KEPT])
    if function in _REQUEST_LIST or function in _SPEAKER_LIST or function == _RTS_FIRST:
        return ListsChanged()
    return Other(kind, function)


def _switched(data: bytes) -> MicSwitched | None:
    if len(data) < 4:
        return None
    state = _word(data, 2)
    on = True if state in SWITCHED_ON else False if state in SWITCHED_OFF else None
    return MicSwitched(_word(data, 0), on, _word(data, 4) if len(data) >= 6 else None)


def _response(function: int, data: bytes) -> Message | None:
    if len(data) < 2:
        return None
    error = _word(data, 0)
    if error:
        return Answered(function, error)
    if function == Function.SPK_GET:
        speakers = _entries(data[2:], 3, lambda entry: (_word(entry, 0), entry[2] != 0))
        return None if speakers is None else SpeakersRead(speakers)
    if function == Function.RTS_GET:
        requests = _entries(data[2:], 4, lambda entry: (_word(entry, 0), True))
        return None if requests is None else RequestsRead(tuple(unit for unit, _ in requests))
    return Answered(function, 0)


def _entries(data: bytes, size: int, read: Callable[[bytes], tuple[int, bool]]) -> tuple[tuple[int, bool], ...] | None:
    """Entries behind their count; None when there are fewer than it says."""
    if len(data) < 2 or len(data) < 2 + _word(data, 0) * size:
        return None
    return tuple(read(data[2 + n * size : 2 + (n + 1) * size]) for n in range(_word(data, 0)))


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")
