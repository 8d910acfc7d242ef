"""`chamber bench director`: rows of figures, our own and those of an outside judge."""

import json
from pathlib import Path

import pytest

from chamber.apps import evening
from chamber.apps.bench_director import main, own_rows
from chamber.apps.rehearsal import Rehearsal, Turn, judge
from chamber.core.director import model as d
from chamber.core.errors import ConfigError

JUDGE = {
    "run": "SCEN = {'council': (('x',), 'ptt', True), 'council-gate': ((), 'gate', False), 'meeting': ((), 'gate', False)}\n"
    "def load(dirs, scenario, limit): return {'x-1': []} if SCEN[scenario][0] else {}\n",
    "hall": "class Hall:\n    def __init__(self, n, k, layout, seed, speed): self.cams = [f'c{i}' for i in range(k)]\n",
    "trace": "class Meeting:\n    def __init__(self, name, turns, seed): self.speakers = ['a', 'b']\n",
    "sim": """
class Sim:
    def __init__(self, hall, meeting, mic, queue, seed, tick): self.hall = hall
    def run(self, policy):
        cameras = [{'id': c, 'presets': [0, 2], 'off_axis': {}, 'pan': {}, 'typical_move_s': 1} for c in self.hall.cams]
        policy.start({'t': 0, 'event': 'init', 'wide': 'w', 'chair': 0, 'mic': 'ptt', 'cameras': cameras})
        out = policy.event({'t': 1.0, 'event': 'mic_on', 'seat': 2})
        camera = [a['camera'] for a in out if a['action'] == 'recall' and a['preset'] == 2][0]
        return policy.event({'t': 2.0, 'event': 'camera_settled', 'camera': camera, 'preset': 2})
""",
    "policies": "class Still:\n"
    "    def start(self, init): pass\n"
    "    def event(self, ev): return [{'action': 'recall', 'camera': 'c0', 'preset': 2}]\n"
    "class Plan(Still):\n"
    "    def __init__(self, plan): self.plan = plan\n"
    "    def event(self, ev): return self.plan\n"
    "BASELINES = {'pingpong-settled': Still}\n",
    "oracle": "def plan(stage): return 9.0, [{'action': a, 'camera': 'c0', 'preset': 2} for a in ('recall', 'cut', 'cut')]\n",
    "metrics": "def score(sim, timeline): return [a['action'] for a in timeline]\n"
    "def pool(scores): return {'cuts': sum(s.count('cut') for s in scores)}\n",
}


BESIDE = (("chamber", 1), ("pingpong-settled", 0), ("oracle", 2))
"""Our cuts and those of the policies that stand beside by themselves."""


def test_own_evenings_give_a_row_per_hall() -> None:
    rows = own_rows(minutes=10, seeds=(1,))
    assert [(row["microphones"], row["cameras"]) for row in rows] == [
        (m, k) for m in ("hand", "voice") for k in (1, 2, 3, 4)
    ]
    assert all(row["on_air_motion"] == 0 and row["on_target"] > 0.8 for row in rows)


def test_invented_evenings_are_the_same_every_time() -> None:
    assert evening.evening(3, 20) == evening.evening(3, 20)
    assert evening.evening(3, 20) != evening.evening(4, 20)


def test_an_outside_judge_runs_the_director_in_its_own_loop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, source in JUDGE.items():
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    assert main(["--bench", str(tmp_path), "--traces", str(tmp_path), "--scenario", "council", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    found = {(row["policy"], row["cameras"], row["cuts"]) for row in rows}
    assert found == {(name, k, cuts) for name, cuts in BESIDE for k in (1, 2, 3, 4)}
    options = ["--bench", str(tmp_path), "--traces", str(tmp_path), "--scenario", "council", "--json", "--beside"]
    assert main([*options, ""]) == 0
    assert {row["policy"] for row in json.loads(capsys.readouterr().out)} == {"chamber"}
    with pytest.raises(ConfigError, match="no policy best; --beside knows pingpong-settled, oracle"):
        main([*options, "best"])


@pytest.mark.parametrize("options", [["--bench", "nowhere", "--traces", "nowhere"], ["--bench", "x"]])
def test_what_is_missing_is_said(options: list[str]) -> None:
    with pytest.raises(ConfigError, match="--traces"):
        main(options)


def test_the_judge_counts_what_was_on_air() -> None:
    plan = evening.plan(1, everywhere=True)
    rehearsal = Rehearsal(plan, lambda camera, start, end: 1000)
    for event in (d.MicOpened(10_000, "5"), d.MicClosed(20_000, "5")):
        rehearsal.feed(event)
    rehearsal.advance(40_000)
    figures = judge(rehearsal, [Turn("5", 10_000, 20_000), Turn("6", 30_000, 34_000)])
    assert figures.on_target == round(9000 / 14_000, 4)
    assert (figures.wait_p50_ms, figures.wait_p95_ms) == (4000, 4000)
    assert figures.wide == round(4000 / 14_000, 4)
