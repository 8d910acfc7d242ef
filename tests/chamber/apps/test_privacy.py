"""`chamber check --privacy` as the technician uses it: on the demo's hall, in words and as a picture."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

import config
from chamber.__main__ import main


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    path = tmp_path / "demo.toml"
    shutil.copy(Path(config.__file__).parent / "demo.toml", path)
    return path


def test_the_demo_hall_is_reported_and_drawn(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = demo.with_name("plan.png")
    assert main(["check", str(demo), "--privacy", str(plan)]) == 1
    said = capsys.readouterr().out
    assert "59 pictures against 2 zones; 0 poses read back, 58 computed" in said
    assert "of tribune: a person there is identifiable" in said
    assert "of ramen" not in said
    with Image.open(plan) as picture:
        assert picture.size == (920, 1310)
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24) or []}
        assert (200, 40, 40) in colours, "zones are drawn"
        assert picture.getpixel((5, 5)) == (255, 255, 255)


def test_poses_that_cameras_told_are_used(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    presets = [[n, 0.0, -60.0, 0.5] for n in range(1, 40)]
    kept = {camera: {"presets": presets} for camera in ("cam1", "cam2", "cam3")}
    (demo.parent / "data").mkdir()
    (demo.parent / "data" / "cameras.json").write_text(json.dumps(kept), encoding="utf-8")
    assert main(["check", str(demo), "--privacy", str(demo.with_name("plan.png"))]) == 0
    said = capsys.readouterr().out
    assert "58 poses read back, 0 computed" in said
    assert "59 of 59 pictures see no zone" in said


def test_a_hall_without_zones_is_told_to_draw_them(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = demo.read_text(encoding="utf-8")
    start, end = text.index("# Where nobody may be filmed."), text.index("[[switchers]]")
    demo.write_text(text[:start] + text[end:], encoding="utf-8")
    assert main(["check", str(demo), "--privacy", str(demo.with_name("plan.png"))]) == 2
    assert "draw gallery and windows as [[zones]]" in capsys.readouterr().out
