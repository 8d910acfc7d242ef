"""Simulcast: every published part goes on to other platforms, one pusher process for each, each failing alone.

Fed from behind the gate: what is offered here is public already, slates as well as the hall. The backlog of a target
is bounded; one that cannot keep up continues at the newest key frame.
"""

import asyncio
import json
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog

from chamber.core.errors import DeviceUnreachableError
from chamber.ports import Clock, Ready
from chamber.stream.packager import Part
from chamber.stream.push import INIT, PART, URL, frame
from chamber.supervisor import supervise

SCHEMES = ("rtmp", "rtmps", "srt")
BACKLOG_MS = 6000
CLOSING_MS = 1000
"""A slate does not wait behind more than this of the hall, public as that is."""
IDLE_S = 10.0
"""A connection that has had nothing to carry for so long is ended: the meeting is over, or has not begun."""
ANSWER_S, DIAL_S = 10.0, 20.0
"""A part that is not taken within this time means a dead peer; the first one includes starting and dialling."""
END_S = 1.0
FIRST_DELAY_S, CAP_S = 0.5, 30.0
LINE_BYTES = 4096

log = structlog.get_logger(__name__)
StateName = Literal["idle", "connecting", "up", "down"]


def delay_s(failures: int, jitter: float) -> float:
    """Seconds before the next try: doubling to half a minute, as platforms lock out whoever knocks too often."""
    return min(CAP_S, FIRST_DELAY_S * 2.0 ** min(failures - 1, 10)) * (0.75 + jitter / 4)


def read_url(name: str, path: Path) -> str:
    """The address in the first line of a file. Raises DeviceUnreachableError, which never holds the address."""
    try:
        url = path.read_text(encoding="utf-8").strip().partition("\n")[0].strip()
        parts = urlsplit(url)
        good = parts.scheme in SCHEMES and bool(parts.hostname) and (parts.port is not None or parts.scheme != "srt")
    except OSError as exc:
        raise DeviceUnreachableError(name, f"{path} cannot be read: {exc.strerror}") from exc
    except ValueError:
        good = False
    if not good:
        raise DeviceUnreachableError(name, f"{path} holds no address; write one rtmp://, rtmps:// or srt:// line")
    return url


@dataclass(frozen=True, slots=True)
class Destination:
    """One entry of CONFIG; the address with its key stands in the first line of `url_file`."""

    name: str
    url_file: Path


class _Pusher:
    """One life of a pusher process; one part is under way at a time."""

    def __init__(
        self,
        name: str,
        process: asyncio.subprocess.Process,
        stdin: asyncio.StreamWriter,
        stdout: asyncio.StreamReader,
    ) -> None:
        self._name, self._process, self._stdin, self._stdout = name, process, stdin, stdout

    @classmethod
    async def start(cls, name: str) -> "_Pusher":
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chamber.stream.push", name,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            limit=LINE_BYTES, start_new_session=True,
        )  # fmt: skip
        if process.stdin is None or process.stdout is None:
            raise DeviceUnreachableError(name, "no pipes to the pusher")
        return cls(name, process, process.stdin, process.stdout)

    def tell(self, message: bytes) -> None:
        """Hand over something that is not answered."""
        self._stdin.write(message)

    async def push(self, data: bytes, number: int, within_s: float) -> None:
        """Return when a part has gone out. Raises DeviceUnreachableError."""
        self.tell(frame(PART, data, number))
        try:
            async with asyncio.timeout(within_s):
                said = json.loads(await self._stdout.readline() or b"{}")
        except TimeoutError as exc:
            raise DeviceUnreachableError(self._name, f"nothing went out for {within_s:.0f} s") from exc
        if said.get("sent") != number:
            raise DeviceUnreachableError(self._name, str(said.get("failed") or "the pusher ended"))

    async def end(self) -> None:
        """Let it say goodbye, then kill it."""
        self._stdin.close()
        try:
            async with asyncio.timeout(END_S):
                await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            await self._process.wait()


