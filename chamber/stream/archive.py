"""Recordings on the public server: the list, one meeting, its files. Reads DATA/public and nothing else."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import web

from chamber.stream.frame import About, foot, head, words
from chamber.stream.shown import Record, listing, parts
from chamber.stream.words import chosen

PAGE = Path(__file__).parent / "page"
MEETING = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
RECORD = "meeting.json"
MOST_MEETINGS, RECORD_BYTES = 2000, 20_000_000
QUERY_CHARS = 100
FRESH_S = 60
TYPES = {
    ".mp4": "video/mp4", ".vtt": "text/vtt", ".csv": "text/csv", ".json": "application/json", ".ics": "text/calendar",
    ".txt": "text/plain",
}  # fmt: skip
Today = Callable[[], date]


class Archive:
    """Published meetings; what is published or taken away is seen at the next request."""

    def __init__(self, public: Path, about: About, today: Today | None = None) -> None:
        self._home, self._about = public / "meetings", about
        self._today = today or (lambda: datetime.now(UTC).date())
        self._list = Template((PAGE / "archive.html").read_text(encoding="utf-8"))
        self._one = Template((PAGE / "recording.html").read_text(encoding="utf-8"))
        self._kept: dict[str, tuple[int, Record]] = {}

    def routes(self) -> list[web.RouteDef]:
        """What the public server serves below /archive/."""
        return [
            web.get("/archive", self._slash),
            web.get("/archive/", self._listed),
            web.get("/archive/index.json", self._json),
            web.get("/archive/{meeting}", self._slash),
            web.get("/archive/{meeting}/", self._page),
            web.get("/archive/{meeting}/{file}", self._file),
        ]

    def newest(self, count: int) -> list[Record]:
        """The newest published meetings; blocks while it reads."""
        return self._records()[:count]

    def _records(self) -> list[Record]:
        names = sorted((p.name for p in self._home.iterdir()), reverse=True) if self._home.is_dir() else []
        found = [record for name in names[:MOST_MEETINGS] if (record := self._record(name)) is not None]
        return sorted(found, key=lambda record: str(record.get("opened") or record["id"]), reverse=True)

    def _record(self, name: str) -> Record | None:
        """A meeting's record, read again only when it has changed."""
        if not MEETING.fullmatch(name):
            return None
        path = self._home / name / RECORD
        try:
            told = path.stat()
            kept = self._kept.get(name)
            if kept is not None and kept[0] == told.st_mtime_ns:
                return kept[1]
            if told.st_size > RECORD_BYTES:
                return None
            record: Any = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._kept.pop(name, None)
            return None
        if not isinstance(record, dict) or record.get("version") != 1:
            return None
        self._kept[name] = (told.st_mtime_ns, record)
        return record

    async def _slash(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPMovedPermanently(f"{request.path}/")

    async def _listed(self, request: web.Request) -> web.Response:
        language = chosen(request.query.get("lang"))
        query = " ".join(request.query.get("q", "")[:QUERY_CHARS].split())
        say = words(self._about, language)
        records = await asyncio.to_thread(self._records)
        text = self._list.substitute(
            say,
            title=say["archive_title"],
            head=head(self._about, language, "/archive/"),
            foot=foot(self._about, language),
            query=escape(query),
            results=listing(records, query, say, language),
        )
        return _html(text)

    async def _json(self, request: web.Request) -> web.Response:
        records = await asyncio.to_thread(self._records)
        found = [
            {key: record.get(key) for key in ("id", "title", "opened", "ended", "published")}
            | {"url": f"/archive/{record['id']}/"}
            for record in records
        ]
        headers = {"Cache-Control": f"max-age={FRESH_S}", "Access-Control-Allow-Origin": "*"}
        return web.json_response({"meetings": found}, headers=headers)

    async def _page(self, request: web.Request) -> web.Response:
        language = chosen(request.query.get("lang"))
        record = await asyncio.to_thread(self._record, request.match_info["meeting"])
        if record is None:
            raise web.HTTPNotFound(headers={"Cache-Control": "no-store"})
        say = words(self._about, language)
        text = self._one.substitute(
            {**say, **parts(record, say, language, self._today())},
            head=head(self._about, language, f"/archive/{record['id']}/"),
            foot=foot(self._about, language),
            speakers=say["speakers"],
        )
        return _html(text)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        meeting, name = request.match_info["meeting"], request.match_info["file"]
        path = self._home / meeting / name
        kind = TYPES.get(path.suffix)
        known = MEETING.fullmatch(meeting) and FILE.fullmatch(name) and kind is not None
        if not known or path.is_symlink() or not path.is_file():
            raise web.HTTPNotFound(headers={"Cache-Control": "no-store"})
        headers = {
            "Cache-Control": f"max-age={FRESH_S}",
            "Content-Type": kind or "",
            "Access-Control-Allow-Origin": "*",
        }
        return web.FileResponse(path, headers=headers)


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "max-age=10"})
