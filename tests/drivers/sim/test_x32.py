import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from drivers.sim.x32 import SimX32
from drivers.sim.x32_desk import decibels, fader_of
from tests.conftest import ManualClock
from tests.drivers.sim.wire import Peer, peer
from tests.until import until

# Bytes as printed in the protocol document.
MUTE_3 = bytes.fromhex("2f63682f30332f6d69782f6f6e0000002c69000000000000")
XREMOTE = bytes.fromhex("2f7872656d6f7465000000002c000000")
METERS_1 = bytes.fromhex("2f6d6574657273002c7300002f6d65746572732f31000000")


def osc(address: str, *arguments: tuple[str, object]) -> bytes:
    builder = OscMessageBuilder(address)
    for kind, value in arguments:
        builder.add_arg(value, kind)
    return builder.build().dgram


def read(data: bytes) -> tuple[str, list[object]]:
    message = OscMessage(data)
    return message.address, list(message.params)


@pytest.fixture
async def desk() -> AsyncIterator[SimX32]:
    async with SimX32() as desk:
        yield desk


@pytest.fixture
async def client(desk: SimX32) -> AsyncIterator[Peer]:
    async with peer() as client:
        yield client


def at(desk: SimX32) -> tuple[str, int]:
    return desk.host, desk.port


async def subscribed(desk: SimX32, client: Peer) -> None:
    client.send(XREMOTE, at(desk))
    await client.ask(osc("/status"), at(desk))


async def test_it_says_what_it_is(desk: SimX32, client: Peer) -> None:
    assert read(await client.ask(osc("/info"), at(desk))) == ("/info", ["V2.05", "X32", "X32", "4.06"])
    assert read(await client.ask(osc("/xinfo"), at(desk))) == ("/xinfo", ["127.0.0.1", "X32", "X32", "4.06"])
    assert read(await client.ask(osc("/status"), at(desk))) == ("/status", ["active", "127.0.0.1", "X32"])


async def test_questions_need_no_type_tag(desk: SimX32, client: Peer) -> None:
    assert read(await client.ask(b"/info\0\0\0", at(desk)))[1][3] == "4.06"
    assert read(await client.ask(b"/ch/01/mix/on\0\0\0", at(desk))) == ("/ch/01/mix/on", [0])


async def test_a_client_sets_and_reads_every_channel(desk: SimX32, client: Peer) -> None:
    for number in range(1, 33):
        address = f"/ch/{number:02d}/mix/on"
        client.send(osc(address, ("i", 1)), at(desk))
        assert read(await client.ask(osc(address), at(desk))) == (address, [1])
        assert desk.is_open(number)
    client.send(MUTE_3, at(desk))
    await until(lambda: not desk.is_open(3))
    client.send(osc("/ch/03/config/name", ("s", "Voorzitter")), at(desk))
    client.send(osc("/ch/03/mix/fader", ("f", 0.75)), at(desk))
    assert read(await client.ask(osc("/ch/03/config/name"), at(desk)))[1] == ["Voorzitter"]
    assert read(await client.ask(osc("/ch/03/mix/fader"), at(desk)))[1] == [0.75]


async def test_what_happens_at_the_desk_is_pushed_to_subscribers_only(desk: SimX32, client: Peer) -> None:
    async with peer() as other:
        await subscribed(desk, client)
        desk.press(7, True)
        assert read((await client.take())[0]) == ("/ch/07/mix/on", [1])
        desk.press(7, True)
        desk.turn("/ch/07/config/name", "Griffier")
        assert read((await client.take())[0]) == ("/ch/07/config/name", ["Griffier"])
        assert read(await other.ask(osc("/status"), at(desk)))[0] == "/status"


async def test_own_sets_come_back_to_others_only_and_the_same_value_to_nobody(desk: SimX32, client: Peer) -> None:
    async with peer() as other:
        await subscribed(desk, client)
        await subscribed(desk, other)
        client.send(osc("/ch/05/mix/on", ("i", 1)), at(desk))
        assert read((await other.take())[0]) == ("/ch/05/mix/on", [1])
        client.send(osc("/ch/05/mix/on", ("i", 1)), at(desk))
        assert read(await client.ask(osc("/status"), at(desk)))[0] == "/status"
        assert read(await other.ask(osc("/status"), at(desk)))[0] == "/status"


