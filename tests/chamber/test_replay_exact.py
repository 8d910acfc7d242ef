"""What the controller wrote down makes a director decide the same again, to the byte, whatever happened in between."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chamber import ports
from chamber.core.domain import MicState
from chamber.core.errors import ChamberError
from chamber.core.meeting import Moment, after_restart
from chamber.core.replaying import Part, decisions, difference, evening, replayed
from chamber.events import LinkChanged, Pulse
from chamber.journal.entry import FIRST, Entry, at, read_line
from chamber.journal.schema import tidy
from chamber.wire import AnyOrder
from tests.chamber.desk import PLAN, SEATS, Desk, Pages, Wire
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
    """A camera that moves: it arrives late, never, or says no before the order has returned."""

    newest = 0

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
        mood = self._moods()
        if mood % 7 == 0:
            self.emit(ports.CameraFailed(self.name, preset, "not\tnow " * 40))
        elif mood % 11:
            asyncio.get_running_loop().call_later(mood / 100, self._arrive, preset, self.newest)

    def _arrive(self, preset: int, number: int) -> None:
        if number == self.newest:
            self.emit(ports.CameraReading(self.name, power=True, moving=False, preset=preset))
            self.emit(ports.CameraArrived(self.name, preset))


class House:
    """A controller that may be restarted, and its people."""

    def __init__(self, clock: LoopClock, moods: Callable[[], int]) -> None:
        self.clock, self._moods, self.book = clock, moods, Book()
        self.desk = self._start(None)

    def _start(self, pages: Book | None) -> Desk:
        meeting = None
        if pages is not None:
            now = Moment(self.clock.wall_ms(), self.clock.now_ms())
            meeting = after_restart(self.desk.run.state.meeting, now)
        cameras = {name: Moving(name, self._moods) for name in ("cam1", "cam2")}
        return Desk(self.clock, pages or self.book, meeting, {**cameras, "wide": Wire("wide")})

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


def lines(part: Part) -> list[str]:
    return [decision.line for decision in part.decisions]


def play_evening(steps: list[tuple[int, tuple[Any, ...]]], moods: list[int], shifts_ms: list[int]) -> list[list[Entry]]:
    """The journals of an evening in real code and virtual time."""
    mood, shift = cycle(moods), cycle(shifts_ms)
    found: list[list[Entry]] = []

    async def work(clock: LoopClock) -> None:
        house = House(clock, lambda: next(mood))
        await live(house, steps)
        found.extend(book.entries for book in house.book.shelf)

    in_virtual_time(work, lambda: next(shift) / 1000)
    return found


@settings(max_examples=300, deadline=None)
@given(
    steps=st.lists(st.tuples(gaps_ms, acts), max_size=60),
    moods=st.lists(st.integers(1, 400), min_size=1, max_size=20),
    shifts_ms=st.lists(st.integers(-4, 30), min_size=1, max_size=12),
)
def test_every_decision_again(steps: list[tuple[int, tuple[Any, ...]]], moods: list[int], shifts_ms: list[int]) -> None:
    for entries in play_evening(steps, moods, shifts_ms):
        for part in evening(entries).parts:
            assert difference(part, decisions(replayed(PLAN, part))) is None
