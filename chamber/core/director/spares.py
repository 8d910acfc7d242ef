"""Where cameras that are not needed now wait for what comes next: where the expected wait is shortest."""

from collections.abc import Callable, Mapping, Sequence

from chamber.core.director.cameras import Head
from chamber.core.director.shots import Framing, Shots

UNSEEN_MS = 1500
"""What it costs when this camera has no preset for the next speaker."""
STEEP_MS = 30
MOVE_MS = 60
"""A move must be worth this much expected wait."""
ON_THE_WAY = 0.1
"""Share of the time under way that is lost."""
STEADY, QUICK_MS, MOST_PACE = 0.2, 24_000, 20.0
"""A camera under way is of no use: the price of a move grows as turns get shorter."""
CANDIDATES = 5


class Spares:
    """Places idle cameras; knows which presets have many others nearby."""

    def __init__(self, shots: Shots, heads: Sequence[Head]) -> None:
        self._framings: dict[str, dict[str, Framing]] = {head.id: {} for head in heads}
        for seat, framings in shots.close.items():
            for framing in framings:
                self._framings[framing.camera][seat] = framing
        self._mean_ms: dict[tuple[str, int], float] = {}
        for head in heads:
            presets = [framing.preset for framing in self._framings[head.id].values()]
            for start in presets:
                total_ms = sum(head.travel.estimate_ms(start, end) for end in presets)
                self._mean_ms[head.id, start] = total_ms / len(presets)

    def __deepcopy__(self, memo: dict[int, object]) -> "Spares":
        return self

    def place(
        self,
        idle: Sequence[Head],
        expected: Mapping[str, float],
        allowed: Callable[[str], bool],
        turn_ms: float,
        now_ms: int,
    ) -> list[tuple[Head, Framing]]:
        """Recalls to make.

        Args:
            expected: how likely each seat is next; the rest up to 1 is anybody.
            turn_ms: how long people have the floor at present; where that is short, moving costs more.
        """
        pace = min(MOST_PACE, STEADY + (QUICK_MS / max(1.0, turn_ms)) ** 2)
        chances = {seat: chance for seat, chance in expected.items() if allowed(seat)}
        anybody = max(0.05, 1.0 - sum(chances.values()))
        moves: list[tuple[Head, Framing]] = []
        left = list(idle)
        while left:
            best: tuple[float, Head, str] | None = None
            ranked = sorted(chances, key=lambda seat: -chances[seat])
            for head in left:
                found = self._best(head, ranked, chances, anybody, pace, now_ms)
                if found is not None and (best is None or found[0] < best[0]):
                    best = (found[0], head, found[1])
            if best is None:
                break
            _, head, seat = best
            left.remove(head)
            chances[seat] = 0.0
            framing = self._framings[head.id][seat]
            if not head.bound_for(framing):
                moves.append((head, framing))
        return moves

    def _best(
        self,
        head: Head,
        ranked: Sequence[str],
        chances: Mapping[str, float],
        anybody: float,
        pace: float,
        now_ms: int,
    ) -> tuple[float, str] | None:
        """Least expected wait of this camera, and the seat to wait at."""
        framings, travel = self._framings[head.id], head.travel
        wanted = [(framings[seat].preset, chances[seat]) for seat in ranked if seat in framings]
        unseen = UNSEEN_MS * sum(chances[seat] for seat in ranked if seat not in framings)
        candidates = [seat for seat in ranked if seat in framings][:CANDIDATES]
        here = head.goal
        if here is not None and len(here.seats) == 1 and here.seats[0] in framings and here.seats[0] not in candidates:
            candidates.append(here.seats[0])
        best: tuple[float, str] | None = None
        for seat in candidates:
            framing = framings[seat]
            cost = anybody * self._mean_ms[head.id, framing.preset] + unseen
            for preset, chance in wanted:
                cost += chance * travel.estimate_ms(framing.preset, preset)
            cost += pace * ON_THE_WAY * head.wait_ms(framing, now_ms) + STEEP_MS * framing.steep
            if not head.bound_for(framing):
                cost += pace * MOVE_MS
            if best is None or cost < best[0]:
                best = (cost, seat)
        return best
