"""Is what residents get all right? Pure: what was seen goes in, one verdict comes out. Red needs two signs.

All times are milliseconds on one monotonic clock; None is "never yet".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

AWAY_MS = 6000
SLATE_MS = 8000
QUIET_MS = 8000
LONG_QUIET_MS = 60_000
STILL_MS = 15_000
LONG_STILL_MS = 60_000
"""A slide of a presentation stands still too."""
LEAK_MS = 2000
SETTLE_MS = 4000
"""Facts and media of one moment reach a viewer this far apart at most."""
LATE_MS = 20_000
START_MS = 12_000
GAP_MS = 1500
"""Movement or sound with pauses shorter than this counts as going on."""

DARK = frozenset({"planned", "published"})
Level = Literal["green", "amber", "red", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to tell; `code` is stable, `fine` when nothing is wrong; signs are keys of `labels.SIGNS`."""

    level: Level
    code: str
    since_ms: int | None = None
    signs: tuple[str, ...] = ()


@dataclass(slots=True)
class Going:
    """Since when, and until when, something went on without a pause worth the name."""

    since_ms: int | None = None
    last_ms: int | None = None

    def seen(self, at_ms: int) -> None:
        """It was so at this time."""
        if self.last_ms is None or at_ms - self.last_ms > GAP_MS:
            self.since_ms = at_ms
        self.last_ms = at_ms

    def lasts_ms(self, now_ms: int) -> int:
        """For how long it has been going on; 0 when it has stopped."""
        if self.since_ms is None or self.last_ms is None or now_ms - self.last_ms > GAP_MS:
            return 0
        return self.last_ms - self.since_ms


@dataclass(slots=True)
class Seen:
    """Everything a watcher has seen; who reads the network writes it, `judge` reads it."""

    started_ms: int
    # network
    media_ms: int | None = None
    """When something new could last be fetched and decoded."""
    fresh_ms: int | None = None
    """When a new connection of its own last found the playlist further than before."""
    facts_ms: int | None = None
    page_ms: int | None = None
    blind_ms: int | None = None
    """Since when the address that must always answer does not either; None while it does, or there is none."""
    delay_ms: int | None = None
    late_since_ms: int | None = None
    # facts of /now
    state: str | None = None
    state_ms: int = 0
    live: bool = False
    live_ms: int = 0
    speaker: bool = False
    speaker_ms: int = 0
    # media
    moving: Going = field(default_factory=Going)
    sound: Going = field(default_factory=Going)

    def facts(self, state: str, live: bool, speaker: bool, now_ms: int) -> None:
        """`/now` was read."""
        if state != self.state:
            self.state, self.state_ms = state, now_ms
        if live != self.live or self.facts_ms is None:
            self.live, self.live_ms = live, now_ms
        if speaker != self.speaker or self.facts_ms is None:
            self.speaker, self.speaker_ms = speaker, now_ms
        self.facts_ms = now_ms

    def delayed(self, delay_ms: int, now_ms: int) -> None:
        """The newest picture is so old by its own date."""
        self.delay_ms = delay_ms
        if delay_ms <= LATE_MS:
            self.late_since_ms = None
        elif self.late_since_ms is None:
            self.late_since_ms = now_ms


def _since(at_ms: int | None, seen: Seen) -> int:
    return seen.started_ms if at_ms is None else at_ms


def _old(at_ms: int | None, seen: Seen, now_ms: int, limit_ms: int) -> bool:
    return now_ms - _since(at_ms, seen) > limit_ms


def _weigh(code: str, since_ms: int, signs: dict[str, bool]) -> Verdict:
    found = tuple(name for name, so in signs.items() if so)
    return Verdict("red" if len(found) >= 2 else "amber", code, since_ms, found)


