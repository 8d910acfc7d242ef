"""Extron's Simple Instruction Set: commands as bytes, lines as values, from a stream chunked anyhow.

Source: DTP CrossPoint 84 programming guide; IN1606/IN1608 and SW HD 4K PLUS user guides; MTPX Plus setup guide (verbose
modes). Numbers are read as integers: padding differs by family.
"""

import re
from dataclasses import dataclass
from enum import Enum

from chamber.core.errors import EncodeError

LONGEST = 512
_TEXT = 80
_PROMPT = b"Password:"
_ESC = b"\x1b"

BUSY = 22
ERROR_TEXTS = {
    1: "input number out of range",
    6: "input change not allowed now (auto-switch is on)",
    9: "invalid function number",
    10: "unrecognised command",
    11: "preset out of range or not saved",
    12: "output number out of range",
    13: "value out of range",
    14: "not valid in this configuration",
    17: "not valid for this signal type",
    21: "invalid room",
    22: "busy",
    24: "not privileged",
    25: "device not present",
    26: "too many connections",
    27: "invalid event",
    28: "file name bad or not found",
}

ASK_INFORMATION, ASK_PART, ASK_FIRMWARE, ASK_SELECTED = b"I", b"N", b"Q", b"!"


class Layer(Enum):
    """What a tie carries; on single-output and older units RGB is the picture."""

    ALL = "All"
    VIDEO = "Vid"
    RGB = "RGB"
    AUDIO = "Aud"


@dataclass(frozen=True, slots=True)
class Tie:
    """An input was tied; output None is the only one, or all. Input 0 is untied. `layer` None was not said."""

    output: int | None
    input: int
    layer: Layer | None


@dataclass(frozen=True, slots=True)
class Resync:
    """Ties were changed without saying which: read them all."""


@dataclass(frozen=True, slots=True)
class PresetRecalled:
    """A preset was recalled: read all ties."""

    preset: int


@dataclass(frozen=True, slots=True)
class PresetSaved:
    """A preset was saved."""

    preset: int


@dataclass(frozen=True, slots=True)
class Muted:
    """Picture or sound (`layer`) of an output, None for all, was muted (1, 2, 3) or unmuted (0)."""

    layer: Layer
    output: int | None
    state: int


@dataclass(frozen=True, slots=True)
class Mutes:
    """Mutes of all outputs in order: 0 none, 1 video, 2 audio, 3 both."""

    states: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The command in flight was refused; the code names no command."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Verbose:
    """The verbose mode of this connection."""

    mode: int


@dataclass(frozen=True, slots=True)
class Banner:
    """Greeting of a connection, or of a unit that has just started."""

    text: str


@dataclass(frozen=True, slots=True)
class PasswordPrompt:
    """A password is wanted; no line end follows."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The password was right."""

    administrator: bool


@dataclass(frozen=True, slots=True)
class Digits:
    """A bare number: its meaning depends on what was asked."""

    text: str

    @property
    def number(self) -> int:
        """As one number."""
        return int(self.text)

    @property
    def mutes(self) -> Mutes:
        """As mutes of all outputs."""
        return Mutes(tuple(int(digit) for digit in self.text))


@dataclass(frozen=True, slots=True)
class Notice:
    """An unsolicited line that says nothing about routes."""

    text: str


@dataclass(frozen=True, slots=True)
class Information:
    """Any other line: the answer to a question for information, its tag taken off."""

    text: str


Event = (
    Tie | Resync | PresetRecalled | PresetSaved | Muted | Mutes | Failed | Verbose | Banner | PasswordPrompt | LoggedIn
    | Digits | Notice | Information
)  # fmt: skip

_TIE = re.compile(r"(?:Out ?0*(\d{1,4}) )?In ?0*(\d{1,4})(?: (All|Vid|RGB|Aud))?")
_PRESET = re.compile(r"(Rpr|Spr)0*(\d{1,3})")
_MUTED = re.compile(r"(Vmt|Amt)(?:0*(\d{1,4})[* ])?([0-3])")
_MUTES = re.compile(r"Mut([0-3]{1,256})")
_FAILED = re.compile(r"E(\d\d)")
_VERBOSE = re.compile(r"Vrb ?([0-3])")
_BANNER = re.compile(r"\(c\) ?Copyright .*", re.IGNORECASE)
_LOGIN = re.compile(r"Login (Administrator|User)")
_NOTICE = re.compile(r"(Exe\d|Reconfig|Hplg|Hdcp|In0?0 \d|Sig ).*")
_TAGGED = re.compile(r"(?:Inf\d+\*|Ver\d+\*|Pno)(.*)")


