"""Orders and state of control surfaces, without a wire."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.surface import NoOrderError, order_of, state_of
from chamber.wire import StateView
from tests.chamber.desk import Desk
from tests.chamber.test_clerk import give, opened


async def view() -> StateView:
    return (await opened()).run.view()


@pytest.mark.parametrize(
    ("address", "values", "command"),
    [
        ("/seat/2/mic", (1,), {"command": "mic.on", "seat": "a"}),
        ("/seat/a/mic", (0.0,), {"command": "mic.off", "seat": "a"}),
        ("/seat/2/mic", (), {"command": "mic.on", "seat": "a"}),
        ("/camera/2/recall", ("7",), {"command": "camera.recall", "camera": "cam2", "preset": 7}),
        ("/shot/wide", (), {"command": "shot.take", "shot": "wide"}),
        ("/shot/1", (1.0,), {"command": "shot.take", "shot": "cam1"}),
        ("/Mode/Manual", (True,), {"command": "mode.set", "mode": "manual"}),
        ("/meeting/suspend", (1,), {"command": "meeting.suspend"}),
        ("/meeting/close", (), {"command": "meeting.close"}),
        ("/panic", (0.5,), {"command": "panic"}),
        ("/item/next", (1,), {"command": "item.next"}),
        ("/presentation/laptop", (), {"command": "presentation.select", "input": "laptop"}),
    ],
)
async def test_addresses_are_orders(address: str, values: tuple[Any, ...], command: dict[str, Any]) -> None:
    seen = (await view()).model_copy(update={"presentation_inputs": ("laptop", "griffie")})
    order = order_of(address, values, seen)
    assert order is not None
    assert command.items() <= order.model_dump().items()


@pytest.mark.parametrize("address", ["/shot/wide", "/panic", "/item/next", "/mode/auto", "/meeting/close"])
async def test_the_release_of_a_button_does_nothing(address: str) -> None:
    assert order_of(address, (0,), await view()) is None
    assert order_of(address, (0.4,), await view()) is None


@pytest.mark.parametrize(
    ("address", "values", "why"),
    [
        ("/seat/99/mic", (1,), "1 to 4"),
        ("/seat/0/mic", (1,), "1 to 4"),
        ("/camera/1/recall", (), "0 to 254"),
        ("/camera/1/recall", (255,), "0 to 254"),
        ("/shot/camx", (), "no such camera"),
        ("/presentation/geheim", (), "no such input"),
        ("/panic", ("x",), "1 for pressed"),
        ("/panic", (None,), "1 for pressed"),
        ("/meeting/open", (1,), "console only"),
        ("/meeting/reopen_doors", (1,), "console only"),
        ("/", (), "no such address"),
    ],
)
async def test_what_cannot_be_is_said(address: str, values: tuple[Any, ...], why: str) -> None:
    with pytest.raises(NoOrderError, match=why):
        order_of(address, values, await view())


OPENING = {"meeting.open", "meeting.reopen_doors", "meeting.standby", "meeting.publish", "meeting.end"}
VALUES = st.lists(st.none() | st.integers() | st.floats() | st.booleans() | st.text(max_size=6), max_size=3)
ADDRESSES = st.lists(
    st.sampled_from(["seat", "camera", "meeting", "open", "reopen_doors", "standby", "panic", "1", "mic", "", "x"])
    | st.text(max_size=5), max_size=5,
).map("/".join)  # fmt: skip


@given(ADDRESSES, VALUES)
def test_nothing_that_can_be_forged_opens_anything(address: str, values: list[Any]) -> None:
    seen = VIEW.model_copy()
    try:
        order = order_of(address, values, seen)
    except NoOrderError:
        return
    assert order is None or order.command not in OPENING


async def test_state_is_what_was_confirmed_and_names_nobody_behind_closed_doors() -> None:
    desk = await opened()
    desk.mic("a")
    desk.mixer_confirms()
    state = state_of(desk.run.view())
    assert state["/seat/2/mic"] == (1,)
    assert state["/speaker/name"] == ("Jan de Boer",)
    assert state["/item/title"] == ("1 Opening",)
    assert state["/mode/auto"] == (1,)
    assert state["/meeting/close"] == (0,)
    closed = await give(desk, "meeting.close")
    state = state_of(closed)
    assert state["/speaker/name"] == ("",)
    assert state["/meeting/state"] == ("closed",)
    assert state["/meeting/close"] == (0,)  # nothing has been read back yet
    dark = closed.model_copy(update={"legs": {"video": "slate", "audio": "slate"}})
    assert state_of(dark)["/meeting/close"] == (1,)


async def test_a_closed_item_has_no_title_on_a_surface() -> None:
    desk = await opened()
    assert state_of(await give(desk, "item.select", item="i3"))["/item/title"] == ("",)


def _bare() -> StateView:
    import asyncio

    async def made() -> StateView:
        desk = Desk()
        seen = desk.run.view()
        desk.run.close()
        return seen

    return asyncio.run(made())


VIEW = _bare()
