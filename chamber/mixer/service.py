"""The mixer process: inputs, clock and sockets from start to end."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict

import structlog

from chamber.core.domain import MeetingState
from chamber.core.gate import parse_lease
from chamber.ipc import LineServer, Message
from chamber.mixer.artwork import Artwork
from chamber.mixer.engine import Engine
from chamber.mixer.frames import FrameStore
from chamber.mixer.intake import Intake, read_frames, read_sound, read_y4m
from chamber.mixer.metronome import Metronome
from chamber.mixer.mixdown import Mixdown
from chamber.mixer.programme import ProgrammeServer
from chamber.mixer.settings import MixerSettings
from chamber.mixer.sound import SoundBuffer
from chamber.mixer.thumbs import ThumbServer
from chamber.mixer.tick import hello
from chamber.mixer.wish import Wish, parse_wish
from chamber.ports import Clock

LEVELS_S = 0.1
KNOWN_EVERY = 5

log = structlog.get_logger(__name__)


async def serve(settings: MixerSettings, clock: Clock, ready: Callable[[], None]) -> None:
    """Mix until cancelled; `ready` is called when every socket listens and the first slate is there.

    Inputs that are absent or fail are opened again and again. Afterwards no thread, process or socket file is left.

    Raises:
        OSError: a socket cannot be made.
        ExceptionGroup: a bug of ours; the process is to end, and the gate of the stream falls shut.
    """
    await _Mixer(settings, clock).run(ready)


class _Mixer:
    def __init__(self, settings: MixerSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._stores = {
            one.id: FrameStore(settings.frame_bytes, settings.picture_delay_ms(one)) for one in settings.inputs
        }
        self._sounds = [(one, SoundBuffer(one.target_ms)) for one in settings.sounds]
        self._changed = asyncio.Event()
        self._wished = asyncio.Event()
        self._wish = Wish()
        self._state: MeetingState | None = None

    async def run(self, ready: Callable[[], None]) -> None:
        settings = self._settings
        settings.run_dir.mkdir(parents=True, exist_ok=True)
        size = settings.width, settings.height
        self._artwork = await asyncio.to_thread(Artwork, *size, settings.organisation)
        loop = asyncio.get_running_loop()
        self._failed: asyncio.Future[None] = loop.create_future()

        def on_change() -> None:
            loop.call_soon_threadsafe(self._changed.set)

        def on_failure(exc: BaseException) -> None:
            loop.call_soon_threadsafe(self._failed.set_exception, exc)

        mixdown = Mixdown([(buffer, one.gain_db) for one, buffer in self._sounds]) if self._sounds else None
        self._engine = Engine(self._stores, mixdown, self._artwork, on_change)
        self._programme = ProgrammeServer(settings.run_dir / "programme.sock", hello(*size))
        self._metronome = Metronome(self._clock, self._beat, on_failure)
        self._line = LineServer(settings.run_dir / "mixer.sock", self._on_message, lambda: None)
        thumbs = ThumbServer(settings.run_dir / "thumbs.sock", self._engine, self._stores, *size)
        async with AsyncExitStack() as ending:
            for intake in self._intakes():
                intake.start()
                ending.push_async_callback(asyncio.to_thread, intake.stop)
            for server in (self._programme, thumbs, self._line):
                ending.push_async_callback(server.close)
                await server.start()
            self._metronome.start()
            ending.push_async_callback(asyncio.to_thread, self._metronome.stop)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._report())
                group.create_task(self._draw())
                group.create_task(thumbs.run())
                ready()
                await self._failed

    def _beat(self, number: int, due_ms: int, now_ms: int) -> None:
        self._programme.publish(self._engine.tick(number, due_ms, now_ms))

    def _intakes(self) -> list[Intake]:
        settings, clock = self._settings, self._clock
        intakes = []
        for one in settings.inputs:
            store = self._stores[one.id]
            if one.unix_path:
                read = read_y4m(store, settings.width, settings.height, clock)
            else:
                read = read_frames(store, clock)
            intakes.append(Intake(one.id, one.source, read, clock))
        for number, (sound, buffer) in enumerate(self._sounds):
            name = "sound" if number == 0 else f"sound {number + 1}"
            intakes.append(Intake(name, sound.source, read_sound(buffer, clock), clock))
        return intakes

    def _on_message(self, message: Message) -> None:
        if "lease" in message:
            lease = parse_lease(message["lease"])
            if lease:
                self._engine.post(lease)
                if lease.state is MeetingState.STANDBY and self._state is not MeetingState.STANDBY:
                    self._engine.loudness.restart()
                self._state = lease.state
                return
        if "wish" in message:
            wish = parse_wish(message["wish"])
            if wish:
                self._engine.post(wish)
                self._wish = wish
                self._wished.set()
                return
        log.warning("the controller said something unknown", keys=[str(key)[:40] for key in list(message)[:3]])

    async def _draw(self) -> None:
        """Draw bars and slates beside the clock; the newest wish wins."""
        while True:
            await self._wished.wait()
            self._wished.clear()
            await asyncio.to_thread(self._artwork.draw, self._wish)

    async def _report(self) -> None:
        """Levels every 100 ms, the known state every 500 ms and at each change."""
        loop = asyncio.get_running_loop()
        due, count = loop.time(), 0
        while True:
            if self._changed.is_set():
                self._changed.clear()
                self._send_known()
            if loop.time() >= due:
                due, count = max(due + LEVELS_S, loop.time()), count + 1
                rms, peak = self._engine.meter.read()
                lufs = {f"{name}_lufs": value for name, value in asdict(self._engine.loudness.read()).items()}
                self._line.send({"levels": {"rms_dbfs": rms, "peak_dbfs": peak, **lufs}})
                if count % KNOWN_EVERY == 0:
                    self._send_known()
            try:
                async with asyncio.timeout_at(due):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _send_known(self) -> None:
        known = self._engine.known
        if known:
            self._line.send(known.message(self._metronome.late_ticks, self._programme.clients))