async def test_a_subscription_lasts_ten_seconds_and_renewing_prolongs_it(manual_clock: ManualClock) -> None:
    async with SimX32(now_s=lambda: manual_clock.now_ms() / 1000) as desk, peer() as client:
        await subscribed(desk, client)
        manual_clock.advance(9_000)
        await subscribed(desk, client)
        manual_clock.advance(9_900)
        desk.press(1, True)
        assert read((await client.take())[0]) == ("/ch/01/mix/on", [1])
        manual_clock.advance(200)
        desk.press(1, False)
        assert read(await client.ask(osc("/status"), at(desk)))[0] == "/status"
        assert desk.subscribers == 0


async def test_the_fifth_subscriber_gets_nothing_and_no_error(desk: SimX32) -> None:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(peer()) for _ in range(5)]
        for client in clients:
            await subscribed(desk, client)
        assert desk.subscribers == 4
        desk.press(2, True)
        for client in clients[:4]:
            assert read((await client.take())[0]) == ("/ch/02/mix/on", [1])
        assert read(await clients[4].ask(osc("/status"), at(desk)))[0] == "/status"


async def test_a_wrong_type_is_stored_bit_for_bit(desk: SimX32, client: Peer) -> None:
    client.send(osc("/ch/04/mix/on", ("f", 1.0)), at(desk))
    assert read(await client.ask(osc("/ch/04/mix/on"), at(desk)))[1] == [1065353216]
    client.send(osc("/ch/04/mix/pan", ("i", -1)), at(desk))
    assert (await client.ask(osc("/ch/04/mix/pan"), at(desk)))[-4:] == b"\xff\xff\xff\xff"
    client.send(osc("/node", ("s", "ch/04/mix")), at(desk))
    assert b"nan" in (await client.take())[0]


async def test_text_form_reads_and_sets(desk: SimX32, client: Peer) -> None:
    address, values = read(await client.ask(osc("/node", ("s", "ch/01/mix")), at(desk)))
    assert (address, values) == ("node", ["/ch/01/mix OFF -oo OFF -100 OFF -oo\n"])
    client.send(osc("/", ("s", "ch/03/mix/on ON")), at(desk))
    client.send(osc("/", ("s", "ch/03/mix/fader -10.0")), at(desk))
    client.send(osc("/", ("s", 'ch/03/config/name "Lijst 1"')), at(desk))
    client.send(osc("/", ("s", "ch/03/mix/fader loud")), at(desk))
    answer = read(await client.ask(osc("/node", ("s", "ch/03/mix")), at(desk)))[1]
    assert answer == ["/ch/03/mix ON -10.0 OFF -100 OFF -oo\n"]
    assert desk.is_open(3)
    assert desk.read("/ch/03/config/name") == "Lijst 1"


@pytest.mark.parametrize(
    ("fader", "level_db"), [(1.0, 10), (0.75, 0), (0.5, -10), (0.25, -30), (0.0625, -60), (0, -90)]
)
def test_fader_law(fader: float, level_db: float) -> None:
    assert decibels(fader) == pytest.approx(level_db)
    assert fader_of(level_db) == pytest.approx(fader)


async def test_meters_have_the_documented_layout(desk: SimX32, client: Peer) -> None:
    desk.level(17, 0.5)
    packet = await client.ask(METERS_1, at(desk))
    assert len(packet) == 408
    assert packet[:16] == b"/meters/1\0\0\0,b\0\0"
    assert struct.unpack(">i", packet[16:20]) == (388,)
    assert struct.unpack("<i", packet[20:24]) == (96,)
    values = struct.unpack("<96f", packet[24:])
    assert values[16] == 0.5
    assert values[:16] == (0.0,) * 16
    assert len((await client.take(2))[1]) == 408


