"""House rules of one hall, as the director takes them; the words are those of the griffie's glossary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from chamber.core.domain import Mode, Phase


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

    A `0` switches off `max_shot_ms`, `pingpong_cuts`, `overlap_escalate_ms` and `bar_again_ms`, and makes an
    operator's shot stay until the operator ends it.
    """

    confirm_ms: int = 600
    """While the present speaker's microphone is open, a hand-operated one must be open this long first: people press
    before they speak."""
    confirm_chair_ms: int = 150
    """The same for the chair, who presses shortly before."""
    confirm_voice_ms: int = 10000
    """The same where microphones follow the voice: who goes on talking keeps the picture this long."""
    interjection_max_ms: int = 2500
    """Shorter openings are labelled interjections; never delays a shot."""
    min_shot_ms: int = 2000
    """No shot is shorter, unless the operator wants it."""
    release_hold_ms: int = 0
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
    pingpong_cuts: int = 5
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
