"""`chamber learn` as a technician uses it: a terminal on one side, a simulated system on the other."""

import asyncio
import sys
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chamber.__main__ import main
from config.load import parse
from drivers.sim.dis import SimDis
from drivers.sim.tlvcam import SimTlvcam
from tests.config.halls import hall
from tests.drivers.sessions import UdpPeer


class Terminal:
    """A running `chamber learn` whose lines are read and answered."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[str] = []

    async def until(self, what: str) -> None:
        """Read until a line holds this."""
        assert self._process.stdout is not None
        async with asyncio.timeout(15):
            while not self.lines or what not in self.lines[-1]:
                line = await self._process.stdout.readline()
                assert line, f"ended before {what!r}: {self.lines}"
                self.lines.append(line.decode().rstrip())

    def type(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())

    async def rest(self) -> tuple[int, str]:
        """The exit code, and what is printed until then."""
        async with asyncio.timeout(15):
            out, _ = await self._process.communicate()
        return self._process.returncode or 0, out.decode()


@asynccontextmanager
async def learning(*args: str) -> AsyncIterator[Terminal]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chamber", "learn", *args, "--quiet", "0.3",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Terminal(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def teach(terminal: Terminal, press: Callable[[int, bool], None], *seats: int) -> tuple[int, str]:
    """Press buttons as told, and read the result."""
    for seat in seats:
        await terminal.until("microphone within reach")
        terminal.type(str(seat))
        await terminal.until("microphone is on")
        press(seat, True)
        await terminal.until("so that it is off")
        press(seat, False)
    await terminal.until("another microphone within reach")
    terminal.type("")
    await terminal.until("ask for the floor")
    terminal.type("")
    return await terminal.rest()


def section(text: str) -> dict[str, Any]:
    """The section for CONFIG in what was printed, after CONFIG has taken it."""
    text = text[text.index("[[microphones]]") : text.index("\n]\n") + 3]
    found: dict[str, Any] = tomllib.loads(text)["microphones"][0]
    parse(hall(microphones=[found], seats=[], people=[]), "hall.toml")
    return found


async def test_tlvcam1_on_a_serial_line(tmp_path: Path) -> None:
    out = tmp_path / "learnt.toml"
    async with SimTlvcam(sync_s=0.1) as unit:
        path = unit.ways.port.path
        async with learning(path, "--baud", "19200", "--out", str(out)) as terminal:
            code, printed = await teach(terminal, unit.press, 3, 12)
    assert code == 0, printed
    assert any("%M00030110" in line for line in terminal.lines), "what arrives is shown"
    assert sum(line.startswith("    %S00000113.   25") for line in terminal.lines) <= 1, (
        "and what comes by itself does not bury it"
    )
    assert section(out.read_text(encoding="utf-8")) == {
        "id": "learnt", "driver": "lines", "path": path, "baud": 19200, "encoding": "ascii",
        "start": "%", "end": "\r", "checksum": "sum16-hex",
        "rules": [
            {"pattern": r"M(?P<seat>\d{4})", "means": "on"},
            {"pattern": r"m(?P<seat>\d{4})", "means": "off"},
            {"pattern": r"S\d{4}", "means": "alive"},
        ],
    }  # fmt: skip
    assert "open_list" in printed


async def test_a_system_on_tcp_that_must_be_greeted() -> None:
    async with (
        SimDis(range(1, 9)) as unit,
        learning(f"tcp:127.0.0.1:{unit.ways.tcp_port}", "--send", "mic_status\\r") as terminal,
    ):
        code, printed = await teach(terminal, unit.press, 3, 7)
        assert list(unit.got) == ["mic_status"]
    assert code == 0, printed
    found = section(printed)
    assert (found["host"], found["port"], found["end"]) == ("127.0.0.1", unit.ways.tcp_port, "\r\n")
    assert found["rules"][:2] == [
        {"pattern": r"mic_on (?P<seat>\d+)", "means": "on"},
        {"pattern": r"mic_off (?P<seat>\d+)", "means": "off"},
    ]


async def test_a_system_that_sends_by_udp() -> None:
    async with UdpPeer() as probe:
        port = probe.port
    async with SimTlvcam(2, udp_to=("127.0.0.1", port)) as unit, learning(f"udp:{port}") as terminal:
        code, printed = await teach(terminal, unit.press, 3, 12)
    assert code == 0, printed
    found = section(printed)
    assert (found["transport"], found["host"], found["listen"]) == ("udp", "127.0.0.1", f"0.0.0.0:{port}")
    assert found["rules"][0] == {"pattern": r"1(?P<seat>\d{4})", "means": "on"}


async def test_lines_without_a_seat_teach_nothing() -> None:
    async with SimTlvcam(2) as unit, learning(unit.ways.port.path) as terminal:
        code, printed = await teach(terminal, lambda seat, on: unit.say(b"hello\r\n"), 3)
    assert code == 1
    assert "Nothing was learnt" in printed
    assert "heard: 'hello'" in printed


def test_a_port_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "tcp:127.0.0.1:http"]) == 2
    assert "write tcp:HOST:PORT, udp:PORT" in capsys.readouterr().err
    assert main(["learn", str(tmp_path / "ttyUSB9")]) == 1
    assert "cannot be opened" in capsys.readouterr().out
