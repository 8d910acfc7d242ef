"""What the operator must be told: pure rules over the state, each with what to do, in Dutch. Advice, never a verdict."""

from dataclasses import dataclass

from chamber.core import meeting as meetings
from chamber.core.domain import MeetingState
from chamber.core.voting import quorum_lost
from chamber.state import UNREAD, WATCHER_STALE_MS, State

LITTLE_ROOM_S = 3 * 3600
"""An evening lasts about as long as this."""
SETTLE_MS = 2500
"""Mixer and stream need this long to follow a change of state before a difference is an alarm."""
LAPSE_TOLD_MS = 120_000
"""For so long after it opened again by itself the operator is told that the gate had fallen shut."""
UNKNOWN_SPEAKER_MS = 3000
UNWATCHED = frozenset({MeetingState.PLANNED, MeetingState.ENDED, MeetingState.PUBLISHED})
NOT_RECALLED_MS = 600_000
"""For so long after an order to take back the operator is told what it could not reach."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm; `key` tells two of the same code apart."""

    code: str
    text: str
    advice: str
    urgent: bool = False
    key: str = ""


def _links(state: State) -> list[Alarm]:
    found = []
    for name, link in state.links.items():
        if link.up or not link.tried:
            continue
        if name == "stream":
            text, advice = "De uitzending naar buiten is weg", "Meld het de voorzitter; adviseer te schorsen"
        elif name == "mixer":
            text, advice = (
                "De beeldmixer is weg: het publiek ziet een wachtscherm",
                "Hij start vanzelf opnieuw; adviseer te schorsen",
            )
        elif name in state.cameras:
            text, advice = (
                f"Camera {name} is weg ({link.reason})",
                "De andere camera's nemen het over; bel de beheerder",
            )
        else:
            text, advice = f"{name} is weg ({link.reason})", "Bel de beheerder"
        found.append(Alarm("link_down", text, advice, name in ("stream", "mixer"), name))
    return found


def _lapse(state: State, now_ms: int) -> list[Alarm]:
    open_now = state.meeting.state is MeetingState.OPEN
    if not open_now or state.lapsed_ms is None or now_ms - state.lapsed_ms >= LAPSE_TOLD_MS:
        return []
    return [Alarm("gate_lapsed", "Het publiek zag even een WACHTSCHERM: de besturing haperde",
                  "De uitzending herstelt vanzelf; zeg het de voorzitter en bel de beheerder", urgent=True)]  # fmt: skip


def _gate(state: State, now_ms: int) -> list[Alarm]:
    legs = state.stream.known.get("legs", {}) if state.stream.fresh(now_ms) else {}
    mixer = state.mixer.known if state.mixer.fresh(now_ms) else {}
    age_ms = now_ms - state.meeting.since_mono_ms
    if age_ms < SETTLE_MS + (state.delay_ms if state.meeting.state is MeetingState.OPEN else 0):
        return []
    found = []
    if state.meeting.state is MeetingState.OPEN:
        if legs.get("video") in ("slate", "dark") or mixer.get("slate"):
            found.append(Alarm("dark_while_open", "Publiek ziet een WACHTSCHERM terwijl de vergadering openbaar is",
                               "Zeg het de voorzitter; druk Openen als dit niet vanzelf herstelt", urgent=True))  # fmt: skip
    elif "open" in (legs.get("video"), legs.get("audio")):
        found.append(Alarm("open_while_closed", "Publiek ziet of hoort de zaal NOG",
                           "Druk PANIEK; trek zo nodig de stekker van de uitzending", urgent=True))  # fmt: skip
    return found


