"""The state as the control API shows it."""

from typing import Any

from chamber import wire
from chamber.alarms import Alarm
from chamber.core import meeting as meetings
from chamber.core.domain import Person
from chamber.core.scenes import role_label
from chamber.core.voting import VOTERS
from chamber.labels import ROLES
from chamber.state import UNREAD, WATCHER_STALE_MS, LinkState, Presentation, State

LEGS = ("video", "audio", "index", "now")
SCREEN = "screen_"
"""Legs that are screens outside the hall begin so; the rest is the screen's id."""


def _link(link: LinkState | None) -> wire.LinkName:
    if link is None or not link.tried:
        return "connecting"
    return "up" if link.up else "down"


def sentence(state: State, text: str, seat: str | None, camera: str | None) -> str:
    """A reason with names filled in."""
    person = state.seating.person(state.hall, seat) if seat else None
    label = person.name if person else state.hall.seats[seat].label if seat in state.hall.seats else ""
    return text.replace("{seat}", label).replace("{camera}", camera or "")


def legs(state: State, now_ms: int) -> dict[str, wire.LegStateName]:
    """Every leg as last read back; unknown when the reading is old."""
    said = state.stream.known.get("legs", {}) if state.stream.fresh(now_ms) else {}
    found: dict[str, wire.LegStateName] = {leg: said.get(leg, "unknown") for leg in LEGS}
    mixer = state.mixer.known if state.mixer.fresh(now_ms) else None
    found["mixer"] = "unknown" if mixer is None else "slate" if mixer.get("slate") else "open"
    if isinstance(recording := state.stream.known.get("recording"), dict):
        found["recording"] = recording.get("leg", "unknown") if said else "unknown"
    for name, target in simulcast(state).items():
        found[f"simulcast_{name}"] = target.get("leg", "unknown") if said else "unknown"
    found["mixer_sound"] = "unknown" if mixer is None else "dark" if mixer.get("muted") else "open"
    shut = mixer is not None and mixer.get("slate") and not mixer.get("bar")
    found["bars"] = "unknown" if mixer is None else "dark" if shut else "open"
    if state.meeting.state not in UNREAD:
        for screen in state.screens:
            shown = state.shows(screen)
            found[SCREEN + screen.id] = "unknown" if shown is None else "slate" if shown == screen.slate else "open"
    return found


def _routes(state: State, presentation: Presentation | None) -> dict[str, str]:
    """What each named output was read to show, by the name of its source; a number without a name, empty when untied."""
    if presentation is None:
        return {}
    names = {number: name for name, number in presentation.inputs.items()} | {0: ""}
    read = ((name, state.routes.get((presentation.switcher, at))) for name, at in presentation.outputs.items())
    return {name: names.get(shown, str(shown)) for name, shown in read if shown is not None}


def _blank(state: State, presentation: Presentation | None) -> dict[str, bool]:
    """Which named outputs can be made black and were read to be, or not to be."""
    if presentation is None:
        return {}
    read = ((name, state.blank.get((presentation.switcher, at))) for name, at in presentation.outputs.items())
    return {name: blank for name, blank in read if blank is not None}


def simulcast(state: State) -> dict[str, dict[str, Any]]:
    """Targets as the stream process last told of them, by name."""
    said = state.stream.known.get("simulcast")
    return said if isinstance(said, dict) else {}


def _devices(state: State, now_ms: int) -> dict[str, wire.DeviceView]:
    found = {
        name: wire.DeviceView(link=_link(link), detail=link.identity if link.up else link.reason)
        for name, link in state.links.items()
    }
    for name, target in simulcast(state).items():
        known = target.get("state") if state.stream.fresh(now_ms) else None
        if known == "idle":  # nothing is published yet, so nothing is connected either
            continue
        up: wire.LinkName = "up" if known == "up" else "down" if known == "down" else "connecting"
        found[f"simulcast {name}"] = wire.DeviceView(link=up, detail=str(target.get("reason", ""))[:200])
    return found


