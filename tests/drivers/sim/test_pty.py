import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import serial

from drivers.sim.pty import SimPort
from tests.until import until


class Echo:
    """A port that answers everything in capitals."""

    def __init__(self, path: str | None) -> None:
        self.got = b""
        self.port = SimPort(path, self._on_data)

    def _on_data(self, data: bytes) -> None:
        self.got += data
        self.port.write(data.upper())


@pytest.fixture
async def echo(tmp_path: Path) -> AsyncIterator[Echo]:
    echo = Echo(str(tmp_path / "ttySIM0"))
    echo.port.open()
    yield echo
    echo.port.close()


def say(path: str, text: bytes) -> bytes:
    with serial.Serial(path, 9600, timeout=3) as line:
        line.write(text)
        return line.read(len(text))


async def test_clients_come_and_go_under_one_name(echo: Echo) -> None:
    for text in (b"one\r\n", b"two\xff\x00\x03", b"three"):
        assert await asyncio.to_thread(say, echo.port.path, text) == text.upper()


async def test_unplugging_fails_the_client_and_replugging_brings_the_name_back(echo: Echo) -> None:
    with serial.Serial(echo.port.path, 9600, timeout=3) as line:
        echo.port.unplug()
        assert not Path(echo.port.path).is_symlink()
        assert not echo.port.plugged
        with pytest.raises(serial.SerialException):
            await asyncio.to_thread(line.read, 1)
    echo.port.write(b"into the void")
    echo.port.replug()
    assert await asyncio.to_thread(say, echo.port.path, b"back") == b"BACK"


async def test_without_a_path_it_has_the_name_of_the_pty() -> None:
    echo = Echo(None)
    echo.port.open()
    try:
        assert await asyncio.to_thread(say, echo.port.path, b"x") == b"X"
    finally:
        echo.port.close()


async def test_a_stale_link_is_replaced_and_a_file_is_not(tmp_path: Path) -> None:
    stale = tmp_path / "ttyOLD"
    stale.symlink_to(tmp_path / "gone")
    echo = Echo(str(stale))
    echo.port.open()
    assert await asyncio.to_thread(say, echo.port.path, b"y") == b"Y"
    echo.port.close()
    file = tmp_path / "notes"
    file.write_text("keep")
    with pytest.raises(FileExistsError):
        SimPort(str(file), lambda data: None).open()
    assert file.read_text() == "keep"


async def test_what_nobody_reads_is_lost_and_the_port_lives_on(echo: Echo) -> None:
    for _ in range(100):
        echo.port.write(b"z" * 1000)
    with serial.Serial(echo.port.path, 9600, timeout=0.2) as line:
        held = await asyncio.to_thread(line.read, 100_000)
        assert len(held) < 20_000
    assert await asyncio.to_thread(say, echo.port.path, b"still here") == b"STILL HERE"
    await until(lambda: echo.got.endswith(b"still here"))
