"""Black pictures: what each family of units wants to hear, and how its answers read. Pure.

The `B` forms mean opposite things: `1*B` blackens every output of a CrossPoint and reads output 1 of an IN1606. So nothing
is sent before the family is known. Source: DTP CrossPoint 84, IN1606/IN1608 and SW HD 4K PLUS guides, video mute.
"""

from enum import StrEnum

from drivers.sis.codec import Digits, Event, Layer, Muted, Mutes

FOR_PICTURE = (1, 3)
"""States of `ESC VM` with the picture black: 1 picture, 2 sound, 3 both."""


class Family(StrEnum):
    """Which guide a unit follows."""

    CROSSPOINT = "crosspoint"
    IN160X = "in160x"
    SW = "sw"


def order(family: Family, output: int, on: bool) -> bytes:
    """Encode a black picture, or the end of it, on one output."""
    return b"%dB" % on if family is Family.SW else b"%d*%dB" % (output, on)


def question(family: Family, output: int) -> bytes:
    """Encode the question whether an output is black; a CrossPoint tells all outputs at once."""
    match family:
        case Family.CROSSPOINT:
            return b"\x1bVM\r"
        case Family.IN160X:
            return b"%d*B" % output
        case Family.SW:
            return b"B"


def answer(family: Family, event: Event, output: int) -> dict[int, bool] | None:
    """What an event says as the answer to the question about `output`; None when it is no answer."""
    match event:
        case Digits() if family is Family.CROSSPOINT:
            return answer(family, event.mutes, output) if set(event.text) <= set("0123") else None
        case Digits():
            return {output: event.number > 0}
        case Mutes(states) if family is Family.CROSSPOINT:
            return {at: state in FOR_PICTURE for at, state in enumerate(states, 1)}
        case Muted(Layer.VIDEO, said, state) if family is not Family.CROSSPOINT and said in (None, output):
            return {output: state > 0}
    return None
