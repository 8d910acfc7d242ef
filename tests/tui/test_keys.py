"""Every act by its key, against a real small server: the order that comes, and what the operator reads."""

import pytest

from chamber.wire import ProposalView, PublicView
from tests.tui import evening
from tests.tui.conftest import Hands, clock, console
from tests.until import until


async def test_a_whole_meeting_by_keys() -> None:
    async with console(evening.view("planned")) as hands:
        await hands.press("k")
        await hands.ordered(command="meeting.standby")
        await hands.told("Klaar om 20:14:03, bevestigd door beeld en geluid")
        for keys, command, told in (
            (("o", "o"), "meeting.open", "Openbaar om"),
            (("s",), "meeting.suspend", "Geschorst om"),
            (("o", "o"), "meeting.open", "Openbaar om"),
            (("d",), "meeting.close_doors", "Deuren sluiten om"),
            (("b",), "meeting.close", "Besloten om"),
            (("l", "l"), "meeting.reopen_doors", "Deuren open om"),
            (("o", "o"), "meeting.open", "Openbaar om"),
            (("e", "e"), "meeting.end", "Gesloten om"),
            (("asterisk", "asterisk"), "meeting.publish", "Gepubliceerd om"),
        ):
            await hands.press(*keys)
            await hands.ordered(command=command)
            await hands.told(told)


@pytest.mark.parametrize(
    ("state", "key", "command"),
    [
        ("planned", "f2", "meeting.standby"),
        ("standby", "f3 f3", "meeting.open"),
        ("open", "f4", "meeting.suspend"),
        ("open", "f5", "meeting.close_doors"),
        ("open", "f6", "meeting.close"),
        ("closed", "f7 f7", "meeting.reopen_doors"),
        ("open", "f8 f8", "meeting.end"),
        ("ended", "f9 f9", "meeting.publish"),
        ("open", "S", "meeting.suspend"),
        ("open", "B", "meeting.close"),
        ("standby", "o O", "meeting.open"),
        ("open", "f12", "panic"),
        ("open", "ctrl+n", "panic"),
    ],
)
async def test_function_keys_and_capitals_do_the_same(state: str, key: str, command: str) -> None:
    async with console(evening.view(state)) as hands:
        await hands.press(*key.split())
        await hands.ordered(command=command)


@pytest.mark.parametrize(
    ("keys", "order", "told"),
    [
        ("x", {"command": "mics.off"}, "Alle microfoons uit"),
        ("v", {"command": "item.next"}, "Volgend punt"),
        ("a", {"command": "mode.set", "mode": "auto"}, "Automatisch"),
        ("f", {"command": "mode.set", "mode": "assist"}, "Half-automatisch"),
        ("h", {"command": "mode.set", "mode": "manual"}, "Handmatig"),
        ("0", {"command": "shot.take", "shot": "wide"}, "Beeld: overzicht"),
        ("9", {"command": "shot.take", "shot": "chair"}, "Beeld: voorzitter"),
        ("8", {"command": "shot.take", "shot": "presentation"}, "Beeld: presentatie"),
        ("1", {"command": "shot.take", "shot": "cam1"}, "Beeld: cam1"),
        ("4", {"command": "shot.take", "shot": "cam4"}, "Beeld: cam4"),
        ("t", {"command": "title.hide"}, "Naambalk uit"),
    ],
)
async def test_one_key_one_order(hands: Hands, keys: str, order: dict[str, object], told: str) -> None:
    await hands.press(*keys.split())
    await hands.ordered(**order)
    await hands.told(told)


async def test_the_chosen_seat_is_switched_on_and_off(hands: Hands) -> None:
    await hands.press("m")
    await hands.told("Kies eerst een stoel")
    await hands.press("down", "right")
    seat = hands.app.facts.seat
    assert seat is not None
    await hands.press("m")
    await hands.ordered(command="mic.on", seat=seat)
    await hands.told(f"Microfoon {hands.app.facts.seat_view(seat).label} aan: gedaan")  # type: ignore[union-attr]
    await until(lambda: hands.app.facts.view and hands.app.facts.view.microphones[seat] == "on")
    await hands.press("m")
    await hands.ordered(command="mic.off", seat=seat)


async def test_the_proposal_is_taken_only_when_there_is_one(hands: Hands) -> None:
    await hands.press("j")
    await hands.told("Er is nu geen voorstel")
    await hands.server.change(
        mode="assist", proposal=ProposalView(camera="cam3", preset=7, seat="s11", text="camera 3 op Karel Smit")
    )
    await hands.shows("Voorstel (J): camera 3")
    await hands.press("j")
    await hands.ordered(command="shot.take", shot="accept")


async def test_a_camera_that_is_not_there_is_a_sentence_not_an_order(hands: Hands) -> None:
    await hands.press("7")
    await hands.told("Er is geen camera 7")
    assert hands.server.orders == []


