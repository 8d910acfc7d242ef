"""`chamber direct -`: the JSON lines protocol, as a peer sees it."""

import io
import json
import subprocess
import sys
from typing import Any

import pytest

from chamber.apps.direct import plan_of, run
from chamber.core.domain import ShotKind

INIT: dict[str, Any] = {
    "t": 0.0,
    "event": "init",
    "seats": 38,
    "wide": "wide",
    "on_air": "wide",
    "chair": 0,
    "requests": True,
    "mic": "ptt",
    "cameras": [
        {
            "id": "cam1",
            "presets": [2, 3],
            "off_axis": {"2": 31.0, "3": 28.5},
            "pan": {"2": -12.0, "3": -9.1},
            "typical_move_s": 1.1,
        }
    ],
}


def talk(*messages: dict[str, Any]) -> list[dict[str, Any]]:
    out = io.StringIO()
    assert run(None, io.StringIO("".join(json.dumps(message) + "\n" for message in messages)), out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_init_tells_the_hall() -> None:
    plan = plan_of(INIT)
    assert (plan.wide, plan.chair, plan.voice_gated, plan.requests) == ("wide", "0", False, True)
    assert [(s.preset, s.kind, s.seats, s.off_axis_deg, s.pan_deg) for s in plan.cameras[0].shots] == [
        (2, ShotKind.SPEAKER, ("2",), 31.0, -12.0),
        (3, ShotKind.SPEAKER, ("3",), 28.5, -9.1),
    ]
    assert plan.cameras[0].typical_move_ms == 1100
    assert plan_of({**INIT, "mic": "gate", "chair": None}).voice_gated is True
    assert plan_of({**INIT, "chair": None}).chair is None


def test_one_acknowledgement_for_init_and_for_each_tick() -> None:
    answers = talk(
        INIT, {"t": 1.0, "event": "tick"}, {"t": 2.0, "event": "mic_on", "seat": 2}, {"t": 2.0, "event": "tick"}
    )
    assert [a["action"] for a in answers].count("ack") == 3
    assert answers[0] == {"action": "ack"}
    assert answers[-1] == {"action": "ack"}


def test_recall_then_cut_on_arrival() -> None:
    answers = talk(
        INIT,
        {"t": 5.0, "event": "mic_on", "seat": 3},
        {"t": 5.0, "event": "tick"},
        {"t": 6.2, "event": "camera_settled", "camera": "cam1", "preset": 3},
        {"t": 6.2, "event": "tick"},
        {"t": 9.0, "event": "request", "seat": 2},
        {"t": 9.0, "event": "tick"},
        {"t": 9.5, "event": "request_off", "seat": 2},
        {"t": 9.6, "event": "mic_off", "seat": 3},
        {"t": 9.6, "event": "tick"},
        {"t": 20.0, "event": "tick"},
    )
    orders = [(a["action"], a["camera"], a.get("preset")) for a in answers if a["action"] in {"recall", "cut"}]
    assert orders == [("recall", "cam1", 3), ("cut", "cam1", None), ("cut", "wide", None)]
    assert [a["reason"] for a in answers if a["action"] == "cut"] == ["speaker", "silence"]


def test_wakes_are_seconds_on_the_wire() -> None:
    answers = talk(INIT, {"t": 5.0, "event": "mic_on", "seat": 3}, {"t": 5.0, "event": "tick"})
    assert all(5.0 <= a["t"] < 60.0 for a in answers if a["action"] == "wake")


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"t": 1}', '{"t": 1, "event": "tick"}', '{"t": 0, "event": "init"}', '{"t": 0, "event": "x"}'],
)
def test_what_is_not_the_protocol_ends_with_a_word(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(None, io.StringIO(line + "\n"), io.StringIO()) == 1
    assert capsys.readouterr().err.startswith("line 1: ")


def test_as_a_process() -> None:
    lines = [INIT, {"t": 1.0, "event": "mic_on", "seat": 2}, {"t": 1.0, "event": "tick"}]
    done = subprocess.run(
        [sys.executable, "-m", "chamber", "direct", "-"],
        input="".join(json.dumps(line) + "\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=15,
        check=True,
    )
    assert [json.loads(line)["action"] for line in done.stdout.splitlines()][:2] == ["ack", "recall"]
