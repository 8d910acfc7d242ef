"""Which ffmpeg is found, with the real ones and with programs that are none."""

import shutil
from pathlib import Path

import imageio_ffmpeg
import pytest

from chamber.core.errors import ConfigError
from drivers.ffmpeg.locate import CHOICE, examine, locate

pytestmark = pytest.mark.media


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_the_choice_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHOICE, "packaged")
    assert locate().path == imageio_ffmpeg.get_ffmpeg_exe()
    monkeypatch.setenv(CHOICE, "system")
    assert locate().path == shutil.which("ffmpeg")
    monkeypatch.setenv(CHOICE, imageio_ffmpeg.get_ffmpeg_exe())
    assert locate().path == imageio_ffmpeg.get_ffmpeg_exe()


def test_the_system_comes_first_and_the_package_helps_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(CHOICE, raising=False)
    assert locate().path == shutil.which("ffmpeg")
    script(tmp_path / "ffmpeg", "echo ffmpeg version 1 2; echo ' A..... aac  x'")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert locate().path == imageio_ffmpeg.get_ffmpeg_exe()


def test_versions_are_told(tmp_path: Path) -> None:
    fake = script(
        tmp_path / "fake", "echo ffmpeg version n7-x Copyright; echo ' V..... libx264  x'; echo ' A..... aac  x'"
    )
    found = examine(fake)
    assert found
    assert found.version == "n7-x"


@pytest.mark.parametrize("text", ["exit 1", "echo nothing of use", "echo ' V..... libx264 x'"])
def test_what_cannot_encode_is_refused_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    monkeypatch.setenv(CHOICE, script(tmp_path / "fake", text))
    with pytest.raises(ConfigError, match="libx264 and aac"):
        locate()


def test_a_path_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CHOICE, str(tmp_path / "nothing"))
    with pytest.raises(ConfigError, match="nothing"):
        locate()
