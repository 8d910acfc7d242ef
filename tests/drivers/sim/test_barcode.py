import shutil
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from drivers.sim import barcode
from drivers.sim.panorama import Panorama
from drivers.sim.pictures import CameraPicture
from drivers.sim.scenery import View
from tests.drivers.sim.halls import small_hall

SYSTEM = shutil.which("ffmpeg")
BINARIES = [binary for binary in (SYSTEM, imageio_ffmpeg.get_ffmpeg_exe()) if binary]
SIZES = st.sampled_from([(640, 360), (960, 540), (426, 240), (1920, 1080)])


def plane(width: int, height: int) -> NDArray[np.uint8]:
    return np.full((height, width), 90, np.uint8)


@given(st.integers(0, 2**40 - 1), SIZES)
def test_what_was_written_is_read(value: int, size: tuple[int, int]) -> None:
    frame = plane(*size)
    barcode.draw(frame, value)
    assert barcode.read(frame) == value
    assert (frame[barcode.band_px(size[1]) :] == 90).all()


def test_only_forty_bits_are_kept() -> None:
    frame = plane(640, 360)
    barcode.draw(frame, (1 << 45) + 5)
    assert barcode.read(frame) == 5


@given(st.integers(0, 2**40 - 1), st.integers(4, 51))
def test_one_wrong_cell_is_noticed(value: int, cell: int) -> None:
    frame = plane(640, 360)
    barcode.draw(frame, value)
    left, right = cell * 640 // barcode.CELLS, (cell + 1) * 640 // barcode.CELLS + 1
    frame[:28, left:right] = 250 - frame[0, (left + right) // 2]
    assert barcode.read(frame) is None


@given(arrays(np.uint8, (60, 320)))
def test_pictures_without_a_code_say_nothing(frame: NDArray[np.uint8]) -> None:
    assert barcode.read(frame) is None


@pytest.mark.parametrize("size", [(640, 360), (100, 60), (640, 20)])
def test_blank_and_tiny_pictures_say_nothing(size: tuple[int, int]) -> None:
    assert barcode.read(plane(*size)) is None


@pytest.mark.media
@pytest.mark.parametrize("binary", BINARIES)
@pytest.mark.parametrize("size", [(640, 360), (960, 540)])
def test_it_survives_the_encoder_at_360p_while_the_camera_moves(binary: str, size: tuple[int, int]) -> None:
    plan = small_hall()
    picture = CameraPicture(plan, Panorama(plan, plan.camera("cam"), 20.0), *size)
    stamps = [987_654_321 + 40 * number for number in range(50)]
    frames = [picture.frame(View(number * 0.7 - 15, -9, 2), stamp=stamp) for number, stamp in enumerate(stamps)]
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p"]
    encoded = subprocess.run(
        [binary, "-v", "error", *raw, "-s", f"{size[0]}x{size[1]}", "-r", "25", "-i", "-", "-vf", "scale=640:360",
         "-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", "-crf", "26", "-g", "25", "-threads", "1",
         "-f", "mpegts", "-"],
        input=b"".join(frames), capture_output=True, check=True, timeout=15,
    ).stdout  # fmt: skip
    decoded = subprocess.run(
        [binary, "-v", "error", "-f", "mpegts", "-i", "-", *raw, "-"],
        input=encoded, capture_output=True, check=True, timeout=15,
    ).stdout  # fmt: skip
    step = 640 * 360 * 3 // 2
    assert len(decoded) == step * len(stamps)
    lumas = [np.frombuffer(decoded, np.uint8, 640 * 360, at).reshape(360, 640) for at in range(0, len(decoded), step)]
    assert [barcode.read(luma) for luma in lumas] == stamps
