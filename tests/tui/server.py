"""A small control API on a real port: speaks the payloads of chamber.wire, and can be told to misbehave."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter

from chamber.wire import (
    Accepted,
    AnyOrder,
    Change,
    ErrorBody,
    ImportView,
    IndexView,
    Refused,
    RollCallView,
    StateView,
)
from tests.tui import evening

TOKEN = "een-geheim-voor-de-test"
AFTER = {
    "meeting.standby": "standby",
    "meeting.open": "open",
    "meeting.suspend": "suspended",
    "meeting.close_doors": "closing_doors",
    "meeting.close": "closed",
    "meeting.reopen_doors": "reopening",
    "meeting.end": "ended",
    "meeting.publish": "published",
}
_orders: TypeAdapter[AnyOrder] = TypeAdapter(AnyOrder)


class SmallServer:
    """State, the orders that came, and faults for a test to set."""

    def __init__(self, view: StateView) -> None:
        self.view = view
        self.orders: list[dict[str, Any]] = []
        self.refuse: tuple[str, str] | None = None
        self.first: str | None = None
        self.late_legs = False
        self.index: IndexView | None = None
        self.compared: ImportView | None = None
        self.files: list[bytes] = []
        self.pongs = True
        self.hold = asyncio.Event()
        self.hold.set()
        self._listeners: set[web.WebSocketResponse] = set()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        self.loop = asyncio.get_running_loop()
        app = web.Application()
        app.router.add_get("/api/v1/events", self._events)
        app.router.add_post("/api/v1/commands", self._commands)
        app.router.add_get("/api/v1/index", self._index)
        app.router.add_post("/api/v1/imports/agenda", self._compare)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        self.hold.set()
        await self.drop()
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = None

    async def drop(self) -> None:
        """Close every listener's connection."""
        for listener in tuple(self._listeners):
            await listener.close()

    async def change(self, **fields: Any) -> None:
        """Change top-level fields and tell every listener."""
        self.view = StateView.model_validate({**dict(self.view), **fields, "seq": self.view.seq + 1})
        raw = self.view.model_dump(mode="json")
        await self.say(Change(seq=self.view.seq, changed={k: raw[k] for k in fields}).model_dump_json())

    async def say(self, text: str) -> None:
        """Send a listener anything."""
        for listener in tuple(self._listeners):
            await listener.send_str(text)

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response(_refused("unauthorised", "Geen geldig token."), status=401)
        socket = web.WebSocketResponse(autoping=self.pongs)
        await socket.prepare(request)
        self._listeners.add(socket)
        await socket.send_str(self.first or self.view.model_dump_json())
        try:
            async for _ in socket:
                pass
        finally:
            self._listeners.discard(socket)
        return socket

    async def _commands(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response(_refused("unauthorised", "Geen geldig token."), status=401)
        order = _orders.validate_python(await request.json())
        self.orders.append(order.model_dump(exclude_defaults=True))
        await self.hold.wait()
        if self.refuse is not None:
            return web.json_response(_refused(*self.refuse), status=409)
        await self._carry_out(order)
        return web.json_response(Accepted(seq=self.view.seq).model_dump())

    async def _index(self, request: web.Request) -> web.Response:
        if self.index is None:
            return web.json_response(_refused("no_meeting", "Er is nog geen vergadering."), status=409)
        return web.json_response(text=self.index.model_dump_json())

    async def _compare(self, request: web.Request) -> web.Response:
        self.files.append(await request.read())
        if self.compared is None:
            return web.json_response(_refused("bad_import", "Dit is geen agenda."), status=400)
        return web.json_response(text=self.compared.model_dump_json())

    async def _carry_out(self, order: Any) -> None:
        command = order.command
        state = "suspended" if command == "panic" else AFTER.get(command)
        if state is not None:
            dark = {} if self.late_legs else {"legs": evening.legs(state), "public": evening.public(state)}
            resumes = getattr(order, "resumes_at", None)
            now = evening.meeting(state, since_ms=evening.NOW_MS, item=self.view.meeting.item, resumes_at=resumes)
            await self.change(meeting=now, **dark)
        elif command in ("mic.on", "mic.off"):
            await self.change(microphones={**self.view.microphones, order.seat: command[4:]})
        elif command == "vote.begin":
            names = [p.id for p in self.view.people if p.votes]
            at = names.index(order.first) if order.first else 0
            called = (*names[at:], *names[:at]) if order.kind == "roll_call_vote" else ()
            await self.change(vote=RollCallView(kind=order.kind, item=self.view.meeting.item, order=called))
        elif command == "vote.cast" and self.view.vote:
            choices = {**self.view.vote.choices, order.person: order.choice}
            await self.change(vote=self.view.vote.model_copy(update={"choices": choices}))
        elif command == "vote.record":
            await self.change(vote=None)
        elif command == "attendance.set":
            present = set(self.view.present) - {order.person} | ({order.person} if order.present else set())
            await self.change(present=tuple(sorted(present)))
        elif command == "agenda.move":
            items = [item for item in self.view.agenda if item.id != order.item]
            at = 1 + [item.id for item in items].index(order.after) if order.after else 0
            moved = [item for item in self.view.agenda if item.id == order.item]
            await self.change(agenda=(*items[:at], *moved, *items[at:]))
        elif command in ("agenda.change", "agenda.withdraw", "agenda.join"):
            fresh = order.model_dump(exclude={"command", "item"}, exclude_none=command == "agenda.change")
            items = [i.model_copy(update=fresh) if i.id == order.item else i for i in self.view.agenda]
            await self.change(agenda=tuple(items))
        elif command == "mode.set":
            await self.change(mode=order.mode)
        elif command in ("title.show", "title.hide"):
            await self.change(title_visible=command == "title.show")
        elif command in ("item.next", "item.select"):
            ids = [item.id for item in self.view.agenda]
            item = (
                order.item
                if command == "item.select"
                else ids[min(ids.index(self.view.meeting.item) + 1, len(ids) - 1)]
            )
            await self.change(meeting=self.view.meeting.model_copy(update={"item": item}))


def _refused(code: str, message: str) -> dict[str, Any]:
    return Refused(error=ErrorBody(code=code, message=message)).model_dump()


@asynccontextmanager
async def small_server(view: StateView | None = None) -> AsyncIterator[SmallServer]:
    """A server on a free port, stopped afterwards."""
    server = SmallServer(view or evening.view())
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def _by_hand(port: int, state: str) -> None:
    server = SmallServer(evening.view(state, people=evening.council()))
    await server.start(port)
    tick = 0
    while True:
        await asyncio.sleep(0.2)
        tick += 1
        await server.change(levels={"rms_dbfs": -30.0 + tick % 20, "peak_dbfs": -20.0 + tick % 13})


if __name__ == "__main__":
    asyncio.run(_by_hand(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "planned"))
