"""Captions as captioning companies and speech recognition deliver them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.imports.captions import Caption, read_captions
from chamber.imports.model import MOST_BYTES, ImportFailedError

WEBVTT = """\ufeffWEBVTT - gemaakt door een mens

STYLE
::cue { color: lime }

NOTE dit is een opmerking

kop
00:01.000 --> 00:03.500 line:0 align:start
<v Wil van den Geheim>Dank u <i>wel</i>,
voorzitter &amp; raad.

01:00:04.250 --> 01:00:05.000
Tot slot.

00:00:09.000 --> 00:00:09.000
niets

00:00:10.000 --> 00:00:11.000
<b></b>
"""
SRT = "1\r\n00:00:04,000 --> 00:00:05,000\r\nCaf\xe9\r\n\r\n2\r\n00:00:01,000 --> 00:00:03,500\r\n<i>Hallo</i>\r\ndaar\r\n\r\n"


def test_webvtt_without_marks_styles_and_names() -> None:
    assert read_captions(WEBVTT.encode()) == (
        Caption(1000, 3500, "Dank u wel,\nvoorzitter & raad."),
        Caption(3_604_250, 3_605_000, "Tot slot."),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_subrip_in_the_order_of_time(encoding: str) -> None:
    assert read_captions(SRT.encode(encoding)) == (Caption(1000, 3500, "Hallo\ndaar"), Caption(4000, 5000, "Café"))


def test_a_cue_that_never_ends_does() -> None:
    (cue,) = read_captions(b"WEBVTT\n\n00:01.000 --> 09:00:00.000\nwoord\n")
    assert cue.to_ms == 61_000


@pytest.mark.parametrize("content", [b"", b"WEBVTT\n", b"rommel", b"\x00\xff" * 50, b"1,2,3\n4,5,6\n", b"{}"])
def test_what_holds_no_captions_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(ImportFailedError, match="WebVTT"):
        read_captions(content)


def test_too_much_is_refused() -> None:
    with pytest.raises(ImportFailedError, match="te groot"):
        read_captions(b"x" * (MOST_BYTES + 1))
    many = "".join(f"00:00:01.000 --> 00:00:02.000\n{n}\n\n" for n in range(20_001))
    with pytest.raises(ImportFailedError, match="20001"):
        read_captions(f"WEBVTT\n\n{many}".encode())


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    for head in ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "1\n00:00:01,000 --> 00:00:02,000\n", ""):
        try:
            cues = read_captions((head + text).encode("utf-8", "surrogatepass"))
        except ImportFailedError:
            continue
        assert all(0 <= cue.from_ms < cue.to_ms and cue.text for cue in cues)
