"""Notifications of a Panasonic camera: one TCP connection for each, to everybody who has subscribed.

Frame as seen from an AW-UE80: 22 bytes (address, counter, clock), size, 4 bytes, CR LF text CR LF with zeros up to a
multiple of four, 24 bytes. The size counts the padding and 8 bytes more.
"""

import asyncio
import socket
import struct

from drivers.sim.faults import Faults

PENDING = 200


def frame(text: str, counter: int = 1, address: str = "192.0.2.21") -> bytes:
    """One notification as bytes."""
    information = b"\r\n" + text.encode("ascii") + b"\r\n"
    information += bytes(-len(information) % 4)
    clock = bytes((26, 12, 1, 19, 30, 0))
    head = socket.inet_aton(address) + struct.pack(">H", counter) + clock + bytes.fromhex("00010080000000000001")
    return head + struct.pack(">H", len(information) + 8) + bytes.fromhex("00010000") + information + bytes(24)


class Pushes:
    """Who is notified, and the sending."""

    def __init__(self, faults: Faults) -> None:
        self.subscribers: dict[tuple[str, int], None] = {}
        self._faults, self._counter = faults, 0
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, text: str) -> None:
        """Notify everybody, later; what cannot be delivered is lost."""
        self._counter = (self._counter + 1) & 0xFFFF
        for data in self._faults.outgoing(frame(text, self._counter)):
            for host, port in self.subscribers:
                if len(self._tasks) < PENDING:
                    task = asyncio.create_task(self._deliver(host, port, data))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)

    def forget(self) -> None:
        """After a restart nobody is subscribed."""
        self.subscribers.clear()
        for task in self._tasks:
            task.cancel()

    async def _deliver(self, host: str, port: int, data: bytes) -> None:
        await asyncio.sleep(self._faults.delay_s)
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            return
        writer.write(data)
        writer.close()
