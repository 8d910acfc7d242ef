"""`chamber export` and `chamber verify` on a meeting's folder."""

import asyncio
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chamber.__main__ import EXPORTS, main
from chamber.apps.dossier import agenda_as_json, hall_as_json, load, people_merged
from chamber.apps.export import write as write_out
from chamber.apps.files import write
from chamber.exports.package import FORMATS, MANIFEST, Making
from chamber.journal import JournalFile
from tests.chamber.exports import evening


@pytest.fixture
async def meeting(tmp_path: Path) -> Path:
    folder = tmp_path / "2026-11-23"
    folder.mkdir()
    kept = evening.dossier()
    write(folder / "meeting.json", {"id": kept.id, "title": kept.title} | hall_as_json(kept.hall, kept.place))
    write(folder / "people.json", people_merged({}, kept.hall.people.values()))
    write(folder / "agenda.json", agenda_as_json(kept.agenda))
    write(folder / "notes.json", dict(kept.notes))
    journal = JournalFile.open(
        folder / "journal.jsonl", ZoneInfo("Europe/Amsterdam"), lambda _: None, wall_ms=evening.START_MS, mono_ms=0
    )
    for line in evening.story().lines:
        fields = dict(line.fields)
        if line.kind == "meeting":
            fields = {"reason": "", "resumes_at": None, "account": "griffie", **fields}
        elif line.kind in ("item", "assign", "attendance", "vote_cast", "ballot_total", "vote", "note", "joined",
                           "withheld", "corrected"):  # fmt: skip
            fields["account"] = "griffie"
        elif line.kind == "mic_opened":
            fields["priority"] = False
        journal.append(line.kind, fields, wall_ms=line.wall_ms, mono_ms=line.wall_ms - evening.START_MS)
    assert await asyncio.to_thread(journal.close) == 0
    return folder


def test_the_command_line_knows_every_format() -> None:
    assert set(EXPORTS) == set(FORMATS)


@pytest.mark.parametrize("form", ["ori-a", "ori-json", "csv", "md", "popolo", "ics", "mdto", "package"])
async def test_each_format_is_written_from_the_folder_alone(
    meeting: Path, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(meeting).index == evening.dossier().index
    assert main(["export", str(meeting), "--format", form, "--out", str(tmp_path / "out")]) == 0
    named = capsys.readouterr().out.split()
    assert sorted(named) == sorted(str(path) for path in (tmp_path / "out").iterdir())


async def test_a_package_holds_the_recordings_and_tells_when_it_was_touched(
    meeting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = evening.dossier()
    spoken = tuple(speech for speech in kept.index.speeches if not speech.withheld)
    kept = replace(kept, index=replace(kept.index, speeches=spoken))
    (meeting / "recording").mkdir()
    for media in kept.media:
        (meeting / "recording" / media.file).write_bytes(b"recording")
    out = meeting / "exports" / "package"
    write_out(kept, meeting / "recording", "package", out, Making(evening.NOW, "https://raad.example.nl"))
    names = {path.name for path in out.iterdir()}
    assert {"opname-1.mp4", "opname-1.mp4.bestand.mdto.xml", "opname-1.agenda.vtt", "2026-11-23.ori-a.xml"} <= names
    assert main(["verify", str(out)]) == 0
    assert main(["verify", str(meeting)]) == 0
    capsys.readouterr()
    (out / "2026-11-23.index.csv").write_text("x")
    (out / "opname-2.agenda.vtt").unlink()
    (out / "stranger").write_text("x")
    assert main(["verify", str(meeting)]) == 1
    said = capsys.readouterr().out
    for told in ("index.csv: was changed", "opname-2.agenda.vtt: is missing", "stranger: is not in the manifest"):
        assert told in said
    assert (out / MANIFEST).read_text().count("\n") == len(names) - 1


async def test_chapters_without_a_recording_are_refused_in_words(
    meeting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(meeting), "--format", "vtt", "--out", str(tmp_path / "out")]) == 1
    assert "no recording" in capsys.readouterr().err


async def test_a_directory_that_cannot_be_written(
    meeting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    assert main(["export", str(meeting), "--format", "csv", "--out", str(tmp_path / "file" / "out")]) == 1
    assert "--out" in capsys.readouterr().err


def test_no_meeting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path), "--format", "csv", "--out", str(tmp_path)]) == 1
    assert "no meeting is kept here" in capsys.readouterr().err
