"""`chamber bench director`: how well the director does, on invented evenings or on real turns judged by others.

Without options: our own hall and evenings. With `--bench DIR` (a judge with `run.py`, `hall.py`, `sim.py`, `trace.py`
and `metrics.py`) and `--traces DIR` (turns as CSV): the judge's figures, the director in the judge's own loop.
"""

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chamber.apps import evening, rehearsal
from chamber.apps.direct import Message, Session
from chamber.core.errors import ConfigError

Row = dict[str, Any]
JUDGED = [
    *[("council", cameras, layout, 1.0) for cameras in (1, 2, 3, 4) for layout in ("corners", "ring")],
    ("council", 3, "ring", 0.5),
    *[("council-gate", cameras, layout, 1.0) for cameras in (2, 3) for layout in ("corners", "ring")],
    *[("meeting", cameras, layout, 1.0) for cameras in (2, 3) for layout in ("corners", "ring")],
]
"""Scenario, cameras that move, where they hang, speed."""
NEEDED = ("run", "hall", "sim", "trace", "metrics")


class InTheLoop:
    """The director as the judge calls a policy: `start` with the init message, then `event` by event."""

    def start(self, init: Message) -> None:
        self._session = Session()
        self._session.feed(init)

    def event(self, message: Message) -> list[Message]:
        answer = self._session.feed(message)
        if message["event"] != "tick":
            answer = self._session.feed({"t": message["t"], "event": "tick"})
        return [action for action in answer if action["action"] != "ack"]


def own_rows(minutes: int = 120, seeds: Sequence[int] = (1, 2, 3)) -> list[Row]:
    """Figures of invented evenings, mean over seeds."""
    rows = []
    for voice_gated in (False, True):
        for cameras in (1, 2, 3, 4):
            started = time.perf_counter()
            found = [_own(seed, minutes, cameras, voice_gated) for seed in seeds]
            mean = {key: round(sum(f[key] for f in found) / len(found), 4) for key in found[0]}
            spent_s = round(time.perf_counter() - started, 2)
            microphones = "voice" if voice_gated else "hand"
            rows.append({"scenario": "own", "microphones": microphones, "cameras": cameras, **mean, "seconds": spent_s})
    return rows


def _own(seed: int, minutes: int, cameras: int, voice_gated: bool) -> dict[str, float]:
    turns, events = evening.evening(seed, minutes, voice_gated=voice_gated)
    played = rehearsal.Rehearsal(evening.plan(cameras, everywhere=True, voice_gated=voice_gated), evening.moves())
    for event in events:
        played.feed(event)
    played.advance(turns[-1].to_ms + 3000)
    return asdict(rehearsal.judge(played, turns))


def judged_rows(bench: Path, traces: Path, seed: int, limit: int, only: str | None) -> list[Row]:
    """The judge's figures on real turns."""
    missing = [f"{name}.py" for name in NEEDED if not (bench / f"{name}.py").is_file()]
    if missing or not traces.is_dir():
        wrong = f"{bench}: no {', '.join(missing)}" if missing else f"{traces}: not a directory with traces"
        raise ConfigError([f"bench director: {wrong}; give --bench and --traces"])
    with _modules(bench) as (run, hall, sim, trace, metrics):
        return _judged(run, hall, sim, trace, metrics, traces, seed, limit, only)


@contextmanager
def _modules(bench: Path) -> Iterator[list[Any]]:
    """The judge's modules, which call each other by plain names; those names are free again afterwards."""
    before = {name: sys.modules.pop(name, None) for name in NEEDED}
    sys.path.insert(0, str(bench))
    try:
        yield [importlib.import_module(name) for name in NEEDED]
    finally:
        sys.path.remove(str(bench))
        for name, module in before.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module


def _judged(
    run: Any, hall: Any, sim: Any, trace: Any, metrics: Any, traces: Path, seed: int, limit: int, only: str | None
) -> list[Row]:
    rows: list[Row] = []
    loaded: dict[str, Any] = {}
    for scenario, cameras, layout, speed in JUDGED:
        if only is not None and scenario != only:
            continue
        started = time.perf_counter()
        if scenario not in loaded:
            found = run.load([str(traces)], scenario, limit)
            loaded[scenario] = [trace.Meeting(name, turns, seed) for name, turns in found.items()]
        _, microphones, queue = run.SCEN[scenario]
        scores = []
        for meeting in loaded[scenario]:
            room = hall.Hall(max(38, len(meeting.speakers) + 4), cameras, layout, seed, speed)
            stage = sim.Sim(room, meeting, microphones, queue, seed, 0.1)
            scores.append(metrics.score(stage, stage.run(InTheLoop())))
        if scores:
            what: Row = {"scenario": scenario, "cameras": cameras, "layout": layout, "speed": speed}
            pooled = {key: round(value, 4) for key, value in metrics.pool(scores).items()}
            rows.append({**what, **pooled, "seconds": round(time.perf_counter() - started, 2)})
    return rows


def _print(rows: Sequence[Row]) -> None:
    """A table; columns are those of the first row."""
    columns = list(rows[0])
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(str(row[column]) for column in columns) + " |")


def main(options: Sequence[str]) -> int:
    """Measure and print; with `--json` one list of rows."""
    parser = argparse.ArgumentParser(prog="chamber bench director", description=__doc__)
    parser.add_argument("--bench", type=Path, default=os.environ.get("CHAMBER_BENCH"), help="directory of the judge")
    parser.add_argument("--traces", type=Path, default=os.environ.get("CHAMBER_TRACES"), help="directory with turns")
    parser.add_argument("--scenario", help="only this one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=0, help="at most so many meetings in a scenario")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(list(options))
    if (chosen.bench is None) != (chosen.traces is None):
        raise ConfigError(["bench director: --bench and --traces belong together; give both or neither"])
    if chosen.bench is None:
        rows = own_rows()
    else:
        rows = judged_rows(Path(chosen.bench), Path(chosen.traces), chosen.seed, chosen.limit, chosen.scenario)
    if not rows:
        raise ConfigError([f"bench director: nothing to measure for scenario {chosen.scenario}; check --traces"])
    if chosen.json:
        print(json.dumps(rows))
    else:
        _print(rows)
    return 0
