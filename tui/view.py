"""Turn what the controller sends into views: pure, and the one place where foreign text is made harmless."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chamber.wire import Change, LevelsView, StateView

TEXT_LIMIT = 400
"""Longest text of the controller that a screen keeps."""

_fields: dict[str, TypeAdapter[Any]] = {
    n: TypeAdapter[Any](f.annotation or Any) for n, f in StateView.model_fields.items()
}


class GarbledError(ValueError):
    """The controller said something that is not its own protocol: another version, or no controller at all."""


def harmless(value: Any) -> Any:
    """The value with every text free of control, bidi and invisible characters, and of bounded length."""
    if isinstance(value, str):
        text = value[:TEXT_LIMIT]
        return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    if isinstance(value, list):
        return [harmless(v) for v in value]
    if isinstance(value, dict):
        return {harmless(k): harmless(v) for k, v in value.items()}
    return value


def read(text: str, known: StateView | None) -> tuple[StateView, frozenset[str]]:
    """The view after a message, and which fields it renewed: all for the first one, `known` is None.

    A change that is older than what is known renews nothing.

    Raises:
        GarbledError: not JSON, or not a message of this version.
    """
    try:
        raw = harmless(json.loads(text))
        if known is None:
            return StateView.model_validate(raw), frozenset(_fields)
        change = Change.model_validate(raw)
        if change.seq < known.seq:
            return known, frozenset()
        changed = {name: _fields[name].validate_python(value) for name, value in change.changed.items()}
    except (ValidationError, ValueError, KeyError, RecursionError) as exc:
        raise GarbledError(str(exc)[:TEXT_LIMIT]) from exc
    return known.model_copy(update={**changed, "seq": change.seq}), frozenset(changed)


def only_levels(renewed: frozenset[str]) -> bool:
    """True when a message brought sound levels and nothing else."""
    return renewed == {"levels"}


def live(view: StateView) -> bool:
    """True while the public should be getting the hall."""
    return view.meeting.state == "open"


def big_word(view: StateView | None) -> str:
    """Key of the word in big letters: the state, or `slate` when an open meeting does not reach the public."""
    if view is None:
        return "unknown"
    return "slate" if live(view) and view.public.sees is False else view.meeting.state


def leaking(view: StateView) -> bool:
    """True when the public was read to see or hear the hall while it should not."""
    return view.meeting.state != "published" and not live(view) and bool(view.public.sees or view.public.hears)


def reaches_public(view: StateView) -> bool:
    """True when the programme is, or was read to be, with the public; never a comforting guess."""
    return live(view) or leaking(view)


def wrong_legs(view: StateView) -> list[str]:
    """Legs that were not (yet) read back as the state wants them."""
    right = {"open"} if live(view) else {"slate", "dark"}
    return [leg for leg, state in view.legs.items() if state not in right]


def silent(levels: LevelsView) -> bool:
    """True when the programme carries no sound that anybody would hear."""
    return levels.peak_dbfs <= -60.0
