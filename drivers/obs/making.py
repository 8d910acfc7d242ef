"""The start of a session with OBS: what must be so before anything is shown, made where it is absent, else reported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from chamber.core.errors import DeviceRejectedError
from chamber.ports import Clock
from drivers.obs.client import Client
from drivers.obs.collection import AddItem, Collection, CreateInput, CreateScene, Found, Step
from drivers.obs.diff import differences, missing

READ_BACK_S = 0.1
READ_BACK_TRIES = 20
TESTED = "29.0.2"
MOST_STEPS = 40

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Where OBS is to stream to; the key is a secret. `listening` says whether somebody waits there now."""

    server: str
    key: str
    listening: Callable[[], bool]
    ours: Callable[[str], bool]
    """Whether an address that OBS has is one of ours, of this run or an earlier one."""


class Maker:
    """Makes and reads with one client; `keep` gets the stream service that OBS had before ours."""

    def __init__(
        self,
        client: Client,
        collection: Collection,
        target: Target,
        keep: Callable[[dict[str, Any]], None],
        clock: Clock,
    ) -> None:
        self._client, self._collection, self._target, self._keep, self._clock = client, collection, target, keep, clock

    async def settle(self) -> tuple[str, list[str]]:
        """Bring OBS to where it can be used; its version, and what is worth a word. Raises DeviceError."""
        said = await self._client.call("GetVersion")
        version = f"OBS {said.get('obsVersion', '?')}, obs-websocket {self._client.version}"
        notes = [] if said.get("obsVersion") == TESTED else [f"{version}; tested was OBS {TESTED}"]
        if (await self._client.call("GetStudioModeEnabled")).get("studioModeEnabled"):
            await self._client.call("SetStudioModeEnabled", studioModeEnabled=False)
            notes.append("studio mode was on; switched off, for what is cut there is not what residents see")
        await self._cuts(notes)
        notes += await self.make()
        notes += await self._aim()
        return version, notes

    async def _cuts(self, notes: list[str]) -> None:
        """A fade would go on blending the hall into the slate."""
        known = await self._client.call("GetSceneTransitionList")
        if known.get("currentSceneTransitionKind") == "cut_transition":
            return
        cut = next((t for t in known.get("transitions", ()) if t.get("transitionKind") == "cut_transition"), None)
        if cut is None:
            notes.append("OBS has no transition of the kind Cut; make one, or the slate comes in slowly")
            return
        await self._client.call("SetCurrentSceneTransition", transitionName=cut["transitionName"])
        for _ in range(READ_BACK_TRIES):
            if (await self._client.call("GetCurrentSceneTransition")).get("transitionKind") == "cut_transition":
                notes.append(f"transition was {str(known.get('currentSceneTransitionName'))[:40]}; set to Cut")
                return
            await self._clock.sleep(READ_BACK_S)
        notes.append("OBS did not take the transition Cut; set it by hand, or the slate comes in slowly")

    async def make(self) -> list[str]:
        """Make what is absent; what differs, and what could not be made. Raises DeviceUnreachableError."""
        found = await self._find()
        notes = list(differences(found, self._collection))
        steps = missing(found, self._collection)
        for step in steps:
            try:
                await self._carry_out(step)
            except DeviceRejectedError as exc:
                notes.append(f"could not make {_named(step)}: {exc.detail}")
        if steps:
            log.info("made in OBS", steps=[_named(step) for step in steps][:MOST_STEPS])
        return notes

    async def _find(self) -> Found:
        listed = (await self._client.call("GetInputList")).get("inputs", ())
        kinds = {str(one["inputName"]): str(one["inputKind"]) for one in listed}
        inputs = {}
        for one in self._collection.inputs:
            if one.name in kinds:
                defaults = await self._client.call("GetInputDefaultSettings", inputKind=kinds[one.name])
                said = await self._client.call("GetInputSettings", inputName=one.name)
                settings = {**defaults.get("defaultInputSettings", {}), **said.get("inputSettings", {})}
                inputs[one.name] = kinds[one.name], settings
        names = {str(one["sceneName"]) for one in (await self._client.call("GetSceneList")).get("scenes", ())}
        scenes, overrides = dict[str, tuple[str, ...]](), dict[str, str]()
        for scene in self._collection.scenes:
            if scene.name not in names:
                continue
            items = (await self._client.call("GetSceneItemList", sceneName=scene.name)).get("sceneItems", ())
            scenes[scene.name] = tuple(str(item["sourceName"]) for item in items)
            said = await self._client.call("GetSceneSceneTransitionOverride", sceneName=scene.name)
            if said.get("transitionName"):
                overrides[scene.name] = str(said["transitionName"])
        video = await self._client.call("GetVideoSettings")
        rate = video.get("fpsNumerator", 25) / max(1, video.get("fpsDenominator", 1))
        return Found(inputs, scenes, video.get("outputWidth", 0), video.get("outputHeight", 0), rate, overrides)

    async def _carry_out(self, step: Step) -> None:
        match step:
            case CreateScene(scene):
                await self._client.call("CreateScene", sceneName=scene)
            case CreateInput(scene, item, one):
                made = await self._client.call(
                    "CreateInput", sceneName=scene, inputName=one.name, inputKind=one.kind,
                    inputSettings=dict(one.settings),
                )  # fmt: skip
                if one.muted or one.heard:
                    await self._client.call("SetInputMute", inputName=one.name, inputMuted=True)
                if one.volume_db is not None:
                    await self._client.call("SetInputVolume", inputName=one.name, inputVolumeDb=one.volume_db)
                if one.sync_ms is not None:
                    await self._client.call(
                        "SetInputAudioSyncOffset", inputName=one.name, inputAudioSyncOffset=one.sync_ms
                    )
                await self._place(scene, made, item.box)
            case AddItem(scene, item):
                made = await self._client.call("CreateSceneItem", sceneName=scene, sourceName=item.input)
                await self._place(scene, made, item.box)

    async def _place(self, scene: str, made: dict[str, Any], box: tuple[int, int, int, int]) -> None:
        left, top, width, height = box
        if not width:
            return
        await self._client.call(
            "SetSceneItemTransform", sceneName=scene, sceneItemId=made["sceneItemId"],
            sceneItemTransform={
                "positionX": left, "positionY": top, "boundsType": "OBS_BOUNDS_SCALE_INNER",
                "boundsWidth": width, "boundsHeight": height, "boundsAlignment": 0,
            },
        )  # fmt: skip

    async def _aim(self) -> list[str]:
        """Let OBS stream to us; a stream that goes elsewhere is not touched."""
        said = await self._client.call("GetStreamServiceSettings")
        service = said.get("streamServiceSettings", {})
        server = str(service.get("server", ""))
        active = (await self._client.call("GetStreamStatus")).get("outputActive")
        if (server, service.get("key")) == (self._target.server, self._target.key) and not active:
            return []
        if active:
            if not self._target.ours(server):
                raise DeviceRejectedError(self._client.name, "OBS is streaming to somewhere else; stop that in OBS")
            await self.stop_stream()
        notes = []
        if not self._target.ours(server) and (service.get("key") or server not in ("", "auto")):
            self._keep(said)
            notes.append("OBS was set to stream elsewhere; that is kept in a file, see docs/obs.md")
        await self._client.call(
            "SetStreamServiceSettings", streamServiceType="rtmp_custom",
            streamServiceSettings={"server": self._target.server, "key": self._target.key, "use_auth": False},
        )  # fmt: skip
        return notes

    async def stop_stream(self) -> None:
        """Stop, and wait until it has stopped. Raises DeviceError."""
        await self._client.call("StopStream")
        for _ in range(READ_BACK_TRIES):
            if not (await self._client.call("GetStreamStatus")).get("outputActive"):
                return
            await self._clock.sleep(READ_BACK_S)


def _named(step: Step) -> str:
    match step:
        case CreateScene(scene):
            return f"scene '{scene}'"
        case CreateInput(scene, _, one):
            return f"input '{one.name}' in scene '{scene}'"
        case AddItem(scene, item):
            return f"'{item.input}' in scene '{scene}'"
