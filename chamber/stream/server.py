"""The public HTTP server: page, stream, facts. No cookies, no third party, nothing kept about who looks."""

import asyncio
import gzip
import html
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.typedefs import Middleware

from chamber.labels import STATES as SHORT
from chamber.stream.archive import Archive
from chamber.stream.facts import Facts, FactsTrack, now_payload
from chamber.stream.frame import About, foot, glossary, head, words
from chamber.stream.packager import Packager, Part
from chamber.stream.shown import listing
from chamber.stream.words import SCRIPT, STATES, chosen

PAGE = Path(__file__).parent / "page"
EVENT_CLIENTS = 2000
PING_S = 20.0
RETRY_MS = 1000
SEND_S = 5.0
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
MEDIA = frozenset({"video/mp4", "application/vnd.apple.mpegurl"})
NOTHING = "–"
QUIET = ("planned", "ended", "published")
NEWEST = 5
EXPIRES_DAYS = 180
Entry = dict[str, str]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def security_headers(embed: Sequence[str]) -> Middleware:
    """Puts the security headers on every answer, also on errors; media, which no browser shows as a page, needs one.

    Websites in `embed` may show the pages in a frame.
    """
    policy = " ".join((POLICY, *embed))
    headers = {**SECURITY, "Content-Security-Policy": policy}

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as exc:
            exc.headers.update(headers)
            raise
        if not response.prepared:
            if response.headers.get("Content-Type") in MEDIA:
                response.headers["X-Content-Type-Options"] = "nosniff"
            else:
                response.headers.update(headers)
        return response

    return guard


def _line(value: Any, *parts: str) -> str:
    if not value:
        return NOTHING
    return html.escape(" ".join(str(value[p]) for p in parts if value.get(p)))


def render_page(
    template: Template, facts: Facts, about: About, language: str, *, picture: bool, index: Sequence[Entry], newest: str
) -> str:
    """The page as it stands without scripts.

    Args:
        facts: what residents may read now.
        picture: whether there is something to play.
        index: what was dealt with so far.
        newest: HTML about recordings, for when nothing is live.
    """
    state = str(facts["state"])
    states, script, say = STATES[language], SCRIPT[language], words(about, language)
    told = html.escape(states.get(state, state)) if facts.get("meeting") else say["unknown"]
    meeting = (facts.get("meeting") or {}).get("title")
    until = script["until"].format(time=facts["resumes_at"]) if state == "suspended" and facts.get("resumes_at") else ""
    speaker = facts.get("speaker") or {}
    lines = "".join(
        f'<li class="{one["kind"]}">{html.escape(_clock(one["at"]))} {html.escape(one["text"])}</li>' for one in index
    )
    return template.substitute(
        {**say, "item_word": say["item"], "next_word": say["next"]}
        | {
            "meeting": html.escape(meeting) if meeting else say["council"],
            "state": html.escape(state),
            "state_short": html.escape(SHORT.get(state, state) if language == "nl" else states.get(state, state)),
            "state_text": told + html.escape(until),
            "picture": "shown" if picture and state not in script["dark"] else "none",
            "dark": html.escape(script["dark"].get(state, script["soon"])),
            "item": _line(facts.get("item"), "number", "title"),
            "speaker": html.escape(str(speaker.get("name") or NOTHING)),
            "speaker_about": html.escape(", ".join(str(speaker[p]) for p in ("role", "group") if speaker.get(p))),
            "next": _line(facts.get("next"), "number", "title"),
            "index": lines or f"<li>{say['nothing_yet']}</li>",
            "newest": newest,
            "glossary": glossary(say),
            "head": head(about, language, "/"),
            "foot": foot(about, language),
            "words": json.dumps({"states": states, **script}, ensure_ascii=False).replace("<", "\\u003c"),
        }
    )


def _clock(at: str) -> str:
    return at[11:16]


