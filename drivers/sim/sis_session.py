"""One conversation in Extron SIS: characters in, replies out, one verbose mode of its own.

Sources: Extron DTP CrossPoint 84 programming guide (commands, errors, ten-second rule); MTPX Plus guide (verbose modes).
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.sim.faults import Faults
from drivers.sim.sis_matrix import AUDIO, BAD_VALUE, BOTH, UNKNOWN, VIDEO, Matrix, RefusedError

# "More than 10 seconds between characters aborts the command."
GAP_S, LONGEST = 10.0, 512
_LAYERS = {"!": (BOTH, "All"), "%": ((VIDEO,), "Vid"), "&": ((VIDEO,), "RGB"), "$": ((AUDIO,), "Aud")}
_TIE = re.compile(r"(\d{1,3})\*(\d{1,3})?([!%&$])")
_READ_TIE = re.compile(r"(\d{1,3})([%&$])")
_QUICK_PART = re.compile(r"(\d{1,3})\*(\d{1,3})([!%&$])")
_MUTE = re.compile(r"(\d{1,3})\*(\d{1,3})?([BZ])")
_READ_MUTE = re.compile(r"(\d{1,3})([BZ])")
CROSSPOINT, IN160X, SW = "crosspoint", "in160x", "sw"
_PRESET = re.compile(r"(\d{1,3})([.,])")
_SIMPLE_ENDS = frozenset("!%&$BZ.,INQXS")
_SIMPLE_BODY = frozenset("0123456789*L")


@dataclass(frozen=True, slots=True)
class Identity:
    """What the unit says it is."""

    model: str = "DTPCP84"
    name: str = "DTP CrossPoint 84"
    part: str = "60-0000-01"
    firmware: str = "1.23"

    @property
    def banner(self) -> str:
        """Power-up line on the serial port, first line of a TCP session."""
        return f"(c) Copyright 2016, Extron Electronics, {self.model}, V{self.firmware}, {self.part}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Reply to the asker; `told` is the line for everybody else whose mode wants notices; `what` for the log."""

    reply: str
    told: str | None = None
    what: str | None = None


