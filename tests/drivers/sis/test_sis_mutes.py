"""Black pictures in the three families, whose `B` commands mean opposite things: bytes of the guides, and the whole way."""

import asyncio

import pytest

from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.ports import BlankReading
from drivers.sim.sis import SimSis
from drivers.sis import mutes
from drivers.sis.codec import LineParser
from drivers.sis.driver import ExtronSis
from drivers.sis.lines import SerialLine
from drivers.sis.mutes import Family
from tests.drivers.sessions import Events, QuickClock, served
from tests.until import until

SIZES = {Family.CROSSPOINT: 4, Family.IN160X: 2, Family.SW: 1}


@pytest.mark.parametrize(
    ("family", "order", "question", "said", "known"),
    [
        (Family.CROSSPOINT, b"2*1B", b"\x1bVM\r", b"0221\r\n", {1: False, 2: False, 3: False, 4: True}),
        (Family.CROSSPOINT, b"2*1B", b"\x1bVM\r", b"Mut0131\r\n", {1: False, 2: True, 3: True, 4: True}),
        (Family.IN160X, b"2*1B", b"2*B", b"0\r\n", {2: False}),
        (Family.IN160X, b"2*1B", b"2*B", b"Vmt2*1\r\n", {2: True}),
        (Family.SW, b"1B", b"B", b"2\r\n", {2: True}),
        (Family.SW, b"1B", b"B", b"Vmt0\r\n", {2: False}),
    ],
)
def test_the_bytes_of_the_guides(
    family: Family, order: bytes, question: bytes, said: bytes, known: dict[int, bool]
) -> None:
    assert mutes.order(family, 2, True) == order
    assert mutes.question(family, 2) == question
    (event,) = LineParser().feed(said)
    assert mutes.answer(family, event, 2) == known


def test_what_is_no_answer_is_not_taken_for_one() -> None:
    (event,) = LineParser().feed(b"Vmt1*1\r\n")
    assert mutes.answer(Family.IN160X, event, 2) is None
    (event,) = LineParser().feed(b"1234\r\n")
    assert mutes.answer(Family.CROSSPOINT, event, 2) is None


def device(unit: SimSis, family: Family, events: Events) -> ExtronSis:
    line = SerialLine(unit.path, 38400)
    return ExtronSis("switcher", line, SIZES[family], events.append, QuickClock(1), family=family)


def black(events: Events) -> dict[int, bool | None]:
    return {reading.output: reading.blank for reading in events.of(BlankReading)}


@pytest.mark.parametrize("family", Family)
async def test_an_output_goes_black_alone_and_comes_back(family: Family) -> None:
    events, outputs = Events(), SIZES[family]
    async with SimSis(outputs=outputs, baud=38400, family=family) as unit:
        switcher = device(unit, family, events)
        async with served(switcher):
            await until(lambda: black(events) == dict.fromkeys(range(1, outputs + 1), False))
            await switcher.blank(outputs, True)
            assert unit.matrix.video_mutes == dict.fromkeys(range(1, outputs), 0) | {outputs: 1}
            assert black(events)[outputs] is True
            await switcher.blank(outputs, False)
            assert set(unit.matrix.video_mutes.values()) == {0}
            unit.panel_mute(1, True)
            await until(lambda: black(events)[1] is True)
        assert set(black(events).values()) == {None}


async def test_a_unit_that_refuses_is_told_of_and_a_lost_one_too() -> None:
    events = Events()
    async with SimSis(baud=38400) as unit:
        switcher = device(unit, Family.CROSSPOINT, events)
        with pytest.raises(DeviceUnreachableError):
            await switcher.blank(1, True)
        async with served(switcher):
            unit.faults.refuse = 14
            with pytest.raises(DeviceRejectedError, match="E14"):
                await switcher.blank(1, True)
            unit.faults.refuse = None
            unit.faults.silent = True
            waiting = asyncio.ensure_future(switcher.blank(1, True))
            await asyncio.sleep(0)
        with pytest.raises(DeviceUnreachableError):
            await waiting


async def test_a_unit_without_the_command_still_routes() -> None:
    """A family that CONFIG names wrongly leaves black pictures unknown, and everything else at work."""
    events = Events()
    async with SimSis(outputs=2, baud=38400, family=Family.SW) as unit:
        switcher = ExtronSis("switcher", SerialLine(unit.path, 38400), 2, events.append, QuickClock(1))
        async with served(switcher):
            assert black(events) == {}
            switcher.wish({2: 3}, "operator")
            await until(lambda: unit.video(2) == 3)
