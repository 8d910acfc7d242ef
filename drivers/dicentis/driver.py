"""One session with a DICENTIS server: log in, read everything, follow events, switch microphones."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chamber.core.errors import DeviceAuthError, DeviceRejectedError, DeviceUnreachableError
from chamber.core.reasons import why
from chamber.ports import Clock, Emit, Ready
from drivers.dicentis import codec
from drivers.dicentis.codec import Answer, Message, Notice, Refusal
from drivers.dicentis.link import Link, dial
from drivers.dicentis.orders import Orders
from drivers.dicentis.readings import Readings
from drivers.dicentis.requests import ANSWER_MS, Request, Requests
from drivers.dicentis.topics import Take, Topic
from drivers.trust import Address, UntrustedError

TICK_S = 0.05
LOGIN_AGAIN_S = 1.5  # one client of the field logs in only after a second; a login that came too soon is repeated
PING_MS = 5000
SILENCE_MS = 12_000
REREAD_MS = 10_000  # the discussion list; the rest of what is followed changes seldom
SELDOM_MS = 60_000
LOGGED_IN = "already logged in"
UNKNOWN = "is an unknown operation"
NEWER_COMMANDS = ("GrantSpeech", "RemoveSpeech")


@dataclass(slots=True, eq=False)
class _Session:
    """What is true of one connection only."""

    topics: tuple[Topic, ...]
    complete: asyncio.Event = field(default_factory=asyncio.Event)
    requests: Requests = field(default_factory=Requests)
    heard_ms: int = 0
    ping_ms: int = 0
    old_commands: bool = False
    ready: bool = False


class Dicentis:
    """A conference system; a channel is the name of a seat, or its id.

    Args:
        address: host, port and how the server is known. Raises EncodeError: no SHA-256 fingerprint.
        channels: the seats that are followed, as CONFIG names them.
        emit: takes, after every connect and then on each change, MicReading (one for each channel), QueueReading,
            SeatOccupied (one for each channel whose seat was found) and IdentityReading.
    """

    def __init__(
        self,
        name: str,
        address: Address,
        user: str,
        password: str,
        channels: tuple[str, ...],
        emit: Emit,
        clock: Clock,
        *,
        voting: bool = True,
        agenda: bool = False,
    ) -> None:
        self._voting, self._agenda = voting, agenda
        self.name, self._address, self._user, self._password = name, address, user, password
        self._channels, self._clock = channels, clock
        address.pin()
        self._readings = Readings(name, channels, emit)
        self._orders = Orders(
            name, self._send_order, self._look, lambda seat_id: self._readings.microphone(seat_id) == "on"
        )
        self._session: _Session | None = None

    async def serve(self, ready: Ready) -> None:
        """Hold one session. Ends by DeviceUnreachableError, DeviceAuthError, DeviceRejectedError, or cancelled."""
        try:
            link = await dial(self._address)
        except UntrustedError as exc:
            raise DeviceAuthError(self.name, str(exc)) from exc
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        now_ms = self._clock.now_ms()
        self._readings.forget()
        self._session = session = _Session(self._topics(), heard_ms=now_ms, ping_ms=now_ms)
        parts = (self._receive(session, link), self._send(session, link), self._keep_time(session, link))
        jobs = [asyncio.create_task(part) for part in (*parts, self._start(session, ready))]
        try:
            running = set(jobs)
            while True:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for job in done:
                    job.result()
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._session = None
            self._orders.fail_all()
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            await link.close()

    async def switch(self, channel: str, on: bool) -> None:
        """Open or close a microphone; returns once a later reading shows it.

        Raises DeviceRejectedError (no such seat, refused, stays as it was, a newer order) or DeviceUnreachableError.
        """
        if channel not in self._channels:
            raise DeviceRejectedError(self.name, f"no such channel: {channel[:40]}")
        if self._session is None or not self._session.ready:
            raise DeviceUnreachableError(self.name, "not connected")
        seat_id = self._readings.seat_id(channel)
        if seat_id is None:
            raise DeviceRejectedError(self.name, f"the system has no seat {channel[:40]}, or several")
        await self._orders.carry_out(seat_id, channel, on, self._clock.now_ms())

    async def all_off(self) -> None:
        """Close every microphone that is on, also at seats that CONFIG does not name. Raises DeviceError."""
        if self._session is None or not self._session.ready:
            raise DeviceUnreachableError(self.name, "not connected")
        now_ms = self._clock.now_ms()
        orders = [
            self._orders.carry_out(seat_id, name, False, now_ms)
            for seat_id, name in self._readings.open_seats().items()
        ]
        for result in await asyncio.gather(*orders, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    def reported(self) -> tuple[str, ...]:
        """A line for each seat of the system, for the technician: name, id, who sits there, whether it is connected."""
        return self._readings.reported()

    # ------------------------------------------------------------------------------------------------ session

    def _topics(self) -> tuple[Topic, ...]:
        def topic(event: str, operation: str, take: Take, *, needed: bool, reread_ms: int | None) -> Topic:
            return Topic(event, operation, take, needed, reread_ms, self._ask_topic, self._arm)

        # In the order in which they are read first: rights, people and seats give the list its meaning; it comes last.
        read = self._readings
        extra = (
            topic("votingStateChanged", "GetVotingState", read.take_voting, needed=False, reread_ms=REREAD_MS),
            topic("agendaTopicsChanged", "GetAgendaTopics", read.take_topics, needed=False, reread_ms=SELDOM_MS),
        )
        return (
            *(one for one, wanted in zip(extra, (self._voting, self._agenda), strict=True) if wanted),
            topic("apiStateChanged", "GetApiState", self._on_api_state, needed=False, reread_ms=None),
            topic("permissionsChanged", "GetPermissions", read.take_permissions, needed=False, reread_ms=None),
            topic("participantsChanged", "GetParticipants", read.take_participants, needed=False, reread_ms=SELDOM_MS),
            topic("seatsChanged", "GetSeats", self._on_seats, needed=True, reread_ms=SELDOM_MS),
            topic("discussionListChanged", "GetDiscussionList", self._on_list, needed=True, reread_ms=REREAD_MS),
        )

    async def _start(self, session: _Session, ready: Ready) -> None:
        await self._log_in(session)
        for topic in session.topics:
            try:
                # One by one: a name that this version does not know would reject all of them.
                await session.requests.ask("RegisterEvents", {"events": [topic.event]}, self._clock.now_ms())
            except DeviceRejectedError:
                if topic.needed:
                    raise
            topic.followed = True
            topic.fetch(self._clock.now_ms())
        await session.complete.wait()
        session.ready = True
        ready()

    async def _log_in(self, session: _Session) -> None:
        credentials = {"user": self._user, "password": self._password}
        first = asyncio.create_task(session.requests.ask("Login", credentials, self._clock.now_ms()))
        patience = asyncio.create_task(self._clock.sleep(LOGIN_AGAIN_S))
        try:
            await asyncio.wait({first, patience}, return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                answer = await session.requests.ask("Login", credentials, self._clock.now_ms())
            else:
                answer = first.result()
        except DeviceRejectedError as exc:
            if LOGGED_IN not in exc.detail.casefold():
                raise DeviceAuthError(self.name, exc.detail) from exc
            answer = {"loggedIn": True}
        finally:
            for task in (first, patience):
                task.cancel()
            await asyncio.gather(first, patience, return_exceptions=True)
        if not codec.is_logged_in(answer):
            raise DeviceAuthError(self.name, "user or password refused")
        session.requests.forget("Login")

    async def _receive(self, session: _Session, link: Link) -> None:
        while True:
            text = await link.receive()
            session.heard_ms = self._clock.now_ms()
            if text:
                self._on_message(session, codec.parse(text))

    async def _send(self, session: _Session, link: Link) -> None:
        while True:
            await link.send(await session.requests.next_message())

    async def _keep_time(self, session: _Session, link: Link) -> None:
        while True:
            now_ms = self._clock.now_ms()
            silent_ms = now_ms - session.heard_ms
            if silent_ms > SILENCE_MS:
                raise TimeoutError(f"no answer for {SILENCE_MS // 1000} s")
            if silent_ms > PING_MS and now_ms - session.ping_ms > PING_MS:
                session.ping_ms = now_ms
                await link.ping()
            late = session.requests.late(now_ms)
            if late is not None:
                raise TimeoutError(f"{late}: no answer for {ANSWER_MS // 1000} s")
            for topic in session.topics:
                topic.tick(now_ms)
            self._orders.tick(now_ms)
            await self._clock.sleep(TICK_S)

    # -------------------------------------------------------------------------------------------------- heard

    def _on_message(self, session: _Session, message: Message) -> None:
        now_ms = self._clock.now_ms()
        if isinstance(message, Notice):
            for topic in session.topics:
                if topic.followed and topic.event.casefold() in message.events:
                    topic.fetch(now_ms)
        elif isinstance(message, Answer | Refusal):
            request = session.requests.take(message.message_id)
            if request is not None and isinstance(message, Refusal):
                self._on_refusal(session, request, message.text, now_ms)
            elif request is not None and isinstance(message, Answer):
                self._on_answer(request, message, now_ms)
        if (
            not session.complete.is_set()
            and not self._readings.puzzled
            and all(topic.read or topic.given_up for topic in session.topics)
        ):
            session.complete.set()

    def _on_answer(self, request: Request, answer: Answer, now_ms: int) -> None:
        if answer.operation != request.operation.casefold():
            raise ConnectionError(f"{request.operation} was answered with {answer.operation[:40]}")
        if request.topic is not None:
            request.topic.answered(answer.parameters, now_ms)
        elif request.done is not None and not request.done.done():
            request.done.set_result(answer.parameters)

    def _on_refusal(self, session: _Session, request: Request, text: str, now_ms: int) -> None:
        if request.topic is not None:
            request.topic.refused(text, now_ms)
        elif request.done is not None and not request.done.done():
            request.done.set_exception(DeviceRejectedError(self.name, f"{request.operation}: {text}"))
        elif request.operation in NEWER_COMMANDS and text.casefold().endswith(UNKNOWN):
            session.old_commands = True  # sent again, in the older words, when the order's time comes
        elif request.seat_id is not None:
            self._orders.refused(request.seat_id, text)

    def _on_api_state(self, parameters: Mapping[str, Any], asked_ms: int) -> bool:
        if codec.is_offline(parameters):
            raise DeviceUnreachableError(self.name, "the server says that it is offline")
        return True

    def _on_seats(self, parameters: Mapping[str, Any], asked_ms: int) -> bool:
        was = self._readings.puzzled
        understood = self._readings.take_seats(parameters, asked_ms)
        self._resolve(was)
        return understood

    def _on_list(self, parameters: Mapping[str, Any], asked_ms: int) -> bool:
        before, was = self._readings.open_seats().keys(), self._readings.puzzled
        understood = self._readings.take_discussion(parameters, asked_ms)
        self._resolve(was)
        if understood:
            self._orders.read(before.__contains__, asked_ms)
        return understood

    def _resolve(self, was_puzzled: bool) -> None:
        """Read seats and list again when they have begun to disagree."""
        if self._session is not None and self._readings.puzzled and not was_puzzled:
            for topic in self._session.topics[-2:]:
                topic.fetch(self._clock.now_ms())

    # ----------------------------------------------------------------------------------------------- requests

    def _ask_topic(self, topic: Topic) -> None:
        if self._session is not None:
            self._session.requests.put(topic.operation, {}, self._clock.now_ms(), topic=topic)

    def _arm(self, topic: Topic) -> None:
        if self._session is not None:
            self._session.requests.put("RegisterEvents", {"events": [topic.event]}, self._clock.now_ms())

    def _look(self, now_ms: int) -> None:
        if self._session is not None:
            self._session.topics[-1].fetch(now_ms)

    def _send_order(self, seat_id: str, on: bool) -> None:
        session = self._session
        if session is None:
            return
        one: dict[str, Any] = {"seatId": seat_id}
        many: dict[str, Any] = {"seatIds": [seat_id]}
        if on and self._readings.microphone(seat_id) == "mute":
            operation, parameters = "ActivateMicrophone", one
        elif session.old_commands:
            operation, parameters = ("AddSeatToSpeakers" if on else "RemoveSeatFromDiscussionList"), one
        elif on:
            operation, parameters = "GrantSpeech", many | {"participantIds": []}
        else:
            operation, parameters = "RemoveSpeech", many
        session.requests.put(operation, parameters, self._clock.now_ms(), seat_id=seat_id)
