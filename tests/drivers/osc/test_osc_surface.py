"""The OSC server against python-osc's own client and server, and raw datagrams, over real UDP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import SimpleUDPClient

from chamber.apps.demo_hall import free_port
from chamber.clock import SystemClock
from chamber.core.errors import DeviceUnreachableError, RefusedError
from drivers.osc.surface import SUBSCRIBERS, Allowed, OscSurface
from tests.until import until

Heard = list[tuple[str, tuple[Any, ...]]]


class Client(asyncio.DatagramProtocol):
    """A surface of its own: sends and hears on one port."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self.heard: Heard = []
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = OscMessage(data)
        self.heard.append((message.address, tuple(message.params)))

    def send(self, address: str, *values: Any) -> None:
        builder = OscMessageBuilder(address=address)
        for value in values:
            builder.add_arg(value)
        self.raw(builder.build().dgram)

    def raw(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.sendto(data, self._to)

    def values(self, address: str) -> list[tuple[Any, ...]]:
        return [values for heard, values in self.heard if heard == address]


class House:
    """A served surface; what was acted on stands in `acts`."""

    def __init__(self, targets: tuple[tuple[str, int], ...] = (), allow: tuple[str, ...] = ("127.0.0.1",)) -> None:
        self.port = free_port()
        self.acts: Heard = []
        self.refuse = False
        self.surface = OscSurface("osc", ("127.0.0.1", self.port), targets, Allowed(allow), self.act, SystemClock())
        self._clients: list[Client] = []

    async def act(self, address: str, values: tuple[Any, ...]) -> None:
        self.acts.append((address, values))
        if self.refuse:
            raise RefusedError("on_air", "cam1 is in beeld")

    async def client(self) -> Client:
        loop = asyncio.get_running_loop()
        _, client = await loop.create_datagram_endpoint(
            lambda: Client(("127.0.0.1", self.port)), local_addr=("127.0.0.1", 0)
        )
        self._clients.append(client)
        return client

    async def __aenter__(self) -> "House":
        ready = asyncio.Event()
        self._session = asyncio.create_task(self.surface.serve(ready.set))
        await ready.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._session.cancel()
        await asyncio.gather(self._session, return_exceptions=True)
        for client in self._clients:
            if client.transport is not None:
                client.transport.close()
        await asyncio.sleep(0)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with House() as house:
        yield house


async def test_messages_of_another_library_are_acted_on(house: House) -> None:
    client = SimpleUDPClient("127.0.0.1", house.port)
    for value in (1, 1.0, True, "1"):
        await asyncio.to_thread(client.send_message, "/seat/4/mic", value)
    await asyncio.to_thread(client.send_message, "/panic", [])
    await until(lambda: len(house.acts) == 5)
    assert house.acts == [*(("/seat/4/mic", (value,)) for value in (1, 1.0, True, "1")), ("/panic", ())]
    client._sock.close()


async def test_a_subscriber_gets_everything_then_changes(house: House) -> None:
    house.surface.push({"/tally/cam/1": (1,), "/speaker/name": ("Élif Yılmaz",)})
    client = await house.client()
    client.send("/subscribe")
    await until(lambda: client.values("/speaker/name") == [("Élif Yılmaz",)])
    house.surface.push({"/tally/cam/1": (0,), "/speaker/name": ("",)})
    await until(lambda: client.values("/tally/cam/1") == [(1,), (0,)])
    house.surface.push({"/tally/cam/1": (0,), "/speaker/name": ("",)})
    client.send("/ping", 7)
    await until(lambda: client.values("/pong") == [(7,)])
    assert client.values("/tally/cam/1") == [(1,), (0,)]


async def test_a_subscription_may_name_another_port_and_ends(house: House) -> None:
    house.surface.push({"/mode/auto": (1,)})
    button, lamp = await house.client(), await house.client()
    assert lamp.transport is not None
    port = lamp.transport.get_extra_info("sockname")[1]
    button.send("/subscribe", port, 30)
    await until(lambda: lamp.values("/mode/auto") == [(1,)])
    button.send("/unsubscribe", float(port))
    button.send("/ping")
    await until(lambda: button.values("/pong") == [()])
    house.surface.push({"/mode/auto": (0,)})
    button.send("/ping")
    await until(lambda: len(button.values("/pong")) == 2)
    assert lamp.values("/mode/auto") == [(1,)]


async def test_targets_of_config_are_told_without_asking() -> None:
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind(("127.0.0.1", 0))
    sink.settimeout(5)
    async with House(targets=(sink.getsockname(),)) as house:
        house.surface.push({"/tally/cam/2": (1,)})
        message = OscMessage(await asyncio.to_thread(sink.recv, 2000))
        assert (message.address, message.params) == ("/tally/cam/2", [1])
    sink.close()


async def test_errors_go_to_whoever_sent_it(house: House) -> None:
    client, other = await house.client(), await house.client()
    house.refuse = True
    client.send("/camera/1/recall", 4)
    await until(lambda: client.values("/error") == [("/camera/1/recall", "cam1 is in beeld")])
    client.raw(b"no osc at all")
    await until(lambda: client.values("/error")[1:] == [("", "not an OSC message")])
    assert other.heard == []


async def test_strangers_are_not_heard() -> None:
    async with House(allow=("192.0.2.0/24", "2001:db8::/32")) as house:
        client = await house.client()
        client.send("/panic")
        client.send("/ping", 1)
        await asyncio.sleep(0.1)
        assert (house.acts, client.heard) == ([], [])


def test_networks_and_mapped_addresses() -> None:
    allowed = Allowed(("192.0.2.0/24", "::1/128"))
    assert [allowed.has(host) for host in ("192.0.2.9", "192.0.3.9", "::ffff:192.0.2.9", "::1", "fe80::1%eth0")] == [
        True, False, True, True, False,
    ]  # fmt: skip


async def test_what_a_peer_can_grow_is_bounded(house: House) -> None:
    client = await house.client()
    for port in range(20_000, 20_000 + SUBSCRIBERS + 1):
        client.send("/subscribe", port)
    await until(lambda: client.values("/error") == [("/subscribe", "16 listeners are subscribed already")])
    stop = asyncio.Event()

    async def slow(address: str, values: tuple[Any, ...]) -> None:
        await stop.wait()

    house.surface._act = slow
    for _ in range(200):
        client.send("/item/next", 1)
    await until(lambda: ("/item/next", "too many messages at once; this one was dropped") in client.values("/error"))
    stop.set()


async def test_a_port_that_is_taken_is_named(house: House) -> None:
    second = OscSurface("osc", ("127.0.0.1", house.port), (), Allowed(()), house.act, SystemClock())
    with pytest.raises(DeviceUnreachableError, match=f"UDP 127.0.0.1:{house.port}"):
        await second.serve(lambda: None)
