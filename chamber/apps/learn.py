"""`chamber learn PORT`: listens while a technician presses buttons, and writes the patterns as a section for CONFIG."""

import asyncio
import codecs
import json
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from chamber.core.errors import ConfigError
from drivers.lines.codec import HEX, Checksum
from drivers.lines.learning import Learned, Sample, learn, lines_of
from drivers.lines.rules import Meaning
from drivers.transport import Pipe, bind_udp, dial_serial, dial_tcp

PAUSE_S = 0.06
"""What comes after so long a pause is another burst."""

SETTLE_S = 0.8
PRESS_S = 60.0
MOST_BURSTS = 2000
MOST_BYTES = 4096
LOOK_S = 0.02

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where to listen, and how."""

    port: str
    baud: int = 9600
    serial_format: str = "8N1"
    send: str | None = None
    quiet_s: float = 6.0
    out: Path | None = None


def main(wanted: Wanted) -> int:
    """Hold the dialogue on the terminal; returns 0, or 1 when the port cannot be opened or nothing was learnt."""
    return asyncio.run(_dialogue(wanted))


async def _dialogue(wanted: Wanted) -> int:
    return await Lesson(wanted, Answers(), partial(print, flush=True)).hold()


class Answers:
    """Lines that the technician types; a thread reads them, for a terminal cannot be waited for otherwise."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        self._reader: threading.Thread | None = None
        self._over = False

    async def next(self) -> str | None:
        """The next line; None when there will be no more."""
        if self._reader is None:
            self._reader = threading.Thread(target=self._read, name="answers", daemon=True)
            self._reader.start()
        typed = None if self._over else await self._typed.get()
        self._over = typed is None
        return typed

    def _read(self) -> None:
        for line in sys.stdin:
            if not self._put(line.strip()):
                return
        self._put(None)

    def _put(self, line: str | None) -> bool:
        try:
            self._loop.call_soon_threadsafe(self._typed.put_nowait, line)
        except RuntimeError:  # the loop is closed: the dialogue is over
            return False
        return True


@dataclass(slots=True)
class Ear:
    """Collects bytes in bursts and shows each as it ends, once: a system that repeats itself must not bury the question.

    Attributes:
        shown: bursts that are not shown again.
    """

    say: Say
    bursts: list[bytes] = field(default_factory=list)
    shown: set[bytes] = field(default_factory=set)
    heard_s: float = 0.0
    sender: str | None = None
    _open: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> None:
        """Bytes have come."""
        self.heard_s = asyncio.get_running_loop().time()
        self._open += data[: MOST_BYTES - len(self._open)]

    def look(self) -> None:
        """End the burst when there was a pause."""
        if self._open and asyncio.get_running_loop().time() - self.heard_s > PAUSE_S:
            burst = bytes(self._open)
            self._open.clear()
            if len(self.bursts) < MOST_BURSTS:
                self.bursts.append(burst)
            if burst not in self.shown and len(self.shown) < MOST_BURSTS:
                self.shown.add(burst)
                self.say(f"    {_shown(burst)}")


