"""What the operator orders, carried out: one method per kind of order; refusals are sentences."""

import asyncio
from dataclasses import replace

from chamber import wire
from chamber.camera_orders import CameraOrders
from chamber.clerk import Clerk
from chamber.core import meeting as meetings
from chamber.core.director import model as d
from chamber.core.domain import MeetingState, Mode, Phase, ShotKind
from chamber.core.errors import DeviceError, DeviceUnreachableError, RefusedError
from chamber.ports import SwitchesAllOff
from chamber.runtime import Runtime
from chamber.wire.cameras import CameraOrder
from chamber.wire.clerk import ClerkOrder

SYNC_S = 2.0
"""Opening waits this long for the journal to be on disk; a disk that hangs refuses the opening."""
PANIC_TAKE_BACK_S = 10


class Orders:
    """Carries out orders on a runtime, one at a time."""

    def __init__(self, runtime: Runtime, take_back_s: int) -> None:
        self._run, self._take_back_s = runtime, take_back_s
        self.clerk, self.cameras = Clerk(runtime), CameraOrders(runtime)
        self._turn = asyncio.Lock()
        self._take_back_id = 0

    async def order(self, order: wire.AnyOrder, account: str) -> int:
        """Carry out one order and return the number of the state that shows it.

        Raises:
            RefusedError: not allowed now, with a sentence in Dutch.
            DeviceError: a device did not do it.
        """
        try:
            if isinstance(order, wire.Panic):
                self._panic(account)
            elif isinstance(order, wire.MeetingOrder) and order.command != "meeting.open":
                self._step(order, account)
            else:
                async with self._turn:
                    await self._carry_out(order, account)
        finally:
            self._run.record.flush()
        self._run.touch()
        return self._run.seq

    async def _carry_out(self, order: wire.AnyOrder, account: str) -> None:
        match order:
            case wire.MeetingOrder():
                await self._open(order, account)
            case wire.MeetingCreate(id=meeting_id, title=title):
                self._create(meeting_id, title, account)
            case wire.TakeBack(seconds=seconds):
                self._take_back(seconds, account)
            case wire.ModeSet(mode=mode):
                self._run.set_mode(Mode(mode))
            case wire.ShotTake(shot=shot):
                self._shot(shot)
            case wire.ItemNext(at_ms=at_ms):
                self._next(at_ms, account)
            case wire.ItemSelect(item=item):
                self._run.course.select(item, None, account)
            case wire.VoteBegin(kind=kind):
                self.clerk.begin_vote(order)
                self._run.course.phase(Phase.SECRET_BALLOT if kind == "secret_ballot" else Phase.VOTING)
            case wire.VoteRecord():
                self._vote(order, account)
            case wire.MicOrder() | wire.MicsOff() | wire.SilencePause():
                await self._sound(order, account)
            case wire.SpeakerAssign(seat=seat, person=person):
                self._assign(seat, person, account)
            case wire.SeatsSwap(seat=seat, other=other):
                self._swap(seat, other, account)
            case wire.SpeakerPrivacy():
                self._privacy(order)
            case wire.ChairSet(seat=seat):
                self._chair(seat)
            case wire.TitleOrder(command=command):
                self._run.state.title_visible = command == "title.show"
                self._run.stage.wish()
            case wire.PresentationSelect(input=source, output=output):
                self._run.screens.select(source, output)
            case wire.PresentationBlank(output=output, on=on):
                await self._run.screens.blank(output, on=on)
            case wire.NoteAdd(text=text, about=about):
                self._run.record.note_text(text, about, account)
            case _ if isinstance(order, CameraOrder):
                await self.cameras.carry_out(order, account)
            case _ if isinstance(order, ClerkOrder):
                self.clerk.carry_out(order, account)

    # ------------------------------------------------------------------------------------------------ meeting

    def _now(self) -> meetings.Moment:
        return meetings.Moment(self._run.clock.wall_ms(), self._run.clock.now_ms())

    def _step(self, order: wire.MeetingOrder, account: str) -> None:
        """Every step but opening acts at once, whatever else is going on."""
        before = self._run.state.meeting
        after = meetings.take(before, order.command, self._now(), resumes_at=order.resumes_at)
        self._run.enter(after, account)

    async def _open(self, order: wire.MeetingOrder, account: str) -> None:
        """Opening is on disk before it happens."""
        meetings.take(self._run.state.meeting, order.command, self._now())
        try:
            async with asyncio.timeout(SYNC_S):
                await self._run.record.about_to_open(account)
        except (TimeoutError, OSError) as exc:
            raise RefusedError(
                "journal_unwritable",
                "Openen kan niet: het logboek kan niet worden geschreven. Kijk of de schijf vol is.",
            ) from exc
        first = self._run.state.meeting.opened_ms is None
        after = meetings.take(self._run.state.meeting, order.command, self._now())
        self._run.enter(after, account)
        if first:
            self._run.record.agenda(self._run.state.agenda, account)
        if self._run.state.item is None and self._run.state.agenda:
            self._run.course.select(self._run.state.agenda[0].id, None, account)

    def _create(self, meeting_id: str, title: str, account: str) -> None:
        if self._run.state.meeting.state in meetings.RUNNING:
            raise RefusedError("meeting_runs", "Er loopt al een vergadering; sluit die eerst.")
        if not self._run.record.begin(meeting_id, title):
            raise RefusedError("meeting_exists", f"Vergadering {meeting_id} bestaat al; kies een ander kenmerk.")
        state = self._run.state
        state.item, state.handled, state.vote, state.present = None, frozenset(), None, frozenset()
        state.agenda = tuple(replace(item, withdrawn=False, into=None) for item in state.agenda)
        self._run.start_over()
        self._run.enter(meetings.Meeting(meeting_id, title, since_ms=self._run.clock.wall_ms()), account)

    def _panic(self, account: str) -> None:
        run = self._run
        was_open = run.state.meeting.state is MeetingState.OPEN
        run.enter(meetings.panic(run.state.meeting, self._now()), account)
        if was_open:
            self._take_back(max(1, min(PANIC_TAKE_BACK_S, self._take_back_s)), account)

    def _take_back(self, seconds: int, account: str) -> None:
        self._take_back_id += 1
        self._run.out.stream({"take_back": {"id": self._take_back_id, "seconds": min(seconds, self._take_back_s)}})
        self._run.record.event("take_back", seconds=seconds, account=account)

    # ------------------------------------------------------------------------------------------------- agenda

    def _next(self, at_ms: int | None, account: str) -> None:
        following = self._run.state.next_item()
        if following is None:
            raise RefusedError("no_next_item", "Dit is het laatste agendapunt.")
        self._run.course.select(following.id, at_ms, account)

    def _vote(self, order: wire.VoteRecord, account: str) -> None:
        self.clerk.record_vote(order, account)
        self._run.course.resume()

    # ---------------------------------------------------------------------------------------- picture and sound

    def _shot(self, shot: str) -> None:
        state = self._run.state
        if shot == "accept":
            if state.proposal is None:
                raise RefusedError("no_proposal", "Er is nu geen voorstel om over te nemen.")
            self._run.direct(d.ProposalAccepted(self._run.clock.now_ms()))
        elif shot in ("wide", "chair", "presentation", "pip"):
            self._run.take_shot(None, ShotKind(shot))
        elif shot in state.cameras:
            self._run.take_shot(shot, ShotKind.SPEAKER)
        else:
            raise RefusedError("unknown_shot", f"Er is geen shot {shot}; kies wide, chair, presentation of een camera.")

    async def _sound(self, order: wire.MicOrder | wire.MicsOff | wire.SilencePause, account: str) -> None:
        match order:
            case wire.MicOrder(command=command, seat=seat):
                await self._mic(seat, on=command == "mic.on")
            case wire.MicsOff():
                await self._mics_off()
            case wire.SilencePause(seconds=seconds):
                self._pause_silence(seconds, account)

    async def _mic(self, seat: str, *, on: bool) -> None:
        place = self._run.state.hall.seats.get(seat)
        system = self._run.out.microphones.get(place.system) if place else None
        if place is None or system is None:
            raise RefusedError("unknown_seat", f"Er is geen plaats {seat} met een microfoon.")
        await system.switch(place.channel, on)

    def _pause_silence(self, seconds: int, account: str) -> None:
        state = self._run.state
        most_s = state.limits.silence_pause_most_s
        if seconds > most_s:
            raise RefusedError("pause_too_long", f"Stilte kan hoogstens {most_s // 60} minuten worden toegestaan.")
        state.silence_paused_until_ms = self._run.clock.now_ms() + seconds * 1000
        self._run.record.event("silence_paused", seconds=seconds, account=account)

    async def _mics_off(self) -> None:
        failed: list[str] = []
        for name, system in self._run.out.microphones.items():
            try:
                if isinstance(system, SwitchesAllOff):
                    await system.all_off()
                    continue
                for seat in self._run.state.open_seats():
                    place = self._run.state.hall.seats[seat]
                    if place.system == name:
                        await system.switch(place.channel, False)
            except DeviceError as exc:
                failed.append(f"{name} ({exc.detail})")
        if failed:
            raise DeviceUnreachableError("Microfoons", f"niet uit te zetten: {', '.join(failed)}")

    def _assign(self, seat: str, person: str | None, account: str) -> None:
        state = self._run.state
        if seat not in state.hall.seats:
            raise RefusedError("unknown_seat", f"Er is geen plaats {seat}.")
        if person is not None and person not in state.hall.people:
            raise RefusedError("unknown_person", f"Er is geen persoon {person}.")
        self._run.places.assign(seat, person)
        self._run.record.event("assign", seat=seat, person=person, account=account)

    def _swap(self, seat: str, other: str, account: str) -> None:
        state = self._run.state
        for one in (seat, other):
            if one not in state.hall.seats:
                raise RefusedError("unknown_seat", f"Er is geen plaats {one}.")
        if seat == other:
            raise RefusedError("same_seat", "Kies twee verschillende plaatsen.")
        self._run.places.swap(seat, other, account)

    def _privacy(self, order: wire.SpeakerPrivacy) -> None:
        if order.seat not in self._run.state.hall.seats:
            raise RefusedError("unknown_seat", f"Er is geen plaats {order.seat}.")
        self._run.places.withhold(order.seat, picture=order.hide_picture, name=order.hide_name)

    def _chair(self, seat: str) -> None:
        state, now_ms = self._run.state, self._run.clock.now_ms()
        if seat not in state.hall.seats:
            raise RefusedError("unknown_seat", f"Er is geen plaats {seat}.")
        state.seating = replace(state.seating, chair_seat=seat)
        self._run.stage.wish()
        self._run.publish(now_ms)
        self._run.direct(d.ChairMoved(now_ms, seat))
