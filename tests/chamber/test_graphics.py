"""Name bars and slates: bounded text, even planes, safe area, contrast, glyphs."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFont

from chamber import graphics
from chamber.graphics import clean, name_bar, name_bar_png, slate, slate_png
from chamber.labels import SLATES

SIZES = [(640, 360), (960, 540), (1280, 720)]


def luminance(pixel: tuple[int, ...]) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [c / 255 for c in pixel[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@given(st.text(max_size=600))
def test_cleaned_text_is_one_bounded_line_without_control_characters(text: str) -> None:
    line = clean(text)
    assert len(line) <= graphics.TEXT_CHARS
    assert line == line.strip()
    assert line.isprintable()


def test_direction_marks_and_line_breaks_do_not_reach_the_screen() -> None:
    assert clean("Jan\u202e\x1b[31m\r\nJansen\u200b") == "Jan[31m Jansen"
    assert clean("Zoe\u0308") == "Zoë"
    assert clean("x" * 300).endswith("x…")


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("name", ["Jan Jansen", "M. van der Westerlaken-Oosterhuis tot Nijenhuis " * 4, "W" * 500])
def test_a_bar_stays_inside_the_safe_area_on_even_pixels(name: str, width: int, height: int) -> None:
    bar = name_bar(name, "Fractie " * 60, width, height)
    assert not (bar.left % 2 or bar.top % 2 or bar.width % 2 or bar.height % 2)
    assert bar.left >= 0.045 * width
    assert bar.left + bar.width <= 0.96 * width
    assert bar.top > height / 2
    assert bar.top + bar.height <= 0.93 * height
    assert bar.y.shape == bar.alpha.shape == (bar.height, bar.width)
    assert bar.u.shape == bar.v.shape == bar.alpha_half.shape == (bar.height // 2, bar.width // 2)


def test_blending_a_bar_never_leaves_sixteen_bits_and_gives_legal_values() -> None:
    bar = name_bar("Şükrü Çağlayan-İnan", "DENK", 960, 540)
    for frame in (0, 255):
        exact = frame * (256 - bar.alpha.astype(np.int64)) + bar.y.astype(np.int64) + 128
        assert exact.max() < 65536
    over_white = (235 * (256 - bar.alpha) + bar.y + 128) >> 8
    assert over_white.min() >= 16
    assert over_white.max() <= 236
    assert over_white[:, bar.width // 2].min() <= 52, "the ground stays dark over a white picture"


def test_a_bar_without_a_name_shows_its_detail_and_without_text_is_refused() -> None:
    assert name_bar("", "Inspreker", 960, 540).y.tobytes() == name_bar("Inspreker", "", 960, 540).y.tobytes()
    with pytest.raises(ValueError, match="needs a name"):
        name_bar(" \n", "", 960, 540)


def test_two_lines_are_higher_than_one_and_longer_names_wider() -> None:
    short = name_bar("Jan Jansen", "", 960, 540)
    assert name_bar("Jan Jansen", "Fractie", 960, 540).height > short.height
    assert name_bar("Jan Jansen van den Oosterhuis", "", 960, 540).width > short.width


def test_text_on_bar_and_slate_is_readable_for_everybody() -> None:
    bar = Image.open(io.BytesIO(name_bar_png("Jan Jansen", "Fractie", 960, 540)))
    white = Image.new("RGBA", bar.size, (255, 255, 255, 255))
    white.alpha_composite(bar)
    assert white.getpixel((700, 450)) == (255, 255, 255, 255), "the picture beside the bar is untouched"
    shown = white.crop(bar.getbbox()).convert("RGB").getcolors(1 << 20)
    assert shown is not None
    dark = max(shown)[1]
    assert isinstance(dark, tuple)
    assert contrast((202, 212, 224), dark) > 7
    picture = Image.open(io.BytesIO(slate_png(*SLATES["closed"], 960, 540, "Gemeente")))
    background = picture.getpixel((0, 0))
    assert isinstance(background, tuple)
    assert contrast((202, 212, 224), background) > 7


@pytest.mark.parametrize("character", "ëéèïöüáàâçñĲĳşŞğĞıİÇ€–’…")
def test_the_font_has_dutch_and_turkish_glyphs(character: str) -> None:
    font = graphics._font(40, 600)
    missing = font.getmask("\U0010fffd").getbbox(), bytes(font.getmask("\U0010fffd"))
    assert (font.getmask(character).getbbox(), bytes(font.getmask(character))) != missing


def test_the_font_is_not_drawn_at_its_lightest() -> None:
    def ink(font: ImageFont.FreeTypeFont) -> int:
        return sum(bytes(font.getmask("Raadsvergadering")))

    assert ink(graphics._font(40, 600)) > 1.1 * ink(graphics._font(40, 400)) > 1.2 * ink(graphics._font(40, 200))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_slate_is_a_whole_frame_of_legal_values_and_is_remembered(width: int, height: int) -> None:
    frame = slate(*SLATES["suspended"], width, height, "Gemeente")
    values = np.frombuffer(frame, np.uint8)
    assert values.size == width * height * 3 // 2
    assert values.min() >= 16
    assert values.max() <= 240
    assert slate(*SLATES["suspended"], width, height, "Gemeente") is frame


def test_slates_differ_by_title_line_and_organisation() -> None:
    frames = {slate(title, line, 640, 360) for title, line in SLATES.values()}
    assert len(frames) == len(SLATES)
    assert slate("A", "", 640, 360) != slate("A", "", 640, 360, "Gemeente")


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=25, deadline=None)
def test_any_text_gives_a_slate_and_a_bar(title: str, line: str) -> None:
    assert len(slate(title, line, 320, 180)) == 320 * 180 * 3 // 2
    if clean(title) or clean(line):
        assert name_bar(title, line, 320, 180).width <= 320


def test_odd_sizes_are_refused() -> None:
    for draw in (slate, name_bar, slate_png, name_bar_png):
        with pytest.raises(ValueError, match="even"):
            draw("a", "b", 641, 360)


def test_a_white_slate_pixel_has_the_luma_of_white() -> None:
    frame = np.frombuffer(slate("I" * 12, "", 640, 360), np.uint8)[: 640 * 360]
    assert 232 <= frame.max() <= 235
