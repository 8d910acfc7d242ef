"""Which ffmpeg to run: the system's when it can encode what we need, else the one that a Python package brings."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from chamber.core.errors import ConfigError

CHOICE = "CHAMBER_FFMPEG"
NEEDED = ("libx264", "aac")
ASK_S = 20.0


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """An ffmpeg that has every encoder of `NEEDED`; `version` as it names itself."""

    path: str
    version: str


def locate() -> Ffmpeg:
    """The ffmpeg to use; the environment's CHAMBER_FFMPEG (`system`, `packaged` or a path) leaves no choice.

    Raises:
        ConfigError: none was found, or the chosen one lacks an encoder.
    """
    choice = os.environ.get(CHOICE, "")
    if choice == "system":
        paths = [shutil.which("ffmpeg")]
    elif choice == "packaged":
        paths = [_packaged()]
    elif choice:
        paths = [choice]
    else:
        paths = [shutil.which("ffmpeg"), _packaged()]
    for path in paths:
        found = examine(path) if path else None
        if found:
            return found
    where = f"{CHOICE}={choice}" if choice else "PATH and the package imageio-ffmpeg"
    raise ConfigError([f"{where}: no ffmpeg with {' and '.join(NEEDED)}; install ffmpeg or set {CHOICE} to one"])


@cache
def examine(path: str) -> Ffmpeg | None:
    """What the program at `path` is, or None when it does not run or lacks an encoder; remembered for this process."""
    try:
        version = _ask(path, "-version")
        encoders = _ask(path, "-encoders")
    except (OSError, subprocess.SubprocessError):
        return None
    names = {words[1] for line in encoders.splitlines() if len(words := line.split()) > 1}
    if not names.issuperset(NEEDED):
        return None
    words = version.split()
    return Ffmpeg(path, words[2][:40] if words[:2] == ["ffmpeg", "version"] and len(words) > 2 else "unknown")


def _packaged() -> str | None:
    try:
        path = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        return None
    return path if Path(path).is_file() else None


def _ask(path: str, question: str) -> str:
    answer = subprocess.run([path, "-hide_banner", question], capture_output=True, timeout=ASK_S, check=True)
    return answer.stdout.decode(errors="replace")
