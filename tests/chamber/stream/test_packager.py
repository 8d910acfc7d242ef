"""The window: playlists that never contradict each other, bounded memory, and who gets what."""

from dataclasses import replace

import m3u8
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chamber.stream.packager import Init, Mark, Packager, Part
from chamber.stream.playlist import iso, quoted
from tests.chamber.stream import samples
from tests.chamber.stream.rules import check
from tests.conftest import ManualClock

OTHER = Init(b"another set-up", "avc1.64001f,mp4a.40.2")


class Station:
    """Publishes parts as the gate does: full ones with a key frame every five, short ones only before a change."""

    def __init__(self, **options: int) -> None:
        self.clock = ManualClock()
        self.settings = samples.settings(**options)
        self.packager = Packager(self.settings, self.clock)
        self.in_gop = 0
        self.live = True
        self.init = samples.INIT

    def part(self, *, duration_ms: int = 200, jump: bool = False) -> Part:
        independent = jump or self.in_gop % 5 == 0
        self.in_gop = 1 if independent else self.in_gop + 1
        self.clock.advance(duration_ms)
        made = samples.part(
            self.clock.now_ms() - duration_ms,
            duration_ms,
            independent=independent,
            live=self.live,
            discontinuity=jump,
        )
        made = replace(made, init=self.init)
        self.packager.publish(made)
        return made

    def full(self, count: int) -> None:
        for _ in range(count):
            self.part()


def test_an_empty_window_says_nothing() -> None:
    packager = Station().packager
    assert packager.media() is None
    assert packager.entry() is None
    assert packager.newest_capture_ms() is None
    assert packager.newest_is_live() is None


def test_playlists_read_well() -> None:
    station = Station()
    station.full(23)
    text = station.packager.media().decode()
    check(text)
    loaded = m3u8.loads(text)
    assert [segment.duration for segment in loaded.segments[:2]] == [2.0, 2.0]
    assert loaded.segments[0].program_date_time.timestamp() * 1000 == 1_790_000_000_000
    entry = m3u8.loads(station.packager.entry().decode())
    info = entry.playlists[0].stream_info
    assert (info.codecs, info.resolution, info.frame_rate) == ("avc1.640015,mp4a.40.2", (320, 180), 25.0)
    assert info.bandwidth == 4 * 8 * 5
    assert entry.playlists[0].uri == "main.m3u8"


changes = st.one_of(
    st.tuples(st.just("parts"), st.integers(1, 30)),
    st.tuples(st.just("crash"), st.none()),
    st.tuples(st.just("switch"), st.integers(1, 4)),
    st.tuples(st.just("init"), st.none()),
    st.tuples(st.just("take_back"), st.integers(1, 20)),
)


