"""`chamber demo`: a whole invented hall on free loopback ports, a scripted meeting in it, and the console."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chamber.apps.children import Children
from chamber.apps.demo_cast import cast_of
from chamber.apps.demo_hall import Prepared, prepare
from chamber.apps.demo_report import Evening, report
from chamber.apps.evidence import Open
from chamber.apps.operator import Operator
from chamber.apps.witness import Witness
from chamber.clock import SystemClock
from chamber.core.errors import ConfigError, DeviceUnreachableError, RefusedError
from chamber.ipc import LineClient, Message
from config.load import load
from drivers.sim.script import SHORTEST_S, Step, meeting, play

START_S = 30.0
LONG_S = 300.0
AFTER_S = 3.0
OPENS, ENDS = {"meeting.open"}, {"meeting.suspend", "meeting.close_doors", "meeting.close", "meeting.end", "panic"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks of the demo."""

    headless: bool = False
    seconds: int | None = None
    data: Path | None = None
    report: Path | None = None
    public_port: int | None = None
    control_port: int | None = None


@dataclass(slots=True)
class Hall:
    """A running hall: its addresses, its processes, and an operator's session."""

    prepared: Prepared
    children: Children
    operator: Operator
    people: "People"


class People:
    """The hands of the people in the simulated hall."""

    def __init__(self, path: Path) -> None:
        self._measured: asyncio.Future[dict[str, Any]] | None = None
        self.client = LineClient("sim", path, self._told)

    def _told(self, message: Message) -> None:
        if self._measured is not None and not self._measured.done() and "measured" in message:
            self._measured.set_result(message["measured"])

    def act(self, kind: str, what: str, **values: object) -> None:
        """Do one step of a script in the hall."""
        self.client.send({"act": {"kind": kind, "what": what, "values": values}})

    async def measured(self) -> dict[str, Any]:
        """What the simulated wires and cameras saw. Raises TimeoutError."""
        self._measured = asyncio.get_running_loop().create_future()
        self.client.send({"measured": True})
        async with asyncio.timeout(5):
            return await self._measured


@asynccontextmanager
async def running(prepared: Prepared, *, barcode: bool = False) -> AsyncIterator[Hall]:
    """Start simulators, mixer, stream and controller of a prepared hall; all are ended on the way out.

    Raises:
        DeviceUnreachableError: a process ended, or the hall was not up in time.
    """
    children = Children(prepared.folder / "logs")
    sockets = prepared.run / "people.sock"
    people = People(sockets)
    config = str(prepared.config)
    session: asyncio.Task[None] | None = None
    try:
        await children.start("sim", "sim", config, "--control", str(sockets), *(["--barcode"] if barcode else []))
        for name in ("run", "stream", "mixer"):
            await children.start(name, name, config)
        token = prepared.token_file.read_text(encoding="utf-8").strip()
        async with Operator(prepared.control_url, token) as operator:
            up = asyncio.create_task(operator.until(_all_up, "every device and process up", within_s=START_S))
            while not up.done():
                await asyncio.wait([up], timeout=0.2)
                if ended := children.ended():
                    up.cancel()
                    raise DeviceUnreachableError("demo", "; ".join(ended))
            await up
            met = asyncio.Event()
            session = asyncio.create_task(_stay(people, met))
            await met.wait()
            yield Hall(prepared, children, operator, people)
    finally:
        if session:
            session.cancel()
            await asyncio.gather(session, return_exceptions=True)
        await children.stop()


def _all_up(view: dict[str, Any]) -> bool:
    return all(device["link"] == "up" for device in view["devices"].values()) and all(
        camera["picture"] == "live" for camera in view["cameras"].values()
    )


async def _stay(people: People, met: asyncio.Event) -> None:
    while True:
        with suppress(DeviceUnreachableError):
            await people.client.serve(met.set)
        await asyncio.sleep(0.1)


async def perform(hall: Hall, seconds: float, *, strict: bool) -> tuple[list[Open], list[str]]:
    """Play the scripted meeting; returns when it was public, and what went wrong (refusals count when `strict`)."""
    clock = SystemClock()
    opened, problems, since_ms = list[Open](), list[str](), None
    steps = meeting(cast_of(load(hall.prepared.config)), seconds)

    async def act(step: Step) -> None:
        nonlocal since_ms
        if step.kind != "operator":
            hall.people.act(step.kind, step.what, **step.values)
            return
        pressed_ms = clock.now_ms()
        try:
            await hall.operator.order(step.what, **step.values)
        except (RefusedError, DeviceUnreachableError) as exc:
            if strict:
                problems.append(f"{step.what}: {exc}")
            return
        if step.what in OPENS and since_ms is None:
            since_ms = pressed_ms
        elif step.what in ENDS and since_ms is not None:
            opened.append(Open(since_ms, pressed_ms))
            since_ms = None

    await play(steps, act)
    return opened, problems


async def _headless(wanted: Wanted, prepared: Prepared) -> int:
    """Play, look at what really came out, and judge it."""
    async with running(prepared, barcode=True) as hall:
        _say(prepared)
        witness = Witness(f"{prepared.public_url}live/index.m3u8", prepared.folder / "witness")
        watching = asyncio.create_task(witness.run())
        try:
            opened, problems = await perform(hall, wanted.seconds or LONG_S, strict=True)
            await asyncio.sleep(AFTER_S)
            measured = await hall.people.measured()
            view, metrics = await hall.operator.state(), await hall.operator.metrics()
            problems += hall.children.ended()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    found = await report(Evening(prepared.folder, opened, witness, measured, view, metrics), problems)
    text = json.dumps(found, indent=1)
    if wanted.report:
        wanted.report.write_text(text + "\n", encoding="utf-8")
    print(text)
    return 1 if found["problems"] else 0


async def _with_console(wanted: Wanted, prepared: Prepared) -> int:
    """Play the meeting while the console stands in this terminal; ends with the console."""
    async with running(prepared) as hall:
        _say(prepared)
        playing = asyncio.create_task(perform(hall, wanted.seconds or LONG_S, strict=False))
        try:
            console = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "chamber", "console", "--url", prepared.control_url,
                "--token-file", str(prepared.token_file),
            )  # fmt: skip
            if wanted.seconds is None:
                return await console.wait()
            await asyncio.wait([playing])
            with suppress(ProcessLookupError):
                console.terminate()
            await console.wait()
            return 0
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)


def _say(prepared: Prepared) -> None:
    print(f"Residents' page: {prepared.public_url}", flush=True)
    print(f"Control API:     {prepared.control_url} (token in {prepared.token_file})", flush=True)
    print(f"Logs and data:   {prepared.folder}", flush=True)


async def _until_told(work: Coroutine[Any, Any, int]) -> int:
    """End the hall's processes too when this one is told to end, or loses its terminal."""
    task = asyncio.create_task(work)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return 0


def main(wanted: Wanted) -> int:
    """Run the demo; 0 when all went well, 1 when something did not, 2 on wrong usage."""
    if wanted.seconds is not None and wanted.seconds < SHORTEST_S:
        raise ConfigError([f"--seconds: {wanted.seconds} is too short to visit every state; {SHORTEST_S:.0f} or more"])
    folder = wanted.data or Path(tempfile.mkdtemp(prefix="raadzaal-"))
    work = _headless if wanted.headless else _with_console
    try:
        prepared = prepare(folder.absolute(), public_port=wanted.public_port, control_port=wanted.control_port)
        try:
            return asyncio.run(_until_told(work(wanted, prepared)))
        finally:
            prepared.clear()
    finally:
        if wanted.data is None:
            shutil.rmtree(folder, ignore_errors=True)
