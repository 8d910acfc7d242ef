"""Every switcher driver in a directed meeting on its own wire: slides to the public, and a screen outside under the gate."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chamber.core.domain import ShotKind
from chamber.core.errors import RefusedError
from drivers.sim.sis import SimSis
from tests.system.devices import ORDERS, Evening, evening
from tests.system.test_microphones import SEATS, hall, system_of
from tests.until import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]

KINDS = ("extron-sis",)
INPUTS = {"laptop": 1, "zaal": 2, "wachtscherm": 3}
OUTPUTS = {"scherm": 1, "programma": 2, "hal": 3}
HALL, SOURCE, SLATE = 3, 2, 3
GUEST = {"id": "guest", "number": "1", "title": "Presentatie", "phase": "presentation"}


def switcher_of(kind: str, folder: Path) -> dict[str, Any]:
    """The switcher's section, where the simulator will be."""
    return {"driver": kind, "path": str(folder / "tty-switcher")}


@pytest.fixture(params=KINDS)
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Evening]:
    switcher = switcher_of(request.param, tmp_path) | {
        "id": "switcher", "inputs": INPUTS, "outputs": OUTPUTS, "programme": "programma", "video": "/dev/video9",
    }  # fmt: skip
    foyer = {
        "id": "hal",
        "outside": True,
        "switcher": "switcher",
        "output": "hal",
        "source": "zaal",
        "slate": "wachtscherm",
    }
    config = hall(tmp_path, system_of("x32", tmp_path), switchers=[switcher], displays=[foyer], agenda=[GUEST])
    async with evening(config) as house:
        yield house


def unit(house: Evening) -> SimSis:
    """The simulated switcher."""
    assert house.room.switcher is not None
    return house.room.switcher


async def shows(house: Evening, source: int, what: str) -> None:
    await until(lambda: (unit(house).video(HALL), unit(house).audio(HALL)) == (source, source), what=what)


async def test_the_screen_outside_follows_the_meeting_whoever_turns_it(house: Evening) -> None:
    await house.order("meeting.standby")
    await shows(house, SLATE, "the slate before the meeting")
    await house.order("meeting.open")
    await shows(house, SOURCE, "the hall")
    await house.press(next(iter(SEATS)), True)
    await house.order("meeting.suspend")
    await shows(house, SLATE, "the slate at the suspension")
    await house.order("meeting.open")
    await shows(house, SOURCE, "the hall again")
    await house.order("meeting.close")
    await shows(house, SLATE, "the slate behind closed doors")
    for source in (1, 2, 0):
        unit(house).panel_tie(HALL, source)
        await shows(house, SLATE, "the slate after a hand at the panel")
    with pytest.raises(RefusedError, match="wachtscherm"):
        await house.orders.order(
            ORDERS.validate_python({"command": "presentation.select", "input": "laptop", "output": "hal"}), "griffie"
        )
    await house.order("presentation.select", input="laptop", output="scherm")  # papers inside the hall go on
    await until(lambda: unit(house).video(1) == 1, what="papers on the screen in the hall")
    assert unit(house).video(HALL) == SLATE


async def test_a_switcher_that_was_gone_at_the_closing_goes_to_the_slate_as_soon_as_it_is_back(house: Evening) -> None:
    await house.opened()
    await shows(house, SOURCE, "the hall")
    house.room.unplug_switcher()
    await until(lambda: not house.up("switcher"), what="the loss is noticed")
    await house.order("meeting.close")
    await until(
        lambda: any(alarm.code == "screen_unknown" and alarm.urgent for alarm in house.run.view().alarms),
        what="the operator is told",
    )
    assert unit(house).video(HALL) == SOURCE
    house.room.replug_switcher()
    await shows(house, SLATE, "the slate")
    await until(lambda: house.run.view().legs["screen_hal"] == "slate", what="and that is read back")
    await until(
        lambda: not {"screen_unknown", "screen_open"} & {alarm.code for alarm in house.run.view().alarms},
        what="the alarm is over",
    )


async def test_slides_are_shown_with_the_speaker_once_the_switcher_has_them(house: Evening) -> None:
    await house.opened()
    await house.order("item.select", item="guest")
    await house.press("lectern", True)
    await house.order("presentation.select", input="laptop")
    await until(lambda: house.state.shown.kind is ShotKind.PIP, what="slides with the speaker")
    assert (unit(house).video(2), unit(house).audio(2)) == (1, 1)
    await house.order("presentation.select", input=None)
    await until(lambda: house.state.shown.kind is not ShotKind.PIP, what="the hall again")
    assert house.mixer.wrong == []
