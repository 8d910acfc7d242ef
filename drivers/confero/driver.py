"""One session with a Confero system: wait for events, read everything, switch microphones.

Events count at once and in their order. The whole discussion is read at the start, when events were lost, and every
10 s, and has the last word on every seat of which no event has told meanwhile.
"""

import asyncio
from dataclasses import dataclass, field

from chamber.core.errors import DeviceError, DeviceRejectedError, DeviceUnreachableError, EncodeError
from chamber.core.reasons import why
from chamber.ports import Clock, Emit, Ready
from drivers.channels import Channels
from drivers.confero import codec, diff
from drivers.confero.client import Client
from drivers.confero.codec import Event
from drivers.confero.link import Link
from drivers.confero.readings import Readings
from drivers.trust import Address

TICK_S = 0.02
ANSWER_S = 5.0
POLL_S = 40.0  # "poll length of the server is not documented (one client uses a 40 s limit)"
PAUSE_MS = 100  # between two polls that brought nothing new, for a system that does not wait
LAG_MS = 250  # after events that were lost or came in mid-reading
REREAD_MS = 10_000
QUIET_MS = 100
HOLD_MS = 1000
DEAF_MS = 1000  # after a reading that showed what no event had told
SELDOM_MS = 60_000
ORDER_MS = 3000
LOOK_S = 0.1
REPEATS = 5
NO_PEOPLE = {403: "meetings not allowed", 404: "no meetings", 405: "meetings not licensed", 412: "no meeting open"}


