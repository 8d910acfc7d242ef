"""What a recording holds: media time against wall time, chapters, and the book as JSON."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chamber.stream.recording import Book, Chapter, Finished, Piece, Source, Told, as_json, chapters, from_json

ONE, TWO = ("1", "1", "Opening"), ("2", "4.11", "Motie vreemd")


def source(*pieces: tuple[int, int]) -> Source:
    return Source(1, 1, tuple(Piece(f"{wall_ms}.mp4", wall_ms, length) for wall_ms, length in pieces))


def test_media_time_leaves_out_what_was_cut() -> None:
    one = source((1000, 500), (1500, 200), (5000, 300))
    assert one.spans() == ((1000, 1700), (5000, 5300))
    assert [one.media_ms(ms) for ms in (0, 1000, 1650, 1700, 3000, 5100, 5300)] == [0, 0, 650, 700, 700, 800, None]
    assert one.duration_ms == 1000


def test_chapters_follow_the_items_and_none_is_empty() -> None:
    told = (Told(900, None), Told(1200, ONE), Told(2000, TWO), Told(3000, ONE), Told(5100, TWO))
    book = Book("m", "Raad", told=told)
    assert chapters(book, source((1000, 700), (5000, 300))) == (
        Chapter(0, 200, "Raad"),
        Chapter(200, 700, "1 Opening"),
        Chapter(700, 800, "1 Opening"),
        Chapter(800, 1000, "4.11 Motie vreemd"),
    )


def test_a_source_that_begins_in_the_middle_of_an_item_says_so() -> None:
    assert chapters(Book("m", "Raad", told=(Told(0, TWO),)), source((9000, 100)))[0].title == "4.11 Motie vreemd"


def test_the_same_item_is_noted_once() -> None:
    book = Book("m", "Raad").at_item(1, ONE).at_item(2, ONE).at_item(3, None).at_item(4, ONE)
    assert [told.wall_ms for told in book.told] == [1, 3, 4]


def test_a_source_without_pieces_is_none() -> None:
    book = Book("m", "Raad").with_source(source((0, 1)))
    assert book.next_number() == 2
    assert book.with_source(Source(1, 1)).sources == ()


pieces = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 5000)), max_size=6)


@given(pieces, st.lists(st.tuples(st.integers(0, 30_000), st.sampled_from([None, ONE, TWO])), max_size=6))
def test_books_survive_json_and_chapters_cover_everything(
    gaps: list[tuple[int, int]], items: list[tuple[int, tuple[str, str, str] | None]]
) -> None:
    at_ms, found = 0, []
    for gap_ms, length in gaps:
        found.append((at_ms := at_ms + gap_ms, length))
        at_ms += length
    one = Source(3, 2, source(*found).pieces, Finished("m-3.mp4", 5, "ab", 7), 1)
    told = tuple(Told(*pair) for pair in sorted(items, key=lambda pair: pair[0]))
    book = Book("m", "Raad", (one,), told, ended=True)
    assert from_json(json.loads(json.dumps(as_json(book)))) == book
    made = chapters(book, one)
    assert sum(chapter.to_ms - chapter.from_ms for chapter in made) == one.duration_ms
    assert all(earlier.to_ms == later.from_ms for earlier, later in pairwise(made))
