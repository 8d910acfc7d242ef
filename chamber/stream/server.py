"""The public HTTP server: page, stream, facts. No cookies, no third party, nothing kept about who looks."""

import asyncio
import gzip
import html
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import web

from chamber.labels import STATES
from chamber.stream.facts import Facts, FactsTrack, now_payload
from chamber.stream.packager import Packager, Part

PAGE = Path(__file__).parent / "page"
EVENT_CLIENTS = 2000
PING_S = 20.0
RETRY_MS = 1000
SEND_S = 5.0
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
MEDIA = frozenset({"video/mp4", "application/vnd.apple.mpegurl"})
WORDS = {
    "planned": "De vergadering is nog niet begonnen",
    "standby": "De vergadering begint zo",
    "open": "Openbaar – de vergadering is bezig",
    "suspended": "Geschorst",
    "closing_doors": "Besloten deel",
    "closed": "Besloten deel",
    "reopening": "Besloten deel",
    "ended": "De vergadering is gesloten",
    "published": "De vergadering is gesloten",
}
UNTIL = ", verder om {time}"
DARK = {
    "planned": "De uitzending begint vanzelf zodra de vergadering begint",
    "published": "De uitzending is afgelopen",
}
UNKNOWN = "Nog geen bericht uit de raadzaal"
SOON = "Even geduld, de uitzending begint zo"
SCRIPT_WORDS = {
    "states": WORDS,
    "until": UNTIL,
    "dark": DARK,
    "soon": SOON,
    "away": "De uitzending is even weg. Deze pagina probeert het vanzelf opnieuw.",
    "offer": {"play": "Kijk en luister live", "sound": "Zet het geluid aan"},
}
NOTHING = "–"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def security_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the security headers on every answer, also on errors; media, which no browser shows as a page, needs one."""
    try:
        response = await handler(request)
    except web.HTTPException as exc:
        exc.headers.update(SECURITY)
        raise
    if not response.prepared:
        if response.content_type in MEDIA:
            response.headers["X-Content-Type-Options"] = "nosniff"
        else:
            response.headers.update(SECURITY)
    return response


def _line(value: Any, *parts: str) -> str:
    if not value:
        return NOTHING
    return html.escape(" ".join(str(value[p]) for p in parts if value.get(p)))


def render_page(template: Template, facts: Facts, organisation: str, *, picture: bool) -> str:
    """The page as it stands without scripts; `picture` says whether there is something to play."""
    state = str(facts["state"])
    words = WORDS.get(state, state) if facts.get("meeting") else UNKNOWN
    meeting = (facts.get("meeting") or {}).get("title") or "Gemeenteraad"
    until = UNTIL.format(time=facts["resumes_at"]) if state == "suspended" and facts.get("resumes_at") else ""
    speaker = facts.get("speaker") or {}
    return template.substitute(
        organisation=html.escape(organisation),
        meeting=html.escape(meeting),
        state=html.escape(state),
        state_short=html.escape(STATES.get(state, state)),
        state_text=html.escape(words + until),
        picture="shown" if picture and state not in DARK else "none",
        dark=html.escape(DARK.get(state, SOON)),
        item=_line(facts.get("item"), "number", "title"),
        speaker=html.escape(str(speaker.get("name") or NOTHING)),
        speaker_about=html.escape(", ".join(str(speaker[p]) for p in ("role", "group") if speaker.get(p))),
        next=_line(facts.get("next"), "number", "title"),
        words=json.dumps(SCRIPT_WORDS, ensure_ascii=False).replace("<", "\\u003c"),
    )


class _Static:
    """A file of the page, packed once: on an evening everybody comes at the same minute."""

    def __init__(self, plain: bytes) -> None:
        self.plain, self.packed = plain, gzip.compress(plain, mtime=0)


class PublicSite:
    """Everything the public can reach; facts go out with the media of the same capture time."""

    def __init__(self, packager: Packager, facts: FactsTrack, live: Sequence[web.RouteDef], organisation: str) -> None:
        self._packager, self._facts, self._organisation = packager, facts, organisation
        self._template = Template((PAGE / "live.html").read_text(encoding="utf-8"))
        self._listeners: set[asyncio.Event] = set()
        self._sent: dict[str, Any] = {}
        packager.set_facts_track(facts.marks)
        packager.on_published(self._published)
        self.app = web.Application(middlewares=[security_headers], client_max_size=1024)
        self.app.add_routes(
            [
                web.get("/", self._page),
                web.get("/now", self._now),
                web.get("/events", self._events),
                web.get("/healthz", self._healthz),
                web.get("/static/{name}", self._static),
                *live,
            ]
        )
        self._files = {
            path.name: _Static(path.read_bytes())
            for folder in (PAGE, PAGE / "vendor")
            for path in sorted(folder.glob("*"))
            if path.suffix in TYPES
        }

    def facts_changed(self) -> None:
        """New facts have come; whoever listens is told once the media of that time is out."""
        self._tell()

    def _published(self, part: Part) -> None:
        self._tell()

    def _tell(self) -> None:
        payload = self._payload()
        if payload != self._sent:
            self._sent = payload
            for listener in self._listeners:
                listener.set()

    def _released(self) -> Facts:
        return self._facts.at(self._packager.newest_capture_ms())

    def _payload(self) -> dict[str, Any]:
        live = self._packager.newest_is_live()
        return {**now_payload(self._released(), live=bool(live)), "picture": live is not None}

    async def _page(self, request: web.Request) -> web.Response:
        picture = self._packager.newest_is_live() is not None
        text = render_page(self._template, self._released(), self._organisation, picture=picture)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "max-age=1"})

    async def _now(self, request: web.Request) -> web.Response:
        headers = {"Cache-Control": "max-age=1", "Access-Control-Allow-Origin": "*"}
        return web.json_response(self._payload(), headers=headers)

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"healthy": True}, headers={"Cache-Control": "no-store"})

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        file = self._files.get(name)
        if file is None:
            raise web.HTTPNotFound(headers={"Cache-Control": "no-store"})
        headers = {"Cache-Control": "max-age=3600", "Vary": "Accept-Encoding"}
        body = file.plain
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = file.packed, "gzip"
        return web.Response(body=body, content_type=TYPES[Path(name).suffix], charset="utf-8", headers=headers)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if len(self._listeners) >= EVENT_CLIENTS:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "10", "Cache-Control": "no-store"})
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", **SECURITY}
        )
        await response.prepare(request)
        await response.write(f"retry: {RETRY_MS}\n\n".encode())
        changed = asyncio.Event()
        self._listeners.add(changed)
        sent: dict[str, Any] | None = None
        try:
            while True:
                payload = self._payload()
                line = f"data: {json.dumps(payload, ensure_ascii=False)}\n\n" if payload != sent else ": ping\n\n"
                sent = payload
                async with asyncio.timeout(SEND_S):
                    await response.write(line.encode())
                try:
                    async with asyncio.timeout(PING_S):
                        await changed.wait()
                except TimeoutError:
                    continue
                changed.clear()
        except (OSError, TimeoutError):
            return response
        finally:
            self._listeners.discard(changed)
