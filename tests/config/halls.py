"""A small valid CONFIG for tests to break."""

import copy
import json
from pathlib import Path
from typing import Any

HALL: dict[str, Any] = {
    "hall": {"name": "Zaal", "organisation": "Gemeente", "width_m": 10.0, "depth_m": 12.0},
    "data": {"dir": "data", "run_dir": "run"},
    "microphones": [{"id": "desk", "driver": "x32", "host": "192.0.2.1"}],
    "cameras": [
        {
            "id": "cam1", "driver": "visca-udp", "host": "192.0.2.2", "profile": "sony-srg", "video": "unix:cam1.sock",
            "x_m": -4.0, "y_m": 3.0, "z_m": 2.5, "heading_deg": 90.0,
        },
        {
            "id": "cam2", "driver": "visca-tcp", "host": "192.0.2.3", "profile": "ptzoptics", "video": "unix:cam2.sock",
            "x_m": 0.0, "y_m": 11.0, "z_m": 2.5, "heading_deg": 180.0,
        },
        {"id": "cam3", "driver": "visca-serial", "path": "/dev/ttyUSB0", "address": 2},
        {"id": "wide", "driver": "fixed", "video": "/dev/video0"},
    ],
    "sound": {"input": "unix:sound.sock"},
    "seats": [
        {
            "id": "chair", "label": "Voorzitter", "mic": "desk:1", "x_m": 0.0, "y_m": 1.0, "facing_deg": 0.0,
            "shots": [{"camera": "cam2", "preset": 1}, {"camera": "cam1", "preset": 1}],
        },
        {
            "id": "s1", "label": "Zetel 1", "mic": "desk:2", "x_m": 3.0, "y_m": 4.0, "facing_deg": -90.0,
            "shots": [{"camera": "cam1", "preset": 2}, {"camera": "cam2", "preset": 2}],
        },
        {
            "id": "lectern", "label": "Spreekgestoelte", "mic": "desk:12", "x_m": 1.0, "y_m": 3.0, "facing_deg": 0.0,
            "shared": True, "shots": [{"camera": "cam2", "preset": 3, "kind": "lectern"}],
        },
    ],
    "groups": [{"id": "blue", "name": "Blauw"}],
    "people": [
        {"id": "p0", "name": "V. Oorzitter", "role": "chair", "seat": "chair"},
        {"id": "p1", "name": "R. Aadslid", "role": "councillor", "group": "blue", "seat": "s1"},
    ],
    "agenda": [{"id": "a1", "number": "1", "title": "Opening", "phase": "opening"}],
    "switchers": [
        {
            "id": "sw", "driver": "extron-sis", "host": "192.0.2.4", "inputs": {"laptop": 1}, "outputs": {"hall": 2},
            "programme": "hall", "video": "/dev/video1",
        }
    ],
    "accounts": [{"name": "griffie", "role": "operator", "token_file": "griffie.token"}],
}  # fmt: skip

DELETE = object()


def hall(**changes: Any) -> dict[str, Any]:
    """HALL with changes; `people__1__seat="s9"` sets people[1].seat, DELETE removes a key."""
    raw = copy.deepcopy(HALL)
    for path, value in changes.items():
        *steps, last = [int(step) if step.isdigit() else step for step in path.split("__")]
        place: Any = raw
        for step in steps:
            place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
        if value is DELETE:
            del place[last]
        else:
            place[last] = value
    return raw


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_inline(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def written(directory: Path, raw: dict[str, Any], *, token_mode: int = 0o600) -> Path:
    """The configuration as a file, with a token file beside it."""
    token = directory / "griffie.token"
    token.write_text("0123456789abcdef0123")
    token.chmod(token_mode)
    path = directory / "hall.toml"
    path.write_text("".join(f"{key} = {_inline(value)}\n" for key, value in raw.items()), encoding="utf-8")
    return path
