"""`chamber sim CONFIG`: every device of CONFIG simulated on its own address, with pictures and sound."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import structlog

from chamber.apps import service
from chamber.apps.sim_desks import desks
from chamber.clock import SystemClock
from chamber.core.errors import ConfigError
from chamber.ipc import LineServer, Message
from config import plan
from config.devices import (
    PRESETS,
    FixedCamera,
    PanasonicCamera,
    PtzCamera,
    ViscaRawUdpCamera,
    ViscaTcpCamera,
    ViscaUdpCamera,
)
from config.load import load
from config.model import Config
from drivers.sim.room import Room
from drivers.sim.room_plan import PRESENTATION, SOUND, CameraWire, RoomPlan, SwitcherPlan
from drivers.sim.scenery import CameraPlan, HallPlan, SeatPlan
from drivers.sim.script import Step
from drivers.sim.slides import Deck
from drivers.sim.visca import Manners

LOOK_S = 0.02
UNIX = "unix:"
DECKS = {
    "laptop": Deck(
        "Verbouwing zwembad De Waterlelie", "Team Maatschappij", ("Waarom nu", "Ontwerp", "Kosten", "Planning")
    ),
    "griffie": Deck("Agenda en stukken", "Griffie", ("Agenda", "Moties en amendementen")),
    "slot": Deck("Gemeente Waterbeek", "", ("Welkom in de raadzaal",)),
}

log = structlog.get_logger(__name__)


def _socket(source: str | None) -> Path | None:
    return Path(source.removeprefix(UNIX)) if source is not None and source.startswith(UNIX) else None


def _wire(config: Config, camera: PtzCamera) -> CameraWire:
    first = PRESETS[camera.profile][0].start
    presets = {
        number - first: tuple(seat.id for seat, _ in shown)
        for number, shown in plan.shots_of(config, camera.id).items()
    }
    if isinstance(camera, PanasonicCamera):
        login = (camera.user, _password(camera)) if camera.user is not None else None
        return CameraWire("panasonic", camera.host, camera.port, presets=presets, login=login)
    manners = Manners(
        lamps=() if camera.profile in ("generic", "ptzoptics", "sony-srg") else ("red", "green"),
        speeds="optics" if camera.profile == "ptzoptics" else "sony",
    )
    if isinstance(camera, ViscaUdpCamera):
        answer_port = 52381 if camera.answers_to_52381 else None
        return CameraWire("udp", camera.host, camera.port, answer_port=answer_port, presets=presets, manners=manners)
    if isinstance(camera, ViscaTcpCamera):
        return CameraWire("tcp", camera.host, camera.port, presets=presets, manners=manners)
    if isinstance(camera, ViscaRawUdpCamera):
        return CameraWire("raw-udp", camera.host, camera.port, presets=presets, manners=manners)
    return CameraWire("serial", path=camera.path, address=camera.address, presets=presets, manners=manners)


def _password(camera: PanasonicCamera) -> str:
    """The password that a simulated camera demands. Raises ConfigError: the file cannot be read."""
    try:
        return Path(camera.password_file or "").read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise ConfigError([f"cameras.{camera.id}.password_file: cannot be read ({exc})"]) from exc


def _seats(config: Config) -> tuple[SeatPlan, ...]:
    sitting = {person.seat: person for person in config.people if person.seat is not None}
    lecterns = plan.lecterns(config)
    return tuple(
        SeatPlan(
            seat.id,
            seat.x_m,
            seat.y_m,
            seat.facing_deg or 0.0,
            card=sitting[seat.id].name if seat.id in sitting else "",
            person=sitting[seat.id].id if seat.id in sitting else "",
            standing=seat.shared or seat.id in lecterns,
        )
        for seat in config.seats
    )


def room_plan(config: Config, *, barcode: bool) -> RoomPlan:
    """CONFIG as the simulated hall wants it. Raises ConfigError: a camera whose place is not known."""
    cameras, wires, sockets = [], {}, {}
    for camera in config.cameras:
        place = camera.place
        if place is None:
            raise ConfigError([f"cameras.{camera.id}: x_m, y_m, z_m and heading_deg are needed to draw its picture"])
        fixed = isinstance(camera, FixedCamera)
        angle = {"tilt_deg": camera.tilt_deg} if isinstance(camera, FixedCamera) else {"max_zoom": camera.zoom_ratio}
        cameras.append(CameraPlan(camera.id, *place, fixed=fixed, hfov_deg=camera.view_deg, **angle))
        if not isinstance(camera, FixedCamera):
            wires[camera.id] = _wire(config, camera)
        socket = _socket(camera.video)
        if socket is not None:
            sockets[camera.id] = socket
    sound, slides = _socket(config.sound.input), _socket(plan.presentation_source(config))
    sockets |= {name: path for name, path in ((SOUND, sound), (PRESENTATION, slides)) if path is not None}
    hall = HallPlan(
        config.hall.name, config.hall.width_m or 10.0, config.hall.depth_m or 13.0, _seats(config), tuple(cameras)
    )
    return RoomPlan(
        hall, {seat.id: (seat.system, seat.channel) for seat in config.seats}, wires, _switcher(config), sockets,
        config.mixer.width, config.mixer.height, barcode,
    )  # fmt: skip


def _switcher(config: Config) -> SwitcherPlan | None:
    found = next((s for s in config.switchers if s.programme is not None), None)
    if found is None or found.programme is None:
        return None
    return SwitcherPlan(
        dict(found.inputs), dict(found.outputs), found.programme, found.path, found.host or "127.0.0.1",
        found.port if found.host else None, {name: DECKS[name] for name in found.inputs if name in DECKS},
    )  # fmt: skip


class Hands:
    """People in the hall on a socket: does what it is told, and tells what the wires and cameras really did."""

    def __init__(self, room: Room, path: Path) -> None:
        self._room = room
        self._clock = SystemClock()
        self._pressed_ns: list[tuple[int, str]] = []
        self._moves: dict[str, list[list[int]]] = defaultdict(list)
        self._acts: set[asyncio.Task[None]] = set()
        self.server = LineServer(path, self._told, lambda: None)

    def _told(self, message: Message) -> None:
        if isinstance(step := message.get("act"), dict):
            task = asyncio.create_task(self._act(step))
            self._acts.add(task)
            task.add_done_callback(self._acts.discard)
        elif "measured" in message:
            self.server.send({"measured": self.measured()})

    async def _act(self, step: dict[str, Any]) -> None:
        try:
            act = Step(0.0, cast(Any, step["kind"]), str(step["what"]), step.get("values") or {})
            if act.kind == "mic_on":
                self._pressed_ns.append((await self._room.open_mic(act.what), act.what))
            else:
                await self._room.do(act)
        except (KeyError, ValueError, LookupError) as exc:
            log.warning("not done", reason=repr(exc))

    async def watch(self) -> None:
        """Note when each camera's picture moves, until cancelled."""
        while True:
            now_ms = self._clock.now_ms()
            for name, camera in self._room.cameras.items():
                moves = self._moves[name]
                if not camera.moving:
                    continue
                if moves and now_ms - moves[-1][1] <= 3 * LOOK_S * 1000:
                    moves[-1][1] = now_ms
                else:
                    moves.append([now_ms, now_ms])
            await asyncio.sleep(LOOK_S)

    def measured(self) -> dict[str, Any]:
        """Press to first recall of a preset of that seat (ms), and when each camera moved (ms since boot, from, to)."""
        delays = []
        for pressed_ns, seat in self._pressed_ns:
            wanted = {
                (name, f"recall {number}")
                for name, wire in self._room.plan.wires.items()
                for number, shown in wire.presets.items()
                if seat in shown
            }
            times = [
                at_ns
                for name, camera in self._room.cameras.items()
                for at_ns, what in camera.log
                if (name, what) in wanted and 0 <= at_ns - pressed_ns < 1_000_000_000
            ]
            if times:
                delays.append((min(times) - pressed_ns) / 1e6)
        return {"mic_to_command_ms": delays, "moves": dict(self._moves)}


async def serve(config: Config, *, barcode: bool, control: Path | None, ready: Callable[[], None]) -> None:
    """Run the simulated hall until cancelled."""
    room = Room(room_plan(config, barcode=barcode), desks(config))
    async with room:
        for name, desk in room.desks.items():
            log.info("microphones", system=name, at=desk.address)
        if control is None:
            ready()
            await asyncio.Event().wait()
            return
        hands = Hands(room, control)
        await hands.server.start()
        ready()
        try:
            await hands.watch()
        finally:
            await hands.server.close()


def main(path: Path, *, barcode: bool, control: Path | None) -> int:
    """Simulate the devices of one hall until SIGTERM."""
    config = load(path, tokens=False)
    return service.run("sim", lambda: serve(config, barcode=barcode, control=control, ready=service.ready))
