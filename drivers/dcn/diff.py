"""The two lists of a DCN-NG turned into the state of each microphone. Pure."""

from collections.abc import Collection, Iterable

from chamber.core.domain import MicState


def listed(
    speakers: Iterable[tuple[int, bool]], requests: Collection[int], units: Iterable[int]
) -> tuple[tuple[int, MicState], ...]:
    """State of each unit by the lists: on when it speaks with its microphone on, request when it waits, else off.

    Those that are on come last, so that nobody seems to speak together with somebody who has stopped.
    """
    speaking = {unit for unit, on in speakers if on}
    states = (
        (unit, MicState.ON if unit in speaking else MicState.REQUEST if unit in requests else MicState.OFF)
        for unit in units
    )
    return tuple(sorted(states, key=lambda found: found[1] is MicState.ON))
