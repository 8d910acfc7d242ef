"""An Extron matrix (DTP CrossPoint manners) on a serial pty, and on TCP when wanted, with a hand at its front panel."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, cast

from drivers.sim.faults import Faults, Outlet
from drivers.sim.pty import SimPort
from drivers.sim.sis_matrix import AUDIO, BOTH, VIDEO, Matrix
from drivers.sim.sis_session import CROSSPOINT, Identity, Outcome, Session

__all__ = ["Identity", "SimSis"]

LOG_LINES, LINE_LIMIT = 10_000, 200
# "Up to 200 simultaneous connections; one more is refused without any message."
TCP_CLIENTS = 200
# A client that reads nothing is dropped at this.
UNREAD_BYTES = 1 << 20


class SimSis:
    """One matrix. Use as `async with SimSis(path=...) as matrix:` or with start() and close().

    Args:
        path: name of its serial port, a symbolic link; None for the pty's own name (see `path` after the start).
        inputs, outputs: size.
        host: address for TCP.
        tcp_port: TCP port, 0 for a free one, 23 on the real one; None for a unit that is reached by serial only.
        password: asked for on TCP; None for none.
        identity: what it says it is.
        baud: pace of the serial answers.
        family: in which guide the black picture stands: crosspoint, in160x or sw.
        tagged_ties: read ties come with their tag in verbose modes 2 and 3, as on some families.
        now_s: clock for the ten-second rule.
    Attributes:
        faults: misbehaviour to switch on.
        matrix: ties, mutes and presets.
        port: the serial port, to unplug and plug in again.
        on_change: called after every change of ties, mutes, presets or lock, by whomever.
        log: (CLOCK_MONOTONIC ns, what) of commands that changed or refused something, and of the panel.
    """

    def __init__(
        self,
        path: str | None = None,
        *,
        inputs: int = 8,
        outputs: int = 4,
        host: str = "127.0.0.1",
        tcp_port: int | None = None,
        password: str | None = None,
        identity: Identity = Identity(),  # noqa: B008  (frozen)
        baud: int = 9600,
        family: str = CROSSPOINT,
        tagged_ties: bool = False,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.matrix, self.identity = Matrix(inputs, outputs), identity
        self.host, self.tcp_port, self.password = host, tcp_port, password
        self.faults = Faults()
        self.on_change: Callable[[], None] | None = None
        self.log: deque[tuple[int, str]] = deque(maxlen=LOG_LINES)
        self._family, self._tagged_ties, self._now_s = family, tagged_ties, now_s
        self.port = SimPort(path, self._serial_data)
        # Start bit, eight data bits, stop bit.
        self._serial_outlet = Outlet(self.faults, byte_s=10 / baud)
        self._serial = self.session(1)
        self._clients: set[_TcpClient] = set()
        self._server: asyncio.Server | None = None

    @property
    def path(self) -> str:
        """What a serial client opens."""
        return self.port.path

    async def start(self) -> None:
        """Publish the serial port and listen."""
        self.port.open()
        if self.tcp_port is not None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _TcpClient(self), self.host, self.tcp_port)
            self.tcp_port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take the ports away."""
        self._serial_outlet.close()
        self.port.close()
        if self._server:
            self._server.close()
        self._server = None
        self._hang_up()
        await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def video(self, output: int) -> int:
        """The input whose picture is on an output, 0 for none."""
        return self.matrix.tied(output, VIDEO)

    def audio(self, output: int) -> int:
        """The input whose sound is on an output, 0 for none."""
        return self.matrix.tied(output, AUDIO)

    def panel_tie(self, output: int, source: int) -> None:
        """Somebody at the front panel ties an input (0: none) to an output. RefusedError: not there."""
        self.matrix.tie(source, output, BOTH)
        self._panel(f"tie {source}*{output}", "Qik")

    def panel_recall(self, preset: int) -> None:
        """Somebody at the front panel recalls a preset. RefusedError: not saved."""
        self.matrix.recall(preset)
        self._panel(f"recall {preset}", f"Rpr{preset:02d}")

    def panel_mute(self, output: int, on: bool) -> None:
        """Somebody at the front panel mutes the picture of an output."""
        self.matrix.mute(self.matrix.video_mutes, output, int(on), 2)
        self._panel(f"mute {output} {on}", f"Vmt{output}*{int(on)}")

    def reboot(self) -> None:
        """Power fails and returns: ties stay, verbose modes do not, TCP hangs up, the serial port says its banner."""
        self._hang_up()
        self._serial = self.session(1)
        self.log.append((time.monotonic_ns(), "reboot"))
        self._to_serial(self.identity.banner)

    def session(self, mode: int) -> Session:
        """A conversation with this unit, as its ports hold them."""
        return Session(
            self.matrix,
            self.identity,
            self.faults,
            mode=mode,
            family=self._family,
            tagged_ties=self._tagged_ties,
            now_s=self._now_s,
        )

    def greeting(self) -> str:
        """First lines of a TCP session."""
        return f"{self.identity.banner}\r\n{datetime.now(UTC):%a, %d %b %Y, %H:%M:%S}\r\n"

    def executed(self, outcome: Outcome, asker: Session) -> None:
        """Log what a client did and tell the others."""
        if outcome.what:
            self.log.append((time.monotonic_ns(), outcome.what))
        if outcome.told:
            self._tell(outcome.told, asker)
            if self.on_change:
                self.on_change()

    def joined(self, client: "_TcpClient") -> bool:
        """Take a TCP client in; False when there are too many."""
        if len(self._clients) >= TCP_CLIENTS:
            return False
        self._clients.add(client)
        return True

    def left(self, client: "_TcpClient") -> None:
        """A TCP client is gone."""
        self._clients.discard(client)

    def _panel(self, what: str, line: str) -> None:
        self.log.append((time.monotonic_ns(), f"panel {what}"))
        self._tell(line, None)
        if self.on_change:
            self.on_change()

    def _tell(self, line: str, asker: Session | None) -> None:
        if self._serial is not asker and self._serial.notices:
            self._to_serial(line)
        for client in self._clients:
            if client.session is not asker and client.session.notices and client.admitted:
                client.send(f"{line}\r\n")

    def _serial_data(self, data: bytes) -> None:
        if self.faults.loses():
            return
        for outcome in self._serial.feed(data):
            self._to_serial(outcome.reply)
            self.executed(outcome, self._serial)

    def _to_serial(self, line: str) -> None:
        self._serial_outlet.send(f"{line}\r\n".encode("latin-1"), self.port.write)

    def _hang_up(self) -> None:
        for client in list(self._clients):
            client.abort()
        self._clients.clear()


