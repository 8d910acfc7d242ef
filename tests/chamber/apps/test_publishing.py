"""What is published: real recordings made by ffmpeg, with what is withheld cut out of picture, sound and index."""

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import av
import pytest

from chamber.apps.cutting import shown_after, without
from chamber.apps.export import ExportError, manifest_problems
from chamber.apps.export import write as export
from chamber.apps.publishing import RECORD, publish, withdraw
from chamber.core.captions import Cue
from chamber.core.dossier import Media
from chamber.exports.package import Making
from drivers.ffmpeg.locate import locate
from tests.chamber.exports import evening

pytestmark = pytest.mark.media
MAKING = Making(evening.NOW, "https://raad.example.nl/archive/2026-11-23")


def film(path: Path, seconds: int) -> None:
    """A film whose luma is the second it was taken in, with a tone; a key frame each second."""
    ffmpeg = shutil.which("ffmpeg") or locate().path
    subprocess.run(
        [ffmpeg, "-v", "error", "-y", "-f", "lavfi", "-i", f"color=c=black:s=64x36:r=25:d={seconds}",
         "-f", "lavfi", "-i", f"sine=frequency=440:d={seconds}", "-vf", "geq=lum='16+floor(T)':cb=128:cr=128",
         "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-qp", "1", "-g", "25", "-sc_threshold",
         "0", "-c:a", "aac", "-movflags", "+faststart", str(path)],
        check=True, timeout=60,
    )  # fmt: skip


def seconds_in(path: Path) -> list[int]:
    """The second in which each picture of a file was taken."""
    with av.open(str(path)) as found:
        return [round(float(frame.to_ndarray(format="gray").mean())) for frame in found.decode(video=0)]


def sound_s(path: Path) -> float:
    with av.open(str(path)) as found:
        return sum(frame.samples / frame.sample_rate for frame in found.decode(audio=0))


def test_a_cut_leaves_nothing_of_what_is_withheld(tmp_path: Path) -> None:
    film(tmp_path / "a.mp4", 12)
    before = seconds_in(tmp_path / "a.mp4")
    cut = without(tmp_path / "a.mp4", tmp_path / "b.mp4", [(3400, 5200), (9000, 9100)])
    assert cut.kept == ((0, 3000), (6000, 9000), (10_000, 12_000))
    after = seconds_in(tmp_path / "b.mp4")
    lumas = sorted(set(before))
    gone = {lumas[second] for second in (3, 4, 5, 9)}
    assert not gone & set(after)
    assert len(after) == 8 * 25
    assert abs(sound_s(tmp_path / "b.mp4") - 8.0) < 0.2
    media = Media("a", "a.mp4", ((100_000, 104_000), (200_000, 208_000)))
    assert shown_after(media, cut) == ((100_000, 103_000), (202_000, 205_000), (206_000, 208_000))


def test_everything_may_be_withheld(tmp_path: Path) -> None:
    film(tmp_path / "a.mp4", 2)
    assert without(tmp_path / "a.mp4", tmp_path / "b.mp4", [(0, 5000)]).kept == ()
    assert not (tmp_path / "b.mp4").exists()


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recording")
    film(folder / "opname-1.mp4", 300)
    film(folder / "opname-2.mp4", 190)
    return folder


@pytest.mark.timeout(120)
def test_a_meeting_is_published_without_what_residents_may_not_have(recordings: Path, tmp_path: Path) -> None:
    dossier = evening.dossier()
    names = publish(dossier, recordings, tmp_path, MAKING)
    home = tmp_path / "meetings" / "2026-11-23"
    assert {"meeting.json", "opname-1.mp4", "opname-1.agenda.vtt", "2026-11-23.index.csv", "2026-11-23.ics"} <= set(
        names
    )
    assert manifest_problems(home) == []
    record = json.loads((home / RECORD).read_text(encoding="utf-8"))
    words = "".join(path.read_text(encoding="utf-8") for path in home.iterdir() if path.suffix != ".mp4")
    for hidden in (evening.SECRET_NAME, "wilgeheim", evening.CLOSED_TITLE, "Koffie", "1795458870000"):
        assert hidden not in words
    # 260 to 290 s of the first recording are withheld, together with the rest of their groups of pictures
    assert len(seconds_in(home / "opname-1.mp4")) == pytest.approx((300 - 30) * 25, abs=50)
    assert (home / "opname-2.mp4").stat().st_ino == (recordings / "opname-2.mp4").stat().st_ino
    later = next(item for item in record["items"] if item["id"] == "i3")["clips"]
    assert [clip["media"] for clip in later] == ["opname-1", "opname-1", "opname-2"] or len(later) == 2
    assert record["captions_due"] == "2026-12-08"
    assert not any(speech["name"].startswith("=Bram") for speech in record["speeches"])
    tied = record["votes"][0]
    assert (tied["result"], tied["choices"]["Voor"]) == ("Stemmen staken (1 voor, 1 tegen)", ["Jan de Boer"])


