"""Words of the council chamber as frozen values; identifiers follow the griffie's glossary."""

from dataclasses import dataclass, field
from enum import StrEnum


class MeetingState(StrEnum):
    """Where the meeting stands; what each leg may carry follows from it."""

    PLANNED = "planned"
    STANDBY = "standby"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSING_DOORS = "closing_doors"
    CLOSED = "closed"
    REOPENING = "reopening"
    ENDED = "ended"
    PUBLISHED = "published"


class Role(StrEnum):
    """What a person is in the meeting; decides label, vote and clock."""

    CHAIR = "chair"
    ACTING_CHAIR = "acting_chair"
    CLERK = "clerk"
    COUNCILLOR = "councillor"
    GROUP_LEADER = "group_leader"
    COMMITTEE_MEMBER = "committee_member"
    ALDERMAN = "alderman"
    OFFICIAL = "official"
    PUBLIC_SPEAKER = "public_speaker"


class MicState(StrEnum):
    """State of one microphone as the discussion system reports it."""

    OFF = "off"
    ON = "on"
    REQUEST = "request"


class ShotKind(StrEnum):
    """What a picture shows."""

    SPEAKER = "speaker"
    CHAIR = "chair"
    DUO = "duo"
    GROUP = "group"
    LECTERN = "lectern"
    WIDE = "wide"
    PRESENTATION = "presentation"
    PIP = "pip"
    SLATE = "slate"


class Mode(StrEnum):
    """Who cuts: the director, the director on the operator's nod, or the operator."""

    AUTO = "auto"
    ASSIST = "assist"
    MANUAL = "manual"


class Phase(StrEnum):
    """What the meeting is doing; the director has a policy for each."""

    OPENING = "opening"
    PUBLIC_SPEAKERS = "public_speakers"
    CONSENT = "consent"
    DEBATE = "debate"
    ANSWER = "answer"
    VOTING = "voting"
    SECRET_BALLOT = "secret_ballot"
    CEREMONY = "ceremony"
    PRESENTATION = "presentation"


@dataclass(frozen=True, slots=True)
class Group:
    """A fractie."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may speak; `seat` is where the person sits when the meeting starts."""

    id: str
    name: str
    role: Role
    group: str | None = None
    seat: str | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """A stored preset of one camera that shows a seat."""

    camera: str
    preset: int
    kind: ShotKind = ShotKind.SPEAKER


@dataclass(frozen=True, slots=True)
class Seat:
    """A place with a microphone; x to the right and y away from the chair's wall, metres."""

    id: str
    label: str
    system: str
    channel: str
    x_m: float
    y_m: float
    shared: bool = False
    shots: tuple[Shot, ...] = ()


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One item; order is the position in the agenda, the number is text; `into` is an item it is handled together with."""

    id: str
    number: str
    title: str
    phase: Phase = Phase.DEBATE
    closed: bool = False
    withdrawn: bool = False
    into: str | None = None


@dataclass(frozen=True, slots=True)
class Hall:
    """The hall as the controller knows it; cameras and switchers by id only."""

    name: str
    seats: dict[str, Seat] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    cameras: tuple[str, ...] = ()
    wide: str | None = None
    chair_seat: str | None = None

    def seat_at(self, system: str, channel: str) -> str | None:
        """Seat of a microphone channel, or None when no seat has it."""
        return next((s.id for s in self.seats.values() if (s.system, s.channel) == (system, channel)), None)
