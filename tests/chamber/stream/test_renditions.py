"""Several renditions behind one gate: the same segments everywhere, and playlists that strict parsers read."""

import os
import random
import signal
import subprocess
from collections.abc import Callable
from dataclasses import replace

import m3u8
import pytest

from chamber.stream.fmp4 import Fmp4Parser, Fragment, Header
from chamber.stream.packager import Copy, Init, Packager, Part
from chamber.stream.settings import StreamSettings
from drivers.ffmpeg.locate import Ffmpeg
from tests.chamber.stream import samples
from tests.chamber.stream.greedy import Greedy, barcodes, pictures
from tests.chamber.stream.rules import check
from tests.chamber.stream.strict import check_delta, judge
from tests.conftest import ManualClock
from tests.until import until

ALL = ("source", "360p", "sound")
NAMES = ("main", "low", "sound")


class Station:
    """Publishes parts in three renditions."""

    def __init__(self, **options: object) -> None:
        self.clock = ManualClock()
        self.packager = Packager(replace(samples.settings(), renditions=ALL, **options), self.clock)  # type: ignore[arg-type]
        self.set_up, self.in_gop, self.live = 0, 0, True
        self.texts: dict[str, list[str]] = {name: [] for name in NAMES}

    def part(self, *, jump: bool = False, duration_ms: int = 200) -> Part:
        self.clock.advance(duration_ms)
        independent = jump or self.in_gop % 5 == 0
        self.in_gop = 1 if independent else self.in_gop + 1
        others = tuple(Copy(n, f"{n} part".encode(), Init(f"{n}{self.set_up}".encode(), n)) for n in NAMES[1:])
        one = samples.part(
            self.clock.now_ms() - duration_ms, duration_ms, independent=independent, live=self.live, discontinuity=jump
        )
        one = replace(one, others=others, init=Init(f"main{self.set_up}".encode(), "avc1.640015,mp4a.40.2"))
        self.packager.publish(one)
        self.keep()
        return one

    def keep(self) -> None:
        for name in NAMES:
            whole = (self.packager.media(name) or b"").decode()
            self.texts[name].append(whole)
            check_delta(whole, (self.packager.media(name, skip=True) or b"").decode())


