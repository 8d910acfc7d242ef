"""The link to the controller: lost, refused, silent, garbled, and what a press does meanwhile."""

import asyncio

import pytest

from chamber.wire import ModeSet, Panic
from tests.tui import evening
from tests.tui.conftest import Hands, clock, console
from tests.tui.server import TOKEN, SmallServer, small_server
from tests.until import until
from tui.client import CAP_S, UNDER_WAY, ControllerClient, delay_s
from tui.messages import Acknowledged, Denied, LevelsArrived, LinkChanged, NotSent, StateArrived
from tui.widgets.picture import LevelMeter


async def test_a_lost_link_is_told_greyed_and_refuses_presses_until_it_is_back(hands: Hands) -> None:
    port = hands.server.port
    await hands.server.stop()
    await hands.shows("GEEN VERBINDING MET DE REGELING")
    await hands.shows("OUDE STAND van 20:14:")
    await hands.shows("? ONBEKEND")
    assert hands.app.screen.has_class("-stale")
    for key in ("s", "v", "o", "f12"):
        await hands.press(key)
        await hands.told("NIET verstuurd")
    assert hands.server.orders == []
    await hands.server.start(port)
    await hands.told("Verbinding met de regeling is terug")
    await hands.shows("● JA")
    assert not hands.app.screen.has_class("-stale")
    assert hands.server.orders == []


async def test_a_half_given_order_does_not_survive_a_lost_link() -> None:
    async with console(evening.view("standby")) as hands:
        await hands.press("o")
        await hands.server.drop()
        await until(lambda: not hands.app.facts.up)
        await until(lambda: hands.app.facts.up)
        await hands.press("o")
        await hands.told("Druk nogmaals O")
        assert hands.server.orders == []


async def test_a_note_can_be_written_without_a_link_and_is_kept(hands: Hands) -> None:
    await hands.server.stop()
    await until(lambda: not hands.app.facts.up)
    await hands.press("n")
    await until(lambda: hands.app.screen.focused is not None)
    await hands.type("los")
    await hands.press("enter")
    await hands.shows("Wat is het?")
    await hands.press("enter")
    await hands.told("NIET verstuurd (Notitie bewaren)")
    assert hands.app.draft == "los"


async def test_a_wrong_token_is_told_in_words() -> None:
    async with console(token="fout", wait=False) as hands:
        await hands.shows("token geweigerd")
        assert hands.app.facts.view is None
        await hands.shows("ONBEKEND")


async def test_another_version_is_told_in_words() -> None:
    async with console(wait=True) as hands:
        hands.server.first = '{"seq": 1}'
        await hands.server.drop()
        await hands.shows("onbegrijpelijk bericht")
        hands.server.first = None
        await until(lambda: hands.app.facts.up)


async def test_a_controller_that_hangs_is_silent_not_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.client.HEARTBEAT_S", 0.1)
    async with small_server() as server:
        server.pongs = False
        async with Listening(server) as listening:
            await until(lambda: listening.slept)
            lost = [message for message in listening.posted if isinstance(message, LinkChanged) and not message.up]
            assert lost[0].reason == "silent"


async def test_durations_stand_still_on_an_old_view(hands: Hands) -> None:
    await hands.shows("Lotte van den Berg  0:34")
    await hands.server.stop()
    await until(lambda: not hands.app.facts.up)
    clock.advance(60_000)
    await hands.shows("20:15:03")
    assert "Lotte van den Berg  0:34" in hands.screen()


