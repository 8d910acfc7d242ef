"""`chamber check CONFIG`: every problem at once, warnings, a summary, and with --probe what each device answers."""

import asyncio
from collections import Counter
from contextlib import suppress
from pathlib import Path

from chamber.apps import privacy
from chamber.apps.devices import build
from chamber.apps.sync import measure
from chamber.clock import SystemClock
from chamber.core.domain import MicState
from chamber.core.errors import ConfigError, DeviceError
from chamber.ports import (
    CameraReading,
    Clock,
    Device,
    DeviceEvent,
    IdentityReading,
    MicReading,
    Reporting,
    RouteReading,
    SeatOccupied,
)
from chamber.stream import srt
from chamber.stream.simulcast import read_url
from config.load import load_with_warnings
from config.model import Config

PROBE_S = 12.0
"""Longer than the slowest session start."""

SETTLE_S = 5.0
"""After a device is ready: until it has told everything about itself."""

LOOK_S = 0.05


def main(path: str | Path, probe: bool, plan: Path | None = None, *, sync: bool = False) -> int:
    """Check a configuration; returns 0, or 2 when it is wrong, or 1 when a probed device does not answer.

    With `sync` also measure picture against sound, 1 when they are not in step.
    With `plan` also say what the cameras see of the no-go zones, and draw it there; 1 when they see any.
    """
    try:
        config, warnings = load_with_warnings(Path(path))
    except ConfigError as exc:
        for problem in exc.problems:
            print(problem)
        count = len(exc.problems)
        print(f"{count} problem{'s' if count > 1 else ''}: nothing will start with this configuration")
        return 2
    for warning in [*warnings, *missing_programs(config)]:
        print(f"warning: {warning}")
    print("\n".join(summary(config)))
    seen = 0
    if plan is not None:
        try:
            seen = privacy.check(config, plan)
        except (ConfigError, OSError) as exc:
            print(exc)
            return 2 if isinstance(exc, ConfigError) else 1
    wrong = int(bool(seen))
    if probe:
        found = asyncio.run(probe_all(config, SystemClock()))
        for line in found.lines:
            print(line)
        wrong |= int(bool(found.silent))
    if sync:
        wrong |= asyncio.run(measure(config, SystemClock()))
    return wrong


def missing_programs(config: Config) -> list[str]:
    """What this machine lacks for what CONFIG wants."""
    found = []
    for n, target in enumerate(config.simulcast):
        with suppress(DeviceError):
            if read_url(target.name, Path(target.url_file)).startswith("srt:") and not srt.available():
                found.append(f"simulcast[{n}]: SRT needs libsrt, which is not here; apt install libsrt1.5-gnutls")
    return found


def summary(config: Config) -> list[str]:
    """What the configuration amounts to, a few lines."""
    cameras = [{shot.camera for shot in seat.shots} for seat in config.seats]
    alone = [seat.id for seat, seen in zip(config.seats, cameras, strict=True) if len(seen) == 1]
    unseen = [seat.id for seat, seen in zip(config.seats, cameras, strict=True) if not seen]
    presets = {(shot.camera, shot.preset) for seat in config.seats for shot in seat.shots}
    per_camera = Counter(camera for camera, _ in presets)
    return [
        f"{config.hall.name} ({config.hall.organisation})",
        f"seats: {len(config.seats)}, of which {sum(seat.shared for seat in config.seats)} shared; "
        f"people: {len(config.people)} in {len(config.groups)} groups; agenda items: {len(config.agenda)}",
        f"cameras: {len(config.movable)} that move"
        + "".join(f", {camera.id} with {per_camera[camera.id]} presets" for camera in config.movable)
        + (f"; wide: {config.wide.id}" if config.wide else "; no wide shot"),
        f"seats with one camera only: {len(alone)}" + _listed(alone),
        f"seats without a preset: {len(unseen)}" + _listed(unseen),
    ]


def _listed(ids: list[str]) -> str:
    return f" ({', '.join(ids)})" if ids else ""


