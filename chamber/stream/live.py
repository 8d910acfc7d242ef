"""The public routes below /live/: playlists with blocking reload, inits, segments, parts and hinted parts."""

import asyncio
from http import HTTPStatus

from aiohttp import web

from chamber.stream.packager import Packager

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
MEDIA_TYPE = "video/mp4"
IMMUTABLE = "public, max-age=31536000, immutable"
PLAIN = "public, max-age=1"
BLOCKING = "public, max-age=6"
NEVER = "no-store"
MAX_DIGITS = 12


def _error(status: HTTPStatus) -> web.Response:
    return web.Response(status=status, headers={"Cache-Control": NEVER})


def _number(text: str | None) -> int | None:
    """A decimal of a delivery directive; None when absent. Raises ValueError."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise ValueError("not a decimal number")
    return int(text)


class _Live:
    def __init__(self, packager: Packager) -> None:
        self._packager = packager

    def _answer(self, body: bytes, kind: str, cache: str) -> web.Response:
        self._packager.bytes_out += len(body)
        return web.Response(body=body, content_type=kind, headers={"Cache-Control": cache})

    async def entry(self, request: web.Request) -> web.Response:
        """The multivariant playlist."""
        body = self._packager.entry()
        return _error(HTTPStatus.NOT_FOUND) if body is None else self._answer(body, PLAYLIST_TYPE, PLAIN)

    async def media(self, request: web.Request) -> web.Response:
        """The media playlist, held until it has what the delivery directives ask for."""
        try:
            msn, part = _number(request.query.get("_HLS_msn")), _number(request.query.get("_HLS_part"))
        except ValueError:
            return _error(HTTPStatus.BAD_REQUEST)
        if msn is None:
            return _error(HTTPStatus.BAD_REQUEST) if part is not None else self._plain()
        if self._packager.media() is None:
            return _error(HTTPStatus.NOT_FOUND)
        if self._packager.too_far(msn, part):
            return _error(HTTPStatus.BAD_REQUEST)
        if not self._packager.holds(msn, part):
            self._packager.audience.hold()
            try:
                async with asyncio.timeout(self._packager.hold_s):
                    while self._packager.media() is not None and not self._packager.holds(msn, part):
                        await self._packager.wait_change()
            except TimeoutError:
                return _error(HTTPStatus.SERVICE_UNAVAILABLE)
            finally:
                self._packager.audience.release()
        body = self._packager.media()
        return _error(HTTPStatus.NOT_FOUND) if body is None else self._answer(body, PLAYLIST_TYPE, BLOCKING)

    def _plain(self) -> web.Response:
        body = self._packager.media()
        if body is None:
            return _error(HTTPStatus.NOT_FOUND)
        self._packager.audience.polled()
        return self._answer(body, PLAYLIST_TYPE, PLAIN)

    async def file(self, request: web.Request) -> web.Response:
        """An init, segment or part; the hinted part is held until it exists or will never exist."""
        name = request.match_info["name"]
        body = self._packager.file(name)
        if body is None and name == self._packager.hinted():
            try:
                async with asyncio.timeout(self._packager.hold_s):
                    while body is None and name == self._packager.hinted():
                        await self._packager.wait_change()
                        body = self._packager.file(name)
            except TimeoutError:
                return _error(HTTPStatus.SERVICE_UNAVAILABLE)
        return _error(HTTPStatus.NOT_FOUND) if body is None else self._answer(body, MEDIA_TYPE, IMMUTABLE)


def live_routes(packager: Packager) -> list[web.RouteDef]:
    """Everything below /live/; `/live/index.m3u8` is the entry point."""
    live = _Live(packager)
    return [
        web.get("/live/index.m3u8", live.entry),
        web.get("/live/main.m3u8", live.media),
        web.get("/live/{name:[a-z0-9-]+\\.(?:mp4|m4s)}", live.file),
    ]
