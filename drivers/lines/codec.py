"""Lines of any protocol: cut from a byte stream and put into one, with or without a checksum.

A line is bytes on the wire and text to the patterns. In the alphabet "hex" the text is hexadecimal digits, two for
each byte, upper case, so that byte protocols need no other patterns than text protocols.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from chamber.core.errors import EncodeError
from chamber.core.patterns import LONGEST_LINE

HEX = "hex"
LONGEST = 2 * LONGEST_LINE  # bytes that one line may take on the wire, checksum and all
_KEPT = 60
_SEAT = re.compile(r"\{seat(?::(0?\d{0,2})([dxX])?)?\}")


class Checksum(StrEnum):
    """What stands at the end of each line."""

    NONE = "none"
    SUM16_HEX = "sum16-hex"  # four upper-case hex digits: plain sum of the bytes between start and digits
    COMPLEMENT_SUM8 = "complement-sum8"  # one byte: one's complement of the sum of all bytes before it


@dataclass(frozen=True, slots=True)
class Framing:
    """How lines are told apart. A line ends at `end`, after `length` bytes, or when nothing comes for `gap_ms`.

    Attributes:
        alphabet: a text encoding, or "hex".
        start: what each line begins with; anything before it is noise. Not part of the text.
        end: what each line ends with. Not part of the text.
        length: bytes of a line, start and checksum included.
        gap_ms: pause that ends a line; with `end` or `length`, pause that gives up half a line.
        checksum: checked and taken off; made for what is sent.
        command_end: end of what we send, None for the same.
    """

    alphabet: str = "ascii"
    start: bytes = b""
    end: bytes = b""
    length: int | None = None
    gap_ms: int | None = None
    checksum: Checksum = Checksum.NONE
    command_end: bytes | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its bytes between start and end, checksum taken off, and the same as text."""

    text: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class BadLine:
    """Bytes that are no line: wrong checksum, no start, too long, or not of the alphabet."""

    why: str
    raw: bytes


def to_bytes(text: str, alphabet: str) -> bytes:
    """A text of CONFIG as bytes. Raises EncodeError."""
    try:
        return bytes.fromhex(text) if alphabet == HEX else text.encode(alphabet)
    except (ValueError, LookupError) as exc:
        raise EncodeError(f"{text[:_KEPT]!r} cannot be written in {alphabet}: {exc}") from exc


def fill_in(template: str, channel: str) -> str:
    """Put a channel into a template.

    `{seat}` is the channel as it stands, `{seat:04}` padded with zeros to four, `{seat:04X}` the same in hexadecimal.
    Other braces are left as they are. Raises EncodeError for a channel that is no number where one is needed.
    """

    def seat(match: re.Match[str]) -> str:
        width, kind = match[1] or "", match[2]
        if not width and kind is None:
            return channel.lstrip("0") or "0" if channel.isdecimal() else channel
        if not channel.isdecimal():
            raise EncodeError(f"channel {channel[:20]!r} is no number")
        return f"{int(channel):{width}{kind or 'd'}}"

    return _SEAT.sub(seat, template)


def encode(text: str, framing: Framing) -> bytes:
    """A line to send. Raises EncodeError when the alphabet has no such text."""
    data = to_bytes(text, framing.alphabet)
    if framing.checksum is Checksum.SUM16_HEX:
        data += _sum16(data)
    if framing.checksum is Checksum.COMPLEMENT_SUM8:
        data += _complement(framing.start + data)
    return framing.start + data + (framing.end if framing.command_end is None else framing.command_end)


def _sum16(data: bytes) -> bytes:
    return b"%04X" % (sum(data) & 0xFFFF)


def _complement(data: bytes) -> bytes:
    return bytes((~sum(data) & 0xFF,))


