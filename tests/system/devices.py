"""Runtime, director and drivers in one process against a hall of simulated devices; a peer confirms each cut."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from pydantic import TypeAdapter

from chamber import links
from chamber.apps.devices import build
from chamber.apps.meetings import Meetings
from chamber.apps.run import presentation, screens
from chamber.apps.sim import room_plan
from chamber.apps.sim_desks import desks
from chamber.clock import SystemClock
from chamber.core.director.reducer import Director
from chamber.core.domain import MeetingState, MicState
from chamber.core.dossier import Place
from chamber.core.errors import RefusedError
from chamber.core.scenes import Seating
from chamber.events import LinkChanged, MixerSaid
from chamber.measure import Measures
from chamber.orders import Orders
from chamber.ports import DeviceEvent, MicReading
from chamber.record import Record
from chamber.runtime import Runtime
from chamber.stage import Outputs
from chamber.state import State
from chamber.supervisor import supervise
from chamber.wire import AnyOrder
from config import plan
from config.model import Config
from drivers.sim.room import Room
from drivers.sim.script import Step
from drivers.sim.visca_motion import Travel
from tests.until import until

FASTER = 12
"""The meeting is played so many times as fast, and heads and lenses travel in so much less time."""
_SLOW = Travel()
TRAVEL = Travel(
    pan_deg_s=_SLOW.pan_deg_s * FASTER,
    tilt_deg_s=_SLOW.tilt_deg_s * FASTER,
    ramp_deg_s2=_SLOW.ramp_deg_s2 * FASTER**2,
    octave_s=_SLOW.octave_s / FASTER,
    latency_s=_SLOW.latency_s / FASTER,
    settle_s=_SLOW.settle_s / FASTER,
)
CONFIRM_S = 0.01
MOVES = ("recall", "drive", "zoomdrive", "focusdrive", "point", "home")
LOOK_S = 0.004
ORDERS: TypeAdapter[AnyOrder] = TypeAdapter(AnyOrder)


class Mixer:
    """A mixer that shows what it is told a moment later, and writes down what must not be.

    Attributes:
        seen: (CLOCK_MONOTONIC ns, camera) of each change of the picture that is out, None for a slate or the wide one.
        cuts: cameras that were cut to.
        wrong: cuts to cameras that had not arrived, and motion of cameras on air.
    """

    def __init__(self, room: Room) -> None:
        self.run: Runtime | None = None
        self.seen: list[tuple[int, str | None]] = [(0, None)]
        self.cuts: list[str] = []
        self.wrong: list[str] = []
        self._room = room
        self._wished: tuple[str | None, str | None] = (None, "begin")
        self._cut_id = 0

    def send(self, message: dict[str, Any]) -> None:
        """Take a wish."""
        wish = message.get("wish")
        if wish is None:
            return
        wished, before = (wish["programme"], wish["slate"]), self._wished
        self._wished = wished
        camera = self._room.cameras.get(wished[0] or "") if wished[1] is None else None
        if camera is not None and wished != before:
            self.cuts.append(wished[0])
            if camera.moving or self._room.seat_in_view(wished[0]) is None:
                self.wrong.append(f"cut to {wished[0]} before it arrived: {camera.pose}")
        asyncio.get_running_loop().call_later(CONFIRM_S, self._confirm, wish)

    def _confirm(self, wish: dict[str, Any]) -> None:
        if self.run is None or not self.run.healthy() or wish["cut_id"] < self._cut_id:
            return
        self._cut_id = wish["cut_id"]
        moves = wish["slate"] is None and wish["programme"] in self._room.cameras
        out = wish["programme"] if moves else None
        if out != self.seen[-1][1]:
            self.seen.append((time.monotonic_ns(), out))
        known = {"programme": wish["programme"], "slate": wish["slate"], "muted": wish["mute"], "cut_id": self._cut_id}
        self.run.post(MixerSaid({**known, "capture_ms": self.run.clock.now_ms(), "inputs": {}}))

    async def watch(self) -> None:
        """Look at the camera that is on air, until cancelled."""
        while True:
            camera = self.seen[-1][1]
            if camera is not None and self._room.cameras[camera].moving:
                self.wrong.append(f"{camera} moves on air")
            await asyncio.sleep(LOOK_S)

    def ordered_on_air(self, on_the_way_s: float = 0.0) -> list[str]:
        """Movements that reached a camera while it was to be seen, by the cameras' own logs.

        `on_the_way_s` is how long a request that had left before may take to get there.
        """
        found = []
        until_ns = [at for at, _ in self.seen[1:]] + [time.monotonic_ns()]
        for (from_ns, name), to_ns in zip(self.seen, until_ns, strict=True):
            log = self._room.cameras[name].log if name is not None else ()
            late_ns = from_ns + round(on_the_way_s * 1e9)
            found += [
                f"{name}: {w}" for at, w in log if late_ns <= at < to_ns and w.startswith(MOVES) and w[-4:] != "stop"
            ]
        return found


class Evening:
    """One hall at work.

    Attributes:
        presses: (seat, on, meeting's state) of each button that was pressed here, in order.
        heard: (seat, on) of each microphone that a driver told of since the links were up, in order.
        turns: (seat, from, to) in ns of CLOCK_MONOTONIC of each microphone that was opened in the open meeting.
    """

    def __init__(self, config: Config, room: Room) -> None:
        self.config, self.room, self.mixer = config, room, Mixer(room)
        self.presses: list[tuple[str, bool, MeetingState]] = []
        self.heard: list[tuple[str, bool]] = []
        self.turns: list[tuple[str, int, int]] = []
        self._opened: dict[str, int] = {}
        self._seats = {(seat.system, seat.channel): seat.id for seat in config.seats}
        clock, hall = SystemClock(), plan.hall(config)
        self.meetings = Meetings(
            config.data_dir, clock, hall, Place("", "", "", "Europe/Amsterdam"), plan.agenda(config)
        )
        state = State(
            hall, self.meetings.restore().meeting, plan.agenda(config), Seating(chair_seat=hall.chair_seat),
            presentation=presentation(config), screens=screens(config),
        )  # fmt: skip
        self.devices = build(config, self._emit, clock)
        record = Record(clock, self.meetings.keeper(), self.meetings.begin)
        record.resume(state.meeting.state)
        out = Outputs(
            self.mixer.send, lambda _: None, self.devices.cameras, self.devices.switchers, self.devices.microphones
        )
        director = Director(plan.director_plan(config))
        self.run = self.mixer.run = Runtime(state, director, out, record, clock, Measures(), "epoch")
        self.orders = Orders(self.run, 10)

    def _emit(self, event: DeviceEvent) -> None:
        if isinstance(event, MicReading) and event.state is not MicState.REQUEST:
            self.heard.append((self._seats[event.system, event.channel], event.state is MicState.ON))
        self.run.post(event)

    @property
    def state(self) -> State:
        """Everything that the controller knows."""
        return self.run.state

    def up(self, *names: str) -> bool:
        """Whether these devices, or all, have been read and are there."""
        return all(self.state.links[name].up for name in names or [d.name for d in self.devices.all()])

    async def press(self, seat: str, on: bool) -> None:
        """Somebody presses a button."""
        self.presses.append((seat, on, self.state.meeting.state))
        if on:
            at_ns = await self.room.open_mic(seat)
            if self.state.meeting.state is MeetingState.OPEN:
                self._opened[seat] = at_ns
        else:
            at_ns = await self.room.close_mic(seat)
            if seat in self._opened:
                self.turns.append((seat, self._opened.pop(seat), at_ns))

    async def order(self, command: str, **values: Any) -> None:
        """The operator orders something; what is too soon is ordered again."""
        while True:
            with suppress(RefusedError):
                await self.orders.order(ORDERS.validate_python({"command": command, **values}), "griffie")
                return
            assert self.state.meeting.state is MeetingState.REOPENING, f"{command} is refused"
            await asyncio.sleep(0.05)

    async def opened(self) -> None:
        """The meeting is open."""
        await self.order("meeting.standby")
        await self.order("meeting.open")

    async def play(self, steps: tuple[Step, ...], faster: int = FASTER) -> None:
        """Everything that the script says, faster."""
        before_s = 0.0
        for step in steps:
            await asyncio.sleep((step.at_s - before_s) / faster)
            before_s = step.at_s
            if step.kind == "operator":
                await self.order(step.what, **step.values)
            else:
                await self.press(step.what, step.kind == "mic_on")

    async def all_heard(self) -> None:
        """Every press has been heard of, each once and in order."""
        pressed = [(seat, on) for seat, on, _ in self.presses]
        with suppress(AssertionError):
            await until(lambda: len(self.heard) >= len(pressed), timeout_s=2.0)
        differing = (n for n, (got, done) in enumerate(zip_longest(self.heard, pressed)) if got != done)
        at = next(differing, len(pressed))
        assert self.heard == pressed, f"{at} are right, then {self.heard[at : at + 6]} for {pressed[at : at + 6]}"

    async def each_heard(self) -> None:
        """Every press has been heard of once, those of each seat in order, and openings in order among each other."""
        pressed = [(seat, on) for seat, on, _ in self.presses]
        with suppress(AssertionError):
            await until(lambda: len(self.heard) >= len(pressed), timeout_s=2.0)
        assert [seat for seat, on in self.heard if on] == [seat for seat, on in pressed if on]
        for seat in self.state.hall.seats:
            assert [press for press in self.heard if press[0] == seat] == [p for p in pressed if p[0] == seat], seat

    def without_recall(self) -> list[str]:
        """Turns in which no camera was on its way to the speaker, or there already."""
        missed = []
        for seat, from_ns, to_ns in self.turns:
            found = False
            for name, wire in self.room.plan.wires.items():
                sent = [(at, w) for at, w in self.room.cameras[name].log if w.startswith("recall") and at <= to_ns]
                before = [w for at, w in sent if at < from_ns][-1:]
                shown = [wire.presets[int(w.split()[1])] for w in before + [w for at, w in sent if at >= from_ns]]
                found = found or any(seat in seats for seats in shown)
            if not found:
                missed.append(seat)
        return missed


@asynccontextmanager
async def evening(config: Config) -> AsyncIterator[Evening]:
    """A hall whose devices are simulated and served; every link is up and every microphone off."""
    whole = room_plan(config, barcode=False)
    wires = {name: replace(wire, travel=TRAVEL) for name, wire in whole.wires.items()}
    async with Room(replace(whole, wires=wires, sockets={}), desks(config)) as room:
        house = Evening(config, room)
        run, clock = house.run, SystemClock()
        for process in ("mixer", "stream"):
            run.post(LinkChanged(process, None))
        tasks = [
            asyncio.create_task(
                supervise(d.name, d.serve, lambda n, r: run.post(LinkChanged(n, r)), clock, random.random)
            )
            for d in house.devices.all()
        ]
        tasks += [asyncio.create_task(links.pulse(run, clock)), asyncio.create_task(house.mixer.watch())]
        try:
            await until(house.up, what="every link up")
            house.heard.clear()
            yield house
            assert run.healthy()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            run.close()
            if run.fatal.done():
                run.fatal.exception()
            await asyncio.to_thread(house.meetings.close)
