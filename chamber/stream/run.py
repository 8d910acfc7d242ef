"""One life of the live encoder: ticks in, parts to the gate."""

import asyncio
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
SILENT_S = 3.0
LOG_CHARS = 300

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Counters:
    """What went wrong since the process started."""

    encoder_restarts: int = 0
    repeated_frames: int = 0
    refused_ticks: int = 0


class LiveRun:
    """Feeds one encoder and hands what it makes to the gate, until it ends or is stopped."""

    def __init__(self, encoder: Encoder, release: Release, settings: StreamSettings, counters: Counters) -> None:
        self._encoder, self._release, self._counters = encoder, release, counters
        self._assembler = Assembler(settings.part_frames, settings.gop_frames)
        self._last: Tick | None = None
        self._stopped = False
        self.made_parts = False

    def stop(self) -> None:
        """Kill the encoder now and discard whatever it made; synchronous, safe to repeat."""
        self._stopped = True
        self._encoder.kill()

    def is_stopped(self) -> bool:
        """Whether this life is over, or about to be."""
        return self._stopped

    def take(self, tick: Tick) -> None:
        """Feed a tick if the gate lets it in; missing ones are filled with the last picture and silence."""
        if self.is_stopped():
            return
        last = self._last
        if last is None:
            if self._release.wants(tick.capture_ms) and self._feed(tick.capture_ms, tick.picture, tick.sound):
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
            if self._feed(last.capture_ms + number * FRAME_MS, last.picture, SILENCE):
                self._counters.repeated_frames += 1
        self._feed(tick.capture_ms, tick.picture, tick.sound)
        self._last = tick

    async def live(self) -> None:
        """Run to the end of this life; returns, whatever ended it. The encoder is gone then."""
        try:
            await self._encoder.start()
            while not self.is_stopped():
                async with asyncio.timeout(SILENT_S):
                    data = await self._encoder.read()
                if not data:
                    break
                for part in self._assembler.feed(data):
                    if self.is_stopped():  # the gate may have shut on the part before
                        break
                    self.made_parts = True
                    self._release.offer(part)
        except TimeoutError:
            log.warning("encoder is silent", seconds=SILENT_S)
        except ChamberError as exc:
            log.warning("encoder failed", reason=str(exc)[:LOG_CHARS])
        finally:
            if not self.is_stopped():
                self._counters.encoder_restarts += 1
                log.warning("encoder ended", said=self._encoder.complaints()[:LOG_CHARS])
            self._stopped = True
            self._release.ended()
            await self._encoder.close()

    def _feed(self, capture_ms: int, picture: bytearray, sound: bytes | bytearray) -> bool:
        if not self._encoder.feed(picture, sound):
            self._counters.refused_ticks += 1
            return False
        self._assembler.captured(capture_ms)
        return True
