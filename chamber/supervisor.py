"""Sessions of devices and of our own processes: dial, hold, report once, wait, dial again. Never raises."""

import math
from collections.abc import Awaitable, Callable

import structlog

from chamber.core.errors import DeviceAuthError, DeviceError
from chamber.ports import Clock, Ready

CAP_S = 30.0
FIRST_S = 0.25
STABLE_S = 10.0
DETAIL_CHARS = 200

log = structlog.get_logger(__name__)
Serve = Callable[[Ready], Awaitable[None]]
Report = Callable[[str, str | None], None]
Delay = Callable[[int, float], float]


def delay_s(failures: int, jitter: float) -> float:
    """Seconds before the next dial; jitter in [0, 1) spreads a rack that lost power together.

    The first ten tries stay under 1.2 s apart, so that a device which comes back is in use within 2 s of answering;
    only one that stays away for long is asked less often.
    """
    growth = FIRST_S * 1.5 ** min(failures - 1, 4) if failures <= 60 else FIRST_S * 1.5 ** min(failures - 56, 12)
    return min(CAP_S, growth) * (0.5 + jitter / 2)


async def supervise(
    name: str, serve: Serve, report: Report, clock: Clock, jitter: Callable[[], float], delay: Delay = delay_s
) -> None:
    """Run sessions of one device until cancelled; report(name, reason or None when up), once per change."""
    failures, up_at_ms = 0, math.inf
    told: str | None = ""

    def tell(reason: str | None) -> None:
        nonlocal told
        if reason != told:
            report(name, reason)
            if reason is None:
                log.info("up", device=name)
            else:
                log.warning("down", device=name, reason=reason)
        told = reason

    def ready() -> None:
        nonlocal up_at_ms
        up_at_ms = clock.now_ms()
        tell(None)

    while True:
        up_at_ms, reason, slowest = math.inf, "session ended", False
        try:
            await serve(ready)
        except DeviceAuthError as exc:
            reason, slowest = exc.detail[:DETAIL_CHARS], True
        except DeviceError as exc:
            reason = exc.detail[:DETAIL_CHARS]
        except Exception:
            reason = "internal error, see log"
            log.exception("bug in driver", device=name)
        failures = 1 if clock.now_ms() - up_at_ms >= STABLE_S * 1000 else failures + 1
        tell(reason)
        await clock.sleep(CAP_S if slowest else delay(failures, jitter()))
