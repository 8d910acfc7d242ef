"""Patterns of CONFIG: the useful ones pass, and none that passes can be kept busy."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chamber.core.patterns import LONGEST_LINE, LONGEST_PATTERN, bounded

USEFUL = [
    r"M(?P<seat>\d{4})",
    r"S(?P<seats>(?:\d{4})+)",
    r"mic_on (?P<seat>\d+)( .*)?",
    r"\$1(?P<seat>\d{4})",
    r"REP (?P<seat>\d{1,3}) MIC_STATUS ON",
    r"E6F1(?P<seat>[0-9A-F]{4})",
    r"(?:on|off) [^]x]{2}\)\|",
    r"a{1,4}?b*+",
    r"{\"mic\":(?P<seat>\d+)}",
    "",
]


@pytest.mark.parametrize("pattern", USEFUL)
def test_useful_patterns_are_taken(pattern: str) -> None:
    assert bounded(pattern).pattern == pattern


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a+)+b", "varies in itself"),
        ("(a|aa)*b", "varies in itself"),
        ("((a?b)c)*", "varies in itself"),
        ("(a?){30}", "varies in itself"),
        ("a?" * 30 + "a" * 30, "too many parts"),
        (".*.*.*.*x", "too many parts"),
        ("(?=a)b", "groups"),
        ("(?i)b", "groups"),
        (r"(a)\1", "refer back"),
        ("(", "no regular expression"),
        ("a{3000000000000}", "no regular expression"),
        ("x" * (LONGEST_PATTERN + 1), "longer than"),
    ],
)
def test_dangerous_patterns_are_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        bounded(pattern)


pieces = st.lists(
    st.sampled_from(["a", "b", ".", "(", ")", "(?:", "|", "*", "+", "?", "{2}", "{1,3}", "{0,}", "[ab]", r"\w", "??"]),
    max_size=14,
)


@settings(deadline=None)
@given(pieces)
def test_what_is_taken_never_runs_away(parts: list[str]) -> None:
    pattern = "".join(parts)
    try:
        compiled = bounded(pattern)
    except ValueError:
        return
    for line in ("a" * LONGEST_LINE, "ab" * (LONGEST_LINE // 2), "a" * (LONGEST_LINE - 1) + "!"):
        found = compiled.fullmatch(line)  # the time limit of every test is what it could break
        assert found is None or found[0] == line


@given(st.text(max_size=40))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        assert isinstance(bounded(text), re.Pattern)
    except ValueError as exc:
        assert str(exc)
