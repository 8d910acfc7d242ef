"""`chamber verify` tells a whole journal from one that was touched."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chamber.__main__ import main
from chamber.journal import JournalFile


@pytest.fixture
async def meeting(tmp_path: Path) -> Path:
    journal = JournalFile.open(
        tmp_path / "journal.jsonl", ZoneInfo("Europe/Amsterdam"), lambda _: None, wall_ms=0, mono_ms=0
    )
    for seat in ("a", "b", "c"):
        journal.append("mic_closed", {"seat": seat}, wall_ms=1_795_458_600_000, mono_ms=1)
    assert journal.close() == 0
    return tmp_path


async def test_a_whole_journal(meeting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(meeting)]) == 0
    said = capsys.readouterr().out
    assert "journal.jsonl: 3 entries, whole; the last at 2026-11-23T19:30:00.000+01:00 has hash " in said


async def test_one_changed_letter(meeting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = meeting / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"b"', b'"x"'))
    assert main(["verify", str(path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "journal.jsonl:2: was changed: its hash does not fit its content",
        f"{path}: 1 problem; this is not what was written",
    ]


def test_no_journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path)]) == 1
    assert "journal.jsonl: cannot be read: No such file or directory" in capsys.readouterr().out
    (tmp_path / "journal.jsonl").touch()
    assert main(["verify", str(tmp_path)]) == 1
    assert capsys.readouterr().err.endswith("journal.jsonl: empty\n")