def _screens(state: State, now_ms: int) -> list[Alarm]:
    """Screens outside the hall that do not show what the meeting's state wants."""
    open_now = state.meeting.state is MeetingState.OPEN
    if state.meeting.state in UNREAD or now_ms - state.meeting.since_mono_ms < SETTLE_MS:
        return []
    found = []
    if state.awaited is not None and now_ms - state.awaited[2] >= SETTLE_MS:
        found.append(Alarm("presentation_waits", f"De schakelaar toont {state.awaited[0]} nog niet aan het publiek",
                           "Kies de computer opnieuw; kijk of hij aan staat en is aangesloten"))  # fmt: skip
    for screen in state.screens:
        shown, key = state.shows(screen), screen.id
        if shown is None and not open_now:
            found.append(Alarm("screen_unknown", f"Niet bekend wat {screen.label} toont",
                               "Ga kijken en zet dat scherm zelf uit; bel de beheerder", urgent=True, key=key))  # fmt: skip
        elif not open_now and shown != screen.slate:
            found.append(Alarm("screen_open", f"{screen.label} staat NIET op het wachtscherm",
                               "Zet dat scherm zelf uit: wie daar staat kijkt mee; bel de beheerder", urgent=True,
                               key=key))  # fmt: skip
        elif open_now and shown == screen.slate:
            found.append(Alarm("screen_dark", f"{screen.label} toont het wachtscherm terwijl de vergadering openbaar is",
                               "Kies de computer voor dat scherm opnieuw; bel de beheerder als het niet helpt", key=key))  # fmt: skip
    return found


def _sound(state: State, now_ms: int) -> list[Alarm]:
    if state.meeting.state is not MeetingState.OPEN or not state.open_since:
        return []
    newest = max(mono for mono, _ in state.open_since.values())
    since_ms = max(state.heard_ms, newest, state.silence_paused_until_ms, state.meeting.since_mono_ms)
    quiet = state.mixer.fresh(now_ms) and now_ms - since_ms > state.limits.silent_ms
    return (
        [
            Alarm(
                "no_sound",
                "Er staat een microfoon open maar er is geen geluid",
                "Luister mee; bel de beheerder",
                urgent=True,
            )
        ]
        if quiet
        else []
    )


def _people(state: State, now_ms: int) -> list[Alarm]:
    found = []
    chair = state.seating.chair_seat
    since = state.open_since.get(chair or "")
    slate = meetings.slate(state.meeting)
    speaks_ms = now_ms - max(since[0], state.meeting.since_mono_ms) if since else 0
    if slate in ("suspended", "begin") and since and speaks_ms > state.limits.chair_behind_slate_ms:
        found.append(Alarm("chair_speaks_behind_slate", "PUBLIEK ZIET WACHTSCHERM terwijl de voorzitter spreekt",
                           "Druk Openen als de vergadering verdergaat", urgent=True))  # fmt: skip
    if state.meeting.state is MeetingState.OPEN and quorum_lost(state.hall.people.values(), state.present):
        found.append(Alarm("quorum", "Volgens de presentielijst is de helft van de raad of minder aanwezig",
                           "Controleer de presentielijst en zeg het de voorzitter"))  # fmt: skip
    if state.meeting.state is MeetingState.OPEN:
        for seat, (mono_ms, _) in state.open_since.items():
            if now_ms - mono_ms > UNKNOWN_SPEAKER_MS and state.seating.person(state.hall, seat) is None:
                label = state.hall.seats[seat].label
                found.append(Alarm("unknown_speaker", f"Wie spreekt er op {label}?", "Wijs de spreker toe", key=seat))
    return found


