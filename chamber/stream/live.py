"""The public routes below /live/: playlists with blocking reload, inits, segments, parts and hinted parts."""

import asyncio
import gzip
from collections.abc import Mapping
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
PACK_BYTES = 2048


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
        self._packed: dict[str, tuple[bytes, bytes]] = {}

    def _answer(
        self,
        body: bytes,
        kind: str,
        cache: str,
        more: Mapping[str, str] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> web.Response:
        self._packager.bytes_out += len(body)
        return web.Response(
            body=body, content_type=kind, headers={"Cache-Control": cache, **(more or {})}, status=status
        )

    def _playlist(self, request: web.Request, body: bytes, cache: str) -> web.Response:
        """A playlist, packed when it is long and the player can unpack it: it repeats itself much."""
        said = {"Vary": "Accept-Encoding"}
        if len(body) >= PACK_BYTES and "gzip" in request.headers.get("Accept-Encoding", ""):
            whole, packed = self._packed.get(request.path, (b"", b""))
            if whole is not body:
                self._packed[request.path] = body, (packed := gzip.compress(body, 1, mtime=0))
            body, said["Content-Encoding"] = packed, "gzip"
        return self._answer(body, PLAYLIST_TYPE, cache, said)

    async def entry(self, request: web.Request) -> web.Response:
        """The multivariant playlist."""
        body = self._packager.entry()
        return _error(HTTPStatus.NOT_FOUND) if body is None else self._playlist(request, body, PLAIN)

    async def media(self, request: web.Request) -> web.Response:
        """The media playlist, held until it has what the delivery directives ask for."""
        name, skip = request.match_info["name"], request.query.get("_HLS_skip") in ("YES", "v2")
        try:
            msn, part = _number(request.query.get("_HLS_msn")), _number(request.query.get("_HLS_part"))
        except ValueError:
            return _error(HTTPStatus.BAD_REQUEST)
        if msn is None:
            return _error(HTTPStatus.BAD_REQUEST) if part is not None else self._plain(request, name, skip)
        if not self._packager.plays(name):
            return _error(HTTPStatus.NOT_FOUND)
        if self._packager.too_far(msn, part):
            return _error(HTTPStatus.BAD_REQUEST)
        if not self._packager.holds(msn, part):
            self._packager.audience.hold()
            try:
                async with asyncio.timeout(self._packager.hold_s):
                    while self._packager.position() is not None and not self._packager.holds(msn, part):
                        await self._packager.wait_change()
            except TimeoutError:
                return _error(HTTPStatus.SERVICE_UNAVAILABLE)
            finally:
                self._packager.audience.release()
        body = self._packager.media(name, skip=skip)
        return _error(HTTPStatus.NOT_FOUND) if body is None else self._playlist(request, body, BLOCKING)

    def _plain(self, request: web.Request, name: str, skip: bool) -> web.Response:
        body = self._packager.media(name, skip=skip)
        if body is None:
            return _error(HTTPStatus.NOT_FOUND)
        self._packager.audience.polled()
        return self._playlist(request, body, PLAIN)

    async def file(self, request: web.Request) -> web.Response:
        """An init, segment or part; the hinted part is held until it exists or will never exist."""
        name = request.match_info["name"]
        body = self._packager.file(name)
        past = self._packager.past()
        if body is None and past is not None and past.holds(name):
            body = await asyncio.to_thread(past.read, name)
        if body is None and self._packager.promises(name):
            try:
                async with asyncio.timeout(self._packager.hold_s):
                    while body is None and self._packager.promises(name):
                        await self._packager.wait_change()
                        body = self._packager.file(name)
            except TimeoutError:
                return _error(HTTPStatus.SERVICE_UNAVAILABLE)
        return _error(HTTPStatus.NOT_FOUND) if body is None else self._media(request, body)

    def _media(self, request: web.Request, body: bytes) -> web.Response:
        """A media file, or the one range of it that was asked for (RFC 9110, section 14); several are answered whole."""
        asked = request.headers.get("Range", "")
        if not asked.startswith("bytes=") or "," in asked:
            return self._answer(body, MEDIA_TYPE, IMMUTABLE, {"Accept-Ranges": "bytes"})
        try:
            wanted = request.http_range
        except ValueError:
            return self._answer(body, MEDIA_TYPE, IMMUTABLE, {"Accept-Ranges": "bytes"})
        start, end, _ = wanted.indices(len(body))
        if start >= end:
            error = _error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            error.headers["Content-Range"] = f"bytes */{len(body)}"
            return error
        said = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {start}-{end - 1}/{len(body)}"}
        return self._answer(body[start:end], MEDIA_TYPE, IMMUTABLE, said, HTTPStatus.PARTIAL_CONTENT)


def live_routes(packager: Packager) -> list[web.RouteDef]:
    """Everything below /live/; `/live/index.m3u8` is the entry point."""
    live = _Live(packager)
    return [
        web.get("/live/index.m3u8", live.entry),
        web.get("/live/{name:[a-z]+}.m3u8", live.media),
        web.get("/live/{name:[a-z0-9-]+\\.(?:mp4|m4s)}", live.file),
    ]