async def test_the_answer_that_does_not_come_is_told_as_unknown(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.client.ANSWER_S", 0.1)
    hands.server.hold.clear()
    await hands.press("s")
    await hands.told("Geen antwoord op Schorsen: onbekend of het is uitgevoerd")


async def test_levels_reach_the_meter_without_a_new_view(hands: Hands) -> None:
    view = hands.app.facts.view
    await hands.server.change(levels={"rms_dbfs": -40.0, "peak_dbfs": -30.0})
    await hands.shows("−40 dB")
    assert hands.app.facts.view is view
    await hands.server.change(levels={"rms_dbfs": -120.0, "peak_dbfs": -120.0})
    await until(lambda: "stil" in hands.app.screen.query_one(LevelMeter).render().plain)


async def test_times_run_on_between_messages(hands: Hands) -> None:
    await hands.shows("20:14:03")
    clock.advance(61_000)
    await hands.shows("20:15:04")


class Listening:
    """A client on its own, and everything that it posted."""

    def __init__(self, server: SmallServer) -> None:
        self.posted: list[object] = []
        self.slept: list[float] = []
        self.client = ControllerClient(server.url, TOKEN, self.posted.append, clock, self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0.001)

    async def __aenter__(self) -> "Listening":
        self._task = asyncio.create_task(self.client.run())
        await until(lambda: self.client.up)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def test_delays_grow_to_a_cap_and_start_anew_after_a_session() -> None:
    assert [delay_s(n) for n in (1, 2, 3, 4, 5, 6, 99)] == [0.25, 0.5, 1.0, 2.0, 4.0, CAP_S, CAP_S]
    async with small_server() as server, Listening(server) as listening:
        port = server.port
        await server.stop()
        await until(lambda: len(listening.slept) >= 3)
        assert listening.slept[:3] == [0.25, 0.5, 1.0]
        await server.start(port)
        await until(lambda: listening.client.up)
        known = len(listening.slept)
        await server.drop()
        await until(lambda: len(listening.slept) > known)
        assert listening.slept[known] == 0.25


async def test_what_comes_in_is_posted_whole_and_levels_apart() -> None:
    async with small_server() as server, Listening(server) as listening:
        await server.change(levels={"rms_dbfs": -30.0, "peak_dbfs": -20.0})
        await server.change(mode="manual")
        await until(lambda: len(listening.posted) >= 4)
        kinds = [type(message) for message in listening.posted]
        assert kinds == [StateArrived, LinkChanged, LevelsArrived, StateArrived]
        last = listening.posted[-1]
        assert isinstance(last, StateArrived) and not last.first
        assert (last.view.mode, last.view.levels.rms_dbfs) == ("manual", -30.0)


async def test_too_many_orders_are_refused_not_queued_and_panic_goes_through() -> None:
    async with small_server() as server, Listening(server) as listening:
        server.hold.clear()
        order = ModeSet(command="mode.set", mode="manual")
        under_way = [asyncio.create_task(listening.client.send(order)) for _ in range(UNDER_WAY)]
        await until(lambda: len(server.orders) == UNDER_WAY)
        assert await listening.client.send(order) == NotSent(busy=True)
        urgent = asyncio.create_task(listening.client.send(Panic(command="panic"), urgent=True))
        await until(lambda: server.orders[-1] == {"command": "panic"})
        server.hold.set()
        answers = await asyncio.gather(*under_way, urgent)
        assert all(isinstance(answer, Acknowledged) for answer in answers)


async def test_a_refusal_is_handed_on_and_nothing_leaves_without_a_link() -> None:
    order = ModeSet(command="mode.set", mode="manual")
    async with small_server() as server:
        async with Listening(server) as listening:
            server.refuse = ("illegal_transition", "Kan niet.\x1b[2J")
            assert await listening.client.send(order) == Denied("illegal_transition", "Kan niet. [2J")
        assert await listening.client.send(order) == NotSent()


def test_a_newer_message_replaces_a_queued_one_but_never_the_first_view() -> None:
    view = evening.view()
    first, later = StateArrived(view, 0, True), StateArrived(view, 1, False)
    assert later.can_replace(later) and not first.can_replace(later)
    assert LevelsArrived(view.levels).can_replace(LevelsArrived(view.levels))
    assert not LevelsArrived(view.levels).can_replace(later)
