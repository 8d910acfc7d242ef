"""A camera that speaks RTSP, for tests: RFC 2326 over TCP with interleaved RTP, its pictures coded by ffmpeg."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path
from typing import Self


class RtspCamera:
    """Serves `url` to any number of clients; the RTP packets are those of an ffmpeg that sends here by UDP."""

    def __init__(self, program: str, film: Path, folder: Path) -> None:
        self._program, self._film, self._sdp = program, film, folder / "camera.sdp"
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._rtp.bind(("127.0.0.1", 0))
        self._rtp.setblocking(False)
        self._players: set[asyncio.StreamWriter] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/live"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._session, "127.0.0.1", 0)
        port = self._rtp.getsockname()[1]
        self._sender = await asyncio.create_subprocess_exec(
            self._program, "-v", "error", "-re", "-stream_loop", "-1", "-i", str(self._film), "-map", "0:v", "-c:v", "libx264",
            "-g", "10", "-tune", "zerolatency", "-f", "rtp", "-sdp_file", str(self._sdp), f"rtp://127.0.0.1:{port}?pkt_size=1200",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        self._tasks.append(asyncio.create_task(self._forward()))
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._sender.kill()
        await self._sender.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.hang_up()
        self._server.close()
        await self._server.wait_closed()
        self._rtp.close()

    def hang_up(self) -> None:
        for player in self._players:
            player.transport.abort()

    async def _forward(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            packet = await loop.sock_recv(self._rtp, 2048)
            for player in self._players:
                player.write(b"$\x00" + len(packet).to_bytes(2, "big") + packet)

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                if (first := await reader.readexactly(1)) == b"$":
                    await reader.readexactly(int.from_bytes((await reader.readexactly(3))[1:], "big"))
                    continue
                head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
                method = head.split(" ", 1)[0]
                self.asked.append(method)
                number = next(
                    line.partition(":")[2].strip() for line in head.split("\r\n") if line.lower().startswith("cseq")
                )
                writer.write(f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\n{self._answer(method)}".encode())
                if method == "PLAY":
                    self._players.add(writer)
        except (OSError, EOFError):
            return
        finally:
            self._players.discard(writer)
            writer.close()

    def _answer(self, method: str) -> str:
        if method == "DESCRIBE":
            sdp = self._sdp.read_text().removeprefix("SDP:\n") + "a=control:track\r\n"
            return f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}"
        if method == "SETUP":
            return "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n\r\n"
        return "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\nSession: 1\r\n\r\n"
