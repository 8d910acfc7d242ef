"""`chamber bench wire`: microphone on the wire to recall on the wire, beside a bare forwarder in the same run.

The controller is the real process with 40 seats on two desks and four cameras; desks and cameras are the simulators,
with heads that turn at once, so that only the controller's own time counts.
"""

import asyncio
import math
import random
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from chamber.apps.demo_hall import free_port
from chamber.ipc import LineServer, Message
from drivers.sim.visca import Manners, SimCamera
from drivers.sim.visca_motion import Pose, Travel
from drivers.sim.visca_services import SonyUdp
from drivers.sim.x32 import SimX32

SEATS, CAMERAS, PER_DESK = 40, 4, 32
PRESSES = 300
GAP_S = 0.03
GIVE_UP_S = 0.25
STORM_HZ, METERS_HZ = 200, 20
PROMPT = Manners(ack_s=0.0, done_s=0.0)
AT_ONCE = Travel(latency_s=0.0, settle_s=0.0, pan_deg_s=100_000.0, tilt_deg_s=100_000.0, ramp_deg_s2=1e9, octave_s=1e-6)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def summary(values: list[float], *shares: float) -> dict[str, float]:
    """Percentiles by name, in milliseconds with three decimals, and how many were measured."""
    return {f"p{share * 100:.0f}": round(percentile(values, share), 3) for share in shares} | {"n": len(values)}


