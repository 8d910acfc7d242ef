"""`chamber replay`, as a technician uses it on a meeting's folder."""

import json
from pathlib import Path

import pytest

from chamber.__main__ import main
from config.load import load
from config.plan import director_plan
from tests.chamber.test_replay_exact import debate

SEATS = (("chair", "p1", 1), ("a", "p2", 2), ("b", "p3", 3), ("lectern", None, 4))
PEOPLE = (
    ("p1", "Noor van Dijk", "chair", None),
    ("p2", "Jan de Boer", "councillor", "g1"),
    ("p3", "Elif", "councillor", "g2"),
)


def hall(folder: Path, **director: object) -> Path:
    """A CONFIG of the hall that these tests always have."""
    parts = ['[hall]\nname = "Testzaal"\norganisation = "Waterbeek"', '[data]\ndir = "data"']
    parts.append('[[microphones]]\nid = "desk"\ndriver = "x32"\nhost = "127.0.0.1"')
    parts += [
        f'[[cameras]]\nid = "{name}"\ndriver = "visca-udp"\nhost = "127.0.0.{n}"'
        for n, name in enumerate(("cam1", "cam2"), 1)
    ]
    parts.append('[[cameras]]\nid = "wide"\ndriver = "fixed"')
    for seat, _, number in SEATS:
        shots = ", ".join(f'{{camera = "{camera}", preset = {number}}}' for camera in ("cam1", "cam2"))
        shared = "shared = true\n" if seat == "lectern" else ""
        parts.append(
            f'[[seats]]\nid = "{seat}"\nlabel = "{seat.capitalize()}"\nmic = "desk:{number}"\nx_m = {number}\ny_m = 1\n{shared}shots = [{shots}]'
        )
    parts += [f'[[groups]]\nid = "{name}"\nname = "Fractie {name}"' for name in ("g1", "g2")]
    where = {person: seat for seat, person, _ in SEATS}
    for person, name, role, group in PEOPLE:
        belongs = f'group = "{group}"\n' if group else ""
        parts.append(
            f'[[people]]\nid = "{person}"\nname = "{name}"\nrole = "{role}"\n{belongs}seat = "{where[person]}"'
        )
    parts.append("[director]\n" + "\n".join(f"{key} = {value}" for key, value in director.items()))
    path = folder / "hall.toml"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A meeting's folder: its journal was written by a controller with the plan of `hall`."""
    folder = tmp_path_factory.mktemp("meeting")
    first, _ = debate(director_plan(load(hall(folder), tokens=False)))
    (folder / "journal.jsonl").write_bytes(b"".join(entry.line() for entry in first))
    return folder


def test_the_same_plan_cuts_the_same(meeting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(meeting), "--config", str(meeting / "hall.toml"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["same"] is True
    assert found["differs"] is None
    assert found["cuts"] == found["journal_cuts"] == found["unchanged_cuts"] >= 5
    assert found["on_air_motion_s"] == 0
    assert found["journal"]["parts"] == 3
    assert found["journal"]["missing"] == 0
    assert found["groups"]["g1"]["turns"] + found["groups"]["g2"]["turns"] == found["all_groups"]["turns"] >= 3
    assert found["apart"]["chair"]["turns"] >= 1
    assert found["apart"]["unknown"]["turns"] >= 1
    spoken = found["groups"]["g1"]
    assert spoken["close"] + spoken["duo"] + spoken["wide"] + spoken["other"] == pytest.approx(1, abs=0.002)
    assert spoken["bar_s"] > 0


def test_another_plan_is_told_apart(meeting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = hall(tmp_path, min_shot_ms=9000, confirm_ms=2000)
    assert main(["replay", str(meeting / "journal.jsonl"), "--config", str(other), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["same"] is False
    assert found["differs"]["journal"] != found["differs"]["plan"]
    assert found["unchanged_cuts"] < found["cuts"] < found["journal_cuts"]
    assert found["on_air_motion_s"] == 0
    assert main(["replay", str(meeting), "--config", str(other)]) == 0
    said = capsys.readouterr().out
    assert f"Cuts: {found['cuts']} (journal {found['journal_cuts']})" in said
    assert "first difference at " in said


def test_words_for_people(meeting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(meeting), "--config", str(meeting / "hall.toml")]) == 0
    said = capsys.readouterr().out
    assert "every one as in the journal, to the byte" in said
    assert "Motion on air: 0.0 s" in said
    rows = [line.split("  ")[0] for line in said.splitlines()]
    assert {"Fractie g1", "Fractie g2", "all fracties", "chair", "unknown"} <= set(rows)
    assert "college" not in rows
    assert "Noor" not in said
    assert "Tolerance: 10% of the speaking time" in said


def test_a_broken_journal_is_named_with_its_line(
    meeting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (meeting / "journal.jsonl").read_bytes().splitlines(keepends=True)
    broken = tmp_path / "journal.jsonl"
    broken.write_bytes(b"".join([*lines[:6], lines[6].replace(b'"seq":7', b'"seq":8'), *lines[7:]]))
    assert main(["replay", str(broken), "--config", str(meeting / "hall.toml")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("journal.jsonl:7: was changed")
    assert main(["replay", str(tmp_path / "none"), "--config", str(meeting / "hall.toml")]) == 1
    assert "cannot be read: No such file or directory" in capsys.readouterr().err


def test_wrong_usage(meeting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(meeting), "--config", str(tmp_path / "none.toml")]) == 2
    with pytest.raises(SystemExit) as left:
        main(["replay", str(meeting)])
    assert left.value.code == 2
    assert "--config" in capsys.readouterr().err
