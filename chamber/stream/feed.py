"""Reads the programme from the mixer's socket: pictures and sound of each tick, straight into buffers of their own."""

import asyncio
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from chamber.ports import Clock
from chamber.stream.settings import CHANNELS, FRAME_MS, RATE_HZ, TICK_SAMPLES

HEADER = struct.Struct("<4sBBHQQII")
MAGIC = b"RZM1"
HELLO, PICTURE, SOUND = 0, 1, 2
MAX_HELLO_BYTES = 4096
SOUND_BYTES = TICK_SAMPLES * CHANNELS * 2
RETRY_S = 0.25
CONNECT_S = 3.0
SILENT_S = 3.0
FRESH_MS = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """One picture with its sound, at its place on the mixer's clock."""

    number: int
    capture_ms: int
    picture: bytearray
    sound: bytearray


class _Session(asyncio.BufferedProtocol):
    """Cuts one connection into ticks; hangs up on anything the contract does not know."""

    def __init__(self, width: int, height: int, on_tick: Callable[[Tick], None]) -> None:
        self._size = {"width": width, "height": height, "fps": 1000 // FRAME_MS, "rate": RATE_HZ, "channels": CHANNELS}
        self._picture_bytes = width * height * 3 // 2
        self._on_tick = on_tick
        self._transport: asyncio.BaseTransport | None = None
        self._head = bytearray(HEADER.size)
        self._body: bytearray | None = None
        self._into = memoryview(self._head)
        self._kind = self._number = self._capture_ms = 0
        self._picture: bytearray | None = None
        self._picture_number = -1
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(str(exc) if exc else "the mixer hung up")

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._into

    def buffer_updated(self, nbytes: int) -> None:
        self._into = self._into[nbytes:]
        while not len(self._into) and not self.ended.done():
            if self._body is None:
                self._begin()
            else:
                body, self._body = self._body, None
                self._into = memoryview(self._head)
                self._complete(body)

    def _begin(self) -> None:
        magic, self._kind, _, _, self._number, capture_ns, size, _ = HEADER.unpack(self._head)
        self._capture_ms = capture_ns // 1_000_000
        wanted = {PICTURE: self._picture_bytes, SOUND: SOUND_BYTES}.get(self._kind)
        known = size == wanted if wanted is not None else self._kind == HELLO and 0 < size <= MAX_HELLO_BYTES
        if magic != MAGIC or not known:
            self._end(f"a message of kind {self._kind} with {size} bytes, where {wanted} were expected")
            return
        self._body = bytearray(size)
        self._into = memoryview(self._body)

    def _complete(self, body: bytearray) -> None:
        if self._kind == HELLO:
            try:
                said = json.loads(body)
            except ValueError:
                said = None
            if not isinstance(said, dict) or any(said.get(key) != value for key, value in self._size.items()):
                self._end(f"the mixer makes {str(said)[:200]}, the stream is set to {self._size}")
        elif self._kind == PICTURE:
            self._picture, self._picture_number = body, self._number
        elif self._picture is not None and self._picture_number == self._number:
            picture, self._picture = self._picture, None
            self._on_tick(Tick(self._number, self._capture_ms, picture, body))

    def _end(self, reason: str) -> None:
        if not self.ended.done():
            self.ended.set_result(reason)
        if self._transport:
            self._transport.close()


class _Size(Protocol):
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def run_dir(self) -> Path: ...


class ProgrammeFeed:
    """Stays connected to the mixer and hands over each tick as it comes."""

    def __init__(self, settings: _Size, clock: Clock, on_tick: Callable[[Tick], None]) -> None:
        self._path = settings.run_dir / "programme.sock"
        self._settings, self._clock, self._on_tick = settings, clock, on_tick
        self._last_ms: int | None = None
        self._told = ""

    def fresh(self) -> bool:
        """Whether ticks come in."""
        return self._last_ms is not None and self._clock.now_ms() - self._last_ms < FRESH_MS

    async def run(self) -> None:
        """Connect, again and again, until cancelled."""
        while True:
            reason = await self._session()
            if reason != self._told:
                log.warning("no programme", reason=reason)
            self._told = reason
            await self._clock.sleep(RETRY_S)

    async def _session(self) -> str:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_S):
                transport, session = await loop.create_unix_connection(
                    lambda: _Session(self._settings.width, self._settings.height, self._tick), str(self._path)
                )
        except OSError as exc:
            return str(exc) or "no answer"
        connected_ms = self._clock.now_ms()
        try:
            while True:
                done, _ = await asyncio.wait([session.ended], timeout=SILENT_S)
                if done:
                    return session.ended.result()
                if self._clock.now_ms() - max(connected_ms, self._last_ms or 0) > SILENT_S * 1000:
                    return "the mixer is silent"
        finally:
            transport.abort()

    def _tick(self, tick: Tick) -> None:
        if self._told:
            log.info("programme is back")
        self._told = ""
        self._last_ms = self._clock.now_ms()
        self._on_tick(tick)
