"""Tells speaking from unmuted: a level, or the gain of a gate, with two thresholds and two times. Pure."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Speaking:
    """When an open channel counts as somebody who speaks.

    Attributes:
        by: "level" looks at the channel's level in dBFS, "gate" at the gain of its gate in dB.
        from_db: speech begins when this much is held for `attack_ms`.
        until_db: and ends when less than this has lasted `release_ms`; below `from_db`, so that nothing flutters.
    """

    by: Literal["level", "gate"]
    from_db: float
    until_db: float
    attack_ms: int = 100
    release_ms: int = 1500


def by_level(threshold_db: float) -> Speaking:
    """Speech is louder than `threshold_db`; it ends 6 dB below that."""
    return Speaking("level", threshold_db, threshold_db - 6.0)


BY_GATE = Speaking("gate", -3.0, -6.0, release_ms=500)
"""The desk's own gate decides: near 0 dB it is open. It has a hold time of its own."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What is known of one channel: whether somebody speaks, and since when the signal says the opposite."""

    speaking: bool = False
    against_since_ms: int | None = None


def hear(voice: Voice, signal_db: float, now_ms: int, how: Speaking) -> Voice:
    """Take in one meter value; values between the thresholds count for whatever is so already."""
    against = signal_db < how.until_db if voice.speaking else signal_db >= how.from_db
    if not against:
        return voice if voice.against_since_ms is None else Voice(voice.speaking)
    since_ms = now_ms if voice.against_since_ms is None else voice.against_since_ms
    if now_ms - since_ms >= (how.release_ms if voice.speaking else how.attack_ms):
        return Voice(not voice.speaking)
    return Voice(voice.speaking, since_ms)
