"""Where a moving head points: real travel in time, as pure functions of the moment asked for.

Pan and tilt run trapezoids (speed limit, ramps) and take over the speed they have when they are sent elsewhere in
mid-move; zoom runs at a constant rate in octaves. Every drive is a move to the end of its axis, every stop a move to
where braking ends, so that one planner serves all.
"""

import math
from dataclasses import dataclass

ZOOM_TELE_COUNTS = 0x4000
PENDING_TRACKS = 8


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a camera looks: pan positive to the right, tilt positive upward, zoom as magnification from 1.0 (wide)."""

    pan_deg: float
    tilt_deg: float
    zoom: float = 1.0


@dataclass(frozen=True, slots=True)
class Travel:
    """How a head moves and how far it can.

    Attributes:
        pan_deg_s: highest pan speed; also that of preset recalls.
        tilt_deg_s: highest tilt speed.
        ramp_deg_s2: acceleration and braking of both.
        octave_s: seconds that the lens takes to double the magnification.
        latency_s: from command to the first movement.
        settle_s: from rest to the completion of a move (focus and exposure follow).
        pan_limit_deg: both ways.
        tilt_low_deg: lowest tilt.
        tilt_high_deg: highest tilt.
        zoom_max: magnification at the tele end, zoom count 4000 (hex).
    """

    pan_deg_s: float = 70.0
    tilt_deg_s: float = 50.0
    ramp_deg_s2: float = 160.0
    octave_s: float = 0.7
    latency_s: float = 0.12
    settle_s: float = 0.35
    pan_limit_deg: float = 170.0
    tilt_low_deg: float = -30.0
    tilt_high_deg: float = 90.0
    zoom_max: float = 20.0

    def clipped(self, pose: Pose) -> Pose:
        """The nearest pose that the head can reach."""
        return Pose(
            min(self.pan_limit_deg, max(-self.pan_limit_deg, pose.pan_deg)),
            min(self.tilt_high_deg, max(self.tilt_low_deg, pose.tilt_deg)),
            min(self.zoom_max, max(1.0, pose.zoom)),
        )

    def zoom_counts(self, zoom: float) -> int:
        """Magnification as a zoom position 0000..4000 (hex), logarithmic: equal counts are equal ratios."""
        return round(ZOOM_TELE_COUNTS * math.log(zoom) / math.log(self.zoom_max))

    def zoom_at(self, counts: int) -> float:
        """Magnification at a zoom position; the inverse of zoom_counts."""
        return float(self.zoom_max ** (counts / ZOOM_TELE_COUNTS))


@dataclass(frozen=True, slots=True)
class _Leg:
    start_s: float
    position: float
    speed: float
    acceleration: float


@dataclass(frozen=True, slots=True)
class Track:
    """One axis from one start to its rest; `end_s` is when it stands still at `target`."""

    legs: tuple[_Leg, ...]
    end_s: float
    target: float

    def at(self, now_s: float) -> tuple[float, float]:
        """Position and speed at a moment; before the start it stands at the start."""
        if not self.legs or now_s >= self.end_s:
            return self.target, 0.0
        leg = self.legs[0]
        for later in self.legs[1:]:
            if later.start_s > now_s:
                break
            leg = later
        passed_s = max(0.0, now_s - leg.start_s)
        position = leg.position + leg.speed * passed_s + leg.acceleration * passed_s * passed_s / 2
        return position, leg.speed + leg.acceleration * passed_s

    @property
    def start_s(self) -> float:
        return self.legs[0].start_s if self.legs else self.end_s


def resting(position: float, since_s: float) -> Track:
    """A track that never moves."""
    return Track((), since_s, position)


def ramped(start_s: float, position: float, speed: float, target: float, limit: float, ramp: float) -> Track:
    """Shortest run to `target` from any position and speed, with a speed limit and one ramp for both ways."""
    way = target - position - speed * abs(speed) / (2 * ramp)
    if abs(way) < 1e-9 and abs(speed) < 1e-9:
        return resting(target, start_s)
    sign = math.copysign(1.0, way)
    distance, first = (target - position) * sign, speed * sign
    peak = math.sqrt(max(0.0, ramp * distance + first * first / 2))
    cruise_s = 0.0
    if peak > limit:
        peak = limit
        # A speed above the limit (the order before was a faster one) makes the first ramp a brake.
        covered = (peak * peak - first * first) * math.copysign(1.0, peak - first) / (2 * ramp)
        cruise_s = max(0.0, distance - covered - peak * peak / (2 * ramp)) / limit
    legs: list[_Leg] = []
    at_s, place, pace = start_s, position, speed
    for seconds, acceleration in (
        (abs(peak - first) / ramp, math.copysign(ramp, peak - first) * sign),
        (cruise_s, 0.0),
        (peak / ramp, -ramp * sign),
    ):
        if seconds <= 0.0:
            continue
        legs.append(_Leg(at_s, place, pace, acceleration))
        place += pace * seconds + acceleration * seconds * seconds / 2
        pace += acceleration * seconds
        at_s += seconds
    return Track(tuple(legs), at_s, target)


def steady(start_s: float, position: float, target: float, rate: float) -> Track:
    """A run at one rate, without ramps."""
    if position == target:
        return resting(target, start_s)
    return Track(
        (_Leg(start_s, position, math.copysign(rate, target - position), 0.0),),
        start_s + abs(target - position) / rate,
        target,
    )


class Axis:
    """One motor: what it does now and what it will do once the latency of the newest order is over."""

    def __init__(self, position: float) -> None:
        self._tracks = [resting(position, 0.0)]

    def at(self, now_s: float) -> tuple[float, float]:
        """Position and speed at a moment not before the newest order."""
        return self._track(now_s).at(now_s)

    def turn(self, now_s: float, track: Track) -> None:
        """Follow `track` from its start on."""
        current = next((i for i in range(len(self._tracks) - 1, 0, -1) if self._tracks[i].start_s <= now_s), 0)
        self._tracks = [*self._tracks[current : current + PENDING_TRACKS], track]

    @property
    def end_s(self) -> float:
        """When it stands still, if no further order comes."""
        return self._tracks[-1].end_s

    @property
    def target(self) -> float:
        """Where it will stand then."""
        return self._tracks[-1].target

    def _track(self, now_s: float) -> Track:
        for track in reversed(self._tracks[1:]):
            if track.start_s <= now_s:
                return track
        return self._tracks[0]


class Head:
    """Pan, tilt and zoom of one camera. All moments are seconds of one clock and never run backward."""

    def __init__(self, pose: Pose, travel: Travel) -> None:
        self.travel = travel
        self._pan, self._tilt = Axis(pose.pan_deg), Axis(pose.tilt_deg)
        self._octaves = Axis(math.log2(pose.zoom))

    def pose_at(self, now_s: float) -> Pose:
        """Where it points at a moment."""
        return Pose(self._pan.at(now_s)[0], self._tilt.at(now_s)[0], float(2.0 ** self._octaves.at(now_s)[0]))

    def pan_tilt_moving(self, now_s: float) -> bool:
        """Whether the head really turns at that moment (it does not yet during the latency)."""
        return self._pan.at(now_s)[1] != 0.0 or self._tilt.at(now_s)[1] != 0.0

    def zoom_moving(self, now_s: float) -> bool:
        """Whether the lens zooms at that moment."""
        return self._octaves.at(now_s)[1] != 0.0

    def point(self, now_s: float, pan_deg: float, tilt_deg: float, share: tuple[float, float] = (1.0, 1.0)) -> float:
        """Turn the head to a direction at a share of the full speeds; returns when it stands there."""
        travel, start_s = self.travel, now_s + self.travel.latency_s
        wanted = travel.clipped(Pose(pan_deg, tilt_deg))
        for axis, target, limit in (
            (self._pan, wanted.pan_deg, travel.pan_deg_s * share[0]),
            (self._tilt, wanted.tilt_deg, travel.tilt_deg_s * share[1]),
        ):
            axis.turn(now_s, ramped(start_s, *axis.at(start_s), target, limit, travel.ramp_deg_s2))
        return max(self._pan.end_s, self._tilt.end_s)

    def drive(self, now_s: float, pan: float, tilt: float) -> None:
        """Turn on and on until told otherwise or at the end stop; shares -1.0..1.0 of the full speeds, 0.0 brakes."""
        travel, start_s = self.travel, now_s + self.travel.latency_s
        for axis, share, full, low, high in (
            (self._pan, pan, travel.pan_deg_s, -travel.pan_limit_deg, travel.pan_limit_deg),
            (self._tilt, tilt, travel.tilt_deg_s, travel.tilt_low_deg, travel.tilt_high_deg),
        ):
            place, speed = axis.at(start_s)
            target = high if share > 0 else low
            if share == 0.0:
                target = min(high, max(low, place + speed * abs(speed) / (2 * travel.ramp_deg_s2)))
            limit = full * (abs(share) or 1.0)
            axis.turn(now_s, ramped(start_s, place, speed, target, limit, travel.ramp_deg_s2))

    def zoom_to(self, now_s: float, zoom: float, share: float = 1.0) -> float:
        """Zoom to a magnification at a share of the full rate; returns when the lens stands there."""
        start_s = now_s + self.travel.latency_s
        wanted = math.log2(min(self.travel.zoom_max, max(1.0, zoom)))
        rate = share / self.travel.octave_s
        self._octaves.turn(now_s, steady(start_s, self._octaves.at(start_s)[0], wanted, rate))
        return self._octaves.end_s

    def zoom_stop(self, now_s: float) -> None:
        """Hold the magnification."""
        start_s = now_s + self.travel.latency_s
        self._octaves.turn(now_s, resting(self._octaves.at(start_s)[0], start_s))

    def ends(self, now_s: float) -> int:
        """End stops reached, as the low bits of the pan/tilt status: left 1, right 2, up 4, down 8."""
        pose, travel = self.pose_at(now_s), self.travel
        at = (
            pose.pan_deg <= -travel.pan_limit_deg,
            pose.pan_deg >= travel.pan_limit_deg,
            pose.tilt_deg >= travel.tilt_high_deg,
            pose.tilt_deg <= travel.tilt_low_deg,
        )
        return sum(1 << bit for bit, reached in enumerate(at) if reached)
