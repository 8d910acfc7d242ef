"""Each ffmpeg that the project supports."""

import shutil

import imageio_ffmpeg
import pytest

from drivers.ffmpeg.locate import Ffmpeg, examine


@pytest.fixture(params=["system", "packaged"], scope="session")
def program(request: pytest.FixtureRequest) -> Ffmpeg:
    path = shutil.which("ffmpeg") if request.param == "system" else imageio_ffmpeg.get_ffmpeg_exe()
    found = examine(path or "")
    assert found, f"no {request.param} ffmpeg with x264 and aac"
    return found