@dataclass(slots=True, eq=False)
class _Session:
    """What is true of one session only; times in ms, when each thing is read next."""

    client: Client
    floor_ms: int = 0
    people_ms: int = 0
    rest_ms: int = 0
    event_ms: int = 0
    newest: int | None = None
    repeats: int = 0
    ready: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Confero:
    """A Televic system with the Confero API; a channel is a seat's number.

    Args:
        token: made on the system's settings page for the API.
        channels: seats that are followed, whole numbers. Raises EncodeError: a number that no seat can have, a
            fingerprint that is none, a cursor that cannot be one.
        emit: takes, after every connect and then on each change, MicReading (one for each channel), QueueReading,
            SeatOccupied (one for each channel when the open meeting says who sits where) and IdentityReading.
        cursor: parameter that says from which event on; None takes what the system's own description says.
        poll_s: how long an event is waited for before it is asked for again.
        seating: whether the system's meeting is asked who sits where.
        answer_s: how long any other answer may take.
    """

    def __init__(
        self,
        name: str,
        address: Address,
        token: str,
        channels: tuple[str, ...],
        emit: Emit,
        clock: Clock,
        *,
        cursor: str | None = None,
        poll_s: float = POLL_S,
        seating: bool = True,
        answer_s: float = ANSWER_S,
    ) -> None:
        self.name, self._address, self._token, self._clock = name, address, token, clock
        for channel in channels:
            if not channel.isdecimal():
                raise EncodeError(f"no seat's number: {channel[:40]!r}")
            codec.seat_path(int(channel))
        address.pin()
        codec.events_path(cursor or codec.CURSOR, None)
        self._cursor, self._given_cursor = cursor or codec.CURSOR, cursor is not None
        self._poll_s, self._seating, self._answer_s = poll_s, seating, answer_s
        self._channels = Channels(name, channels, emit)
        self._readings = Readings(name, self._channels, emit)
        self._session: _Session | None = None

    async def serve(self, ready: Ready) -> None:
        """Hold one session. Ends by DeviceUnreachableError, DeviceAuthError, DeviceRejectedError, or cancelled."""
        self._readings.forget()
        session = _Session(Client(self.name, Link(self._address, self._token), self._answer_s))
        jobs = [
            asyncio.create_task(part)
            for part in (self._follow(session), self._read(session, ready), self._keep_time(), self._learn(session))
        ]
        try:
            self._session = session
            running = set(jobs)
            while True:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for job in done:
                    job.result()
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._session = None
            self._channels.end()
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            await session.client.close()

    async def switch(self, channel: str, on: bool) -> None:
        """Open or close a microphone; returns once an event or a reading that was asked for afterwards shows it.

        Closing leaves a request as it is. Raises DeviceRejectedError (no such seat, refused, stays as it was, a newer
        order), DeviceAuthError or DeviceUnreachableError.
        """
        channel = self._channels.known_channel(channel)
        session, number = self._connected(), int(channel)
        done = self._channels.expect(channel, on, self._clock.now_ms() + ORDER_MS)
        try:
            async with session.turn:
                if not done.done():
                    one = self._readings.floor.seats.get(number) if self._readings.floor else None
                    body = codec.switch_body(on, not on and one is not None and one.requesting)
                    await session.client.ask("PUT", codec.seat_path(number), body=body)
            while not done.done():
                seat = await session.client.read(codec.seat_path(number), codec.seat)
                if seat.number == number:
                    self._readings.take_seat(seat, self._clock.now_ms())
                if not done.done():
                    await self._clock.sleep(LOOK_S)
            await done
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            if done.done() and not done.cancelled():
                done.exception()
            self._channels.withdraw(channel, done)

    async def all_off(self) -> None:
        """Close every microphone, also at seats that CONFIG does not name; returns once a reading shows none open.

        Requests stay; whoever is let in from the queue meanwhile is closed too. Raises DeviceError.
        """
        session, until_ms = self._connected(), self._clock.now_ms() + ORDER_MS
        try:
            async with session.turn:
                closed = set(self._readings.floor.open if self._readings.floor else ())
                await session.client.ask("DELETE", codec.SPEAKERS)
                while is_open := (await self._read_floor(session)).open:
                    if self._clock.now_ms() >= until_ms:
                        raise DeviceRejectedError(self.name, f"still open: seat {', '.join(map(str, is_open))}")
                    if not closed.issuperset(is_open):
                        closed.update(is_open)
                        await session.client.ask("DELETE", codec.SPEAKERS)
                    await self._clock.sleep(LOOK_S)
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc

    def reported(self) -> tuple[str, ...]:
        """A line for each seat of the system: role, who sits there, state of the device."""
        return self._readings.reported()

    def _connected(self) -> _Session:
        if self._session is None or not self._session.ready:
            raise DeviceUnreachableError(self.name, "not connected")
        return self._session

    # -------------------------------------------------------------------------------------------------- events

    async def _follow(self, session: _Session) -> None:
        while True:
            asked_ms = self._clock.now_ms()
            event = await session.client.next_event(codec.events_path(self._cursor, session.newest), self._poll_s)
            if event is not None and self._on_event(session, event):
                continue
            if session.newest is None:
                session.floor_ms = 0  # what happens between two polls without a cursor is not told
            early_ms = asked_ms + PAUSE_MS - self._clock.now_ms()
            if early_ms > 0:
                await self._clock.sleep(early_ms / 1000)

    def _on_event(self, session: _Session, event: Event) -> bool:
        """Take one event in; False when it had come before. Raises DeviceRejectedError when that goes on."""
        if event.number == session.newest:
            session.repeats += 1
            if session.repeats > REPEATS:
                raise DeviceRejectedError(
                    self.name, f"the same event comes again and again; is its cursor called {self._cursor}?"
                )
            return False
        now_ms = self._clock.now_ms()
        lost = event.missed or (session.newest is not None and event.number != session.newest + 1)
        session.newest, session.repeats, session.event_ms = event.number, 0, now_ms
        if lost:
            session.floor_ms = min(session.floor_ms, now_ms if event.missed else now_ms + LAG_MS)
            session.people_ms = min(session.people_ms, now_ms + LAG_MS)
        if event.module == "Meeting":
            session.people_ms = now_ms
        elif event.module == "Room" or event.name == "SettingsChanged":
            session.rest_ms = now_ms
            session.floor_ms = min(session.floor_ms, now_ms + LAG_MS)
        elif not self._readings.take_event(event, now_ms):
            session.floor_ms = now_ms
        return True

    # ------------------------------------------------------------------------------------------------- reading

    async def _read(self, session: _Session, ready: Ready) -> None:
        """Read what is due; at the start everything, who sits where before who speaks."""
        while True:
            now_ms = self._clock.now_ms()
            if now_ms >= session.rest_ms:
                session.rest_ms = now_ms + SELDOM_MS
                await self._read_rest(session)
            if self._seating and now_ms >= session.people_ms:
                session.people_ms = now_ms + SELDOM_MS
                await self._read_people(session)
            if now_ms >= session.floor_ms:
                # The first poll may reach the system after the first reading: what came between is read then.
                session.floor_ms = now_ms + (REREAD_MS if session.ready else LAG_MS)
                await self._read_floor(session, wait=session.ready)
            if not session.ready:
                session.ready = True
                ready()
            await self._clock.sleep(TICK_S)

    async def _read_floor(self, session: _Session, *, wait: bool = False) -> diff.Floor:
        """Read the whole discussion; seats last, because they have the last word.

        With `wait` the events that it may be ahead of are let through first, so that everything is told in its order.
        """
        mark = self._readings.mark()
        requests = await session.client.read(codec.REQUESTS, codec.numbers)
        speakers = await session.client.read(codec.SPEAKERS, codec.numbers)
        seats = await session.client.read(codec.SEATS, codec.seats)
        now_ms = read_ms = self._clock.now_ms()
        while wait and now_ms - max(read_ms, session.event_ms) < QUIET_MS and now_ms - read_ms < HOLD_MS:
            await self._clock.sleep(TICK_S)
            now_ms = self._clock.now_ms()
        left_out = self._readings.newer(mark) | {int(channel) for channel in self._channels.ordered}
        if self._readings.take_floor(diff.read(seats, speakers, requests), left_out, now_ms) and session.ready:
            # The system may have begun to count its events anew: the next poll asks for whatever comes.
            session.newest = None
            session.floor_ms = min(session.floor_ms, now_ms + DEAF_MS)
        if left_out:
            session.floor_ms = min(session.floor_ms, now_ms + LAG_MS)
        return self._readings.floor or diff.Floor()

    async def _read_people(self, session: _Session) -> None:
        answer = await session.client.try_to(codec.MEETING)
        people = codec.people(codec.decode(answer.body)) if answer.status == 200 else ()
        remark = "" if answer.status == 200 else NO_PEOPLE.get(answer.status, f"meeting: HTTP {answer.status}")
        self._readings.take_people(people or (), remark if people is not None else "meeting not understood")

    async def _read_rest(self, session: _Session) -> None:
        """What only the technician is shown; a system that does not tell it can be used."""
        answer = await session.client.try_to(codec.SETTINGS)
        settings = codec.settings(codec.decode(answer.body)) if answer.status == 200 else None
        if settings is not None:
            self._readings.take_settings(settings)
        answer = await session.client.try_to(codec.ROOM)
        self._readings.take_room((codec.room(codec.decode(answer.body)) if answer.status == 200 else None) or {})

    async def _learn(self, session: _Session) -> None:
        """Look up how this version calls the cursor; the first poll needs none."""
        if self._given_cursor:
            return
        try:
            answer = await session.client.try_to(codec.OPENAPI)
        except (DeviceError, OSError):
            return
        if answer.status == 200:
            self._cursor = codec.cursor(answer.body) or codec.CURSOR

    async def _keep_time(self) -> None:
        while True:
            self._channels.overdue(self._clock.now_ms())
            await self._clock.sleep(TICK_S)
