"""Addresses of CONFIG, of both families at once."""

import pytest
from aiohttp import ClientSession, web

from chamber.apps.listen import listen
from chamber.core.errors import ConfigError
from config.base import Listen


async def _hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


def app() -> web.Application:
    made = web.Application()
    made.add_routes([web.get("/", _hello)])
    return made


async def test_residents_come_by_ipv4_and_ipv6() -> None:
    runner = await listen(app(), (Listen("127.0.0.1", 0), Listen("::1", 0)))
    (four, *_), (six, *_) = sorted(runner.addresses, key=len)
    assert (four, six) == ("127.0.0.1", "::1")
    async with ClientSession() as session:
        for address in runner.addresses:
            host = f"[{address[0]}]" if ":" in address[0] else address[0]
            async with session.get(f"http://{host}:{address[1]}/") as answer:
                assert await answer.text() == "hello"
    await runner.cleanup()


async def test_a_taken_address_is_named() -> None:
    runner = await listen(app(), (Listen("::1", 0),))
    port = runner.addresses[0][1]
    with pytest.raises(ConfigError, match=rf"cannot listen on \[::1\]:{port}"):
        await listen(app(), (Listen("::1", port),))
    await runner.cleanup()
