"""The VISCA driver over Sony's UDP header, against the simulated camera."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.ports import (
    CameraArrived,
    CameraFailed,
    CameraReading,
    CameraWish,
    IdentityReading,
    OrderRefused,
)
from drivers.sim.visca import Manners, Pose, SimCamera, Travel
from drivers.sim.visca_services import SonyUdp as SimSony
from drivers.visca.driver import ViscaCamera
from drivers.visca.profile import PROFILES
from drivers.visca.wires import SonyUdp
from tests.drivers.sessions import Events, QuickClock, Session, served
from tests.until import until

QUICK = Travel(pan_deg_s=900.0, tilt_deg_s=900.0, ramp_deg_s2=9000.0, octave_s=0.05, latency_s=0.02, settle_s=0.03)
PRESETS = {0: Pose(0.0, 0.0), 1: Pose(30.0, 5.0, 3.0), 2: Pose(-40.0, 0.0, 2.0), 5: Pose(10.0, -5.0, 6.0)}
MOVES = ("recall", "drive", "zoomdrive", "point", "home")


class Rig:
    """A simulated camera and a driver in session with it."""

    def __init__(self, sim: SimCamera, service: SimSony, camera: ViscaCamera, events: Events) -> None:
        self.sim, self.service, self.camera, self.events = sim, service, camera, events
        self.session = Session()

    def ordered(self, *kinds: str) -> list[str]:
        """Commands that reached the camera, refused ones too; all, or those that begin with one of `kinds`."""
        return [what for _, what in self.sim.log if not kinds or what.removeprefix("refused ").startswith(kinds)]

    async def go(self, preset: int, **flags: bool) -> None:
        """Wish a preset and wait for the arrival."""
        before = len(self.events.of(CameraArrived))
        self.camera.wish(CameraWish(preset, why=f"go {before}", **flags))
        await until(lambda: len(self.events.of(CameraArrived)) > before, what=f"arrival at {preset}")


@asynccontextmanager
async def a_rig(
    *, factor: int = 1, profile: str = "generic", travel: Travel = QUICK, manners: Manners | None = None
) -> AsyncIterator[Rig]:
    sim = SimCamera(PRESETS, travel=travel, manners=manners or Manners())
    events = Events()
    async with SimSony(sim) as service:
        wire = SonyUdp("127.0.0.1", service.port)
        camera = ViscaCamera("cam1", wire, PROFILES[profile], events.append, QuickClock(factor))
        yield Rig(sim, service, camera, events)
        sim.close()


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with a_rig() as rig, served(rig.camera) as rig.session:
        yield rig


async def test_version_power_and_position_are_read_first(rig: Rig) -> None:
    assert rig.events == [
        IdentityReading("cam1", "VISCA vendor 0001 model 051c firmware 0100"),
        CameraReading("cam1", power=True, preset=None, moving=False),
    ]
    assert rig.ordered() == []


async def test_a_wish_is_on_the_wire_before_it_returns(rig: Rig) -> None:
    rig.camera.wish(CameraWish(5, why="latest_mic"))
    await asyncio.sleep(0)  # the datagram is with the kernel: one turn of the loop reads it
    await asyncio.sleep(0)
    assert rig.ordered() == ["recall 5"]


async def test_arrival_is_reported_with_the_position_confirmed(rig: Rig) -> None:
    rig.events.clear()
    await rig.go(5)
    assert rig.events == [
        CameraReading("cam1", power=True, preset=None, moving=True),
        CameraArrived("cam1", 5),
        CameraReading("cam1", power=True, preset=5, moving=False),
    ]
    assert not rig.sim.moving


async def test_sony_presets_count_from_one() -> None:
    async with a_rig(profile="sony-srg") as rig, served(rig.camera):
        await rig.go(6)
        assert rig.ordered() == ["recall 5"]


async def test_the_same_wish_is_sent_once_and_the_same_place_not_at_all(rig: Rig) -> None:
    await rig.go(5)
    for why in ("latest_mic", "programme", "programme"):
        rig.camera.wish(CameraWish(5, why=why))
    await asyncio.sleep(0.1)
    assert rig.ordered() == ["recall 5"]


async def test_a_newer_recall_supersedes_in_mid_move() -> None:
    async with a_rig(travel=Travel(latency_s=0.02, settle_s=0.02)) as rig, served(rig.camera):
        rig.camera.wish(CameraWish(2, why="first"))
        await until(lambda: rig.sim.moving)
        await rig.go(1)
        await asyncio.sleep(0.5)
        assert rig.ordered() == ["recall 2", "recall 1"]
        assert rig.events.of(CameraArrived) == [CameraArrived("cam1", 1)]
        assert rig.events.of(CameraFailed) == []


async def test_of_many_wishes_at_once_the_newest_wins(rig: Rig) -> None:
    for preset in (1, 2, 5, 1, 2):
        rig.camera.wish(CameraWish(preset, why="hurry"))
    await until(lambda: rig.events.of(CameraArrived))
    assert rig.ordered() == ["recall 1", "recall 2"]
    assert rig.events.of(CameraArrived) == [CameraArrived("cam1", 2)]


async def test_on_air_nothing_moves_until_it_is_off_air_or_forced(rig: Rig) -> None:
    rig.camera.wish(CameraWish(5, on_air=True, why="programme"))
    with pytest.raises(DeviceRejectedError, match="on air"):
        await rig.camera.drive(3, 0, 0)
    await asyncio.sleep(0.3)
    assert rig.ordered(*MOVES) == []
    await rig.go(5, on_air=True, forced=True)
    rig.camera.wish(CameraWish(2, on_air=True, why="programme"))
    await asyncio.sleep(0.2)
    assert rig.ordered(*MOVES) == ["recall 5"]
    await rig.go(2)


async def test_a_refused_recall_is_not_tried_again_on_air(rig: Rig) -> None:
    rig.sim.faults.refuse = 0x41
    rig.camera.wish(CameraWish(5, why="latest_mic"))
    await until(lambda: rig.ordered("recall"))
    rig.camera.wish(CameraWish(5, on_air=True, why="programme"))
    sent = len(rig.ordered("recall"))
    rig.sim.faults.clear()
    await until(lambda: rig.events.of(CameraFailed))
    await asyncio.sleep(0.5)
    assert len(rig.ordered("recall")) == sent
    assert "on air" in rig.events.of(CameraFailed)[0].reason


async def test_a_lost_recall_is_not_sent_again_on_air(rig: Rig) -> None:
    rig.sim.faults.lose = 1.0
    rig.camera.wish(CameraWish(5, why="latest_mic"))
    await asyncio.sleep(0.1)
    rig.camera.wish(CameraWish(5, on_air=True, why="programme"))
    rig.sim.faults.clear()
    await until(lambda: rig.events.of(CameraFailed))
    await asyncio.sleep(0.6)
    assert rig.ordered(*MOVES) == []
    assert rig.events.of(CameraArrived) == []


async def test_not_possible_now_is_tried_again(rig: Rig) -> None:
    rig.sim.faults.refuse = 0x41
    rig.camera.wish(CameraWish(5, why="latest_mic"))
    await until(lambda: len(rig.ordered("recall")) >= 2)
    rig.sim.faults.clear()
    await until(lambda: rig.events.of(CameraArrived))
    assert rig.events.of(CameraFailed) == []


@pytest.mark.parametrize(
    ("code", "reason"), [(0x41, "refused for 10 s"), (0x03, "refused for 10 s"), (0x02, "not understood")]
)
async def test_a_recall_that_is_refused_for_good_fails_once(code: int, reason: str) -> None:
    async with a_rig(factor=5) as rig, served(rig.camera):
        rig.sim.faults.refuse = code
        rig.camera.wish(CameraWish(5, why="latest_mic"))
        await until(lambda: rig.events.of(CameraFailed))
        assert reason in rig.events.of(CameraFailed)[0].reason
        sent = len(rig.ordered("recall"))
        assert sent <= 55
        rig.camera.wish(CameraWish(5, why="latest_mic"))
        rig.camera.wish(CameraWish(5, on_air=True, why="latest_mic"))
        rig.camera.wish(CameraWish(5, why="latest_mic"))
        await asyncio.sleep(0.2)
        assert len(rig.ordered("recall")) == sent
        rig.sim.faults.clear()
        await rig.go(5)


async def test_a_third_recall_waits_for_a_free_socket() -> None:
    async with a_rig(travel=Travel(latency_s=0.02, settle_s=0.02)) as rig, served(rig.camera):
        for preset in (2, 1, 5):
            rig.camera.wish(CameraWish(preset, why="hurry"))
            await until(lambda preset=preset: f"recall {preset}" in " ".join(rig.ordered()))  # type: ignore[misc]
        await until(lambda: rig.events.of(CameraArrived))
        assert rig.events.of(CameraArrived) == [CameraArrived("cam1", 5)]
        assert rig.events.of(CameraFailed) == []


async def test_a_preset_that_the_family_has_not_fails_without_a_word_to_the_camera() -> None:
    async with a_rig(profile="sony-srg") as rig, served(rig.camera):
        rig.camera.wish(CameraWish(17, why="latest_mic"))
        assert rig.events.of(CameraFailed) == [CameraFailed("cam1", 17, "no such preset on this camera")]
        with pytest.raises(DeviceRejectedError, match="no such preset"):
            await rig.camera.store(0)
        assert rig.ordered() == []


async def test_a_camera_that_never_arrives_is_reported() -> None:
    slow = Travel(pan_deg_s=6.0, tilt_deg_s=6.0, latency_s=0.02)
    async with a_rig(factor=5, travel=slow) as rig, served(rig.camera):
        rig.camera.wish(CameraWish(2, why="latest_mic"))
        await until(lambda: rig.events.of(CameraFailed))
        assert rig.events.of(CameraFailed) == [CameraFailed("cam1", 2, "no arrival within 10 s")]
        assert rig.events.of(CameraArrived) == []


async def test_a_lost_completion_is_made_up_by_positions(rig: Rig) -> None:
    rig.camera.wish(CameraWish(5, why="latest_mic"))
    await until(lambda: rig.sim.moving)
    rig.sim.close()  # as if the completion had been lost: it never comes
    await until(lambda: rig.events.of(CameraArrived))
    assert not rig.sim.moving


async def test_somebody_with_a_remote_control_is_noticed(rig: Rig) -> None:
    await rig.go(5)
    rig.sim.put(Pose(-77.0, 3.0))
    rig.events.clear()
    await until(lambda: CameraReading("cam1", power=True, preset=None, moving=False) in rig.events)
    assert rig.events[0] == CameraReading("cam1", power=True, preset=None, moving=None)
    assert rig.ordered() == ["recall 5"]
    rig.sim.put(PRESETS[5])
    await until(lambda: CameraReading("cam1", power=True, preset=5, moving=False) in rig.events)


async def test_a_preset_stored_by_somebody_else_is_accepted(rig: Rig) -> None:
    await rig.go(5)
    await rig.go(1)
    rig.sim.presets[5] = Pose(55.0, 5.0)
    await rig.go(5)
    assert not rig.sim.moving
    assert rig.sim.pose.pan_deg == pytest.approx(55.0, abs=0.1)


async def test_driving_storing_and_coming_back(rig: Rig) -> None:
    await rig.go(5)
    await rig.camera.drive(-4, 0, 3)
    assert rig.events[-1] == CameraReading("cam1", power=True, preset=None, moving=True)
    await asyncio.sleep(0.1)
    await rig.camera.drive(0, 0, 0)
    await until(lambda: not rig.sim.moving)
    await rig.camera.store(9)
    assert rig.events[-1] == CameraReading("cam1", power=True, preset=9, moving=False)
    await rig.go(1)
    await rig.go(9)
    assert rig.ordered("drive", "zoomdrive", "stop") == ["drive -1 0", "zoomdrive", "stop", "zoomdrive stop"]


async def test_what_was_driven_by_hand_is_not_undone_by_the_same_wish(rig: Rig) -> None:
    await rig.go(5)
    rig.camera.wish(CameraWish(5, why="programme"))
    await rig.camera.drive(2, 0, 0)
    await rig.camera.drive(0, 0, 0)
    rig.camera.wish(CameraWish(5, why="programme"))
    rig.camera.wish(CameraWish(5, on_air=True, why="programme"))
    rig.camera.wish(CameraWish(5, why="programme"))
    await asyncio.sleep(0.2)
    assert rig.ordered("recall") == ["recall 5"]
    await rig.go(5)


async def test_driving_gives_up_a_recall() -> None:
    async with a_rig(travel=Travel(latency_s=0.02)) as rig, served(rig.camera):
        rig.camera.wish(CameraWish(2, why="latest_mic"))
        await until(lambda: rig.sim.moving)
        await rig.camera.drive(0, 0, 0)
        assert rig.events.of(CameraFailed) == [CameraFailed("cam1", 2, "moved by hand")]
        await until(lambda: not rig.sim.moving)
        await asyncio.sleep(0.3)
        assert rig.events.of(CameraArrived) == []


async def test_a_drive_is_stopped_when_the_camera_goes_on_air(rig: Rig) -> None:
    await rig.camera.drive(1, 0, 0)
    rig.camera.wish(CameraWish(None, on_air=True, why="programme"))
    await until(lambda: rig.ordered("stop"))
    await until(lambda: not rig.sim.moving)
    await rig.camera.drive(0, 0, 0)


async def test_a_forced_drive_goes_on_until_the_operator_stops_it(rig: Rig) -> None:
    rig.camera.wish(CameraWish(None, on_air=True, forced=True, why="operator"))
    await rig.camera.drive(1, 0, 0)
    rig.camera.wish(CameraWish(None, on_air=True, why="programme"))
    await asyncio.sleep(0.2)
    assert rig.ordered("stop") == []
    with pytest.raises(DeviceRejectedError, match="on air"):
        await rig.camera.drive(2, 0, 0)
    await rig.camera.drive(0, 0, 0)
    assert rig.ordered("stop") == ["stop"]


@pytest.mark.parametrize("code", [0x41, 0x02])
async def test_a_drive_that_is_refused_is_rejected(code: int) -> None:
    async with a_rig(factor=5) as rig, served(rig.camera):
        rig.sim.faults.refuse = code
        with pytest.raises(DeviceRejectedError):
            await rig.camera.drive(3, 3, 0)
        with pytest.raises(DeviceRejectedError):
            await rig.camera.store(3)
        with pytest.raises(DeviceRejectedError, match="-7 to 7"):
            await rig.camera.drive(8, 0, 0)
        rig.sim.faults.clear()
        await rig.go(5)


async def test_a_camera_in_standby_is_woken_for_a_wish() -> None:
    async with a_rig(manners=Manners(wake_s=0.3)) as rig:
        rig.sim.powered = False
        async with served(rig.camera):
            assert rig.events[-1] == CameraReading("cam1", power=False, preset=None, moving=False)
            rig.camera.wish(CameraWish(5, on_air=True, why="programme"))
            await asyncio.sleep(0.1)
            assert rig.ordered() == []
            await rig.go(5)
            assert rig.sim.powered


async def test_a_camera_that_does_not_wake_fails_its_wish() -> None:
    async with a_rig() as rig:
        rig.sim.powered = False
        async with served(rig.camera):
            rig.sim.faults.refuse = 0x41
            rig.camera.wish(CameraWish(5, why="latest_mic"))
            await until(lambda: rig.events.of(CameraFailed))
            assert rig.events.of(OrderRefused)[0].order == "power on"


async def test_silence_ends_the_session_and_all_becomes_unknown() -> None:
    async with a_rig(factor=5) as rig, served(rig.camera) as session:
        await rig.go(5)
        rig.camera.wish(CameraWish(1, why="next"))
        await until(lambda: rig.sim.moving)
        rig.sim.faults.silent = True
        await until(lambda: session.over)
        assert isinstance(session.error, DeviceUnreachableError)
        assert rig.events[-1] == CameraReading("cam1", power=None, preset=None, moving=None)
        assert rig.events.of(CameraFailed) == [CameraFailed("cam1", 1, "connection lost")]
        with pytest.raises(DeviceUnreachableError, match="not connected"):
            await rig.camera.drive(1, 0, 0)
        with pytest.raises(DeviceUnreachableError, match="not connected"):
            await rig.camera.store(1)


async def test_a_camera_that_never_answers_is_unreachable() -> None:
    async with a_rig(factor=5) as rig:
        rig.sim.faults.silent = True
        async with served(rig.camera, wait=False) as session:
            await until(lambda: session.over)
            assert isinstance(session.error, DeviceUnreachableError)
            assert not session.ready


async def test_a_closed_port_is_noticed_at_once() -> None:
    async with a_rig() as rig:
        await rig.service.close()
        async with served(rig.camera, wait=False) as session:
            await until(lambda: session.over, timeout_s=1.0)


async def test_after_a_restart_all_is_read_and_the_wish_is_brought_about(rig: Rig) -> None:
    await rig.go(5)
    await rig.service.close()
    await until(lambda: rig.session.over)
    rig.sim.put(Pose(0.0, 0.0))
    await rig.service.start()
    rig.events.clear()
    async with served(rig.camera):
        await until(lambda: rig.events.of(CameraArrived))
        assert rig.events[1] == CameraReading("cam1", power=True, preset=None, moving=False)
    rig.events.clear()
    async with served(rig.camera):
        # it still stands where it was learned to be
        assert rig.events[1] == CameraReading("cam1", power=True, preset=5, moving=False)
    assert rig.ordered() == ["recall 5", "recall 5"]


async def test_a_camera_that_may_still_be_driven_is_stopped_after_a_reconnect(rig: Rig) -> None:
    await rig.camera.drive(1, 0, 0)
    await rig.service.close()
    await until(lambda: rig.session.over)
    assert rig.sim.moving
    await rig.service.start()
    async with served(rig.camera):
        await until(lambda: not rig.sim.moving)
    assert rig.ordered("stop") == ["stop"]


@pytest.mark.parametrize("fault", ["drop", "lose", "duplicate"])
async def test_a_bad_network_costs_time_but_no_truth(fault: str) -> None:
    async with a_rig() as rig:
        setattr(rig.sim.faults, fault, 0.2)
        async with served(rig.camera) as session:
            for preset in (5, 1, 2, 5):
                await rig.go(preset)
                assert not rig.sim.moving
                assert rig.sim.pose.pan_deg == pytest.approx(PRESETS[preset].pan_deg, abs=0.3)
            assert not session.over


async def test_garbled_answers_never_become_an_arrival_elsewhere() -> None:
    async with a_rig() as rig, served(rig.camera, wait=False) as session:
        rig.sim.faults.garble = 0.1
        await until(lambda: session.ready or session.over)
        rig.camera.wish(CameraWish(5, why="latest_mic"))
        await until(lambda: session.over or rig.events.of(CameraArrived) or rig.events.of(CameraFailed), timeout_s=15.0)
        for arrival in rig.events.of(CameraArrived):
            assert rig.sim.pose.pan_deg == pytest.approx(PRESETS[arrival.preset].pan_deg, abs=0.3)
