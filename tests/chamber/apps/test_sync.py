"""`chamber check --sync` on real sources: what it measures and what it says to write."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chamber.apps.sync import measure, verdict
from chamber.clock import SystemClock
from chamber.mixer.flash import Apart, FlashAndClick, advice
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


@pytest.mark.parametrize(("offset_ms", "delay_ms"), [(0, 0), (150, 0), (0, 150)])
async def test_it_measures_by_how_much_config_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], offset_ms: int, delay_ms: int
) -> None:
    async with Flash(tmp_path / "cam.sock", 0), Click(tmp_path / "tone.sock", 0):
        await measure(a_hall(tmp_path, offset_ms, delay_ms), SystemClock())
    said = re.search(r"sound (\d+) ms (later|earlier) than", capsys.readouterr().out)
    assert said is not None
    late_ms = int(said[1]) * (1 if said[2] == "later" else -1)
    assert late_ms == pytest.approx(offset_ms - delay_ms, abs=60)  # the machine may be busy; in step is 25 ms


def test_the_verdict_says_what_to_write() -> None:
    near, late = Apart(-9.0, 5, 8), Apart(120.0, 5, 8)
    assert verdict({"cam1": near}, {"cam1": 0}, 0) == ("sync: in step within 25 ms", 0)
    assert verdict({"cam1": near}, {"cam1": 0, "cam2": 0}, 0) == ("sync: in step within 25 ms, as far as seen", 1)
    assert verdict({"cam1": late}, {"cam1": 0}, 40) == ("sync: write [sound] offset_ms = -80", 1)
    both = verdict({"cam1": late, "cam2": Apart(60.0, 5, 8)}, {"cam1": 0, "cam2": 0}, 0)
    assert both == ("sync: write [sound] offset_ms = -60, and video_delay_ms = 60 at cam1", 1)
    assert verdict({}, {"cam1": 0}, 0) == ("sync: nothing measured", 1)


def ticks(clicks_ms: float, *, dim: int = 16, hum: int = 0) -> FlashAndClick:
    """Ten seconds with a flash each second, and a click so much later."""
    seen = FlashAndClick(64, 36)
    for tick in range(250):
        lit = tick % 25 == 5
        picture = np.full(64 * 36 * 3 // 2, 16, np.uint8)
        picture[:200] = 235 if lit else dim
        samples = np.arange(1920) + tick * 1920
        wave = np.where((samples / 48 - 200 - clicks_ms) % 1000 < 2, 20_000, hum).astype("<i2")
        seen.take(tick * 40, picture.tobytes(), np.repeat(wave, 2).tobytes())
    return seen


@pytest.mark.parametrize("late_ms", [-200, -40, 0, 33, 210])
def test_flash_and_click_are_found_to_the_millisecond_of_a_steady_clock(late_ms: float) -> None:
    found = ticks(late_ms).apart()
    assert found is not None
    assert found.late_ms == pytest.approx(late_ms, abs=1)
    assert found.pairs >= 9


def test_what_is_no_flash_or_no_click_makes_no_pairs() -> None:
    assert ticks(0, dim=200).apart() is None
    assert ticks(0, hum=15_000).apart() is None


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
