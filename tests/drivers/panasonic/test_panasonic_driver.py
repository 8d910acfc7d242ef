"""The Panasonic driver against the simulated camera, over HTTP and TCP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any

import pytest

from chamber.core.errors import DeviceAuthError, DeviceError, DeviceRejectedError, DeviceUnreachableError
from chamber.ports import (
    CameraArrived,
    CameraFailed,
    CameraReading,
    CameraWish,
    IdentityReading,
    OrderRefused,
    PresetStored,
)
from drivers.panasonic.driver import PanasonicCamera
from drivers.sim.panasonic import AwManners, SimPanasonic
from drivers.sim.visca_motion import Pose, Travel
from tests.drivers.sessions import Events, QuickClock, served
from tests.until import until

QUICK = Travel(pan_deg_s=900.0, tilt_deg_s=900.0, ramp_deg_s2=9000.0, octave_s=0.05, latency_s=0.02, settle_s=0.03)
SLOW = Travel(pan_deg_s=40.0, latency_s=0.02, settle_s=0.02)
PRESETS = {0: Pose(0.0, 0.0), 1: Pose(30.0, 5.0, 3.0), 2: Pose(-40.0, 0.0, 2.0), 5: Pose(10.0, -5.0, 6.0)}
MOVES = ("recall", "drive", "zoomdrive", "focusdrive")


class Rig:
    """A simulated camera and a driver for it."""

    def __init__(self, sim: SimPanasonic, camera: PanasonicCamera, events: Events) -> None:
        self.sim, self.camera, self.events = sim, camera, events

    def ordered(self, *kinds: str) -> list[str]:
        return [what for _, what in self.sim.log if not kinds or what.startswith(kinds)]

    async def go(self, preset: int) -> None:
        before = len(self.events.of(CameraArrived))
        self.camera.wish(CameraWish(preset, why=f"go {before}"))
        await until(lambda: len(self.events.of(CameraArrived)) > before, what=f"arrival at {preset}")


@asynccontextmanager
async def a_rig(
    *, travel: Travel = QUICK, manners: AwManners | None = None, factor: int = 1, **options: Any
) -> AsyncIterator[Rig]:
    events = Events()
    async with SimPanasonic(PRESETS, travel=travel, manners=manners or AwManners()) as sim:
        camera = PanasonicCamera(
            "cam1", "127.0.0.1", sim.port, events.append, QuickClock(factor), **({"tally": False} | options)
        )
        yield Rig(sim, camera, events)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with a_rig() as rig, served(rig.camera):
        yield rig


async def test_model_power_and_position_are_read_first(rig: Rig) -> None:
    assert rig.events[0] == IdentityReading("cam1", "Panasonic AW-UE100")
    assert rig.events[-1] == CameraReading("cam1", power=True, preset=None, moving=False)
    assert rig.ordered() == []
    assert len(rig.sim.subscribers) == 1


async def test_arrival_is_notified_and_confirmed_by_position(rig: Rig) -> None:
    rig.events.clear()
    await rig.go(6)
    assert rig.events[0] == CameraReading("cam1", power=True, preset=None, moving=True)
    arrived = rig.events.of(CameraArrived)[0]
    assert arrived.preset == 6
    assert arrived.pose is not None
    assert (arrived.pose.pan_deg, arrived.pose.tilt_deg) == (pytest.approx(10.0, abs=0.1), pytest.approx(-5.0, abs=0.1))
    assert rig.events[-1] == CameraReading("cam1", power=True, preset=6, moving=False)
    assert rig.ordered() == ["recall 5"]


async def test_a_notified_camera_is_not_asked_on_its_way() -> None:
    async with a_rig(travel=SLOW) as rig, served(rig.camera):
        rig.camera.wish(CameraWish(3, why="latest_mic"))
        await until(lambda: rig.sim.moving)
        before = len(rig.sim.asked)
        await until(lambda: rig.events.of(CameraArrived))
        assert len(rig.sim.asked) - before <= 2


async def test_commands_keep_the_distance_of_the_document(rig: Rig) -> None:
    for preset in (2, 3, 6, 2):
        await rig.go(preset)
    await rig.camera.drive(2, 0, 1)
    await rig.camera.drive(0, 0, 0)
    assert rig.sim.hasty == []


async def test_only_the_newest_recall_arrives() -> None:
    async with a_rig(travel=SLOW) as rig, served(rig.camera):
        rig.camera.wish(CameraWish(2, why="first"))
        await until(lambda: rig.sim.moving)
        await rig.go(3)
        assert rig.events.of(CameraArrived) == [CameraArrived("cam1", 3)]
        assert rig.events.of(CameraFailed) == []
        assert rig.sim.pose.pan_deg == pytest.approx(-40.0, abs=0.2)


async def test_a_lost_notification_is_made_up_for_by_positions(rig: Rig) -> None:
    await rig.go(2)
    rig.sim.subscribers.clear()
    rig.sim.subscribers["127.0.0.1", 1] = None  # nobody there
    await rig.go(3)
    assert not rig.sim.moving


async def test_without_notifications_the_answer_comes_late_and_the_position_decides() -> None:
    async with a_rig(travel=SLOW) as rig, served(rig.camera):
        rig.sim.subscribers.clear()
        await rig.go(2)
        assert not rig.sim.moving


async def test_an_older_model_tells_positions_one_by_one() -> None:
    async with a_rig(manners=AwManners(model="AW-HE40", all_positions=False)) as rig, served(rig.camera):
        await rig.go(2)
        assert rig.events.of(CameraArrived) == [CameraArrived("cam1", 2)]


async def test_a_preset_that_is_not_there_fails_and_a_busy_camera_is_asked_again(rig: Rig) -> None:
    rig.camera.wish(CameraWish(50, why="latest_mic"))
    await until(lambda: rig.events.of(CameraFailed))
    assert rig.events.of(CameraFailed) == [CameraFailed("cam1", 50, "out of range")]
    rig.sim.faults.refuse = 2
    rig.camera.wish(CameraWish(2, why="latest_mic"))
    await until(lambda: "refused R01" in rig.ordered())
    rig.sim.faults.clear()
    await until(lambda: rig.events.of(CameraArrived))


async def test_a_preset_outside_1_to_100_is_never_sent(rig: Rig) -> None:
    rig.camera.wish(CameraWish(101, why="latest_mic"))
    await until(lambda: rig.events.of(CameraFailed))
    assert rig.ordered() == []


async def test_driving_and_storing(rig: Rig) -> None:
    await rig.go(2)
    await rig.camera.drive(-3, 0, 4)
    assert rig.ordered("drive", "zoom") == ["drive -1 0", "zoomdrive 1"]
    await rig.camera.drive(0, 0, 0)
    await until(lambda: not rig.sim.moving)
    await rig.camera.store(9)
    stored = rig.events.of(PresetStored)[-1]
    assert stored.pose is not None
    assert stored.pose.pan_deg == pytest.approx(rig.sim.presets[8].pan_deg, abs=0.1)
    assert rig.events[-1] == CameraReading("cam1", power=True, preset=9, moving=False)


async def test_focus_and_refusals(rig: Rig) -> None:
    await rig.camera.focus("manual")
    assert rig.events[-1] == CameraReading("cam1", True, None, False, None, "manual")
    await rig.camera.focus("near")
    await rig.camera.focus("stop")
    await rig.camera.focus("auto")
    await rig.camera.focus("one_push")
    assert rig.ordered() == ["focus manual", "focusdrive -1", "focusdrive 0", "focus auto", "one push"]
    rig.sim.faults.refuse = 1
    with pytest.raises(DeviceRejectedError, match="not supported"):
        await rig.camera.focus("manual")


async def test_standby_is_woken_for_a_recall() -> None:
    async with a_rig(manners=AwManners(wake_s=0.3), factor=2) as rig, served(rig.camera):
        await rig.camera.power(False)
        await until(lambda: rig.events.of(CameraReading)[-1].power is False)
        await rig.go(2)
        assert rig.ordered("power", "recall") == ["power on", "recall 1"]
        assert rig.events.of(CameraReading)[-1].power is True


@pytest.mark.parametrize(
    ("lamps", "seen"),
    [(("red", "green"), {"red", "green"}), (("head",), {"red"}), ((), set())],
    ids=["both", "older", "none"],
)
async def test_lamps_follow_the_programme(lamps: tuple[str, ...], seen: set[str]) -> None:
    async with a_rig(manners=AwManners(lamps=lamps), tally=True) as rig, served(rig.camera):
        rig.camera.wish(CameraWish(None, preview=True))
        await until(lambda: rig.sim.green or rig.events.of(OrderRefused))
        rig.camera.wish(CameraWish(None, on_air=True))
        if seen:
            await until(lambda: rig.sim.tally and not rig.sim.green)
            await until(lambda: rig.events.of(CameraReading)[-1].lamp == "red")
        lacking = {"red", "green"} - seen
        await until(lambda: {event.order.rpartition(" ")[2] for event in rig.events.of(OrderRefused)} == lacking)


async def test_preset_speed_is_written_only_when_it_differs() -> None:
    async with a_rig(speed=20) as rig:
        async with served(rig.camera):
            assert rig.sim.speed == "750"
        async with served(rig.camera):
            assert rig.ordered("speed") == ["speed 750"]


async def test_digest_login() -> None:
    async with a_rig(manners=AwManners(login=("admin", "geheim")), user="admin", password="geheim") as rig:
        camera = rig.camera
        async with served(camera):
            await rig.go(2)
    for user, password in ((None, ""), ("admin", "fout")):
        manners = AwManners(login=("admin", "geheim"))
        async with (
            a_rig(manners=manners, user=user, password=password) as rig,
            served(rig.camera, wait=False) as session,
        ):
            await until(lambda session=session: session.over)  # type: ignore[misc]
            assert isinstance(session.error, DeviceAuthError)
            assert "geheim" not in str(session.error)


async def test_silence_hang_ups_and_coming_back() -> None:
    async with a_rig(factor=4) as rig:
        async with served(rig.camera) as session:
            await rig.go(2)
            await rig.sim.close()
            await until(lambda: session.over)
            assert isinstance(session.error, DeviceUnreachableError)
            assert rig.events[-1] == CameraReading("cam1", power=None, preset=None, moving=None)
        await rig.sim.start()
        async with served(rig.camera):
            await until(lambda: rig.events.of(CameraReading)[-1].preset == 2)
            assert len(rig.sim.subscribers) == 1


async def test_strangers_at_the_notification_port_do_no_harm(rig: Rig) -> None:
    ((_, port),) = rig.sim.subscribers
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\xff" * 300)
    await asyncio.sleep(0.05)
    writer.close()
    await rig.go(2)
    assert rig.events.of(CameraFailed) == []


@pytest.mark.parametrize("seed", range(6))
async def test_on_air_no_movement_reaches_the_camera(seed: int) -> None:
    random = Random(seed)
    async with a_rig(factor=2) as rig, served(rig.camera):
        waiting: list[asyncio.Task[None]] = []
        for _ in range(random.randrange(1, 4)):
            rig.sim.faults.clear()
            fault, value = random.choice([("drop", 0.5), ("refuse", 2), ("delay_s", 0.05), ("delay_s", 0.0)])
            setattr(rig.sim.faults, fault, value)
            if random.random() < 0.7:
                rig.camera.wish(CameraWish(random.choice((1, 2, 3, 6)), why=str(random.random())))
            else:
                drive = rig.camera.drive(random.randrange(-7, 8), 1, random.randrange(-7, 8))
                waiting.append(asyncio.create_task(drive))
            await asyncio.sleep(random.random() * 0.3)
        rig.camera.wish(CameraWish(random.choice((1, 2, 6, None)), on_air=True, why="programme"))
        await asyncio.sleep(0.02)  # what left before that is taken off the wire
        sent = len(rig.ordered(*MOVES))
        rig.sim.faults.clear()
        for why in ("programme", "latest_mic"):
            rig.camera.wish(CameraWish(random.choice((1, 2, 6)), on_air=True, why=why))
            with suppress(DeviceError):
                await rig.camera.drive(1, 1, 1)
            await asyncio.sleep(0.4)
        assert [what for what in rig.ordered(*MOVES)[sent:] if not what.endswith("stop")] == []
        for task in waiting:
            with suppress(DeviceError):
                await task