async def test_other_meter_banks(desk: SimX32, client: Peer) -> None:
    desk.level(17, 0.25)
    assert len(await client.ask(osc("/meters", ("s", "/meters/0"), ("i", 99)), at(desk))) == 304
    strip = await client.ask(osc("/meters", ("s", "/meters/6"), ("i", 16), ("i", 99)), at(desk))
    assert struct.unpack("<i4f", strip[20:]) == (4, 0.25, 1.0, 1.0, 0.0)
    client.send(osc("/meters", ("s", "/meters/99")), at(desk))
    assert read(await client.ask(osc("/status"), at(desk)))[0] == "/status"


async def test_meters_end_after_ten_seconds(manual_clock: ManualClock) -> None:
    async with SimX32(now_s=lambda: manual_clock.now_ms() / 1000) as desk, peer() as client:
        await client.ask(METERS_1, at(desk))
        assert desk.metered == 1
        manual_clock.advance(10_000)
        await until(lambda: desk.metered == 0)


async def test_a_factor_makes_meters_rarer(desk: SimX32, client: Peer) -> None:
    async with peer() as slow:
        slow.send(osc("/meters", ("s", "/meters/1"), ("i", 4)), at(desk))
        client.send(METERS_1, at(desk))
        await client.take(9)
        assert 2 <= len(slow.got) <= 4


async def test_noise_and_unknown_addresses_are_met_with_silence(desk: SimX32, client: Peer) -> None:
    for noise in (
        b"",
        b"\xff" * 40,
        b"/ch",
        b"/ch/01/mix/on\0\0\0,i\0\0",
        b"/x\0\0,q\0\0",
        osc("/ch/99/mix/on", ("i", 1)),
    ):
        client.send(noise, at(desk))
    assert read(await client.ask(osc("/status"), at(desk)))[0] == "/status"


async def test_sets_by_clients_are_told_and_logged_with_their_time(desk: SimX32, client: Peer) -> None:
    told = list[tuple[str, object]]()
    desk.on_change = lambda address, value: told.append((address, value))
    pressed_ns = desk.press(1, True)
    client.send(osc("/ch/02/mix/on", ("i", 1)), at(desk))
    client.send(osc("/ch/02/mix/on", ("i", 1)), at(desk))
    await client.ask(osc("/status"), at(desk))
    assert told == [("/ch/02/mix/on", 1)]
    times, what = zip(*desk.log, strict=True)
    assert what == ("desk /ch/01/mix/on 1", "client /ch/02/mix/on 1", "client /ch/02/mix/on 1")
    assert times[0] == pressed_ns < times[1] <= times[2]


async def test_faults_reach_the_wire(desk: SimX32, client: Peer) -> None:
    await subscribed(desk, client)
    desk.faults.refuse = 1
    client.send(osc("/ch/02/mix/on", ("i", 1)), at(desk))
    assert read(await client.ask(osc("/ch/02/mix/on"), at(desk)))[1] == [0]
    desk.faults.clear()
    desk.faults.duplicate = 1.0
    desk.press(2, True)
    first, second = await client.take(2)
    assert first == second == osc("/ch/02/mix/on", ("i", 1))
    desk.faults.clear()
    desk.faults.silent = True
    desk.press(3, True)
    desk.faults.clear()
    assert read(await client.ask(osc("/ch/03/mix/on"), at(desk))) == ("/ch/03/mix/on", [1])


async def test_what_is_lost_on_the_way_in_has_no_effect(desk: SimX32, client: Peer) -> None:
    desk.faults.lose = 0.5
    for number in range(1, 33):
        client.send(osc(f"/ch/{number:02d}/mix/on", ("i", 1)), at(desk))

    def asked() -> bool:
        client.send(osc("/status"), at(desk))
        return bool(client.got)

    await until(asked)
    assert 8 <= sum(desk.is_open(number) for number in range(1, 33)) <= 24


async def test_a_desk_that_comes_back_keeps_its_settings_and_forgets_its_clients(desk: SimX32, client: Peer) -> None:
    await subscribed(desk, client)
    desk.press(1, True)
    await client.take()
    await desk.close()
    await desk.start()
    desk.press(1, False)
    desk.press(2, True)
    assert read(await client.ask(osc("/ch/02/mix/on"), at(desk))) == ("/ch/02/mix/on", [1])