class LineCutter:
    """Cut a byte stream into lines, however it was chunked. Never raises; recovers at the next line."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._rest = b""
        self._dropping = False
        self._last_ms: int | None = None

    def feed(self, data: bytes, now_ms: int) -> list[Line | BadLine]:
        """Return the lines that `data`, read at `now_ms`, completes."""
        found = self.pause(now_ms)
        self._last_ms = now_ms
        self._rest += data
        framing = self._framing
        if framing.end:
            self._cut_at_end(found)
        elif framing.length is not None:
            self._cut_by_length(found, framing.length)
        elif len(self._rest) > LONGEST:
            self._too_long(found)
        return found

    def pause(self, now_ms: int) -> list[Line | BadLine]:
        """Return the line that a pause until `now_ms` has ended; also gives up half a line, when that is wanted."""
        gap_ms = self._framing.gap_ms
        if gap_ms is None or self._last_ms is None or now_ms - self._last_ms <= gap_ms:
            return []
        if not self._framing.end:
            return self.finish()
        rest, self._rest = self._rest, b""
        dropping, self._dropping = self._dropping, False
        return [BadLine("cut short", rest[:_KEPT])] if rest.strip() and not dropping else []

    def finish(self) -> list[Line | BadLine]:
        """Return what is left as a line, because the datagram is over; less than `length` bytes are none."""
        rest, self._rest = self._rest, b""
        dropping, self._dropping = self._dropping, False
        if not rest or dropping:
            return []
        if self._framing.length is not None:
            return [BadLine("cut short", rest[:_KEPT])]
        return self._line(rest)

    def _cut_at_end(self, found: list[Line | BadLine]) -> None:
        *parts, self._rest = self._rest.split(self._framing.end)
        for part in parts:
            if self._dropping:
                self._dropping = False
            elif len(part) > LONGEST:
                found.append(BadLine("too long", part[:_KEPT]))
            else:
                found += self._line(part)
        if len(self._rest) > LONGEST:
            if not self._dropping:
                found.append(BadLine("too long", self._rest[:_KEPT]))
            # What may be the first half of an end stays.
            self._dropping, self._rest = True, self._rest[-len(self._framing.end) :]

    def _cut_by_length(self, found: list[Line | BadLine], length: int) -> None:
        while True:
            at = self._rest.find(self._framing.start)
            if at < 0:
                keep = next((n for n in range(len(self._framing.start) - 1, 0, -1) if self._ends_with(n)), 0)
                self._rest = self._rest[len(self._rest) - keep :]
                return
            self._rest = self._rest[at:]
            if len(self._rest) < length:
                return
            lines = self._line(self._rest[:length])
            found += lines
            # After a bad line, look for another start within it.
            self._rest = self._rest[length if all(isinstance(line, Line) for line in lines) else 1 :]

    def _ends_with(self, count: int) -> bool:
        return self._rest.endswith(self._framing.start[:count])

    def _too_long(self, found: list[Line | BadLine]) -> None:
        if not self._dropping:
            found.append(BadLine("too long", self._rest[:_KEPT]))
        self._dropping, self._rest = True, b"-"  # something, so that the pause ends it

    def _line(self, part: bytes) -> list[Line | BadLine]:
        framing = self._framing
        data = part
        if framing.start:
            # The last start: what stands before it is the first half of a line that was cut off.
            at = part.find(framing.start) if framing.length is not None else part.rfind(framing.start)
            if at < 0:
                return [BadLine("no start", part[:_KEPT])] if part.strip() else []
            data = part[at + len(framing.start) :]
        elif not part.strip() and framing.alphabet != HEX:
            return []
        checked = _checked(data, framing)
        if checked is None:
            return [BadLine("wrong checksum", part[:_KEPT])]
        text = _text(checked, framing.alphabet)
        if text is None or len(text) > LONGEST_LINE:
            return [BadLine(f"no {framing.alphabet}" if text is None else "too long", part[:_KEPT])]
        return [Line(text, data)]


def _checked(data: bytes, framing: Framing) -> bytes | None:
    if framing.checksum is Checksum.SUM16_HEX:
        data = data.strip()
        return data[:-4] if len(data) >= 4 and _sum16(data[:-4]) == data[-4:].upper() else None
    if framing.checksum is Checksum.COMPLEMENT_SUM8:
        return data[:-1] if data and _complement(framing.start + data[:-1]) == data[-1:] else None
    return data


def _text(data: bytes, alphabet: str) -> str | None:
    if alphabet == HEX:
        return data.hex().upper()
    try:
        return data.decode(alphabet).strip()
    except (UnicodeDecodeError, LookupError):
        return None
