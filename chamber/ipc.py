"""JSON lines over Unix sockets between our own processes: one key names the message, peers are checked by uid."""

import asyncio
import json
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from chamber.core.errors import DeviceUnreachableError

LINE_BYTES = 64 * 1024
BACKLOG_BYTES = 1024 * 1024
Message = dict[str, Any]


def encode(message: Message) -> bytes:
    """One line of JSON, UTF-8."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Message | None:
    """A message, or None when the line is not a JSON object."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def same_user(writer: asyncio.StreamWriter) -> bool:
    """Whether the peer runs as us or as root (SO_PEERCRED)."""
    sock: socket.socket = writer.get_extra_info("socket")
    _, uid, _ = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return uid in (0, os.getuid())


async def _read(reader: asyncio.StreamReader, on_message: Callable[[Message], None]) -> None:
    """Hand over each message until the peer hangs up; a line over the limit ends the session."""
    while line := await reader.readline():
        message = decode(line)
        if message is not None:
            on_message(message)


class LineServer:
    """Serves one client at a time; a newer client replaces the older one."""

    def __init__(self, path: Path, on_message: Callable[[Message], None], on_gone: Callable[[], None]) -> None:
        self._path, self._on_message, self._on_gone = path, on_message, on_gone
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def start(self) -> None:
        """Listen; an old socket file is replaced, the new one is readable by us alone."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._session, self._path, limit=LINE_BYTES)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Hang up and stop listening."""
        if self._writer:
            self._writer.close()
        if self._server:
            self._server.close()
            await self._server.wait_closed()
        self._path.unlink(missing_ok=True)

    def send(self, message: Message) -> None:
        """Send to the client, if there is one; a client that does not read is hung up on."""
        writer = self._writer
        if writer is None or writer.is_closing():
            return
        if writer.transport.get_write_buffer_size() > BACKLOG_BYTES:
            writer.transport.abort()
            return
        writer.write(encode(message))

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not same_user(writer):
            writer.close()
            return
        if self._writer:
            self._writer.transport.abort()
        self._writer = writer
        try:
            with suppress(OSError, ValueError):
                await _read(reader, self._on_message)
        finally:
            writer.close()
            if self._writer is writer:
                self._writer = None
                self._on_gone()


class LineClient:
    """One session with a LineServer; `on_message` gets what it sends. Supervised like a device."""

    def __init__(self, name: str, path: Path, on_message: Callable[[Message], None]) -> None:
        self.name, self._path, self._on_message = name, path, on_message
        self._writer: asyncio.StreamWriter | None = None

    async def serve(self, ready: Callable[[], None]) -> None:
        """Hold one session; ends only by raising DeviceUnreachableError, or cancelled."""
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(3):
                reader, writer = await asyncio.open_unix_connection(self._path, limit=LINE_BYTES)
            self._writer = writer
            ready()
            await _read(reader, self._on_message)
            raise DeviceUnreachableError(self.name, "the process hung up")
        except (OSError, ValueError) as exc:
            raise DeviceUnreachableError(self.name, str(exc) or "no answer") from exc
        finally:
            self._writer = None
            if writer:
                writer.close()

    def send(self, message: Message) -> bool:
        """Send now; False when there is no session or the peer does not read."""
        writer = self._writer
        if writer is None or writer.is_closing() or writer.transport.get_write_buffer_size() > BACKLOG_BYTES:
            return False
        writer.write(encode(message))
        return True


Serve = Callable[[Callable[[], None]], Awaitable[None]]
