"""DCAs and mute groups: a channel that one of them silences is not an open microphone, whatever its own switch says."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamber.core.domain import MicState
from chamber.core.errors import DeviceRejectedError
from chamber.ports import MicReading
from drivers.sim.x32 import SimX32
from drivers.sim.xair import SimXAir
from drivers.x32.codec import GroupSwitch, Malformed, Membership, ask_group, ask_membership, parse
from drivers.x32.driver import X32
from drivers.x32.families import X32_FAMILY, XAIR_FAMILY, Family
from drivers.x32.groups import PATIENCE_MS, REREAD_MS, Groups
from drivers.x32.rounds import Round
from tests.drivers.sessions import Events, QuickClock, served
from tests.until import until

FAMILIES: dict[type[SimX32], Family] = {SimX32: X32_FAMILY, SimXAir: XAIR_FAMILY}
ON, OFF = MicState.ON, MicState.OFF


@pytest.fixture(params=FAMILIES, ids=lambda sim: sim.MODEL)
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[SimX32]:
    async with request.param() as desk:
        yield desk


def driver(desk: SimX32, events: Events, *, groups: bool = True, factor: int = 1) -> X32:
    family = FAMILIES[type(desk)]
    return X32(
        "desk", "127.0.0.1", desk.port, ("1", "2"), events.append, QuickClock(factor), family=family, groups=groups
    )


def readings(events: Events) -> list[tuple[str, MicState]]:
    return [(reading.channel, reading.state) for reading in events.of(MicReading)]


# ---------------------------------------------------------------------------------------------------------- wire


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        ("2f63682f30312f6772702f6463610000 2c690000 00000005", Membership("01", "dca", frozenset({1, 3}))),
        ("2f63682f33322f6772702f6d75746500 2c690000 00000020", Membership("32", "mute", frozenset({6}))),
        ("2f6463612f382f6f6e000000 2c690000 00000000", GroupSwitch("dca", 8, True)),
        ("2f6463612f382f6f6e000000 2c690000 00000001", GroupSwitch("dca", 8, False)),
        ("2f636f6e6669672f6d7574652f310000 2c690000 00000001", GroupSwitch("mute", 1, True)),
        ("2f636f6e6669672f6d7574652f310000 2c690000 00000000", GroupSwitch("mute", 1, False)),
    ],
)
def test_groups_are_read(wire: str, message: Membership | GroupSwitch) -> None:
    assert parse(bytes.fromhex(wire)) == message


@pytest.mark.parametrize(
    "wire",
    [
        "2f63682f30312f6772702f6463610000 2c690000 00000100",  # a ninth DCA
        "2f63682f30312f6772702f6463610000 2c730000 25303100",  # bits as text
        "2f6463612f382f6f6e000000 2c660000 3f000000",  # half on
    ],
)
def test_what_makes_no_sense_is_not_believed(wire: str) -> None:
    assert isinstance(parse(bytes.fromhex(wire)), Malformed)


def test_questions() -> None:
    assert ask_membership("07", "dca") == b"/ch/07/grp/dca\0\0,\0\0\0"
    assert ask_group("dca", 2) == b"/dca/2/on\0\0\0,\0\0\0"
    assert ask_group("mute", 6) == b"/config/mute/6\0\0,\0\0\0"


# ---------------------------------------------------------------------------------------------------------- pure


kinds = st.sampled_from(["dca", "mute"])
said = st.lists(
    st.builds(Membership, st.sampled_from(["01", "02", "09"]), kinds, st.frozensets(st.integers(1, 8)))
    | st.builds(GroupSwitch, kinds, st.integers(1, 8), st.booleans()),
    max_size=60,
)


@given(said)
def test_a_channel_is_silenced_while_any_of_its_groups_is_switched(messages: list[Membership | GroupSwitch]) -> None:
    groups = Groups(("01", "02"), X32_FAMILY)
    members: dict[tuple[str, str], frozenset[int]] = {}
    switched: dict[tuple[str, int], bool] = {}
    for message in messages:
        groups.take(message)
        if isinstance(message, Membership):
            members[message.channel, message.kind] = message.groups
        else:
            switched[message.kind, message.number] = message.silences
    there = {"dca": X32_FAMILY.dcas, "mute": X32_FAMILY.mute_groups}
    silenced = {
        channel
        for (channel, kind), numbers in members.items()
        if channel in ("01", "02") and any(switched.get((kind, n)) and n <= there[kind] for n in numbers)
    }
    assert groups.silenced == silenced


def test_everything_is_asked_until_it_is_known_then_in_turns() -> None:
    groups = Groups(("01",), XAIR_FAMILY)
    groups.begin(0)
    asked = groups.due(0)
    assert len(asked) == len(set(asked)) == XAIR_FAMILY.dcas + XAIR_FAMILY.mute_groups + 2
    assert groups.due(100) == []
    groups.take(Membership("01", "dca", frozenset()))
    assert ask_membership("01", "dca") not in groups.due(250)
    assert groups.due(PATIENCE_MS) == []
    assert groups.settled, "a desk without groups is served all the same"
    later = [
        question for at_ms in range(PATIENCE_MS, PATIENCE_MS + REREAD_MS + 50, 50) for question in groups.due(at_ms)
    ]
    assert set(later) == set(asked)


def test_who_takes_no_notice_of_groups_asks_nothing() -> None:
    groups = Groups(("01",), X32_FAMILY, followed=False)
    assert groups.settled
    assert groups.due(0) == groups.due(60_000) == []
    groups.take(Membership("01", "dca", frozenset({1})))
    groups.take(GroupSwitch("dca", 1, True))
    assert groups.silenced == frozenset()


@given(st.integers(0, 5), st.lists(st.integers(0, 3000), max_size=40))
def test_turns_are_even(count: int, gaps_ms: list[int]) -> None:
    turns, at_ms, dealt = Round(tuple(range(count))), 0, list[int]()
    turns.begin(0)
    for gap_ms in gaps_ms:
        at_ms += gap_ms
        due = turns.due(at_ms, 1000)
        assert len(due) <= count
        dealt += due
    assert dealt == [number % count for number in range(len(dealt))]
    assert len(dealt) <= count * at_ms / 1000 + 1


# ------------------------------------------------------------------------------------------------------- the wire


@pytest.mark.parametrize(("member", "switch", "silent"), [("dca", "/dca/2/on", 0), ("mute", "/config/mute/2", 1)])
async def test_a_group_silences_its_channels_and_gives_them_back(
    desk: SimX32, member: str, switch: str, silent: int
) -> None:
    events = Events()
    desk.turn(f"/ch/01/grp/{member}", 0b10)
    for channel in (1, 2):
        desk.press(channel, True)
    async with served(driver(desk, events)):
        assert sorted(readings(events)) == [("1", ON), ("2", ON)]
        events.clear()
        desk.turn(switch, silent)
        await until(lambda: readings(events) == [("1", OFF)], what="the group is switched")
        desk.turn(f"/ch/02/grp/{member}", 0b10)
        await until(lambda: readings(events)[1:] == [("2", OFF)], what="another channel joins it")
        desk.turn(switch, 1 - silent)
        await until(lambda: readings(events)[2:] == [("1", ON), ("2", ON)], what="the group is released")


async def test_where_a_mute_group_switches_its_channels_they_are_read_at_once(desk: SimX32) -> None:
    desk.hard_mutes = False
    events = Events()
    desk.turn("/ch/01/grp/mute", 1)
    desk.press(1, True)
    async with served(driver(desk, events)):
        events.clear()
        desk.turn("/config/mute/1", 1)
        await until(lambda: not desk.is_open(1) and readings(events) == [("1", OFF)])
        desk.press(1, True)  # by hand, and then the group is released without being pushed for the channel
        desk.turn("/config/mute/1", 0)
        await until(lambda: readings(events)[1:] == [("1", ON)])


async def test_what_is_silenced_from_the_start_is_never_told_as_open(desk: SimX32) -> None:
    events = Events()
    desk.turn("/ch/01/grp/dca", 1)
    desk.turn("/dca/1/on", 0)
    desk.press(1, True)
    device = driver(desk, events)
    async with served(device):
        assert sorted(readings(events)) == [("1", OFF), ("2", OFF)]
        assert device.reported()[0] == "channel 1: no name, open, silenced by DCA 1"


async def test_an_order_that_a_group_defeats_says_which(desk: SimX32) -> None:
    desk.turn("/ch/01/grp/mute", 0b100)
    desk.turn("/config/mute/3", 1)
    device = driver(desk, Events())
    async with served(device):
        with pytest.raises(DeviceRejectedError, match="unmuted, but silenced by mute group 3 of the desk"):
            await device.switch("1", True)
        await device.switch("1", False)
        assert not desk.is_open(1)


async def test_pushes_of_groups_that_are_lost_are_read(desk: SimX32) -> None:
    events = Events()
    desk.turn("/ch/01/grp/dca", 1)
    desk.press(1, True)
    for address in range(4):  # four others have the desk's pushes: this driver gets none
        desk.datagram_received(b"/xremote\0\0\0\0", ("127.0.0.1", 9 + address))
    async with served(driver(desk, events, factor=5)):
        events.clear()
        desk.turn("/dca/1/on", 0)
        await until(lambda: readings(events) == [("1", OFF)], what="it is read in its turn")


async def test_config_may_take_no_notice(desk: SimX32) -> None:
    events = Events()
    desk.turn("/ch/01/grp/dca", 1)
    desk.press(1, True)
    async with served(driver(desk, events, groups=False)):
        events.clear()
        desk.turn("/dca/1/on", 0)
        desk.press(2, True)
        await until(lambda: readings(events) == [("2", ON)])
