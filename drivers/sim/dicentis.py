"""A Bosch DICENTIS server on a real port: the conference protocol over WebSocket, with or without TLS.

Source: vendor's conference protocol as field clients use it; framing, fire-once events and error texts as an
independent mock sends them that was compared with a server of version 6.50.
"""

import asyncio
import json
import ssl
import time
from collections import deque
from types import TracebackType
from typing import Any, Self

from aiohttp import WSCloseCode, WSMsgType, web

from drivers.sim.dicentis_hall import DicentisHall, OperationError, Parameters
from drivers.sim.faults import Faults, Outlet

PATH, SUBPROTOCOL = "/Dicentis/API", "DICENTIS_1_0"
LOG_LINES, WAITING_MESSAGES = 10_000, 1000

# Event and the operation that arms it again.
EVENTS = {
    "DiscussionListChanged": "getdiscussionlist",
    "SeatsChanged": "getseats",
    "ParticipantsChanged": "getparticipants",
    "PermissionsChanged": "getpermissions",
    "ApiStateChanged": "getapistate",
    "AgendaTopicsChanged": "getagendatopics",
    "VotingStateChanged": "getvotingstate",
}


class SimDicentis:
    """One server. Use as `async with SimDicentis(seats=24) as server:` or with start() and close().

    Args:
        port: 31416 on the real one, 0 for a free one (see `port` after the start).
        tls: server side of TLS; None speaks plain WebSocket.
        seats: how many places there are, "Seat 1" and so on.
    Attributes:
        hall: the meeting, to read and to change; afterwards call `fire`.
        faults: misbehaviour; `silent` leaves pings unanswered too.
        unknown_events: event names that this version refuses to register.
        refuse: text that every operation of a name (lower case) is refused with.
        idle: lower-case operations that are acknowledged and do nothing.
        log: (CLOCK_MONOTONIC ns, what) of verbs in the hall and of operations by clients, newest last.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        user: str = "admin",
        password: str = "secret",  # noqa: S107 - of a simulator
        seats: int = 24,
    ) -> None:
        self.host, self.port, self._tls, self._user, self._password = host, port, tls, user, password
        self.faults = Faults()
        self.hall = DicentisHall(self.fire)
        self.hall.fill(seats)
        self.unknown_events: set[str] = set()
        self.refuse: dict[str, str] = {}
        self.idle: set[str] = set()
        self.log: deque[tuple[int, str]] = deque(maxlen=LOG_LINES)
        self._sessions: set[_Session] = set()
        self._runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Listen; returns the port."""
        app = web.Application()
        app.router.add_get(PATH, self._serve)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port, ssl_context=self._tls)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        return self.port

    async def close(self) -> None:
        """Hang up on everybody and stop listening; the meeting stays."""
        self.drop()
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = None

    async def restart(self, *, generation: int | None = None) -> None:
        """Fail and come back on the same port, with nobody speaking; another `generation` changes all seat ids."""
        await self.close()
        self.hall.entries.clear()
        if generation is not None:
            self.hall.fill(len(self.hall.seats), generation)
        await self.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def clients(self) -> int:
        """How many are logged in."""
        return sum(session.logged_in for session in self._sessions)

    def drop(self) -> None:
        """Cut every connection without a closing handshake."""
        for session in list(self._sessions):
            session.cut()

    def fire(self, *names: str) -> None:
        """Tell everybody who has registered these events and has not been told since."""
        for session in self._sessions:
            session.notify(names)

    # Verbs: what people in the hall do. Each returns when, in ns of CLOCK_MONOTONIC.

    def press(self, name: str) -> int:
        """The delegate presses the button: speaks or asks to, or stops."""
        at_ns = self._did(f"press {name}")
        identifier = self.hall.seat(name).seat_id
        if self.hall.entry(identifier) is None:
            self.hall.ask_to_speak(identifier)
        else:
            self.hall.remove(identifier)
        return at_ns

    def request(self, name: str) -> int:
        """The delegate asks for the floor and has to wait, whatever is free."""
        at_ns, places = self._did(f"request {name}"), self.hall.open_places
        self.hall.open_places = 0
        self.hall.ask_to_speak(self.hall.seat(name).seat_id)
        self.hall.open_places = places
        return at_ns

    def give(self, name: str) -> int:
        """The chair gives the floor."""
        at_ns = self._did(f"give {name}")
        self.hall.speak(self.hall.seat(name).seat_id)
        return at_ns

    def priority(self, name: str) -> int:
        """Somebody presses the priority button."""
        at_ns = self._did(f"priority {name}")
        self.hall.speak(self.hall.seat(name).seat_id, "isPrioritySpeaker")
        return at_ns

    def sit(self, name: str, participant_id: str) -> int:
        """Somebody logs in at a seat with a badge, or, with "", logs out."""
        at_ns = self._did(f"sit {name}")
        self.hall.seat(name).seated = participant_id
        self.fire("SeatsChanged")
        return at_ns

    def open_topic(self, subject: str | None) -> int:
        """The chair opens a topic of the system's agenda, or closes the one that is open."""
        at_ns = self._did(f"topic {subject}")
        self.hall.open_topic = subject
        self.fire("AgendaTopicsChanged")
        return at_ns

    def vote(self, state: str) -> int:
        """A vote is closed, ready, opened, onHold, done, accepted, rejected or canceled."""
        at_ns = self._did(f"voting {state}")
        self.hall.voting = state
        self.fire("VotingStateChanged")
        return at_ns

    def is_open(self, name: str) -> bool:
        """Whether the microphone of a seat is on."""
        entry = self.hall.entry(self.hall.seat(name).seat_id)
        return entry is not None and entry.microphone == "on"

    def admits(self, user: object, password: object) -> bool:
        """Whether these are the user and the password."""
        return (user, password) == (self._user, self._password)

    def operation(self, name: str, parameters: Parameters) -> Parameters:
        """Carry out what a client asks for. Raises OperationError."""
        self._did(f"client {name}")
        key = name.casefold()
        if key in self.refuse:
            raise OperationError(self.refuse[key])
        return {} if key in self.idle else self.hall.carry_out(name, parameters)

    def _did(self, what: str) -> int:
        at_ns = time.monotonic_ns()
        self.log.append((at_ns, what))
        return at_ns

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,), autoping=False)
        await socket.prepare(request)
        if socket.ws_protocol != SUBPROTOCOL:
            await socket.close(code=WSCloseCode.PROTOCOL_ERROR)
            return socket
        session = _Session(self, socket, request.transport)
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
        return socket


