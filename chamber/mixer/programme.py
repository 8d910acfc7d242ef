"""The programme socket: every tick to up to four clients, none of which can hold up the clock or another."""

import asyncio
import os
import socket
import struct
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from chamber.mixer.tick import Tick

CLIENTS = 4
WAITING_TICKS = 12
STUCK_S = 10
SEND_BUFFER_BYTES = 2 * 1024 * 1024

log = structlog.get_logger(__name__)


class _Client:
    """One client and its writing thread; beyond `WAITING_TICKS` the oldest whole ticks are dropped."""

    def __init__(self, link: socket.socket, greeting: bytes) -> None:
        self._link, self._greeting = link, greeting
        self._waiting: deque[Tick] = deque(maxlen=WAITING_TICKS)
        self._change = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="programme client", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def offer(self, tick: Tick) -> None:
        with self._change:
            self._waiting.append(tick)
            self._change.notify()

    def close(self) -> None:
        with self._change:
            self._closed = True
            self._change.notify()
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_RDWR)
        self._thread.join(5.0)

    def _run(self) -> None:
        try:
            with self._link:
                self._send([memoryview(self._greeting)])
                while tick := self._next():
                    self._send([memoryview(part) for part in tick.messages()])
        except OSError as exc:
            log.info("programme client gone", reason=exc.strerror or "it does not read")

    def _next(self) -> Tick | None:
        with self._change:
            while not self._waiting and not self._closed:
                self._change.wait()
            return None if self._closed else self._waiting.popleft()

    def _send(self, parts: Sequence[memoryview]) -> None:
        """Everything, in as few calls as possible; the socket's own time limit ends a client that stopped reading."""
        left = list(parts)
        while left:
            sent = self._link.sendmsg(left)
            while left and sent >= len(left[0]):
                sent -= len(left.pop(0))
            if sent:
                left[0] = left[0][sent:]


class ProgrammeServer:
    """Listens on a Unix socket for our own user; `publish` may be called from any thread and never waits."""

    def __init__(self, path: Path, greeting: bytes) -> None:
        self._path, self._greeting = path, greeting
        self._clients: tuple[_Client, ...] = ()
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None

    @property
    def clients(self) -> int:
        """How many are connected."""
        return sum(client.alive for client in self._clients)

    async def start(self) -> None:
        """Listen; an old socket file is replaced. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self._listener = listener = socket.socket(socket.AF_UNIX)
        listener.setblocking(False)
        listener.bind(str(self._path))
        self._path.chmod(0o600)
        listener.listen(8)
        self._accepting = asyncio.create_task(self._accept(listener))

    async def close(self) -> None:
        """Hang up on everybody; no thread is left."""
        if self._accepting:
            self._accepting.cancel()
            with suppress(asyncio.CancelledError):
                await self._accepting
        if self._listener:
            self._listener.close()
            self._path.unlink(missing_ok=True)
        clients, self._clients = self._clients, ()
        for client in clients:
            await asyncio.to_thread(client.close)

    def publish(self, tick: Tick) -> None:
        """Offer a tick to every client."""
        for client in self._clients:
            client.offer(tick)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                link, _ = await loop.sock_accept(listener)
            except OSError as exc:
                log.warning("cannot accept a programme client", reason=exc.strerror)
                await asyncio.sleep(1.0)
                continue
            self._clients = tuple(client for client in self._clients if client.alive)
            _, uid, _ = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            if uid not in (0, os.getuid()) or len(self._clients) >= CLIENTS:
                log.warning("programme client refused", uid=uid, clients=len(self._clients))
                link.close()
                continue
            link.setblocking(True)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STUCK_S, 0))
            self._clients = (*self._clients, _Client(link, self._greeting))
