"""Caches between us and the viewers: purged when something is taken back, and read until they answer 404.

An edge is proven when a request through it for every purged name answers 404. Until then it is purged again, and the
controller is told that it is not proven.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from chamber.core.errors import ChamberError
from chamber.ports import Clock

ASK_S = 3.0
AT_ONCE = 8
DELAYS_S = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Between tries; the last one again and again, for so many tries in all."""
TRIES = 40
TELL_AFTER = 2
"""The controller hears that an edge is not proven after so many tries in vain."""
log = structlog.get_logger(__name__)
StateName = Literal["pending", "proven", "unproven"]


class _NotGoneError(ChamberError):
    """A purge was refused, or something is still there."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where to purge and where viewers read; both are the root under which `/live/` stands."""

    purge_url: str
    read_url: str

    @property
    def name(self) -> str:
        """What console and log call it."""
        return urlsplit(self.read_url).netloc


@dataclass(slots=True)
class _Known:
    state: StateName = "pending"
    reason: str = ""


class Edges:
    """Every edge of a hall. `tell` gets what is known of all of them, each time one of them changes."""

    def __init__(
        self,
        edges: Sequence[Edge],
        clock: Clock,
        tell: Callable[[dict[str, dict[str, str]]], None],
        trust: ssl.SSLContext | bool = True,
        playlists: Sequence[str] = ("index", "main"),
    ) -> None:
        """`trust`: which certificates to accept; True is what this machine accepts.

        `playlists` are purged too, for they still list what is gone; they stay readable, and are no part of the proof.
        """
        self._playlists = [f"{name}.m3u8" for name in playlists]
        self._edges, self._clock, self._tell, self._trust = edges, clock, tell, trust
        self._known: dict[str, _Known] = {}
        self._left: dict[str, set[str]] = {edge.name: set() for edge in edges}
        self._jobs: dict[str, asyncio.Task[None]] = {}

    def withdraw(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        """Begin to purge names below /live/; what is known of each edge now."""
        names = list(names)
        for edge in self._edges:
            self._left[edge.name] |= set(names)
            self._known[edge.name] = _Known()
            if job := self._jobs.get(edge.name):
                job.cancel()
            self._jobs[edge.name] = asyncio.create_task(self._purge(edge), name=f"purge {edge.name}")
        return self.known()

    def known(self) -> dict[str, dict[str, str]]:
        """State and reason of each edge since the last order."""
        return {name: {"state": known.state, "reason": known.reason} for name, known in self._known.items()}

    async def close(self) -> None:
        """Stop."""
        for job in self._jobs.values():
            job.cancel()
        await asyncio.gather(*self._jobs.values(), return_exceptions=True)

    async def _purge(self, edge: Edge) -> None:
        left, begun_ms = self._left[edge.name], self._clock.now_ms()
        for number in range(TRIES):
            try:
                await self._once(edge, left)
            except _NotGoneError as exc:
                reason = str(exc)
            except (ClientError, TimeoutError, OSError) as exc:
                reason = f"{type(exc).__name__}: {exc}"[:200]
            else:
                took_ms = self._clock.now_ms() - begun_ms
                log.info("purged, and read as gone", edge=edge.name, tries=number + 1, ms=took_ms)
                left.clear()
                self._set(edge, "proven", "")
                return
            if number + 1 >= TELL_AFTER:
                log.warning("not proven to be gone", edge=edge.name, reason=reason)
                self._set(edge, "unproven", reason)
            await self._clock.sleep(DELAYS_S[min(number, len(DELAYS_S) - 1)])

    def _set(self, edge: Edge, state: StateName, reason: str) -> None:
        if self._known[edge.name] != _Known(state, reason):
            self._known[edge.name] = _Known(state, reason)
            self._tell(self.known())

    async def _once(self, edge: Edge, names: set[str]) -> None:
        limit = asyncio.Semaphore(AT_ONCE)

        async def ask(session: ClientSession, method: str, root: str, name: str, *wanted: int) -> None:
            async with limit, session.request(method, urljoin(root, f"live/{name}"), allow_redirects=False) as answer:
                if answer.status not in wanted:
                    what = "refuses to purge" if method == "PURGE" else "still answers for"
                    raise _NotGoneError(f"{what} {name} ({answer.status})")

        # connections of their own each time: a connection kept alive may lead to a machine that has left the edge
        connector = TCPConnector(ssl=self._trust)
        async with ClientSession(timeout=ClientTimeout(total=ASK_S), connector=connector) as session:
            await _all(
                ask(session, "PURGE", edge.purge_url, name, 200, 204) for name in (*sorted(names), *self._playlists)
            )
            await _all(ask(session, "GET", edge.read_url, name, 404, 410) for name in sorted(names))


async def _all(jobs: Iterable[Any]) -> None:
    """Run all to their end; raises what the first of them that failed raised."""
    for done in await asyncio.gather(*jobs, return_exceptions=True):
        if isinstance(done, BaseException):
            raise done
