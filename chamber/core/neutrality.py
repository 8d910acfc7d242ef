"""Whether every fractie was shown alike: figures per fractie, and what differs more than a tolerance. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from statistics import median
from typing import Any

from chamber.core.screen import Framing
from chamber.core.treatment import Treated

FEWEST_TURNS = 3
"""With fewer turns a fractie is not compared: chance decides."""
SHARE, DELAY_MS, BAR_MS, CUTS = 0.10, 500, 2000, 0.25
TOLERANCE = (
    f"{SHARE:.0%} of the speaking time for close and shared shots, {DELAY_MS} ms for the median delay, "
    f"{BAR_MS / 1000:g} s of name bar and {CUTS:g} cut-short shots a turn, from {FEWEST_TURNS} turns on"
)


@dataclass(frozen=True, slots=True)
class Figures:
    """One party's evening; None where there is nothing to measure.

    Attributes:
        turns: openings that were no interjections.
        speaking_s: how long they lasted.
        close, duo, wide, other: share of that time on air so (0 to 1).
        delay_ms_median, delay_ms_p95: from the microphone to the own close shot, of turns that got one.
        bar_s: how long its name bars were shown.
        cut_short: close shots that the director left while the microphone was open.
        without_shot: turns over 3 s never shown close.
    """

    turns: int
    speaking_s: float
    close: float | None
    duo: float | None
    wide: float | None
    other: float | None
    delay_ms_median: int | None
    delay_ms_p95: int | None
    bar_s: float
    cut_short: int
    without_shot: int

    def as_json(self) -> dict[str, Any]:
        """Field by field."""
        return asdict(self)


def without_shot(turns: Iterable[Treated], longer_than_ms: int = 3000) -> list[Treated]:
    """Turns longer than this that were never shown close."""
    return [turn for turn in turns if turn.length_ms > longer_than_ms and turn.delay_ms is None]


def figures(turns: Sequence[Treated], bar_ms: int) -> Figures:
    """Sum up turns and the time of their bars."""
    spoken_ms = sum(turn.length_ms for turn in turns)
    delays = sorted(turn.delay_ms for turn in turns if turn.delay_ms is not None)

    def share(framing: Framing) -> float | None:
        return round(sum(turn.framed_ms[framing] for turn in turns) / spoken_ms, 3) if spoken_ms else None

    return Figures(
        turns=len(turns),
        speaking_s=spoken_ms / 1000,
        close=share(Framing.CLOSE),
        duo=share(Framing.DUO),
        wide=share(Framing.WIDE),
        other=share(Framing.OTHER),
        delay_ms_median=round(median(delays)) if delays else None,
        delay_ms_p95=delays[ceil(0.95 * len(delays)) - 1] if delays else None,
        bar_s=bar_ms / 1000,
        cut_short=sum(turn.cut_short for turn in turns),
        without_shot=len(without_shot(turns)),
    )


def remarks(groups: Mapping[str, Figures], together: Figures) -> list[str]:
    """Each fractie that was treated otherwise than all fracties together, by more than the tolerance; no verdict.

    Args:
        groups: by the fractie's name.
        together: all their turns as if of one.
    """
    found = []
    for name, own in groups.items():
        if own.turns < FEWEST_TURNS:
            continue
        found += [
            f"{name}: {label} {_percent(mine)} of its speaking time; all fracties together {_percent(theirs)}"
            for label, mine, theirs in (
                ("shown close", own.close, together.close),
                ("in a shared shot", own.duo, together.duo),
            )
            if mine is not None and theirs is not None and abs(mine - theirs) > SHARE
        ]
        mine_ms, theirs_ms = own.delay_ms_median, together.delay_ms_median
        if mine_ms is not None and theirs_ms is not None and abs(mine_ms - theirs_ms) > DELAY_MS:
            found.append(
                f"{name}: its own close shot comes {mine_ms} ms after the microphone (median); "
                f"all fracties together {theirs_ms} ms"
            )
        bar_s, bars_s = own.bar_s / own.turns, together.bar_s / together.turns
        if abs(bar_s - bars_s) * 1000 > BAR_MS:
            found.append(f"{name}: name bar {bar_s:.1f} s a turn; all fracties together {bars_s:.1f} s")
        short, shorts = own.cut_short / own.turns, together.cut_short / together.turns
        if abs(short - shorts) > CUTS:
            found.append(f"{name}: {short:.2f} close shots cut short a turn; all fracties together {shorts:.2f}")
    return found


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
