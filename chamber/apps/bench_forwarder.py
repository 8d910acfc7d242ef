"""The yardstick of `chamber bench wire`: microphone in, recall out, nothing else. Run as a process of its own."""

import asyncio
import struct
import sys

from chamber.apps.service import run

XREMOTE = b"/xremote\0\0\0\0,\0\0\0"
RENEW_S = 5.0


class Forwarder(asyncio.DatagramProtocol):
    """Sends a Sony-framed recall for each `/ch/NN/mix/on ,i 1`; knows no state and waits for no answer."""

    def __init__(self, camera: tuple[str, int]) -> None:
        self._camera = camera
        self._sequence = 0
        self._out: asyncio.DatagramTransport | None = None

    def datagram_received(self, data: bytes, addr: tuple[str | None, int]) -> None:
        """One push of the desk."""
        if self._out is None or not data.startswith(b"/ch/") or data[6:13] != b"/mix/on" or data[-1] != 1:
            return
        self._sequence += 1
        preset = int(data[4:6]) - 1
        packet = struct.pack(">HHI", 0x0100, 7, self._sequence) + bytes((0x81, 1, 4, 0x3F, 2, preset, 0xFF))
        self._out.sendto(packet, self._camera)

    def attach(self, out: asyncio.DatagramTransport) -> None:
        """Send recalls through this transport."""
        self._out = out


async def forward(desk_port: int, camera_port: int) -> None:
    """Forward until cancelled."""
    loop = asyncio.get_running_loop()
    forwarder = Forwarder(("127.0.0.1", camera_port))
    out, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    forwarder.attach(out)
    desk, _ = await loop.create_datagram_endpoint(lambda: forwarder, remote_addr=("127.0.0.1", desk_port))
    try:
        while True:
            desk.sendto(XREMOTE)
            await asyncio.sleep(RENEW_S)
    finally:
        out.close()
        desk.close()


if __name__ == "__main__":
    sys.exit(run("forwarder", lambda: forward(int(sys.argv[1]), int(sys.argv[2]))))
