"""A fence round obs-websocket-py: its threads stay inside, every call has a time limit, and a loss is told at once.

What the package does by itself and the fence does not let through: a connect that waits for ever, a receive thread that
dies in silence, calls that wait their whole time-out after the connection is lost, refusals without code and comment,
raw exceptions of the socket library, and reconnecting of its own accord. Measured with obs-websocket-py 1.0.
"""

import asyncio
import json
import struct
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import websocket
from obswebsocket import obsws
from obswebsocket.core import RecvThread

from chamber.core.errors import DeviceAuthError, DeviceRejectedError, DeviceUnreachableError

CALL_S = 3.0
RPC_VERSION = 1
EVENTS = 0x7FF
"""All events of low volume, the studio mode's too, which the package leaves out. Source: obs-websocket 5, EventSubscription."""
AUTHENTICATION_FAILED = 4009
"""Source: obs-websocket 5 protocol, WebSocketCloseCode."""
COMMENT_CHARS = 160
MESSAGE_BYTES = 16 * 1024 * 1024

OnEvent = Callable[[str, dict[str, Any]], None]


class _Receiving(RecvThread):
    """The package's receive thread, with an end that is told."""

    def __init__(self, fenced: "_Fenced") -> None:
        super().__init__(fenced)
        self.daemon = True
        self._fenced = fenced

    def run(self) -> None:
        reason = "the connection was closed"
        try:
            super().run()
        except Exception as exc:  # noqa: BLE001 - whatever ends this thread ends the session; nothing is hidden
            reason = str(exc) or type(exc).__name__
        finally:
            self._fenced.end(reason)
            with suppress(Exception):
                self._fenced.ws.shutdown()


class _Fenced(obsws):
    """Used from one thread at a time, except `end` and `on_event`."""

    def __init__(self, host: str, port: int, password: str, timeout_s: float, on_event: OnEvent) -> None:
        super().__init__(host, port, password, legacy=False, timeout=timeout_s)
        self.ended: str | None = None
        self.on_lost: Callable[[str], None] = lambda _: None
        self._lock = threading.Lock()
        self._number = 0
        self.register(lambda event: on_event(event.name, event.datain))

    def connect(self) -> None:
        """Connect and identify. Raises OSError, ValueError, PermissionError (password), websocket exceptions."""
        self.ws = websocket.WebSocket()
        self.ws.settimeout(self.timeout)
        host = f"[{self.host}]" if ":" in self.host else self.host
        self.ws.connect(f"ws://{host}:{self.port}", suppress_origin=True)
        hello = self._message()
        if hello.get("op") != 0:
            raise ValueError("what answers there is not obs-websocket 5")
        said = hello["d"]
        self.server_version = str(said.get("obsWebSocketVersion", "?"))[:20]
        identify: dict[str, Any] = {"rpcVersion": RPC_VERSION, "eventSubscriptions": EVENTS}
        if wanted := said.get("authentication"):
            identify["authentication"] = self._build_auth_string(wanted["salt"], wanted["challenge"])
        self.ws.send(json.dumps({"op": 1, "d": identify}))
        if self._message().get("op") != 2:
            raise ValueError("OBS did not let us identify")
        self.ws.settimeout(None)
        self.thread_recv = _Receiving(self)
        self.thread_recv.start()

    def ask(self, request: str, fields: dict[str, Any]) -> dict[str, Any]:
        """One request and its answer as it came. Raises TimeoutError, ConnectionError, OSError."""
        with self._lock:
            if self.ended is not None:
                raise ConnectionError(self.ended)
            self._number += 1
            number, answered = str(self._number), threading.Event()
            self.events[number] = answered
        try:
            body = {"requestId": number, "requestType": request, "requestData": fields}
            self.ws.send(json.dumps({"op": 6, "d": body}))
            answered.wait(self.timeout)
        finally:
            self.events.pop(number, None)
        answer = self.answers.pop(number, None)
        if answer is None:
            if self.ended is not None:
                raise ConnectionError(self.ended)
            raise TimeoutError(f"no answer to {request} within {self.timeout:g} s")
        return answer

    def end(self, reason: str) -> None:
        """Let go of the connection and wake every call that waits; safe from any thread and more than once."""
        with self._lock:
            first, self.ended = self.ended is None, self.ended or reason
            waiting = list(self.events.values())
        if self.thread_recv is not None:
            self.thread_recv.running = False
        with suppress(Exception):
            # the receive thread closes the socket when it wakes; without one nobody else reads it
            if self.thread_recv is None:
                self.ws.shutdown()
            else:
                self.ws.abort()
        for event in waiting:
            event.set()
        if first:
            self.on_lost(reason)

    def disconnect(self) -> None:
        """What the package's own thread calls on a loss."""
        self.end("OBS hung up")

    def _message(self) -> dict[str, Any]:
        opcode, data = self.ws.recv_data(control_frame=True)
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            code = struct.unpack("!H", data[:2])[0] if len(data) >= 2 else 0
            if code == AUTHENTICATION_FAILED:
                raise PermissionError
            raise ValueError(f"OBS closed the connection, code {code}")
        message = json.loads(data)
        if not isinstance(message, dict) or not isinstance(message.get("d"), dict):
            raise ValueError("what answers there is not obs-websocket 5")
        return message


