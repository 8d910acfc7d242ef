"""One thread for each input: opens the source, reads it, and opens it again with growing delay when it fails."""

import os
import select
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import structlog

from chamber.core.errors import DeviceUnreachableError
from chamber.mixer.feed import DETAIL_CHARS, Feed, ProcessFeed, StoppedError, connect
from chamber.mixer.frames import FrameStore
from chamber.mixer.scaling import Scaler
from chamber.mixer.sound import SoundBuffer
from chamber.mixer.units import SAMPLE_BYTES
from chamber.mixer.y4m import FRAME_MARK, HEADER_BYTES, Y4mHeader, parse_header
from chamber.ports import Clock

FIRST_S = 0.25
CAP_S = 5.0
STABLE_MS = 10_000
SOUND_CHUNK_BYTES = 16 * 1024

log = structlog.get_logger(__name__)
Read = Callable[[Feed, Callable[[], None]], None]


class Intake:
    """Keeps one source open. `read` gets the feed and a function to call when the first data has come; it never
    returns but ends by raising."""

    def __init__(self, name: str, source: Path | tuple[str, ...], read: Read, clock: Clock) -> None:
        self._name, self._source, self._read, self._clock = name, source, read, clock
        self._stop = os.eventfd(0, os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name=f"input {name}", daemon=True)

    def start(self) -> None:
        """Begin; never raises."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and its process; returns when both are gone, within 3 s."""
        os.eventfd_write(self._stop, 1)
        self._thread.join(5.0)
        os.close(self._stop)

    def _run(self) -> None:
        failures, told = 0, ""
        while True:
            up_at_ms: int | None = None

            def up() -> None:
                nonlocal up_at_ms, told
                up_at_ms = self._clock.now_ms()
                log.info("input up", input=self._name)
                told = ""

            try:
                with self._open() as feed:
                    self._read(feed, up)
            except StoppedError:
                return
            except DeviceUnreachableError as exc:
                reason = exc.detail[:DETAIL_CHARS]
            except Exception:
                reason = "internal error, see log"
                log.exception("bug in an input", input=self._name)
            if reason != told:
                log.warning("input down", input=self._name, reason=reason)
                told = reason
            stable = up_at_ms is not None and self._clock.now_ms() - up_at_ms >= STABLE_MS
            failures = 1 if stable else failures + 1
            if select.select([self._stop], [], [], min(CAP_S, FIRST_S * 1.5 ** min(failures - 1, 20)))[0]:
                return

    def _open(self) -> Feed:
        if isinstance(self._source, Path):
            return connect(self._name, self._source, self._stop)
        return ProcessFeed(self._name, self._source, self._stop)


def read_frames(store: FrameStore, clock: Clock) -> Read:
    """Reading of raw pictures of exactly the store's size."""

    def read(feed: Feed, up: Callable[[], None]) -> None:
        feed.fill(store.back.data)
        store.publish(clock.now_ms())
        up()
        while True:
            feed.fill(store.back.data)
            store.publish(clock.now_ms())

    return read


def read_y4m(store: FrameStore, width: int, height: int, clock: Clock) -> Read:
    """Reading of YUV4MPEG2; pictures of another size are scaled to fit, with black beside them."""

    def read(feed: Feed, up: Callable[[], None]) -> None:
        header = _header(feed)
        scaler = None
        if (header.width, header.height) != (width, height):
            scaler = Scaler(header.width, header.height, width, height)
        mark = bytearray(len(FRAME_MARK))
        raw = np.zeros(header.frame_bytes, np.uint8)
        first = True
        while True:
            feed.fill(memoryview(mark), raw.data if scaler else store.back.data)
            if mark != FRAME_MARK:
                raise DeviceUnreachableError(feed.name, "the stream lost its place: no FRAME where one begins")
            if scaler:
                scaler.fit(raw, store.back)
            store.publish(clock.now_ms())
            if first:
                up()
                first = False

    return read


def read_sound(buffer: SoundBuffer, clock: Clock) -> Read:
    """Reading of s16le, 48 kHz, 2 channels, in whatever portions it comes."""

    def read(feed: Feed, up: Callable[[], None]) -> None:
        chunk = bytearray(SOUND_CHUNK_BYTES)
        view, held = memoryview(chunk), feed.some([memoryview(chunk)])
        up()
        while True:
            whole = held - held % SAMPLE_BYTES
            buffer.write(chunk[:whole], clock.now_ms())
            rest = bytes(chunk[whole:held])
            chunk[: len(rest)] = rest
            held = len(rest) + feed.some([view[len(rest) :]])

    return read


def _header(feed: Feed) -> Y4mHeader:
    line, byte = b"", bytearray(1)
    while len(line) < HEADER_BYTES:
        feed.fill(memoryview(byte))
        if byte == b"\n":
            try:
                return parse_header(line)
            except ValueError as exc:
                raise DeviceUnreachableError(feed.name, str(exc)) from exc
        line += byte
    raise DeviceUnreachableError(feed.name, "the stream has no header")
