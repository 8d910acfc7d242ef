"""The control API: state, numbered changes, orders, metrics and the pictures page, for the operator network only."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from aiohttp import WSMsgType, web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import TypeAdapter, ValidationError

from chamber.core.errors import DeviceError, RefusedError
from chamber.imports.model import MOST_BYTES, ImportFailedError
from chamber.imports.read import FORMATS
from chamber.openapi import document
from chamber.wire import Accepted, AnyOrder, Change, ErrorBody, ImportView, IndexView, Refused, StateView, WatchReport

BODY_BYTES = 16 * 1024
COMMAND_BYTES = 512 * 1024
"""An agenda of 200 items with the longest titles goes in one command."""
EVENTS_CLIENTS = 16
COALESCE_S = 0.02
HEARTBEAT_S = 10.0
READ_ONLY = frozenset({"chair", "watcher"})

log = structlog.get_logger(__name__)
_orders: TypeAdapter[AnyOrder] = TypeAdapter(AnyOrder)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may use the API; the role decides whether orders are taken."""

    name: str
    role: str
    token: str


class Controller(Protocol):
    """What the API needs of the runtime."""

    def view(self) -> StateView: ...
    async def order(self, order: AnyOrder, account: str) -> int: ...
    def watched(self, report: WatchReport, account: str) -> None: ...
    async def changed(self) -> None: ...
    def healthy(self) -> bool: ...
    async def index(self) -> IndexView: ...
    def compare(self, content: bytes, form: str) -> ImportView: ...


account_key = web.RequestKey("account", Account)


def refusal(code: str, message: str, status: int) -> web.Response:
    """A refusal in the API's form."""
    return web.json_response(Refused(error=ErrorBody(code=code, message=message)).model_dump(), status=status)


class Hub:
    """Sends every change of the view to every listener, numbered; a listener that does not read is dropped."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._listeners: set[web.WebSocketResponse] = set()
        self._seq = 0
        self._last: dict[str, Any] = {}
        self._watchers: list[Callable[[StateView], None]] = []

    @property
    def full(self) -> bool:
        return len(self._listeners) >= EVENTS_CLIENTS

    def watch(self, watcher: Callable[[StateView], None]) -> None:
        """Have every view that is sent handed over too; must not block or raise."""
        self._watchers.append(watcher)

    async def run(self) -> None:
        """Coalesce changes for 20 ms, send what differs; ends only when cancelled."""
        while True:
            await self._controller.changed()
            await asyncio.sleep(COALESCE_S)
            view = self._controller.view()
            for watcher in self._watchers:
                watcher(view)
            fields = view.model_dump(mode="json")
            changed = {k: v for k, v in fields.items() if k not in ("seq", "now_ms") and self._last.get(k) != v}
            self._last = fields
            if not changed or not self._listeners:
                continue
            message = Change(seq=fields["seq"], changed=changed).model_dump_json()
            for listener in tuple(self._listeners):
                try:
                    async with asyncio.timeout(1):
                        await listener.send_str(message)
                except (OSError, RuntimeError):
                    self._listeners.discard(listener)

    async def listen(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one listener: the whole state first, then changes."""
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=BODY_BYTES)
        await socket.prepare(request)
        self._listeners.add(socket)  # before the first await: no change may fall between the view and the listening
        try:
            await socket.send_str(self._controller.view().model_dump_json())
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._listeners.discard(socket)
        return socket

    async def close(self) -> None:
        """Say goodbye to every listener."""
        for listener in tuple(self._listeners):
            await listener.close()