class Lesson:
    """One dialogue."""

    def __init__(self, wanted: Wanted, answers: Answers, say: Say) -> None:
        self._wanted, self._answers, self._say = wanted, answers, say
        self._ear = Ear(say)
        self._pipe: Pipe | None = None
        self._idle: set[bytes] = set()

    async def hold(self) -> int:
        """Open the port, lead through the presses, print what was learnt."""
        try:
            close = await self._open()
        except OSError as exc:
            self._say(f"{self._wanted.port} cannot be opened: {exc}")
            return 1
        looking = asyncio.create_task(self._look())
        try:
            if self._wanted.send is not None and self._pipe is not None:
                self._pipe.write(codecs.decode(self._wanted.send, "unicode_escape").encode("latin-1"))
            return await self._lead()
        except OSError as exc:
            self._say(f"{self._wanted.port}: {exc or 'the other side hung up'}")
            return 1
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            close()

    async def _lead(self) -> int:
        self._say(f"Listening on {self._wanted.port}. Leave every microphone alone for {self._wanted.quiet_s:g} s.")
        await self._wait(self._wanted.quiet_s)
        samples = [Sample(self._taken())]
        usual = frozenset(self._ear.shown)
        if usual:
            self._say("That comes by itself, and is not shown again.")
        self._idle = {kind for burst in samples[0].bursts for kind in kinds(burst)}
        while True:
            self._say(
                f"Seat number of {'a' if len(samples) == 1 else 'another'} microphone within reach (Enter: done):"
            )
            seat = await self._answers.next()
            if not seat:
                break
            for meaning, what in ((Meaning.ON, "so that the microphone is on"), (Meaning.OFF, "so that it is off")):
                self._ear.shown = set(usual)
                self._say(f"Press the button of seat {seat} now, {what}.")
                samples.append(Sample(await self._press(), meaning, seat))
        self._say("Seat number of a microphone that can ask for the floor (Enter: none):")
        seat = await self._answers.next()
        if seat:
            self._say(f"Ask for the floor at seat {seat} now.")
            samples.append(Sample(await self._press(), Meaning.REQUEST, seat))
        return self._result(learn(tuple(samples)), samples)

    def _result(self, learned: Learned, samples: list[Sample]) -> int:
        useful = [found for found in learned.rules if found.meaning is not Meaning.ALIVE]
        if not useful:
            self._say("Nothing was learnt: no line holds the number of a seat. Is it the right port, speed and cable?")
            for sample in samples:
                for line in lines_of(sample.bursts, learned.framing)[:5]:
                    self._say(f"    heard: {line!r}")
            return 1
        text = section(self._wanted, learned, self._ear.sender)
        if self._wanted.out is None:
            self._say("\n" + text)
        else:
            self._wanted.out.write_text(text, encoding="utf-8")
            self._say(f"Written to {self._wanted.out}.")
        for doubt in learned.doubts:
            self._say(f"Note: {doubt}.")
        return 0

    async def _press(self) -> tuple[bytes, ...]:
        """Wait for a press, and until what it brings about is over."""
        self._taken()
        loop = asyncio.get_running_loop()
        until_s = loop.time() + PRESS_S
        while not self._news() and loop.time() < until_s:
            await self._wait(LOOK_S)
        if self._news():
            await self._wait(SETTLE_S)
        taken = self._taken()
        if not taken:
            self._say(f"Nothing came within {PRESS_S:g} s.")
        return taken

    def _news(self) -> bool:
        """Whether something came that does not come by itself."""
        return any(kinds(burst) - self._idle for burst in self._ear.bursts)

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if self._pipe is not None:
            self._pipe.check()

    def _taken(self) -> tuple[bytes, ...]:
        taken, self._ear.bursts = tuple(self._ear.bursts), []
        return taken

    async def _look(self) -> None:
        while True:
            self._ear.look()
            await asyncio.sleep(LOOK_S)

    async def _open(self) -> Callable[[], None]:
        kind, _, rest = self._wanted.port.partition(":")
        if kind == "udp":
            port = await bind_udp("0.0.0.0", _number(rest, self._wanted.port), self._on_datagram)
            return port.close
        if kind == "tcp":
            host, _, number = rest.rpartition(":")
            self._pipe = await dial_tcp(host.strip("[]"), _number(number, self._wanted.port), self._ear.take)
        else:
            self._pipe = await dial_serial(
                self._wanted.port, self._wanted.baud, self._ear.take, frame=self._wanted.serial_format
            )
        return self._pipe.close

    def _on_datagram(self, data: bytes, sender: tuple[str, int]) -> None:
        if sender[0] != self._ear.sender:
            self._say(f"    from {sender[0]}:")
            self._ear.sender = sender[0]
        self._ear.look()
        self._ear.take(data)


def kinds(burst: bytes) -> set[bytes]:
    """The lines of a burst with their numbers left open, before anything is known of how lines end."""
    return {re.sub(rb"[0-9A-F]+", b"#", line) for line in re.split(rb"[\r\n]+", burst) if line}


def _number(text: str, port: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ConfigError([f"{port}: no port number; write tcp:HOST:PORT, udp:PORT, a serial path or a serial URL"])
    return int(text)


def section(wanted: Wanted, learned: Learned, sender: str | None = None) -> str:
    """What was learnt as a table for CONFIG."""
    kind, _, rest = wanted.port.partition(":")
    lines = ["[[microphones]]", 'id = "learnt"', 'driver = "lines"']
    if kind == "udp":
        lines += [f"host = {_text(sender or '192.0.2.1')}", f"port = {rest}", 'transport = "udp"']
        lines += [f"listen = {_text(f'0.0.0.0:{rest}')}"]
    elif kind == "tcp":
        host, _, number = rest.rpartition(":")
        lines += [f"host = {_text(host.strip('[]'))}", f"port = {number}"]
    else:
        lines += [f"path = {_text(wanted.port)}", f"baud = {wanted.baud}"]
        lines += [f"serial_format = {_text(wanted.serial_format)}"] if wanted.serial_format != "8N1" else []
    framing = learned.framing
    lines.append(f"encoding = {_text(framing.alphabet)}")
    for key, data in (("start", framing.start), ("end", framing.end)):
        if data:
            lines.append(f"{key} = {_text(data.hex().upper() if framing.alphabet == HEX else data.decode('latin-1'))}")
    lines += [f"length = {framing.length}"] if framing.length is not None else []
    lines += [f"gap_ms = {framing.gap_ms}"] if framing.gap_ms is not None else []
    lines += [f"checksum = {_text(framing.checksum.value)}"] if framing.checksum is not Checksum.NONE else []
    lines.append("rules = [")
    for found in learned.rules:
        hexadecimal = ', seats_are = "hex"' if found.seats_hex else ""
        rule = f"{{ pattern = {_text(found.pattern)}, means = {_text(found.meaning.value)}{hexadecimal} }},"
        lines.append(f"    {'' if found.sure else '# '}{rule}")
    return "\n".join([*lines, "]", ""])


def _text(text: str) -> str:
    """A TOML string; a literal one where it is easier to read."""
    return f"'{text}'" if "\\" in text and "'" not in text and text.isprintable() else json.dumps(text)


def _shown(data: bytes) -> str:
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data[:60])
    return f"{text}   {data[:30].hex(' ')}" + (" ..." if len(data) > 30 else "")
