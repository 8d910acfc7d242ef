"""Sessions are dialled again with growing delays, and reported once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from chamber.core.errors import DeviceAuthError, DeviceUnreachableError
from chamber.supervisor import CAP_S, FIRST_S, delay_s, supervise
from tests.conftest import ManualClock


def script(clock: ManualClock, told: str) -> Callable[[Callable[[], None]], Awaitable[None]]:
    steps = iter(told.split())

    async def serve(ready: Callable[[], None]) -> None:
        match next(steps, "stop"):
            case "fail":
                raise DeviceUnreachableError("cam1", "gone")
            case "auth":
                raise DeviceAuthError("cam1", "refused")
            case "bug":
                raise RuntimeError("a bug")
            case "stable":
                ready()
                clock.advance(60_000)
                raise DeviceUnreachableError("cam1", "gone")
            case _:
                raise asyncio.CancelledError

    return serve


async def test_delays_grow_reset_and_jump(manual_clock: ManualClock) -> None:
    told: list[str | None] = []
    with pytest.raises(asyncio.CancelledError):
        await supervise(
            "cam1", script(manual_clock, "fail fail fail stable bug auth"), lambda _, why: told.append(why), manual_clock,
            lambda: 1.0,
        )  # fmt: skip
    first = [FIRST_S, FIRST_S * 1.5, FIRST_S * 2.25]
    assert manual_clock.slept == [*first, FIRST_S, FIRST_S * 1.5, CAP_S]
    assert told == ["gone", None, "gone", "internal error, see log", "refused"]


def test_a_device_that_stays_away_is_asked_less_often_and_never_never() -> None:
    delays = [delay_s(failures, 1.0) for failures in range(1, 400)]
    assert max(delays[:60]) <= 1.5
    assert delays[-1] > 10
    assert max(delays) <= CAP_S
