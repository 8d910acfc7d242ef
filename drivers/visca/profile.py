"""What differs between camera families: preset numbers, speeds, scale, status bits. Data, no behaviour of its own."""

from dataclasses import dataclass
from enum import Enum

TOLERANCE_DEG = 0.2  # to call a position the same: 10 counts at 51.2 counts per degree


class HeadMotion(Enum):
    """The motion bits of the pan/tilt status word."""

    NONE = 0
    MOVING = 1
    COMPLETED = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class Profile:
    """One camera family.

    `preset_offset` is added to the preset that people use to get the number on the wire. `status_shift` is the place of
    the motion bits in the pan/tilt status word, None where no document gives it.
    """

    name: str
    preset_offset: int = 0
    presets: tuple[range, ...] = (range(255),)
    pan_speeds: tuple[int, int] = (1, 24)
    tilt_speeds: tuple[int, int] = (1, 20)
    counts_per_degree: float | None = None
    status_shift: int | None = None

    def has(self, preset: int) -> bool:
        """Whether the family has this preset, numbered as people do."""
        return any(preset in numbers for numbers in self.presets)

    @property
    def tolerance(self) -> int:
        """Counts within which two positions are the same shot."""
        return round(TOLERANCE_DEG * (self.counts_per_degree or 51.2))

    def motion(self, status: int | None) -> HeadMotion | None:
        """Motion bits of a status word; None when not known."""
        if status is None or self.status_shift is None:
            return None
        return HeadMotion(status >> self.status_shift & 0b11)

    def speeds(self, pan: int, tilt: int) -> tuple[int, int]:
        """Speed bytes for -7..7 each; an axis that stands gets the lowest legal speed."""
        return _scaled(pan, self.pan_speeds), _scaled(tilt, self.tilt_speeds)


def _scaled(wanted: int, speeds: tuple[int, int]) -> int:
    lowest, highest = speeds
    return lowest + (highest - lowest) * max(0, abs(wanted) - 1) // 6


_SONY_TILT = (1, 23)

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("generic"),
        Profile("ptzoptics", presets=(range(90), range(100, 255))),  # 90 to 99 and 255 are functions
        Profile("sony-srg", -1, (range(1, 17),), (1, 24), _SONY_TILT, 51.2, 10),
        Profile("sony-srg-360she", -1, (range(1, 17),), (1, 24), _SONY_TILT, 512.0, 10),
        Profile("sony-x400", -1, (range(1, 101),), (1, 24), _SONY_TILT, 51.2, 10),
        Profile("sony-x1000", -1, (range(1, 101),), (1, 24), _SONY_TILT, 235.9, 10),
        Profile("sony-fr7", -1, (range(1, 101),), (1, 24), _SONY_TILT, 235.9, 8),
        Profile("sony-am7", -1, (range(1, 101),), (1, 24), _SONY_TILT, 1000.0, 8),
    )
}
