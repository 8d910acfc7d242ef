"""A camera that says no at once is left alone for a while; nobody asks it a thousand times a second."""

from collections import deque

import pytest

from chamber.core.director import model as d
from chamber.core.director.cameras import RETRY_MS
from chamber.core.director.reducer import Director
from chamber.core.domain import ShotKind

SHOTS = tuple(d.PlanShot(number, ShotKind.SPEAKER, (seat,)) for number, seat in ((1, "A"), (2, "B")))


def refused(director: Director, event: d.Event) -> list[d.Recall]:
    """Tell an event to a director whose cameras refuse every recall on the spot; the recalls it tried."""
    waiting, tried = deque[d.Event]([event]), []
    while waiting and len(tried) < 50:
        for action in director.handle(waiting.popleft()):
            if isinstance(action, d.Recall):
                tried.append(action)
                waiting.append(d.CameraFailed(event.at_ms, action.camera, action.preset, "syntax error"))
    return tried


@pytest.mark.parametrize("cameras", [1, 2, 3])
@pytest.mark.parametrize("event", [d.MicOpened(1000, "A"), d.ShotOrdered(1000, "cam0", 2, ShotKind.SPEAKER)])
def test_a_refusal_is_not_answered_with_the_same_order(cameras: int, event: d.Event) -> None:
    plan = d.Plan(cameras=tuple(d.PlanCamera(f"cam{number}", SHOTS) for number in range(cameras)), wide="wide")
    director = Director(plan)
    for start in (d.Reset(10), d.PauseSet(10, paused=False)):
        director.handle(start)
    tried = refused(director, event)
    assert 1 <= len(tried) <= cameras
    assert not refused(director, d.Ticked(1000 + RETRY_MS - 1))


def test_a_camera_that_refused_is_tried_again_later() -> None:
    director = Director(d.Plan(cameras=(d.PlanCamera("cam0", SHOTS),), wide="wide"))
    for event in (d.Reset(10), d.PauseSet(10, paused=False)):
        director.handle(event)
    assert refused(director, d.MicOpened(1000, "A"))
    assert refused(director, d.Ticked(1000 + RETRY_MS))
