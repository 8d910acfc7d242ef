"""Words of the director: what it hears, what it answers, and the plan of the hall it works with.

All times are integer milliseconds on the controller's monotonic clock (virtual time in a replay). Seats and
cameras are ids; `None` as a camera is the slate, the bottom of the ladder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from chamber.core.domain import Mode, Phase, ShotKind

# ---------------------------------------------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class MicOpened:
    """A microphone is open; `priority` marks the chair's button that overrules others."""

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

# -------------------------------------------------------------------------------------------------- settings


class CameraPick(StrEnum):
    """Which camera takes a new speaker."""

    OTHER_CAMERA_FIRST = "other_camera_first"
    EXCLUSIVE = "exclusive"
    LEAST_RECENT = "least_recent"


class Bridge(StrEnum):
    """What is shown while the only suitable camera moves."""

    WIDE = "wide"
    HOLD = "hold"
    CHAIR = "chair"


class Takeover(StrEnum):
    """Whether a new speaker takes the picture at once or when the present one has closed."""

    OVERRIDES = "overrides"
    WAITS = "waits"


class Overlap(StrEnum):
    """What is shown while two or more microphones are open."""

    HOLD = "hold"
    LATEST = "latest"
    PRIORITY = "priority"
    DUO = "duo"
    WIDE = "wide"


class ChairRule(StrEnum):
    """What a chair's microphone that opens while a member speaks does to the picture."""

    NEVER_CUT_SHORT = "never_cut_short"
    PRIORITY = "priority"
    NORMAL = "normal"


class PhasePolicy(StrEnum):
    """What the director may show in a phase."""

    FREE = "free"
    LECTERN_AND_CHAIR = "lectern_and_chair"
    CHAIR_OR_WIDE = "chair_or_wide"
    WIDE = "wide"
    WIDE_NO_BARS = "wide_no_bars"
    FIXED = "fixed"
    PIP = "pip"


PHASE_POLICY: Mapping[Phase, PhasePolicy] = MappingProxyType(
    {
        Phase.OPENING: PhasePolicy.FREE,
        Phase.PUBLIC_SPEAKERS: PhasePolicy.LECTERN_AND_CHAIR,
        Phase.CONSENT: PhasePolicy.CHAIR_OR_WIDE,
        Phase.DEBATE: PhasePolicy.FREE,
        Phase.ANSWER: PhasePolicy.FREE,
        Phase.VOTING: PhasePolicy.WIDE,
        Phase.SECRET_BALLOT: PhasePolicy.WIDE_NO_BARS,
        Phase.CEREMONY: PhasePolicy.FIXED,
        Phase.PRESENTATION: PhasePolicy.PIP,
    }
)


@dataclass(frozen=True, slots=True)
class Settings:
    """House rules of one hall; the defaults are those of the example, the demo and the bench.

    A `0` switches off `max_shot_ms`, `pingpong_cuts`, `overlap_escalate_ms` and `bar_again_ms`.
    """

    confirm_ms: int = 0
    """A hand-operated microphone must be open this long before its speaker is shown."""
    confirm_voice_ms: int = 4000
    """The same where microphones follow the voice and the present speaker's is still open."""
    interjection_max_ms: int = 2500
    """Shorter openings are labelled interjections; never delays a shot."""
    min_shot_ms: int = 2000
    """No shot is shorter, unless the operator wants it."""
    release_hold_ms: int = 1500
    """Stay on a speaker so long after the microphone closes before returning to another open one."""
    silence_to_wide_ms: int = 6000
    """No microphone open this long: wide."""
    hold_ms: int = 4000
    """Keep the present picture at most so long while the next camera travels; then the bridge."""
    max_shot_ms: int = 0
    """After this a cutaway, then back."""
    cutaway_ms: int = 5000
    """How long that cutaway is."""
    settle_ms: int = 1500
    """Expected time from recall to arrival until a camera has been measured."""
    camera_pick: CameraPick = CameraPick.OTHER_CAMERA_FIRST
    bridge: Bridge = Bridge.WIDE
    takeover: Takeover = Takeover.OVERRIDES
    overlap: Overlap = Overlap.LATEST
    overlap_escalate_ms: int = 0
    """Under `hold` and `priority`: after so much overlap a duo shot if there is one, else wide."""
    pingpong_cuts: int = 3
    """So many alternations between the same two seats ..."""
    pingpong_window_ms: int = 12000
    """... within this time: duo or wide until calm."""
    chair_rule: ChairRule = ChairRule.NEVER_CUT_SHORT
    chair_ms: int = 4000
    """`never_cut_short`: the chair takes the picture from an open microphone after this long."""
    prepare_next: bool = True
    """Send idle cameras to whoever is expected to speak next."""
    reaction_shots: bool = False
    """The cutaway of `max_shot_ms` shows who spoke before instead of the wide shot."""
    phase_policy: Mapping[Phase, PhasePolicy] = field(default_factory=lambda: PHASE_POLICY)
    mode: Mode = Mode.AUTO
    operator_hold_ms: int = 20000
    """An operator's shot stays so long; then automatic again."""
    bar_after_ms: int = 800
    """The name bar appears so long after its speaker is on air ..."""
    bar_for_ms: int = 6000
    """... stays so long ..."""
    bar_again_ms: int = 180000
    """... and comes back after so long in the same shot."""


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
