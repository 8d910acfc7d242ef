"""Lines between our own processes over real Unix sockets."""

import asyncio
import stat
from pathlib import Path

import pytest

from chamber.core.errors import DeviceUnreachableError
from chamber.ipc import LineClient, LineServer, Message
from tests.until import until


async def test_both_ways_and_the_newest_client_wins(tmp_path: Path) -> None:
    path = tmp_path / "run" / "x.sock"
    heard: list[Message] = []
    gone: list[int] = []
    server = LineServer(path, heard.append, lambda: gone.append(1))
    await server.start()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    said: list[Message] = []
    first, second = LineClient("a", path, said.append), LineClient("b", path, said.append)
    up = asyncio.Event()
    one = asyncio.create_task(first.serve(up.set))
    await up.wait()
    assert first.send({"wish": {"text": "één"}})
    await until(lambda: heard == [{"wish": {"text": "één"}}])
    server.send({"known": {}})
    await until(lambda: said == [{"known": {}}])
    up.clear()
    two = asyncio.create_task(second.serve(up.set))
    await up.wait()
    with pytest.raises(DeviceUnreachableError):
        await one
    assert not first.send({"late": {}})
    assert second.send({"now": {}})
    await until(lambda: heard[-1] == {"now": {}})
    await server.close()
    with pytest.raises(DeviceUnreachableError):
        await two
    assert gone == [1]


async def test_garbage_is_ignored_and_an_endless_line_ends_the_session(tmp_path: Path) -> None:
    path = tmp_path / "x.sock"
    heard: list[Message] = []
    server = LineServer(path, heard.append, lambda: None)
    await server.start()
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b'nonsense\n[1]\n{"lease": 1}\n')
    await until(lambda: heard == [{"lease": 1}])
    writer.write(b"x" * 200_000)
    assert await reader.read() == b""
    writer.close()
    await server.close()


async def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    client = LineClient("mixer", tmp_path / "none.sock", lambda message: None)
    with pytest.raises(DeviceUnreachableError, match="mixer"):
        await client.serve(lambda: None)
    assert not client.send({"wish": {}})
