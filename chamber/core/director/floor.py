"""Who has the floor: open microphones, the speakers' queue, and whom of those the picture belongs to."""

from collections.abc import Callable
from dataclasses import dataclass

from chamber.core.director.settings import ChairRule, Overlap, Settings, Takeover

LONG_AGO = -(10**9)
BREATH_MS = 1000
"""A microphone that follows the voice and opens again within this time belongs to the same contribution."""
CALLED_MS = 1500
"""Who opened at most this long before the chair is being called, and speaks next."""
SHORT_MS, SHARE, RATE = 1000, 0.25, 0.1
"""Openings this short are voices, not hands; when this share is, microphones follow the voice."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose picture is due (None: nobody speaks) and from when on a cut may be made.

    `again_ms`: by then it may be somebody else's, without any event. `together` are the seats of an overlap that asks
    for one picture of all.
    """

    seat: str | None
    from_ms: int = LONG_AGO
    again_ms: int | None = None
    returned: bool = False
    together: tuple[str, ...] = ()


class Floor:
    """Microphones and queue as they are; times in milliseconds."""

    def __init__(self, chair: str | None, voice_gated: bool | None, settings: Settings) -> None:
        self.chair, self._settings = chair, settings
        self._gated, self._short_share = voice_gated, 0.0
        self.open: dict[str, int] = {}
        self.onset: dict[str, int] = {}
        self.closed_ms: dict[str, int] = {}
        self.silent_ms = LONG_AGO
        self.queue: list[str] = []
        self._called: tuple[str, tuple[str, ...]] = ("", ())
        self._first: str | None = None
        self._without: set[str] = set()

    @property
    def gated(self) -> bool:
        """Microphones follow the voice: known, or learned from many very short openings."""
        return self._short_share > SHARE if self._gated is None else self._gated

    def opened(self, seat: str, now_ms: int, *, priority: bool = False) -> bool:
        """False when it was open already.

        Some systems mark whatever the chair does as priority, which tells nothing: it counts from when the same
        microphone has also been opened without.
        """
        if seat in self.open:
            return False
        if not priority:
            self._without.add(seat)
        elif seat in self._without:
            self._first = seat
        self.open[seat] = now_ms
        self._called = seat, tuple(self.queue)
        if now_ms - self.closed_ms.get(seat, LONG_AGO) > BREATH_MS:
            self.onset[seat] = now_ms
        if seat in self.queue:
            self.queue.remove(seat)
        return True

    def closed(self, seat: str, now_ms: int) -> int | None:
        """When it had been opened; None when it was not open."""
        since_ms = self.open.pop(seat, None)
        if since_ms is None:
            return None
        self.closed_ms[seat] = now_ms
        self._first = None if self._first == seat else self._first
        self._short_share += RATE * ((now_ms - since_ms < SHORT_MS) - self._short_share)
        if not self.open:
            self.silent_ms = now_ms
        return since_ms

    def queue_before(self, seat: str) -> tuple[str, ...]:
        """The queue from which this seat was called, if it was the last to open."""
        return self._called[1] if self._called[0] == seat else tuple(self.queue)

    def requested(self, seat: str) -> None:
        """Joins the end of the queue, once."""
        if seat not in self.queue and seat not in self.open:
            self.queue.append(seat)

    def withdrawn(self, seat: str) -> None:
        """Leaves the queue."""
        if seat in self.queue:
            self.queue.remove(seat)

    def wanted(
        self, shown: str | None, shown_ms: int, holder: str | None, now_ms: int, allowed: Callable[[str], bool]
    ) -> Wanted:
        """Whose picture is due when `shown` has been on air since `shown_ms`; only `allowed` seats count.

        `holder` had the floor until now, shown or not.
        """
        speaking = [seat for seat in self.open if allowed(seat)]
        if not speaking:
            return Wanted(None)
        if self._first in speaking:
            return Wanted(self._first)
        present = shown if shown in speaking else None
        if self._settings.chair_rule is ChairRule.PRIORITY and self.chair in speaking:
            return Wanted(self.chair)
        if len(speaking) > 1 and self._settings.overlap is not Overlap.LATEST:
            first = present or (holder if holder in speaking else None) or speaking[0]
            return self._overlap(first, speaking, now_ms)
        if present is not None and self._settings.takeover is Takeover.WAITS:
            return Wanted(present)
        return self._by_voice(shown, speaking) if self.gated else self._by_hand(shown, shown_ms, speaking, now_ms)

    def _by_hand(self, shown: str | None, shown_ms: int, speaking: list[str], now_ms: int) -> Wanted:
        """The newest press; it is early, so while the present microphone is open a cut waits a little."""
        seat, settings, again_ms = speaking[-1], self._settings, None
        if seat == self.chair and len(speaking) > 1 and settings.chair_rule is ChairRule.NEVER_CUT_SHORT:
            member = speaking[-2]
            until_ms = (shown_ms if member == shown else self.open[seat]) + settings.chair_ms
            called = self.open[seat] - self.open[member] < CALLED_MS
            if now_ms < until_ms and (member == shown or called):
                seat, again_ms = member, until_ms
        if seat == shown:
            return Wanted(seat, again_ms=again_ms)
        opened_ms = self.open[seat]
        if shown in self.open:
            confirm_ms = settings.confirm_chair_ms if seat == self.chair else settings.confirm_ms
            return Wanted(seat, opened_ms + confirm_ms, again_ms)
        closed_ms = self.closed_ms.get(shown, LONG_AGO) if shown is not None else LONG_AGO
        if opened_ms < shown_ms <= closed_ms:
            return Wanted(seat, closed_ms + settings.release_hold_ms, again_ms, returned=True)
        return Wanted(seat, again_ms=again_ms)

    def _by_voice(self, shown: str | None, speaking: list[str]) -> Wanted:
        """Whoever talks keeps the picture; then the one who has been talking longest."""
        others = [seat for seat in speaking if seat != shown]
        if not others:
            return Wanted(shown)
        seat = min(others, key=lambda other: self.onset[other])
        if shown in self.open:
            return Wanted(seat, max(self.onset[seat], self.onset[shown]) + self._settings.confirm_voice_ms)
        return Wanted(seat)

    def _overlap(self, present: str, speaking: list[str], now_ms: int) -> Wanted:
        """Two or more at a time, by the house rule."""
        rule, settings = self._settings.overlap, self._settings
        second_ms = sorted(self.open[seat] for seat in speaking)[1]
        together = (present, *(seat for seat in reversed(speaking) if seat != present))
        if rule is Overlap.WIDE or rule is Overlap.DUO:
            confirm_ms = settings.confirm_voice_ms if self.gated else settings.confirm_ms
            if now_ms - second_ms < confirm_ms:
                return Wanted(present, again_ms=second_ms + confirm_ms)
            return Wanted(speaking[-1], together=together)
        seat = self.chair if rule is Overlap.PRIORITY and self.chair in speaking else present
        escalate_ms = settings.overlap_escalate_ms
        if escalate_ms and now_ms - second_ms >= escalate_ms:
            return Wanted(seat, together=together)
        return Wanted(seat, again_ms=second_ms + escalate_ms if escalate_ms else None)
