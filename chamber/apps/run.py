"""`chamber run CONFIG`: the controller."""

import asyncio
import fcntl
import gc
import random
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from chamber import links
from chamber.api import Account, Api
from chamber.apps import service
from chamber.apps.devices import build
from chamber.apps.index_view import view_of
from chamber.apps.listen import listen
from chamber.apps.meetings import Meetings
from chamber.apps.publisher import Publisher
from chamber.apps.surfaces import osc_surface
from chamber.clock import SystemClock
from chamber.core.director.reducer import Director
from chamber.core.domain import MeetingState
from chamber.core.dossier import Place
from chamber.core.errors import ConfigError
from chamber.core.scenes import Seating
from chamber.core.voting import resumed
from chamber.events import LinkChanged, WatcherSaid
from chamber.ipc import LineClient
from chamber.measure import Measures
from chamber.memory import CameraMemory
from chamber.orders import Orders
from chamber.ports import Device, DeviceEvent
from chamber.preview import Preview
from chamber.record import Record
from chamber.runtime import Runtime
from chamber.stage import Outputs
from chamber.state import Limits, LinkState, Peer, Presentation, Screen, State
from chamber.supervisor import supervise
from chamber.wire import AnyOrder, ImportView, IndexView, StateView, WatchReport
from config import plan
from config.load import load
from config.model import Config
from drivers.osc.surface import OscSurface

TOKEN_CHARS = 16
REPUBLISH = frozenset(
    {"meeting.publish", "index.correct", "index.list", "fragment.withhold", "item.move", "person.erase"}
)
"""After these a meeting that residents can find is published anew."""
SWITCH_S = 0.0005
"""The journal's thread gives the interpreter back within half a millisecond when a microphone opens."""


class Controller:
    """Runtime and orders as the control API sees them."""

    def __init__(self, runtime: Runtime, orders: Orders, meetings: Meetings, publisher: Publisher) -> None:
        self._runtime, self._orders, self._meetings, self._publisher = runtime, orders, meetings, publisher

    def view(self) -> StateView:
        """The whole state."""
        return self._runtime.view()

    async def order(self, order: AnyOrder, account: str) -> int:
        """Carry out one order and return the number of the state that shows it."""
        seq = await self._orders.order(order, account)
        if order.command in REPUBLISH and self._runtime.state.meeting.state is MeetingState.PUBLISHED:
            self._publisher.wish(self._meetings.folder)
        return seq

    def watched(self, report: WatchReport, account: str) -> None:
        """Take what a watcher outside saw."""
        self._runtime.post(WatcherSaid(account, report.model_dump()))

    async def changed(self) -> None:
        """Wait for the next change of the state."""
        await self._runtime.changed()

    async def index(self) -> IndexView:
        """The index of the running meeting, read from its files."""
        return await asyncio.to_thread(view_of, self._meetings.folder)

    def compare(self, content: bytes, form: str) -> ImportView:
        """What an agenda in a file would change."""
        return self._orders.clerk.compare(content, form)

    def healthy(self) -> bool:
        """Whether the runtime still does its work."""
        return self._runtime.healthy()


def accounts(config: Config) -> tuple[Account, ...]:
    """Accounts with their tokens read from the files that CONFIG names."""
    found = []
    for account in config.accounts:
        token = Path(account.token_file).read_text(encoding="utf-8").strip()
        if len(token) < TOKEN_CHARS:
            raise ConfigError(
                [f"accounts.{account.name}.token_file: a token of at least {TOKEN_CHARS} characters is needed"]
            )
        found.append(Account(account.name, account.role, token))
    return tuple(found)


def presentation(config: Config) -> Presentation | None:
    """Where the named sources and outputs of the presentation are."""
    switcher = next((s for s in config.switchers if s.programme is not None), next(iter(config.switchers), None))
    if switcher is None:
        return None
    return Presentation(switcher.id, dict(switcher.inputs), dict(switcher.outputs), switcher.programme)


def screens(config: Config) -> tuple[Screen, ...]:
    """The screens outside the hall, each where its switcher has it."""
    units = {switcher.id: switcher for switcher in config.switchers}
    found = []
    for display in config.displays:
        unit = units[display.switcher]
        found.append(
            Screen(
                display.id, display.label or display.id, unit.id, unit.outputs[display.output],
                unit.inputs[display.source], unit.inputs[display.slate],
            )
        )  # fmt: skip
    return tuple(found)


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Hold DATA for this controller; two controllers on one DATA would write one journal."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise ConfigError([f"data.dir: {data_dir} is in use by another controller; stop that one first"]) from exc
        yield


