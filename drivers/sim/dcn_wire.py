"""Frames of the DCN-NG Open Interface, both ways: the simple RS-232 protocol and the TCP message layout.

Source: DCN Next Generation Open Interface manual, release 2.4; first-generation CCU, simple protocol.
"""

from dataclasses import dataclass

HEAD = bytes((0x1B, 0x24, 0x0D))
NAK, REQUEST, RESPONSE, NOTIFICATION = 2, 3, 4, 5
TCP_HEADER, TCP_MARK, TCP_LONGEST = 16, 0x43, 8000
# "No more than 50 ms between two bytes of a message."
GAP_S = 0.05


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: function, application and the parameters behind them."""

    function: int
    app: int
    parameters: bytes


@dataclass(frozen=True, slots=True)
class Bad:
    """A message that cannot be read: wrong checksum, wrong type, too short, too long. `code` and `position` for TCP."""

    code: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class Alive:
    """A keep-alive."""


def serial_frame(kind: int, body: bytes) -> bytes:
    """A message to the client; no checksum, as clients see them."""
    return HEAD + bytes((kind, len(body) & 0xFF, len(body) >> 8)) + body


def tcp_frame(kind: int, body: bytes) -> bytes:
    """A message to the client: function and application are said twice."""
    size = TCP_HEADER + len(body)
    return bytes((kind, body[0], body[1], TCP_MARK)) + size.to_bytes(4, "little") + bytes(8) + body


def tcp_fault(code: int, position: int) -> bytes:
    """The 24-byte message that refuses a whole message."""
    words = code.to_bytes(4, "little") + position.to_bytes(4, "little")
    return bytes((NAK, 0, 0, 0)) + (24).to_bytes(4, "little") + bytes(8) + words


class SerialReader:
    """Requests out of a serial line: header, length, checksum, and the 50 ms rule."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._last_s = 0.0

    def feed(self, data: bytes, now_s: float, *, strict_gap: bool) -> list[Asked | Bad]:
        """What the bytes complete. `strict_gap`: a pause within a message makes it bad."""
        found: list[Asked | Bad] = []
        if strict_gap and self._held and now_s - self._last_s > GAP_S:
            self._held.clear()
            found.append(Bad())
        self._last_s = now_s
        self._held += data
        while True:
            at = self._held.find(HEAD)
            if at < 0:
                del self._held[: max(0, len(self._held) - 2)]
                return found
            del self._held[:at]
            if len(self._held) < 6:
                return found
            size = self._held[4] + 256 * self._held[5]
            if len(self._held) < 7 + size and size <= TCP_LONGEST:
                return found
            if size > TCP_LONGEST:
                del self._held[:3]
                found.append(Bad())
                continue
            message = bytes(self._held[: 7 + size])
            del self._held[: 7 + size]
            right = (sum(message[:-1]) + message[-1]) % 256 == 255
            if right and message[3] == REQUEST and size >= 2:
                found.append(Asked(message[6], message[7], message[8:-1]))
            else:
                found.append(Bad())


class TcpReader:
    """Requests out of a TCP stream."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Asked | Bad | Alive]:
        """What the bytes complete."""
        found: list[Asked | Bad | Alive] = []
        self._held += data
        while len(self._held) >= TCP_HEADER:
            size = int.from_bytes(self._held[4:8], "little")
            if not TCP_HEADER <= size <= TCP_LONGEST:
                self._held.clear()
                found.append(Bad(1, 4))
                break
            if len(self._held) < size:
                break
            message = bytes(self._held[:size])
            del self._held[:size]
            if message[:4] == bytes((0x27, 0x70, 0x44, 0)):
                found.append(Alive())
            elif message[0] != REQUEST or message[3] != TCP_MARK or message[1:3] != message[16:18]:
                found.append(Bad(2, 0))
            else:
                found.append(Asked(message[16], message[17], message[18:]))
        return found