def test_an_evening_of_trouble_is_valid_everywhere() -> None:
    """Closing, reopening, taking back, a new encoder, a step of the clock, roll-over; seen by three judges."""
    chance = random.Random(7)
    station = Station(window_ms=20_000)
    for _ in range(40):
        what = chance.choice(["parts", "parts", "close", "take_back", "set_up", "step"])
        jump = False
        if what == "close":
            station.part(duration_ms=chance.choice([40, 80, 160]))
            station.live, station.in_gop = not station.live, 0
        elif what == "take_back":
            station.packager.take_back(station.clock.now_ms() - chance.randrange(500, 8000))
            station.keep()
            jump = True
        elif what == "set_up":
            station.set_up += 1
            station.in_gop = 0
        elif what == "step":
            station.clock._wall_ms += chance.choice([-3000, 3000])
            jump = True
        for _ in range(chance.randrange(1, 25)):
            station.part(jump=jump)
            jump = False
    for _ in range(100):
        station.part()
    for name in NAMES:
        before = None
        for text in station.texts[name]:
            before = check(text, before)
    step = max(1, len(station.texts["main"]) // 150)
    judge(text for name in NAMES for text in station.texts[name][::step])
    deltas = [station.packager.media(name, skip=True).decode() for name in NAMES]
    assert all(one["skip"] for one in judge(deltas))


def test_renditions_are_aligned_and_report_on_each_other() -> None:
    station = Station()
    for _ in range(57):
        station.part()
    plain = {name: station.packager.media(name).decode() for name in NAMES}
    shapes = {
        tuple(line.replace(f"-{name}.", ".") for line in text.splitlines() if "REPORT" not in line)
        for name, text in plain.items()
    }
    assert len(shapes) == 1, "segments, parts or dates differ"
    msn, number = station.packager.position()
    for name, text in plain.items():
        reports = [line for line in text.splitlines() if "REPORT" in line]
        assert len(reports) == 2
        assert not any(f'"{name}.m3u8"' in line for line in reports)
        assert all(f"LAST-MSN={msn},LAST-PART={number - 1}" in line for line in reports)
        hint = station.packager.hinted(name)
        assert station.packager.promises(hint)
        assert hint in text


def test_the_entry_says_what_each_rendition_is() -> None:
    station = Station(height=720, width=1280)
    for _ in range(30):
        station.part()
    text = station.packager.entry().decode()
    (read,) = judge([text])
    assert [variant[0] for variant in read["variants"]] == ["main.m3u8", "low.m3u8", "sound.m3u8"]
    loaded = m3u8.loads(text).playlists
    assert [one.stream_info.resolution for one in loaded] == [(1280, 720), (640, 360), None]
    assert [one.stream_info.codecs for one in loaded] == ["avc1.640015,mp4a.40.2", "low", "sound"]
    assert all(one.stream_info.bandwidth > 0 for one in loaded)


def test_what_is_taken_back_is_gone_in_every_rendition() -> None:
    station = Station()
    for _ in range(25):
        station.part()
    gone = station.packager.take_back(station.clock.now_ms() - 1500)
    assert {name.rpartition("-")[2] for name in gone} >= {"low.m4s", "sound.m4s"}
    assert len(gone) % 3 == 0
    assert all(station.packager.file(name) is None for name in gone)


def test_a_set_up_can_be_taken_apart() -> None:
    assert samples.HEADER.of(1, 2) is samples.HEADER
    assert StreamSettings(samples.settings().run_dir, 960, 540, renditions=ALL).small == (640, 360)
    assert StreamSettings(samples.settings().run_dir, 1024, 768, renditions=ALL).small == (480, 360)
    assert StreamSettings(samples.settings().run_dir, 960, 540).small is None


@pytest.mark.media
@pytest.mark.timeout(60)
async def test_a_real_encoder_makes_all_of_them_and_closing_closes_all(make_rig: Callable, program: Ffmpeg) -> None:
    rig = await make_rig(renditions=ALL, small_height=90)
    async with Greedy(rig.client) as greedy:
        rig.controller.set("open")
        await until(lambda: rig.live_parts >= 6)
        pressed_ms = rig.controller.set("suspended")
        await until(lambda: rig.controller.known["legs"]["video"] == "slate", timeout_s=1.0)
        reopened_ms = rig.controller.set("open")
        before = rig.live_parts
        await until(lambda: rig.live_parts >= before + 3)
        os.kill(rig.encoders[-1].pid, signal.SIGKILL)
        await until(lambda: rig.controller.known["encoder_restarts"] == 1)
        before = rig.live_parts
        await until(lambda: rig.live_parts >= before + 6)
        await greedy.settle()
    greedy.check_playlists()
    for rendition in ("low", "sound"):
        copies = [next(copy for copy in part.others if copy.name == rendition) for part in rig.parts]
        assert len({copy.init.data for copy in copies}) == 1, "the slate's set-up differs from the live one"
        data = copies[0].init.data + b"".join(copy.data for copy in copies)
        reader = Fmp4Parser()
        header, *fragments = reader.feed(data)
        assert isinstance(header, Header)
        kinds = {track.kind for track in header.tracks}
        assert kinds == ({"video", "audio"} if rendition == "low" else {"audio"})
        told = [piece for piece in fragments if isinstance(piece, Fragment)]
        for kind in kinds:
            ends = {}
            for piece in (piece for piece in told if piece.kind == kind):
                assert piece.time == ends.get(kind, piece.time), "the timeline has a hole"
                ends[kind] = piece.time + piece.duration
        if rendition == "low":
            for part, copy in zip(rig.parts, copies, strict=True):
                pieces = [piece for piece in fragments_of(copy) if piece.kind == "video"]
                assert sum(len(piece.samples) for piece in pieces) * 40 == part.duration_ms
                assert pieces[0].independent == part.independent
            seen = small_barcodes(program.path, data)
            assert any(value <= pressed_ms & 0xFFFFFFFF for value in seen)
            assert any(value >= reopened_ms & 0xFFFFFFFF for value in seen)
            assert not [v for v in seen if pressed_ms & 0xFFFFFFFF < v < (reopened_ms + 300) & 0xFFFFFFFF]
        else:
            assert complaints(program.path, data) == b""
    assert barcodes(program.path, rig.parts[0].init.data + b"".join(part.data for part in rig.parts))


def fragments_of(copy: Copy) -> list[Fragment]:
    reader = Fmp4Parser()
    return [piece for piece in reader.feed(copy.init.data + copy.data) if isinstance(piece, Fragment)]


def complaints(ffmpeg: str, data: bytes) -> bytes:
    """What a decoder says of it."""
    argv = [ffmpeg, "-v", "error", "-i", "pipe:0", "-f", "null", "-"]
    return subprocess.run(argv, input=data, capture_output=True, timeout=15, check=True).stderr


def small_barcodes(ffmpeg: str, data: bytes) -> list[int]:
    """Barcodes of a picture of another size, brought back to the size that the reader knows."""
    done = subprocess.run(
        [ffmpeg, "-v", "error", "-i", "pipe:0", "-map", "0", "-c:a", "copy", "-vf", "scale=320:180:flags=neighbor", "-c:v", "libx264", "-qp", "10", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov", "pipe:1"],
        input=data, capture_output=True, timeout=30, check=True,
    )  # fmt: skip
    assert pictures(ffmpeg, done.stdout)
    return barcodes(ffmpeg, done.stdout)