class Found:
    """What the devices said during a probe."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.silent = 0
        self._events: dict[str, list[DeviceEvent]] = {}

    def emit(self, event: DeviceEvent) -> None:
        """Take in one event of a driver."""
        match event:
            case MicReading(system=device) | CameraReading(camera=device) | RouteReading(switcher=device):
                self._events.setdefault(device, []).append(event)
            case IdentityReading(device=device) | SeatOccupied(system=device):
                self._events.setdefault(device, []).append(event)
            case _:
                return

    def complete(self, device: str) -> bool:
        """Whether nothing that was asked for is still missing; a camera reads its power and motion last."""
        readings = [event for event in self._events.get(device, ()) if isinstance(event, CameraReading)]
        return not readings or (readings[-1].power is not None and readings[-1].moving is not None)

    def told(self, device: str) -> str:
        """What one device has said, in a few words."""
        identity, mics, routes = "", dict[str, MicState](), dict[int, int | None]()
        camera: CameraReading | None = None
        for event in self._events.get(device, ()):
            match event:
                case IdentityReading(text=text):
                    identity = text
                case MicReading(channel=channel, state=state):
                    mics[channel] = state
                case RouteReading(output=output, input=source):
                    routes[output] = source
                case CameraReading():
                    camera = event
        parts = [identity] if identity else []
        if mics:
            on = [channel for channel, state in mics.items() if state is MicState.ON]
            parts.append(f"{len(mics)} microphone{'s' if len(mics) > 1 else ''} read, {len(on)} open")
        if routes:
            parts.append("routes " + ", ".join(f"{source} -> {output}" for output, source in sorted(routes.items())))
        if camera is not None:
            power = {True: "on", False: "standby", None: "unknown"}[camera.power]
            parts.append(f"power {power}, " + ("at rest" if camera.moving is False else "motion not known"))
        return "; ".join(parts) or "answers"

    def seats(self, config: Config, system: str) -> list[str]:
        """A line for each seat of CONFIG at one microphone system: what was read of it, and who sits there."""
        mics, people = dict[str, MicState](), dict[str, str | None]()
        for event in self._events.get(system, ()):
            match event:
                case MicReading(channel=channel, state=state):
                    mics[channel] = state
                case SeatOccupied(channel=channel, name=name):
                    people[channel] = name or "nobody"
        expected = {person.seat: person.name for person in config.people if person.seat}
        lines = []
        for seat in config.seats:
            if seat.system == system:
                read, there = mics.get(seat.channel), people.get(seat.channel)
                line = f"seat {seat.id} is channel {seat.channel}: {read.value if read else 'not read'}"
                planned = expected.get(seat.id, "nobody")
                if there is not None:
                    line += f", {there}" + (f" (CONFIG: {planned})" if there != planned else "")
                lines.append(line)
        return lines


async def probe_all(config: Config, clock: Clock) -> Found:
    """Dial every device once, all together, and hang up again; each has `PROBE_S` to answer."""
    found = Found()
    devices = build(config, found.emit, clock)
    wires = {system.id: system.wire for system in config.microphones}
    # Cameras of one serial chain share its start, so all sessions are held until the slowest is through.
    results = await asyncio.gather(*(_probe(device, found) for device in devices.all()))
    for device, (answered, text) in zip(devices.all(), results, strict=True):
        if answered:
            found.lines.append("\n  ".join((f"{device.name}: {text}", *found.seats(config, device.name))))
        else:
            wire = wires.get(device.name, "")
            at = f" at {wire}" if wire and not text.startswith(wire) else ""
            found.lines.append(f"{device.name}: FAILED{at}: {text}")
        found.silent += not answered
    return found


async def _probe(device: Device, found: Found) -> tuple[bool, str]:
    """Hold a session until it is ready and has said what it is; returns whether it did, and what it said.

    What it said is taken before the session is ended, because a driver then knows nothing any more.
    """
    ready = asyncio.Event()
    session = asyncio.create_task(_serve(device, ready))
    waiting = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({session, waiting}, timeout=PROBE_S, return_when=asyncio.FIRST_COMPLETED)
        for _ in range(round(SETTLE_S / LOOK_S)):
            if session.done() or not ready.is_set() or found.complete(device.name):
                break
            await asyncio.wait({session}, timeout=LOOK_S)
        if session.done():
            return False, session.result()
        if not ready.is_set():
            return False, f"no answer within {PROBE_S:g} s"
        parts = device.reported() if isinstance(device, Reporting) else ()
        return True, "\n  ".join((found.told(device.name), *parts))
    finally:
        for task in (session, waiting):
            task.cancel()
        await asyncio.gather(session, waiting, return_exceptions=True)


async def _serve(device: Device, ready: asyncio.Event) -> str:
    try:
        await device.serve(ready.set)
    except DeviceError as exc:
        return exc.detail
    return "hung up"
