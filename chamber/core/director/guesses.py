"""Who is expected to speak next: simple rules of thumb, each weighed by how often it has been right this evening."""

from collections.abc import Sequence

RATE = 0.12
"""Weight of the newest outcome in the moving average."""
PRIORS = {"chair": 0.6, "queue0": 0.5, "queue1": 0.15, "queue2": 0.08, "back0": 0.3, "back1": 0.3, "back2": 0.1}
FOLLOWING = 0.3
"""What a guess about the turn after the chair's is worth while a member still speaks."""
TURN_MS = 30_000
DEPTH = 3
HISTORY = 12

Guess = tuple[tuple[bool, str, bool], str]
"""(after the chair, rule, somebody waits), seat."""


class Guesses:
    """Learns from each change of the floor which rule to trust."""

    def __init__(self) -> None:
        self._rates: dict[tuple[bool, str, bool], float] = {}
        self.history: list[str] = []
        self.holder: str | None = None
        self.turn_ms, self._since_ms = float(TURN_MS), 0
        """How long people have the floor, moving average."""

    def took_floor(self, seat: str, chair: str | None, before: Sequence[str], now_ms: int) -> None:
        """Somebody has the floor now; `before` is the queue as it was before this person was called."""
        if seat == self.holder:
            return
        if self.holder is not None:
            for key, guessed in self._guesses(self.holder, self.history, chair, before):
                rate = self._rates.get(key, PRIORS[key[1]])
                self._rates[key] = rate + RATE * ((guessed == seat) - rate)
            self.turn_ms += RATE * (now_ms - self._since_ms - self.turn_ms)
            self.history = [*self.history[1 - HISTORY :], self.holder]
        self.holder, self._since_ms = seat, now_ms

    def expected(self, chair: str | None, queue: Sequence[str]) -> dict[str, float]:
        """Seats with how likely each is to be next; the rest up to 1 is anybody else."""
        found = self._weigh(self._guesses(self.holder, self.history, chair, queue))
        if self.holder is not None and chair is not None and self.holder != chair:
            by_chair = FOLLOWING * found.get(chair, 0.0)
            after = self._guesses(chair, [*self.history, self.holder], chair, queue)
            for seat, chance in self._weigh(after).items():
                found[seat] = found.get(seat, 0.0) + by_chair * chance
        return found

    def _weigh(self, guesses: Sequence[Guess]) -> dict[str, float]:
        found: dict[str, float] = {}
        for key, seat in guesses:
            rate = self._rates.get(key, PRIORS[key[1]])
            if rate > found.get(seat, 0.0):
                found[seat] = rate
        total = sum(found.values())
        return found if total <= 0.95 else {seat: chance * 0.95 / total for seat, chance in found.items()}

    @staticmethod
    def _guesses(holder: str | None, history: Sequence[str], chair: str | None, queue: Sequence[str]) -> list[Guess]:
        after_chair, waiting = chair is not None and holder == chair, len(queue) > 0
        found: list[Guess] = []
        if chair is not None and not after_chair:
            found.append(((after_chair, "chair", waiting), chair))
        heads = [seat for seat in queue if seat != holder][:DEPTH]
        found += [((after_chair, f"queue{place}", waiting), seat) for place, seat in enumerate(heads)]
        seen: list[str] = []
        for seat in reversed(history):
            if seat not in {holder, chair} and seat not in seen:
                found.append(((after_chair, f"back{len(seen)}", waiting), seat))
                seen.append(seat)
                if len(seen) == DEPTH:
                    break
        return found
