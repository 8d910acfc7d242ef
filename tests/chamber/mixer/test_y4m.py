"""Headers of YUV4MPEG2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.mixer.y4m import Y4mHeader, parse_header


@pytest.mark.parametrize(
    "line",
    [
        b"YUV4MPEG2 W960 H540 F25:1 Ip A1:1 C420jpeg",
        b"YUV4MPEG2 W960 H540 F25:1 C420mpeg2 XYSCSS=420MPEG2",
        b"YUV4MPEG2 H540 W960 F25:1",
    ],
)
def test_sizes_are_read(line: bytes) -> None:
    assert parse_header(line) == Y4mHeader(960, 540)
    assert parse_header(line).frame_bytes == 960 * 540 * 3 // 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"RIFF....", "no YUV4MPEG2"),
        (b"YUV4MPEG2 W960 F25:1", "no size"),
        (b"YUV4MPEG2 W-1 H540", "no size"),
        (b"YUV4MPEG2 W959 H540", "odd"),
        (b"YUV4MPEG2 W99998 H540", "too large"),
        (b"YUV4MPEG2 W960 H540 C444", "4:2:0"),
        (b"YUV4MPEG2 W960 H540 C420p10", "4:2:0"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(line: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_header(line)


@given(st.binary(max_size=300))
def test_noise_is_refused_and_nothing_else_escapes(noise: bytes) -> None:
    for line in (noise, b"YUV4MPEG2 " + noise):
        try:
            header = parse_header(line)
        except ValueError:
            continue
        assert 0 < header.width <= 4096
