"""OBS as a vision mixer: one session that makes what is absent, follows the wish, reads back, and looks after the stream.

Nothing that exists in OBS is removed or changed but: the programme scene, mute, the image files of our own bar and
slates, the transition (Cut), studio mode (off), and where OBS streams to.
"""

import asyncio
import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import structlog

from chamber.core.errors import DeviceRejectedError, DeviceUnreachableError
from chamber.ports import Clock, Ready
from drivers.obs.client import Client
from drivers.obs.collection import Collection
from drivers.obs.health import Counters, Cursors, Pace
from drivers.obs.making import Maker, Target

LOOK_S = 0.5
RETRY_LOOKS = 4
"""So many looks a stream may be neither up nor down before it is stopped and started anew: OBS's own delays grow."""
MOST_NOTES = 40

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stage:
    """What OBS should show now. `images` are input names with the file each shows; scene None leaves the programme."""

    scene: str | None = None
    mute: bool = True
    images: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class InputReading:
    """live, stale or none; `age_ms` since its picture last moved, None when it has none."""

    state: str
    age_ms: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """OBS as it was read; None is not known. `scene_at_ms` is when that scene was confirmed.

    `missed` is the share of pictures that OBS could not draw or encode lately; `notes` are what differs from CONFIG and
    what was done about it, for the technician.
    """

    version: str | None = None
    scene: str | None = None
    scene_at_ms: int = 0
    muted: bool | None = None
    images: tuple[tuple[str, str], ...] = ()
    streaming: bool | None = None
    missed: float = 0.0
    lags: bool = False
    inputs: tuple[tuple[str, InputReading], ...] = ()
    notes: tuple[str, ...] = ()


