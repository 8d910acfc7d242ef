"""Words of the director: what it hears, what it answers, and the plan of the hall it works with.

All times are integer milliseconds on the controller's monotonic clock (virtual time in a replay). Seats and
cameras are ids; `None` as a camera is the slate, the bottom of the ladder.
"""

from dataclasses import dataclass, field

from chamber.core.director.settings import (
    PHASE_POLICY,
    Bridge,
    CameraPick,
    ChairRule,
    Overlap,
    PhasePolicy,
    Settings,
    Takeover,
)
from chamber.core.domain import Mode, Phase, ShotKind

__all__ = [
    "PHASE_POLICY",
    "Action",
    "Bridge",
    "CameraArrived",
    "CameraBack",
    "CameraDisturbed",
    "CameraFailed",
    "CameraLost",
    "CameraPick",
    "ChairMoved",
    "ChairRule",
    "Cut",
    "Event",
    "HideBar",
    "Interjected",
    "MicClosed",
    "MicOpened",
    "ModeSet",
    "Overlap",
    "PauseSet",
    "PhaseChanged",
    "PhasePolicy",
    "Plan",
    "PlanCamera",
    "PlanShot",
    "PresentationChanged",
    "ProposalAccepted",
    "Propose",
    "Reason",
    "Recall",
    "RequestWithdrawn",
    "Requested",
    "Reset",
    "SeatPrivacy",
    "Settings",
    "ShotOrdered",
    "ShowBar",
    "Takeover",
    "Ticked",
    "TravelsKnown",
    "Wake",
]

MOVES_TOLD = 200
"""Moves in one event: an entry of the journal has room for that many."""
MOVES_KEPT = 2000
"""Moves of one camera that are kept from one evening to the next, the newest of them."""

# ---------------------------------------------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class MicOpened:
    """A microphone is open; `priority` marks the button that overrules others: shown at once."""

    at_ms: int
    seat: str
    priority: bool = False


@dataclass(frozen=True, slots=True)
class MicClosed:
    """A microphone is closed."""

    at_ms: int
    seat: str


@dataclass(frozen=True, slots=True)
class Requested:
    """Somebody joined the end of the speakers' queue."""

    at_ms: int
    seat: str


@dataclass(frozen=True, slots=True)
class RequestWithdrawn:
    """Somebody left the speakers' queue without having spoken."""

    at_ms: int
    seat: str


@dataclass(frozen=True, slots=True)
class CameraArrived:
    """The camera reports that it stands settled on `preset`; only the newest recall's report counts."""

    at_ms: int
    camera: str
    preset: int


@dataclass(frozen=True, slots=True)
class CameraFailed:
    """A recall was refused or timed out; where the camera stands is not known any more."""

    at_ms: int
    camera: str
    preset: int
    reason: str


@dataclass(frozen=True, slots=True)
class CameraLost:
    """The link or the picture of a camera is gone."""

    at_ms: int
    camera: str
    reason: str


@dataclass(frozen=True, slots=True)
class CameraBack:
    """A lost camera can be used again; where it stands is not known yet."""

    at_ms: int
    camera: str


@dataclass(frozen=True, slots=True)
class CameraDisturbed:
    """Somebody else moved the camera: it does not stand where the director sent it."""

    at_ms: int
    camera: str


@dataclass(frozen=True, slots=True)
class TravelsKnown:
    """How long this camera took before from preset to preset: (from, to, ms) each, at most MOVES_TOLD."""

    at_ms: int
    camera: str
    moves: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """The meeting does something else now; see `Settings.phase_policy`."""

    at_ms: int
    phase: Phase


@dataclass(frozen=True, slots=True)
class ModeSet:
    """The operator chose who cuts; also the key that ends an operator's hold."""

    at_ms: int
    mode: Mode


@dataclass(frozen=True, slots=True)
class ShotOrdered:
    """The operator takes a shot.

    A `camera` without a `preset` goes on air as it stands; with a preset, as soon as it has arrived there.
    Without a camera the `kind` says what is wanted: wide, chair, presentation, pip or slate.
    """

    at_ms: int
    camera: str | None
    preset: int | None
    kind: ShotKind