def _preview(config: Config, state: State, api: Api, clock: SystemClock) -> Preview:
    """The operator's pictures, with their address in the state."""
    inputs = {camera.id: camera.label or camera.id for camera in config.cameras}
    if plan.presentation_source(config) is not None:
        inputs["presentation"] = "Presentatie"
    inputs["programme"] = "Programma"
    preview = Preview(config.run_dir / "thumbs.sock", state.public_url, inputs, api.authorised, clock)
    api.add_pages(preview.pages())
    state.preview_url = f"http://{config.control.listen[0]}/preview?key={preview.key}"
    return preview


async def serve(config: Config) -> None:
    """Run the controller until cancelled, or until a bug in the core ends it."""
    clock, measures = SystemClock(), Measures()
    hall = plan.hall(config)
    place = Place(config.hall.organisation, config.hall.organisation_code or "", config.hall.body, config.hall.timezone)
    meetings = Meetings(config.data_dir, clock, hall, place, plan.agenda(config))
    restored = meetings.restore()
    hall = replace(hall, people={**hall.people, **restored.guests})

    memory = CameraMemory(config.data_dir)
    travels, poses = memory.load()

    def emit(event: DeviceEvent) -> None:
        run.post(event)

    state = State(
        hall,
        restored.meeting,
        restored.agenda,
        Seating(restored.bound, restored.chair_seat or hall.chair_seat, restored.nameless, restored.faceless),
        organisation=config.hall.organisation,
        rehearsal=config.hall.rehearsal,
        public_url=f"http://{config.public.listen[0]}/",
        delay_ms=config.stream.delay_ms,
        limits=Limits(
            config.alarms.chair_behind_slate_s * 1000, config.alarms.silent_s * 1000, config.alarms.silence_pause_most_s
        ),
        mode=config.director.mode,
        presentation=presentation(config),
        screens=screens(config),
        item=restored.item,
        handled=restored.handled,
        vote=resumed(restored.vote, hall.people.values(), restored.present),
        present=restored.present,
        travels=travels,
        poses=poses,
        watchers={account.name: Peer() for account in config.accounts if account.role == "watcher"},
    )
    devices = build(config, emit, clock)
    mixer = LineClient("mixer", config.run_dir / "mixer.sock", lambda message: links.from_mixer(run, message))
    stream = LineClient("stream", config.run_dir / "stream.sock", lambda message: links.from_stream(run, message))
    record = Record(clock, meetings.keeper(), meetings.begin)
    record.resume(restored.meeting.state)
    outputs = Outputs(mixer.send, stream.send, devices.cameras, devices.switchers, devices.microphones)
    run = Runtime(state, Director(plan.director_plan(config)), outputs, record, clock, measures, secrets.token_hex(8))
    run.remember = lambda known: memory.keep(known.travels, known.poses)
    meetings.on_trouble(run.trouble)
    orders = Orders(run, config.stream.take_back_s)
    publisher = Publisher(config.data_dir, config.public.url or state.public_url, run.trouble, clock)
    if restored.meeting.state is MeetingState.PUBLISHED:
        publisher.catch_up(meetings.folder)
    api = Api(Controller(run, orders, meetings, publisher), accounts(config), measures.registry)
    preview = _preview(config, state, api, clock)
    sessions: list[Device | LineClient | OscSurface] = [*devices.all(), mixer, stream]
    if config.osc is not None:
        state.links["osc"] = LinkState()
        sessions.append(osc_surface(config.osc, run.view, orders.order, api.hub.watch, clock))
    runner = await listen(api.app, config.control.listen)
    try:
        async with asyncio.TaskGroup() as group:
            for session in sessions:
                group.create_task(
                    supervise(
                        session.name, session.serve, lambda n, r: run.post(LinkChanged(n, r)), clock, random.random
                    )
                )
            group.create_task(links.pulse(run, clock))
            group.create_task(api.hub.run())
            group.create_task(publisher.run())
            group.create_task(service.watch(run.healthy, clock.sleep))
            gc.collect()
            gc.freeze()  # what lives as long as the process is not looked through again while a microphone waits
            service.ready()
            await run.fatal
    finally:
        run.close()
        await api.hub.close()
        await preview.close()
        await runner.cleanup()
        await asyncio.gather(asyncio.to_thread(memory.close), asyncio.to_thread(meetings.close))


def main(path: Path) -> int:
    """Run the controller of one hall; ends on SIGTERM, or with 1 on a bug."""
    config = load(path)
    sys.setswitchinterval(SWITCH_S)
    with alone(config.data_dir):
        return service.run("controller", lambda: serve(config))
