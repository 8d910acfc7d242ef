"""Sequence numbers, retransmission and shared ports, against a camera that the test plays by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.ports import CameraArrived, CameraFailed, CameraReading, CameraWish
from drivers.visca.bus import SonyPort
from drivers.visca.driver import ViscaCamera
from drivers.visca.profile import PROFILES
from drivers.visca.wires import SonyUdp
from tests.drivers.sessions import Events, QuickClock, Session, UdpPeer, served
from tests.drivers.visca.hand_camera import SonyHand
from tests.until import until

THERE = bytes.fromhex("0001000000020000")


class Rig:
    def __init__(self, hand: SonyHand, camera: ViscaCamera, events: Events, session: Session) -> None:
        self.hand, self.camera, self.events, self.session = hand, camera, events, session

    async def recall(self, preset: int) -> int:
        """Wish a preset and return the number under which it came."""
        before = len(self.hand.commands)
        self.camera.wish(CameraWish(preset, why=f"wish {before}"))
        await until(lambda: len(self.hand.commands) > before)
        number, packet = self.hand.commands[-1]
        assert packet == bytes((0x81, 0x01, 0x04, 0x3F, 0x02, preset, 0xFF))
        return number


@asynccontextmanager
async def a_rig(factor: int = 1) -> AsyncIterator[Rig]:
    async with UdpPeer() as peer:
        hand, events = SonyHand(peer), Events()
        wire = SonyUdp("127.0.0.1", peer.port)
        camera = ViscaCamera("cam1", wire, PROFILES["generic"], events.append, QuickClock(factor))
        try:
            async with served(camera) as session:
                yield Rig(hand, camera, events, session)
        finally:
            await hand.close()


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with a_rig() as rig:
        yield rig


async def test_numbers_start_at_one_after_the_reset_and_grow_by_one(rig: Rig) -> None:
    assert rig.hand.resets == 1
    assert rig.hand.inquiries == [1, 2, 3, 4]
    assert await rig.recall(5) == 5


async def test_completions_in_the_wrong_order_are_told_apart(rig: Rig) -> None:
    older = await rig.recall(5)
    rig.hand.say(older, "9041ff")
    newer = await rig.recall(6)
    rig.hand.say(newer, "9042ff")
    rig.hand.say(older, "9051ff")
    await asyncio.sleep(0.1)
    assert rig.events.of(CameraArrived) == []
    rig.hand.position = THERE
    rig.hand.say(newer, "9052ff")
    await until(lambda: rig.events.of(CameraArrived))
    assert rig.events.of(CameraArrived) == [CameraArrived("cam1", 6)]


async def test_a_command_waits_for_the_ack_of_the_one_before(rig: Rig) -> None:
    first = await rig.recall(5)
    for preset in (6, 7, 8):
        rig.camera.wish(CameraWish(preset, why="hurry"))
    await asyncio.sleep(0.1)
    assert len(rig.hand.commands) == 1
    rig.hand.say(first, "9041ff")
    await until(lambda: len(rig.hand.commands) == 2)
    assert rig.hand.commands[1][1][5] == 8


async def test_the_same_bytes_and_number_are_sent_again(rig: Rig) -> None:
    number = await rig.recall(5)
    await until(lambda: len(rig.hand.commands) == 3)
    assert rig.hand.commands[0] == rig.hand.commands[1] == rig.hand.commands[2]
    rig.hand.say(number, "9041ff")
    rig.hand.say(number, "9051ff")
    await until(lambda: rig.events.of(CameraArrived))
    assert rig.hand.resets == 1


async def test_an_old_number_after_a_repetition_means_that_it_runs(rig: Rig) -> None:
    number = await rig.recall(5)
    await until(lambda: len(rig.hand.commands) == 2)
    rig.hand.say(number, "0f01", "0200")
    await asyncio.sleep(0.05)
    rig.hand.position = THERE
    await until(lambda: rig.events.of(CameraArrived), what="positions decide, because the completion may be lost")
    assert len(rig.hand.commands) == 2
    assert rig.hand.resets == 1


async def test_an_old_number_at_the_first_try_means_that_we_must_reset(rig: Rig) -> None:
    number = await rig.recall(5)
    rig.hand.say(number, "0f01", "0201")
    await until(lambda: rig.hand.resets == 2)
    await until(lambda: len(rig.hand.commands) == 2)
    again, packet = rig.hand.commands[1]
    assert (again, packet[5]) == (1, 5)
    rig.hand.say(again, "9041ff")
    rig.hand.say(again, "9051ff")
    await until(lambda: rig.events.of(CameraArrived))


async def test_a_refused_kind_is_a_refusal(rig: Rig) -> None:
    number = await rig.recall(5)
    rig.hand.say(number, "0f02", "0200")
    await until(lambda: rig.events.of(CameraFailed))
    assert "not understood" in rig.events.of(CameraFailed)[0].reason


async def test_a_recall_that_is_never_answered_leads_to_a_reset_and_is_then_decided_anew() -> None:
    async with a_rig(factor=4) as rig:
        await rig.recall(5)
        await until(lambda: rig.hand.resets == 2)
        assert [number for number, _ in rig.hand.commands[:4]] == [rig.hand.commands[0][0]] * 4
        await until(lambda: len(rig.hand.commands) == 5)
        assert rig.hand.commands[4] == (1, rig.hand.commands[0][1])
        await until(lambda: rig.events.of(CameraFailed))
        assert not rig.session.over


async def test_a_camera_that_does_not_even_answer_reset_is_unreachable() -> None:
    async with a_rig(factor=4) as rig:
        rig.hand.answers = False
        await until(lambda: rig.session.over)
        assert isinstance(rig.session.error, DeviceUnreachableError)
        assert rig.hand.resets == 3


async def test_answers_to_nothing_are_dropped(rig: Rig) -> None:
    for number, packet in ((77, "9041ff"), (77, "9051ff"), (3, "90500102030405060708ff"), (0, "906002ff"), (9, "38ff")):
        rig.hand.say(number, packet)
    rig.hand.say(77, "0f01", "0200")
    rig.hand.peer.write(b"\xff\xff")
    number = await rig.recall(5)
    rig.hand.say(number, "9051ff")  # some cameras complete without an ACK
    await until(lambda: rig.events.of(CameraArrived))


async def test_a_reset_in_mid_move_leaves_the_arrival_to_positions(rig: Rig) -> None:
    moving = await rig.recall(5)
    rig.hand.say(moving, "9041ff")
    refused = asyncio.create_task(rig.camera.store(7))
    await until(lambda: len(rig.hand.commands) == 2)
    rig.hand.say(rig.hand.commands[1][0], "0f01", "0200")  # at the first try: the camera counts otherwise
    await until(lambda: len(rig.hand.commands) == 3)
    number, packet = rig.hand.commands[2]
    assert (number, packet[:6]) == (1, bytes.fromhex("8101043f0107"))
    rig.hand.say(number, "906002ff")
    with pytest.raises(DeviceRejectedError, match="not understood"):
        await refused
    rig.hand.position = THERE
    await until(lambda: rig.events.of(CameraArrived))


async def test_a_camera_that_tells_no_position_is_believed(rig: Rig) -> None:
    rig.hand.tells_position = False
    number = await rig.recall(5)
    rig.hand.say(number, "9041ff")
    await asyncio.sleep(0.1)
    assert rig.events.of(CameraArrived) == []
    rig.hand.say(number, "9051ff")
    await until(lambda: rig.events.of(CameraArrived))
    assert rig.events[-1] == CameraReading("cam1", power=True, preset=5, moving=False)


async def test_one_store_at_a_time_and_none_survives_the_session() -> None:
    async with a_rig(factor=4) as rig:
        first = asyncio.create_task(rig.camera.store(7))
        await until(lambda: rig.hand.commands)
        with pytest.raises(DeviceRejectedError, match="is being stored"):
            await rig.camera.store(8)
        rig.hand.answers = False
        with pytest.raises(DeviceUnreachableError, match="connection lost"):
            await first
        assert rig.session.over


async def test_a_store_that_is_never_executed_is_given_up() -> None:
    async with a_rig(factor=8) as rig:
        store = asyncio.create_task(rig.camera.store(7))
        await until(lambda: rig.hand.commands)
        rig.hand.say(rig.hand.commands[0][0], "9041ff")
        with pytest.raises(DeviceUnreachableError, match="not confirmed"):
            await store


async def test_a_camera_that_fails_its_head_is_reported() -> None:
    async with UdpPeer() as peer:
        hand, events = SonyHand(peer), Events()
        wire = SonyUdp("127.0.0.1", peer.port)
        camera = ViscaCamera("cam1", wire, PROFILES["sony-srg"], events.append, QuickClock(4))
        async with served(camera):
            camera.wish(CameraWish(6, why="latest_mic"))
            await until(lambda: hand.commands)
            hand.status = b"\x2c\x00"
            hand.say(hand.commands[0][0], "9041ff")
            await until(lambda: events.of(CameraFailed))
            assert events.of(CameraFailed) == [CameraFailed("cam1", 6, "the camera reports a failure of its head")]
        await hand.close()


async def test_cameras_that_answer_to_a_fixed_port_share_it() -> None:
    events = Events()
    async with UdpPeer() as free:
        fixed = free.port
    port = SonyPort("127.0.0.1", fixed)
    async with UdpPeer() as one, UdpPeer() as other:
        hands = [SonyHand(one), SonyHand(other)]
        cameras = [
            ViscaCamera(
                name, SonyUdp("127.0.0.1", peer.port, shared=port), PROFILES["generic"], events.append, QuickClock()
            )
            for name, peer in (("cam1", one), ("cam2", other))
        ]
        async with served(cameras[0]), served(cameras[1]):
            assert one.sender == other.sender == ("127.0.0.1", fixed)
            cameras[1].wish(CameraWish(4, why="latest_mic"))
            await until(lambda: hands[1].commands)
            hands[1].say(hands[1].commands[0][0], "9041ff")
            hands[1].say(hands[1].commands[0][0], "9051ff")
            await until(lambda: events.of(CameraArrived))
            assert events.of(CameraArrived) == [CameraArrived("cam2", 4)]
            assert hands[0].commands == []
        async with served(cameras[0]):  # the port was given back, and is opened again
            pass
        for hand in hands:
            await hand.close()


async def test_an_answer_from_another_port_of_the_camera_is_heard() -> None:
    async with UdpPeer() as free:
        fixed = free.port
    events = Events()
    async with UdpPeer() as peer, UdpPeer() as elsewhere:
        wire = SonyUdp("127.0.0.1", peer.port, shared=SonyPort("127.0.0.1", fixed))
        camera = ViscaCamera("cam1", wire, PROFILES["generic"], events.append, QuickClock())
        async with served(camera, wait=False) as session:
            assert await peer.read() == bytes.fromhex("020000010000000001")
            elsewhere.write(bytes.fromhex("020100010000000001"), ("127.0.0.1", fixed))
            assert (await peer.read())[8:] == bytes.fromhex("81090002ff")
            assert not session.over


async def test_a_taken_port_is_reported() -> None:
    async with UdpPeer() as taken, UdpPeer() as peer:
        wire = SonyUdp("127.0.0.1", peer.port, shared=SonyPort("127.0.0.1", taken.port))
        camera = ViscaCamera("cam1", wire, PROFILES["generic"], Events().append, QuickClock())
        async with served(camera, wait=False) as session:
            await until(lambda: session.over)
            assert isinstance(session.error, DeviceUnreachableError)