def _taken_back(state: State) -> wire.TakenBackView | None:
    said = state.taken_back.known
    if not said:
        return None
    return wire.TakenBackView(
        id=int(said.get("id") or 0),
        at_ms=state.taken_back_wall_ms,
        parts=int(said.get("parts", 0)),
        simulcast=tuple(said.get("simulcast", ())),
        edges={name: wire.EdgeView(**edge) for name, edge in said.get("edges", {}).items()},
    )


def _outside(state: State, now_ms: int, wall_ms: int) -> tuple[wire.OutsideView, ...]:
    found = []
    for name, peer in state.watchers.items():
        silent = now_ms - peer.at_ms > WATCHER_STALE_MS
        seen_ms = wall_ms - (now_ms - peer.at_ms) if peer.known else None
        said = {**peer.known, "level": "silent"} if silent else peer.known
        found.append(wire.OutsideView(name=name, seen_ms=seen_ms, **said))
    return tuple(found)


def _public(state: State, now_ms: int, wall_ms: int) -> wire.PublicView:
    said = legs(state, now_ms)
    known = state.stream.known if state.stream.fresh(now_ms) else {}
    link = state.links.get("stream")

    def carries(leg: str, barrier: str) -> bool | None:
        if said[leg] == "unknown":
            return None
        return said[leg] == "open" and said[barrier] == "open"

    return wire.PublicView(
        sees=carries("video", "mixer"),
        hears=carries("audio", "mixer_sound"),
        confirmed_ms=wall_ms - (now_ms - state.stream.at_ms) if known else None,
        viewers=known.get("viewers", 0),
        delay_ms=state.delay_ms,
        stream="starting" if link is None or not link.tried else "up" if link.up else "down",
    )


def _seat(state: State, seat_id: str) -> wire.SeatView:
    seat = state.hall.seats[seat_id]
    person = state.seating.person(state.hall, seat_id)
    group = state.hall.groups.get(person.group or "") if person else None
    return wire.SeatView(
        id=seat.id,
        label=seat.label,
        x_m=seat.x_m,
        y_m=seat.y_m,
        person=person.id if person else None,
        name=person.name if person else None,
        group=group.name if group else None,
        role=role_label(person, seat_id, state.seating.chair_seat) if person else None,
        cameras=tuple(dict.fromkeys(shot.camera for shot in seat.shots)),
    )


def _person(state: State, person: Person) -> wire.PersonView:
    group = state.hall.groups.get(person.group or "")
    return wire.PersonView(
        id=person.id,
        name=person.name,
        group=group.name if group else None,
        role=ROLES[person.role],
        votes=person.role in VOTERS,
    )


def _speakers(state: State) -> tuple[wire.SpeakerView, ...]:
    found = []
    for seat_id, (_, wall_ms) in state.open_since.items():
        seat = _seat(state, seat_id)
        found.append(
            wire.SpeakerView(
                seat=seat_id, person=seat.person, name=seat.name, group=seat.group, role=seat.role, since_ms=wall_ms
            )
        )
    return tuple(found)


def _cameras(state: State, airing: frozenset[str], now_ms: int) -> dict[str, wire.CameraView]:
    inputs = state.mixer.known.get("inputs", {}) if state.mixer.fresh(now_ms) else {}
    return {
        name: wire.CameraView(
            link=_link(state.links.get(name)),
            moving=camera.moving,
            preset=camera.preset,
            power=camera.power,
            lamp=camera.lamp,
            focus=camera.focus,
            on_air=name in airing,
            wished=camera.wished,
            picture=inputs.get(name, {}).get("state", "none"),
        )
        for name, camera in state.cameras.items()
    }


def _next_shot(state: State, airing: frozenset[str]) -> str | None:
    for name, camera in state.cameras.items():
        if name in airing or camera.wished is None:
            continue
        for seat in state.hall.seats.values():
            if any((s.camera, s.preset) == (name, camera.wished) for s in seat.shots):
                person = state.seating.person(state.hall, seat.id)
                ready = "staat klaar" if camera.preset == camera.wished else "is onderweg"
                return f"{name} {ready}: {person.name if person else seat.label}"
    return None


