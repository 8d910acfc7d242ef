"""The operator's console in a terminal of 80 by 24, through a whole meeting, by keys alone."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chamber.apps.operator import Operator
from chamber.journal import Entry, replay
from tests.system.house import House
from tests.system.terminal import Terminal
from tests.until import until
from tui.widgets.bigtext import small

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]

CONFIRM_S = 1.0
"""A second press counts when it comes at least 0.8 s after the first."""


def big(word: str) -> str:
    """The first of the three lines on which a word stands in big letters."""
    return str(small(word)[0]).rstrip()


class Desk:
    """The operator at the console, and the control API's view of what that did."""

    def __init__(self, terminal: Terminal, api: Operator) -> None:
        self.terminal, self._api = terminal, api

    async def shows(self, *texts: str) -> str:
        """Wait for texts on the screen."""
        return await self.terminal.shows(*texts)

    async def state(self, wanted: str) -> dict[str, Any]:
        """Wait until the control API says that the meeting is there."""
        return await self._api.until(lambda view: view["meeting"]["state"] == wanted, wanted, within_s=5)

    async def until(self, condition: Any, what: str) -> dict[str, Any]:
        """Wait until the control API says so."""
        return await self._api.until(condition, what, within_s=5)

    async def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            await self.terminal.press(key)

    async def twice(self, key: str, asked: str) -> None:
        """Press a key that asks for the same key again, and confirm."""
        before = await self._api.state()
        await self.terminal.press(key)
        await self.shows(f"Druk nogmaals {key.upper()} binnen 5 s: {asked}")
        await asyncio.sleep(CONFIRM_S)
        assert (await self._api.state())["meeting"] == before["meeting"]
        await self.terminal.press(key)


def journal(house: House, meeting: str) -> list[Entry]:
    """Everything that was kept of a meeting."""
    return list(replay(house.prepared.folder / "data" / "meetings" / meeting / "journal.jsonl"))


@asynccontextmanager
async def sitting(house: House, folder: Path) -> AsyncIterator[Desk]:
    """A console before a meeting that has not begun."""
    command = [sys.executable, "-m", "chamber", "console", "--url", house.prepared.control_url]
    command += ["--token-file", str(house.prepared.token_file)]
    async with house.operator() as api:
        await house.planned(api)
        async with Terminal(folder, command) as terminal:
            desk = Desk(terminal, api)
            await desk.shows("Nog niet klaargezet; de pagina toont alleen de agenda", "K Klaarzetten")
            yield desk


