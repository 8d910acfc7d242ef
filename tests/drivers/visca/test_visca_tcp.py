"""The VISCA driver over raw TCP: late acknowledgements, strange sockets, hang-ups."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chamber.core.errors import DeviceUnreachableError
from chamber.ports import CameraArrived, CameraFailed, CameraReading, CameraWish
from drivers.sim.visca import Manners, Pose, SimCamera, Travel
from drivers.sim.visca_services import RawTcp as SimTcp
from drivers.visca.driver import ViscaCamera
from drivers.visca.profile import PROFILES
from drivers.visca.wires import RawTcp
from tests.drivers.sessions import Events, QuickClock, TcpPeer, served
from tests.drivers.visca.hand_camera import RawHand
from tests.until import until

BRISK = Travel(pan_deg_s=200.0, tilt_deg_s=200.0, ramp_deg_s2=900.0, octave_s=0.1, latency_s=0.02, settle_s=0.03)
PRESETS = {0: Pose(0.0, 0.0), 1: Pose(60.0, 5.0, 3.0), 2: Pose(-60.0, 0.0, 2.0)}


def camera_at(port: int, events: Events, factor: int = 1) -> ViscaCamera:
    return ViscaCamera("cam1", RawTcp("127.0.0.1", port), PROFILES["ptzoptics"], events.append, QuickClock(factor))


@asynccontextmanager
async def simulated(manners: Manners, events: Events) -> AsyncIterator[tuple[SimCamera, SimTcp, ViscaCamera]]:
    sim = SimCamera(PRESETS, travel=BRISK, manners=manners)
    async with SimTcp(sim) as service:
        yield sim, service, camera_at(service.port, events)
        sim.close()


@asynccontextmanager
async def by_hand(events: Events, factor: int = 1) -> AsyncIterator[tuple[RawHand, ViscaCamera]]:
    async with TcpPeer() as peer:
        hand = RawHand(peer)
        camera = camera_at(peer.port, events, factor)
        async with served(camera):
            events.clear()
            yield hand, camera
        await hand.close()


@pytest.mark.parametrize(
    "manners", [Manners(), Manners(late_ack=True), Manners(hold_superseded=True), Manners(refuse_in_recall=True)]
)
async def test_only_the_newest_recall_arrives(manners: Manners) -> None:
    events = Events()
    async with simulated(manners, events) as (sim, _, camera), served(camera):
        camera.wish(CameraWish(1, why="first"))
        await until(lambda: sim.moving)
        camera.wish(CameraWish(2, why="second"))
        await until(lambda: CameraArrived("cam1", 2) in events)
        assert not sim.moving
        assert sim.pose.pan_deg == pytest.approx(-60.0, abs=0.2)
        assert events.of(CameraArrived) == [CameraArrived("cam1", 2)]
        assert events.of(CameraFailed) == []


async def test_a_drive_that_is_refused_in_a_recall_is_tried_again() -> None:
    events = Events()
    async with simulated(Manners(refuse_in_recall=True), events) as (sim, _, camera), served(camera):
        camera.wish(CameraWish(1, why="first"))
        await until(lambda: sim.moving)
        await camera.drive(-1, 0, 0)
        assert [what for _, what in sim.log][-1] == "drive -1 0"
        await camera.drive(0, 0, 0)


async def test_an_ack_at_the_end_of_the_move_is_waited_for() -> None:
    events = Events()
    async with by_hand(events, factor=4) as (hand, camera):
        camera.wish(CameraWish(17, why="latest_mic"))
        await until(lambda: hand.commands == [bytes.fromhex("8101043f0211ff")])
        await asyncio.sleep(0.8)  # 3.2 s
        hand.say("9041ff")
        hand.say("9051ff")
        await until(lambda: events.of(CameraArrived))
        assert len(hand.commands) == 1


async def test_commands_that_share_a_socket_complete_in_order() -> None:
    events = Events()
    async with by_hand(events) as (hand, camera):
        for preset in (4, 1):
            camera.wish(CameraWish(preset, why="next"))
            await until(lambda preset=preset: hand.commands and hand.commands[-1][5] == preset)  # type: ignore[misc]
            hand.say("9041ff")
        await asyncio.sleep(0.05)
        hand.say("9051ff")
        await asyncio.sleep(0.1)
        assert events.of(CameraArrived) == []
        hand.say("9051ff")
        await until(lambda: events.of(CameraArrived))
        assert events.of(CameraArrived) == [CameraArrived("cam1", 1)]


async def test_refusals_belong_to_the_command_without_ack() -> None:
    events = Events()
    async with by_hand(events, factor=4) as (hand, camera):
        camera.wish(CameraWish(4, why="first"))
        await until(lambda: len(hand.commands) == 1)
        hand.say("9041ff")
        camera.wish(CameraWish(1, why="second"))
        await until(lambda: len(hand.commands) == 2)
        hand.say("906141ff")  # names the busy socket, means the second
        await until(lambda: len(hand.commands) == 3)
        assert hand.commands[2][5] == 1
        hand.say("906003ff")
        await asyncio.sleep(0.1)  # buffer full: 0.4 s pass without another try
        assert len(hand.commands) == 3
        hand.say("9051ff")
        await until(lambda: len(hand.commands) == 4)
        hand.say("9041ff9051ff")
        await until(lambda: events.of(CameraArrived))
        assert events.of(CameraArrived) == [CameraArrived("cam1", 1)]


async def test_noise_and_strange_senders_do_no_harm() -> None:
    events = Events()
    async with by_hand(events) as (hand, camera):
        hand.say("8038ff 906002ff 9051ff 9041ff ff 00112233ff 9038ff 906141ff 906104ff")
        await asyncio.sleep(0.05)
        camera.wish(CameraWish(4, why="latest_mic"))
        await until(lambda: hand.commands)
        hand.say("a041ff")
        await until(lambda: CameraReading("cam1", power=True, preset=None, moving=True) in events)
        hand.say("a051ff")
        await until(lambda: events.of(CameraArrived))


async def test_a_completion_without_ack_counts() -> None:
    events = Events()
    async with by_hand(events) as (hand, camera):
        camera.wish(CameraWish(4, why="latest_mic"))
        await until(lambda: hand.commands)
        hand.say("9050ff")
        await until(lambda: events.of(CameraArrived))


async def test_a_cancelled_recall_fails() -> None:
    events = Events()
    async with by_hand(events) as (hand, camera):
        camera.wish(CameraWish(4, why="latest_mic"))
        await until(lambda: hand.commands)
        hand.say("9041ff")
        hand.say("906104ff")
        await until(lambda: events.of(CameraFailed))
        assert events.of(CameraFailed) == [CameraFailed("cam1", 4, "cancelled")]


async def test_a_recall_without_any_answer_ends_the_session() -> None:
    events = Events()
    async with TcpPeer() as peer:
        hand, camera = RawHand(peer), camera_at(peer.port, events, factor=8)
        async with served(camera) as session:
            camera.wish(CameraWish(4, why="latest_mic"))
            await until(lambda: session.over)
            assert len(hand.commands) == 1
            assert len(events.of(CameraFailed)) == 1
        await hand.close()


async def test_silence_and_hang_ups_end_the_session() -> None:
    events = Events()
    async with simulated(Manners(), events) as (sim, service, camera):
        async with served(camera) as session:
            service.drop()
            await until(lambda: session.over)
        async with served(camera) as session:
            sim.faults.silent = True
            await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
        assert events[-1] == CameraReading("cam1", power=None, preset=None, moving=None)


async def test_nobody_at_the_port() -> None:
    async with TcpPeer() as peer:
        port = peer.port
    async with served(camera_at(port, Events()), wait=False) as session:
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
