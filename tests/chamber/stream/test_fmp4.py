"""The reader of fragmented MP4 against real encoders' bytes, any chunking, and damage."""

import os
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chamber.stream.encoder import Assembler
from chamber.stream.fmp4 import MAX_BOX_BYTES, BrokenMp4Error, Fmp4Parser, Fragment, Header
from drivers.ffmpeg import plan
from drivers.ffmpeg.locate import Ffmpeg
from tests.chamber.stream.programme import HEIGHT, SOUND_BYTES, WIDTH, barcode

FRAMES, GOP = 36, 10


def _encode(program: Ffmpeg) -> bytes:
    """What our own encoder command makes of 36 frames."""
    pictures, sound = os.pipe(), os.pipe()
    argv = plan.encoder(program.path, WIDTH, HEIGHT, GOP, pictures[0], sound[0])
    with subprocess.Popen(argv, stdout=subprocess.PIPE, pass_fds=(pictures[0], sound[0])) as process:
        os.close(pictures[0])
        os.close(sound[0])
        with open(sound[1], "wb") as to:
            to.write(bytes(SOUND_BYTES * 8))
            to.flush()
            with open(pictures[1], "wb") as frames:
                for number in range(FRAMES):
                    frames.write(barcode(number * 40))
                    if number >= 8:
                        to.write(bytes(SOUND_BYTES))
        assert process.stdout
        return process.stdout.read()


@pytest.fixture(scope="module")
def encoded(program: Ffmpeg) -> bytes:
    return _encode(program)


pytestmark = pytest.mark.media


def test_header_and_samples(encoded: bytes) -> None:
    header, *fragments = Fmp4Parser().feed(encoded)
    assert isinstance(header, Header)
    assert header.data.startswith(encoded[:32])
    assert header.codecs == "avc1.640014,mp4a.40.2"
    assert [(track.kind, track.timescale) for track in header.tracks] == [("video", 12800), ("audio", 48000)]
    video = [sample for piece in fragments if piece.kind == "video" for sample in piece.samples]
    audio = [sample for piece in fragments if piece.kind == "audio" for sample in piece.samples]
    assert [sample.key for sample in video] == [number % GOP == 0 for number in range(FRAMES)]
    assert len(audio) in (FRAMES * 1920 // 1024, FRAMES * 1920 // 1024 + 1, FRAMES * 1920 // 1024 + 2)
    assert all(piece.independent == piece.samples[0].key for piece in fragments)
    assert sum(len(sample.data) for sample in video + audio) < len(encoded)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_chunking_never_matters(encoded: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(encoded)), max_size=30)))
    parser = Fmp4Parser()
    pieces = [
        piece
        for start, end in zip([0, *cuts], [*cuts, len(encoded)], strict=True)
        for piece in parser.feed(encoded[start:end])
    ]
    assert pieces == Fmp4Parser().feed(encoded)


def test_byte_by_byte(encoded: bytes) -> None:
    parser = Fmp4Parser()
    some = encoded[:20_000]
    assert [piece for at in range(len(some)) for piece in parser.feed(some[at : at + 1])] == Fmp4Parser().feed(some)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 6000), junk=st.binary(min_size=1, max_size=8))
def test_damage_is_refused_or_harmless_never_a_crash(encoded: bytes, at: int, junk: bytes) -> None:
    damaged = encoded[:at] + junk + encoded[at + len(junk) :]
    parser = Fmp4Parser()
    try:
        pieces = parser.feed(damaged[:20_000])
    except BrokenMp4Error:
        return
    sizes = [len(s.data) for piece in pieces if isinstance(piece, Fragment) for s in piece.samples]
    assert sum(sizes) <= len(damaged)


@pytest.mark.parametrize(
    "wire",
    [
        b"\x00\x00\x00\x00mdat",
        b"\x00\x00\x00\x01mdat" + bytes(8),
        (MAX_BOX_BYTES + 1).to_bytes(4, "big") + b"mdat",
        b"\x00\x00\x00\x08mdat",
        b"\x00\x00\x00\x08what",
        b"\x00\x00\x00\x08moov",
        b"\x00\x00\x00\x10moov\x00\x00\x00\x08trak",
    ],
)
def test_wrong_boxes_are_refused(wire: bytes) -> None:
    header_is_useless = wire == b"\x00\x00\x00\x08moov"
    if header_is_useless:
        (header,) = Fmp4Parser().feed(wire)
        with pytest.raises(BrokenMp4Error, match="no video track"):
            header.track("video")
        return
    with pytest.raises(BrokenMp4Error):
        Fmp4Parser().feed(wire)


def test_parts_have_a_fixed_number_of_frames_and_know_their_capture(encoded: bytes) -> None:
    assembler = Assembler(5, GOP)
    for number in range(FRAMES):
        assembler.captured(1000 + number * 40)
    parts = assembler.feed(encoded)
    assert [len(part.video) for part in parts] == [5] * 7
    assert [part.capture_ms for part in parts] == [1000 + 200 * n for n in range(7)]
    assert [part.end_ms - part.capture_ms for part in parts] == [200] * 7
    assert [part.video[0].key for part in parts] == [True, False] * 3 + [True]


def test_more_frames_than_were_fed_is_a_fault(encoded: bytes) -> None:
    with pytest.raises(BrokenMp4Error, match="more frames out than in"):
        Assembler(5, GOP).feed(encoded)


def test_another_key_frame_distance_is_a_fault(encoded: bytes) -> None:
    assembler = Assembler(5, GOP * 2)
    for number in range(FRAMES):
        assembler.captured(number * 40)
    with pytest.raises(BrokenMp4Error, match="key frame distance"):
        assembler.feed(encoded)