# -- two steps ------------------------------------------------------------------------------------------------------
async def test_opening_needs_a_second_press_in_time() -> None:
    async with console(evening.view("standby")) as hands:
        await hands.press("o")
        await hands.told("Druk nogmaals O binnen 5 s: OPENBAAR")
        clock.advance(6000)
        await hands.told("Niet gedaan: Openen")
        await hands.press("o")
        await hands.told("Druk nogmaals O")
        await hands.press("escape")
        await hands.told("Niet gedaan: Openen")
        await hands.press("o", "v")
        await hands.ordered(command="item.next")
        assert all(order["command"] != "meeting.open" for order in hands.server.orders)


async def test_a_held_key_opens_nothing() -> None:
    async with console(evening.view("standby")) as hands:
        await hands.press("o")
        for gap_ms in (500, *[33] * 40):
            clock.advance(gap_ms)
            await hands.pilot.press("o")
        await hands.told("Te snel na elkaar")
        assert hands.server.orders == []


async def test_a_half_given_order_lapses_when_the_meeting_moves_on() -> None:
    async with console(evening.view("suspended")) as hands:
        await hands.press("o")
        await hands.told("Druk nogmaals O")
        await hands.server.change(meeting=evening.meeting("reopening"))
        await hands.told("De stand is intussen veranderd")
        await hands.press("o")
        await hands.told("Druk nogmaals O")
        assert hands.server.orders == []


async def test_a_step_that_cannot_be_taken_is_not_offered(hands: Hands) -> None:
    await hands.press("l")
    await hands.told("Deuren open kan nu niet: de stand is Openbaar")
    await hands.press("l")
    assert hands.server.orders == []


async def test_closing_is_sent_whatever_the_console_believes() -> None:
    async with console(evening.view("ended")) as hands:
        hands.server.refuse = ("illegal_transition", "Besloten kan niet: de vergadering is gesloten.")
        await hands.press("b")
        await hands.ordered(command="meeting.close")
        await hands.told("Geweigerd (Besloten): Besloten kan niet: de vergadering is gesloten.")


async def test_leaving_takes_two_presses(hands: Hands) -> None:
    await hands.press("q")
    await hands.told("Druk nogmaals Q")
    await hands.press("q")
    await until(lambda: hands.app.return_code == 0 and not hands.app.is_running)


# -- what the public gets -------------------------------------------------------------------------------------------
async def test_a_step_is_confirmed_when_the_legs_follow_and_not_before(hands: Hands) -> None:
    hands.server.late_legs = True
    await hands.press("s")
    await hands.told("Geschorst om 20:14:03, wacht op bevestiging van beeld")
    await hands.shows("LET OP: publiek ziet of hoort de zaal nog")
    assert "niet bij publiek" not in hands.screen()
    await hands.server.change(legs=evening.legs("suspended"), public=evening.public("suspended"))
    await hands.told("Geschorst om 20:14:03, bevestigd door beeld en geluid")


async def test_a_leg_that_never_follows_becomes_an_alarm(hands: Hands) -> None:
    hands.server.late_legs = True
    await hands.press("b")
    await hands.told("wacht op bevestiging")
    clock.advance(4000)
    await hands.told("maar NIET bevestigd door beeld, geluid")


async def test_unknown_is_unknown(hands: Hands) -> None:
    await hands.shows("● JA")
    await hands.server.change(public=PublicView(sees=None, hears=False, confirmed_ms=None))
    await hands.shows("? ONBEKEND")
    await hands.shows("■ NEE")


async def test_an_open_meeting_behind_a_slate_is_told_in_words(hands: Hands) -> None:
    await hands.server.change(public=PublicView(sees=False, hears=False, confirmed_ms=evening.NOW_MS))
    await hands.shows("vergadering is openbaar, publiek ziet het wachtscherm")


async def test_names_cannot_write_on_the_terminal_or_style_it() -> None:
    name = "[bold red]Piet[/] \x1b]0;x\x07\u202e[@click=app.press('open')]"
    speakers = (evening.view().speakers[0].model_copy(update={"name": name}),)
    async with console(evening.view(speakers=speakers), size=(160, 45)) as hands:
        await hands.shows("[bold red]Piet[/]")
        assert hands.screen().replace("\n", "").isprintable()


@pytest.mark.parametrize("size", [(20, 8), (60, 18), (80, 24), (100, 40), (118, 34), (160, 45), (240, 70)])
@pytest.mark.parametrize("state", ["open", "closing_doors", "published"])
async def test_it_draws_at_every_size(size: tuple[int, int], state: str) -> None:
    async with console(evening.view(state), size=size) as hands:
        rows = hands.screen().split("\n")
        assert len(rows) == size[1] and all(row.isprintable() for row in rows)
        if size >= (80, 24):
            assert "PANIEK" in hands.screen() and "PUBLIEK" in hands.screen()
            assert "█" in hands.screen()


async def test_the_key_bar_and_the_hall_take_clicks(hands: Hands) -> None:
    rows = hands.screen().split("\n")
    y = next(i for i, row in enumerate(rows) if " S  Schorsen" in row)
    await hands.pilot.click(offset=(rows[y].index("Schorsen"), y))
    await hands.ordered(command="meeting.suspend")
    y = next(i for i, row in enumerate(rows) if "16·" in row)
    await hands.pilot.click(offset=(rows[y].index("16·"), y))
    await until(lambda: hands.app.facts.seat == "s16", what=str(hands.app.facts.seat))
