"""Wishes as they come over the socket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.labels import SLATES
from chamber.mixer.wish import BarText, Wish, parse_wish

EXAMPLE = {
    "programme": "cam1", "inset": "cam2", "slate": "begin", "slate_text": "Geschorst, verder om 21:15",
    "bar": {"name": "Jan Jansen", "detail": "Fractie"}, "mute": False, "cut_id": 12,
}  # fmt: skip


def test_the_example_of_the_contract() -> None:
    bar = BarText("Jan Jansen", "Fractie")
    assert parse_wish(EXAMPLE) == Wish("cam1", "cam2", "begin", "Geschorst, verder om 21:15", bar, False, 12)


def test_what_is_empty_is_absent() -> None:
    wish = parse_wish({"programme": "", "slate": None, "slate_text": "", "bar": {"name": " ", "detail": "\n"}})
    assert wish == Wish(mute=False)


def test_an_unknown_slate_is_still_a_slate() -> None:
    wish = parse_wish(EXAMPLE | {"slate": "sneeuw"})
    assert wish
    assert wish.slate == "fault"


@pytest.mark.parametrize(
    "wrong",
    [
        {"programme": 3},
        {"inset": 3},
        {"mute": "no"},
        {"cut_id": "12"},
        {"cut_id": True},
        {"bar": "Jan"},
        {"bar": {"detail": "x"}},
        {"slate": 1},
    ],
)
def test_a_malformed_wish_is_none(wrong: dict[str, object]) -> None:
    assert parse_wish(EXAMPLE | wrong) is None


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*EXAMPLE, "name", "detail"]), inner),
    max_leaves=12,
)


@given(json)
def test_noise_never_raises_and_text_is_bounded(raw: object) -> None:
    wish = parse_wish(raw)
    if wish:
        assert wish.slate is None or wish.slate in SLATES
        assert all(len(text or "") <= 120 for text in (wish.programme, wish.slate_text, wish.bar and wish.bar.name))
