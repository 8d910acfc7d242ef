"""`chamber captions`: checked captions of a recording, kept with the meeting and erased with a name."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chamber.__main__ import main
from chamber.apps import captions_kept
from chamber.apps.captions import placed
from chamber.apps.dossier import load
from chamber.apps.publisher import Publisher
from chamber.apps.publishing import publish
from chamber.clock import SystemClock
from chamber.core.captions import Cue
from chamber.core.dossier import Media
from chamber.exports.package import Making
from chamber.imports.captions import Caption
from tests.until import until

START_MS = 1_795_458_600_000
VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\nGoedenavond, ik open de vergadering.\n\n00:59.000 --> 01:01.000\nlater\n"


def source(number: int, start_ms: int, seconds: int) -> dict[str, object]:
    return {
        "finished": {"file": f"raad-{number}.mp4", "size_bytes": 9, "sha256": "0" * 64},
        "spans": [{"from_ms": start_ms, "to_ms": start_ms + seconds * 1000}],
    }


@pytest.fixture
def meeting(tmp_path: Path) -> Path:
    folder = tmp_path / "raad"
    (folder / "recording").mkdir(parents=True)
    (folder / "journal.jsonl").write_text("")
    book = {"sources": [source(1, START_MS, 60), source(2, START_MS + 500_000, 60)]}
    (folder / "recording" / "recording.json").write_text(json.dumps(book))
    (tmp_path / "a.vtt").write_text(VTT)
    return folder


def test_captions_are_kept_by_the_wall_time_of_their_words(meeting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(meeting.parent / "a.vtt")
    assert main(["captions", str(meeting), file, "--recording", "raad-2", "--shift", "-0.5"]) == 0
    said = capsys.readouterr().out
    assert "raad-2.mp4: 1 captions" in said
    assert "1 lie outside the recording" in said
    text = "Goedenavond, ik open de vergadering."
    assert load(meeting).captions == (Cue(START_MS + 500_500, START_MS + 502_500, text, "raad-2"),)
    assert main(["captions", str(meeting), file, "--recording", "raad-2.mp4"]) == 0
    assert [cue.start_ms for cue in load(meeting).captions] == [START_MS + 501_000]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["a.vtt"], "say which one: raad-1, raad-2"),
        (["a.vtt", "--recording", "raad-3"], "no recording raad-3"),
        (["none.vtt", "--recording", "raad-1"], "No such file"),
        (["raad/journal.jsonl", "--recording", "raad-1"], "WebVTT"),
    ],
)
def test_what_goes_wrong_is_said(
    meeting: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, *more = arguments
    assert main(["captions", str(meeting), str(meeting.parent / file), *more]) == 1
    assert told in capsys.readouterr().err


def test_a_recording_that_was_cut_keeps_its_times() -> None:
    media = Media("a", "a.mp4", ((1000, 5000), (9000, 12_000)))
    found = [Caption(0, 1000, "een"), Caption(3000, 4000, "tot de knip"), Caption(3500, 4500, "erover"),
             Caption(4000, 7000, "erna"), Caption(6000, 7001, "te lang")]  # fmt: skip
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in placed(media, found, 0)] == [
        (1000, 2000, "een"), (4000, 5000, "tot de knip"), (9000, 12_000, "erna"),
    ]  # fmt: skip


def test_a_name_is_erased_from_what_came_live_and_from_what_was_checked(meeting: Path) -> None:
    captions_kept.add_live(meeting, Cue(1, 2, "Het woord is aan Wil van den Geheim"))
    with (meeting / captions_kept.LIVE).open("a") as torn:
        torn.write('[3, 4, "afgebro')
    captions_kept.keep(meeting, "raad-1", [Cue(5, 6, "mevrouw Van den Geheim", "raad-1")])
    captions_kept.erase(meeting, "Wil van den Geheim")
    assert [cue.text for cue in captions_kept.kept(meeting)] == ["Het woord is aan [naam]", "mevrouw [naam]"]
    assert "Geheim" not in "".join(path.read_text() for path in meeting.glob("captions*"))


async def test_a_published_meeting_shows_checked_captions_by_itself(tmp_path: Path) -> None:
    home = tmp_path / "meetings" / "raad"
    (home / "recording").mkdir(parents=True)
    (home / "journal.jsonl").write_text("")
    publish(load(home), home / "recording", tmp_path / "public", Making(datetime.now(UTC), ""))
    record = tmp_path / "public" / "meetings" / "raad" / "meeting.json"
    before = record.stat().st_ino
    captions_kept.keep(home, "raad-1", [])
    told: list[str] = []
    publisher = Publisher(tmp_path, "", lambda code, text: told.append(f"{code} {text}"), SystemClock())
    running = asyncio.create_task(publisher.run())
    await until(lambda: record.exists() and record.stat().st_ino != before, timeout_s=20, what="published anew")
    await until(lambda: told == ["publish None"], timeout_s=20, what="said to be done")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
