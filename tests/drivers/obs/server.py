"""An OBS of paper: obs-websocket 5 on a real port, in process, with a state to read and faults to set.

Written from the protocol's description and from what OBS 29.0.2 answered; the contract tests run against both.
"""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

SALT, CHALLENGE = "lM1GncleQOaCu9lT1yeUZhFYnqhsLLP1G5lAGo3ixaI=", "+IxH4CnCiqpX1rM9scsNynZzbOe4KhDeYcTNS3PDaeY="
UNKNOWN, MISSING, NOT_READY, NOT_FOUND, EXISTS, INVALID = 204, 300, 207, 600, 601, 604


class RefusedError(Exception):
    def __init__(self, code: int, comment: str) -> None:
        super().__init__(comment)
        self.code, self.comment = code, comment


class PaperObs:
    """State, service and faults in one; `port` is set while it runs."""

    def __init__(self, password: str = "geheim") -> None:  # noqa: S107
        self.password, self.port = password, 0
        self.version = "29.0.2"
        self.scenes: dict[str, list[dict[str, Any]]] = {"Scene": []}
        self.inputs: dict[str, dict[str, Any]] = {}
        self.programme, self.studio = "Scene", False
        self.transition = "Fade"
        self.overrides: dict[str, str] = {}
        self.specials: dict[str, str | None] = {"desktop1": None, "mic1": None}
        self.service: dict[str, Any] = {"streamServiceType": "rtmp_common", "streamServiceSettings": {"server": "auto"}}
        self.streaming = self.reconnecting = False
        self.stats = {
            "renderTotalFrames": 1000,
            "renderSkippedFrames": 0,
            "outputTotalFrames": 0,
            "outputSkippedFrames": 0,
        }
        self.still: set[str] = set()
        """Inputs whose sender is dead: still "playing", and the cursor stands."""
        self.hung = self.hello_hung = False
        self.refuse: dict[str, tuple[int, str]] = {}
        self.asked: list[str] = []
        self.sessions = 0
        self._cursor = 0
        self._items = 0
        self._sockets: set[web.WebSocketResponse] = set()

    # -- verbs for tests

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator["PaperObs"]:
        app = web.Application()
        app.router.add_get("/", self._session)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            self.reset()
            await runner.cleanup()

    def reset(self) -> None:
        """Cut every connection without a word, as a killed process does."""
        for socket in tuple(self._sockets):
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    async def close(self) -> None:
        """Close as OBS does when somebody closes it."""
        await self.tell("ExitStarted")
        for socket in tuple(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def tell(self, kind: str, **data: Any) -> None:
        for socket in tuple(self._sockets):
            await socket.send_str(json.dumps({"op": 5, "d": {"eventType": kind, "eventIntent": 1, "eventData": data}}))

    async def cut_by_hand(self, scene: str) -> None:
        self.programme = scene
        await self.tell("CurrentProgramSceneChanged", sceneName=scene)

    async def mute_by_hand(self, name: str, on: bool) -> None:
        self.inputs[name]["muted"] = on
        await self.tell("InputMuteStateChanged", inputName=name, inputMuted=on)

    async def remove_by_hand(self, name: str) -> None:
        del self.inputs[name]
        for items in self.scenes.values():
            items[:] = [item for item in items if item["sourceName"] != name]
        await self.tell("InputRemoved", inputName=name)

    def add_input(self, scene: str, name: str, kind: str, settings: dict[str, Any]) -> None:
        self.inputs[name] = {"kind": kind, "settings": dict(settings), "muted": False, "db": 0.0, "sync": 0}
        self._add_item(scene, name)

    # -- the wire

    async def _session(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self.sessions += 1
        hello: dict[str, Any] = {"obsWebSocketVersion": "5.1.0", "rpcVersion": 1}
        if self.password:
            hello["authentication"] = {"challenge": CHALLENGE, "salt": SALT}
        self._sockets.add(socket)
        try:
            if not self.hello_hung:
                await socket.send_str(json.dumps({"op": 0, "d": hello}))
            identified = False
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                said = json.loads(message.data)
                if said["op"] == 1 and not identified:
                    if self.password and said["d"].get("authentication") != self._proof():
                        await socket.close(code=4009, message=b"Authentication failed.")
                        break
                    identified = True
                    await socket.send_str(json.dumps({"op": 2, "d": {"negotiatedRpcVersion": 1}}))
                elif said["op"] == 6 and identified:
                    if not self.hung:
                        await self._answer(socket, said["d"])
                else:
                    await socket.close(code=4007, message=b"Not identified.")
        finally:
            self._sockets.discard(socket)
        return socket

    def _proof(self) -> str:
        secret = base64.b64encode(hashlib.sha256((self.password + SALT).encode()).digest()).decode()
        return base64.b64encode(hashlib.sha256((secret + CHALLENGE).encode()).digest()).decode()

    async def _answer(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> None:
        kind, fields = asked["requestType"], asked.get("requestData") or {}
        self.asked.append(kind)
        status: dict[str, Any] = {"result": True, "code": 100}
        data: dict[str, Any] | None = None
        events: list[tuple[str, dict[str, Any]]] = []
        try:
            if kind in self.refuse:
                raise RefusedError(*self.refuse[kind])
            data = self._do(kind, fields, events)
        except RefusedError as exc:
            status = {"result": False, "code": exc.code, "comment": exc.comment}
        except KeyError as exc:
            status = {"result": False, "code": MISSING, "comment": f"Your request data is missing the {exc} field."}
        for event, body in events:
            await self.tell(event, **body)
        answer = {"requestId": asked["requestId"], "requestType": kind, "requestStatus": status}
        await socket.send_str(json.dumps({"op": 7, "d": answer | ({"responseData": data} if data is not None else {})}))

    def _do(self, kind: str, asked: dict[str, Any], events: list[tuple[str, dict[str, Any]]]) -> dict[str, Any] | None:
        match kind:
            case "GetVersion":
                return {"obsVersion": self.version, "obsWebSocketVersion": "5.1.0", "rpcVersion": 1}
            case "GetStudioModeEnabled":
                return {"studioModeEnabled": self.studio}
            case "SetStudioModeEnabled":
                self.studio = asked["studioModeEnabled"]
            case "GetSceneTransitionList":
                kinds = {"Cut": "cut_transition", "Fade": "fade_transition"}
                listed = [{"transitionName": name, "transitionKind": one} for name, one in kinds.items()]
                return {
                    "currentSceneTransitionName": self.transition,
                    "currentSceneTransitionKind": kinds[self.transition],
                    "transitions": listed,
                }
            case "SetCurrentSceneTransition":
                self.transition = asked["transitionName"]
            case "GetCurrentSceneTransition":
                return {"transitionName": self.transition, "transitionKind": f"{self.transition.lower()}_transition"}
            case "GetVideoSettings":
                return {"outputWidth": 320, "outputHeight": 180, "fpsNumerator": 25, "fpsDenominator": 1}
            case "GetStats":
                self.stats["renderTotalFrames"] += 12
                return dict(self.stats)
            case "GetSpecialInputs":
                return dict(self.specials)
            case _ if "Stream" in kind:
                return self._stream(kind, asked)
            case _ if "Scene" in kind:
                return self._scene(kind, asked, events)
            case _ if "Input" in kind:
                return self._input(kind, asked, events)
            case _:
                raise RefusedError(UNKNOWN, "Your request type is not valid.")
        return None

    def _stream(self, kind: str, asked: dict[str, Any]) -> dict[str, Any] | None:
        match kind:
            case "GetStreamServiceSettings":
                return self.service
            case "SetStreamServiceSettings":
                self.service = {key: asked[key] for key in ("streamServiceType", "streamServiceSettings")}
            case "GetStreamStatus":
                return {"outputActive": self.streaming, "outputReconnecting": self.reconnecting}
            case "StartStream":
                self.streaming, self.reconnecting = True, False
            case "StopStream":
                self.streaming = self.reconnecting = False
            case _:
                raise RefusedError(UNKNOWN, "Your request type is not valid.")
        return None

    def _scene(
        self, kind: str, asked: dict[str, Any], events: list[tuple[str, dict[str, Any]]]
    ) -> dict[str, Any] | None:
        if kind == "GetSceneList":
            return {"currentProgramSceneName": self.programme, "scenes": [{"sceneName": name} for name in self.scenes]}
        if kind == "GetCurrentProgramScene":
            return {"currentProgramSceneName": self.programme}
        name = asked["sceneName"]
        if kind == "CreateScene":
            if name in self.scenes or name in self.inputs:
                raise RefusedError(EXISTS, "A source already exists by that scene name.")
            self.scenes[name] = []
            return None
        if name not in self.scenes:
            raise RefusedError(NOT_FOUND, f"No source was found by the name of `{name}`.")
        match kind:
            case "SetCurrentProgramScene":
                if self.programme != name:
                    self.programme = name
                    events.append(("CurrentProgramSceneChanged", {"sceneName": name}))
            case "GetSceneItemList":
                return {"sceneItems": self.scenes[name]}
            case "CreateSceneItem":
                if asked["sourceName"] not in self.inputs:
                    raise RefusedError(NOT_FOUND, f"No source was found by the name of `{asked['sourceName']}`.")
                return {"sceneItemId": self._add_item(name, asked["sourceName"])}
            case "SetSceneItemTransform":
                item = next((i for i in self.scenes[name] if i["sceneItemId"] == asked["sceneItemId"]), None)
                if item is None:
                    raise RefusedError(NOT_FOUND, "No scene items were found.")
                item["sceneItemTransform"] = asked["sceneItemTransform"]
            case "GetSceneSceneTransitionOverride":
                return {"transitionName": self.overrides.get(name), "transitionDuration": None}
            case _:
                raise RefusedError(UNKNOWN, "Your request type is not valid.")
        return None

    def _input(
        self, kind: str, asked: dict[str, Any], events: list[tuple[str, dict[str, Any]]]
    ) -> dict[str, Any] | None:
        if kind == "GetInputList":
            return {"inputs": [{"inputName": name, "inputKind": one["kind"]} for name, one in self.inputs.items()]}
        if kind == "GetInputDefaultSettings":
            return {"defaultInputSettings": {"buffering_mb": 2, "restart_on_activate": True}}
        name = asked["inputName"]
        if kind == "CreateInput":
            if name in self.inputs or name in self.scenes:
                raise RefusedError(EXISTS, "A source already exists by that input name.")
            self.add_input(asked["sceneName"], name, asked["inputKind"], asked["inputSettings"])
            return {"sceneItemId": self._items}
        if name not in self.inputs:
            raise RefusedError(NOT_FOUND, f"No source was found by the name of `{name}`.")
        one = self.inputs[name]
        if "Mute" in kind and one["kind"] not in ("ffmpeg_source", "pulse_input_capture"):
            raise RefusedError(INVALID, "The specified input does not support audio.")
        match kind:
            case "GetInputSettings":
                return {"inputSettings": one["settings"], "inputKind": one["kind"]}
            case "SetInputSettings":
                one["settings"] = {**(one["settings"] if asked.get("overlay", True) else {}), **asked["inputSettings"]}
            case "GetInputMute":
                return {"inputMuted": one["muted"]}
            case "SetInputMute":
                if one["muted"] is not asked["inputMuted"]:
                    one["muted"] = asked["inputMuted"]
                    events.append(("InputMuteStateChanged", {"inputName": name, "inputMuted": one["muted"]}))
            case "SetInputVolume":
                one["db"] = asked["inputVolumeDb"]
            case "SetInputAudioSyncOffset":
                one["sync"] = asked["inputAudioSyncOffset"]
            case "GetMediaInputStatus":
                self._cursor += 40
                moving = 0 if name in self.still else self._cursor
                return {"mediaState": "OBS_MEDIA_STATE_PLAYING", "mediaCursor": moving, "mediaDuration": None}
            case _:
                raise RefusedError(UNKNOWN, "Your request type is not valid.")
        return None

    def _add_item(self, scene: str, source: str) -> int:
        self._items += 1
        self.scenes[scene].append({"sceneItemId": self._items, "sourceName": source})
        return self._items