@pytest.mark.timeout(60)
@settings(max_examples=150, deadline=None)
@given(st.lists(changes, min_size=3, max_size=25), st.sampled_from([8_000, 20_000]))
def test_no_playlist_contradicts_the_one_before(evening: list[tuple[str, int]], window_ms: int) -> None:
    station = Station(window_ms=window_ms)
    before = None
    jump = False
    for what, value in evening:
        if what == "switch":
            station.part(duration_ms=value * 40)
            station.live, station.in_gop = not station.live, 0
        elif what == "init":
            station.init, station.in_gop = OTHER if station.init is samples.INIT else samples.INIT, 0
        elif what == "crash":
            jump, station.in_gop = True, 0
        elif what == "take_back":
            if station.packager.position() is None:
                continue
            station.packager.take_back(station.clock.now_ms() - value * 1000)
            jump, station.in_gop = True, 0
        for _ in range(value if what == "parts" else 1):
            station.part(jump=jump)
            jump = False
            text = station.packager.media().decode()
            before = check(text, before)
            assert before.hint == station.packager.part_name(*station.packager.position())
            held_ms = sum(float(s.duration) for s in m3u8.loads(text).segments if s.uri) * 1000
            assert held_ms <= window_ms + 2000 + 200
    assert len(station.packager._stock) <= 2 * (window_ms // 200 + 20)


@pytest.mark.parametrize("leaves", [1, 7, 30])
def test_the_discontinuity_number_is_right_when_segments_leave(leaves: int) -> None:
    station = Station(window_ms=6000)
    start = None
    for _ in range(leaves):
        station.part(jump=True)
        station.full(4)
        seen = check(station.packager.media().decode())
        start = min(seen.discontinuity.values()) if start is None else start
    # one jump for each part with it, but the very first: there was nothing to jump from
    assert max(seen.discontinuity.values()) == start + leaves - 1


def test_a_gap_is_told_and_its_files_are_gone() -> None:
    station = Station()
    station.full(25)
    had = [name for name in station.packager._stock._files if name[0] in "ps"]
    gone = station.packager.take_back(station.clock.now_ms() - 3000)
    assert gone
    assert all(station.packager.file(name) is None for name in gone)
    kept = [name for name in had if name not in gone]
    assert all(station.packager.file(name) is not None for name in kept)
    text = station.packager.media().decode()
    station.part(jump=True)
    assert text.count("#EXT-X-GAP") == 2
    assert check(station.packager.media().decode(), check(text)).gaps


def test_slates_are_never_taken_back() -> None:
    station = Station()
    station.live = False
    station.full(10)
    assert station.packager.take_back(0) == []


def test_a_player_may_ask_for_what_comes_next_and_no_further() -> None:
    station = Station()
    station.full(12)
    packager = station.packager
    msn, number = packager.position()
    assert number == 2
    assert packager.holds(msn, 1)
    assert not packager.holds(msn, 2)
    assert packager.holds(msn - 1, None)
    assert not packager.holds(msn, None)
    assert packager.holds(msn - 1, 10), "beyond the end of a finished segment means the next one's first part"
    assert not packager.too_far(msn + 2, 0)
    assert packager.too_far(msn + 3, 0)
    assert packager.too_far(msn, 2 + 15)
    station.full(8)
    assert packager.position() == (msn + 1, 0)
    assert not packager.holds(msn, 10)
    assert packager.hinted() == packager.part_name(msn + 1, 0)


def test_facts_come_with_their_media_and_keep_their_date() -> None:
    station = Station(window_ms=6000)
    start_ms = station.clock.now_ms()
    marks = [
        Mark("1", "speaker", start_ms + 100, (("X-NAME", 'Jan "de" Vries\n'),)),
        Mark("2", "speaker", start_ms + 5000),
    ]
    station.packager.set_facts_track(lambda first_ms, end_ms: marks)
    station.full(10)
    text = station.packager.media().decode()
    assert text.count("#EXT-X-DATERANGE") == 1
    assert "X-NAME=\"Jan 'de' Vries \"" in text
    dates = [line.partition("START-DATE=")[2][:27] for line in text.splitlines() if "DATERANGE" in line]
    assert dates == [f'"{iso(1_790_000_000_100)}",'[:27]]
    station.full(60)
    text = station.packager.media().decode()
    assert text.count("#EXT-X-DATERANGE") == 2
    assert iso(1_790_000_000_100) in text


def test_the_past_leaves_memory() -> None:
    station = Station(window_ms=6000)
    station.full(400)
    assert len(station.packager._stock) < 120
    assert len(station.packager._segments) <= 5


def test_sequence_numbers_and_names_survive_a_restart() -> None:
    station = Station()
    station.full(30)
    last = check(station.packager.media().decode())
    station.clock.advance(10_000)
    again = Packager(station.settings, station.clock)
    again.publish(samples.part(station.clock.now_ms()))
    first = check(again.media().decode())
    assert first.first_msn > max(last.uris)
    assert 10_000 > max(first.discontinuity.values()) > max(last.discontinuity.values())
    assert not {uri for uris in first.parts.values() for uri in uris} & {
        uri for uris in last.parts.values() for uri in uris
    }


def test_text_from_outside_cannot_break_a_line() -> None:
    assert quoted('a"b\r\nc\x00d') == '"a\'b  c d"'
