"""Recordings on the public server: found, played in ranges, and nothing else of the disk."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from chamber.apps.publishing import publish
from chamber.exports.package import Making
from chamber.stream.archive import Archive
from chamber.stream.frame import About
from tests.chamber.exports import evening

ID = "2026-11-23"


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """One meeting with two recordings that nothing was cut from, and one without any."""
    kept = evening.dossier()
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    for media in kept.media:
        (recordings / media.file).write_bytes(bytes(range(256)) * 8)
    speeches = tuple(speech for speech in kept.index.speeches if not speech.withheld)
    kept = replace(kept, index=replace(kept.index, speeches=speeches))
    making = Making(evening.NOW, "https://raad.example.nl")
    publish(kept, recordings, tmp_path / "public", making)
    other = replace(
        kept, id="2026-10-05", title="Politiek Beraad", media=(), agenda=(), index=replace(kept.index, votes=())
    )
    publish(other, recordings, tmp_path / "public", making)
    return tmp_path / "public"


@pytest.fixture
async def client(public: Path) -> AsyncIterator[ClientSession]:
    app = web.Application()
    app.add_routes(Archive(public, About("Gemeente Waterbeek"), lambda: date(2026, 12, 1)).routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        yield session
    await runner.cleanup()


async def text(client: ClientSession, path: str) -> str:
    async with client.get(path) as answer:
        assert answer.status == 200, path
        return await answer.text()


async def test_meetings_are_listed_and_searched(client: ClientSession) -> None:
    page = await text(client, "/archive/")
    assert page.index("Raadsvergadering 23 november 2026") < page.index("Politiek Beraad") or "Politiek" in page
    assert "23 november 2026, 19:30 tot 19:48 uur" in page
    found = await text(client, "/archive/?q=de+boer")
    assert "Jan de Boer Waterbeek Lokaal (Agendapunt 3.1)" in found
    assert f'href="/archive/{ID}/#t=191.0"' in found
    nothing = await text(client, "/archive/?q=%3Cscript%3E")
    assert "Niets gevonden voor “&lt;script&gt;”" in nothing
    english = await text(client, "/archive/?q=fietspad&lang=en")
    assert "found for" in english
    assert f'href="/archive/{ID}/?lang=en#t=' in english


async def test_a_meeting_has_player_index_votes_times_and_files(client: ClientSession) -> None:
    page = await text(client, f"/archive/{ID}/")
    for part in (
        'src="opname-1.mp4"', "Inspreker 1", "3.1 Bestemmingsplan &lt;Beekzicht&gt;", "A Besloten agendapunt",
        "Stemmen staken (1 voor, 1 tegen)", "Elif Yılmaz: 2", '<th scope="row">Waterbeek Lokaal</th>',
        'href="2026-11-23.index.csv"', 'data-hash="#t=90.0&amp;deel=2"', "samen met 5", "van de agenda af",
        "Die volgt uiterlijk 8 december 2026",
    ):  # fmt: skip
        assert part in page, part
    for hidden in (evening.SECRET_NAME, "wilgeheim", evening.CLOSED_TITLE):
        assert hidden not in page
    assert "De opname wordt klaargemaakt" in await text(client, "/archive/2026-10-05/")


async def test_recordings_come_in_ranges(client: ClientSession) -> None:
    async with client.get(f"/archive/{ID}/opname-1.mp4", headers={"Range": "bytes=16-31"}) as answer:
        assert (answer.status, await answer.read()) == (206, bytes(range(16, 32)))
        assert answer.headers["Content-Type"] == "video/mp4"
    assert json.loads(await text(client, f"/archive/{ID}/meeting.json"))["id"] == ID
    assert (await text(client, f"/archive/{ID}/opname-1.agenda.vtt")).startswith("WEBVTT")


@pytest.mark.parametrize(
    "path",
    ["/archive/none/", f"/archive/{ID}/none.mp4", f"/archive/{ID}/..%2F..%2Fsecret.txt", f"/archive/{ID}/link.txt",
     "/archive/..%2F..%2Fpublic/", f"/archive/{ID}/meeting.py", "/archive/.hidden/", f"/archive/{ID}.new/"],
)  # fmt: skip
async def test_nothing_else_is_served(client: ClientSession, public: Path, path: str) -> None:
    (public.parent / "secret.txt").write_text("secret")
    (public / "meetings" / ID / "link.txt").symlink_to(public.parent / "secret.txt")
    (public / "meetings" / ID / "meeting.py").write_text("secret")
    async with client.get(path) as answer:
        assert answer.status == 404
        assert "secret" not in await answer.text()


async def test_what_is_withheld_later_is_gone_at_the_next_request(client: ClientSession, public: Path) -> None:
    assert "Elif Yılmaz" in await text(client, f"/archive/{ID}/")
    record = public / "meetings" / ID / "meeting.json"
    record.write_text(record.read_text(encoding="utf-8").replace("Elif Yılmaz", "Inspreker 9"), encoding="utf-8")
    assert "Elif Yılmaz" not in await text(client, f"/archive/{ID}/")
    record.write_text("{ broken")
    async with client.get(f"/archive/{ID}/") as answer:
        assert answer.status == 404
    assert "Raadsvergadering 23" not in await text(client, "/archive/")


async def test_a_slash_is_added(client: ClientSession) -> None:
    async with client.get(f"/archive/{ID}", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (301, f"/archive/{ID}/")