@dataclass(frozen=True, slots=True)
class ProposalAccepted:
    """Assist mode: the operator takes what was proposed last."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class PresentationChanged:
    """A presentation source went live or dark."""

    at_ms: int
    active: bool


@dataclass(frozen=True, slots=True)
class ChairMoved:
    """Somebody on another seat leads the meeting from now on."""

    at_ms: int
    seat: str | None


@dataclass(frozen=True, slots=True)
class SeatPrivacy:
    """Whoever sits here withholds picture or name; both false lifts it."""

    at_ms: int
    seat: str
    hide_picture: bool
    hide_name: bool


@dataclass(frozen=True, slots=True)
class PauseSet:
    """The meeting is not open: no cuts and no bars until it is."""

    at_ms: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Reset:
    """Forget the meeting so far; cameras keep what is known of them."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time has passed; sent when a `Wake` is due."""

    at_ms: int


Event = (
    MicOpened
    | MicClosed
    | Requested
    | RequestWithdrawn
    | CameraArrived
    | CameraFailed
    | CameraLost
    | CameraBack
    | CameraDisturbed
    | TravelsKnown
    | PhaseChanged
    | ModeSet
    | ShotOrdered
    | ProposalAccepted
    | PresentationChanged
    | ChairMoved
    | SeatPrivacy
    | PauseSet
    | Reset
    | Ticked
)

# --------------------------------------------------------------------------------------------------- actions


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code, and a Dutch sentence in which `{seat}` and `{camera}` stand for labels."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Recall:
    """Send a camera that is not on air to a preset."""

    camera: str
    preset: int
    seat: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Cut:
    """Put this picture on air now. `camera` None is the slate; for kind pip it is the camera in the inset."""

    camera: str | None
    preset: int | None
    kind: ShotKind
    seat: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Propose:
    """Assist mode: the cut that the director would make; a newer one replaces it."""

    camera: str | None
    preset: int | None
    kind: ShotKind
    seat: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class ShowBar:
    """Show the name bar of a seat, from `at_ms` on."""

    seat: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class HideBar:
    """Take the name bar away."""


@dataclass(frozen=True, slots=True)
class Interjected:
    """A microphone was open so shortly that the index labels it an interjection."""

    seat: str
    from_ms: int
    to_ms: int
    by_chair: bool


@dataclass(frozen=True, slots=True)
class Wake:
    """Send `Ticked` at this time; the newest wake replaces every older one."""

    at_ms: int


Action = Recall | Cut | Propose | ShowBar | HideBar | Interjected | Wake

# ------------------------------------------------------------------------------------------------------ plan


@dataclass(frozen=True, slots=True)
class PlanShot:
    """A stored preset: what it shows. `off_axis_deg` 0 is a face from the front; None is not known."""

    preset: int
    kind: ShotKind
    seats: tuple[str, ...]
    off_axis_deg: float | None = None
    pan_deg: float | None = None


@dataclass(frozen=True, slots=True)
class PlanCamera:
    """A camera that moves. `typical_move_ms` is recall to arrival, None when never measured.

    `settle_ms` None: arrival is what the camera reports. A number: so long after a recall it counts as arrived
    even when no report has come, for cameras that cannot report.
    """

    id: str
    shots: tuple[PlanShot, ...]
    typical_move_ms: int | None = None
    settle_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The hall as the director needs it; fixed for a meeting.

    `wide` is the camera id of the fixed wide shot, `chair` the chair's seat, `lecterns` the seats that public
    speakers use, `shared` the seats where anybody may stand, `presentation` the mixer's input with the slides.
    `voice_gated` says that microphones follow the voice; None: found out by observation.
    `requests` says that the discussion system has a speakers' queue.
    """

    cameras: tuple[PlanCamera, ...] = ()
    wide: str | None = None
    chair: str | None = None
    lecterns: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    voice_gated: bool | None = None
    requests: bool = False
    settings: Settings = field(default_factory=Settings)
    presentation: str | None = None
