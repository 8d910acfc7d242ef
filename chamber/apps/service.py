"""What every composition root does: logs, event loop, signals, READY and watchdog."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog

from chamber import logs, sdnotify

GC_THRESHOLD = (50_000, 20, 100)
"""Few things of ours are cycles; what is not goes by reference count at once."""

log = structlog.get_logger(__name__)
Ready = Callable[[], None]
Healthy = Callable[[], bool]


def run(name: str, main: Callable[[], Coroutine[Any, Any, None]]) -> int:
    """Run `main` until it ends or SIGTERM or SIGINT comes; uvloop where it is there. Returns the exit code."""
    logs.set_up(name)
    factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    try:
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(_until_told(main))
    except KeyboardInterrupt:
        return 130
    return 0


async def _until_told(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    task = asyncio.create_task(main())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
    sdnotify.notify("STOPPING=1")


def settle_memory() -> None:
    """Stop the collector from walking, again and again, through a thousand requests that wait; once all is set up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)


def ready() -> None:
    """Tell systemd, and the log, that the process does its work."""
    sdnotify.notify("READY=1")
    log.info("ready")


async def watch(healthy: Healthy, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Feed systemd's watchdog while `healthy()`; not feeding it is how a sick process gets restarted."""
    period_s = sdnotify.watchdog_s()
    while period_s is not None:
        if healthy():
            sdnotify.notify("WATCHDOG=1")
        await sleep(period_s)