class Obs:
    """OBS Studio with obs-websocket 5; `on_reading` is called in the loop with each reading that differs.

    `keep` gets the stream service that OBS had before ours, once, so that nothing of it is lost.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        password: str,
        collection: Collection,
        target: Target,
        on_reading: Callable[[Reading], None],
        clock: Clock,
        *,
        watched: Iterable[str] = (),
        keep: Callable[[dict[str, Any]], None] = lambda _: None,
        timeout_s: float = 3.0,
    ) -> None:
        self.name = name
        self._address = host, port, password
        self._collection, self._target, self._on_reading, self._clock = collection, target, on_reading, clock
        self._watched, self._keep, self._timeout_s = tuple(watched), keep, timeout_s
        self._heard = tuple(one.name for one in collection.inputs if one.heard)
        self._stage = Stage()
        self._todo, self._remake = asyncio.Event(), asyncio.Event()
        self._leaving = ""
        self._reading = Reading()
        self._specials: dict[str, bool] = {}

    @property
    def reading(self) -> Reading:
        """The newest one."""
        return self._reading

    def wish(self, stage: Stage) -> None:
        """Want this to be shown; the newest wish wins."""
        if stage != self._stage:
            self._stage = stage
            self._todo.set()

    async def serve(self, ready: Ready) -> None:
        """Hold one session.

        Raises:
            DeviceAuthError: wrong password.
            DeviceRejectedError: OBS refuses something without which it is of no use, or streams elsewhere.
            DeviceUnreachableError: gone, silent or closed.
        """
        client = Client(self.name, *self._address, self._on_event, timeout_s=self._timeout_s)
        self._leaving = ""
        tasks: list[asyncio.Task[None]] = []
        try:
            await client.connect()
            self._maker = Maker(client, self._collection, self._target, self._keep, self._clock)
            version, notes = await self._maker.settle()
            self._tell(Reading(version=version, notes=tuple(notes[:MOST_NOTES])))
            await self._show(client)
            ready()
            tasks = [asyncio.create_task(work(client)) for work in (self._follow, self._look, self._lose)]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except DeviceUnreachableError as exc:
            if self._leaving:
                raise DeviceUnreachableError(self.name, self._leaving) from exc
            raise
        finally:
            for task in tasks:
                task.cancel()
            client.close()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._specials.clear()
            self._tell(Reading())

    # -- while it lasts

    async def _follow(self, client: Client) -> None:
        """Carry out wishes as they come, and what somebody took away."""
        while True:
            await self._todo.wait()
            self._todo.clear()
            if self._remake.is_set():
                self._remake.clear()
                notes = await self._maker.make()
                self._note(*notes)
            await self._show(client)

    async def _show(self, client: Client) -> None:
        """Make OBS as the wish says, and read it back. Closing mutes first and shows then, opening the other way round."""
        stage = self._stage
        if stage.mute:
            await self._silence(client, on=True)
        await self._images(client, stage)
        if stage.scene is not None and stage.scene != self._reading.scene:
            await client.call("SetCurrentProgramScene", sceneName=stage.scene)
            await self._read_scene(client)
        if not stage.mute:
            await self._silence(client, on=False)

    async def _images(self, client: Client, stage: Stage) -> None:
        shown = dict(self._reading.images)
        for name, path in stage.images:
            if shown.get(name) == path:
                continue
            try:
                await client.call("SetInputSettings", inputName=name, inputSettings={"file": path}, overlay=True)
                said = await client.call("GetInputSettings", inputName=name)
            except DeviceRejectedError as exc:
                log.warning("OBS has no such image", input=name, reason=exc.detail)
                continue
            shown[name] = str(said.get("inputSettings", {}).get("file", ""))
        self._tell(dataclasses.replace(self._reading, images=tuple(sorted(shown.items()))))

    async def _silence(self, client: Client, *, on: bool) -> None:
        """Mute or open the hall's sound, and OBS's global sources: those sound under every scene, slates too."""
        if self._reading.muted is on:
            return
        said = await client.call("GetSpecialInputs")
        specials = [str(name) for name in said.values() if name]
        if on:
            for name in specials:
                was = bool((await client.call("GetInputMute", inputName=name)).get("inputMuted"))
                self._specials.setdefault(name, was)
        names = [*self._heard, *(specials if on else (name for name in specials if not self._specials.pop(name, True)))]
        confirmed = True
        for name in names:
            try:
                confirmed &= await self._mute(client, name, on=on)
            except DeviceRejectedError as exc:
                log.warning("OBS has no such sound", input=name, reason=exc.detail)
                confirmed = False
        self._tell(dataclasses.replace(self._reading, muted=on if confirmed else None))

    async def _mute(self, client: Client, name: str, *, on: bool) -> bool:
        await client.call("SetInputMute", inputName=name, inputMuted=on)
        return bool((await client.call("GetInputMute", inputName=name)).get("inputMuted")) is on

    async def _read_scene(self, client: Client) -> None:
        said = await client.call("GetCurrentProgramScene")
        self._on_scene(str(said.get("currentProgramSceneName", "")))

    def _on_scene(self, scene: str) -> None:
        if scene != self._reading.scene:
            if self._reading.scene is not None and self._reading.scene == self._stage.scene:
                log.warning("the programme was changed in OBS", scene=scene[:60])
                self._note("the programme was changed by hand in OBS; changed back. Cut in the console instead")
            self._tell(dataclasses.replace(self._reading, scene=scene, scene_at_ms=self._clock.now_ms()))
        if self._stage.scene is not None and scene != self._stage.scene:
            self._todo.set()

    async def _look(self, client: Client) -> None:
        """Every half a second: the programme, the stream, how OBS keeps up, and which inputs still move."""
        pace, cursors, between = Pace(), Cursors(), 0
        while True:
            await self._read_scene(client)
            status = await client.call("GetStreamStatus")
            streaming = bool(status.get("outputActive")) and not status.get("outputReconnecting")
            between = 0 if streaming else between + 1
            if not status.get("outputActive") and self._target.listening():
                await client.call("StartStream")
            elif status.get("outputReconnecting") and between >= RETRY_LOOKS and self._target.listening():
                between = 0
                await self._maker.stop_stream()
                await client.call("StartStream")
            pace.add(Counters.read(await client.call("GetStats")))
            for name in self._watched:
                cursors.add(name, await self._cursor(client, name), self._clock.now_ms())
            now_ms = self._clock.now_ms()
            inputs = tuple((name, InputReading(*cursors.state(name, now_ms))) for name in self._watched)
            self._tell(
                dataclasses.replace(
                    self._reading, streaming=streaming, missed=pace.missed, lags=pace.lags, inputs=inputs
                )
            )
            await self._clock.sleep(LOOK_S)

    async def _cursor(self, client: Client, name: str) -> int | None:
        try:
            cursor = (await client.call("GetMediaInputStatus", inputName=name)).get("mediaCursor")
        except DeviceRejectedError:
            return None
        return cursor if isinstance(cursor, int) else None

    async def _lose(self, client: Client) -> None:
        reason = await client.lost()
        raise DeviceUnreachableError(self.name, self._leaving or reason)

    def _on_event(self, kind: str, data: dict[str, Any]) -> None:
        match kind:
            case "CurrentProgramSceneChanged":
                self._on_scene(str(data.get("sceneName", "")))
            case "InputMuteStateChanged" if data.get("inputName") in self._heard:
                if bool(data.get("inputMuted")) is not self._stage.mute:
                    self._tell(dataclasses.replace(self._reading, muted=None))
                    self._todo.set()
            case "InputRemoved" | "SceneRemoved" | "SceneItemRemoved" | "CurrentSceneCollectionChanged":
                self._remake.set()
                self._tell(dataclasses.replace(self._reading, images=(), muted=None))
                self._todo.set()
            case "ExitStarted":
                self._leaving = "OBS was closed"
            case _:
                return

    def _note(self, *notes: str) -> None:
        both = tuple(dict.fromkeys((*self._reading.notes, *notes)))
        self._tell(dataclasses.replace(self._reading, notes=both[:MOST_NOTES]))

    def _tell(self, reading: Reading) -> None:
        if reading != self._reading:
            self._reading = reading
            self._on_reading(reading)
