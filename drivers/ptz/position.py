"""Where a head stands and whether it says that it moves."""

from dataclasses import dataclass
from enum import Enum


class HeadMotion(Enum):
    """What a camera says of its motion; the values are VISCA's motion bits."""

    NONE = 0
    MOVING = 1
    COMPLETED = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class Position:
    """Where head and lens stand, in the camera's own counts."""

    pan: int
    tilt: int
    zoom: int
