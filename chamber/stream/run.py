"""One life of the live encoder: ticks in, parts to the gate."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from chamber.core.errors import ChamberError
from chamber.stream.encoder import Assembler, Encoder
from chamber.stream.feed import Tick
from chamber.stream.release import Release
from chamber.stream.settings import FRAME_MS, StreamSettings
from chamber.stream.slates import SILENCE

MAX_GAP_TICKS = 25
MAX_DRIFT_MS = 500
# a healthy encoder gives back each frame within a tenth of this
SILENT_S = 1.5
STARVED_TICKS = 3
# what may wait while the process starts, with what is replayed
MAX_EARLY_TICKS = 100
LOG_CHARS = 300

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Counters:
    """What went wrong since the process started."""

    encoder_restarts: int = 0
    repeated_frames: int = 0
    refused_ticks: int = 0


class LiveRun:
    """Feeds one encoder and hands what it makes to the gate, until it ends or is stopped.

    `replay` are the ticks that an encoder before this one took in and never gave back: nothing is lost with it.
    """

    def __init__(
        self,
        encoder: Encoder,
        release: Release,
        settings: StreamSettings,
        counters: Counters,
        replay: Sequence[Tick] = (),
    ) -> None:
        self._encoder, self._release, self._counters = encoder, release, counters
        self._assembler = Assembler(settings.part_frames, settings.gop_frames)
        self._early: deque[Tick] | None = deque(replay, MAX_EARLY_TICKS)
        self._inside: deque[Tick | None] = deque()
        self._last: Tick | None = None
        self._unanswered = 0
        self._stopped = False
        self.made_parts = False

    def stop(self) -> None:
        """Kill the encoder now and discard whatever it made or holds; synchronous, safe to repeat."""
        self._stopped = True
        self._inside.clear()
        self._encoder.kill()

    def is_stopped(self) -> bool:
        """Whether this life is over, or about to be."""
        return self._stopped

    def unfinished(self) -> list[Tick]:
        """Ticks of which nothing has come out, for the next life; none when it was stopped on purpose."""
        return [tick for tick in self._inside if tick is not None]

    def take(self, tick: Tick) -> bool:
        """Feed a tick if the gate lets it in; missing ones are filled with the last picture and silence.

        False when this life is over, so that the tick is for the next one.
        """
        if self.is_stopped():
            return False
        if self._early is not None:
            self._early.append(tick)
        else:
            self._take(tick)
        return True

    async def live(self) -> None:
        """Run to the end of this life; returns, whatever ended it. The encoder is gone then."""
        try:
            await self._encoder.start()
            early, self._early = self._early or (), None
            for tick in early:
                if not self.is_stopped():
                    self._take(tick)
            while not self.is_stopped():
                self._unanswered = 0
                async with asyncio.timeout(SILENT_S):
                    data = await self._encoder.read()
                if not data:
                    break
                for part in self._assembler.feed(data):
                    if self.is_stopped():  # the gate may have shut on the part before
                        break
                    for _ in part.video:
                        self._inside.popleft()
                    self.made_parts = True
                    self._release.offer(part)
        except TimeoutError:
            log.warning("encoder is silent", seconds=SILENT_S, ticks=self._unanswered)
            if self._unanswered <= STARVED_TICKS:  # it had nothing to do
                self.stop()
        except ChamberError as exc:
            log.warning("encoder failed", reason=str(exc)[:LOG_CHARS])
        finally:
            if not self.is_stopped():
                self._counters.encoder_restarts += 1
                log.warning("encoder ended", said=self._encoder.complaints()[:LOG_CHARS])
            self._stopped = True
            self._release.ended()
            await self._encoder.close()

    def _take(self, tick: Tick) -> None:
        last = self._last
        if last is None:
            if self._release.wants(tick.capture_ms) and self._feed(tick.capture_ms, tick.picture, tick.sound, tick):
                self._last = tick
                self._release.begun(tick.capture_ms)
            return
        missing = tick.number - last.number - 1
        drift_ms = tick.capture_ms - last.capture_ms - (missing + 1) * FRAME_MS
        if not 0 <= missing <= MAX_GAP_TICKS or abs(drift_ms) > MAX_DRIFT_MS:
            log.warning("programme jumped, fresh encoder", ticks=missing, drift_ms=drift_ms)
            self.stop()
            return
        for number in range(1, missing + 1):
            if self._feed(last.capture_ms + number * FRAME_MS, last.picture, SILENCE, None):
                self._counters.repeated_frames += 1
        self._feed(tick.capture_ms, tick.picture, tick.sound, tick)
        self._last = tick

    def _feed(self, capture_ms: int, picture: bytearray, sound: bytes | bytearray, tick: Tick | None) -> bool:
        if not self._encoder.feed(picture, sound):
            self._counters.refused_ticks += 1
            return False
        self._assembler.captured(capture_ms)
        self._inside.append(tick)
        self._unanswered += 1
        return True