@pytest.mark.timeout(120)
def test_a_package_for_the_archive_has_no_picture_and_no_time_of_what_is_withheld(
    recordings: Path, tmp_path: Path
) -> None:
    words = Cue(evening.START_MS + 275_000, evening.START_MS + 276_000, "weg hiermee")
    later = Cue(evening.START_MS + 305_000, evening.START_MS + 306_000, "dit blijft")
    dossier = replace(evening.dossier(), captions=(words, later))
    before = (recordings / "opname-1.mp4").stat()
    for _ in range(2):  # the second time finds the files of the first
        export(dossier, recordings, "package", tmp_path / "out", MAKING)
    assert len(seconds_in(tmp_path / "out" / "opname-1.mp4")) == pytest.approx((300 - 30) * 25, abs=50)
    assert (recordings / "opname-1.mp4").stat().st_size == before.st_size
    told = (tmp_path / "out" / "opname-1.captions.vtt").read_text(encoding="utf-8")
    assert "weg hiermee" not in told
    export(dossier, recordings, "vtt", tmp_path / "vtt", MAKING)
    assert told == (tmp_path / "vtt" / "opname-1.captions.vtt").read_text(encoding="utf-8")
    minutes, seconds = told.partition(" --> ")[0].split(":")[1:]
    assert float(minutes) * 60 + float(seconds) == pytest.approx(295 - 30, abs=2)


def test_publishing_anew_gives_no_new_fortnight_for_captions(recordings: Path, tmp_path: Path) -> None:
    dossier = evening.dossier()
    publish(replace(dossier, media=()), recordings, tmp_path, MAKING)
    later = Making(evening.NOW + timedelta(days=20), MAKING.base_url)
    only = replace(dossier, media=dossier.media[1:])
    publish(only, recordings, tmp_path, later)
    home = tmp_path / "meetings" / "2026-11-23"
    record = json.loads((home / RECORD).read_text(encoding="utf-8"))
    assert record["captions_due"] == "2026-12-08"
    assert (record["media"][0]["captions"], record["media"][0]["checked"]) == (False, False)
    said = Cue(evening.START_MS + 912_000, evening.START_MS + 914_000, "Goedenavond", "opname-2")
    publish(replace(only, captions=(said,)), recordings, tmp_path, later)
    record = json.loads((home / RECORD).read_text(encoding="utf-8"))
    assert (record["media"][0]["captions"], record["media"][0]["checked"]) == (True, True)
    assert "<v Elif Yılmaz>Goedenavond</v>" in (home / "opname-2.captions.vtt").read_text(encoding="utf-8")


def test_a_publication_takes_the_place_of_the_one_before(recordings: Path, tmp_path: Path) -> None:
    dossier = replace(evening.dossier(), media=())
    publish(dossier, recordings, tmp_path, MAKING)
    publish(replace(dossier, title="Anders"), recordings, tmp_path, MAKING)
    home = tmp_path / "meetings"
    assert [path.name for path in home.iterdir()] == ["2026-11-23"]
    assert json.loads((home / "2026-11-23" / RECORD).read_text())["title"] == "Anders"
    withdraw("2026-11-23", tmp_path)
    assert list(home.iterdir()) == []


def test_a_recording_that_is_gone_leaves_what_was_published(recordings: Path, tmp_path: Path) -> None:
    dossier = replace(evening.dossier(), media=())
    publish(dossier, recordings, tmp_path, MAKING)
    broken = replace(dossier, media=(Media("x", "gone.mp4", ((0, 1000),)),))
    with pytest.raises(ExportError, match="cannot be published"):
        publish(broken, recordings, tmp_path, MAKING)
    assert (tmp_path / "meetings" / "2026-11-23" / RECORD).exists()