def view(
    state: State,
    *,
    seq: int,
    now_ms: int,
    wall_ms: int,
    airing: frozenset[str],
    alarms: list[tuple[Alarm, int]],
    survey: wire.SurveyView | None = None,
) -> wire.StateView:
    """The whole state for the console; `alarms` come with the wall time since when they hold."""
    shown, proposal, meeting = state.shown, state.proposal, state.meeting
    return wire.StateView(
        seq=seq,
        now_ms=wall_ms,
        hall=state.hall.name,
        organisation=state.organisation,
        meeting=wire.MeetingView(
            id=meeting.id,
            title=meeting.title,
            state=meeting.state.value,
            since_ms=meeting.since_ms,
            opened_ms=meeting.opened_ms,
            resumes_at=meeting.resumes_at,
            item=state.item,
            session=meeting.session,
            allowed=meetings.allowed(meeting),
        ),
        agenda=tuple(
            wire.ItemView(
                id=i.id,
                number=i.number,
                title=i.title,
                phase=i.phase.value,
                closed=i.closed,
                handled=i.id in state.handled,
                withdrawn=i.withdrawn,
                into=i.into,
            )
            for i in state.agenda
        ),
        on_air=wire.OnAirView(
            camera=shown.camera,
            preset=shown.preset,
            kind=shown.kind.value,
            seat=shown.seat,
            reason=shown.reason,
            text=sentence(state, shown.text, shown.seat, shown.camera),
            since_ms=shown.since_ms,
        ),
        next_shot=_next_shot(state, airing),
        proposal=wire.ProposalView(
            camera=proposal.camera or "",
            preset=proposal.preset,
            seat=proposal.seat,
            text=sentence(state, proposal.reason.text, proposal.seat, proposal.camera),
        )
        if proposal
        else None,
        speakers=_speakers(state),
        queue=state.queue,
        microphones={seat: mic.value for seat, mic in state.mics.items()},
        seats=tuple(_seat(state, seat) for seat in state.hall.seats),
        people=tuple(_person(state, person) for person in state.hall.people.values()),
        cameras=_cameras(state, airing, now_ms),
        one_camera=tuple(s.id for s in state.hall.seats.values() if len({shot.camera for shot in s.shots}) == 1),
        survey=survey,
        devices=_devices(state, now_ms),
        legs=legs(state, now_ms),
        public=_public(state, now_ms, wall_ms),
        outside=_outside(state, now_ms, wall_ms),
        taken_back=_taken_back(state),
        levels=wire.LevelsView(
            rms_dbfs=state.rms_dbfs,
            peak_dbfs=state.peak_dbfs,
            momentary_lufs=state.lufs[0],
            short_term_lufs=state.lufs[1],
            integrated_lufs=state.lufs[2],
            silence_paused_until_ms=wall_ms + state.silence_paused_until_ms - now_ms
            if state.silence_paused_until_ms > now_ms
            else None,
        ),
        mode=state.mode.value,
        title_visible=state.title_visible,
        presentation=_routes(state, state.presentation),
        presentation_blank=_blank(state, state.presentation),
        presentation_inputs=tuple(state.presentation.inputs) if state.presentation else (),
        alarms=tuple(
            wire.AlarmView(code=a.code, text=a.text, advice=a.advice, urgent=a.urgent, since_ms=since)
            for a, since in alarms
        ),
        preview_url=state.preview_url,
        public_url=state.public_url,
        rehearsal=state.rehearsal,
        vote=wire.RollCallView.model_validate(
            {
                "kind": state.vote.kind,
                "item": state.vote.item,
                "order": state.vote.order,
                "choices": dict(state.vote.choices),
            }
        )
        if state.vote
        else None,
        present=tuple(sorted(state.present)),
    )
