"""Small pictures of every input and of the programme for the operator's preview, drawn only while somebody looks."""

import asyncio
import io
from pathlib import Path

import numpy as np
from PIL import Image

from chamber.ipc import encode, same_user
from chamber.mixer.engine import Engine
from chamber.mixer.frames import FrameStore, Pixels
from chamber.mixer.scaling import planes

WIDTH = 320
PERIOD_S = 1 / 6
CLIENTS = 4
BACKLOG_BYTES = 512 * 1024
QUALITY = 75
_TO_RGB = (
    1.16438356, 0.0, 1.79274107, -248.10057,
    1.16438356, -0.21324861, -0.53290933, 76.87811,
    1.16438356, 2.11240179, 0.0, -289.01789,
)  # fmt: skip


def jpeg(frame: Pixels, width: int, height: int) -> bytes:
    """An I420 frame as a JPEG of 320 pixels wide."""
    size = WIDTH, round(WIDTH * height / width)
    bands = [
        Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR, reducing_gap=1.5)
        for plane in planes(frame, width, height)
    ]
    out = io.BytesIO()
    Image.merge("RGB", bands).convert("RGB", _TO_RGB).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


class ThumbServer:
    """Sends every client, six times a second, one JSON line and one JPEG for each picture; see docs/architecture.md."""

    def __init__(self, path: Path, engine: Engine, stores: dict[str, FrameStore], width: int, height: int) -> None:
        self._path, self._engine, self._stores, self._size = path, engine, stores, (width, height)
        self._scratch = np.zeros(width * height * 3 // 2, np.uint8)
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._somebody = asyncio.Event()

    async def start(self) -> None:
        """Listen; an old socket file is replaced. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._session, self._path)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Hang up on everybody."""
        for writer in tuple(self._writers):
            writer.transport.abort()
        if self._server:
            self._server.close()
            await self._server.wait_closed()
            self._path.unlink(missing_ok=True)

    async def run(self) -> None:
        """Draw and send until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._somebody.wait()
            began = loop.time()
            data = await asyncio.to_thread(self._round)
            for writer in tuple(self._writers):
                if writer.transport.get_write_buffer_size() <= BACKLOG_BYTES:
                    writer.write(data)
            await asyncio.sleep(max(0.01, PERIOD_S - (loop.time() - began)))

    def _round(self) -> bytes:
        parts: list[bytes] = []
        for name, store in self._stores.items():
            received_ms = store.copy_newest(self._scratch)
            if received_ms is not None:
                parts += self._part(name, self._scratch, received_ms)
        tick = self._engine.last
        if tick:
            parts += self._part("programme", np.frombuffer(tick.picture, np.uint8), tick.capture_ms)
        return b"".join(parts)

    def _part(self, name: str, frame: Pixels, capture_ms: int) -> tuple[bytes, bytes]:
        picture = jpeg(frame, *self._size)
        return encode({"thumb": {"id": name, "bytes": len(picture), "capture_ms": capture_ms}}), picture

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not same_user(writer) or len(self._writers) >= CLIENTS:
            writer.close()
            return
        self._writers.add(writer)
        self._somebody.set()
        try:
            while await reader.read(4096):
                pass
        except OSError:
            return
        finally:
            self._writers.discard(writer)
            if not self._writers:
                self._somebody.clear()
            writer.close()
