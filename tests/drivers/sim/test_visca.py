"""The camera over TCP and serial, with the byte sequences of the protocol document (V1, V2, …)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import serial_asyncio_fast
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.visca import Manners, Pose, SimCamera, Travel
from drivers.sim.visca_services import RawTcp, RawUdp, SerialChain
from drivers.sim.visca_wire import Cutter
from tests.conftest import ManualClock
from tests.drivers.sim.wire import Stream, peer
from tests.until import until

BRISK = Travel(pan_deg_s=400, tilt_deg_s=400, ramp_deg_s2=8000, octave_s=0.02, latency_s=0.03, settle_s=0.05)
PRESETS = {1: Pose(-60, 5, 2), 4: Pose(60, -10, 4), 5: Pose(20, 0, 2)}


@pytest.fixture
async def camera() -> AsyncIterator[SimCamera]:
    camera = SimCamera(PRESETS, travel=BRISK)
    yield camera
    camera.close()


@asynccontextmanager
async def on_tcp(camera: SimCamera) -> AsyncIterator[Stream]:
    async with RawTcp(camera) as service:
        stream = Stream(*await asyncio.open_connection("127.0.0.1", service.port))
        try:
            yield stream
        finally:
            await stream.close()
    camera.close()


@asynccontextmanager
async def on_serial(path: Path, *cameras: SimCamera) -> AsyncIterator[tuple[Stream, SerialChain]]:
    async with SerialChain(cameras, str(path / "ttyCAM")) as chain:
        reader, writer = await serial_asyncio_fast.open_serial_connection(url=chain.port.path, baudrate=9600)
        stream = Stream(reader, writer)
        try:
            yield stream, chain
        finally:
            await stream.close()
    for camera in cameras:
        camera.close()


@pytest.fixture
async def wire(camera: SimCamera) -> AsyncIterator[Stream]:
    async with on_tcp(camera) as stream:
        yield stream


async def ask(wire: Stream, packet: str) -> str:
    wire.send(packet)
    return await wire.packet()


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("81010001ff", "9050ff"),  # V4
        ("81090002ff", "90500001051c010002ff"),  # V5
        ("81010438ff", "906002ff"),  # V11
        ("8101040802ff", "906141ff"),  # V12, focus by hand while automatic
        ("8101060100000303ff", "906002ff"),  # V14, speed 0
        ("8121ff", "906105ff"),  # V10
        ("81090400ff", "905002ff"),
        ("81090438ff", "905002ff"),
        ("8109043fff", "90507fff"),  # nothing recalled yet
        ("81090447ff", "905000000000ff"),
        ("81090611ff", "90501817ff"),
        ("81090612ff", "90500000000000000000ff"),
        ("81090610ff", "90502000ff"),  # initialised, not moving
        ("81097e7e00ff", "905000000000000001000000000100ff"),
        ("8101043f0209ff", "906141ff"),  # nothing stored there
        ("8101043f0264ff", "906002ff"),  # above 99
        ("810104470f000000ff", "906002ff"),  # beyond tele
        ("81ff", "906001ff"),
        ("81" + "01" * 20 + "ff", "906001ff"),
        ("8105ff", "906002ff"),
        ("81090499ff", "906002ff"),
    ],
)
async def test_answers_of_the_document(wire: Stream, sent: str, answered: str) -> None:
    assert await ask(wire, sent) == answered


async def test_v6_a_recall_is_acknowledged_and_completed_on_arrival(camera: SimCamera, wire: Stream) -> None:
    assert await ask(wire, "8101043f0205ff") == "9041ff"
    assert await ask(wire, "8109043fff") == "905005ff"
    assert await wire.packet() == "9051ff"
    assert camera.pose == PRESETS[5]
    assert not camera.moving
    assert await ask(wire, "81090612ff") == "90500004000000000000ff"
    assert [what for _, what in camera.log] == ["recall 5"]


async def test_v7_some_models_acknowledge_a_recall_only_on_arrival() -> None:
    camera = SimCamera(PRESETS, travel=BRISK, manners=Manners(late_ack=True))
    async with on_tcp(camera) as wire:
        wire.send("8101043f0205ff")
        assert await ask(wire, "81090400ff") == "905002ff"
        assert await wire.packet() == "9041ff"
        assert camera.pose == PRESETS[5]
        assert await wire.packet() == "9051ff"


@pytest.mark.parametrize("hold", [False, True])
async def test_v8_two_recalls_fill_both_sockets_and_the_newest_wins(hold: bool) -> None:
    camera = SimCamera(PRESETS, manners=Manners(hold_superseded=hold))
    async with on_tcp(camera) as wire:
        wire.send("8101043f0204ff")
        assert await wire.packet() == "9041ff"
        wire.send("8101043f0201ff")
        wire.send("81010604ff")
        assert sorted([await wire.packet(), await wire.packet()]) == ["9042ff", "906003ff"]
        assert await wire.packet() == "9051ff"
        assert (camera.pose == PRESETS[1]) is hold
        assert await wire.packet() == "9052ff"
        assert camera.pose == PRESETS[1]
    assert [what for _, what in camera.log] == ["recall 4", "recall 1", "refused home"]


async def test_v9_v10_a_cancelled_recall_stops_and_never_completes() -> None:
    camera = SimCamera(PRESETS)
    async with on_tcp(camera) as wire:
        await ask(wire, "8101043f0204ff")
        await until(lambda: camera.moving)
        assert await ask(wire, "8121ff") == "906104ff"
        await until(lambda: not camera.moving)
        assert 0 < camera.pose.pan_deg < 60
        assert await ask(wire, "81090610ff") == "90502c00ff"
        assert await ask(wire, "8121ff") == "906105ff"
        assert await ask(wire, "8101043f0201ff") == "9041ff"


async def test_cancelling_the_newest_recall_ends_the_overtaken_one_too() -> None:
    camera = SimCamera(PRESETS, manners=Manners(hold_superseded=True))
    async with on_tcp(camera) as wire:
        await ask(wire, "8101043f0204ff")
        await ask(wire, "8101043f0201ff")
        assert await ask(wire, "8122ff") == "906204ff"
        assert await wire.packet() == "9051ff"
        assert await ask(wire, "8122ff") == "906205ff"


async def test_inquiries_are_answered_while_both_sockets_are_busy(camera: SimCamera, wire: Stream) -> None:
    await ask(wire, "8101043f0204ff")
    wire.send("8101043f0201ff")
    assert await ask(wire, "81090400ff") == "905002ff"


async def test_v23_v25_status_words_while_it_moves_and_after() -> None:
    camera = SimCamera({1: Pose(100, 0, 4)}, travel=Travel(pan_deg_s=100, latency_s=0.01, settle_s=0.6, octave_s=0.02))
    async with on_tcp(camera) as wire:
        await ask(wire, "8101043f0201ff")
        assert await ask(wire, "81090610ff") == "90502400ff"
        assert (await ask(wire, "81097e7e00ff"))[28:30] in {"04", "05"}
        await until(lambda: not camera.moving)
        assert (await ask(wire, "81097e7e00ff"))[28:30] == "06"
        assert await wire.packet() == "9051ff"
        assert await ask(wire, "81090610ff") == "90502800ff"
        assert (await ask(wire, "81097e7e00ff"))[28:30] == "00"


async def test_v13_a_drive_completes_at_its_start_and_runs_until_stopped(camera: SimCamera, wire: Stream) -> None:
    assert await ask(wire, "8101060101010201ff") == "9041ff"
    assert await wire.packet() == "9051ff"
    await until(lambda: camera.pose.pan_deg > 0.2 and camera.pose.tilt_deg > 0.2)
    assert await ask(wire, "8101060101010303ff") == "9041ff"
    assert await wire.packet() == "9051ff"
    await until(lambda: not camera.moving)
    assert [what for _, what in camera.log] == ["drive 1 1", "stop"]


async def test_v15_v16_v18_v22_positions_in_nibbles(camera: SimCamera, wire: Stream) -> None:
    camera.put(Pose(-239 / 51.2, 435 / 51.2, camera.travel.zoom_at(0x3456)))
    assert await ask(wire, "81090612ff") == "90500f0f010100010b03ff"
    assert await ask(wire, "81090447ff") == "905003040506ff"
    camera.put(Pose(73 / 51.2, -312 / 51.2))
    assert await ask(wire, "81090612ff") == "9050000004090f0e0c08ff"
    assert await ask(wire, "810106020a0a000100000f0f0800ff") == "9041ff"
    assert await wire.packet() == "9051ff"
    assert camera.pose == Pose(256 / 51.2, -128 / 51.2)
    assert await ask(wire, "810106030a0a000100000f0f0800ff") == "9041ff"
    assert await wire.packet() == "9051ff"
    assert camera.pose == Pose(512 / 51.2, -256 / 51.2)


async def test_v19_one_speed_for_both_axes(camera: SimCamera, wire: Stream) -> None:
    camera.put(Pose(-169, 89))
    assert await ask(wire, "8101060218000d0e000001020000ff") == "9041ff"
    assert await wire.packet() == "9051ff"
    assert camera.pose == Pose(-170, 90)
    assert await ask(wire, "81090610ff") == "90502805ff"


async def test_v21_zoom_and_home(camera: SimCamera, wire: Stream) -> None:
    camera.put(Pose(10, 10, 1))
    await ask(wire, "8101044702000000ff")
    assert await wire.packet() == "9051ff"
    assert await ask(wire, "81090447ff") == "905002000000ff"
    await ask(wire, "81010604ff")
    assert await wire.packet() == "9051ff"
    assert (camera.pose.pan_deg, camera.pose.tilt_deg) == (0, 0)
    await ask(wire, "8101040727ff")
    assert await wire.packet() == "9051ff"
    await until(lambda: camera.pose.zoom == pytest.approx(20))
    await ask(wire, "8101040703ff")
    assert await wire.packet() == "9051ff"
    await until(lambda: camera.pose.zoom < 19)
    await ask(wire, "8101040700ff")
    assert await wire.packet() == "9051ff"
    await until(lambda: not camera.moving)


async def test_presets_are_set_and_reset(camera: SimCamera, wire: Stream) -> None:
    camera.put(Pose(33, 11, 3))
    for packet in ("8101043f0109ff", "8101043f0004ff"):
        assert await ask(wire, packet) == "9041ff"
        assert await wire.packet() == "9051ff"
    assert camera.presets[9].pan_deg == 33
    assert 4 not in camera.presets
    assert await ask(wire, "8101043f0204ff") == "906141ff"


async def test_recalling_where_it_stands_completes_at_once_without_motion(camera: SimCamera, wire: Stream) -> None:
    camera.put(PRESETS[5])
    assert await ask(wire, "8101043f0205ff") == "9041ff"
    assert await wire.packet() == "9051ff"
    assert not camera.moving


async def test_in_standby_and_while_waking_it_obeys_only_power(manual_clock: ManualClock) -> None:
    camera = SimCamera(PRESETS, travel=BRISK, now_s=lambda: manual_clock.now_ms() / 1000)
    async with on_tcp(camera) as wire:
        assert await ask(wire, "8101040003ff") == "9041ff"
        assert await wire.packet() == "9051ff"
        assert await ask(wire, "81090400ff") == "905003ff"
        assert await ask(wire, "8101043f0205ff") == "906141ff"
        assert not camera.powered
        assert await ask(wire, "8101040002ff") == "9041ff"
        assert await wire.packet() == "9051ff"
        assert await ask(wire, "81090610ff") == "90501000ff"
        assert await ask(wire, "8101043f0205ff") == "906141ff"
        assert await ask(wire, "8101040002ff") == "906141ff"
        manual_clock.advance(2_000)
        assert await ask(wire, "81090610ff") == "90502000ff"
        assert await ask(wire, "8101043f0205ff") == "9041ff"


async def test_standby_in_mid_recall_ends_it_with_an_error(camera: SimCamera, wire: Stream) -> None:
    await ask(wire, "8101043f0205ff")
    assert await ask(wire, "8101040003ff") == "906141ff"
    assert await wire.packet() == "9042ff"
    assert await wire.packet() == "9052ff"


async def test_tally_and_focus(camera: SimCamera, wire: Stream) -> None:
    async def obey(packet: str) -> None:
        assert await ask(wire, packet) == "9041ff"
        assert await wire.packet() == "9051ff"

    await obey("81017e010a0002ff")
    assert (camera.tally, camera.green) == (True, False)
    await obey("81017e041a0002ff")
    await obey("81017e010a0003ff")
    assert (camera.tally, camera.green) == (False, True)
    await obey("8101043803ff")
    await obey("8101044804000000ff")
    await until(lambda: camera.focus_counts == 0x4000)
    assert await ask(wire, "81090448ff") == "905004000000ff"
    await obey("8101040837ff")
    await until(lambda: camera.focus_counts > 0x4100)
    await obey("8101040800ff")
    await obey("8101043810ff")
    assert await ask(wire, "81090438ff") == "905002ff"


async def test_old_models_refuse_to_turn_during_a_recall() -> None:
    camera = SimCamera(PRESETS, travel=BRISK, manners=Manners(refuse_in_recall=True))
    async with on_tcp(camera) as wire:
        await ask(wire, "8101043f0204ff")
        assert await ask(wire, "81010604ff") == "906241ff"
        assert await ask(wire, "8101043f0201ff") == "9042ff"


async def test_refusal_silence_and_garbling_on_request(camera: SimCamera, wire: Stream) -> None:
    camera.faults.refuse = 0x41
    assert await ask(wire, "8101043f0205ff") == "906141ff"
    assert await ask(wire, "81090400ff") == "905002ff"
    camera.faults.clear()
    camera.faults.silent = True
    wire.send("8101043f0205ff")
    await until(lambda: camera.pose == PRESETS[5])
    await until(lambda: not camera.busy)
    camera.faults.clear()
    camera.faults.duplicate = 1.0
    assert await ask(wire, "81090400ff") == await wire.packet() == "905002ff"
    camera.faults.clear()
    camera.faults.garble = 1.0
    wire.send("81090400ff")
    assert await wire.take(4) != bytes.fromhex("905002ff")


async def test_v28_chunks_and_neighbours_do_not_matter(wire: Stream) -> None:
    for piece in ("8109", "0400ff81", "ff810904", "00ff"):
        wire.send(piece)
        await asyncio.sleep(0)
    assert [await wire.packet() for _ in range(3)] == ["905002ff", "906001ff", "905002ff"]


@given(st.lists(st.binary(max_size=40)))
def test_cutting_a_stream_does_not_depend_on_its_chunks(chunks: list[bytes]) -> None:
    cutter = Cutter()
    assert [packet for chunk in chunks for packet in cutter.feed(chunk)] == list(Cutter().feed(b"".join(chunks)))


@given(st.binary(max_size=20))
async def test_no_packet_is_too_strange_for_an_answer(body: bytes) -> None:
    camera, got = SimCamera(PRESETS), list[bytes]()
    camera.handle(b"\x81" + body.replace(b"\xff", b"") + b"\xff", got.append)
    camera.close()
    assert len(got) <= 1


async def test_hanging_up_and_calling_again(camera: SimCamera) -> None:
    async with RawTcp(camera) as service:
        stream = Stream(*await asyncio.open_connection("127.0.0.1", service.port))
        assert await ask(stream, "81090400ff") == "905002ff"
        service.drop()
        assert await stream.ended()
        await stream.close()
        stream = Stream(*await asyncio.open_connection("127.0.0.1", service.port))
        assert await ask(stream, "81090400ff") == "905002ff"
        await stream.close()


async def test_plain_udp_speaks_packets_without_header(camera: SimCamera) -> None:
    async with RawUdp(camera) as service, peer() as client:
        assert await client.ask(bytes.fromhex("8101043f0205ff"), ("127.0.0.1", service.port)) == b"\x90\x41\xff"
        assert await client.take() == [b"\x90\x51\xff"]


async def test_v1_v3_one_camera_on_a_serial_line(camera: SimCamera, tmp_path: Path) -> None:
    async with on_serial(tmp_path, camera) as (wire, chain):
        assert await ask(wire, "883001ff") == "883002ff"
        assert await ask(wire, "88010001ff") == "88010001ff"
        assert await ask(wire, "8101043f0205ff") == "9041ff"
        assert await wire.packet() == "9051ff"
        assert camera.pose == PRESETS[5]
        chain.change()
        assert await wire.packet() == "9038ff"
        assert chain.address_sets == 1


async def test_v2_three_cameras_in_a_chain(tmp_path: Path) -> None:
    cameras = [SimCamera(PRESETS, travel=BRISK) for _ in range(3)]
    async with on_serial(tmp_path, *cameras) as (wire, _):
        assert await ask(wire, "883001ff") == "883004ff"
        assert await ask(wire, "82090400ff") == "a05002ff"
        assert await ask(wire, "8301043f0204ff") == "b041ff"
        assert await wire.packet() == "b051ff"
        assert [len(camera.log) for camera in cameras] == [0, 0, 1]
        assert cameras[2].pose == PRESETS[4]


async def test_one_camera_of_a_chain_misbehaves(tmp_path: Path) -> None:
    cameras = [SimCamera(PRESETS, travel=BRISK) for _ in range(2)]
    async with on_serial(tmp_path, *cameras) as (wire, _):
        cameras[1].faults.silent = True
        wire.send("82090400ff")
        assert await ask(wire, "81090400ff") == "905002ff"
        cameras[1].faults.clear()
        assert await ask(wire, "82090400ff") == "a05002ff"


async def test_clear_to_all_drops_what_is_under_way(camera: SimCamera, tmp_path: Path) -> None:
    async with on_serial(tmp_path, camera) as (wire, _):
        await ask(wire, "8101043f0204ff")
        assert await ask(wire, "88010001ff") == "88010001ff"
        await until(lambda: camera.pose == PRESETS[4])
        assert await ask(wire, "8101043f0204ff") == "9041ff"
        assert await wire.packet() == "9051ff"


async def test_an_unplugged_line_fails_the_client(camera: SimCamera, tmp_path: Path) -> None:
    async with on_serial(tmp_path, camera) as (wire, chain):
        assert await ask(wire, "81090400ff") == "905002ff"
        chain.port.unplug()
        assert await wire.ended()
        chain.port.replug()


def test_presets_out_of_reach_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="preset 3 is out of reach"):
        SimCamera({3: Pose(0, -40)})
    with pytest.raises(ValueError, match="preset 100"):
        SimCamera({100: Pose(0, 0)})
    with pytest.raises(ValueError, match="1 to 7"):
        SerialChain([])