class Client:
    """One connection for asyncio; threads of its own, so that a hung OBS takes nothing from anybody else.

    `on_event` is called in the loop with each event's type and data, in the order of the wire.
    """

    def __init__(
        self, name: str, host: str, port: int, password: str, on_event: OnEvent, *, timeout_s: float = CALL_S
    ) -> None:
        self.name = name
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[str] = self._loop.create_future()
        self._on_event = on_event
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"obs {name}")
        self._fenced = _Fenced(host, port, password, timeout_s, self._take)
        self._fenced.on_lost = self._tell_lost
        self._timeout_s = timeout_s

    @property
    def version(self) -> str:
        """Version of obs-websocket, as it said when we connected."""
        return self._fenced.server_version or "?"

    async def connect(self) -> None:
        """Connect and identify.

        Raises:
            DeviceAuthError: the password is wrong.
            DeviceUnreachableError: nobody there, silent, or something else than obs-websocket 5.
        """
        try:
            await self._run(self._fenced.connect)
        except PermissionError as exc:
            raise DeviceAuthError(self.name, "the password of obs-websocket is wrong") from exc
        except (OSError, ValueError, KeyError, TypeError, websocket.WebSocketException) as exc:
            hung = isinstance(exc, TimeoutError | websocket.WebSocketTimeoutException)
            why = f"OBS does not answer within {self._timeout_s:g} s" if hung else str(exc) or type(exc).__name__
            raise DeviceUnreachableError(self.name, why[:COMMENT_CHARS]) from exc

    async def call(self, request: str, **fields: Any) -> dict[str, Any]:
        """One request and the data of its answer.

        Raises:
            DeviceRejectedError: OBS said no, with code and comment.
            DeviceUnreachableError: no answer in time or no connection; the connection is given up then, for a late
                answer must not meet a newer question.
        """
        try:
            answer = await self._run(self._fenced.ask, request, fields)
        except (OSError, websocket.WebSocketException) as exc:
            why = (str(exc) or type(exc).__name__)[:COMMENT_CHARS]
            self._fenced.end(why)
            raise DeviceUnreachableError(self.name, why) from exc
        status = answer.get("requestStatus", {})
        if status.get("result"):
            return answer.get("responseData") or {}
        comment = str(status.get("comment") or "refused")[:COMMENT_CHARS]
        raise DeviceRejectedError(self.name, f"{request}: {comment} (code {status.get('code')})")

    async def lost(self) -> str:
        """Wait until the connection is gone; why."""
        return await asyncio.shield(self._lost)

    def close(self) -> None:
        """Hang up; calls that wait end at once. Never blocks."""
        self._fenced.end("we hung up")
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[..., Any], *args: Any) -> Any:
        return await self._loop.run_in_executor(self._executor, work, *args)

    def _take(self, kind: str, data: dict[str, Any]) -> None:
        self._to_loop(self._on_event, kind, data)

    def _tell_lost(self, reason: str) -> None:
        self._to_loop(lambda: None if self._lost.done() else self._lost.set_result(reason))

    def _to_loop(self, work: Callable[..., object], *args: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left to tell
            self._loop.call_soon_threadsafe(work, *args)
