"""DATA/cameras.json: how long cameras take from preset to preset, and where presets turned out to be.

What is learned in one evening serves the next from its first recall on. Written whole or not at all, by a thread.
"""

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chamber.core.director.model import MOVES_KEPT
from chamber.ports import Pose

LONGEST_MS = 60_000
PRESETS_KEPT = 256
BYTES_AT_MOST = 4 * 1024 * 1024

Travels = dict[str, dict[tuple[int, int], int]]
Poses = dict[str, dict[int, Pose]]


class CameraMemory:
    """What is known of cameras beyond an evening; both mappings are by camera id."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "cameras.json"
        self._writer = ThreadPoolExecutor(1, "cameras")

    def load(self) -> tuple[Travels, Poses]:
        """What was kept; nothing when there is no such file, or one that cannot be read."""
        return read(self._path)

    def keep(self, travels: Travels, poses: Poses) -> None:
        """Write it down, soon. A disk that refuses costs what was learned, and nothing else."""
        self._writer.submit(_write, self._path, _packed(travels, poses))

    def close(self) -> None:
        """Write what waits; blocks."""
        self._writer.shutdown()


def read(path: Path) -> tuple[Travels, Poses]:
    """Both tables of a file, as far as they are right."""
    try:
        text = path.read_bytes()
        value = json.loads(text) if len(text) <= BYTES_AT_MOST else {}
    except (OSError, ValueError):
        return {}, {}
    travels: Travels = {}
    poses: Poses = {}
    for camera, kept in value.items() if isinstance(value, dict) else ():
        if not isinstance(kept, dict):
            continue
        travels[camera] = dict(filter(None, map(_move, _list(kept.get("moves"))[-MOVES_KEPT:])))
        poses[camera] = dict(filter(None, map(_pose, _list(kept.get("presets"))[:PRESETS_KEPT])))
    return travels, poses


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _move(entry: Any) -> tuple[tuple[int, int], int] | None:
    match entry:
        case [int(start), int(end), int(took_ms)] if 0 < took_ms <= LONGEST_MS:
            return (start, end), took_ms
    return None


def _pose(entry: Any) -> tuple[int, Pose] | None:
    match entry:
        case [int(preset), int() | float() as pan, int() | float() as tilt, int() | float() as zoom]:
            return preset, Pose(float(pan), float(tilt), float(zoom))
    return None


def _packed(travels: Travels, poses: Poses) -> Mapping[str, Any]:
    return {
        camera: {
            "moves": [[start, end, ms] for (start, end), ms in travels.get(camera, {}).items()][-MOVES_KEPT:],
            "presets": [[p, at.pan_deg, at.tilt_deg, at.zoom] for p, at in poses.get(camera, {}).items()],
        }
        for camera in sorted({*travels, *poses})
    }


def _write(path: Path, value: Mapping[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(value, file, separators=(",", ":"))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
