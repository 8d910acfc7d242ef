"""A Televic Confero system on a real port: its customer API over HTTP, with or without TLS.

Source: Confero customer API 7.18 as its field clients use it; error bodies are not documented.
"""

import asyncio
import json
import ssl
import time
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from drivers.sim.confero_hall import ConferoHall
from drivers.sim.faults import Faults

LOG_LINES = 10_000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SimConfero:
    """One system. Use as `async with SimConfero(seats=24) as system:` or with start() and close().

    Args:
        port: 9080 on the real one, 9443 with TLS, 0 for a free one (see `port` after the start).
        tls: server side of TLS; None speaks plain HTTP.
        seats: how many there are, numbered from 1, which is the chairperson's.
        poll_s: how long a poll waits for an event.
        cursor: what this version calls the number of the first event that is wanted.
    Attributes:
        hall: the discussion, to read and to change.
        faults: misbehaviour; `refuse` is the HTTP status of every order, a lost request or answer cuts the connection.
        idle: orders are acknowledged and do nothing.
        stuck: a poll gets the oldest event that is kept, whatever number it asks for.
        describes: whether `/openapi` can be read.
        fails: HTTP status by path, instead of an answer.
        log: (CLOCK_MONOTONIC ns, what) of verbs in the hall and of orders by clients, newest last.
        asked: how often each path was read.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        token: str = "secret",  # noqa: S107 - of a simulator
        seats: int = 24,
        poll_s: float = 20.0,
        cursor: str = "minimum-id",
    ) -> None:
        self.host, self.port, self._tls, self.token = host, port, tls, token
        self.poll_s, self.cursor = poll_s, cursor
        self.faults = Faults()
        self.hall = ConferoHall(self._wake)
        self.hall.fill(seats)
        self.idle, self.stuck, self.describes = False, False, True
        self.fails: dict[str, int] = {}
        self.log: deque[tuple[int, str]] = deque(maxlen=LOG_LINES)
        self.asked: dict[str, int] = {}
        self._waiting: set[asyncio.Future[None]] = set()
        self._open: set[asyncio.Transport] = set()
        self._runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Listen; returns the port."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/openapi", self._openapi)
        app.router.add_get("/api/notification/events", self._events)
        app.router.add_get("/api/discussion/seats", self._seats)
        app.router.add_get(r"/api/discussion/seats/{number:\d+}", self._seat)
        app.router.add_put(r"/api/discussion/seats/{number:\d+}", self._set_seat)
        app.router.add_get("/api/discussion/{which:speakers|requests}", self._list)
        app.router.add_delete("/api/discussion/{which:speakers|speakers/delegates|requests}", self._clear)
        app.router.add_get("/api/discussion/settings", self._settings)
        app.router.add_get("/api/meeting", self._meeting)
        app.router.add_get("/api/room/seats/discussion", self._room)
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port, ssl_context=self._tls)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        return self.port

    async def close(self) -> None:
        """Hang up on everybody and stop listening; the discussion stays."""
        runner, self._runner = self._runner, None
        self.drop()
        self._wake()
        if runner is not None:
            await runner.cleanup()

    async def restart(self) -> None:
        """Fail and come back on the same port, with nobody speaking and events counted from 1."""
        await self.close()
        self.hall.speakers.clear()
        self.hall.requests.clear()
        self.hall.events.clear()
        self.hall.next_id = 1
        await self.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def drop(self) -> None:
        """Cut every connection."""
        for transport in list(self._open):
            transport.abort()
        self._open.clear()

    # Verbs: what people in the hall do. Each returns when, in ns of CLOCK_MONOTONIC.

    def press(self, number: int) -> int:
        """The button of a seat is pressed: speaks or asks to, or stops."""
        at_ns = self._did(f"press {number}")
        self.hall.press(number)
        return at_ns

    def give(self, number: int) -> int:
        """The chair gives the floor."""
        at_ns = self._did(f"give {number}")
        self.hall.switch(number, True, False)
        return at_ns

    def request(self, number: int) -> int:
        """Somebody asks for the floor and has to wait, whatever is free."""
        at_ns, mode = self._did(f"request {number}"), self.hall.mode
        self.hall.mode = "request"
        self.hall.switch(number, False, True)
        self.hall.mode = mode
        return at_ns

    def withdraw(self, number: int) -> int:
        """Somebody asks no longer, or stops."""
        at_ns = self._did(f"withdraw {number}")
        self.hall.switch(number, False, False)
        return at_ns

    def sit(self, number: int, person: str) -> int:
        """Somebody shows a badge at a seat, or, with "", leaves it."""
        at_ns = self._did(f"sit {number}")
        self.hall.sit(number, person)
        return at_ns

    def _did(self, what: str) -> int:
        at_ns = time.monotonic_ns()
        self.log.append((at_ns, what))
        return at_ns

    # --------------------------------------------------------------------------------------------------- HTTP

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What is the same for every request: token, faults, and the log."""
        if request.transport is not None:
            self._open.add(request.transport)
        self.asked[request.path] = self.asked.get(request.path, 0) + 1
        if self.faults.loses():
            return self._cut(request)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"message": "Invalid bearer token"}, status=401)
        is_order = request.method != "GET"
        status = self.fails.get(request.path, self.faults.refuse if is_order else None)
        if status is not None:
            response: web.StreamResponse = web.json_response({"message": "Not now"}, status=status)
        else:
            if is_order:
                self._did(f"{request.method} {request.path} {(await request.read()).decode('utf-8', 'replace')}")
            response = await handler(request)
        if self.faults.silent:
            await asyncio.Event().wait()
        if self.faults.delay_s:
            await asyncio.sleep(self.faults.delay_s)
        return self._misbehaving(request, response)

    def _misbehaving(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        body = response.body if isinstance(response, web.Response) else None
        if not isinstance(body, bytes) or not body:
            return response
        sent = self.faults.outgoing(body)
        if not sent:
            return self._cut(request)
        return web.Response(status=response.status, body=sent[0], content_type="application/json")

    def _cut(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _openapi(self, request: web.Request) -> web.StreamResponse:
        if not self.describes:
            return web.Response(status=404)
        parameters = [{"name": "include-filter", "in": "query"}, {"name": self.cursor, "in": "query"}]
        return web.json_response({"paths": {"/api/notification/events": {"get": {"parameters": parameters}}}})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if not request.query.get("include-filter"):
            return web.json_response({"message": "include-filter is required"}, status=400)
        modules = set(request.query["include-filter"].split(","))
        wanted = request.query.get(self.cursor, str(self.hall.next_id))
        if not wanted.isdecimal():
            return web.json_response({"message": f"Invalid {self.cursor}"}, status=400)
        end_s = time.monotonic() + self.poll_s
        while self._runner is not None:
            found = self.hall.next_event(0 if self.stuck else int(wanted), modules)
            if found is not None:
                return web.json_response(found)
            woken = asyncio.get_running_loop().create_future()
            self._waiting.add(woken)
            try:
                async with asyncio.timeout(max(0.0, end_s - time.monotonic())):
                    await woken
            except TimeoutError:
                break
            finally:
                self._waiting.discard(woken)
        return web.Response(status=204)

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def _seats(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([self.hall.seat(number) for number in self.hall.roles])

    async def _seat(self, request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["number"])
        if number not in self.hall.roles:
            return web.json_response({"message": "Unknown seat"}, status=400)
        return web.json_response(self.hall.seat(number))

    async def _set_seat(self, request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["number"])
        try:
            wanted: Any = json.loads(await request.read())
        except ValueError:
            wanted = None
        for name in ("microphoneOn", "requestingToSpeak"):
            if not isinstance(wanted, dict) or not isinstance(wanted.get(name), bool):
                return web.json_response({"message": f"Missing json field: {name}"}, status=400)
        if number not in self.hall.roles:
            return web.json_response({"message": "Unknown seat"}, status=400)
        if not self.idle:
            self.hall.switch(number, wanted["microphoneOn"], wanted["requestingToSpeak"])
        return web.Response(status=204)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(
            self.hall.speakers if request.match_info["which"] == "speakers" else self.hall.requests
        )

    async def _clear(self, request: web.Request) -> web.StreamResponse:
        if not self.idle:
            which = request.match_info["which"]
            self.hall.clear(
                speakers=which == "speakers", delegates=which == "speakers/delegates", requests=which == "requests"
            )
        return web.Response(status=204)

    async def _settings(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {"microphoneMode": self.hall.mode, "maximumNumberOfSpeakers": self.hall.places, "options": {}}
        )

    async def _meeting(self, request: web.Request) -> web.StreamResponse:
        if not self.hall.licensed:
            return web.json_response({"message": "Not licensed"}, status=405)
        if not self.hall.meeting:
            return web.json_response({"message": "No open meeting"}, status=412)
        return web.json_response({"meetingId": "m1", "title": "Raad", "participants": self.hall.participants()})

    async def _room(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([{"seatNumber": n, "state": state} for n, state in self.hall.devices.items()])
