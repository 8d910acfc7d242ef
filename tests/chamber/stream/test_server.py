"""The public site over real HTTP: page, facts, files, and what every answer carries."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession, web

from chamber.stream.archive import Archive
from chamber.stream.facts import FactsTrack
from chamber.stream.frame import About
from chamber.stream.live import live_routes
from chamber.stream.packager import Packager
from chamber.stream.server import SECURITY, PublicSite
from tests.chamber.stream import samples
from tests.chamber.stream.test_facts import facts
from tests.conftest import ManualClock

MEETING = {"id": "1", "title": "Raadsvergadering"}
ABOUT = About(
    "Gemeente <Waterbeek>", "https://live.waterbeek.example/", "Griffie, 0100 123 456", "https://w.example/toegankelijk/",
    security_contact="mailto:veilig@waterbeek.example", embed=("https://www.waterbeek.example",),
)  # fmt: skip
EVIL = '<img src=x onerror="alert(1)">'


class Hall:
    """A public site with a hall behind it that says what a test wants."""

    def __init__(self, clock: ManualClock, public: Path) -> None:
        self.public = public
        self.clock, self.facts = clock, FactsTrack()
        self.packager = Packager(samples.settings(), clock)
        archive = Archive(public, ABOUT, lambda: date(2026, 12, 1))
        zone = ZoneInfo("Europe/Amsterdam")
        self.site = PublicSite(self.packager, self.facts, live_routes(self.packager), ABOUT, archive, zone)
        self.client: ClientSession

    def say(self, **values: Any) -> None:
        self.facts.add(facts(self.clock.now_ms(), **values))
        self.site.facts_changed()

    def publish(self) -> None:
        self.clock.advance(200)
        self.packager.publish(samples.part(self.clock.now_ms() - 200))

    async def text(self, path: str = "/") -> str:
        async with self.client.get(path) as answer:
            assert answer.status == 200
            return await answer.text()


@pytest.fixture
async def hall(manual_clock: ManualClock, tmp_path: Path) -> AsyncIterator[Hall]:
    made = Hall(manual_clock, tmp_path)
    runner = web.AppRunner(made.site.app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as made.client:
        yield made
    await runner.cleanup()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/now",
        "/healthz",
        "/static/live.css",
        "/static/none.js",
        "/live/none.m4s",
        "/x",
        "/archive/",
        "/archive/none/",
        "/archive/index.json",
        "/index",
        "/.well-known/security.txt",
    ],
)
async def test_every_answer_carries_the_security_headers(hall: Hall, path: str) -> None:
    for method in ("GET", "POST"):
        async with hall.client.request(method, path) as answer:
            policy = f"{SECURITY['Content-Security-Policy']} https://www.waterbeek.example"
            expected = {**SECURITY, "Content-Security-Policy": policy}
            assert {name: answer.headers.get(name) for name in SECURITY} == expected
            assert "Set-Cookie" not in answer.headers


async def test_the_page_says_what_is_so_and_runs_nothing_that_is_in_it(hall: Hall) -> None:
    speaker = {"name": EVIL, "role": "Raadslid", "group": "Groen & Co"}
    item = {"id": "4", "number": "4", "title": "Plan <b>$next</b>"}
    hall.publish()
    hall.say(meeting={"id": "1", "title": EVIL}, speaker=speaker, item=item, next={"number": "5", "title": "Sluiting"})
    page = await hall.text()
    assert "<img src=x" not in page
    assert "<b>$next</b>" not in page
    for text in (
        "Plan &lt;b&gt;$next&lt;/b&gt;",
        "Raadslid, Groen &amp; Co",
        "5 Sluiting",
        "Gemeente &lt;Waterbeek&gt;",
    ):
        assert text in page
    assert 'data-picture="shown"' in page


async def test_a_suspension_has_its_time_and_a_dark_page_its_reason(hall: Hall) -> None:
    assert ">Nog geen bericht uit de raadzaal</span>" in await hall.text()
    hall.say(state="planned", meeting=MEETING)
    page = await hall.text()
    assert ">De vergadering is nog niet begonnen</span>" in page
    assert 'data-picture="none"' in page
    assert "De uitzending begint vanzelf zodra de vergadering begint" in page
    hall.clock.advance(100)
    hall.say(state="suspended", resumes_at="21:15", meeting=MEETING)
    page = await hall.text()
    assert ">Geschorst, verder om 21:15</span>" in page
    assert 'data-picture="none"' in page
    assert "Even geduld, de uitzending begint zo" in page
    hall.publish()
    assert 'data-picture="shown"' in await hall.text()


async def test_events_tell_each_change_with_the_media_of_its_time(hall: Hall) -> None:
    async with hall.client.get("/events") as answer, asyncio.timeout(5):
        assert answer.headers["Content-Type"] == "text/event-stream"

        async def next_event() -> dict[str, Any]:
            while not (line := await answer.content.readline()).startswith(b"data: "):
                assert line
            return json.loads(line.removeprefix(b"data: "))

        assert (await next_event())["state"] == "planned"
        hall.say(state="open")
        said = await next_event()
        assert (said["state"], said["picture"]) == ("open", False)
        hall.publish()
        said = await next_event()
        assert (said["live"], said["picture"]) == (True, True)
        hall.clock.advance(100)
        hall.say(speaker={"name": "Jan Jansen", "group": None, "role": "Raadslid"})
        assert (json.loads(await hall.text("/now")))["speaker"] is None
        hall.publish()
        assert (await next_event())["speaker"]["name"] == "Jan Jansen"


async def test_files_are_packed_for_who_can_unpack_them(hall: Hall) -> None:
    async with hall.client.get("/static/live.js", headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        size = int(packed.headers["Content-Length"])
        text = await packed.text()
    async with hall.client.get("/static/live.js", headers={"Accept-Encoding": "identity"}) as plain:
        assert "Content-Encoding" not in plain.headers
        assert plain.headers["Vary"] == "Accept-Encoding"
        assert await plain.text() == text
        assert size < len(text) / 2


async def test_the_index_fills_with_the_media_and_stands_on_the_page_without_scripts(hall: Hall) -> None:
    assert "Nog niets behandeld." in await hall.text()
    item = {"id": "4", "number": "4", "title": "Plan <b>"}
    hall.publish()
    hall.say(state="open", meeting=MEETING, item=item)
    hall.publish()
    hall.clock.advance(100)
    hall.say(
        state="open", meeting=MEETING, item=item, speaker={"name": "Jan Jansen", "group": "Blauw", "role": "Raadslid"}
    )
    assert [one["text"] for one in json.loads(await hall.text("/index"))["entries"]] == ["4 Plan <b>"]
    hall.publish()
    entries = json.loads(await hall.text("/index"))["entries"]
    assert [(one["kind"], one["text"]) for one in entries] == [
        ("item", "4 Plan <b>"), ("speaker", "Jan Jansen (Raadslid, Blauw)"),
    ]  # fmt: skip
    page = await hall.text()
    assert "4 Plan &lt;b&gt;</li>" in page
    hall.clock.advance(100)
    hall.say(state="open", meeting=MEETING, item=item)
    hall.publish()
    hall.facts.withdraw(0, hall.clock.now_ms())
    assert "Jan Jansen" not in await hall.text("/index")


async def test_it_speaks_english_when_asked(hall: Hall) -> None:
    hall.say(state="suspended", resumes_at="21:15", meeting=MEETING)
    page = await hall.text("/?lang=en")
    assert '<html lang="en">' in page
    assert ">Adjourned for a break, resumes at 21:15</span>" in page
    assert 'href="/?lang=nl" lang="nl"' in page
    assert '<html lang="nl">' in await hall.text("/?lang=xx")


async def test_whom_to_ask_and_whom_to_warn(hall: Hall) -> None:
    page = await hall.text()
    assert "Griffie, 0100 123 456" in page
    assert 'href="https://w.example/toegankelijk/"' in page
    warning = await hall.text("/.well-known/security.txt")
    assert "Contact: mailto:veilig@waterbeek.example" in warning
    assert "Canonical: https://live.waterbeek.example/.well-known/security.txt" in warning
    assert "Expires: 20" in warning
