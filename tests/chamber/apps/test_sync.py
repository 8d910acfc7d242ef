"""`chamber check --sync` on real sources: what it measures and what it says to write."""

from pathlib import Path
from typing import Any

import pytest

from chamber.apps.sync import measure
from chamber.clock import SystemClock
from chamber.mixer.flash import Apart, advice
from config.load import parse
from tests.chamber.mixer.sources import HEIGHT, WIDTH
from tests.chamber.mixer.test_sync import Click, Flash
from tests.config.halls import hall

pytestmark = pytest.mark.timeout(120)


def a_hall(folder: Path, offset_ms: int, delay_ms: int = 0) -> Any:
    camera = {"id": "wide", "driver": "fixed", "video": f"unix:{folder / 'cam.sock'}", "video_delay_ms": delay_ms}
    raw = hall(
        cameras=[camera], seats=[], microphones=[], people=[], agenda=[], groups=[],
        sound={"input": f"unix:{folder / 'tone.sock'}", "offset_ms": offset_ms},
        mixer={"width": WIDTH, "height": HEIGHT},
    )  # fmt: skip
    return parse(raw, "hall.toml")


@pytest.mark.parametrize(
    ("offset_ms", "delay_ms", "code", "says"),
    [(0, 0, 0, "in step within 25 ms"), (120, 0, 1, "later than the picture"), (0, 120, 1, "earlier than the picture")],
)
async def test_it_measures_what_config_is_wrong_by(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], offset_ms: int, delay_ms: int, code: int, says: str
) -> None:
    async with Flash(tmp_path / "cam.sock", 0), Click(tmp_path / "tone.sock", 0):
        assert await measure(a_hall(tmp_path, offset_ms, delay_ms), SystemClock()) == code
    said = capsys.readouterr().out
    assert says in said
    if code:
        written = int(said.split("offset_ms = ")[1].split(",")[0].split()[0])
        assert abs(written) <= 25
        assert ("video_delay_ms = 0 at wide" in said) is bool(delay_ms)


async def test_a_source_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chamber.apps.sync.CAMERA_S", 0.5)
    assert await measure(a_hall(tmp_path, 0), SystemClock()) == 1
    assert "wide: no picture comes in" in capsys.readouterr().out


def test_the_slowest_picture_sets_the_sound_and_the_others_wait_for_it() -> None:
    apart = {"cam1": Apart(80.0, 5, 8), "cam2": Apart(20.0, 5, 8)}
    assert advice(apart, {"cam1": 0, "cam2": 0}, 0) == (-20, {"cam1": 60, "cam2": 0})
    assert advice({"cam1": Apart(-120.0, 5, 8)}, {"cam1": 120}, 0) == (0, {"cam1": 0})