class _TcpClient(asyncio.Protocol):
    """One telnet session: banner, password when there is one, then commands."""

    def __init__(self, unit: SimSis) -> None:
        self._unit = unit
        self.session = unit.session(0)
        self.admitted = unit.password is None
        self._typed = b""
        self._outlet = Outlet(unit.faults)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._unit.joined(self):
            transport.close()
            return
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self.send(self._unit.greeting())
        if not self.admitted:
            self.send("\r\nPassword:")

    def data_received(self, data: bytes) -> None:
        if self._unit.faults.loses():
            return
        if not self.admitted:
            data = self._log_in(data)
        for outcome in self.session.feed(data):
            self.send(f"{outcome.reply}\r\n")
            self._unit.executed(outcome, self.session)

    def connection_lost(self, exc: Exception | None) -> None:
        self._outlet.close()
        self._unit.left(self)
        self._transport = None

    def send(self, text: str) -> None:
        """Send lines, faults applied."""
        self._outlet.send(text.encode("latin-1"), self._write)

    def abort(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.abort()

    def _log_in(self, data: bytes) -> bytes:
        self._typed = self._typed + data
        while not self.admitted and b"\r" in self._typed:
            line, _, self._typed = self._typed.partition(b"\r")
            self.admitted = line.strip(b"\n").decode("latin-1") == self._unit.password
            self.send("\r\nLogin Administrator\r\n" if self.admitted else "\r\nPassword:")
        if not self.admitted:
            self._typed = self._typed[:LINE_LIMIT]
            return b""
        rest, self._typed = self._typed, b""
        return rest

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > UNREAD_BYTES:
            self._transport.abort()
