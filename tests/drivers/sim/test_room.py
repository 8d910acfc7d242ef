import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.sim import barcode
from drivers.sim.feeds import boottime_ms
from drivers.sim.room import Room
from drivers.sim.room_plan import RoomPlan, stored_presets
from drivers.sim.scenery import View
from drivers.sim.script import Cast, Step, meeting, play
from drivers.sim.visca_services import RawTcp
from drivers.sim.voices import BLOCK_BYTES, tones_in
from tests.drivers.sim.halls import small_desks, small_room
from tests.drivers.sim.listener import Listener
from tests.drivers.sim.test_x32 import XREMOTE, osc, read
from tests.drivers.sim.wire import Stream, peer
from tests.until import until


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """Devices alone."""
    async with Room(small_room(), small_desks()) as room:
        yield room


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Room]:
    """Devices, pictures and sound."""
    async with Room(small_room(tmp_path, barcode=True), small_desks()) as room:
        yield room


async def on_camera(room: Room) -> Stream:
    service = room.services["cam"]
    assert isinstance(service, RawTcp)
    return Stream(*await asyncio.open_connection("127.0.0.1", service.port))


async def test_a_pressed_button_is_told_by_the_desk(room: Room) -> None:
    at = "127.0.0.1", int(room.desks["desk"].address.rpartition(":")[2])
    async with peer() as client:
        client.send(XREMOTE, at)
        await client.ask(osc("/status"), at)
        await room.open_mic("right")
        assert read((await client.take())[0]) == ("/ch/03/mix/on", [1])
        assert room.open_seats == {"right"}
        await room.close_mic("right")
        assert read((await client.take())[0]) == ("/ch/03/mix/on", [0])
        # opened from outside, by the controller
        client.send(osc("/ch/01/mix/on", ("i", 1)), at)
        await until(lambda: room.open_seats == {"chair"})


async def test_devices_alone_draw_nothing(room: Room) -> None:
    assert room.feeds == {}
    assert room.sound is None


async def test_presets_show_the_seats_they_are_told_to(room: Room) -> None:
    stored = stored_presets(room.plan, "cam")
    assert room.cameras["cam"].presets == stored
    assert room.seat_in_view("cam") == "chair"
    client = await on_camera(room)
    client.send("8101043f0201ff")
    assert await client.packet() == "9041ff"
    assert await client.packet() == "9051ff"
    assert room.seat_in_view("cam") == "left"
    room.turn_by_hand("cam", View(12.0, -3.0, 2.0))
    assert room.seat_in_view("cam") is None
    await client.close()


async def test_a_camera_without_power_is_gone_and_comes_back_where_it_was(room: Room) -> None:
    client = await on_camera(room)
    await room.cut_power("cam")
    assert await client.ended()
    await client.close()
    with pytest.raises(OSError, match=r"refused|Connect"):
        await on_camera(room)
    await room.restore_power("cam")
    client = await on_camera(room)
    client.send("81090612ff")
    assert (await client.packet()).startswith("9050")
    await client.close()


async def test_the_panel_and_the_cable_of_the_switcher(room: Room) -> None:
    assert room.presented is None
    room.panel_tie("griffie")
    assert room.presented == "griffie"
    room.panel_tie("laptop", "screen")
    assert room.presented == "griffie"
    with pytest.raises(KeyError):
        room.panel_tie("dvd")
    assert room.switcher is not None
    room.unplug_switcher()
    assert not room.switcher.port.plugged
    room.replug_switcher()
    assert room.switcher.port.plugged


async def test_a_desk_without_network_keeps_its_settings(room: Room) -> None:
    await room.open_mic("left")
    await room.cut_desk("desk")
    await room.restore_desk("desk")
    assert room.open_seats == {"left"}


async def test_faults_are_reached_by_name(room: Room) -> None:
    for device, faults in (
        ("desk", room.desks["desk"].faults),
        ("cam", room.cameras["cam"].faults),
        ("switcher", room.switcher.faults if room.switcher else None),
    ):
        assert room.faults(device) is faults
    without = Room(RoomPlan(room.plan.hall, room.plan.channels), small_desks())
    with pytest.raises(LookupError):
        without.panel_tie("laptop")


async def test_pictures_show_the_camera_moving_and_when(studio: Room, tmp_path: Path) -> None:
    listener = await Listener.pictures(tmp_path / "cam.sock")
    before = await listener.luma()
    client = await on_camera(studio)
    client.send("8101043f0201ff")
    await client.packet()
    await client.packet()
    rows, moved = slice(barcode.band_px(before.shape[0]), None), set()
    while (after := await listener.luma()) is not None:
        stamp = barcode.read(after)
        assert stamp is not None
        assert 0 <= boottime_ms() - (stamp >> 4) < 3000
        assert stamp >> 1 & 7 == 0
        moved.add(stamp & 1)
        if moved == {0, 1} and (after[rows] != before[rows]).mean() > 0.3:
            break
    await listener.close()
    await client.close()


async def test_sound_follows_the_buttons(studio: Room, tmp_path: Path) -> None:
    listener = await Listener.sound(tmp_path / "sound.sock")
    tones = {seat.id: studio.voices.tone_hz(seat.id) for seat in studio.plan.hall.seats}
    for seats in ({"left"}, {"left", "stand"}, {"stand"}, set[str]()):
        for seat in seats - studio.open_seats:
            await studio.open_mic(seat)
        for seat in studio.open_seats - seats:
            await studio.close_mic(seat)
        while tones_in(await listener.take(2 * BLOCK_BYTES), tones) != seats:
            pass
    await listener.close()


async def test_the_presentation_shows_the_chosen_laptop(studio: Room, tmp_path: Path) -> None:
    listener = await Listener.pictures(tmp_path / "presentation.sock")
    nothing = await listener.frame()
    studio.panel_tie("laptop")
    while (title := await listener.frame()) == nothing:
        pass
    assert title != nothing
    await listener.close()


async def test_a_camera_without_power_has_no_picture(studio: Room, tmp_path: Path) -> None:
    listener = await Listener.pictures(tmp_path / "wide.sock")
    await listener.frame()
    await studio.cut_power("wide")
    assert await listener.ended()
    await listener.close()
    assert not (tmp_path / "wide.sock").exists()
    await studio.restore_power("wide")
    listener = await Listener.pictures(tmp_path / "wide.sock")
    await listener.frame()
    await listener.close()


async def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "cam.sock").mkdir()
    room = Room(small_room(tmp_path), small_desks())
    with pytest.raises(OSError, match=r"directory|permitted"):
        await room.start()
    async with Room(small_room(), small_desks()):
        assert list(tmp_path.glob("*.sock")) == [tmp_path / "cam.sock"]


async def test_the_scripted_meeting_can_be_played_in_the_room(room: Room) -> None:
    cast = Cast(
        "chair",
        ("left", "right", "empty", "left", "right"),
        "empty",
        "stand",
        "stand",
        laptop="laptop",
        desk_input="griffie",
        screen="screen",
    )
    steps = [Step(0.0, step.kind, step.what, step.values) for step in meeting(cast, 45.0)]
    orders = []

    async def act(step: Step) -> None:
        if step.kind == "operator":
            orders.append(step.what)
        else:
            await room.do(step)

    await play(tuple(steps), act)
    assert orders[0] == "meeting.standby"
    assert orders[-1] == "meeting.publish"
    assert room.switcher is not None
    assert room.switcher.video(1) == 2
    assert room.open_seats == frozenset()
    with pytest.raises(ValueError, match="control API"):
        await room.do(Step(0.0, "operator", "meeting.open"))
