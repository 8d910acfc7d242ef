"""Tally lamps, focus, power, preset speed and cancel, over every transport where they differ."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chamber.core.errors import DeviceRejectedError, EncodeError
from chamber.ports import CameraArrived, CameraFailed, CameraReading, CameraWish, OrderRefused, PresetStored
from drivers.sim.visca import Manners, SimCamera, Travel
from drivers.sim.visca_services import RawUdp as SimUdp
from drivers.sim.visca_sockets import Reply
from drivers.visca import codec
from drivers.visca.driver import ViscaCamera
from drivers.visca.profile import PROFILES
from drivers.visca.wires import RawUdp
from tests.drivers.sessions import Events, QuickClock, served
from tests.drivers.visca.test_visca_sony import PRESETS, QUICK, a_rig
from tests.drivers.visca.test_visca_tcp import BRISK, by_hand
from tests.until import until

SLOW = Travel(pan_deg_s=30.0, latency_s=0.02, settle_s=0.02)


@pytest.mark.parametrize(
    ("packet", "wire"),
    [
        (codec.cancel(1, 2), "8122ff"),
        (codec.lamp(1, "red", True), "81017e010a0002ff"),
        (codec.lamp(1, "red", False), "81017e010a0003ff"),
        (codec.lamp(3, "green", True), "83017e041a0002ff"),
        (codec.focus(1, "auto"), "8101043802ff"),
        (codec.focus(1, "manual"), "8101043803ff"),
        (codec.focus(1, "one_push"), "8101041801ff"),
        (codec.focus(1, "far"), "8101040802ff"),
        (codec.focus(1, "stop"), "8101040800ff"),
        (codec.separate_speeds(1), "81017e041b01ff"),
        (codec.preset_speed(1, 5, 0x19), "81017e010b0519ff"),
        (codec.optics_speed(1, 0x18), "8101060118ff"),
        (codec.optics_speed(1, 0x18, 5), "810106010518ff"),
        (codec.ask_focus(1), "81090438ff"),
    ],
)
def test_commands_of_the_documents(packet: bytes, wire: str) -> None:
    assert packet.hex() == wire


def test_what_does_not_exist_is_refused() -> None:
    for wrong in (lambda: codec.focus(1, "soft"), lambda: codec.lamp(1, "blue", True), lambda: codec.cancel(1, 0)):
        with pytest.raises(EncodeError):
            wrong()
    with pytest.raises(EncodeError):
        codec.preset_speed(1, 5, 0)
    with pytest.raises(EncodeError):
        codec.optics_speed(1, 25)


async def test_lamps_follow_the_programme_and_are_unknown_until_confirmed() -> None:
    async with a_rig(profile="sony-fr7") as rig:
        rig.sim.tally = True  # as another program left it
        async with served(rig.camera):
            await until(lambda: rig.events[-1] == CameraReading("cam1", True, None, False, "off"))
            assert not rig.sim.tally
            rig.camera.wish(CameraWish(None, preview=True))
            await until(lambda: rig.sim.green and not rig.sim.tally)
            rig.camera.wish(CameraWish(None, on_air=True))
            await until(lambda: rig.sim.tally and not rig.sim.green)
            await until(lambda: rig.events[-1] == CameraReading("cam1", True, None, False, "red"))
        assert rig.events[-1] == CameraReading("cam1", None, None, None)


async def test_a_model_without_a_lamp_is_asked_once() -> None:
    async with a_rig(profile="sony-x400", manners=Manners(lamps=())) as rig, served(rig.camera):
        await until(lambda: rig.events.of(OrderRefused))
        for on_air in (True, False, True):
            rig.camera.wish(CameraWish(None, on_air=on_air))
            await asyncio.sleep(0.1)
        assert rig.events.of(OrderRefused) == [OrderRefused("cam1", "tally lamp red", "this model has no such lamp")]
        assert rig.ordered("tally") == ["refused tally red off"]
        assert rig.events.of(CameraReading)[-1].lamp is None


async def test_a_lamp_that_is_lost_on_the_way_is_switched_again() -> None:
    async with a_rig(profile="sony-x400", factor=4) as rig, served(rig.camera):
        await until(lambda: rig.events.of(CameraReading)[-1].lamp == "off")
        rig.sim.faults.lose = 1.0
        rig.camera.wish(CameraWish(None, on_air=True))
        await asyncio.sleep(0.1)
        rig.sim.faults.clear()
        await until(lambda: rig.sim.tally)


async def test_focus_is_set_driven_and_read_back() -> None:
    async with a_rig() as rig, served(rig.camera):
        with pytest.raises(DeviceRejectedError, match="not possible now"):
            await rig.camera.focus("near")  # autofocus is on
        await rig.camera.focus("manual")
        await until(lambda: rig.events[-1] == CameraReading("cam1", True, None, False, None, "manual"))
        before = rig.sim.focus_counts
        await rig.camera.focus("near")
        await until(lambda: rig.sim.focus_counts > before)
        await rig.camera.focus("stop")
        rig.camera.wish(CameraWish(None, on_air=True))
        with pytest.raises(DeviceRejectedError, match="on air"):
            await rig.camera.focus("far")
        await rig.camera.focus("auto")
        await until(lambda: rig.events[-1] == CameraReading("cam1", True, None, False, None, "auto"))


async def test_power_is_ordered_and_read_back() -> None:
    async with a_rig(manners=Manners(wake_s=0.1), factor=4) as rig, served(rig.camera):
        await rig.camera.power(False)
        await until(lambda: not rig.sim.powered and rig.events.of(CameraReading)[-1].power is False)
        await rig.camera.power(True)
        await until(lambda: rig.sim.powered and rig.events.of(CameraReading)[-1].power is True)
        rig.camera.wish(CameraWish(None, on_air=True))
        with pytest.raises(DeviceRejectedError, match="on air"):
            await rig.camera.power(False)


@pytest.mark.parametrize(
    ("profile", "way", "kept"),
    [
        ("sony-x400", "sony", {0: 20, 4: 20}),
        ("ptzoptics", "optics", {None: 20}),
        ("ptzoptics", "optics-old", {1: 20, 5: 20}),
    ],
)
async def test_preset_speed_is_told_in_the_way_of_the_model(
    profile: str, way: str, kept: dict[int | None, int]
) -> None:
    events = Events()
    sim = SimCamera(PRESETS, travel=QUICK, manners=Manners(speeds=way))
    async with SimUdp(sim) as service:
        wire = RawUdp("127.0.0.1", service.port)
        camera = ViscaCamera("cam1", wire, PROFILES[profile], events.append, QuickClock(), speed=20, presets=(1, 5))
        async with served(camera):
            await until(lambda: sim.speeds == kept, what=f"{sim.speeds}")
        assert events.of(OrderRefused) == []
        sim.close()


async def test_a_model_that_knows_no_preset_speed_says_so_once() -> None:
    events = Events()
    sim = SimCamera(PRESETS, travel=QUICK, manners=Manners(speeds="none"))
    async with SimUdp(sim) as service:
        camera = ViscaCamera(
            "cam1", RawUdp("127.0.0.1", service.port), PROFILES["ptzoptics"], events.append, QuickClock(),
            speed=20, presets=(1, 5),
        )  # fmt: skip
        async with served(camera):
            await until(lambda: events.of(OrderRefused))
            assert events.of(OrderRefused)[0].order == "preset speed"
        sim.close()


async def test_driving_by_hand_cancels_the_recall_first() -> None:
    async with a_rig(travel=SLOW, manners=Manners(refuse_in_recall=True)) as rig, served(rig.camera):
        rig.camera.wish(CameraWish(2, why="latest_mic"))
        await until(lambda: rig.sim.turning)
        await rig.camera.drive(1, 0, 0)
        assert rig.ordered() == ["recall 2", "cancel 1", "drive 1 0"]
        await rig.camera.drive(0, 0, 0)
        assert rig.events.of(CameraFailed) == [CameraFailed("cam1", 2, "moved by hand")]


async def test_a_cancel_without_an_answer_is_not_waited_for_long() -> None:
    events = Events()
    async with by_hand(events, factor=8) as (hand, camera):
        camera.wish(CameraWish(4, why="latest_mic"))
        await until(lambda: len(hand.commands) == 1)
        hand.say("9041ff")
        await until(lambda: CameraReading("cam1", True, None, True) in events)
        driving = asyncio.create_task(camera.drive(1, 0, 0))
        await until(lambda: len(hand.commands) == 2)
        assert hand.commands[1] == bytes.fromhex("8121ff")
        await until(lambda: len(hand.commands) == 3)
        assert hand.commands[2].hex().startswith("81010601")
        hand.say("9042ff9052ff")
        await driving
        hand.say("906105ff")  # far too late: nothing to cancel


@asynccontextmanager
async def raw_udp(events: Events, factor: int = 1) -> AsyncIterator[tuple[SimCamera, ViscaCamera]]:
    sim = SimCamera({**PRESETS}, travel=BRISK)
    async with SimUdp(sim) as service:
        wire = RawUdp("127.0.0.1", service.port)
        camera = ViscaCamera("cam1", wire, PROFILES["ptzoptics"], events.append, QuickClock(factor))
        async with served(camera):
            yield sim, camera
        sim.close()


async def test_raw_udp_recalls_stores_and_drives() -> None:
    events = Events()
    async with raw_udp(events) as (sim, camera):
        camera.wish(CameraWish(1, why="first"))
        await until(lambda: CameraArrived("cam1", 1) in events)
        await camera.drive(2, 0, 0)
        await camera.drive(0, 0, 0)
        await until(lambda: not sim.moving)
        await camera.store(9)
        assert events.of(PresetStored) == [PresetStored("cam1", 9)]
        assert sim.presets[9].pan_deg > 30.0


async def test_raw_udp_sends_a_lost_recall_again() -> None:
    events = Events()
    async with raw_udp(events, factor=4) as (sim, camera):
        sim.faults.lose = 1.0
        camera.wish(CameraWish(1, why="first"))
        await asyncio.sleep(0.1)
        sim.faults.clear()
        await until(lambda: CameraArrived("cam1", 1) in events)
        assert [what for _, what in sim.log if what.startswith("recall")] == ["recall 1"]


async def test_raw_udp_arrives_by_position_when_every_answer_to_commands_is_lost() -> None:
    events = Events()
    async with raw_udp(events, factor=4) as (sim, camera):
        handle = sim.handle

        def answers_questions_only(packet: bytes, reply: Reply, address: int = 1) -> None:
            handle(packet, lambda data: reply(data) if len(data) > 3 else None, address)

        sim.handle = answers_questions_only  # type: ignore[method-assign]
        camera.wish(CameraWish(1, why="first"))
        await until(lambda: CameraArrived("cam1", 1) in events)
        assert not sim.moving


async def test_raw_udp_does_not_repeat_what_went_on_air() -> None:
    events = Events()
    async with raw_udp(events, factor=4) as (sim, camera):
        sim.faults.lose = 1.0
        camera.wish(CameraWish(1, why="first"))
        await asyncio.sleep(0.05)
        camera.wish(CameraWish(1, on_air=True, why="programme"))
        sim.faults.clear()
        await until(lambda: events.of(CameraFailed))
        await asyncio.sleep(0.3)
        assert sim.log == type(sim.log)()
