"""Which ties a switcher must still be told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """An input for an output; input 0 unties."""

    output: int
    input: int


def diff(known: Mapping[int, int | None], wished: Mapping[int, int]) -> tuple[Route, ...]:
    """List the ties to send, lowest output first. What is not known is sent, what is not wished is left alone."""
    return tuple(Route(output, wished[output]) for output in sorted(wished) if known.get(output) != wished[output])
