"""The writer of parts: read back by our reader, and a timeline on which sound never wanders off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.stream.fmp4 import BrokenMp4Error, Fmp4Parser, Fragment, Header, Sample, Track
from chamber.stream.mux import AAC_SAMPLES, Timeline
from tests.chamber.stream import samples

coded = st.binary(min_size=1, max_size=60)


def _read(part: bytes, header: Header) -> list[Fragment]:
    parser = Fmp4Parser()
    parser._header = header
    return parser.feed(part)


@given(st.lists(coded, min_size=1, max_size=12), st.lists(coded, max_size=30), st.booleans())
def test_what_was_written_is_read(video: list[bytes], audio: list[bytes], key: bool) -> None:
    pictures = tuple(Sample(data, 512, key and n == 0) for n, data in enumerate(video))
    blocks = tuple(Sample(data, AAC_SAMPLES, True) for data in audio)
    timeline = Timeline()
    part = timeline.part(samples.HEADER, pictures, blocks)
    fragments = {piece.kind: piece for piece in _read(part, samples.HEADER)}
    assert fragments["video"].time == 25 * 512
    assert fragments["video"].independent == key
    assert [s.data for s in fragments["video"].samples] == video
    assert fragments["video"].duration == 512 * len(video)
    if audio:
        assert fragments["audio"].time == 48000 - 1024
        assert [s.data for s in fragments["audio"].samples] == audio
    assert (timeline.frames, timeline.samples) == (25 + len(video), 48000 - 1024 + 1024 * len(audio))


@given(st.lists(st.integers(1, 12), min_size=1, max_size=60))
def test_silence_keeps_within_half_a_block_of_the_pictures(parts: list[int]) -> None:
    timeline = Timeline()
    for frames in parts:
        blocks = timeline.silence_for(frames)
        timeline.part(samples.HEADER, samples.pictures(frames, key=True), samples.sound(blocks))
        assert abs(timeline.sound_lead()) <= AAC_SAMPLES // 2


@given(st.integers(-5000, 5000))
def test_a_jump_puts_both_together_and_never_goes_back(lead: int) -> None:
    timeline = Timeline(frames=100, samples=100 * 1920 - AAC_SAMPLES + lead)
    timeline.jump()
    assert timeline.sound_lead() == 0
    assert timeline.frames >= 100
    assert timeline.samples >= 100 * 1920 - AAC_SAMPLES + lead


def test_a_timescale_that_cannot_say_a_frame_is_refused() -> None:
    odd = Header(b"", (Track(1, "video", 90001, "avc1"), Track(2, "audio", 48000, "mp4a")))
    with pytest.raises(BrokenMp4Error, match="timescales"):
        Timeline().part(odd, samples.pictures(1, key=True), ())
