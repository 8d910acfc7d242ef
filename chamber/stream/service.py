"""The media side of the stream process: programme in, gate, slates, packager; everything but the HTTP server."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog

from chamber.core.domain import MeetingState
from chamber.core.errors import DeviceUnreachableError
from chamber.core.gate import parse_lease
from chamber.graphics import slate
from chamber.ipc import LineServer, Message
from chamber.labels import RESUMES_AT, SLATES
from chamber.ports import Clock
from chamber.stream.encoder import MakeEncoder
from chamber.stream.feed import ProgrammeFeed, Tick
from chamber.stream.packager import Packager
from chamber.stream.release import Hooks, Release
from chamber.stream.run import Counters, LiveRun
from chamber.stream.settings import StreamSettings
from chamber.stream.slates import encode_reels

STEP_S = 0.02
KNOWN_MS = 500
NO_WAY_BACK = frozenset(
    {
        MeetingState.CLOSING_DOORS,
        MeetingState.CLOSED,
        MeetingState.REOPENING,
        MeetingState.ENDED,
        MeetingState.PUBLISHED,
    }
)
"""States in which residents cannot go back beyond what is in memory."""
# ticks that come between two lives of the encoder; the gate decides which of them may enter the next
MAX_BETWEEN_TICKS = 25
FIRST_DELAY_S, CAP_S = 0.1, 2.0

log = structlog.get_logger(__name__)
TakeBack = Callable[[int, list[str], dict[str, Any]], dict[str, Any]]
"""Called with the capture time from which on everything is void, the names that are gone, and the answer so far."""


class Stream:
    """Everything between the mixer's socket and the public window; `packager` is what the HTTP server serves."""

    def __init__(self, settings: StreamSettings, make_encoder: MakeEncoder, clock: Clock) -> None:
        self._settings, self._make_encoder, self._clock = settings, make_encoder, clock
        self.packager = Packager(settings, clock)
        self.counters = Counters()
        self.release = Release(settings, self.packager, clock, Hooks(self._stop_run, self._withdrawn))
        self._feed = ProgrammeFeed(settings, clock, self._tick)
        self._server = LineServer(settings.run_dir / "stream.sock", self._message, lambda: None)
        self._run: LiveRun | None = None
        self._between: deque[Tick] = deque(maxlen=MAX_BETWEEN_TICKS)
        self._tasks: list[asyncio.Task[None]] = []
        self._on_facts: list[Callable[[dict[str, Any]], None]] = []
        self._on_withdrawn: list[Callable[[int, int], None]] = []
        self._on_take_back: list[TakeBack] = []
        self._also_known: list[Callable[[], dict[str, Any]]] = []
        self._watched: list[Callable[[], object]] = []
        self._read_legs: Callable[[], dict[str, str]] = dict
        self._resumes_at: str | None = None
        self._reslate = asyncio.Event()
        self._told: tuple[object, ...] = ()
        self._told_ms = 0

    def on_facts(self, callback: Callable[[dict[str, Any]], None]) -> None:
        """Have each `facts` object of the controller handed over as it comes; it holds from its `at_ms` on."""
        self._on_facts.append(callback)

    def on_withdrawn(self, callback: Callable[[int, int], None]) -> None:
        """Be told which capture times (from, to) will never be, or are no longer, public: facts in them neither."""
        self._on_withdrawn.append(callback)

    def on_take_back(self, callback: TakeBack) -> None:
        """Be told of each order to take back; what is returned goes into the answer to the controller."""
        self._on_take_back.append(callback)

    def also_known(self, say: Callable[[], dict[str, Any]], watch: Callable[[], object] | None = None) -> None:
        """Have more told to the controller with everything else that is known; at once when `watch` changes."""
        self._also_known.append(say)
        if watch is not None:
            self._watched.append(watch)

    def read_legs(self, read: Callable[[], dict[str, str]]) -> None:
        """Have what residents can read at this moment among the legs: `open`, `slate` or `dark` for each."""
        self._read_legs = read

    def tell(self, message: Message) -> None:
        """Say something to the controller, if it is there."""
        self._server.send(message)

    async def start(self) -> None:
        """Make the slates, listen on `stream.sock` and follow the mixer.

        Raises:
            DeviceUnreachableError: no encoder could be started.
        """
        kinds = list(SLATES)
        reels = await encode_reels(
            self._make_encoder, [self._picture(kind) for kind in kinds], self._settings.gop_frames
        )
        for kind, reel in zip(kinds, reels, strict=True):
            self.release.set_reel(kind, reel)
        await self._server.start()
        jobs = {
            "programme": self._feed.run(),
            "encoder": self._encode(),
            "gate": self._watch(),
            "slate": self._retell(),
        }
        self._tasks = [asyncio.create_task(job, name=f"stream {name}") for name, job in jobs.items()]

    async def wait(self) -> None:
        """Run until a part of it fails; raises what it failed by."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def close(self) -> None:
        """Stop everything; nothing is public from then on, and whoever waits for more is sent away."""
        self._stop_run()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.close()
        self.packager.close()

    def known(self) -> dict[str, Any]:
        """What the controller is told; `legs` say what the newest published part carries."""
        live = self.packager.newest_is_live()
        leg = {None: "dark", True: "open", False: "slate"}[live]
        lease = self.release.gate.lease
        return {
            "legs": {"video": leg, "audio": leg, "index": leg, **self._read_legs()},
            "epoch": lease.epoch if lease else None,
            "seq": lease.seq if lease else 0,
            "viewers": self.packager.viewers(),
            "parts": self.packager.parts_published,
            "last_part_end_ms": self.packager.newest_capture_ms(),
            "encoder": "up" if self._run and self._run.made_parts else "starting" if self._run else "idle",
            "encoder_restarts": self.counters.encoder_restarts,
            "repeated_frames": self.counters.repeated_frames,
            "refused_ticks": self.counters.refused_ticks,
            "closures": self.release.gate.closures,
            "lapses": self.release.gate.lapses,
            "opened_from_ms": self.release.gate.open_from_ms,
            "bytes_out": self.packager.bytes_out,
            **{key: value for say in self._also_known for key, value in say().items()},
        }

    # -- from the controller

    def _message(self, message: Message) -> None:
        if "lease" in message:
            lease = parse_lease(message["lease"])
            if lease is not None:
                self.release.lease(lease)
                if lease.state in NO_WAY_BACK:
                    self.packager.forget_past()
        elif isinstance(facts := message.get("facts"), dict):
            self._facts(facts)
        elif isinstance(order := message.get("take_back"), dict):
            self._take_back(order)
        self._tell()

    def _facts(self, facts: dict[str, Any]) -> None:
        resumes_at = facts.get("resumes_at")
        resumes_at = resumes_at if isinstance(resumes_at, str) and facts.get("state") == "suspended" else None
        if resumes_at != self._resumes_at:
            self._resumes_at = resumes_at
            self._reslate.set()
        for callback in self._on_facts:
            callback(facts)

    def _take_back(self, order: dict[str, Any]) -> None:
        seconds = order.get("seconds")
        seconds = seconds if type(seconds) is int and seconds > 0 else self._settings.take_back_s
        from_ms = self._clock.now_ms() - seconds * 1000
        names = self.release.take_back(from_ms)
        parts = sum(name.startswith("p") for name in names)
        log.warning("taken back", seconds=seconds, parts=parts)
        said: dict[str, Any] = {"id": order.get("id"), "parts": parts}
        for callback in self._on_take_back:
            said |= callback(from_ms, names, said)
        self._server.send({"taken_back": said})

    # -- the encoder

    def _tick(self, tick: Tick) -> None:
        if not (self._run and self._run.take(tick)) and self.release.gate.is_open:
            self._between.append(tick)

    def _stop_run(self) -> None:
        self._between.clear()
        if self._run:
            self._run.stop()

    def _withdrawn(self, from_ms: int, to_ms: int) -> None:
        for callback in self._on_withdrawn:
            callback(from_ms, to_ms)

    async def _encode(self) -> None:
        """Keep an encoder alive for as long as the gate is open and the mixer sends."""
        failures = 0
        replay: list[Tick] = []
        while True:
            while not (self.release.gate.is_open and self._feed.fresh()):
                await self._clock.sleep(STEP_S)
            replay += self._between
            self._between.clear()
            self._run = run = LiveRun(self._make_encoder(), self.release, self._settings, self.counters, replay)
            try:
                await run.live()
            finally:
                self._run = None
            replay = run.unfinished()
            failures = 0 if run.made_parts else failures + 1
            if failures > 1:
                await self._clock.sleep(min(CAP_S, FIRST_DELAY_S * 2.0 ** min(failures, 10)))

    # -- time

    async def _watch(self) -> None:
        while True:
            self.release.step()
            self._tell()
            await self._clock.sleep(STEP_S)

    def _tell(self) -> None:
        gate = self.release.gate
        watched = tuple(watch() for watch in self._watched)
        restarts = self.counters.encoder_restarts
        state = (self.packager.newest_is_live(), gate.closures, gate.open_from_ms, restarts, watched)
        now_ms = self._clock.now_ms()
        if state != self._told or now_ms - self._told_ms >= KNOWN_MS:
            self._told, self._told_ms = state, now_ms
            self._server.send({"known": self.known()})

    # -- slates

    def _picture(self, kind: str, line: str | None = None) -> bytes:
        title, plain = SLATES[kind]
        settings = self._settings
        return slate(title, line or plain, settings.width, settings.height, settings.organisation)

    async def _retell(self) -> None:
        """Make the slate of a suspension anew when the time of resumption changes; the plain one shows meanwhile."""
        while True:
            await self._reslate.wait()
            self._reslate.clear()
            line = RESUMES_AT.format(time=self._resumes_at) if self._resumes_at else None
            try:
                picture = await asyncio.to_thread(self._picture, "suspended", line)
                reels = await encode_reels(self._make_encoder, [picture], self._settings.gop_frames)
            except DeviceUnreachableError as exc:
                log.warning("slate not renewed", reason=str(exc))
                continue
            self.release.set_reel("suspended", reels[0])
