"""Serve an aiohttp application on the addresses of CONFIG."""

import os
from collections.abc import Sequence

from aiohttp import web

from chamber.core.errors import ConfigError
from config.base import Listen

SHUTDOWN_S = 1.0
BACKLOG = 1024
"""On an evening everybody comes in the same minute; a connection that finds no room is tried again after a second."""


async def listen(app: web.Application, addresses: Sequence[Listen], *, drop_gone: bool = False) -> web.AppRunner:
    """Serve on every address; the caller cleans the runner up.

    Args:
        app: what is served.
        addresses: where.
        drop_gone: a handler is cancelled when its client goes away; only for what carries out no orders.

    Raises:
        ConfigError: an address is taken.
    """
    runner = web.AppRunner(
        app, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_S, handler_cancellation=drop_gone
    )
    await runner.setup()
    for address in addresses:
        try:
            await web.TCPSite(runner, address.host, address.port, backlog=BACKLOG).start()
        except OSError as exc:
            await runner.cleanup()
            reason = os.strerror(exc.errno) if exc.errno and exc.errno > 0 else exc.strerror
            raise ConfigError([f"cannot listen on {address}: {reason}; choose another address or port"]) from exc
    return runner
