"""`chamber direct CONFIG|-`: the director alone, JSON lines on stdin and stdout, in virtual time.

Every message ends with a tick at the same time; after `init` and after each tick the actions follow, then `ack`.
Seconds on the wire, milliseconds inside. Seats are numbers on the wire, and their decimal text inside.
"""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

from chamber.core.director import model as d
from chamber.core.director.reducer import Director
from chamber.core.domain import ShotKind

Message = dict[str, Any]


def plan_of(init: Message) -> d.Plan:
    """The plan of the hall that an init message describes; everything not in it has the usual defaults."""
    cameras = []
    for camera in init["cameras"]:
        off_axis, pan = camera.get("off_axis", {}), camera.get("pan", {})
        shots = tuple(
            d.PlanShot(seat, ShotKind.SPEAKER, (str(seat),), off_axis.get(str(seat)), pan.get(str(seat)))
            for seat in camera["presets"]
        )
        typical = camera.get("typical_move_s")
        cameras.append(d.PlanCamera(camera["id"], shots, None if typical is None else round(typical * 1000)))
    chair, mic = init.get("chair"), init.get("mic")
    return d.Plan(
        cameras=tuple(cameras),
        wide=init.get("wide"),
        chair=None if chair is None else str(chair),
        voice_gated=None if mic is None else mic == "gate",
        requests=bool(init.get("requests")),
    )


class Session:
    """One meeting on the wire: messages in, actions out."""

    def __init__(self, plan: d.Plan | None = None) -> None:
        self._plan = plan
        self._director: Director | None = None
        self._held: list[Message] = []

    def feed(self, message: Message) -> list[Message]:
        """Take in one message; the answer to write, empty until a batch is complete."""
        kind = message["event"]
        at_ms = int(message["t"] * 1000 + 1e-6)
        if kind == "init":
            self._director = Director(self._plan or plan_of(message))
            return [{"action": "ack"}]
        if self._director is None:
            raise ValueError("the first message must be init")
        self._answer(self._director.handle(_EVENTS[kind](message, at_ms)))
        if kind != "tick":
            return []
        answer, self._held = [*self._held, {"action": "ack"}], []
        return answer

    def _answer(self, actions: Iterable[d.Action]) -> None:
        for action in actions:
            if isinstance(action, d.Recall):
                out: Message = {"action": "recall", "camera": action.camera, "preset": action.preset}
            elif isinstance(action, d.Cut):
                out = {"action": "cut", "camera": action.camera, "kind": action.kind.value}
            elif isinstance(action, d.Wake):
                self._held.append({"action": "wake", "t": action.at_ms / 1000})
                continue
            else:
                continue
            self._held.append({**out, "reason": action.reason.code})


_EVENTS: dict[str, Callable[[Message, int], d.Event]] = {
    "mic_on": lambda m, at_ms: d.MicOpened(at_ms, str(m["seat"]), priority=bool(m.get("priority"))),
    "mic_off": lambda m, at_ms: d.MicClosed(at_ms, str(m["seat"])),
    "request": lambda m, at_ms: d.Requested(at_ms, str(m["seat"])),
    "request_off": lambda m, at_ms: d.RequestWithdrawn(at_ms, str(m["seat"])),
    "camera_settled": lambda m, at_ms: d.CameraArrived(at_ms, m["camera"], m["preset"]),
    "tick": lambda m, at_ms: d.Ticked(at_ms),
}


def run(plan: d.Plan | None, stdin: TextIO, stdout: TextIO) -> int:
    """Direct one meeting; 0 at the end of input, 1 when a line is not what the protocol says."""
    session = Session(plan)
    for number, line in enumerate(stdin, 1):
        if not line.strip():
            continue
        try:
            answer = session.feed(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            print(f"line {number}: {type(exc).__name__}: {exc}", file=sys.stderr)
            return 1
        if answer:
            stdout.write("".join(json.dumps(action) + "\n" for action in answer))
            stdout.flush()
    return 0


def main(config: str) -> int:
    """`-` takes the hall from the init message, anything else is a CONFIG whose plan and house rules are used."""
    if config == "-":
        return run(None, sys.stdin, sys.stdout)
    from config.load import load
    from config.plan import director_plan

    return run(director_plan(load(Path(config), tokens=False)), sys.stdin, sys.stdout)
