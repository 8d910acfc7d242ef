"""A controller without devices: a real runtime whose outputs are lists, for tests."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chamber import ports
from chamber.core.agenda import Agenda
from chamber.core.director import model as d
from chamber.core.director.reducer import Director
from chamber.core.domain import AgendaItem, Group, Hall, MicState, Person, Phase, Role, Seat, Shot
from chamber.core.meeting import Meeting
from chamber.core.scenes import Seating
from chamber.events import LinkChanged, MixerSaid
from chamber.measure import Measures
from chamber.orders import Orders
from chamber.record import Keeper, Record
from chamber.runtime import Runtime
from chamber.stage import Outputs
from chamber.state import Presentation, Screen, State
from tests.conftest import ManualClock

SEATS = ("chair", "a", "b", "lectern")
HALL = Hall(
    "Testzaal",
    seats={
        name: Seat(name, name.capitalize(), "desk", f"{number:02}", number, 1, shared=name == "lectern",
                   shots=tuple(Shot(cam, number) for cam in ("cam1", "cam2")))
        for number, name in enumerate(SEATS, 1)
    },
    people={
        "p1": Person("p1", "Noor van Dijk", Role.CHAIR, seat="chair"),
        "p2": Person("p2", "Jan de Boer", Role.COUNCILLOR, "g1", "a"),
        "p3": Person("p3", "Elif Yılmaz", Role.COUNCILLOR, "g1", "b"),
    },
    groups={"g1": Group("g1", "Waterbeek Lokaal")},
    cameras=("cam1", "cam2", "wide"),
    wide="wide",
    chair_seat="chair",
)  # fmt: skip
AGENDA = (
    AgendaItem("i1", "1", "Opening", Phase.OPENING),
    AgendaItem("i2", "2", "Beekzicht"),
    AgendaItem("i3", "3", "Grondaankoop", closed=True),
)
PLAN = d.Plan(
    cameras=tuple(
        d.PlanCamera(
            cam, tuple(d.PlanShot(s.shots[0].preset, s.shots[0].kind, (s.id,)) for s in HALL.seats.values()), 1000
        )
        for cam in ("cam1", "cam2")
    ),
    wide="wide",
    chair="chair",
    shared=("lectern",),
)


@dataclass
class Wire:
    """A camera or switcher that writes down its wishes."""

    name: str
    wishes: list[Any] = field(default_factory=list)
    emit: ports.Emit = print

    async def serve(self, ready: ports.Ready) -> None:
        ready()
        await asyncio.Event().wait()

    def wish(self, *wish: Any) -> None:
        self.wishes.append(wish[0] if len(wish) == 1 else wish)

    async def drive(self, pan: int, tilt: int, zoom: int) -> None:
        self.wishes.append(("drive", pan, tilt, zoom))

    async def store(self, preset: int) -> None:
        self.wishes.append(("store", preset))

    async def focus(self, action: str) -> None:
        self.wishes.append(("focus", action))

    async def power(self, on: bool) -> None:
        self.wishes.append(("power", on))


@dataclass
class Mics:
    """A microphone system that does as it is told, and reports it."""

    name: str = "desk"
    emit: ports.Emit = print

    async def serve(self, ready: ports.Ready) -> None:
        ready()
        await asyncio.Event().wait()

    async def switch(self, channel: str, on: bool) -> None:
        self.emit(ports.MicReading("desk", channel, MicState.ON if on else MicState.OFF))


@dataclass
class Pages:
    """A journal in memory."""

    lines: list[tuple[str, dict[str, Any], bool]] = field(default_factory=list)
    broken: bool = False

    def append(
        self, kind: str, fields: Mapping[str, Any], *, wall_ms: int, mono_ms: int, sync: bool = False
    ) -> asyncio.Future[None] | None:
        self.lines.append((kind, dict(fields), sync))
        if not sync:
            return None
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.broken:
            done.set_exception(OSError("no space left"))
        else:
            done.set_result(None)
        return done

    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.lines]

    def following(self) -> "Pages | None":
        """The journal of another meeting; none when there is one already."""
        return None


class Desk:
    """Everything around one runtime."""

    def __init__(
        self,
        clock: ManualClock | None = None,
        pages: Pages | None = None,
        meeting: Meeting | None = None,
        cameras: Mapping[str, Wire] | None = None,
        plan: d.Plan = PLAN,
        switcher: ports.Switcher | None = None,
    ) -> None:
        self.clock = clock or ManualClock()
        self.mixer: list[dict[str, Any]] = []
        self.stream: list[dict[str, Any]] = []
        self.pages, self.notes = pages or Pages(), list[str]()
        self.agendas, self.guests, self.erased = list[Agenda](), list[Person](), list[str]()
        self.cameras = cameras or {name: Wire(name) for name in ("cam1", "cam2", "wide")}
        self.switcher: Any = switcher or Wire("switcher")
        self.mics = Mics()
        state = State(
            HALL, meeting or Meeting("2026-11-24", "Raad"), AGENDA, Seating(chair_seat="chair"),
            presentation=Presentation(
                "switcher", {"laptop": 1, "griffie": 2, "zaal": 3, "wachtscherm": 4},
                {"scherm": 1, "programma": 2, "hal": 3}, "programma",
            ),
            screens=(Screen("hal", "Scherm in de hal", "switcher", 3, 3, 4),),
        )  # fmt: skip
        record = Record(self.clock, self._keeper(self.pages), self._begin)
        record.resume(state.meeting.state)
        out = Outputs(
            self.mixer.append, self.stream.append, self.cameras, {"switcher": self.switcher}, {"desk": self.mics}
        )
        self.run = Runtime(state, Director(plan), out, record, self.clock, Measures(), "epoch")
        self.mics.emit = self.run.post
        for camera in self.cameras.values():
            camera.emit = self.run.post
        self.orders = Orders(self.run, 10)
        for name in ("cam1", "cam2", "wide", "switcher", "desk", "mixer", "stream"):
            self.run.post(LinkChanged(name, None))

    def _begin(self, name: str, title: str) -> Keeper | None:
        following = self.pages.following()
        if following is None:
            return None
        self.pages = following
        return self._keeper(following)

    def _keeper(self, pages: Pages) -> Keeper:
        return Keeper(pages, self._note, self.agendas.append, self.guests.append, self.erased.append)

    def _note(self, text: str) -> str:
        self.notes.append(text)
        return f"n{len(self.notes)}"

    def mic(self, seat: str, on: bool = True, state: MicState | None = None) -> None:
        """A microphone is read."""
        self.run.post(
            ports.MicReading("desk", HALL.seats[seat].channel, state or (MicState.ON if on else MicState.OFF))
        )

    def mixer_confirms(self) -> None:
        """The mixer shows what was wished last."""
        wish = next(m["wish"] for m in reversed(self.mixer) if "wish" in m)
        known = {
            "programme": wish["programme"],
            "slate": wish["slate"],
            "muted": wish["mute"],
            "cut_id": wish["cut_id"],
        }
        self.run.post(MixerSaid({**known, "capture_ms": self.clock.now_ms(), "inputs": {}}))

    def lease(self) -> dict[str, Any]:
        """The newest lease that the stream got."""
        found: dict[str, Any] = next(m["lease"] for m in reversed(self.stream) if "lease" in m)
        return found

    def facts(self) -> dict[str, Any]:
        """The newest facts that the stream got."""
        found: dict[str, Any] = next(m["facts"] for m in reversed(self.stream) if "facts" in m)
        return found

    def wish(self) -> dict[str, Any]:
        """The newest wish that the mixer got."""
        found: dict[str, Any] = next(m["wish"] for m in reversed(self.mixer) if "wish" in m)
        return found
