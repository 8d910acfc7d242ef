"""VISCA cameras in a serial chain, on a pty."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chamber.core.errors import DeviceUnreachableError
from chamber.ports import CameraArrived, CameraReading, CameraWish
from drivers.sim.visca import Pose, SimCamera, Travel
from drivers.sim.visca_services import SerialChain as SimChain
from drivers.visca.bus import SerialChain
from drivers.visca.driver import ViscaCamera
from drivers.visca.profile import PROFILES
from drivers.visca.wires import Serial
from tests.drivers.sessions import Events, QuickClock, TcpPeer, served
from tests.until import until

QUICK = Travel(pan_deg_s=900.0, tilt_deg_s=900.0, ramp_deg_s2=9000.0, octave_s=0.05, latency_s=0.02, settle_s=0.03)


@asynccontextmanager
async def a_chain(events: Events, size: int = 2) -> AsyncIterator[tuple[list[SimCamera], SimChain, list[ViscaCamera]]]:
    sims = [SimCamera({0: Pose(0.0, 0.0), 3: Pose(20.0, 5.0, 2.0)}, travel=QUICK) for _ in range(size)]
    async with SimChain(sims, baud=38400) as line:
        chain = SerialChain(line.port.path, 38400)
        cameras = [
            ViscaCamera(f"cam{n}", Serial(chain, n), PROFILES["generic"], events.append, QuickClock())
            for n in range(1, size + 1)
        ]
        yield sims, line, cameras
        for sim in sims:
            sim.close()


async def test_cameras_of_a_chain_are_counted_once_and_moved_apart() -> None:
    events = Events()
    async with a_chain(events) as (sims, line, cameras), served(cameras[0]):
        assert line.address_sets == 1
        async with served(cameras[1]):
            cameras[1].wish(CameraWish(3, why="latest_mic"))
            await until(lambda: events.of(CameraArrived))
            assert events.of(CameraArrived) == [CameraArrived("cam2", 3)]
            assert [what for _, what in sims[1].log] == ["recall 3"]
            assert not sims[0].log
        cameras[0].wish(CameraWish(3, why="latest_mic"))
        await until(lambda: CameraArrived("cam1", 3) in events)


async def test_a_change_of_the_chain_starts_it_anew() -> None:
    events = Events()
    async with a_chain(events) as (_, line, cameras):
        async with served(cameras[0]) as one, served(cameras[1]) as other:
            before = line.address_sets
            line.change()
            await until(lambda: one.over and other.over)
            assert "chain has changed" in str(one.error)
        async with served(cameras[0]), served(cameras[1]):
            assert line.address_sets > before


async def test_a_pulled_cable_ends_every_session_and_a_new_one_reads_back() -> None:
    events = Events()
    async with a_chain(events) as (_, line, cameras):
        path = line.port.path
        async with served(cameras[0]) as one, served(cameras[1]) as other:
            line.port.unplug()
            await until(lambda: one.over and other.over)
            assert isinstance(one.error, DeviceUnreachableError)
        async with served(cameras[0], wait=False) as one:
            await until(lambda: one.over or one.ready)
            assert one.over
            assert path in str(one.error)
        line.port.replug()
        if line.port.path == path:  # the system hands out the same pty again unless somebody took it
            async with served(cameras[0]):
                assert events[-1] == CameraReading("cam1", power=True, preset=None, moving=False)


async def test_one_address_has_one_session_and_an_absent_camera_harms_no_other() -> None:
    events = Events()
    sim = SimCamera({3: Pose(20.0, 5.0, 2.0)}, start=Pose(0.0, 0.0), travel=QUICK)
    async with SimChain([sim], baud=38400) as line:
        chain = SerialChain(line.port.path, 38400)
        camera, twin, absent = (
            ViscaCamera(name, Serial(chain, address), PROFILES["generic"], events.append, QuickClock())
            for name, address in (("cam1", 1), ("twin", 1), ("absent", 2))
        )
        async with served(camera) as session:
            async with served(twin, wait=False) as other:
                await until(lambda: other.over)
                assert "has a session already" in str(other.error)
            async with served(absent, wait=False) as other:
                await until(lambda: other.over)
                assert "no answer" in str(other.error)
            camera.wish(CameraWish(3, why="latest_mic"))
            await until(lambda: events.of(CameraArrived))
            assert not session.over
        sim.close()


async def test_cameras_with_fixed_addresses_need_not_answer_the_count() -> None:
    async with TcpPeer() as peer:
        chain = SerialChain(f"socket://127.0.0.1:{peer.port}")
        camera = ViscaCamera("cam2", Serial(chain, 2), PROFILES["generic"], Events().append, QuickClock())
        async with served(camera, wait=False) as session:
            await peer.accept()
            for packet in ("883001ff", "883001ff", "88010001ff", "88010001ff", "82090002ff"):
                assert await peer.read_until(b"\xff") == bytes.fromhex(packet)
            for answer in ("a0500001051c010002ff", "a05002ff", "a0500000000000000000ff", "a05000000000ff"):
                peer.write(bytes.fromhex(answer))
                await asyncio.sleep(0.1)
            await until(lambda: session.ready)


@pytest.mark.parametrize("fault", ["garble", "drop"])
async def test_a_bad_line_costs_sessions_but_no_truth(fault: str) -> None:
    events = Events()
    async with a_chain(events, size=1) as (sims, _, cameras):
        setattr(sims[0].faults, fault, 0.1)
        cameras[0].wish(CameraWish(3, why="latest_mic"))
        for _ in range(12):
            if events.of(CameraArrived):
                break
            async with served(cameras[0], wait=False) as session:
                await until(lambda: session.over or events.of(CameraArrived), timeout_s=14.0)
        assert events.of(CameraArrived)
        assert sims[0].pose.pan_deg == pytest.approx(20.0, abs=0.3)
