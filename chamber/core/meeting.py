"""The meeting as a state machine: what the operator may do, and what follows. Pure; times are passed in."""

from dataclasses import dataclass, replace

from chamber.core.domain import MeetingState as S
from chamber.core.errors import RefusedError
from chamber.labels import STATES

REOPEN_PAUSE_MS = 1000
"""The second act of reopening comes at least this long after the first."""

RUNNING = frozenset({S.STANDBY, S.OPEN, S.SUSPENDED, S.CLOSING_DOORS, S.CLOSED, S.REOPENING})

STEPS: dict[str, dict[S, S]] = {
    "meeting.standby": {S.PLANNED: S.STANDBY, S.ENDED: S.STANDBY},
    "meeting.open": {S.STANDBY: S.OPEN, S.SUSPENDED: S.OPEN, S.REOPENING: S.OPEN},
    "meeting.suspend": {S.OPEN: S.SUSPENDED},
    "meeting.close_doors": dict.fromkeys((S.STANDBY, S.OPEN, S.SUSPENDED, S.REOPENING), S.CLOSING_DOORS),
    "meeting.close": dict.fromkeys((S.STANDBY, S.OPEN, S.SUSPENDED, S.CLOSING_DOORS, S.REOPENING), S.CLOSED),
    "meeting.reopen_doors": {S.CLOSED: S.REOPENING},
    "meeting.end": dict.fromkeys((S.STANDBY, S.OPEN, S.SUSPENDED, S.CLOSING_DOORS, S.REOPENING), S.ENDED),
    "meeting.publish": {S.ENDED: S.PUBLISHED},
}

VERBS = {
    "meeting.standby": "klaarzetten",
    "meeting.open": "openen",
    "meeting.suspend": "schorsen",
    "meeting.close_doors": "deuren sluiten",
    "meeting.close": "besloten",
    "meeting.reopen_doors": "deuren open",
    "meeting.end": "sluiten",
    "meeting.publish": "publiceren",
}

AFTER_RESTART = {S.OPEN: S.SUSPENDED, S.CLOSING_DOORS: S.CLOSED, S.REOPENING: S.CLOSED}


@dataclass(frozen=True, slots=True)
class Moment:
    """One point in time on both clocks: ms since 1970 UTC, and ms since boot."""

    wall_ms: int
    mono_ms: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where a meeting stands. Wall times are ms since 1970 UTC, monotonic ones ms since boot."""

    id: str
    title: str = ""
    state: S = S.PLANNED
    since_ms: int = 0
    since_mono_ms: int = 0
    opened_ms: int | None = None
    resumes_at: str | None = None
    reason: str = ""
    session: int = 1


def allowed(meeting: Meeting) -> tuple[str, ...]:
    """Steps that the meeting can take from here, without regard to the pause before reopening."""
    return tuple(command for command, steps in STEPS.items() if meeting.state in steps)


def take(meeting: Meeting, command: str, at: Moment, *, resumes_at: str | None = None, reason: str = "") -> Meeting:
    """The meeting after a step.

    Raises:
        RefusedError: `illegal_transition`, with what is possible instead, in Dutch.
    """
    if command == "meeting.suspend" and meeting.state is S.SUSPENDED and resumes_at is not None:
        return replace(meeting, resumes_at=resumes_at)
    target = STEPS[command].get(meeting.state)
    if target is None:
        can = ", ".join(VERBS[c] for c in allowed(meeting)) or "niets"
        raise RefusedError(
            "illegal_transition",
            f"{VERBS[command].capitalize()} kan niet: de vergadering is {STATES[meeting.state].lower()}. Wel kan: {can}.",
        )
    if meeting.state is S.REOPENING and target is S.OPEN and at.mono_ms - meeting.since_mono_ms < REOPEN_PAUSE_MS:
        raise RefusedError("too_soon", "Heropenen kan pas een seconde na het openen van de deuren. Druk nogmaals.")
    return replace(
        meeting,
        state=target,
        since_ms=at.wall_ms,
        since_mono_ms=at.mono_ms,
        opened_ms=at.wall_ms if target is S.OPEN and meeting.opened_ms is None else meeting.opened_ms,
        resumes_at=resumes_at if target is S.SUSPENDED else None,
        reason=reason,
        session=meeting.session + (meeting.state is S.ENDED and target is S.STANDBY),
    )


def panic(meeting: Meeting, at: Moment) -> Meeting:
    """Slate and silence from any running state; what is closed stays closed, what is not running stays what it is."""
    if meeting.state in (S.OPEN, S.STANDBY, S.SUSPENDED):
        return replace(
            meeting, state=S.SUSPENDED, since_ms=at.wall_ms, since_mono_ms=at.mono_ms, resumes_at=None, reason="panic"
        )
    return meeting


def after_restart(meeting: Meeting, at: Moment) -> Meeting:
    """The state in which a restarted controller goes on: never open by itself, closed stays closed."""
    state = AFTER_RESTART.get(meeting.state, meeting.state)
    if state is meeting.state:
        return replace(meeting, since_mono_ms=at.mono_ms)
    return replace(
        meeting, state=state, since_ms=at.wall_ms, since_mono_ms=at.mono_ms, resumes_at=None, reason="restart"
    )


def slate(meeting: Meeting) -> str | None:
    """Which slate the public gets, or None when it gets the programme (or, while planned, nothing at all)."""
    match meeting.state:
        case S.OPEN:
            return None
        case S.SUSPENDED:
            return "suspended"
        case S.CLOSING_DOORS | S.CLOSED | S.REOPENING:
            return "closed"
        case S.ENDED | S.PUBLISHED:
            return "ended"
        case _:
            return "begin"
