from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from drivers.sim import barcode
from drivers.sim.brush import Brush
from drivers.sim.example import example_hall
from drivers.sim.figures import look_of
from drivers.sim.furniture import first_name
from drivers.sim.panorama import Panorama, to_planes
from drivers.sim.pictures import CameraPicture
from drivers.sim.scenery import View, frame_hfov_deg, preset_pose
from tests.drivers.sim.halls import SIZE, small_hall

HALL = small_hall()
STILL = View(0.0, -9.0, 1.2)
NOON = (12, 0, 0)


def luma(frame: bytes, size: tuple[int, int] = SIZE) -> NDArray[np.float64]:
    width, height = size
    return np.frombuffer(frame, np.uint8, width * height).reshape(height, width).astype(np.float64)


def changed(one: bytes, other: bytes) -> int:
    return int((np.abs(luma(one) - luma(other)) > 6).sum())


@pytest.fixture(scope="module")
def moving() -> Panorama:
    return Panorama(HALL, HALL.camera("cam"), 20.0)


@pytest.fixture
def picture(moving: Panorama) -> CameraPicture:
    return CameraPicture(HALL, moving, *SIZE, local_time=lambda: NOON)


def test_a_frame_is_i420_in_studio_levels(picture: CameraPicture) -> None:
    frame = picture.frame(STILL)
    assert len(frame) == SIZE[0] * SIZE[1] * 3 // 2
    levels = luma(frame)
    assert levels.min() >= 16
    assert levels.max() <= 235
    assert levels.std() > 20


def test_colours_are_those_of_bt709() -> None:
    for rgb, yuv in (((255, 255, 255), (235, 128, 128)), ((0, 0, 0), (16, 128, 128)), ((255, 0, 0), (63, 102, 240))):
        planes = to_planes(Image.new("RGB", (4, 4), rgb))
        assert [plane.getpixel((0, 0)) for plane in planes] == pytest.approx(list(yuv), abs=1)
        assert [plane.size for plane in planes] == [(4, 4), (2, 2), (2, 2)]


def test_a_camera_at_rest_gives_the_very_same_frame(picture: CameraPicture) -> None:
    assert picture.frame(STILL) is picture.frame(STILL)
    assert picture.frame(STILL) is not picture.frame(View(0.1, -9.0, 1.2))


def test_a_moving_camera_visibly_moves_by_fractions_of_a_pixel(picture: CameraPicture) -> None:
    """Ten steps of a third of a pixel to the right: each moves what is seen by as much to the left."""
    zoom = 4.0
    step_deg = frame_hfov_deg(HALL.camera("cam"), zoom) / SIZE[0] / 3
    frames = [luma(picture.frame(View(8.0 + n * step_deg, -9.0, zoom))) for n in range(11)]
    shifts = []
    for before, after in pairwise(frames):
        slope = np.gradient(before, axis=1)
        shifts.append(-float((slope * (after - before)).sum() / (slope * slope).sum()))
    assert shifts == pytest.approx([-1 / 3] * 10, abs=0.07)
    assert max(shifts) - min(shifts) < 0.05


def test_pan_past_the_end_stays_at_the_end(picture: CameraPicture) -> None:
    assert picture.frame(View(170, -9, 3)) == picture.frame(View(160, -9, 3))


def test_the_clock_on_the_wall_runs(moving: Panorama) -> None:
    at = [NOON]
    picture = CameraPicture(HALL, moving, *SIZE, local_time=lambda: at[0])
    high = View(-16.0, 7.5, 2.5)
    noon = picture.frame(high)
    at[0] = (15, 30, 20)
    later = picture.frame(high)
    assert 10 < changed(noon, later) < 900
    at[0] = NOON
    assert picture.frame(high) == noon


