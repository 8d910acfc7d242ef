"""Playlists as a low-latency player reads them, those of our own packager among them."""

import pytest

from chamber.stream.packager import Packager
from chamber.watch.playlist import BrokenPlaylistError, best_variant, read_media
from tests.chamber.stream import samples
from tests.conftest import ManualClock

URL = "https://live.example.nl/live/main.m3u8"


def test_it_reads_what_our_packager_writes(manual_clock: ManualClock) -> None:
    packager = Packager(samples.settings(), manual_clock)
    for _ in range(13):
        manual_clock.advance(200)
        packager.publish(samples.part(manual_clock.now_ms() - 200))
    entry = packager.entry()
    assert entry
    assert best_variant(entry.decode(), "https://live.example.nl/live/index.m3u8") == URL
    text = packager.media()
    assert text
    media = read_media(text.decode(), URL)
    assert media.blocks
    assert media.following == packager.position()
    assert len(media.pieces) == 13
    assert media.pieces[-1].url == f"https://live.example.nl/live/{packager.part_name(*_last(packager))}"
    assert media.pieces[-1].end_wall_ms == manual_clock.wall_ms()
    assert {piece.map_url for piece in media.pieces} == {media.pieces[0].map_url}
    assert media.pieces[0].map_url.endswith(".mp4")


def _last(packager: Packager) -> tuple[int, int]:
    position = packager.position()
    assert position
    return position[0], position[1] - 1


def test_segments_without_parts_and_gaps() -> None:
    text = (
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-MAP:URI=\"i.mp4\"\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-12T19:30:00.000Z\n#EXTINF:2.000,\na.m4s\n#EXT-X-GAP\n#EXTINF:1.5,\nb.m4s\n"
    )  # fmt: skip
    first, second = read_media(text, URL).pieces
    assert (first.msn, first.url, first.gap) == (7, "https://live.example.nl/live/a.m4s", False)
    assert (second.msn, second.gap, second.end_wall_ms - first.end_wall_ms) == (8, True, 1500)


def test_the_best_variant_with_a_picture_is_chosen() -> None:
    text = (
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9000000,CODECS=\"mp4a.40.2\"\nsound.m3u8\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360\nsmall.m3u8\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=2500000,RESOLUTION=960x540\nlarge.m3u8\n"
    )  # fmt: skip
    assert best_variant(text, URL) == "https://live.example.nl/live/large.m3u8"


@pytest.mark.parametrize(
    "text", ["", "<html>", "#EXTM3U\n", "#EXTM3U\n#EXT-X-TARGETDURATION:x\n", "#EXTM3U\n#EXT-X-MAP:\n"]
)
def test_what_is_no_playlist_is_refused(text: str) -> None:
    with pytest.raises(BrokenPlaylistError):
        read_media(text, URL)
    with pytest.raises(BrokenPlaylistError):
        best_variant(text, URL)
