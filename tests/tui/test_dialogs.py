"""Acts that ask something first; the acts that shut out the public work there too."""

import pytest

from tests.tui import evening
from tests.tui.conftest import Hands, clock, console
from tests.until import until
from tui.screens.ask import ChooseScreen, PromptScreen
from tui.screens.main import MainScreen
from tui.screens.reading import HelpScreen, InfoScreen


async def asked(hands: Hands, kind: type = ChooseScreen) -> None:
    await until(lambda: isinstance(hands.app.screen, kind) and hands.app.screen.focused is not None)
    await hands.pilot.pause()


async def chosen(hands: Hands, key: str, text: str) -> None:
    """Press a key and choose from its list by typing."""
    await hands.press(key)
    await asked(hands)
    await hands.type(text)
    await hands.press("enter")


async def seat_kat_chosen(hands: Hands) -> None:
    await chosen(hands, "z", "kat")
    await until(lambda: hands.app.facts.seat == "kat")


async def test_an_item_is_chosen_by_typing(hands: Hands) -> None:
    await chosen(hands, "p", "zwem")
    await hands.ordered(command="item.select", item="i6")


async def test_an_item_is_chosen_by_arrows_and_left_by_escape(hands: Hands) -> None:
    await hands.press("p")
    await asked(hands)
    await hands.press("escape")
    await until(lambda: isinstance(hands.app.screen, MainScreen))
    await hands.press("p")
    await asked(hands)
    await hands.press("down", "enter")
    await hands.ordered(command="item.select", item="i5")


async def test_a_late_press_moves_the_boundary_back_from_the_moment_of_the_press(hands: Hands) -> None:
    before_ms = hands.app.facts.now_ms
    await hands.press("comma")
    after_ms = hands.app.facts.now_ms
    await asked(hands)
    clock.advance(9000)
    await hands.type("1 minuut")
    await hands.press("enter")
    await until(lambda: hands.server.orders)
    (order,) = hands.server.orders
    assert order["command"] == "item.next"
    assert before_ms - 60_000 <= order["at_ms"] <= after_ms - 60_000


async def test_a_person_is_put_on_the_chosen_seat(hands: Hands) -> None:
    await seat_kat_chosen(hands)
    await chosen(hands, "w", "zeger")
    await hands.ordered(command="speaker.assign", seat="kat", person="p-in1")
    await chosen(hands, "w", "niemand")
    await hands.ordered(command="speaker.assign", seat="kat", person=None)


async def test_two_seats_are_swapped(hands: Hands) -> None:
    await seat_kat_chosen(hands)
    await chosen(hands, "w", "ruilen")
    await until(lambda: "ruilt met" in hands.screen())
    await asked(hands)
    await hands.type("rosa")
    await hands.press("enter")
    await hands.ordered(command="seats.swap", seat="kat", other="s18")


async def test_a_source_is_chosen_and_left(hands: Hands) -> None:
    await hands.press("c")
    await asked(hands)
    await hands.press("down", "enter")
    await hands.shows("Waar moet laptop 2 te zien zijn")
    await hands.press("enter")
    await hands.ordered(command="presentation.select", input="laptop 2")
    await chosen(hands, "c", "laptop 1")
    await hands.shows("Waar moet laptop 1 te zien zijn")
    await hands.press("down", "enter")
    await hands.ordered(command="presentation.select", input="laptop 1", output="beamer")
    await chosen(hands, "c", "zwart")
    await hands.ordered(command="presentation.blank", output="beamer", on=True)
    await chosen(hands, "c", "geen")
    await hands.ordered(command="presentation.select", input=None)


async def test_a_vote_is_begun_and_recorded(hands: Hands) -> None:
    await hands.press("g")
    await asked(hands)
    await hands.press("enter")
    await hands.ordered(command="vote.begin", kind="show_of_hands")
    await hands.press("u")
    await hands.shows("Waarover is gestemd?")
    await asked(hands)
    await hands.type("motie")
    await hands.press("enter")
    await hands.shows("Wat is de uitslag")
    await hands.press("enter")
    await asked(hands, PromptScreen)
    await hands.type("twaalf")
    await hands.press("enter")
    await hands.shows("Schrijf twee getallen")
    await hands.press(*["backspace"] * 6)
    await hands.type("12-7")
    await hands.press("enter")
    await hands.ordered(
        command="vote.record", kind="show_of_hands", outcome="adopted", question="motion", for_count=12, against_count=7
    )


async def test_a_camera_on_air_moves_only_after_a_warning(hands: Hands) -> None:
    for answer in ([], ["down"]):
        await hands.press("y")
        await asked(hands)
        await hands.type("cam2")
        await hands.press("enter")
        await asked(hands, PromptScreen)
        await hands.type("5")
        await hands.press("enter")
        await hands.shows("gaat zichtbaar bewegen")
        await hands.press(*answer, "enter")
        await until(lambda: isinstance(hands.app.screen, MainScreen))
        await hands.pilot.pause()
        assert bool(answer) or hands.server.orders == []
    await hands.ordered(command="camera.recall", camera="cam2", preset=5, force=True)


