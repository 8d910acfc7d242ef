"""Which kinds of entries there are, and what each may hold: ids, words, numbers; never a name or a sentence. Pure.

Two fields hold what a device or the system said about itself (`reason` of a failure, `order` that was refused); nothing
that a person typed or is called has a place here.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from chamber.core.domain import MeetingState, Mode, Phase, ShotKind

Test = Callable[[Any], bool]

DETAIL_CHARS = 200
LARGEST = 2**53
"""Largest whole number that every reader of JSON takes exactly."""


def _text(pattern: str) -> Test:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _maybe(test: Test) -> Test:
    return lambda value: value is None or test(value)


def _one_of(*words: str) -> Test:
    return lambda value: isinstance(value, str) and value in words


def _number(value: Any) -> bool:
    return type(value) is int and -LARGEST <= value <= LARGEST


def _flag(value: Any) -> bool:
    return type(value) is bool


def _detail(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= DETAIL_CHARS and value.isprintable()


def _moves(value: Any) -> bool:
    """Up to 200 times of [from, to, ms]."""
    return (
        isinstance(value, list | tuple)
        and len(value) <= 200
        and all(isinstance(move, list | tuple) and len(move) == 3 and all(map(_number, move)) for move in value)
    )


ID = _text(r"[a-z0-9][a-z0-9_-]{0,39}")
WORD = _text(r"[A-Za-z0-9_.:-]{0,60}")
TIME = _text(r"\d{1,2}:\d{2}")
CHOICE = _one_of("for", "against", "abstained", "absent")
QUESTION = _one_of("proposal", "amendment", "sub_amendment", "motion")
ABOUT = _one_of("note", "decision", "commitment")
MOST_ITEMS = 200
VOTE = _one_of("show_of_hands", "roll_call_vote", "secret_ballot")
OUTCOME = _one_of("adopted", "rejected", "tied", "deferred", "withdrawn")


def _ids(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_ITEMS and all(ID(one) for one in value)


STATE, MODE, PHASE, SHOT = (_one_of(*kind) for kind in (MeetingState, Mode, Phase, ShotKind))

KINDS: Mapping[str, Mapping[str, Test]] = {
    # the meeting
    "opening": {"account": WORD},
    "meeting": {"state": STATE, "reason": WORD, "resumes_at": _maybe(TIME), "session": _number, "account": WORD},
    "item": {"item": ID, "at_ms": _number, "account": WORD},
    "vote_begin": {"vote": VOTE, "item": _maybe(ID)},
    "vote": {
        "item": ID,
        "vote": VOTE,
        "question": QUESTION,
        "outcome": OUTCOME,
        "for_count": _maybe(_number),
        "against_count": _maybe(_number),
        "account": WORD,
    },
    "assign": {"seat": ID, "person": _maybe(ID), "account": WORD},
    "vote_cast": {"person": ID, "choice": CHOICE, "account": WORD},
    "ballot_total": {"person": _maybe(ID), "count": _number, "account": WORD},
    "agenda": {"items": _ids, "account": WORD},
    "joined": {"item": ID, "into": _maybe(ID), "account": WORD},
    "boundary": {"item": ID, "from_ms": _number, "at_ms": _number, "account": WORD},
    "attendance": {"person": ID, "present": _flag, "at_ms": _number, "account": WORD},
    "corrected": {"fragment": ID, "person": _maybe(ID), "account": WORD},
    "listed": {"fragment": ID, "listed": _flag, "account": WORD},
    "withheld": {"fragment": ID, "withheld": _flag, "account": WORD},
    "erased": {"person": ID, "account": WORD},
    "note": {"note": ID, "about": ABOUT, "account": WORD},
    "take_back": {"seconds": _number, "account": WORD},
    "taken_back": {"parts": _number},
    # what the director heard
    "started": {},
    "mic_opened": {"seat": ID, "priority": _flag},
    "mic_closed": {"seat": ID},
    "requested": {"seat": ID},
    "request_withdrawn": {"seat": ID},
    "camera_arrived": {"camera": ID, "preset": _number},
    "camera_failed": {"camera": ID, "preset": _number, "reason": _detail},
    "camera_lost": {"camera": ID, "reason": _detail},
    "camera_back": {"camera": ID},
    "camera_disturbed": {"camera": ID},
    "travels": {"camera": ID, "moves": _moves},
    "phase": {"phase": PHASE},
    "mode": {"mode": MODE},
    "shot_ordered": {"camera": _maybe(ID), "preset": _maybe(_number), "kind": SHOT},
    "proposal_accepted": {},
    "presentation": {"active": _flag},
    "chair_moved": {"seat": _maybe(ID)},
    "seat_privacy": {"seat": ID, "hide_picture": _flag, "hide_name": _flag},
    "pause": {"paused": _flag},
    "reset": {},
    # what it decided
    "recall": {"camera": ID, "preset": _number, "seat": _maybe(ID), "reason": WORD},
    "cut": {"camera": _maybe(ID), "preset": _maybe(_number), "shot": SHOT, "seat": _maybe(ID), "reason": WORD},
    "interjection": {"seat": ID, "from_ms": _number, "to_ms": _number, "by_chair": _flag},
    # devices and alarms
    "link": {"device": ID, "up": _flag, "reason": _detail},
    "order_refused": {"device": ID, "order": _detail, "reason": _detail},
    "preset_stored": {"camera": ID, "preset": _number, "account": WORD},
    "alarm": {"code": WORD, "key": WORD},
    "leg": {"leg": WORD, "carries": _one_of("open", "slate", "dark", "unknown"), "after_ms": _number},
    "silence_paused": {"seconds": _number, "account": WORD},
    # the journal about itself
    "repaired": {"bytes": _number},
    "broken": {"line": _number},
    "lost": {"entries": _number},
    "unlisted": {"what": WORD},
}


def tidy(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, with what a device said cut to `DETAIL_CHARS` and freed of what cannot be printed."""
    tests = KINDS.get(kind, {})
    return {
        name: "".join(char if char.isprintable() else " " for char in value[:DETAIL_CHARS])
        if tests.get(name) is _detail and isinstance(value, str)
        else value
        for name, value in fields.items()
    }


def trouble(kind: str, fields: Mapping[str, Any]) -> str | None:
    """Why an entry has no place in the journal, or None when it has one. Never repeats the value."""
    tests = KINDS.get(kind)
    if tests is None:
        return "this kind of entry is not in the schema"
    for name in fields.keys() - tests.keys():
        return f"{kind} has no field {name}"
    for name, test in tests.items():
        if name not in fields:
            return f"{kind} lacks the field {name}"
        if not test(fields[name]):
            return f"{kind}.{name} holds what the schema does not allow"
    return None
