"""The controller's heart: one queue in, one consumer, pure reducers, wishes out.

`post` drains the queue before it returns, so that a microphone on the wire becomes a recall on the wire in one go;
events posted meanwhile wait their turn. A bug in here is fatal on purpose: the process ends and the gate falls shut.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from chamber import ports
from chamber.alarms import Alarm, alarms
from chamber.cameras import Cameras
from chamber.core import meeting as meetings
from chamber.core import scenes
from chamber.core.director import model as d
from chamber.core.director.reducer import Director
from chamber.core.domain import MeetingState, MicState, Mode, ShotKind
from chamber.core.noted import BEHIND_DOORS
from chamber.course import Course
from chamber.direction import Direction, Hands, standing
from chamber.events import Event, LinkChanged, MixerLevels, MixerSaid, Pulse, StreamSaid, TookBack, WatcherSaid
from chamber.measure import Measures
from chamber.places import Places
from chamber.ports import Clock
from chamber.readback import Readback
from chamber.record import Record
from chamber.screens import Screens
from chamber.stage import Outputs, Stage
from chamber.state import CameraState, LinkState, Peer, State
from chamber.views import view
from chamber.wire import StateView

HEARD_DBFS = -60.0
HEADS_FOR_AIR = frozenset({"to_speaker", "to_group"})
"""Recalls whose picture is wanted now; the others only wait for somebody."""
QUEUE_EVENTS = 10_000


class Runtime:
    """Holds the state of one meeting in one hall and reacts to everything that happens."""

    def __init__(
        self,
        state: State,
        director: Director,
        out: Outputs,
        record: Record,
        clock: Clock,
        measures: Measures,
        epoch: str,
    ) -> None:
        self.state, self.out, self.record, self.clock, self.measures = state, out, record, clock, measures
        self.stage = Stage(state, out, clock, epoch)
        self.readback = Readback(record, epoch)
        hands = Hands(self._send, self._act, self._settle, self.guarded)
        self.direction = Direction(director, hands, record, clock)
        self.course = Course(state, record, clock, self.direct, self.publish)
        self.cameras = Cameras(state, clock, self.direct)
        self.places = Places(state, record, clock, self.direct, self._follow)
        self.screens = Screens(state, out.switchers, clock, self.direct)
        self.remember: Callable[[State], None] = lambda state: None
        self.fatal: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue: deque[Event] = deque()
        self._draining = False
        self._dirty = asyncio.Event()
        self._seq = 0
        self._facts: dict[str, Any] = {}
        self._alarms: dict[tuple[str, str], tuple[Alarm, int]] = {}
        self._seat_of = {(s.system, s.channel): s.id for s in state.hall.seats.values()}
        for name in out.cameras:
            state.cameras.setdefault(name, CameraState())
        for name in (*out.cameras, *out.switchers, *out.microphones, "mixer", "stream"):
            state.links.setdefault(name, LinkState())
        self.start_over()

    # ---------------------------------------------------------------------------------------------- events in

    def post(self, event: Event) -> None:
        """Take one event; it has been dealt with, and everything posted meanwhile too, when this returns."""
        if len(self._queue) >= QUEUE_EVENTS:
            self._die(RuntimeError("the event queue is full"))
            return
        self._queue.append(event)
        self._settle()

    def _settle(self) -> None:
        """Deal with what waits, unless that is being done already or the director must finish a decision first."""
        if not self._queue or self._draining or self.direction.deciding or self.fatal.done():
            return
        self._draining = True
        try:
            while self._queue:
                self._consume(self._queue.popleft())
        except Exception as exc:  # noqa: BLE001 - handed on: whoever runs the process ends it
            self._die(exc)
        finally:
            self._draining = False
            self.measures.settled()
            self.record.flush()

    def _die(self, exc: BaseException) -> None:
        if not self.fatal.done():
            self.fatal.set_exception(exc)

    def _consume(self, event: Event) -> None:
        self.direction.catch_up(self.clock.now_ms())
        match event:
            case ports.MicReading():
                self._microphone(event)
            case ports.CameraReading() | ports.CameraArrived() | ports.CameraFailed() | ports.PresetStored():
                self.cameras.told(event)
                self.touch()
            case MixerLevels():
                self._levels(event)
            case Pulse():
                self._pulse()
            case MixerSaid(known):
                self._mixer(known)
            case StreamSaid(known):
                self.state.stream.known, self.state.stream.at_ms = known, self.clock.now_ms()
                self.measures.said("stream", known)
                self.state.count_lapses(int(known.get("lapses") or 0), self.clock.now_ms())
                self.readback.look(self.state, self.clock.now_ms())
                self.touch()
            case TookBack(said):
                if self.state.took_back(said, self.clock.now_ms(), self.clock.wall_ms()):
                    self.record.event("taken_back", parts=int(said.get("parts", 0)))
                self.touch()
            case WatcherSaid(name, report):
                self.state.watchers[name] = Peer(report, self.clock.now_ms())
                self.touch()
            case LinkChanged(name, reason):
                self._link(name, reason)
            case ports.RouteReading():
                self.screens.read(event)
                self.readback.look(self.state, self.clock.now_ms())
                self.touch()
            case ports.BlankReading(switcher, output, blank):
                self.state.blank[switcher, output] = blank
                self.touch()
            case ports.IdentityReading(device, text):
                self.state.links[device].identity = text[:200]
                self.touch()
            case ports.QueueReading(system, channels):
                self._queue_read(system, channels)
            case ports.SeatOccupied(system, channel, person_ref, name):
                self.places.badge(self._seat_of.get((system, channel)), person_ref, name)
            case ports.VotingReading():
                self.course.voting(event)
            case ports.AgendaReading():
                self.course.topic(event)
            case ports.OrderRefused(device, order, reason):
                self.record.event("order_refused", device=device, order=order, reason=reason[:200])

    def _microphone(self, event: ports.MicReading) -> None:
        seat = self._seat_of.get((event.system, event.channel))
        if seat is None:
            return
        state, now_ms = self.state, self.clock.now_ms()
        before = state.mics.get(seat, MicState.OFF)
        state.mics[seat] = event.state
        if before is event.state:
            return
        if event.state is MicState.ON:
            state.open_since[seat] = (now_ms, self.clock.wall_ms())
            self.measures.microphone()
            self.direct(d.MicOpened(now_ms, seat, priority=event.priority))
        elif before is MicState.ON:
            state.open_since.pop(seat, None)
            self.direct(d.MicClosed(now_ms, seat))
        if event.state is MicState.REQUEST:
            self.direct(d.Requested(now_ms, seat))
        elif before is MicState.REQUEST and event.state is MicState.OFF:
            self.direct(d.RequestWithdrawn(now_ms, seat))
        waiting = [s for s in state.queue if s != seat]
        state.queue = (*waiting, seat) if event.state is MicState.REQUEST else tuple(waiting)
        self.publish(now_ms)
        self.touch()

    def _queue_read(self, system: str, channels: tuple[str, ...]) -> None:
        """The whole queue of one system, in its order; those of another system keep their places after it."""
        asked = [seat for channel in channels if (seat := self._seat_of.get((system, channel))) is not None]
        others = [s for s in self.state.queue if self.state.hall.seats[s].system != system]
        self.state.queue = (*asked, *others)
        self.touch()

    def _levels(self, event: MixerLevels) -> None:
        self.state.rms_dbfs, self.state.peak_dbfs = event.rms_dbfs, event.peak_dbfs
        self.state.lufs = event.momentary_lufs, event.short_term_lufs, event.integrated_lufs
        if event.rms_dbfs > HEARD_DBFS:
            self.state.heard_ms = self.clock.now_ms()
        self.touch()

    def _mixer(self, known: dict[str, Any]) -> None:
        state = self.state
        before = state.mixer.known.get("cut_id")
        state.mixer.known, state.mixer.at_ms = known, self.clock.now_ms()
        self.measures.said("mixer", known)
        confirmed = known.get("cut_id")
        if confirmed != before:
            newest = self.stage.confirmed(confirmed)
            if newest:
                self.publish(int(known.get("capture_ms") or self.clock.now_ms()))
        self.readback.look(state, self.clock.now_ms())
        self.stage.tell_cameras()
        self.touch()

    def _link(self, name: str, reason: str | None) -> None:
        link, now_ms = self.state.links[name], self.clock.now_ms()
        known_down = link.tried and not link.up
        link.up, link.tried, link.reason = reason is None, True, reason or ""
        self.measures.link(name, link.up)
        self.record.event("link", device=name, up=link.up, reason=link.reason)
        if name in self.state.cameras:
            self.cameras.link(name, reason, known_down=known_down)
        elif name == "mixer" and link.up:
            self.stage.lease()
            self.stage.wish()
        elif name == "stream" and link.up:
            self.stage.lease()
            self._facts = {}
            self.publish(now_ms)
        self.touch()

    def _pulse(self) -> None:
        self.stage.lease()
        self.cameras.tick()
        self.screens.hold()
        now_ms, wall_ms = self.clock.now_ms(), self.clock.wall_ms()
        self.readback.look(self.state, now_ms)
        found = alarms(self.state, now_ms)
        held = {(a.code, a.key): (a, self._alarms.get((a.code, a.key), (a, wall_ms))[1]) for a in found}
        self.measures.state(self.state.meeting.state is MeetingState.OPEN, len(held))
        if held != self._alarms:
            for key in held.keys() - self._alarms.keys():
                self.record.event("alarm", code=key[0], key=key[1])
            self._alarms = held
            self.touch()

    # --------------------------------------------------------------------------------------------- wishes out

    def direct(self, event: d.Event) -> None:
        """Let the director react, and carry out what it decides."""
        self.direction.tell(event)

    def start_over(self) -> None:
        """Begin with a director that is told what is so now; nothing that the journal does not hold plays a part."""
        state, now_ms = self.state, self.clock.now_ms()
        state.proposal = None
        self._learn()
        self.direction.begin(now_ms, standing(state, now_ms))

    def _learn(self) -> None:
        """What the director has measured is kept for the next one, and the next evening."""
        for name, known in self.direction.travels().items():
            if known:
                self.state.travels.setdefault(name, {}).update(known)

    def _send(self, recall: d.Recall) -> None:
        self.stage.send_camera(recall.camera, recall.preset, recall.reason.code)
        self.measures.recall()
        if recall.reason.code in HEADS_FOR_AIR:
            self.stage.comes_next(recall.camera)

    def _act(self, action: d.Action) -> None:
        state = self.state
        match action:
            case d.Cut(camera, preset, kind, seat, reason):
                state.shown = scenes.Shown(camera, preset, kind, seat, reason.code, reason.text, self.clock.wall_ms())
                state.proposal = None
                self.stage.cut(camera)
                self.measures.cut(kind)
            case d.Propose():
                state.proposal = action
                self.stage.comes_next(action.camera)
            case d.ShowBar(seat, at_ms):
                self.stage.bar(seat, at_ms)
            case d.HideBar():
                self.stage.bar(None, 0)
        self.touch()

    def guarded(self, act: Callable[[], object]) -> None:
        """Run something that came from outside the queue; a bug in it is as fatal as one inside."""
        try:
            act()
        except Exception as exc:  # noqa: BLE001 - handed on: whoever runs the process ends it
            self._die(exc)
        finally:
            self.record.flush()

    def publish(self, at_ms: int) -> None:
        """Tell the stream what residents may read from capture time `at_ms` on, when it differs."""
        state = self.state
        seat = scenes.speaking_seat(state.shown, state.open_seats())
        facts = scenes.public_facts(
            state.hall, state.seating, state.meeting, state.current_item(), state.next_item(), seat, at_ms
        )
        if {**facts, "at_ms": 0} != {**self._facts, "at_ms": 0}:
            self._facts = facts
            self.stage.facts(facts)

    def _follow(self) -> None:
        """The seating has changed."""
        self.stage.wish()
        self.publish(self.clock.now_ms())

    # ------------------------------------------------------------------------------------------------ meeting

    def enter(self, meeting: meetings.Meeting, account: str) -> None:
        """Go to another state: the gate and the slate first, then everything else."""
        state, now_ms, before = self.state, self.clock.now_ms(), self.state.meeting.state
        was_open, is_open = before is MeetingState.OPEN, meeting.state is MeetingState.OPEN
        state.meeting = meeting
        if is_open:
            self.stage.opened()
        self.stage.lease()
        self.screens.enter()
        if was_open and not is_open:
            self.stage.wish()
            self.direct(d.PauseSet(now_ms, paused=True))
        self.direction.catch_up(now_ms)
        self.record.meeting(meeting, account, now_ms)
        self.readback.entered(now_ms, self.stage.lease_seq)
        if before in BEHIND_DOORS and meeting.state not in BEHIND_DOORS:
            self.start_over()
            if state.item is not None:  # chosen behind the doors, where nothing of it was written
                self.record.event("item", item=state.item, at_ms=self.clock.wall_ms(), account=account)
        if is_open and not was_open:
            self.direct(d.Reset(now_ms))
            self.direct(d.PauseSet(now_ms, paused=False))
        self.stage.wish()
        self.publish(now_ms)
        self.stage.tell_cameras()
        self._learn()
        self.remember(state)
        self.touch()

    # -------------------------------------------------------------------------------------------------- views

    def touch(self) -> None:
        """The view has changed."""
        self._seq += 1
        self._dirty.set()

    @property
    def seq(self) -> int:
        return self._seq

    async def changed(self) -> None:
        """Wait until the view has changed since the last call returned."""
        await self._dirty.wait()
        self._dirty.clear()

    def healthy(self) -> bool:
        """Whether the process still does its work."""
        return not self.fatal.done()

    def view(self) -> StateView:
        """The whole state as the API shows it."""
        return view(
            self.state,
            seq=self._seq,
            now_ms=self.clock.now_ms(),
            wall_ms=self.clock.wall_ms(),
            airing=self.stage.airing(),
            alarms=list(self._alarms.values()),
            survey=self.cameras.survey.view() if self.cameras.survey is not None else None,
        )

    def trouble(self, code: str, text: str | None) -> None:
        """Something beside the queue has a problem the operator must know of; None when it is over."""
        self.state.problems.pop(code, None)
        if text is not None:
            self.state.problems[code] = text
        self.touch()

    def set_mode(self, mode: Mode) -> None:
        """Who cuts from now on."""
        self.state.mode = mode
        self.direct(d.ModeSet(self.clock.now_ms(), mode))

    def take_shot(self, camera: str | None, kind: ShotKind) -> None:
        """The operator's shot."""
        self.direct(d.ShotOrdered(self.clock.now_ms(), camera, None, kind))

    def close(self) -> None:
        """Cancel what is still to come."""
        self._learn()
        self.remember(self.state)
        self.stage.close()
        self.direction.close()
