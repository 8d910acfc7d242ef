"""Sony's UDP header, with the byte sequences of the protocol document (I1, I2, …)."""

import socket
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.visca import Pose, SimCamera, Travel
from drivers.sim.visca_services import SonyUdp
from tests.drivers.sim.wire import Peer, peer
from tests.until import until

BRISK = Travel(pan_deg_s=400, tilt_deg_s=400, ramp_deg_s2=8000, octave_s=0.02, latency_s=0.03, settle_s=0.05)
PRESETS = {1: Pose(-60, 5, 2), 4: Pose(60, -10, 4), 6: Pose(0, 20)}
RECALL_4 = "01000007000000018101043f0204ff"


@pytest.fixture
async def camera() -> AsyncIterator[SimCamera]:
    camera = SimCamera(PRESETS, travel=BRISK)
    yield camera
    camera.close()


@pytest.fixture
async def service(camera: SimCamera) -> AsyncIterator[SonyUdp]:
    async with SonyUdp(camera) as service:
        yield service


@pytest.fixture
async def client(service: SonyUdp) -> AsyncIterator[Peer]:
    async with peer() as client:
        yield client


async def ask(client: Peer, service: SonyUdp, packet: str) -> str:
    return (await client.ask(bytes.fromhex(packet), (service.host, service.port))).hex()


async def got(client: Peer) -> str:
    return (await client.take())[0].hex()


async def test_i1_i2_reset_and_clear_are_answered(client: Peer, service: SonyUdp) -> None:
    assert await ask(client, service, "020000010000000001") == "020100010000000001"
    assert await ask(client, service, "02000001000000ff01") == "02010001000000ff01"
    assert await ask(client, service, "01200005000000018101000 1ff".replace(" ", "")) == "01110003000000019050ff"


async def test_i3_i5_a_recall_and_its_retransmission(camera: SimCamera, client: Peer, service: SonyUdp) -> None:
    assert await ask(client, service, RECALL_4) == "01110003000000019041ff"
    assert await got(client) == "01110003000000019051ff"
    assert camera.pose == PRESETS[4]
    assert await ask(client, service, RECALL_4) == "02000002000000010f01"
    assert [what for _, what in camera.log] == ["recall 4"]


async def test_a_retransmission_of_a_lost_command_is_executed(
    camera: SimCamera, client: Peer, service: SonyUdp
) -> None:
    camera.faults.lose = 1.0
    client.send(bytes.fromhex(RECALL_4), (service.host, service.port))
    other = SimCamera()
    async with SonyUdp(other) as elsewhere:
        await client.ask(bytes.fromhex("020000010000000001"), (elsewhere.host, elsewhere.port))
    camera.faults.clear()
    assert await ask(client, service, RECALL_4) == "01110003000000019041ff"


async def test_after_a_reset_numbers_start_anew(client: Peer, service: SonyUdp) -> None:
    power = "0110000500000001810904 00ff".replace(" ", "")
    assert await ask(client, service, power) == "0111000400000001905002ff"
    assert await ask(client, service, power) == "02000002000000010f01"
    await ask(client, service, "020000010000000001")
    assert await ask(client, service, power) == "0111000400000001905002ff"


async def test_two_clients_count_for_themselves(client: Peer, service: SonyUdp) -> None:
    power = "011000050000000781090400ff"
    async with peer() as other:
        assert await ask(client, service, power) == "0111000400000007905002ff"
        assert await ask(other, service, power) == "0111000400000007905002ff"


async def test_i4_a_position(camera: SimCamera, client: Peer, service: SonyUdp) -> None:
    camera.put(Pose(-239 / 51.2, 435 / 51.2))
    reply = await ask(client, service, "011000050000000281090612ff")
    assert reply == "0111000b0000000290500f0f010100010b03ff"


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("077700010000000500", "02000002000000050f02"),  # I6, unknown payload type
        ("010000060000000281090400ff", "011100040000000290" + "6001ff"),  # length field too long
        ("010000050000000382090400ff", "0111000400000003906002ff"),  # address is locked to 1
        ("0100000400000004883001ff", "0111000400000004906002ff"),  # no broadcast over IP
        ("010000050000000581090400ff", "0111000400000005905002ff"),  # an inquiry sent as a command
        ("012000050000000681090002ff", "011100 0a0000000690500001051c010002ff".replace(" ", "")),
        ("01000003ffffffff8121ff", "01110004ffffffff906105ff"),  # the highest number
    ],
)
async def test_odd_datagrams(client: Peer, service: SonyUdp, sent: str, answered: str) -> None:
    assert await ask(client, service, sent) == answered


async def test_i7_i9_answers_carry_the_number_of_their_request(client: Peer) -> None:
    camera = SimCamera(PRESETS)
    async with SonyUdp(camera) as service:
        assert await ask(client, service, "010000070000000a8101043f0204ff") == "011100030000000a9041ff"
        client.send(bytes.fromhex("010000070000000b8101043f0201ff"), (service.host, service.port))
        client.send(bytes.fromhex("010000070000000c8101043f0206ff"), (service.host, service.port))
        replies = [await got(client) for _ in range(4)]
        assert replies == [
            "011100040000000c906003ff",
            "011100030000000b9042ff",
            "011100030000000a9051ff",
            "011100030000000b9052ff",
        ]
        assert camera.pose == PRESETS[1]
    camera.close()


async def test_i8_older_models_answer_to_one_port_whatever_the_source(camera: SimCamera) -> None:
    async with peer() as bound, peer() as source, SonyUdp(camera, answer_port=bound.port) as service:
        source.send(bytes.fromhex("011000050000000181090400ff"), (service.host, service.port))
        assert await got(bound) == "0111000400000001905002ff"
        assert source.got == []


async def test_a_controller_on_the_same_machine_may_share_the_port(camera: SimCamera) -> None:
    async with SonyUdp(camera, host="127.0.0.2", shared=True) as service:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            ours.bind(("", service.port))
            ours.setblocking(False)
            ours.sendto(bytes.fromhex("011000050000000181090400ff"), (service.host, service.port))
            answer = list[bytes]()

            def arrived() -> bool:
                try:
                    answer.append(ours.recv(64))
                except BlockingIOError:
                    return False
                return True

            await until(arrived)
            assert answer[0].hex() == "0111000400000001905002ff"


async def test_faults_hit_datagrams(camera: SimCamera, client: Peer, service: SonyUdp) -> None:
    camera.faults.refuse = 0x41
    assert await ask(client, service, RECALL_4) == "0111000400000001906141ff"
    camera.faults.clear()
    camera.faults.silent = True
    client.send(bytes.fromhex("010000070000000281 01043f0204ff".replace(" ", "")), (service.host, service.port))
    await until(lambda: camera.pose == PRESETS[4] and not camera.busy)
    camera.faults.clear()
    camera.faults.delay_s = 0.05
    camera.faults.duplicate = 1.0
    assert await ask(client, service, "011000050000000381090400ff") == "0111000400000003905002ff"
    assert await got(client) == "0111000400000003905002ff"


@given(st.lists(st.binary(max_size=32), max_size=30))
async def test_noise_is_survived(noise: list[bytes]) -> None:
    camera = SimCamera(PRESETS)
    service = SonyUdp(camera)
    for data in noise:
        service.datagram_received(data, ("127.0.0.1", 9))
        service.datagram_received(b"\x01\x00" + data[2:], ("127.0.0.1", 9))
    camera.close()
    await service.close()
    assert len(camera.log) <= 2 * len(noise)