def _outside(state: State, now_ms: int) -> list[Alarm]:
    found = []
    targets = state.stream.known.get("simulcast", {}) if state.stream.fresh(now_ms) else {}
    for name, target in targets.items():
        if target.get("state") == "down":
            found.append(Alarm("simulcast_down", f"Doorzending naar {name} is weg ({target.get('reason', '')})",
                               "De eigen uitzending loopt door en het wordt vanzelf opnieuw geprobeerd; "
                               "bel de beheerder als het weg blijft", key=name))  # fmt: skip
    for name, edge in state.taken_back.known.get("edges", {}).items():
        if edge.get("state") == "unproven":
            found.append(Alarm("edge_unproven", f"NIET bewezen dat {name} het teruggenomen stuk kwijt is ({edge.get('reason', '')})",
                               "Het wordt vanzelf opnieuw geprobeerd; bel de beheerder en laat die cache legen",
                               urgent=True, key=name))  # fmt: skip
    gone = state.taken_back.known.get("simulcast") if now_ms - state.taken_back.at_ms < NOT_RECALLED_MS else None
    if gone:
        found.append(Alarm("not_recalled", f"Wat al naar {', '.join(gone)} was doorgezonden, is NIET terug te halen",
                           "Verwijder het daar zelf, ook uit de opname daar", urgent=True))  # fmt: skip
    return found


def _recording(state: State, now_ms: int) -> list[Alarm]:
    known = state.stream.known if state.stream.fresh(now_ms) else {}
    said = known.get("recording") or {}
    found = []
    if said.get("state") == "full":
        found.append(Alarm("recording_full", "De opname staat stil: de schijf is vol",
                           "De uitzending loopt door; maak ruimte, dan gaat de opname vanzelf verder", urgent=True))  # fmt: skip
    elif said.get("state") == "failed":
        found.append(Alarm("recording_failed", f"De opname staat stil ({said.get('reason', '')})",
                           "De uitzending loopt door en de opname wordt vanzelf hervat; bel de beheerder", urgent=True))  # fmt: skip
    elif known.get("legs", {}).get("video") == "open" and said.get("leg") == "dark":
        settled = now_ms - state.meeting.since_mono_ms >= SETTLE_MS + state.delay_ms
        if state.meeting.state is MeetingState.OPEN and settled:
            found.append(Alarm("not_recorded", "De vergadering is openbaar maar wordt NIET opgenomen",
                               "Bel de beheerder", urgent=True))  # fmt: skip
    elif said.get("room_s") is not None and said["room_s"] < LITTLE_ROOM_S:
        hours, minutes = divmod(int(said["room_s"]) // 60, 60)
        found.append(Alarm("recording_room", f"Nog ruimte voor {hours} uur en {minutes} minuten opname",
                           "Maak ruimte op de schijf van de opnamen"))  # fmt: skip
    if said.get("finish_failed"):
        found.append(Alarm("recording_unfinished", f"Van een opname is nog geen MP4 gemaakt ({said['finish_failed']})",
                           "Het wordt vanzelf opnieuw geprobeerd; de opname zelf is er"))  # fmt: skip
    return found


def _watchers(state: State, now_ms: int) -> list[Alarm]:
    found = []
    for name, peer in state.watchers.items():
        if now_ms - peer.at_ms > WATCHER_STALE_MS:
            if state.meeting.state not in UNWATCHED and now_ms - state.meeting.since_mono_ms > WATCHER_STALE_MS:
                found.append(Alarm("watcher_silent", f"De bewaker buiten ({name}) zwijgt",
                                   "Kijk zelf op de publiekspagina; bel de beheerder", key=name))  # fmt: skip
        elif peer.known["level"] in ("red", "amber"):
            red = peer.known["level"] == "red"
            found.append(Alarm("outside", str(peer.known["text"]), f"Gezien van buiten ({name})", urgent=red,
                               key=f"{name}:{peer.known['code']}"))  # fmt: skip
    return found


def alarms(state: State, now_ms: int) -> list[Alarm]:
    """Every alarm that holds now, the urgent ones first."""
    found = (
        _lapse(state, now_ms) + _gate(state, now_ms) + _links(state) + _sound(state, now_ms) + _people(state, now_ms)
    )
    found += _screens(state, now_ms) + _outside(state, now_ms) + _recording(state, now_ms) + _watchers(state, now_ms)
    for code, text in state.problems.items():
        found.append(Alarm(code, text, "Bel de beheerder", urgent=True))
    return sorted(found, key=lambda a: not a.urgent)