async def test_taking_back_asks_how_much_and_says_what_cannot_be_recalled(hands: Hands) -> None:
    await hands.press("r")
    await asked(hands)
    await hands.shows("Wat al gezien of doorgezonden is, kan niet")
    await hands.press("enter")
    await hands.ordered(command="take_back", seconds=10)


async def test_suspending_with_a_time(hands: Hands) -> None:
    await hands.press("minus")
    await asked(hands, PromptScreen)
    await hands.type("25:70")
    await hands.press("enter")
    await hands.shows("Schrijf een tijd als 21:15")
    await hands.press(*["backspace"] * 5)
    await hands.type("21:15")
    await hands.press("enter")
    await hands.ordered(command="meeting.suspend", resumes_at="21:15")
    await hands.shows("verder om 21:15")


async def test_a_new_meeting_gets_a_title_and_an_id_with_its_date() -> None:
    async with console(evening.view("published")) as hands:
        await hands.press("plus")
        await asked(hands, PromptScreen)
        await hands.type("Politiek Beraad")
        await hands.press("enter")
        await until(lambda: hands.server.orders)
        order = hands.server.orders.pop()
        assert order["title"] == "Politiek Beraad" and order["id"].startswith("2026-11-23-2014")


async def test_a_note_is_written_with_any_character(hands: Hands) -> None:
    await hands.press("n")
    await asked(hands, PromptScreen)
    await hands.type("s: b? [x] Q")
    await hands.press("enter")
    await hands.shows("Wat is het?")
    await hands.press("enter")
    await hands.ordered(command="note.add", text="s: b? [x] Q")
    await hands.told("Notitie bewaren: gedaan")


async def test_a_note_that_was_not_finished_or_not_taken_is_kept(hands: Hands) -> None:
    await hands.press("n")
    await asked(hands, PromptScreen)
    await hands.type("half")
    await hands.press("escape")
    await hands.told("bewaard als concept")
    hands.server.refuse = ("device_failed", "Schijf vol.")
    await hands.press("n")
    await asked(hands, PromptScreen)
    await hands.type(" af")
    await hands.press("enter")
    await hands.shows("Wat is het?")
    await hands.press("escape")
    await hands.press("n")
    await asked(hands, PromptScreen)
    await hands.press("enter")
    await hands.shows("Wat is het?")
    await hands.press("down", "enter")
    await hands.ordered(command="note.add", text="half af", about="decision")
    await hands.told("Schijf vol.")
    await hands.press("n")
    await asked(hands, PromptScreen)
    await hands.shows("half af")


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("f12", "panic"),
        ("ctrl+n", "panic"),
        ("f4", "meeting.suspend"),
        ("f5", "meeting.close_doors"),
        ("f6", "meeting.close"),
    ],
)
@pytest.mark.parametrize("opening", ["n", "p", "question_mark", "i"])
async def test_shutting_out_the_public_works_in_every_dialog(
    hands: Hands, opening: str, key: str, command: str
) -> None:
    await hands.press(opening)
    await until(lambda: not isinstance(hands.app.screen, MainScreen))
    await hands.press(key)
    await hands.ordered(command=command)
    await hands.told("bevestigd door beeld en geluid")
    await hands.shows("■ NEE")


async def test_the_state_is_fresh_over_a_dialog_and_after_it(hands: Hands) -> None:
    await hands.press("n")
    await asked(hands, PromptScreen)
    await hands.server.change(meeting=evening.meeting("suspended"), public=evening.public("suspended"))
    await hands.shows("■ NEE")
    await hands.press("escape")
    await until(lambda: isinstance(hands.app.screen, MainScreen))
    await hands.shows("O  Hervatten")
    await hands.shows("Regiebeeld (niet bij publiek)")


async def test_help_information_and_the_list_of_acts(hands: Hands) -> None:
    await hands.press("f1")
    await until(lambda: isinstance(hands.app.screen, HelpScreen))
    await hands.shows("Alle toetsen")
    await hands.press("f1")
    await until(lambda: isinstance(hands.app.screen, MainScreen))
    await hands.press("i")
    await until(lambda: isinstance(hands.app.screen, InfoScreen))
    await hands.shows("geen antwoord op 10.0.0.14")
    await hands.press("i")
    await until(lambda: isinstance(hands.app.screen, MainScreen))
    await hands.press("colon")
    await asked(hands)
    await hands.type("alle mics")
    await hands.press("enter")
    await hands.ordered(command="mics.off")
