"""Follows a stream as a low-latency player does, reads the page's facts beside it, and notes what it saw."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urljoin

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from chamber.core.errors import ChamberError
from chamber.ports import Clock
from chamber.watch.judge import Seen
from chamber.watch.picture import Eye, Look
from chamber.watch.playlist import BrokenPlaylistError, Media, Piece, best_variant, read_media

FACTS_S = 1.0
PROBE_S = 3.0
ASK_S = 4.0
RETRY_S = 0.5
BEHIND_PIECES = 12
MAX_BYTES = 16 * 1024 * 1024
MAX_INITS = 4
AGENT = {"User-Agent": "chamber-watch"}

log = structlog.get_logger(__name__)


class AnswerError(ChamberError):
    """The server answered, and not with what was asked for."""


async def fetch(session: ClientSession, url: str, within_s: float = ASK_S) -> bytes:
    """A body of bounded size. Raises AnswerError, ClientError, TimeoutError."""
    async with session.get(url, timeout=ClientTimeout(total=within_s)) as answer:
        if answer.status != 200:
            raise AnswerError(f"{answer.status} for {url[:200]}")
        body = bytearray()
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > MAX_BYTES:
                raise AnswerError(f"more than {MAX_BYTES} bytes for {url[:200]}")
        return bytes(body)


class Viewer:
    """One viewer; `seen` is what it saw. `on_look` is called after each decoded part."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        reference: str | None = None,
        on_look: Callable[[Look], None] = lambda look: None,
    ) -> None:
        """`url` is the page; `reference` an address elsewhere that must always answer, to tell our own line from theirs."""
        self._url, self._clock, self._reference, self._on_look = url, clock, reference, on_look
        self.seen = Seen(clock.now_ms())
        self._eye = Eye()
        self._inits: dict[str, bytes] = {}
        self._done: tuple[int, int] | None = None
        self._furthest = (0, 0)
        self.trouble = ""

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            for job in (self._follow(), self._facts(), self._fresh(), self._page()):
                group.create_task(job)
            if self._reference:
                group.create_task(self._refer(self._reference))

    @staticmethod
    def _session(*, fresh: bool = False) -> ClientSession:
        return ClientSession(headers=AGENT, connector=TCPConnector(force_close=fresh))

    # -- the stream

    async def _follow(self) -> None:
        async with self._session() as session:
            while True:
                try:
                    await self._watch(session)
                except (ClientError, TimeoutError, ChamberError, OSError, ValueError) as exc:
                    self.trouble = f"{type(exc).__name__}: {exc}"[:200]
                    log.debug("stream", trouble=self.trouble)
                self._done = None
                await self._clock.sleep(RETRY_S)

    async def _watch(self, session: ClientSession) -> None:
        entry = urljoin(self._url, "live/index.m3u8")
        url = best_variant((await fetch(session, entry)).decode(), entry)
        media = read_media((await fetch(session, url)).decode(), url)
        while True:
            for piece in self._next(media):
                await self._look(session, piece)
            msn, part = media.following
            query = f"?_HLS_msn={msn}&_HLS_part={part}" if media.blocks else ""
            if not query:
                await self._clock.sleep(media.target_s / 2)
            media = read_media((await fetch(session, url + query, 3.0 * media.target_s + ASK_S)).decode(), url)

    def _next(self, media: Media) -> list[Piece]:
        """What to fetch now; begins, and begins anew when far behind, at the newest part one can begin with."""
        left = [p for p in media.pieces if self._done is None or (p.msn, p.number) > self._done]
        if self._done is None or len(left) > BEHIND_PIECES:
            begin = max((n for n, piece in enumerate(left) if piece.independent and not piece.gap), default=len(left))
            left = left[begin:]
        return [piece for piece in left if not piece.gap]

    async def _look(self, session: ClientSession, piece: Piece) -> None:
        if not piece.map_url:
            raise BrokenPlaylistError("a part without set-up")
        if piece.map_url not in self._inits:
            if len(self._inits) >= MAX_INITS:
                self._inits.clear()
            self._inits[piece.map_url] = await fetch(session, piece.map_url)
        part = await fetch(session, piece.url)
        look = await asyncio.to_thread(self._eye.look, self._inits[piece.map_url], part)
        self._done = (piece.msn, piece.number)
        now_ms = self._clock.now_ms()
        self.trouble = ""
        if look.pictures:
            self.seen.media_ms = now_ms
        self.seen.delayed(self._clock.wall_ms() - piece.end_wall_ms, now_ms)
        if look.moving:
            self.seen.moving.seen(now_ms)
        if look.heard:
            self.seen.sound.seen(now_ms)
        self._on_look(look)

    async def _fresh(self) -> None:
        """Ask for the playlist over a connection of its own each time: name, route and TLS from the start."""
        while True:
            with suppress(ClientError, TimeoutError, ChamberError, OSError, ValueError):
                async with self._session(fresh=True) as session:
                    entry = urljoin(self._url, "live/index.m3u8")
                    url = best_variant((await fetch(session, entry)).decode(), entry)
                    at = read_media((await fetch(session, url)).decode(), url).following
                if at > self._furthest or at[0] < self._furthest[0] - 10:
                    self._furthest, self.seen.fresh_ms = at, self._clock.now_ms()
            await self._clock.sleep(PROBE_S)

    # -- the page

    async def _facts(self) -> None:
        async with self._session() as session:
            while True:
                with suppress(ClientError, TimeoutError, OSError, ValueError):
                    async with session.get(urljoin(self._url, "now"), timeout=ClientTimeout(total=ASK_S)) as answer:
                        said = await answer.json() if answer.status == 200 else None
                    if isinstance(said, dict) and isinstance(said.get("state"), str):
                        speaker = bool(said.get("speaker"))
                        self.seen.facts(said["state"], bool(said.get("live")), speaker, self._clock.now_ms())
                await self._clock.sleep(FACTS_S)

    async def _page(self) -> None:
        async with self._session() as session:
            while True:
                with suppress(ClientError, TimeoutError, OSError, ChamberError):
                    if b"<html" in (await fetch(session, self._url))[:2000]:
                        self.seen.page_ms = self._clock.now_ms()
                await self._clock.sleep(PROBE_S)

    async def _refer(self, address: str) -> None:
        failed_ms: int | None = None
        async with self._session(fresh=True) as session:
            while True:
                try:
                    async with session.head(address, timeout=ClientTimeout(total=ASK_S)):
                        failed_ms = self.seen.blind_ms = None
                except (ClientError, TimeoutError, OSError):
                    failed_ms = failed_ms or self._clock.now_ms()
                    if self._clock.now_ms() - failed_ms >= PROBE_S * 1000:
                        self.seen.blind_ms = failed_ms
                await self._clock.sleep(PROBE_S)
