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
NEEDED = ("run", "hall", "sim", "trace", "metrics", "policies", "oracle")
OURS, ORACLE = "chamber", "oracle"


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


def judged_rows(
    bench: Path, traces: Path, seed: int, limit: int, only: str | None, beside: Sequence[str] = ()
) -> list[Row]:
    """The judge's figures on real turns: the director's, and those of the judge's policies named in `beside`."""
    missing = [f"{name}.py" for name in NEEDED if not (bench / f"{name}.py").is_file()]
    if missing or not traces.is_dir():
        wrong = f"{bench}: no {', '.join(missing)}" if missing else f"{traces}: not a directory with traces"
        raise ConfigError([f"bench director: {wrong}; give --bench and --traces"])
    with _modules(bench) as judge:
        unknown = sorted(set(beside) - {ORACLE, *judge["policies"].BASELINES})
        if unknown:
            known = ", ".join([*judge["policies"].BASELINES, ORACLE])
            raise ConfigError([f"bench director: no policy {', '.join(unknown)}; --beside knows {known}"])
        return _judged(judge, traces, seed, limit, only, beside)


@contextmanager
def _modules(bench: Path) -> Iterator[dict[str, Any]]:
    """The judge's modules, which call each other by plain names; those names are free again afterwards."""
    before = {name: sys.modules.pop(name, None) for name in NEEDED}
    sys.path.insert(0, str(bench))
    try:
        yield {name: importlib.import_module(name) for name in NEEDED}
    finally:
        sys.path.remove(str(bench))
        for name, module in before.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module


def _judged(
    judge: dict[str, Any], traces: Path, seed: int, limit: int, only: str | None, beside: Sequence[str]
) -> list[Row]:
    rows: list[Row] = []
    loaded: dict[str, Any] = {}
    run, metrics = judge["run"], judge["metrics"]
    for scenario, cameras, layout, speed in JUDGED:
        if only is not None and scenario != only:
            continue
        if scenario not in loaded:
            found = run.load([str(traces)], scenario, limit)
            loaded[scenario] = [judge["trace"].Meeting(name, turns, seed) for name, turns in found.items()]
        _, microphones, queue = run.SCEN[scenario]
        for name in (OURS, *beside) if loaded[scenario] else ():
            started, scores = time.perf_counter(), []
            for meeting in loaded[scenario]:
                room = judge["hall"].Hall(max(38, len(meeting.speakers) + 4), cameras, layout, seed, speed)
                stage = judge["sim"].Sim(room, meeting, microphones, queue, seed, 0.1 if name == OURS else 0.0)
                scores.append(metrics.score(stage, stage.run(_policy(judge, name, stage))))
            what: Row = {"policy": name, "scenario": scenario, "cameras": cameras, "layout": layout, "speed": speed}
            pooled = {key: round(value, 4) for key, value in metrics.pool(scores).items()}
            rows.append({**what, **pooled, "seconds": round(time.perf_counter() - started, 2)})
    return rows


def _policy(judge: dict[str, Any], name: str, stage: Any) -> Any:
    """What directs one meeting: ours, the clairvoyant with its plan made beforehand, or one of the baselines."""
    if name == OURS:
        return InTheLoop()
    if name == ORACLE:
        return judge["policies"].Plan(judge["oracle"].plan(stage)[1])
    return judge["policies"].BASELINES[name]()


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
    parser.add_argument(
        "--beside",
        default=f"pingpong-settled,{ORACLE}",
        help="policies of the judge in the same table, with commas; the oracle takes most of the time; '' is none",
    )
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(list(options))
    if (chosen.bench is None) != (chosen.traces is None):
        raise ConfigError(["bench director: --bench and --traces belong together; give both or neither"])
    if chosen.bench is None:
        rows = own_rows()
    else:
        beside = [name for name in chosen.beside.split(",") if name]
        where = Path(chosen.bench), Path(chosen.traces)
        rows = judged_rows(*where, chosen.seed, chosen.limit, chosen.scenario, beside)
    if not rows:
        raise ConfigError([f"bench director: nothing to measure for scenario {chosen.scenario}; check --traces"])
    if chosen.json:
        print(json.dumps(rows))
    else:
        _print(rows)
    return 0