def _authorised(accounts: tuple[Account, ...], header: str) -> Account | None:
    scheme, _, token = header.partition(" ")
    found = None
    for account in accounts:
        if hmac.compare_digest(account.token.encode(), token.encode()):
            found = account
    return found if scheme == "Bearer" else None


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Api:
    """The aiohttp application of the control API."""

    def __init__(self, controller: Controller, accounts: tuple[Account, ...], registry: CollectorRegistry) -> None:
        self._controller, self._accounts, self._registry = controller, accounts, registry
        self.hub = Hub(controller)
        self.app = web.Application(client_max_size=COMMAND_BYTES, middlewares=[self._guard])
        self._free = {"/healthz"}
        self.app.router.add_get("/api/v1/state", self._state)
        self.app.router.add_get("/api/v1/events", self._events)
        self.app.router.add_get("/api/v1/index", self._index)
        self.app.router.add_post("/api/v1/imports/agenda", self._compare)
        self.app.router.add_post("/api/v1/commands", self._commands)
        self.app.router.add_post("/api/v1/watch", self._watch)
        self.app.router.add_get("/api/v1/openapi.json", self._openapi)
        self.app.router.add_get("/metrics", self._metrics)
        self.app.router.add_get("/healthz", self._healthz)

    def add_pages(self, pages: Mapping[str, Handler]) -> None:
        """Serve GET paths whose handlers guard themselves."""
        for path, handler in pages.items():
            self._free.add(path)
            self.app.router.add_get(path, handler)

    def authorised(self, request: web.Request) -> bool:
        """Whether a request carries the token of an account."""
        return _authorised(self._accounts, request.headers.get("Authorization", "")) is not None

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        route = request.match_info.route.resource
        if route is not None and route.canonical in self._free:
            return await handler(request)
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"{request.scheme}://{request.host}":
            return refusal("wrong_origin", "Deze opdracht komt van een andere website en is geweigerd.", 403)
        account = _authorised(self._accounts, request.headers.get("Authorization", ""))
        if account is None:
            return refusal("unauthorised", "Geen geldig token: meld u opnieuw aan met het tokenbestand.", 401)
        request[account_key] = account
        try:
            return await handler(request)
        except web.HTTPException as exc:
            if exc.status < 400:
                raise
            return refusal("not_found" if exc.status == 404 else "bad_request", exc.reason, exc.status)

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(text=self._controller.view().model_dump_json())

    async def _index(self, request: web.Request) -> web.Response:
        return web.json_response(text=(await self._controller.index()).model_dump_json())

    async def _compare(self, request: web.Request) -> web.Response:
        if request[account_key].role in READ_ONLY:
            return refusal("read_only", "Dit account mag alleen meekijken.", 403)
        form = request.query.get("format", "auto")
        if form not in FORMATS:
            return refusal("bad_request", f"Kies een van {', '.join(FORMATS)}.", 400)
        found = bytearray()
        async for piece in request.content.iter_any():
            found += piece
            if len(found) > MOST_BYTES:
                return refusal("bad_import", "Dit bestand is te groot voor een agenda.", 413)
        try:
            return web.json_response(text=self._controller.compare(bytes(found), form).model_dump_json())
        except ImportFailedError as exc:
            return refusal("bad_import", str(exc), 400)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self.hub.full:
            return refusal("too_many", "Er zijn al te veel bedienplekken verbonden.", 429)
        return await self.hub.listen(request)

    async def _commands(self, request: web.Request) -> web.Response:
        account = request[account_key]
        if account.role in READ_ONLY:
            return refusal("read_only", "Dit account mag alleen meekijken.", 403)
        try:
            order = _orders.validate_json(await request.read())
        except ValidationError as exc:
            return refusal("bad_command", _first_problem(exc), 400)
        try:
            seq = await self._controller.order(order, account.name)
        except RefusedError as exc:
            return refusal(exc.code, str(exc), 409)
        except DeviceError as exc:
            return refusal("device_failed", str(exc), 409)
        return web.json_response(Accepted(seq=seq).model_dump())

    async def _watch(self, request: web.Request) -> web.Response:
        account = request[account_key]
        if account.role != "watcher":
            return refusal("not_watcher", "Alleen een account met de rol watcher meldt wat er buiten te zien is.", 403)
        try:
            report = WatchReport.model_validate_json(await request.read())
        except ValidationError as exc:
            return refusal("bad_report", _first_problem(exc), 400)
        self._controller.watched(report, account.name)
        return web.json_response(Accepted(seq=self._controller.view().seq).model_dump())

    async def _openapi(self, request: web.Request) -> web.Response:
        return web.json_response(document())

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _healthz(self, request: web.Request) -> web.Response:
        healthy = self._controller.healthy()
        return web.json_response({"healthy": healthy}, status=200 if healthy else 503)


def _first_problem(exc: ValidationError) -> str:
    problem = json.loads(exc.json(include_url=False, include_input=False, include_context=False))[0]
    where = ".".join(str(part) for part in problem["loc"]) or "command"
    return f"{where}: {problem['msg']}"
