"""What ffmpeg says: cut into lines however it comes, bounded, and without passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffmpeg.progress import LINE_CHARS, LINES, Complaints, redacted


@given(st.lists(st.binary(max_size=60)))
def test_chunking_never_matters(chunks: list[bytes]) -> None:
    one, many = Complaints(), Complaints()
    one.feed(b"".join(chunks))
    for chunk in chunks:
        many.feed(chunk)
    assert one.text() == many.text()


@given(st.binary(max_size=20_000))
def test_it_stays_small_and_printable(noise: bytes) -> None:
    complaints = Complaints()
    for _ in range(5):
        complaints.feed(noise)
    text = complaints.text()
    assert len(text) <= (LINES + 1) * (LINE_CHARS + 3)
    assert text.isprintable()


def test_the_last_lines_are_kept() -> None:
    complaints = Complaints()
    complaints.feed(b"".join(b"line %d\n" % n for n in range(100)) + b"frame=1\rframe=2\runfinished")
    assert complaints.text().endswith("line 99 | frame=1 | frame=2 | unfinished")
    assert "line 80" not in complaints.text()


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://admin:geheim@10.0.0.4/stream: 401 Unauthorized",
        "srt://10.0.0.4:9000?mode=caller&passphrase=geheim&latency=200",
        "http://camera/video?user=admin&password=geheim",
        "rtsp://geheim@host/x and rtsp://a:geheim@other/y",
    ],
)
def test_no_password_is_ever_shown(text: str) -> None:
    assert "geheim" not in redacted(text)
    complaints = Complaints()
    complaints.feed(text.encode())
    assert "geheim" not in complaints.text()
    assert complaints.text()


def test_what_is_no_secret_stays() -> None:
    assert redacted("udp://239.1.1.1:5000: no route, e-mail a@b") == "udp://239.1.1.1:5000: no route, e-mail a@b"
