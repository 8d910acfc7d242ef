"""`chamber demo`, run as its user runs it, and judged by its report."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chamber.apps.demo_hall import prepare

pytestmark = pytest.mark.system

CHAMBER = (sys.executable, "-m", "chamber")


def chamber(*args: str, tmp: Path, timeout_s: float = 30.0) -> subprocess.CompletedProcess[str]:
    """Run a command of the program; its temporary files are made in `tmp`."""
    return subprocess.run(
        [*CHAMBER, *args],
        env={**os.environ, "TMPDIR": str(tmp)}, capture_output=True, text=True, timeout=timeout_s, check=False,
    )  # fmt: skip


def processes_of(folder: Path) -> list[str]:
    """Command lines of every process that was started for a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended while we looked
            continue
        if str(folder) in line and int(path.parent.name) != os.getpid():
            found.append(line)
    return found


@pytest.mark.timeout(150)
def test_a_whole_meeting(tmp_path: Path) -> None:
    report, temporary = tmp_path / "r.json", tmp_path / "tmp"
    temporary.mkdir()
    ran = chamber("demo", "--headless", "--seconds", "60", "--report", str(report), tmp=temporary, timeout_s=130)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Residents' page: http://127.0.0.1:" in ran.stdout
    assert "Traceback" not in ran.stderr
    assert list(temporary.glob("*")) == []
    assert processes_of(temporary) == []
    judge(json.loads(report.read_text(encoding="utf-8")))


def judge(found: dict[str, Any]) -> None:
    """Every field of the report: what must be so, and whether the figures can have been measured."""
    print(json.dumps(found))
    assert found["problems"] == []
    delay = found["mic_to_command_ms"]
    assert delay["n"] >= 5
    assert 0 < delay["p50"] <= delay["p95"] <= delay["p99"] < 1000
    assert 5 <= found["cuts"] <= 100
    assert found["on_air_motion_s"] == 0.0
    assert found["short_shots"] >= 0
    assert 60 <= found["parts_published"] <= 300
    assert 0 <= found["frames_dropped"] < 60 * 25
    gate = found["gate"]
    assert gate["closures"] >= 3
    assert gate["leaked_frames"] == gate["leaked_sound_ms"] == 0
    assert gate["live_sound_ms"] > 10_000
    assert gate["live_frames_seen"] > 10 * 25
    assert gate["slate_frames_seen"] > 5 * 25
    assert set(found["devices"]) == {"cam1", "cam2", "cam3", "wide", "switcher", "desk", "mixer", "stream"}
    assert set(found["devices"].values()) == {"up"}


def test_a_meeting_too_short_to_visit_every_state_is_refused(tmp_path: Path) -> None:
    ran = chamber("demo", "--headless", "--seconds", "10", tmp=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.strip() == "--seconds: 10 is too short to visit every state; 45 or more"
    assert list(tmp_path.glob("*")) == []


@pytest.mark.parametrize("which", ["public", "control"])
def test_a_taken_port_is_named(tmp_path: Path, which: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = chamber("demo", "--headless", "--seconds", "45", f"--{which}-port", str(port), tmp=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.strip() == f"--{which}-port: {port}: Address already in use; choose another port"
    assert list(tmp_path.glob("*")) == []


def test_a_stream_whose_port_is_taken_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        prepared = prepare(tmp_path, public_port=None, control_port=None)
        text = prepared.config.read_text(encoding="utf-8").replace(f":{prepared.public_port}", f":{port}")
        prepared.config.write_text(text, encoding="utf-8")
        ran = chamber("stream", str(prepared.config), tmp=tmp_path)
        prepared.clear()
    assert ran.returncode == 2
    said = f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another address or port"
    assert ran.stderr.splitlines()[-1] == said
    assert "Traceback" not in ran.stderr