class Session:
    """Characters of one client.

    Args:
        matrix: what is controlled.
        identity: answers to I, N and Q.
        faults: `refuse` is applied here, the rest by the port.
        mode: verbose mode at the start, 1 on serial ports and 0 on TCP.
        family: in which guide the black picture stands: crosspoint, in160x or sw.
        tagged_ties: read ties are answered `Out03 In01 Vid` in modes 2 and 3; else bare in every mode.
        now_s: clock for the ten-second rule.
    """

    def __init__(
        self,
        matrix: Matrix,
        identity: Identity,
        faults: Faults,
        *,
        mode: int,
        family: str = CROSSPOINT,
        tagged_ties: bool = False,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.mode = mode
        self._matrix, self._identity, self._faults = matrix, identity, faults
        self._family, self._tagged_ties, self._now_s = family, tagged_ties, now_s
        self._buffer, self._last_s = "", 0.0

    @property
    def notices(self) -> bool:
        """Whether it wants unsolicited lines."""
        return self.mode in {1, 3}

    @property
    def _tags(self) -> bool:
        return self.mode in {2, 3}

    def feed(self, data: bytes) -> list[Outcome]:
        """What comes of the characters, one outcome per finished command."""
        now_s = self._now_s()
        if now_s - self._last_s > GAP_S:
            self._buffer = ""
        self._last_s = now_s
        return [outcome for char in data.decode("latin-1") if (outcome := self._take(char)) is not None]

    def _take(self, char: str) -> Outcome | None:
        if not self._buffer and char in "\x1bWw":
            self._buffer = "\x1b"
            return None
        if self._buffer.startswith("\x1b"):
            if char in "\r|":
                return self._finish(self._escape)
            self._buffer += char
        elif char in "\r\n":
            # A line end after a simple command is common and means nothing; in the middle it spoils the command.
            return self._finish(self._simple) if self._buffer else None
        else:
            self._buffer += char
            if char.upper() in _SIMPLE_ENDS or char.upper() not in _SIMPLE_BODY:
                return self._finish(self._simple)
        return self._finish(self._simple) if len(self._buffer) > LONGEST else None

    def _finish(self, run: Callable[[str], Outcome]) -> Outcome:
        command, self._buffer = self._buffer.removeprefix("\x1b"), ""
        try:
            if self._faults.refuse is not None:
                raise RefusedError(self._faults.refuse)
            return run(command.upper())
        except RefusedError as refused:
            return Outcome(str(refused), what=f"refused {command[:40]!r}")

    def _simple(self, command: str) -> Outcome:
        if match := _TIE.fullmatch(command):
            return self._tie(match)
        if self._family == SW and (match := re.fullmatch(r"(\d*)!", command)):
            if match[1]:
                self._matrix.tie(int(match[1]), 1, BOTH)
            line = f"In{self._matrix.tied(1, VIDEO)} All"
            return Outcome(line, line, line) if match[1] else Outcome(line if self._tags else line[2:-4])
        if match := _READ_TIE.fullmatch(command):
            output, (layers, tag) = int(match[1]), _LAYERS[match[2]]
            source = self._matrix.tied(output, layers[0])
            return Outcome(
                f"Out{output:02d} In{source:02d} {tag}" if self._tags and self._tagged_ties else f"{source:02d}"
            )
        if self._family != CROSSPOINT and command.endswith("B"):
            return self._black(command)
        if match := _MUTE.fullmatch(command):
            return self._mute(match)
        if match := _READ_MUTE.fullmatch(command):
            self._matrix.check_output(int(match[1]))
            mutes, tag, _ = self._mutes(match[2])
            return self._query(f"{tag}{int(match[1])}*", str(mutes[int(match[1])]))
        if match := _PRESET.fullmatch(command):
            number = int(match[1])
            act, tag = (self._matrix.recall, "Rpr") if match[2] == "." else (self._matrix.save, "Spr")
            act(number)
            line = f"{tag}{number:02d}"
            return Outcome(line, line, line)
        return self._information(command)

    def _tie(self, match: re.Match[str]) -> Outcome:
        source, output, (layers, tag) = int(match[1]), match[2], _LAYERS[match[3]]
        self._matrix.tie(source, None if output is None else int(output), layers)
        line = f"In{source:02d} {tag}" if output is None else f"Out{int(output):02d} In{source:02d} {tag}"
        return Outcome(line, line, line)

    def _mute(self, match: re.Match[str]) -> Outcome:
        # `output*state` for one, `state*` for all: the CrossPoint family.
        mutes, tag, highest = self._mutes(match[3])
        if match[2] is None:
            self._matrix.mute(mutes, None, int(match[1]), highest)
            line = f"{tag}{int(match[1])}"
        else:
            self._matrix.mute(mutes, int(match[1]), int(match[2]), highest)
            line = f"{tag}{int(match[1])}*{int(match[2])}"
        return Outcome(line, line, line)

    def _black(self, command: str) -> Outcome:
        """IN160x: `1*2B` sets, `1*B` reads, `2B` sets all. SW: `1B` sets, `B` reads its one output."""
        mutes = self._matrix.video_mutes
        if self._family == IN160X and (match := re.fullmatch(r"(\d{1,3})\*(\d)?B", command)):
            output = int(match[1])
            self._matrix.check_output(output)
            if match[2] is None:
                return self._query("Vmt", str(mutes[output]))
            self._matrix.mute(mutes, output, int(match[2]), 2)
            line = f"Vmt{output}*{match[2]}"
        elif match := re.fullmatch(r"(\d)B", command):
            self._matrix.mute(mutes, None, int(match[1]), 2)
            line = f"Vmt{match[1]}"
        elif command == "B":
            return self._query("Vmt", str(mutes[1]))
        else:
            raise RefusedError(UNKNOWN)
        return Outcome(line, line, line)

    def _mutes(self, letter: str) -> tuple[dict[int, int], str, int]:
        if letter == "B":
            return self._matrix.video_mutes, "Vmt", 2
        return self._matrix.audio_mutes, "Amt", 1

    def _information(self, command: str) -> Outcome:
        matrix, unit = self._matrix, self._identity
        match command:
            case "I":
                return Outcome(f"V{matrix.inputs}X{matrix.outputs} A{matrix.inputs}X{matrix.outputs}")
            case "1I":
                return self._query("Inf01*", unit.name)
            case "N":
                return self._query("Pno", unit.part)
            case "Q":
                return self._query("Ver01*", unit.firmware)
            case "X":
                return self._query("Exe", str(matrix.locked))
            case "0X" | "1X" | "2X":
                matrix.locked = int(command[0])
                line = f"Exe{matrix.locked}"
                return Outcome(line, line, line)
            case "0LS":
                present = "".join(str(int(number in matrix.signals)) for number in range(1, matrix.inputs + 1))
                return self._query("Frq00 ", present)
        raise RefusedError(UNKNOWN)

    def _escape(self, command: str) -> Outcome:
        if command.startswith("+Q"):
            return self._quick(command[2:])
        if command == "VM" and self._family == CROSSPOINT:
            return self._query("Mut", self._matrix.mute_word())
        if command == "CV":
            return self._query("Vrb", str(self.mode))
        if match := re.fullmatch(r"(\d{1,3})CV", command):
            if int(match[1]) > 3:
                raise RefusedError(BAD_VALUE)
            self.mode = int(match[1])
            return Outcome(f"Vrb{self.mode}")
        raise RefusedError(UNKNOWN)

    def _quick(self, parts: str) -> Outcome:
        ties = [(int(source), int(output), _LAYERS[sign][0]) for source, output, sign in _QUICK_PART.findall(parts)]
        if not ties or _QUICK_PART.sub("", parts):
            raise RefusedError(UNKNOWN)
        for source, output, _ in ties:
            self._matrix.check_tie(source, output)
        for source, output, layers in ties:
            self._matrix.tie(source, output, layers)
        return Outcome("Qik", "Qik", f"Qik {parts[:80]}")

    def _query(self, tag: str, value: str) -> Outcome:
        return Outcome(f"{tag}{value}" if self._tags else value)
