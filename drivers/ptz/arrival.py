"""When a camera has arrived. Pure.

A completion is necessary where it comes, but it says nothing about rest; where it was lost, positions must tell.
"""

from drivers.ptz.position import HeadMotion, Position

STILL_COUNTS = 2
STILL_SAMPLES = 3
START_MS = 400  # before this the head may not have started


def near(one: Position, other: Position, counts: int) -> bool:
    """True when no axis differs by more than `counts`."""
    return (
        abs(one.pan - other.pan) <= counts
        and abs(one.tilt - other.tilt) <= counts
        and abs(one.zoom - other.zoom) <= counts
    )


def arrived(
    samples: tuple[Position, ...],
    *,
    completed: bool,
    learned: Position | None,
    start: Position | None,
    motion: HeadMotion | None,
    elapsed_ms: int,
    tolerance: int,
) -> bool:
    """Judge positions read since the recall (`completed`: since its completion), oldest first, 100 ms or more apart.

    `learned` is where this preset was last time, `start` where the camera stood when the recall was sent.
    """
    if not samples or motion is HeadMotion.MOVING:
        return False
    last = samples[-1]
    at_learned = learned is not None and near(last, learned, tolerance)
    if completed and (at_learned or learned is None):
        return True
    if at_learned and len(samples) >= 2 and near(samples[-2], last, STILL_COUNTS):
        return True
    at_rest = (
        elapsed_ms >= START_MS
        and len(samples) >= STILL_SAMPLES
        and all(near(sample, last, STILL_COUNTS) for sample in samples[-STILL_SAMPLES:])
    )
    if completed:
        return at_rest  # at rest elsewhere than last time: the preset was stored anew
    has_moved = start is not None and not near(start, last, tolerance)
    return at_rest and has_moved and learned is None
