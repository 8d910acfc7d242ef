"""HTTP to one camera, one request at a time and not too fast, and the port that it sends notifications to."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace

import aiohttp
from yarl import URL

from chamber.ports import Clock
from drivers.panasonic.codec import LONGEST_ANSWER, NotificationParser, Told

GAP_MS = 130  # "leave 130 ms or more between commands"
DIAL_S = 3.0
ANSWER_S = 4.0
SLOW_S = 15.0  # a camera that sends no notifications answers a recall when it has ended
CALLERS_AT_MOST = 4

Allowed = Callable[[], bool]


class WithheldError(Exception):
    """Not sent, because it is not allowed any more."""


class WrongPasswordError(Exception):
    """The camera does not let us in."""


async def _still_allowed(session: aiohttp.ClientSession, context: SimpleNamespace, params: object) -> None:
    """Called when a connection stands and before anything is written to it."""
    allowed: Allowed | None = context.trace_request_ctx
    if allowed is not None and not allowed():
        raise WithheldError


class Link:
    """The requests of one session. Use as an async context manager.

    Args:
        user, password: of the camera; without a user nothing is sent about it. Digest, as the camera asks for it.
    """

    def __init__(self, host: str, port: int, clock: Clock, user: str | None, password: str) -> None:
        self._host, self._port, self._clock = host, port, clock
        self._user, self._password = user, password
        self._http: aiohttp.ClientSession | None = None
        self._sent_ms = -GAP_MS

    async def __aenter__(self) -> "Link":
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(_still_allowed)
        trace.on_connection_reuseconn.append(_still_allowed)
        login = (aiohttp.DigestAuthMiddleware(self._user, self._password),) if self._user else ()
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=1, ttl_dns_cache=60),
            trace_configs=[trace],
            middlewares=login,
            auto_decompress=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http is not None:
            await self._http.close()

    @property
    def wait_s(self) -> float:
        """How long until the next request may go out."""
        return max(0, self._sent_ms + GAP_MS - self._clock.now_ms()) / 1000

    async def get(self, path: str, *, allowed: Allowed | None = None, slow: bool = False) -> bytes:
        """Ask and return the body of the answer.

        Args:
            path: path and query, encoded.
            allowed: asked once more when the connection stands, before anything is sent.
            slow: the answer may come when the movement has ended.

        Raises:
            WithheldError: `allowed` said no; nothing was sent.
            WrongPasswordError: user and password are wrong, or missing.
            OSError: no connection, no answer, or one that is no HTTP.
        """
        if self._http is None:
            raise ConnectionError("not connected")
        host = f"[{self._host}]" if ":" in self._host else self._host
        limit = aiohttp.ClientTimeout(total=SLOW_S if slow else ANSWER_S, sock_connect=DIAL_S)
        url = URL(f"http://{host}:{self._port}{path}", encoded=True)
        try:
            async with self._http.get(url, timeout=limit, trace_request_ctx=allowed, allow_redirects=False) as answer:
                if answer.status == 401:
                    raise WrongPasswordError
                if answer.status not in (200, 204):
                    raise ConnectionError(f"HTTP status {answer.status}")
                return await answer.content.read(LONGEST_ANSWER)
        except aiohttp.ClientError as exc:
            raise ConnectionError(str(exc)[:200] or "no HTTP") from exc
        finally:
            self._sent_ms = self._clock.now_ms()


class Listener:
    """A TCP port that one camera sends its notifications to; other hosts are not heard.

    Args:
        allowed: the camera's address.
        port: ours, 0 for a free one.
        heard: takes each notification.
    """

    def __init__(self, allowed: str, port: int, heard: Callable[[str], None]) -> None:
        self._allowed, self._port, self._heard = allowed, port, heard
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Transport] = set()

    async def __aenter__(self) -> int:
        """Listen; returns the port. Raises OSError: it is taken."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._allowed, None)
        hosts = {str(entry[4][0]) for entry in found}
        here = "::" if found[0][0] is socket.AF_INET6 else "0.0.0.0"
        self._server = await loop.create_server(lambda: _Caller(hosts, self._heard, self._open), here, self._port)
        return int(self._server.sockets[0].getsockname()[1])

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for transport in list(self._open):
            transport.abort()


class _Caller(asyncio.Protocol):
    """One connection of the camera: older models open one for each notification."""

    def __init__(self, hosts: set[str], heard: Callable[[str], None], open_ones: set[asyncio.Transport]) -> None:
        self._hosts, self._heard, self._all = hosts, heard, open_ones
        self._parser = NotificationParser()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport) and not hasattr(transport, "abort"):
            return
        self._transport = transport  # type: ignore[assignment]
        peer = str(transport.get_extra_info("peername")[0]).removeprefix("::ffff:")
        if peer not in self._hosts or len(self._all) >= CALLERS_AT_MOST:
            transport.close()
        else:
            self._all.add(transport)  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        if self._transport not in self._all:
            return
        told: list[Told] = []
        with suppress(ValueError):
            told = self._parser.feed(data)
            for one in told:
                self._heard(one.text)
            return
        if self._transport is not None:
            self._transport.abort()  # out of step: the camera opens a new one

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._all.discard(self._transport)
