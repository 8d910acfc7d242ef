"""The wheel holds all that a hall needs: built, installed away from the checkout, and run with the packaged ffmpeg."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.system.test_demo import judge

pytestmark = [pytest.mark.system, pytest.mark.media]

CHECKOUT = Path(__file__).parents[2]
PAGE = "chamber/stream/page"
NEEDED = (
    f"{PAGE}/live.html", f"{PAGE}/live.css", f"{PAGE}/live.js", f"{PAGE}/preview.html", f"{PAGE}/vendor/hls.light.min.js",
    f"{PAGE}/vendor/hls.worker.js", f"{PAGE}/vendor/hls.js.LICENSE", "config/demo.toml", "config/example.toml",
    "tui/console.tcss",
)  # fmt: skip


def run(*command: object, cwd: Path, timeout_s: float, **environment: str) -> str:
    """Run a command outside the checkout; returns what it printed."""
    ran = subprocess.run(
        [str(part) for part in command], cwd=cwd, timeout=timeout_s, capture_output=True, text=True, check=False,
        env={**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, **environment},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def installed(folder: Path) -> tuple[Path, Path]:
    """Build the wheel and install it beside the dependencies of these tests; returns the wheel and the new Python."""
    built, home = folder / "built", folder / "venv"
    run(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        built,
        CHECKOUT,
        cwd=folder,
        timeout_s=60,
    )
    (wheel,) = built.glob("raadzaal-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", home, cwd=folder, timeout_s=60)
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder, timeout_s=60)
    (packages,) = home.glob("lib/python*/site-packages")
    # a directory in a .pth file is searched, but the .pth files in it are not: the editable checkout stays out
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return wheel, python


@pytest.mark.timeout(200)
def test_an_installed_wheel_runs_the_demo(tmp_path: Path) -> None:
    wheel, python = installed(tmp_path)
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in NEEDED if name not in names] == []
    assert [name for name in names if name.startswith(("tests/", "bench/", "docs/"))] == []

    where = run(
        python,
        "-c",
        "import chamber, config, drivers, tui; print(chamber.__file__, config.__file__, drivers.__file__, tui.__file__)",
        cwd=tmp_path,
        timeout_s=30,
    )
    for file in where.split():
        assert Path(file).is_relative_to(tmp_path / "venv")

    report, data = tmp_path / "r.json", tmp_path / ("a-folder-with-a-name-too-long-for-sockets-" * 3)
    command = (tmp_path / "venv" / "bin" / "chamber", "demo", "--headless", "--seconds", "45")
    run(*command, "--report", report, "--data", data, cwd=tmp_path, timeout_s=120, CHAMBER_FFMPEG="packaged")
    found = json.loads(report.read_text(encoding="utf-8"))
    judge(found)
    assert (data / "demo.toml").is_file()
    (journal,) = data.glob("data/meetings/*/journal.jsonl")
    run(python, "-m", "chamber", "verify", journal.parent, cwd=tmp_path, timeout_s=30)