def _away(seen: Seen, now_ms: int) -> Verdict | None:
    no_media = _old(seen.media_ms, seen, now_ms, AWAY_MS)
    no_facts = _old(seen.facts_ms, seen, now_ms, AWAY_MS)
    if seen.state in DARK and not no_facts:
        return None
    if not no_media:
        no_page = _old(seen.page_ms, seen, now_ms, START_MS)
        since_ms = _since(seen.facts_ms if no_facts else seen.page_ms, seen)
        return Verdict("amber", "page", since_ms, ("no_facts",)) if no_facts or no_page else None
    no_fresh = _old(seen.fresh_ms, seen, now_ms, AWAY_MS)
    signs = {"no_media": True, "no_facts": no_facts, "no_fresh": no_fresh}
    return _weigh("away", _since(seen.media_ms, seen), signs)


def _leak(seen: Seen, now_ms: int) -> Verdict | None:
    if seen.state in {None, "open"} or now_ms - seen.state_ms < SETTLE_MS:
        return None
    moving = seen.moving.lasts_ms(now_ms) >= LEAK_MS
    heard = seen.sound.lasts_ms(now_ms) >= LEAK_MS
    if not (moving or heard):
        return None
    begun = [going.since_ms for going in (seen.moving, seen.sound) if going.lasts_ms(now_ms) and going.since_ms]
    return _weigh("leak", max(min(begun), seen.state_ms), {"not_open": True, "moving": moving, "heard": heard})


def _slate(seen: Seen, now_ms: int) -> Verdict | None:
    if seen.state != "open" or now_ms - seen.state_ms < SLATE_MS:
        return None
    not_live = not seen.live and now_ms - seen.live_ms >= SLATE_MS
    if not not_live:
        return None
    still = _old(seen.moving.last_ms, seen, now_ms, SETTLE_MS)
    silent = _old(seen.sound.last_ms, seen, now_ms, SETTLE_MS)
    return _weigh("slate", max(seen.live_ms, seen.state_ms), {"not_live": True, "still": still, "silent": silent})


def _picture_and_sound(seen: Seen, now_ms: int) -> Verdict | None:
    """While residents should see and hear the hall."""
    if seen.state != "open" or not seen.live:
        return None
    begin_ms = max(seen.live_ms, seen.state_ms)
    moved_ms, heard_ms = max(begin_ms, seen.moving.last_ms or 0), max(begin_ms, seen.sound.last_ms or 0)
    quiet_ms, still_ms = now_ms - heard_ms, now_ms - moved_ms
    named = seen.speaker and now_ms - max(seen.speaker_ms, heard_ms) >= QUIET_MS
    silent, still = quiet_ms >= QUIET_MS, still_ms >= STILL_MS
    if still and silent:
        return _weigh("frozen", max(moved_ms, heard_ms), {"still": True, "silent": True, "named": named})
    if silent and (named or quiet_ms >= LONG_QUIET_MS):
        return _weigh("silent", heard_ms, {"silent": True, "named": named})
    return Verdict("amber", "still", moved_ms, ("still",)) if still_ms >= LONG_STILL_MS else None


def _late(seen: Seen, now_ms: int) -> Verdict | None:
    since_ms = seen.late_since_ms
    late = since_ms is not None and now_ms - since_ms > AWAY_MS
    return Verdict("amber", "late", since_ms, ("late",)) if late else None


RULES: tuple[Callable[[Seen, int], Verdict | None], ...] = (_leak, _away, _slate, _picture_and_sound, _late)


def _findings(seen: Seen, now_ms: int) -> Iterator[Verdict]:
    for rule in RULES:
        found = rule(seen, now_ms)
        if found is not None:
            yield found


def judge(seen: Seen, now_ms: int) -> Verdict:
    """The gravest thing that is so now; earlier rules win over later ones of the same level."""
    if seen.blind_ms is not None:
        return Verdict("unknown", "blind", seen.blind_ms)
    waiting = seen.media_ms is None or seen.facts_ms is None
    if waiting and now_ms - seen.started_ms < START_MS and seen.state not in DARK:
        return Verdict("unknown", "looking")
    found = list(_findings(seen, now_ms))
    gravest = next((one for one in found if one.level == "red"), None) or next(iter(found), None)
    return gravest or Verdict("green", "fine")
