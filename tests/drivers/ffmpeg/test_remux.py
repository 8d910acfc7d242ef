"""What ffmpeg is told of pieces and chapters, whatever stands in their names; and what is said when it fails."""

from pathlib import Path

import pytest

from chamber.core.errors import DeviceUnreachableError
from drivers.ffmpeg.locate import locate
from drivers.ffmpeg.remux import Remuxer, length_ms, listing, metadata


def test_names_and_titles_cannot_break_a_line() -> None:
    assert listing([(Path("/r/it's.mp4"), 1040)]).splitlines() == [
        "ffconcat version 1.0",
        "file '/r/it'\\''s.mp4'",
        "duration 1.040",
    ]
    lines = metadata("Raad; deel = 1", [(0, 500, "1 Opening #1\n[CHAPTER]\\")]).splitlines()
    assert lines[:2] == [";FFMETADATA1", "title=Raad\\; deel \\= 1"]
    assert lines[2:] == ["[CHAPTER]", "TIMEBASE=1/1000", "START=0", "END=500", "title=1 Opening \\#1 [CHAPTER]\\\\"]


async def test_a_failure_is_told_in_words_and_leaves_no_files(tmp_path: Path) -> None:
    (tmp_path / "piece.mp4").write_bytes(b"no MP4 at all")
    with pytest.raises(DeviceUnreachableError, match="remux: "):
        await Remuxer(locate()).remux([(tmp_path / "piece.mp4", 1000)], "Raad", [], tmp_path / ".out.mp4.new")
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".list", ".chapters")] == []
    with pytest.raises(DeviceUnreachableError, match="cannot be read"):
        length_ms(tmp_path / "piece.mp4")