def security_txt(about: About, expires: str) -> str:
    """RFC 9116; `expires` is a time in ISO 8601."""
    lines = [f"Contact: {about.security_contact}", f"Expires: {expires}", "Preferred-Languages: nl, en"]
    if about.url:
        lines.append(f"Canonical: {about.url}.well-known/security.txt")
    return "\n".join(lines) + "\n"


class _Static:
    """A file of the page, packed once: on an evening everybody comes at the same minute."""

    def __init__(self, plain: bytes) -> None:
        self.plain, self.packed = plain, gzip.compress(plain, mtime=0)


class PublicSite:
    """Everything the public can reach; facts go out with the media of the same capture time."""

    def __init__(
        self,
        packager: Packager,
        facts: FactsTrack,
        live: Sequence[web.RouteDef],
        about: About,
        archive: Archive,
        zone: ZoneInfo,
    ) -> None:
        self._packager, self._facts, self._about, self._archive, self._zone = packager, facts, about, archive, zone
        self._template = Template((PAGE / "live.html").read_text(encoding="utf-8"))
        self._listeners: set[asyncio.Event] = set()
        self._sent: dict[str, Any] = {}
        packager.set_facts_track(facts.marks)
        packager.on_published(self._published)
        self.app = web.Application(middlewares=[security_headers(about.embed)], client_max_size=1024)
        self.app.add_routes(
            [
                web.get("/", self._page),
                web.get("/now", self._now),
                web.get("/events", self._events),
                web.get("/healthz", self._healthz),
                web.get("/index", self._index),
                web.get("/static/{name}", self._static),
                web.get("/.well-known/security.txt", self._security),
                *archive.routes(),
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

    def legs(self) -> dict[str, str]:
        """What the index and `/now` carry, read where residents read it: open, slate or dark."""
        newest_ms, said = self._packager.newest_capture_ms(), self._payload()
        if newest_ms is None:
            return {"index": "dark", "now": "dark"}
        told, live_ms = self._facts.told(newest_ms), self._packager.live_until_ms()
        beyond = bool(told) and (live_ms is None or told[-1][0] > live_ms)
        return {
            "index": "open" if said["live"] or beyond else "slate",
            "now": "open" if said["live"] or said["speaker"] else "slate",
        }

    def _entries(self) -> list[Entry]:
        found = self._facts.told(self._packager.newest_capture_ms())
        return [
            {"at": self._wall(at_ms).isoformat(timespec="milliseconds"), "kind": kind, "text": text}
            for at_ms, kind, text in found
        ]

    def _wall(self, capture_ms: int) -> datetime:
        return datetime.fromtimestamp(self._packager.wall_of(capture_ms) / 1000, self._zone)

    async def _page(self, request: web.Request) -> web.Response:
        facts, language = self._released(), chosen(request.query.get("lang"))
        newest = ""
        if facts["state"] in QUIET:
            records = await asyncio.to_thread(self._archive.newest, NEWEST)
            say = words(self._about, language)
            listed = listing(records, "", say, language) if records else ""
            newest = f'<section class="so-far"><h2>{say["recordings"]}</h2>{listed}</section>' if listed else ""
        text = render_page(
            self._template,
            facts,
            self._about,
            language,
            picture=self._packager.newest_is_live() is not None,
            index=self._entries(),
            newest=newest,
        )
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "max-age=1"})

    async def _index(self, request: web.Request) -> web.Response:
        headers = {"Cache-Control": "max-age=1", "Access-Control-Allow-Origin": "*"}
        return web.json_response({"entries": self._entries()}, headers=headers)

    async def _security(self, request: web.Request) -> web.Response:
        if self._about.security_contact is None:
            raise web.HTTPNotFound(headers={"Cache-Control": "no-store"})
        expires = (datetime.now(UTC) + timedelta(days=EXPIRES_DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
        text = security_txt(self._about, expires.isoformat().replace("+00:00", "Z"))
        return web.Response(text=text, headers={"Cache-Control": "max-age=86400"})

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
