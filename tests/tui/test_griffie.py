"""The griffie's own work by keys: agenda, votes, presence, guests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chamber.wire import ImportView
from tests.tui import evening
from tests.tui.conftest import Hands, clock, console
from tests.tui.test_dialogs import asked, seat_kat_chosen
from tests.until import until
from tui.screens.ask import PromptScreen
from tui.screens.listing import ListScreen
from tui.screens.main import MainScreen


@pytest.fixture
async def desk() -> AsyncIterator[Hands]:
    """An open meeting with everybody known by name."""
    async with console(evening.view("open", people=evening.council())) as found:
        yield found


async def listed(hands: Hands, key: str) -> None:
    await hands.press(key)
    await until(lambda: isinstance(hands.app.screen, ListScreen))
    await hands.pilot.pause()


async def answered(hands: Hands, text: str, *, over: str = "") -> None:
    """Write a line, in place of the `over` that stood there."""
    await asked(hands, PromptScreen)
    await hands.press(*["backspace"] * len(over))
    await hands.type(text)
    await hands.press("enter")


async def picked(hands: Hands, question: str, text: str) -> None:
    await hands.shows(question)
    await asked(hands)
    await hands.type(text)
    await hands.press("enter")


# -- agenda ---------------------------------------------------------------------------------------------------------
async def test_an_item_is_added_behind_the_running_one(desk: Hands) -> None:
    await listed(desk, "left_square_bracket")
    await desk.shows("▶ 3")
    await desk.press("plus")
    await answered(desk, "4.12")
    await answered(desk, "Motie vreemd")
    await desk.ordered(command="agenda.add", number="4.12", title="Motie vreemd", after="i4")
    await desk.told("Punt 4.12 erbij: gedaan")
    assert isinstance(desk.app.screen, ListScreen)


async def test_an_item_is_changed_moved_withdrawn_and_joined_in_one_list(desk: Hands) -> None:
    await listed(desk, "left_square_bracket")
    await desk.press("down", "o")
    await desk.ordered(command="agenda.move", item="i5", after="i3")
    await until(lambda: [i.id for i in desk.app.facts.view.agenda][4:6] == ["i5", "i4"])  # type: ignore[union-attr]
    await desk.press("n")
    await desk.ordered(command="agenda.move", item="i5", after="i4")
    await desk.press("w")
    await answered(desk, "4a", over="4")
    await answered(desk, "Begroting", over="Begroting 2027")
    await desk.ordered(command="agenda.change", item="i5", number="4a", title="Begroting")
    await desk.press("i")
    await desk.ordered(command="agenda.withdraw", item="i5")
    await desk.shows("4a    Begroting (ingetrokken)")
    await desk.press("i")
    await desk.ordered(command="agenda.withdraw", item="i5", withdrawn=False)
    await desk.press("s")
    await picked(desk, "Met welk punt wordt 4a samen behandeld?", "molenkamp")
    await desk.ordered(command="agenda.join", item="i5", into="i4")
    await desk.shows("Begroting (samen met 3)")
    await desk.press("s")
    await desk.ordered(command="agenda.join", item="i5", into=None)
    await desk.press("escape")
    await until(lambda: isinstance(desk.app.screen, MainScreen))


async def test_the_ends_of_the_agenda_are_told(desk: Hands) -> None:
    await listed(desk, "left_square_bracket")
    await desk.press("end", "n")
    await desk.told("Dit punt staat al onderaan")
    await desk.press("home", "o")
    await desk.told("Dit punt staat al bovenaan")
    assert desk.server.orders == []


async def test_closing_an_item_asks_with_what_the_law_says_and_opening_it_does_not(desk: Hands) -> None:
    await listed(desk, "left_square_bracket")
    await desk.press("b")
    await desk.shows("Gemeentewet art. 24")
    await desk.press("enter")
    assert desk.server.orders == []
    await desk.press("b")
    await picked(desk, "besloten maken", "ja")
    await desk.ordered(command="agenda.change", item="i4", closed=True)
    await desk.shows("(besloten)")
    await desk.press("b")
    await desk.ordered(command="agenda.change", item="i4", closed=False)
    await desk.press("f")
    await picked(desk, "Wat voor punt is 3?", "hamer")
    await desk.ordered(command="agenda.change", item="i4", phase="consent")


def compared() -> ImportView:
    items = [{"id": i.id, "number": i.number, "title": i.title} for i in evening.AGENDA]
    items.append({"id": "i9", "number": "7", "title": "Rondvraag"})
    differences = [
        {"what": "added", "item": "i9", "after": "7 Rondvraag"},
        {"what": "title", "item": "i4", "before": "Oud", "after": "Nieuw", "kept": True},
        {"what": "moved", "item": "i5"},
    ]
    found = {"source": "text", "title": "Raad", "starts": "", "items": items, "differences": differences}
    return ImportView.model_validate(found)


async def test_another_agenda_shows_its_differences_before_it_is_taken_over(desk: Hands, tmp_path: Path) -> None:
    file = tmp_path / "agenda van het RIS.txt"
    file.write_text("7 Rondvraag\n", encoding="utf-8")
    await listed(desk, "left_square_bracket")
    await desk.press("l")
    await picked(desk, "uit welk bestand?", "ander bestand: pad")
    await answered(desk, str(file))
    await desk.told("Dit is geen agenda.")
    desk.server.compared = compared()
    await desk.press("l")
    await picked(desk, "uit welk bestand?", "ander bestand: pad")
    await answered(desk, str(file))
    await desk.shows("3 verschillen met de agenda nu. Er is nog niets veranderd.")
    await desk.shows("+ nieuw      7 Rondvraag")
    await desk.shows("Oud wordt Nieuw (blijft: al behandeld)")
    await desk.shows("↕ verplaatst 4 Begroting 2027")
    assert desk.server.files == [b"7 Rondvraag\n"] * 2 and desk.server.orders == []
    await desk.server.change(agenda=evening.AGENDA[:-1])
    await until(lambda: len(desk.app.facts.view.agenda) == 8)  # type: ignore[union-attr]
    await desk.press("o")
    await desk.told("De agenda is intussen veranderd")
    assert desk.server.orders == []
    await desk.press("o")
    await until(lambda: desk.server.orders)
    (order,) = desk.server.orders
    assert order["command"] == "agenda.replace" and order["items"][-1]["title"] == "Rondvraag"
    await desk.shows("Agenda wijzigen")


async def test_a_file_that_is_not_there_is_told(desk: Hands) -> None:
    await listed(desk, "left_square_bracket")
    await desk.press("l")
    await picked(desk, "uit welk bestand?", "ander bestand: pad")
    await answered(desk, "/bestaat/niet.txt")
    await desk.told("Dit bestand is niet te lezen: No such file")


# -- votes ----------------------------------------------------------------------------------------------------------
async def test_names_are_called_from_the_drawn_number_and_counted(desk: Hands) -> None:
    await desk.press("g")
    await picked(desk, "Hoe wordt er gestemd?", "hoofd")
    await picked(desk, "Welk nummer is geloot?", "18 ")
    await desk.ordered(command="vote.begin", kind="roll_call_vote", first="p-s18")
    await desk.shows("0 voor, 0 tegen, nog 19 te gaan")
    await desk.press("v")
    await desk.ordered(command="vote.cast", person="p-s18", choice="for")
    await desk.told("Rosa Maas: VOOR: gedaan")
    await desk.press("t")
    await desk.ordered(command="vote.cast", person="p-s19", choice="against")
    await desk.press("o")
    await desk.ordered(command="vote.cast", person="p-s1", choice="abstained")
    await desk.shows("1 voor, 1 tegen, nog 16 te gaan, 1 zonder stem")
    await desk.press("up", "a")
    await desk.ordered(command="vote.cast", person="p-s1", choice="absent")
    await desk.press("escape")
    await until(lambda: isinstance(desk.app.screen, MainScreen))
    await desk.press("g")
    await picked(desk, "Hoe wordt er gestemd?", "verder")
    await desk.shows("1 voor, 1 tegen, nog 16 te gaan")
    await desk.press("v")
    await desk.ordered(command="vote.cast", person="p-s2", choice="for")
    await desk.press("u")
    await picked(desk, "Waarover is gestemd?", "amendement")
    await desk.shows("Geteld: 2 voor, 1 tegen. Wat is de uitslag volgens de voorzitter?")
    await desk.told("Nog niet gestemd: Carla Nijland")
    await picked(desk, "Geteld", "verworpen")
    await desk.ordered(command="vote.record", kind="roll_call_vote", outcome="rejected", question="amendment")


async def test_a_key_that_is_held_down_votes_once(desk: Hands) -> None:
    await desk.press("g")
    await picked(desk, "Hoe wordt er gestemd?", "hoofd")
    await picked(desk, "Welk nummer is geloot?", "niet geloot")
    await desk.ordered(command="vote.begin", kind="roll_call_vote")
    await until(lambda: isinstance(desk.app.screen, ListScreen))
    await desk.press("v")
    for _ in range(5):
        clock.advance(40)
        await desk.pilot.press("v")
    await desk.ordered(command="vote.cast", person="p-s1", choice="for")
    await desk.told("V telde één keer")


async def test_a_vote_by_name_needs_voters(hands: Hands) -> None:
    await hands.press("g")
    await picked(hands, "Hoe wordt er gestemd?", "hoofd")
    await hands.told("Niemand staat als stemgerechtigd raadslid")
    assert hands.server.orders == []


async def test_of_a_secret_ballot_only_totals_are_sent(desk: Hands) -> None:
    await desk.press("g")
    await picked(desk, "Hoe wordt er gestemd?", "schriftelijk")
    await desk.ordered(command="vote.begin", kind="secret_ballot")
    await desk.press("u")
    await picked(desk, "Geheime stemming: waarover?", "personen")
    await until(lambda: isinstance(desk.app.screen, ListScreen))
    for name, count in (("Bram", "12"), ("Fatma", "x7"), ("blanco", "1")):
        await desk.press("plus")
        await picked(desk, "Welke kandidaat?", name)
        await answered(desk, count)
        if count == "x7":
            await desk.shows("Schrijf een getal van 0 tot en met 99")
            await answered(desk, "6", over="x7")
    await desk.shows("Briefjes per kandidaat: 19 geteld")
    await desk.press("u")
    await picked(desk, "Wat is de uitslag", "aangenomen")
    totals = ({"person": "p-s2", "count": 12}, {"person": "p-s6", "count": 6}, {"person": None, "count": 1})
    await desk.ordered(command="vote.record", kind="secret_ballot", outcome="adopted", totals=totals)
    await until(lambda: isinstance(desk.app.screen, MainScreen))


# -- presence and guests --------------------------------------------------------------------------------------------
async def test_the_attendance_list_follows_the_space_bar(desk: Hands) -> None:
    await listed(desk, "slash")
    await desk.shows("nog niemand aangevinkt")
    await desk.press("end", "up", "space")
    await desk.ordered(command="attendance.set", person="p-s19", present=True)
    await desk.shows("1 aanwezig, 1 van 19 stemgerechtigde leden")
    await desk.shows("✓ Sjoerd Velt")
    await desk.press("e")
    await desk.shows("Sjoerd Velt is weg sinds wanneer?")
    at_ms = desk.app.facts.now_ms - 300_000
    await picked(desk, "sinds wanneer", "5 minuten")
    await until(lambda: desk.server.orders)
    (order,) = desk.server.orders
    assert (order["present"], order["person"]) == (False, "p-s19")
    assert at_ms - 5000 < order["at_ms"] <= at_ms


async def test_a_guest_gets_a_seat_and_keeps_name_and_picture_private(desk: Hands) -> None:
    await seat_kat_chosen(desk)
    await desk.press("right_square_bracket")
    await answered(desk, "Joost de Bruin")
    await picked(desk, "Wat is Joost de Bruin?", "inspreker")
    await picked(desk, "Wat wil Joost de Bruin?", "geen naam en niet")
    await desk.shows("Waar gaat Joost de Bruin zitten of staan?")
    assert "Nog geen stoel" not in desk.screen()
    await desk.press("enter")
    await desk.ordered(command="guest.add", name="Joost de Bruin", seat="kat", hide_picture=True, hide_name=True)


async def test_a_guest_may_come_without_a_seat_when_nothing_is_private(desk: Hands) -> None:
    await desk.press("right_square_bracket")
    await answered(desk, "Ans Deskundig")
    await picked(desk, "Wat is Ans Deskundig?", "ambtenaar")
    await picked(desk, "Wat wil Ans Deskundig?", "naam en beeld")
    await picked(desk, "Waar gaat", "nog geen stoel")
    await desk.ordered(command="guest.add", name="Ans Deskundig", role="official")


async def test_whoever_sits_on_a_seat_may_change_their_wish(desk: Hands) -> None:
    await desk.press("z")
    await asked(desk)
    await desk.type("rosa")
    await desk.press("enter")
    await desk.press("right_square_bracket")
    await picked(desk, "Gast of privacy", "privacy")
    await picked(desk, "Wat wil Rosa Maas?", "niet in beeld (")
    await desk.ordered(command="speaker.privacy", seat="s18", hide_picture=True)
