"""The controller's one mutable state; only the runtime writes it, views and alarms read it."""

from dataclasses import dataclass, field
from typing import Any

from chamber.core import agenda
from chamber.core.director.model import Propose
from chamber.core.domain import AgendaItem, Hall, MeetingState, MicState, Mode, Phase
from chamber.core.meeting import Meeting
from chamber.core.scenes import Seating, Shown
from chamber.core.voting import RollCall
from chamber.ports import Pose

WATCHER_STALE_MS = 10_000
"""A watcher reports every 2 s; one that says nothing for so long is silent."""
STALE_MS = 1500
"""A reading of mixer or stream older than this is not known any more."""
UNREAD = frozenset({MeetingState.PLANNED, MeetingState.PUBLISHED})
"""States in which no leg is expected to carry anything particular."""


@dataclass(slots=True)
class CameraState:
    """What is known and wished of one camera."""

    power: bool | None = None
    preset: int | None = None
    moving: bool | None = None
    lamp: str | None = None
    focus: str | None = None
    wished: int | None = None


@dataclass(slots=True)
class LinkState:
    """A supervised link: `reason` None while it is up."""

    up: bool = False
    tried: bool = False
    reason: str = ""
    identity: str = ""


@dataclass(slots=True)
class Peer:
    """The newest words of the mixer or the stream process, and when they came (ms since boot)."""

    known: dict[str, Any] = field(default_factory=dict)
    at_ms: int = -10_000_000

    def fresh(self, now_ms: int) -> bool:
        """Whether it spoke less than 1.5 s ago."""
        return now_ms - self.at_ms <= STALE_MS


@dataclass(frozen=True, slots=True)
class Limits:
    """When something is worth an alarm, and how long the operator may keep one quiet."""

    chair_behind_slate_ms: int = 10_000
    silent_ms: int = 6000
    silence_pause_most_s: int = 900


@dataclass(frozen=True, slots=True)
class Presentation:
    """Where named inputs and outputs are; `programme` is the output that feeds the mixer."""

    switcher: str
    inputs: dict[str, int]
    outputs: dict[str, int]
    programme: str | None


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen outside the hall, at an output of a switcher: the inputs it shows while open, and otherwise."""

    id: str
    label: str
    switcher: str
    output: int
    source: int
    slate: int


@dataclass(slots=True)
class State:
    """Everything the controller knows; wall times in `_wall_ms`, all else ms since boot."""

    hall: Hall
    meeting: Meeting
    agenda: tuple[AgendaItem, ...]
    seating: Seating
    organisation: str = ""
    public_url: str = ""
    preview_url: str = ""
    rehearsal: bool = False
    delay_ms: int = 0
    presentation: Presentation | None = None
    screens: tuple[Screen, ...] = ()
    awaited: tuple[str, int, int] | None = None
    """Source, its input and since when (ms) the programme output was ordered to show it and did not say so yet."""
    item: str | None = None
    handled: frozenset[str] = frozenset()
    vote: RollCall | None = None
    present: frozenset[str] = frozenset()
    phase: Phase = Phase.OPENING
    mode: Mode = Mode.AUTO
    mics: dict[str, MicState] = field(default_factory=dict)
    open_since: dict[str, tuple[int, int]] = field(default_factory=dict)
    queue: tuple[str, ...] = ()
    cameras: dict[str, CameraState] = field(default_factory=dict)
    links: dict[str, LinkState] = field(default_factory=dict)
    routes: dict[tuple[str, int], int | None] = field(default_factory=dict)
    blank: dict[tuple[str, int], bool | None] = field(default_factory=dict)
    """By switcher and output, as read: its input, and whether its picture is black."""
    shown: Shown = field(default_factory=Shown)
    proposal: Propose | None = None
    travels: dict[str, dict[tuple[int, int], int]] = field(default_factory=dict)
    poses: dict[str, dict[int, Pose]] = field(default_factory=dict)
    bar_seat: str | None = None
    title_visible: bool = True
    mixer: Peer = field(default_factory=Peer)
    stream: Peer = field(default_factory=Peer)
    taken_back: Peer = field(default_factory=Peer)
    """The stream's newest answer to an order to take back; `at_ms` is when its first word came."""
    taken_back_wall_ms: int = 0
    watchers: dict[str, Peer] = field(default_factory=dict)
    """By account, those of CONFIG from the start on."""
    rms_dbfs: float = -120.0
    peak_dbfs: float = -120.0
    lufs: tuple[float, float, float] = (-70.0, -70.0, -70.0)
    """Momentary, short-term and integrated loudness of the programme."""
    heard_ms: int = 0
    limits: Limits = field(default_factory=Limits)
    silence_paused_until_ms: int = 0
    """Until then nobody is told of silence: a ceremony."""
    lapses: int | None = None
    """The stream's count of times that its gate fell shut for want of a lease, as last read."""
    lapsed_ms: int | None = None
    problems: dict[str, str] = field(default_factory=dict)

    def shows(self, screen: Screen) -> int | None:
        """Input that a screen outside was read to show; None when that is not known."""
        return self.routes.get((screen.switcher, screen.output))

    def count_lapses(self, lapses: int, now_ms: int) -> None:
        """The stream told how often its gate fell shut for want of a lease; a fresh process counts from nothing."""
        if self.lapses is not None and lapses > self.lapses:
            self.lapsed_ms = now_ms
        self.lapses = lapses

    def took_back(self, said: dict[str, Any], now_ms: int, wall_ms: int) -> bool:
        """The stream answered an order to take back; False when it only adds what is known of edges by now."""
        new = said.get("id") != self.taken_back.known.get("id")
        if new:
            self.taken_back_wall_ms = wall_ms
        self.taken_back = Peer(said, now_ms if new else self.taken_back.at_ms)
        return new

    def open_seats(self) -> tuple[str, ...]:
        """Seats with an open microphone, oldest first."""
        return tuple(self.open_since)

    def current_item(self) -> AgendaItem | None:
        """The running item."""
        return next((i for i in self.agenda if i.id == self.item), None)

    def next_item(self) -> AgendaItem | None:
        """The item to handle after the running one, or the first when none runs."""
        return agenda.following(self.agenda, self.item)
