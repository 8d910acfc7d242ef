"""The benchmarks of the stream, small: real server, real viewers, real encoder; figures are looked at elsewhere."""

import asyncio
import json
from pathlib import Path

import pytest

from chamber.apps import bench
from chamber.apps.bench_chains import Ours
from chamber.apps.bench_screen import Shown
from chamber.apps.bench_source import Source
from chamber.apps.bench_stream import freeze_ms, median_s, ratios
from chamber.apps.bench_viewers import measure
from chamber.apps.evidence import stamps
from chamber.apps.witness import Witness
from chamber.clock import SystemClock
from chamber.core.errors import ConfigError, DeviceUnreachableError
from drivers.ffmpeg.locate import locate


@pytest.mark.system
@pytest.mark.timeout(60)
def test_viewers_get_every_part_from_the_public_server() -> None:
    figures = measure(20, warm_s=0.5, measure_s=3.0)
    assert set(figures) == {"viewers", "p50_ms", "p99_ms", "errors", "cpu_cores"}
    assert figures["viewers"] == 20
    assert figures["errors"] == 0
    assert 0 < figures["p50_ms"] <= figures["p99_ms"]


@pytest.mark.system
@pytest.mark.timeout(90)
async def test_the_source_arrives_with_its_capture_times_and_a_press_is_read_back(tmp_path: Path) -> None:
    clock, source = SystemClock(), Source()
    making = asyncio.create_task(source.run())
    try:
        async with Ours(tmp_path / "ours", 200, source, clock) as chain:
            assert len(chain.encoders()) == 1
            witness = Witness(f"{chain.url}live/index.m3u8", tmp_path / "witness")
            following = asyncio.create_task(witness.run())
            await asyncio.sleep(2)
            pressed_ms = chain.set("suspended")
            await chain.until("slate")
            await asyncio.sleep(1)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
    finally:
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
    seen = [stamp async for stamp in stamps(locate().path, witness.files)]
    captured = [stamp >> 4 for stamp in seen if stamp is not None]
    assert len(captured) > 20
    assert max(captured) <= pressed_ms
    assert None in seen


def test_latency_and_freeze_are_computed_from_what_was_shown() -> None:
    shown = [Shown(1000.0 + 40 * n + (300 if n > 5 else 0), 40 * n if n % 4 else None) for n in range(12)]
    assert freeze_ms(shown) == 300
    assert median_s(shown) == pytest.approx(1.3)
    with pytest.raises(DeviceUnreachableError):
        median_s([Shown(1.0, None)])
    lines = ratios({"latency_s": {"parts_0.2": 0.8, "parts_0.5": 1.6, "ffmpeg_hls": 4.4, "nginx_rtmp": 4.0}})
    assert lines == [
        "parts_0.2: 0.80 s (at most 1.1), 0.20 of nginx_rtmp (at most 0.28)",
        "parts_0.5: 1.60 s (at most 1.7), 0.40 of nginx_rtmp (at most 0.42)",
    ]


def test_one_that_cannot_be_measured_here_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacks() -> dict[str, int]:
        raise ConfigError(["bench: stream needs Chromium; apt install chromium"])

    monkeypatch.setattr(bench, "BENCHES", {"stream": lacks, "viewers": lambda: {"viewers": 3}})
    assert bench.main(None, as_json=True, options=[]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out) == {"viewers": 3}
    assert said.err == "bench: stream needs Chromium; apt install chromium\n"
    with pytest.raises(ConfigError):
        bench.main("stream", as_json=True, options=[])


def test_one_object_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(bench.BENCHES, "viewers", lambda: {"viewers": 3})
    assert bench.main("viewers", as_json=True, options=[]) == 0
    assert json.loads(capsys.readouterr().out) == {"viewers": 3}
