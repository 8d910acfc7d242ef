"""The fence: every failure is typed, in time, and leaves no thread waiting."""

import asyncio
from typing import Any

import pytest

from chamber.core.errors import DeviceAuthError, DeviceRejectedError, DeviceUnreachableError
from drivers.obs.client import Client
from tests.drivers.obs.server import PaperObs
from tests.until import until

Events = list[tuple[str, dict[str, Any]]]


def client(obs: PaperObs, events: Events | None = None, password: str = "geheim", timeout_s: float = 20.0) -> Client:  # noqa: S107
    seen: Events = [] if events is None else events
    return Client(
        "obs", "127.0.0.1", obs.port, password, lambda kind, data: seen.append((kind, data)), timeout_s=timeout_s
    )


async def test_asks_and_is_answered_and_hears_events_in_order() -> None:
    events: Events = []
    async with PaperObs().running() as obs:
        one = client(obs, events)
        await one.connect()
        assert one.version == "5.1.0"
        assert (await one.call("GetVersion"))["obsVersion"] == "29.0.2"
        answers = await asyncio.gather(*(one.call("GetInputList") for _ in range(50)))
        assert answers == [{"inputs": []}] * 50
        for scene in ("a", "b", "c"):
            await obs.tell("CurrentProgramSceneChanged", sceneName=scene)
        await until(lambda: len(events) == 3, what="three events")
        assert [data["sceneName"] for _, data in events] == ["a", "b", "c"]
        one.close()


async def test_a_refusal_carries_code_and_comment() -> None:
    async with PaperObs().running() as obs:
        one = client(obs)
        await one.connect()
        with pytest.raises(DeviceRejectedError, match=r"SetCurrentProgramScene: No source .* \(code 600\)"):
            await one.call("SetCurrentProgramScene", sceneName="nergens")
        with pytest.raises(DeviceRejectedError, match="code 204"):
            await one.call("Typo")
        with pytest.raises(DeviceRejectedError, match="code 300"):
            await one.call("CreateScene")
        assert await one.call("GetVersion")
        one.close()


async def test_a_wrong_password_is_told_apart() -> None:
    async with PaperObs().running() as obs:
        one = client(obs, password="mis")
        with pytest.raises(DeviceAuthError, match="password"):
            await one.connect()
        one.close()


async def test_without_a_password_none_is_sent() -> None:
    async with PaperObs(password="").running() as obs:
        one = client(obs, password="")
        await one.connect()
        assert await one.call("GetVersion")
        one.close()


async def test_nobody_there_and_somebody_else_there() -> None:
    async with PaperObs().running() as obs:
        port = obs.port
    one = Client("obs", "127.0.0.1", port, "", lambda *_: None)
    with pytest.raises(DeviceUnreachableError):
        await one.connect()
    one.close()
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        two = Client("obs", "127.0.0.1", server.sockets[0].getsockname()[1], "", lambda *_: None)
        with pytest.raises(DeviceUnreachableError):
            await two.connect()
        two.close()


async def test_a_hung_obs_ends_the_connect_and_the_call() -> None:
    async with PaperObs().running() as obs:
        obs.hello_hung = True
        one = client(obs, timeout_s=0.3)
        with pytest.raises(DeviceUnreachableError, match="does not answer"):
            await one.connect()
        one.close()
        obs.hello_hung = False
        two = client(obs, timeout_s=0.3)
        await two.connect()
        obs.hung = True
        with pytest.raises(DeviceUnreachableError, match="no answer to GetVersion"):
            await two.call("GetVersion")
        # a late answer must not meet a newer question: the connection is over
        assert "no answer" in await two.lost()
        with pytest.raises(DeviceUnreachableError):
            await two.call("GetVersion")
        two.close()


async def test_a_killed_obs_wakes_the_call_that_waits() -> None:
    async with PaperObs().running() as obs:
        one = client(obs, timeout_s=60.0)
        await one.connect()
        obs.hung = True
        waiting = asyncio.create_task(one.call("GetVersion"))
        await asyncio.sleep(0.05)
        obs.reset()
        with pytest.raises(DeviceUnreachableError):
            async with asyncio.timeout(20):
                await waiting
        async with asyncio.timeout(20):
            assert await one.lost()
        one.close()


async def test_hanging_up_ends_calls_that_wait() -> None:
    async with PaperObs().running() as obs:
        one = client(obs, timeout_s=60.0)
        await one.connect()
        obs.hung = True
        waiting = asyncio.create_task(one.call("GetVersion"))
        await asyncio.sleep(0.05)
        one.close()
        with pytest.raises(DeviceUnreachableError):
            async with asyncio.timeout(20):
                await waiting


async def test_rubbish_from_the_wire_harms_nobody() -> None:
    async with PaperObs().running() as obs:
        one = client(obs)
        await one.connect()
        for socket in tuple(obs._sockets):
            await socket.send_str('{"op": 7, "d": {"requestId": "999", "requestStatus": {"result": true}}}')
            await socket.send_str("no json")
        assert await one.call("GetVersion")
        for socket in tuple(obs._sockets):
            await socket.send_str("[1, 2]")
        async with asyncio.timeout(20):
            assert await one.lost()
        one.close()