class _Session:
    """One connection: login, registered events, answers in order."""

    def __init__(self, server: SimDicentis, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self._server, self._socket, self._transport = server, socket, transport
        self.logged_in = False
        self._armed: dict[str, bool] = {}
        self._outlet = Outlet(server.faults)
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(WAITING_MESSAGES)

    async def run(self) -> None:
        """Answer until the client goes."""
        sender = asyncio.create_task(self._send())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.PING and not self._server.faults.silent:
                    await self._socket.pong(message.data)
                elif (
                    message.type is WSMsgType.TEXT and not self._server.faults.loses() and not self._take(message.data)
                ):
                    await self._socket.close(code=WSCloseCode.PROTOCOL_ERROR, message=b"Bad message")
        except ConnectionError:
            return
        finally:
            sender.cancel()
            self._outlet.close()
            await asyncio.gather(sender, return_exceptions=True)

    def cut(self) -> None:
        """Break the connection."""
        if self._transport is not None:
            self._transport.abort()

    def notify(self, names: tuple[str, ...]) -> None:
        """Send the names that are armed; each will not come again before it is armed again."""
        told = [name for name in names if self._armed.get(name)]
        self._armed |= dict.fromkeys(told, False)
        if told and self.logged_in:
            self._put({"messageId": 0, "operation": "event", "parameters": {"events": told}})

    def _take(self, text: str) -> bool:
        """Answer one message; False when it is not JSON."""
        try:
            message = json.loads(text)
        except ValueError:
            return False
        if not isinstance(message, dict):
            return False
        number, name = message.get("messageId", 0), message.get("operation")
        parameters = message.get("parameters", ...)
        if not isinstance(name, str) or not (parameters is None or isinstance(parameters, dict)):
            self._refuse(number, "Bad message format")
            return True
        try:
            answer = self._answer(name, parameters or {})
        except OperationError as exc:
            self._refuse(number, str(exc))
        else:
            self._put({"messageId": number, "operation": name, "parameters": answer})
            for event, operation in EVENTS.items():
                if operation == name.casefold() and event in self._armed:
                    self._armed[event] = True
        return True

    def _answer(self, name: str, parameters: Parameters) -> Parameters:
        if name.casefold() == "login":
            return self._login(parameters)
        if not self.logged_in:
            raise OperationError("Please login first")
        if name.casefold() == "registerevents":
            return self._register(parameters)
        return self._server.operation(name, parameters)

    def _login(self, parameters: Parameters) -> Parameters:
        if self.logged_in:
            raise OperationError("Already logged in. Please disconnect to log off")
        self.logged_in = self._server.admits(parameters.get("user"), parameters.get("password"))
        if not self.logged_in:
            return {"loggedIn": False, "token": ""}
        return {"loggedIn": True, "token": "t0ken", "userId": "u1"}

    def _register(self, parameters: Parameters) -> Parameters:
        known = {name.casefold(): name for name in EVENTS if name not in self._server.unknown_events}
        given = list(parameters.get("events") or ())
        for number, name in enumerate(given):
            if str(name).casefold() not in known:
                raise OperationError(
                    f'Error converting value "{name}" to type '
                    f"'SynopticControl.Common.ConferenceEvent'. Path 'parameters.events[{number}]'."
                )
        self._armed |= {known[str(name).casefold()]: True for name in given}
        return {}

    def _refuse(self, number: Any, text: str) -> None:
        self._put({"messageId": number, "operation": "error", "parameters": {"message": text}})

    def _put(self, message: dict[str, Any]) -> None:
        self._outlet.send(json.dumps(message).encode(), self._queue)

    def _queue(self, data: bytes) -> None:
        if self._waiting.full():
            self.cut()
        else:
            self._waiting.put_nowait(data)

    async def _send(self) -> None:
        while not self._socket.closed:
            data = await self._waiting.get()
            try:
                await self._socket.send_str(data.decode("utf-8", "replace"))
            except ConnectionError:
                return
