"""Two-step orders and held keys: pure decisions about when a press counts."""

from dataclasses import dataclass
from enum import Enum

CONFIRM_WITHIN_MS = 5000
CONFIRM_AFTER_MS = 800
"""A held key starts to repeat within 0.7 s on every desktop, so a second press sooner than this may be no press."""
REPEAT_MS = 300
"""Presses of one key closer together than this are a held or bouncing key."""


class Verdict(Enum):
    """What a press means."""

    DO = "do"
    ARM = "arm"
    TOO_QUICK = "too_quick"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Presses:
    """The last press and the half-given order, if any; times are monotonic ms."""

    last: str | None = None
    last_ms: int = 0
    armed: str | None = None
    armed_ms: int = 0


def press(presses: Presses, action: str, now_ms: int, *, two_step: bool) -> tuple[Presses, Verdict]:
    """Judge one press; any press of another action takes back a half-given order."""
    gap_ms = now_ms - presses.last_ms if presses.last == action else CONFIRM_WITHIN_MS
    if not two_step:
        verdict = Verdict.HELD if gap_ms < REPEAT_MS else Verdict.DO
        return Presses(action, now_ms), verdict
    if armed(presses, now_ms) != action:
        return Presses(action, now_ms, action, now_ms), Verdict.ARM
    if gap_ms < REPEAT_MS or now_ms - presses.armed_ms < CONFIRM_AFTER_MS:
        return Presses(action, now_ms, action, presses.armed_ms), Verdict.TOO_QUICK
    return Presses(action, now_ms), Verdict.DO


def armed(presses: Presses, now_ms: int) -> str | None:
    """The order that one more press would give, or None."""
    return presses.armed if presses.armed and now_ms - presses.armed_ms < CONFIRM_WITHIN_MS else None


def disarmed(presses: Presses) -> Presses:
    """The same without a half-given order."""
    return Presses(presses.last, presses.last_ms)
