"""The journal of a real evening, real processes and real timers, gives the same cuts again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.system


def chamber(*args: str, timeout_s: float, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """Run a command of the program, with a seed for the order of its sets."""
    return subprocess.run(
        [sys.executable, "-m", "chamber", *args], env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True, text=True, timeout=timeout_s, check=False,
    )  # fmt: skip


@pytest.mark.timeout(180)
def test_the_demo_again(tmp_path: Path) -> None:
    ran = chamber("demo", "--headless", "--seconds", "45", "--data", str(tmp_path), timeout_s=130)
    journals = list((tmp_path / "data" / "meetings").glob("*/journal.jsonl"))
    assert len(journals) == 1, ran.stderr
    for seed in ("1", "2"):
        again = chamber("replay", str(journals[0]), "--config", str(tmp_path / "demo.toml"), "--json",
                        timeout_s=20, seed=seed)  # fmt: skip
        assert again.returncode == 0, again.stderr
        found = json.loads(again.stdout)
        assert found["differs"] is None
        assert found["cuts"] == found["journal_cuts"] >= 5
        assert found["recalls"] == found["journal_recalls"] >= 5
        assert found["on_air_motion_s"] == 0
        assert found["journal"]["parts"] == 2, "the demo goes behind closed doors and comes out again"
        assert found["all_groups"]["turns"] >= 1