async def test_a_whole_meeting_by_keys(house: House, tmp_path: Path) -> None:
    async with sitting(house, tmp_path) as desk:
        await desk.press("k")
        await desk.state("standby")
        await desk.shows(big("KLAAR"), "✓ Klaar om", "bevestigd door beeld en geluid", "ZIET ■ NEE", "HOORT ■ NEE")

        await desk.twice("o", "OPENBAAR. Publiek ziet en hoort de zaal.")
        await desk.state("open")
        await desk.shows(big("OPENBAAR"), "✓ Openbaar om", "ZIET ● JA", "HOORT ● JA", "▶ 1 Opening")

        house.mic("raad03", on=True)
        view = await desk.until(lambda v: v["on_air"]["seat"] == "raad03", "a shot of raad03")
        assert view["on_air"]["camera"] in ("cam1", "cam2", "cam3")
        await desk.shows("Jeroen Stapelbroek", "Waterbeek Vooruit · Raadslid", f"▶ {view['on_air']['camera']} IN BEELD")

        await desk.press("v")
        await desk.until(lambda v: v["meeting"]["item"] == "insprekers", "the next item")
        await desk.shows("✓ Volgend punt: gedaan", "▶ 2 Inspreekronde")
        await desk.press("p")
        await desk.shows("Naar welk agendapunt?")
        await desk.terminal.type("Beekzicht")
        await desk.press("Enter")
        await desk.until(lambda v: v["meeting"]["item"] == "beekzicht", "item 4")
        await desk.shows("▶ 4 Bestemmingsplan Beekzicht")

        await desk.press("s")
        await desk.state("suspended")
        await desk.shows(
            big("GESCHORST"), "✓ Geschorst om", "bevestigd door beeld en geluid", "ZIET ■ NEE", "O Hervatten"
        )
        await desk.press("-")
        await desk.shows("Schorsen tot hoe laat?")
        await desk.terminal.type("21:15")
        await desk.press("Enter")
        await desk.until(lambda v: v["meeting"]["resumes_at"] == "21:15", "the time")
        await desk.shows("verder om 21:15")

        await desk.twice("o", "OPENBAAR. Publiek ziet en hoort de zaal.")
        await desk.state("open")
        await desk.shows(big("OPENBAAR"), "ZIET ● JA")

        await desk.press("d")
        await desk.state("closing_doors")
        await desk.shows("Wacht tot de tribune leeg is en de deuren dicht zijn", "✓ Deuren sluiten om", "ZIET ■ NEE")
        await desk.press("b")
        await desk.state("closed")
        await desk.shows(big("BESLOTEN"), "✓ Besloten om", "er wordt niets uitgezonden of opgenomen")
        await desk.press("o")
        await desk.shows("Openen kan nu niet: de stand is Besloten")
        await desk.state("closed")
        await desk.twice("l", "DEUREN OPEN. Publiek mag binnen.")
        await desk.state("reopening")
        await desk.shows("Publiek mag binnen; er wordt nog niets uitgezonden", "✓ Deuren open om", "O Heropenen")
        await desk.twice("o", "OPENBAAR. Publiek ziet en hoort de zaal.")
        await desk.state("open")
        await desk.shows(big("OPENBAAR"), "ZIET ● JA")

        await desk.press("x")
        await desk.until(lambda v: "on" not in v["microphones"].values(), "every microphone off")
        await desk.shows("✓ Alle microfoons uit: gedaan", "Niemand aan het woord")

        await desk.press("g")
        await desk.shows("Hoe wordt er gestemd?", "Handopsteken")
        await desk.press("Enter")
        await desk.shows("✓ Gaan stemmen: gedaan")
        await desk.press("u")
        await desk.shows("Waarover is gestemd?", "Amendement")
        await desk.press("Enter")
        await desk.shows("Wat is de uitslag volgens de voorzitter?", "Aangenomen")
        await desk.press("Enter")
        await desk.shows("Aantallen voor-tegen")
        await desk.terminal.type("12-7")
        await desk.press("Enter")
        await desk.shows("✓ Uitslag: gedaan")

        await desk.twice("e", "EINDE. De vergadering is gesloten.")
        view = await desk.state("ended")
        await desk.shows(big("EINDE"), "✓ Gesloten om", "De vergadering is gesloten", "ZIET ■ NEE")
        await desk.twice("*", "PUBLICEREN. De opname komt online.")
        await desk.state("published")
        await desk.shows("De opname staat online", "✓ Gepubliceerd om")

        await desk.twice("q", "AFSLUITEN. De vergadering loopt door.")
        assert await desk.terminal.ended() == 0
    voted = [entry for entry in journal(house, view["meeting"]["id"]) if entry.kind == "vote"]
    assert len(voted) == 1
    found = voted[0].fields
    assert (found["outcome"], found["for_count"], found["against_count"]) == ("adopted", 12, 7)


async def test_panic_works_from_a_dialog_and_the_text_in_it_is_kept(house: House, tmp_path: Path) -> None:
    async with sitting(house, tmp_path) as desk:
        await desk.press("k")
        await desk.shows(big("KLAAR"))
        await desk.twice("o", "OPENBAAR. Publiek ziet en hoort de zaal.")
        await desk.state("open")
        await desk.shows("ZIET ● JA")
        await desk.press("n")
        await desk.shows("Notitie (komt niet in de uitzending)")
        await desk.terminal.type("motie s komt nog")
        await desk.state("open")
        await desk.press("F12")
        await desk.state("suspended")
        await desk.shows(big("GESCHORST"), "motie s komt nog", "ZIET ■ NEE")
        await desk.press("Enter")
        await desk.shows("Wat is het?", "Toezegging")
        await desk.press("Enter")
        meetings = house.prepared.folder
        await until(lambda: any("motie s komt nog" in notes.read_text() for notes in meetings.rglob("notes.json")))


async def test_a_console_without_a_good_token_says_so(house: House, tmp_path: Path) -> None:
    token = tmp_path / "wrong.token"
    token.write_text("not-the-token-of-anybody\n", encoding="utf-8")
    command = [sys.executable, "-m", "chamber", "console", "--url", house.prepared.control_url]
    async with Terminal(tmp_path, [*command, "--token-file", str(token)]) as terminal:
        await terminal.shows("GEEN VERBINDING MET DE REGELING", "token geweigerd: vraag de beheerder")
