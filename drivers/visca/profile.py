"""What differs between camera families: preset numbers, speeds, scale, status bits. Data, no behaviour of its own."""

from dataclasses import dataclass

from chamber.ports import Pose
from drivers.ptz.position import HeadMotion, Position

TELE_COUNTS = 0x4000  # zoom position at the end of the optical range
TOLERANCE_DEG = 0.2  # to call a position the same: 10 counts at 51.2 counts per degree


@dataclass(frozen=True, slots=True)
class Profile:
    """One camera family.

    `preset_offset` is added to the preset that people use to get the number on the wire. `status_shift` is the place of
    the motion bits in the pan/tilt status word, None where no document gives it. `pan_right` is the sign of a pan to
    the right. `lamps` are the tally lamps that models of the family have; one without says so itself. `speeds_to` is
    the fastest preset speed, None where no document tells how to set it; with `optics` it is set PTZOptics' way.
    """

    name: str
    preset_offset: int = 0
    presets: tuple[range, ...] = (range(255),)
    pan_speeds: tuple[int, int] = (1, 24)
    tilt_speeds: tuple[int, int] = (1, 20)
    counts_per_degree: float | None = None
    status_shift: int | None = None
    lamps: tuple[str, ...] = ()
    speeds_to: int | None = None
    pan_right: int = 1
    optics: bool = False

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

    def pose(self, position: Position) -> Pose | None:
        """A position in degrees and as a share of the lens's range; None where the scale is not known."""
        if self.counts_per_degree is None:
            return None
        pan, tilt = position.pan * self.pan_right / self.counts_per_degree, position.tilt / self.counts_per_degree
        return Pose(round(pan, 2), round(tilt, 2), round(min(1.0, max(0.0, position.zoom / TELE_COUNTS)), 4))

    def speeds(self, pan: int, tilt: int) -> tuple[int, int]:
        """Speed bytes for -7..7 each; an axis that stands gets the lowest legal speed."""
        return _scaled(pan, self.pan_speeds), _scaled(tilt, self.tilt_speeds)


def _scaled(wanted: int, speeds: tuple[int, int]) -> int:
    lowest, highest = speeds
    return lowest + (highest - lowest) * max(0, abs(wanted) - 1) // 6


_SONY_TILT = (1, 23)
_RED, _BOTH = ("red",), ("red", "green")

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("generic"),
        Profile("ptzoptics", presets=(range(90), range(100, 255)), speeds_to=24, optics=True),  # 90..99, 255: functions
        Profile("sony-srg", -1, (range(1, 17),), (1, 24), _SONY_TILT, 51.2, 10),
        Profile("sony-srg-360she", -1, (range(1, 17),), (1, 24), _SONY_TILT, 512.0, 10, _RED),
        Profile("sony-x400", -1, (range(1, 101),), (1, 24), _SONY_TILT, 51.2, 10, _RED, 25),
        Profile("sony-x1000", -1, (range(1, 101),), (1, 24), _SONY_TILT, 235.9, 10, _RED, pan_right=-1),
        Profile("sony-fr7", -1, (range(1, 101),), (1, 24), _SONY_TILT, 235.9, 8, _BOTH, 50),
        Profile("sony-am7", -1, (range(1, 101),), (1, 24), _SONY_TILT, 1000.0, 8, _BOTH, 127),
    )
}