class Target:
    """One platform: its queue, its connection, and what is known of it."""

    def __init__(self, destination: Destination, clock: Clock) -> None:
        self.name = destination.name
        self._url_file, self._clock = destination.url_file, clock
        self._waiting: deque[Part] = deque()
        self._ready = asyncio.Event()
        self._needs_key = True
        self._number = 0
        self.state: StateName = "idle"
        self.reason = ""
        self.skipped = 0
        self._offered_ms: int | None = None
        self._last: Part | None = None
        self._live_until_ms: int | None = None

    def offer(self, part: Part) -> None:
        """A part has become public; never blocks."""
        self._offered_ms = self._clock.now_ms()
        if self._needs_key and not part.independent:
            self.skipped += 1
            return
        self._needs_key = False
        self._waiting.append(part)
        if self._too_long() or (not part.live and self._hall_ms() > CLOSING_MS):
            self._skip()
        if self._too_long():
            self.skipped += len(self._waiting)
            self._waiting.clear()
            self._needs_key = True
        self._ready.set()

    def withdraw(self, from_ms: int) -> bool:
        """Forget what waits of the hall from this capture time on; whether some of it has gone out already."""
        self._waiting = deque(part for part in self._waiting if not (part.live and part.end_ms > from_ms))
        self._needs_key = not self._waiting
        return self._live_until_ms is not None and self._live_until_ms > from_ms

    def known(self) -> dict[str, Any]:
        """What the controller is told: `leg` is what the platform got last, read back from the pusher."""
        since_ms = self._clock.now_ms() - (self._offered_ms or 0)
        if self._offered_ms is None or (self.state == "down" and since_ms > IDLE_S * 1000):
            return {"state": "idle", "leg": "dark", "reason": self.reason, "skipped": self.skipped}
        up = self.state == "up" and self._last is not None
        leg = ("open" if self._last and self._last.live else "slate") if up else "dark"
        return {"state": self.state, "leg": leg, "reason": self.reason, "skipped": self.skipped}

    async def run(self, jitter: Callable[[], float]) -> None:
        """Carry on until cancelled."""
        await supervise(f"simulcast {self.name}", self._serve, self._report, self._clock, jitter, delay_s)

    def _report(self, _: str, reason: str | None) -> None:
        self.state, self.reason = ("up", "") if reason is None else ("down", reason)

    async def _serve(self, ready: Ready) -> None:
        while True:
            await self._ready.wait()
            if self.state == "idle":
                self.state = "connecting"
            self._skip()
            self._last = None
            pusher = await _Pusher.start(self.name)
            try:
                pusher.tell(frame(URL, read_url(self.name, self._url_file).encode()))
                await self._carry(pusher, ready)
            except OSError as exc:
                raise DeviceUnreachableError(self.name, exc.strerror or "the pusher ended") from exc
            finally:
                self._last = None
                await pusher.end()
            self.state = "idle"

    async def _carry(self, pusher: _Pusher, ready: Ready) -> None:
        """Push until nothing has come for a while."""
        init: bytes | None = None
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    await self._ready.wait()
            except TimeoutError:
                return
            while self._waiting:
                part = self._waiting.popleft()
                if init is None:
                    init = part.init.data
                    pusher.tell(frame(INIT, init))
                elif part.init.data != init:
                    self._waiting.appendleft(part)
                    raise DeviceUnreachableError(self.name, "the set-up of the pictures changed, connecting again")
                self._number += 1
                if part.live:
                    self._live_until_ms = part.end_ms
                await pusher.push(part.data, self._number, ANSWER_S if self._last else DIAL_S)
                if self._last is None:
                    ready()
                    self.state, self.reason = "up", ""
                self._last = part
            self._ready.clear()

    def _hall_ms(self) -> int:
        return sum(part.duration_ms for part in self._waiting if part.live)

    def _too_long(self) -> bool:
        return sum(part.duration_ms for part in self._waiting) > BACKLOG_MS

    def _skip(self) -> None:
        """Forget everything before the newest key frame."""
        newest = max((n for n, part in enumerate(self._waiting) if part.independent), default=len(self._waiting))
        for _ in range(newest):
            self._waiting.popleft()
        self.skipped += newest
        self._needs_key = not self._waiting


class Simulcast:
    """All targets of a hall."""

    def __init__(self, destinations: Sequence[Destination], clock: Clock, jitter: Callable[[], float]) -> None:
        self._targets = [Target(destination, clock) for destination in destinations]
        self._jitter = jitter
        self._tasks: list[asyncio.Task[None]] = []

    def offer(self, part: Part) -> None:
        """A part has become public; what `Packager.on_published` wants."""
        for target in self._targets:
            target.offer(part)

    def withdraw(self, from_ms: int) -> list[str]:
        """Taken back from this capture time on; the names of the targets that had got some of it already."""
        return [target.name for target in self._targets if target.withdraw(from_ms)]

    def known(self) -> dict[str, dict[str, Any]]:
        """What is known of every target, by name."""
        return {target.name: target.known() for target in self._targets}

    def start(self) -> None:
        """Begin to carry."""
        self._tasks = [
            asyncio.create_task(target.run(self._jitter), name=f"simulcast {target.name}") for target in self._targets
        ]

    async def close(self) -> None:
        """Hang up everywhere."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