def tie(source: int, output: int) -> bytes:
    """Encode tying picture and sound of an input (0 unties) to an output. Raises EncodeError."""
    return _number(source, 0) + b"*" + _number(output, 1) + b"!"


def select(source: int) -> bytes:
    """Encode selecting an input (0 none) on a unit with one output. Raises EncodeError."""
    return _number(source, 0) + b"!"


def quick(ties: list[tuple[int, int]]) -> bytes:
    """Encode several ties at once, as (input, output). Raises EncodeError."""
    if not ties:
        raise EncodeError("no ties")
    return _ESC + b"+Q" + b"".join(tie(source, output) for source, output in ties) + b"\r"


def ask_tie(output: int) -> bytes:
    """Encode the question which input's picture is on an output. Raises EncodeError."""
    return _number(output, 1) + b"%"


def set_verbose(mode: int) -> bytes:
    """Encode the verbose mode: 1 unsolicited lines, 2 tagged replies, 3 both. Raises EncodeError."""
    if not 0 <= mode <= 3:
        raise EncodeError(f"no such verbose mode: {mode}")
    return _ESC + b"%dCV\r" % mode


def password(secret: str) -> bytes:
    """Encode the answer to the prompt. Raises EncodeError for what cannot be typed."""
    if not secret.isascii() or not secret.isprintable():
        raise EncodeError("a password must be printable ASCII")
    return secret.encode("ascii") + b"\r"


def _number(number: int, lowest: int) -> bytes:
    if not lowest <= number <= 9999:
        raise EncodeError(f"no such input or output: {number}")
    return b"%d" % number


class LineParser:
    """Cut a byte stream into events, however it was chunked. Never raises; a line counts no further than 512 bytes."""

    def __init__(self) -> None:
        self._line = bytearray()

    def feed(self, data: bytes) -> list[Event]:
        """Return what `data` completes. The prompt has no line end, so it is complete at its colon."""
        events: list[Event] = []
        for byte in data:
            if byte in b"\r\n":
                self._finish(events)
            elif len(self._line) < LONGEST:
                self._line.append(byte)
                if byte == _PROMPT[-1] and self._line.endswith(_PROMPT):
                    del self._line[-len(_PROMPT) :]
                    self._finish(events)
                    events.append(PasswordPrompt())
        return events

    def _finish(self, events: list[Event]) -> None:
        text = self._line.decode("latin-1").strip()
        self._line.clear()
        if text:
            events.append(parse(text))


def parse(line: str) -> Event:
    """Read one line without its end; never raises."""
    if match := _TIE.fullmatch(line):
        output, source, layer = match.groups()
        return Tie(int(output) if output else None, int(source), Layer(layer) if layer else None)
    if line == "Qik":
        return Resync()
    if match := _PRESET.fullmatch(line):
        return (PresetRecalled if match[1] == "Rpr" else PresetSaved)(int(match[2]))
    if match := _MUTED.fullmatch(line):
        return Muted(
            Layer.VIDEO if match[1] == "Vmt" else Layer.AUDIO, int(match[2]) if match[2] else None, int(match[3])
        )
    if match := _MUTES.fullmatch(line):
        return Mutes(tuple(int(digit) for digit in match[1]))
    if match := _FAILED.fullmatch(line):
        return Failed(int(match[1]), ERROR_TEXTS.get(int(match[1]), f"error {match[1]}"))
    if match := _VERBOSE.fullmatch(line):
        return Verbose(int(match[1]))
    if match := _LOGIN.fullmatch(line):
        return LoggedIn(match[1] == "Administrator")
    if _BANNER.fullmatch(line):
        return Banner(line[:_TEXT])
    if line.isascii() and line.isdecimal():
        return Digits(line[:_TEXT])
    if _NOTICE.fullmatch(line):
        return Notice(line[:_TEXT])
    tagged = _TAGGED.fullmatch(line)
    return Information((tagged[1] if tagged else line)[:_TEXT])