def test_an_open_microphone_shows_its_light(picture: CameraPicture) -> None:
    shot = preset_pose(HALL.camera("cam"), HALL.seat("chair"))
    dark = picture.frame(shot)
    lit = picture.frame(shot, {"chair"})
    red = SIZE[0] * SIZE[1] * 5 // 4
    assert max(lit[red:]) > 200 > max(dark[red:])
    assert picture.frame(shot) == dark
    assert picture.frame(shot, {"nobody"}) == dark


def test_somebody_stands_at_the_lectern_only_while_its_microphone_is_open(
    moving: Panorama, picture: CameraPicture
) -> None:
    shots = [preset_pose(HALL.camera("cam"), HALL.seat("stand")), STILL]
    before = [picture.frame(shot) for shot in shots]
    visited = [picture.frame(shot, {"stand"}) for shot in shots]
    assert changed(before[0], visited[0]) > 0.1 * SIZE[0] * SIZE[1]
    assert changed(before[1], visited[1]) > 0.003 * SIZE[0] * SIZE[1]
    after = [picture.frame(shot) for shot in shots]
    assert moving.admitted == frozenset()
    assert changed(before[0], after[0]) == changed(before[1], after[1]) == 0


def test_an_empty_seat_shows_nobody() -> None:
    plan = small_hall()
    camera = plan.camera("cam")
    shot = preset_pose(camera, plan.seat("empty"))
    empty = CameraPicture(plan, Panorama(plan, camera, 20.0), *SIZE, local_time=lambda: NOON).frame(shot)
    taken = small_hall()
    seats = tuple(
        seat if seat.id != "empty" else type(seat)("empty", seat.x_m, seat.y_m, seat.facing_deg, seat.card, "Kees")
        for seat in taken.seats
    )
    taken = type(taken)(taken.name, taken.width_m, taken.depth_m, seats, taken.cameras)
    somebody = CameraPicture(taken, Panorama(taken, camera, 20.0), *SIZE, local_time=lambda: NOON).frame(shot)
    assert changed(empty, somebody) > 0.05 * SIZE[0] * SIZE[1]


def test_a_fixed_camera_takes_no_notice_of_a_pose() -> None:
    camera = HALL.camera("wide")
    picture = CameraPicture(HALL, Panorama(HALL, camera, 10.0), *SIZE, local_time=lambda: NOON)
    assert picture.frame(View(0, 0, 1)) == picture.frame(View(40, 10, 8))


def test_a_stamp_can_be_read_back(picture: CameraPicture) -> None:
    for stamp in (1, 123_456_789, 2**40 - 1):
        frame = picture.frame(STILL, stamp=stamp)
        assert barcode.read(luma(frame).astype(np.uint8)) == stamp
    assert barcode.read(luma(picture.frame(STILL)).astype(np.uint8)) is None


def test_neighbours_look_different_and_names_decide_about_beards() -> None:
    looks = [look_of(number) for number in range(40)]
    assert all(one != other for one, other in pairwise(looks))
    assert len({(look.skin, look.hair, look.cloth, look.haircut) for look in looks}) > 30
    assert not any(look_of(number, "Marianne").beard for number in range(40))
    assert any(look_of(number, "Kees").beard for number in range(40))


@pytest.mark.parametrize(
    ("card", "first"),
    [("Marianne Terwisscha", "Marianne"), ("Kees 't Hoen", "Kees"), ("De Groot", ""), ("Voorzitter", ""), ("", "")],
)
def test_a_card_says_who_is_called_how(card: str, first: str) -> None:
    assert first_name(card) == first


def test_drawing_outside_the_picture_is_seen_at_once() -> None:
    picture = Image.new("RGB", (20, 20))
    assert not Brush(picture, (30, 30, 40, 40)).visible
    assert Brush(picture, (-10, -10, 10, 10)).visible


def test_the_example_hall_can_be_drawn_from_everywhere() -> None:
    plan = example_hall()
    for camera in plan.cameras:
        panorama = Panorama(plan, camera, 6.0)
        assert sum(panorama.lamp(seat.id) is not None for seat in plan.seats) >= 6
