"""What the director hears and decides can be noted, is allowed in a journal, and comes back as it was."""

from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.director import model as d
from chamber.core.domain import ShotKind
from chamber.core.noted import NAMES, decided, event_of, heard
from chamber.journal import schema

ids = st.sampled_from(("a", "raad04", "cam1"))
moves = st.lists(st.tuples(*[st.integers(0, 60_000)] * 3), max_size=200).map(tuple)
VALUES: dict[str, st.SearchStrategy[object]] = {
    "moves": moves,
    "seat": ids,
    "camera": ids,
    "reason": st.just("silent for 3 s"),
}


def _value(event: type, name: str) -> st.SearchStrategy[object]:
    if name in VALUES:
        return VALUES[name]
    return st.from_type(next(field.type for field in fields(event) if field.name == name))  # type: ignore[arg-type]


events = st.sampled_from(sorted(NAMES, key=lambda event: event.__name__)).flatmap(
    lambda event: st.builds(
        event,
        at_ms=st.integers(0, 10**9),
        **{
            f.name: st.integers(0, 99) if f.name == "preset" else _value(event, f.name)
            for f in fields(event)
            if f.name != "at_ms"
        },
    )
)


@given(events)
def test_every_event_comes_back(event: d.Event) -> None:
    noted = heard(event)
    assert noted is not None
    assert schema.trouble(*noted) is None
    assert event_of(*noted, event.at_ms) == event


def test_every_event_but_the_tick_is_noted() -> None:
    assert set(get_args(d.Event)) - set(NAMES) == {d.Ticked}
    assert heard(d.Ticked(1)) is None
    assert event_of("cut", {}, 1) is None


def test_what_no_event_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="siesta"):
        event_of("phase", {"phase": "siesta"}, 1)
    with pytest.raises(KeyError):
        event_of("mic_opened", {"seat": "a"}, 1)


def test_decisions_are_allowed_in_a_journal() -> None:
    why = d.Reason("speaker", "{seat} heeft het woord")
    for action in (
        d.Cut("cam1", 3, ShotKind.SPEAKER, "a", why), d.Recall("cam1", 3, None, why), d.Interjected("a", 1, 2, False),
    ):  # fmt: skip
        noted = decided(action)
        assert noted is not None
        assert schema.trouble(*noted) is None
    assert decided(d.HideBar()) is None