class Peers:
    """The simulated devices, and a mixer that confirms every cut at once."""

    def __init__(self, run_dir: Path) -> None:
        presets = {number: Pose(float(number % 90), 0.0) for number in range(SEATS)}
        self.desks = [SimX32(), SimX32()]
        self.cameras = [SimCamera(presets, travel=AT_ONCE, manners=PROMPT) for _ in range(CAMERAS)]
        self.services = [SonyUdp(camera) for camera in self.cameras]
        self.mixer = LineServer(run_dir / "mixer.sock", self._wish, lambda: None)
        self._known: dict[str, Any] = {"programme": None, "slate": None, "muted": False, "cut_id": 0, "inputs": {}}

    def _wish(self, message: Message) -> None:
        wish = message.get("wish")
        if isinstance(wish, dict):
            self._known |= {k: wish[k] for k in ("programme", "slate", "cut_id")}
            self.mixer.send({"known": {**self._known, "capture_ms": 0}})

    async def meters(self) -> None:
        """Programme levels, 20 a second."""
        while True:
            level = random.uniform(-40, -10)  # noqa: S311 - a level, not a secret
            self.mixer.send({"levels": {"rms_dbfs": level, "peak_dbfs": level + 6}})
            await asyncio.sleep(1 / METERS_HZ)

    async def storm(self) -> None:
        """200 events a second on the wires of both desks: faders, and channels that belong to no seat.

        Microphones of seats would be a ping-pong at this rate, and then it is the director's rule to wait that is
        measured, not the controller's delay.
        """
        count = 0
        while True:
            count += 1
            if count % 2:
                self.desks[count // 2 % 2].turn(f"/ch/{30 + count % 3}/mix/fader", (count % 100) / 100)
            else:
                self.desks[1].press(SEATS - PER_DESK + 1 + count // 4 % 20, count % 4 == 0)
            await asyncio.sleep(1 / STORM_HZ)

    def press(self, seat: int, on: bool) -> None:
        """Somebody presses the button of a seat, counted from 0."""
        self.desks[seat // PER_DESK].press(seat % PER_DESK + 1, on)

    def recalled_ns(self, seat: int, since_ns: int) -> int | None:
        """When the first recall of this seat's preset arrived at any camera after a moment."""
        wanted = f"recall {seat}"
        times = [t for camera in self.cameras for t, what in reversed(camera.log) if what == wanted and t > since_ns]
        return min(times, default=None)


async def presses(peers: Peers, seats: list[int]) -> list[float]:
    """Open and close seats one after another; milliseconds from press to recall, where one was needed."""
    found = []
    for seat in seats:
        start_ns = time.monotonic_ns()
        peers.press(seat, True)
        arrived = None
        while arrived is None and time.monotonic_ns() - start_ns < GIVE_UP_S * 1e9:
            await asyncio.sleep(0.002)
            arrived = peers.recalled_ns(seat, start_ns)
        if arrived is not None:
            found.append((arrived - start_ns) / 1e6)
        peers.press(seat, False)
        await asyncio.sleep(GAP_S)
    return found


def config(folder: Path, desks: list[int], cameras: list[int], control: int) -> Path:
    """A hall of 40 seats, each with a preset on two of the four cameras."""
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    parts = ['[hall]\nname = "Bench"\norganisation = "Bench"\n[data]\ndir = "data"\nrun_dir = "run"']
    for number, port in enumerate(desks, 1):
        parts.append(f'[[microphones]]\nid = "desk{number}"\ndriver = "x32"\nhost = "127.0.0.1"\nport = {port}')
    for number, port in enumerate(cameras, 1):
        parts.append(
            f'[[cameras]]\nid = "cam{number}"\ndriver = "visca-udp"\nhost = "127.0.0.1"\nport = {port}\nprofile = "sony-x400"'
        )
    parts.append('[[cameras]]\nid = "wide"\ndriver = "fixed"')
    for seat in range(SEATS):
        shots = ", ".join(f'{{camera = "cam{(seat + k) % CAMERAS + 1}", preset = {seat + 1}}}' for k in range(2))
        mic = f"desk{seat // PER_DESK + 1}:{seat % PER_DESK + 1}"
        parts.append(
            f'[[seats]]\nid = "s{seat}"\nlabel = "Plaats {seat}"\nmic = "{mic}"\nx_m = {seat % 10}\ny_m = {seat // 10}\nshots = [{shots}]'
        )
    parts.append(f'[control]\nlisten = "127.0.0.1:{control}"')
    parts.append('[[accounts]]\nname = "bench"\nrole = "operator"\ntoken_file = "token"')
    path = folder / "bench.toml"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


@asynccontextmanager
async def process(*args: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of ours, ended on the way out."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, *args, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            started.terminate()
        await started.wait()


async def _open_meeting(port: int, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session, asyncio.timeout(20):
        while True:
            try:
                async with session.get("/api/v1/state") as answer:
                    devices = (await answer.json())["devices"]
                if all(d["link"] == "up" for n, d in devices.items() if n != "stream"):
                    break
            except OSError:
                pass
            await asyncio.sleep(0.1)
        for command in ("meeting.standby", "meeting.open"):
            async with session.post("/api/v1/commands", json={"command": command}) as answer:
                answer.raise_for_status()


async def measure(count: int = PRESSES) -> dict[str, Any]:
    """All figures in milliseconds; `ratio_p50` is controller over forwarder, both idle."""
    seats = [random.randrange(1, PER_DESK - 4) for _ in range(count)]  # noqa: S311 - a choice of seats, not a secret
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chamber-bench-")))
        peers = Peers(folder / "run")
        for desk in peers.desks:
            await stack.enter_async_context(desk)
        for service in peers.services:
            await stack.enter_async_context(service)
        await peers.mixer.start()
        stack.push_async_callback(peers.mixer.close)
        desk_ports = [desk.port for desk in peers.desks]
        async with process("-m", "chamber.apps.bench_forwarder", str(desk_ports[0]), str(peers.services[0].port)):
            while peers.desks[0].subscribers == 0:
                await asyncio.sleep(0.05)
            forwarder = await presses(peers, seats)
        control = free_port()
        path = config(folder, desk_ports, [service.port for service in peers.services], control)
        async with process("-m", "chamber", "run", str(path)):
            await _open_meeting(control, (folder / "token").read_text(encoding="utf-8"))
            controller = await presses(peers, seats)
            noise = [asyncio.create_task(peers.storm()), asyncio.create_task(peers.meters())]
            loaded = await presses(peers, seats)
            for task in noise:
                task.cancel()
            await asyncio.gather(*noise, return_exceptions=True)
    return {
        "forwarder_ms": summary(forwarder, 0.5, 0.99),
        "controller_ms": summary(controller, 0.5, 0.95, 0.99),
        "loaded_ms": summary(loaded, 0.5, 0.95, 0.99),
        "ratio_p50": round(percentile(controller, 0.5) / percentile(forwarder, 0.5), 2),
    }
