"""What the controller wrote down makes a director decide the same again, to the byte, whatever happened in between."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chamber import ports
from chamber.core.account import account
from chamber.core.director.model import MicOpened, Plan
from chamber.core.director.settings import Settings
from chamber.core.domain import MicState
from chamber.core.errors import ChamberError
from chamber.core.meeting import Moment, after_restart
from chamber.core.replaying import UnplayableError, decisions, difference, evening, replayed
from chamber.core.turns import Rules
from chamber.core.whatif import Moves
from chamber.events import LinkChanged, Pulse
from chamber.journal.entry import FIRST, Entry, at, read_line
from chamber.journal.schema import tidy
from chamber.wire import AnyOrder
from tests.chamber.desk import HALL, PLAN, SEATS, Desk, Pages, Wire
from tests.chamber.virtual import LoopClock, in_virtual_time

ORDERS: TypeAdapter[AnyOrder] = TypeAdapter(AnyOrder)
ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass
class Book(Pages):
    """A journal in memory, as the file would hold it; another meeting begins another book."""

    entries: list[Entry] = field(default_factory=list)
    shelf: list["Book"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shelf.append(self)

    def append(
        self, kind: str, fields: Mapping[str, Any], *, wall_ms: int, mono_ms: int, sync: bool = False
    ) -> asyncio.Future[None] | None:
        prev = self.entries[-1].hash() if self.entries else FIRST
        line = Entry(len(self.entries) + 1, at(wall_ms, ZONE), mono_ms, kind, tidy(kind, fields), prev).line()
        read = read_line(line[:-1])
        assert read.wrong is None, (kind, fields, read.wrong)
        assert read.entry is not None
        self.entries.append(read.entry)
        return super().append(kind, fields, wall_ms=wall_ms, mono_ms=mono_ms, sync=sync)

    def following(self) -> "Book":
        return Book(shelf=self.shelf)


class Moving(Wire):
    """A camera that moves: it arrives late, never, or says no (never twice running) before the order has returned."""

    newest = 0
    refused = False

    def __init__(self, name: str, moods: Callable[[], int]) -> None:
        super().__init__(name)
        self._moods = moods

    def wish(self, *wish: Any) -> None:
        before = self.wishes[-1].preset if self.wishes else None
        super().wish(*wish)
        preset = wish[0].preset
        if preset is None or preset == before:
            return
        self.newest += 1
        mood, refused, self.refused = self._moods(), self.refused, False
        if mood % 7 == 0 and not refused:
            self.refused = True
            self.emit(ports.CameraFailed(self.name, preset, "not\tnow " * 40))
        elif mood % 11:
            asyncio.get_running_loop().call_later(mood / 100, self._arrive, preset, self.newest)

    def _arrive(self, preset: int, number: int) -> None:
        if number == self.newest:
            self.emit(ports.CameraReading(self.name, power=True, moving=False, preset=preset))
            self.emit(ports.CameraArrived(self.name, preset))


class House:
    """A controller that may be restarted, and its people."""

    def __init__(self, clock: LoopClock, moods: Callable[[], int], plan: Plan) -> None:
        self.clock, self._moods, self._plan, self.book = clock, moods, plan, Book()
        self.desk = self._start(None)

    def _start(self, pages: Book | None) -> Desk:
        meeting = None
        if pages is not None:
            now = Moment(self.clock.wall_ms(), self.clock.now_ms())
            meeting = after_restart(self.desk.run.state.meeting, now)
        cameras = {name: Moving(name, self._moods) for name in ("cam1", "cam2")}
        return Desk(self.clock, pages or self.book, meeting, {**cameras, "wide": Wire("wide")}, self._plan)

    def restart(self) -> None:
        """The controller is killed and started."""
        self.desk.run.close()
        for camera in self.desk.cameras.values():
            camera.emit = lambda event: None
        pages = self.desk.pages
        assert isinstance(pages, Book)
        self.desk = self._start(pages)

    async def order(self, command: str, **values: Any) -> None:
        """What the operator may do is done; what is refused changes nothing."""
        try:
            await self.desk.orders.order(ORDERS.validate_python({"command": command, **values}), "griffie")
        except ChamberError:
            return

    async def act(self, act: tuple[Any, ...]) -> None:
        """Do one thing."""
        match act:
            case "mic", seat, state:
                self.desk.mic(seat, state=state)
            case "link", name, reason:
                self.desk.run.post(LinkChanged(name, reason))
            case "hand", name:
                self.desk.run.post(ports.CameraReading(name, power=True, moving=False, preset=None))
            case ("restart",):
                self.restart()
            case ("pulse",):
                self.desk.run.post(Pulse())
            case ("closed and out again",):
                await self.order("meeting.close")
                self.desk.mic("a")
                await asyncio.sleep(1.7)
                await self.order("meeting.reopen_doors")
                await asyncio.sleep(1.1)
                await self.order("meeting.open")
            case command, values:
                await self.order(command, **values)


cams = st.sampled_from(("cam1", "cam2", "wide"))
mics = st.tuples(st.just("mic"), st.sampled_from(SEATS), st.sampled_from((*MicState, MicState.ON)))
plain = st.sampled_from(
    [
        ("meeting.suspend", {}), ("meeting.open", {}), ("meeting.close_doors", {}), ("meeting.close", {}),
        ("meeting.reopen_doors", {}), ("meeting.end", {}), ("meeting.standby", {}), ("panic", {}), ("item.next", {}),
        ("item.select", {"item": "i1"}), ("vote.begin", {"kind": "secret_ballot"}), ("mics.off", {}),
        ("vote.record", {"kind": "secret_ballot", "outcome": "adopted"}), ("mode.set", {"mode": "assist"}),
        ("mode.set", {"mode": "manual"}), ("mode.set", {"mode": "auto"}), ("shot.take", {"shot": "accept"}),
        ("shot.take", {"shot": "wide"}), ("shot.take", {"shot": "chair"}), ("shot.take", {"shot": "cam1"}),
        ("camera.recall", {"camera": "cam2", "preset": 3}), ("presentation.select", {"input": "laptop"}),
        ("speaker.assign", {"seat": "lectern", "person": "p3"}), ("meeting.create", {"id": "m2", "title": "Nog een"}),
        ("restart",), ("pulse",), ("closed and out again",),
    ]
)  # fmt: skip
acts = st.one_of(
    mics, mics, mics, plain,
    st.tuples(st.just("link"), cams, st.sampled_from((None, "silent for 3 s"))),
    st.tuples(st.just("hand"), cams),
)  # fmt: skip
gaps_ms = st.one_of(st.sampled_from((0, 0, 1, 600, 1500, 2001, 6000)), st.integers(0, 9000))


async def live(house: House, steps: list[tuple[int, tuple[Any, ...]]]) -> None:
    """An evening that is opened and then goes as it goes."""
    await house.order("meeting.standby")
    await house.order("meeting.open")
    for gap_ms, act in steps:
        await asyncio.sleep(gap_ms / 1000)
        await house.act(act)
    await asyncio.sleep(8)
    house.desk.run.post(Pulse())
    house.desk.mic("a")
    house.desk.run.close()
    assert house.desk.run.healthy()


def play_evening(
    steps: list[tuple[int, tuple[Any, ...]]], moods: list[int], shifts_ms: list[int], plan: Plan = PLAN
) -> list[list[Entry]]:
    """The journals of an evening in real code and virtual time."""
    mood, shift = cycle(moods), cycle(shifts_ms)
    found: list[list[Entry]] = []

    async def work(clock: LoopClock) -> None:
        house = House(clock, lambda: next(mood), plan)
        await live(house, steps)
        found.extend(book.entries for book in house.book.shelf)

    in_virtual_time(work, lambda: next(shift) / 1000)
    return found


@settings(max_examples=120, deadline=None)
@given(
    steps=st.lists(st.tuples(gaps_ms, acts), max_size=50),
    moods=st.lists(st.integers(1, 400), min_size=1, max_size=20),
    shifts_ms=st.lists(st.integers(-4, 30), min_size=1, max_size=12),
)
def test_every_decision_again(steps: list[tuple[int, tuple[Any, ...]]], moods: list[int], shifts_ms: list[int]) -> None:
    for entries in play_evening(steps, moods, shifts_ms):
        for part in evening(entries).parts:
            assert difference(part, decisions(replayed(PLAN, part))) is None


ON, OFF = MicState.ON, MicState.OFF
DEBATE: list[tuple[int, tuple[Any, ...]]] = [
    (2000, ("mic", "chair", ON)), (4000, ("mic", "a", ON)), (1000, ("mic", "chair", OFF)), (7000, ("mic", "b", ON)),
    (5000, ("mic", "a", OFF)), (9000, ("mic", "b", OFF)), (9000, ("mic", "lectern", ON)),
    (4000, ("closed and out again",)), (5000, ("mic", "lectern", OFF)), (3000, ("restart",)),
    (1000, ("meeting.open", {})), (500, ("mic", "b", ON)), (8000, ("mic", "b", OFF)), (1000, ("meeting.end", {})),
    (100, ("meeting.create", {"id": "m2", "title": "Nog een"})), (9, ("meeting.standby", {})),
    (10, ("meeting.open", {})), (1000, ("mic", "chair", ON)), (6000, ("mic", "chair", OFF)),
]  # fmt: skip


def debate(plan: Plan = PLAN) -> list[list[Entry]]:
    """An evening with doors, a restart, and a second meeting."""
    return play_evening(DEBATE, [90, 150, 120, 230, 80], [0, 3, -1, 12], plan)


def test_doors_a_restart_and_another_meeting() -> None:
    first, second = debate()
    evenings = evening(first), evening(second)
    assert [len(past.parts) for past in evenings] == [3, 1]
    for past in evenings:
        for part in past.parts:
            again = decisions(replayed(PLAN, part))
            assert sum(decision.kind == "cut" for decision in again) >= 2
            assert [decision.line for decision in again] == [decision.line for decision in part.decisions]
    reopened = evenings[0].parts[1].events
    opened = [event.seat for event in reopened if isinstance(event, MicOpened)]
    assert opened[:2] == ["lectern", "a"], "who spoke when the doors opened speaks on"


def test_what_happened_behind_the_doors_is_not_in_the_journal() -> None:
    kinds, behind = list[str](), False
    for entry in debate()[0]:
        if entry.kind == "meeting":
            behind = entry.fields["state"] in ("closed", "reopening")
        elif behind:
            kinds.append(entry.kind)
    assert set(kinds) <= {"started", "opening", "link", "alarm"}


def test_other_settings_give_other_cuts_and_an_entry_less_is_noticed() -> None:
    first, _ = debate()
    other = replace(PLAN, settings=Settings(min_shot_ms=9000))
    parts = evening(first).parts
    assert any(difference(part, decisions(replayed(other, part))) is not None for part in parts)
    gone = next(n for n, entry in enumerate(first) if entry.kind == "camera_arrived" and entry.seq > 20)
    parts = evening([*first[:gone], *first[gone + 1 :]]).parts
    assert any(difference(part, decisions(replayed(PLAN, part))) is not None for part in parts)


def test_cameras_of_another_plan_take_as_long_as_they_took() -> None:
    first, _ = debate()
    past = evening(first)
    found = account(past, PLAN, HALL, Rules())
    assert found.differs is None
    assert found.unchanged == sum(decision.kind == "cut" for decision in found.noted) > 0
    moves = Moves(past.parts, PLAN)
    measured = {camera: moves.took_ms(camera, 1) for camera in ("cam1", "cam2")}
    assert all(took is not None and 700 <= took <= 2400 for took in measured.values()), measured
    slow = replace(PLAN, settings=Settings(min_shot_ms=9000))
    found = account(past, slow, HALL, Rules())
    assert found.differs is not None
    assert found.on_air_motion_ms == 0
    close = [turn for _, turn in found.turns if turn.delay_ms is not None]
    assert close, "cameras arrive where the other plan sends them"


def test_an_entry_that_no_event_has_is_named() -> None:
    first, _ = debate()
    wrong = replace(first[3], kind="phase", fields={"phase": "siesta"})
    with pytest.raises(UnplayableError, match="entry 4: phase"):
        evening([*first[:3], wrong])
