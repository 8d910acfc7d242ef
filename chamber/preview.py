"""The pictures page beside the console: thumbnails, programme, and what the public gets, with sound. Never stored."""

import asyncio
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from chamber.ports import Clock

PAGE = Path(__file__).parent / "stream" / "page"
JPEG_BYTES = 256 * 1024
PUBLIC_BYTES = 8 * 1024 * 1024
RETRY_S = 1.0
SEND_S = 5.0
NEXT_S = 1.0
FIRST_S = 3.0
VIEWERS = 16
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'",
}
STATIC = {
    "preview.js": "text/javascript",
    "preview.css": "text/css",
    "hls.light.min.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Thumb:
    """A small JPEG of one input, and when that was captured (ms since boot)."""

    jpeg: bytes
    capture_ms: int


class Thumbs:
    """Newest thumbnail of every input; connected to the mixer only while somebody looks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._newest: dict[str, Thumb] = {}
        self._arrived = asyncio.Condition()
        self._looking = 0
        self._awake = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Thumbs":
        self._looking += 1
        if self._task is None:
            self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._looking -= 1
        if self._looking == 0:
            await self.close()

    async def close(self) -> None:
        """Stop reading."""
        task, self._task = self._task, None
        self._newest.clear()
        if task:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def wake(self) -> None:
        """Let everybody who waits for a picture return without one."""
        async with self._arrived:
            self._awake = True
            self._arrived.notify_all()

    async def next(self, seen: Mapping[str, Thumb]) -> dict[str, Thumb]:
        """Thumbnails that are not in `seen`, by input; waits for one, and returns none after some time without."""
        with suppress(TimeoutError):
            async with asyncio.timeout(NEXT_S), self._arrived:
                while not self._awake:
                    if found := {n: t for n, t in self._newest.items() if seen.get(n) is not t}:
                        return found
                    await self._arrived.wait()
        return {}

    async def _read(self) -> None:
        while True:
            with suppress(OSError, ValueError, KeyError, asyncio.IncompleteReadError):
                await self._session()
            await asyncio.sleep(RETRY_S)

    async def _session(self) -> None:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_unix_connection(self._path)
        try:
            while line := await reader.readline():
                said = json.loads(line)["thumb"]
                size = int(said["bytes"])
                if not 0 < size <= JPEG_BYTES:
                    raise ValueError("a thumbnail too large")
                thumb = Thumb(await reader.readexactly(size), int(said["capture_ms"]))
                async with self._arrived:
                    self._newest[str(said["id"])] = thumb
                    self._arrived.notify_all()
        finally:
            writer.close()


class Preview:
    """Handlers of `/preview`; reached with a token, or with the random key of this controller run."""

    def __init__(
        self,
        thumbs: Path,
        public_url: str,
        labels: Mapping[str, str],
        authorised: Callable[[web.Request], bool],
        clock: Clock,
    ) -> None:
        self.key = secrets.token_urlsafe(16)
        self._thumbs, self._public, self._labels = Thumbs(thumbs), public_url.rstrip("/"), labels
        self._authorised, self._clock = authorised, clock
        self._session: ClientSession | None = None
        self._viewers, self._closing = 0, False
        self._files = {
            path.name: path.read_bytes()
            for folder in (PAGE, PAGE / "vendor")
            for path in folder.glob("*")
            if path.name in STATIC
        }
        self._template = Template((PAGE / "preview.html").read_text(encoding="utf-8"))

    def pages(self) -> dict[str, Handler]:
        """GET paths and their handlers; each guards itself."""
        return {
            "/preview": self._page,
            "/preview/{key}/thumbs": self._moving,
            "/preview/{key}/thumb/{name}": self._still,
            "/preview/{key}/static/{name}": self._static,
            "/preview/{key}/live/{name}": self._live,
        }

    async def close(self) -> None:
        """Stop reading from mixer and stream, and send every viewer away."""
        self._closing = True
        await self._thumbs.wake()
        await self._thumbs.close()
        if self._session:
            await self._session.close()

    def _guard(self, request: web.Request) -> None:
        key = request.match_info.get("key", request.query.get("key", ""))
        if not hmac.compare_digest(key.encode(), self.key.encode()) and not self._authorised(request):
            raise web.HTTPForbidden(text="Deze pagina opent u met het adres dat in de console staat.", headers=HEADERS)

    async def _page(self, request: web.Request) -> web.Response:
        self._guard(request)
        pictures = "\n".join(
            f'<figure data-id="{name}"><img src="/preview/{self.key}/thumb/{name}" alt="Beeld van {escape(label)}">'
            f"<figcaption>{escape(label)}</figcaption></figure>"
            for name, label in self._labels.items()
        )
        text = self._template.substitute(key=self.key, pictures=pictures)
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    async def _static(self, request: web.Request) -> web.Response:
        self._guard(request)
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound(headers=HEADERS)
        return web.Response(body=self._files[name], content_type=STATIC[name], charset="utf-8", headers=HEADERS)

    async def _still(self, request: web.Request) -> web.Response:
        """One picture, as it is now."""
        self._guard(request)
        name = request.match_info["name"]
        if name not in self._labels:
            raise web.HTTPNotFound(headers=HEADERS)
        found: dict[str, Thumb] = {}
        try:
            async with self._thumbs, asyncio.timeout(FIRST_S):
                while name not in found:
                    if self._closing:
                        raise TimeoutError
                    found |= await self._thumbs.next(found)
        except TimeoutError as exc:
            raise web.HTTPServiceUnavailable(text="Van deze ingang is er geen beeld.", headers=HEADERS) from exc
        return web.Response(body=found[name].jpeg, content_type="image/jpeg", headers=HEADERS)

    async def _moving(self, request: web.Request) -> web.StreamResponse:
        """Every picture as it comes, over one connection: browsers open six to one address, and a hall has more inputs.

        One JSON line for each, `{"thumb": {"id", "bytes", "age_ms"}}`, and right behind it that many bytes of JPEG.
        """
        self._guard(request)
        if self._viewers >= VIEWERS:
            raise web.HTTPServiceUnavailable(headers=HEADERS)
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "application/octet-stream"})
        self._viewers += 1
        seen: dict[str, Thumb] = {}
        try:
            await response.prepare(request)
            async with self._thumbs:
                while request.transport is not None and not self._closing:
                    news = await self._thumbs.next(seen)
                    seen |= news
                    data = b"".join(self._record(name, thumb) for name, thumb in news.items() if name in self._labels)
                    async with asyncio.timeout(SEND_S):
                        await response.write(data)
            return response
        except (OSError, TimeoutError):
            return response
        finally:
            self._viewers -= 1

    def _record(self, name: str, thumb: Thumb) -> bytes:
        age_ms = self._clock.now_ms() - thumb.capture_ms
        said = {"thumb": {"id": name, "bytes": len(thumb.jpeg), "age_ms": age_ms}}
        return json.dumps(said, separators=(",", ":")).encode() + b"\n" + thumb.jpeg

    async def _live(self, request: web.Request) -> web.Response:
        """The public's own bytes, fetched where the public fetches them."""
        self._guard(request)
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=10))
        url = f"{self._public}/live/{request.match_info['name']}"
        try:
            async with self._session.get(url, params=dict(request.query)) as answer:
                if (answer.content_length or 0) > PUBLIC_BYTES:
                    raise web.HTTPBadGateway(text="Het antwoord van de uitzending is te groot.", headers=HEADERS)
                body = await answer.read()
                return web.Response(body=body, status=answer.status, content_type=answer.content_type, headers=HEADERS)
        except (ClientError, TimeoutError) as exc:
            raise web.HTTPBadGateway(text="De uitzending antwoordt niet.", headers=HEADERS) from exc
