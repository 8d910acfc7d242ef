"""Section [director]: house rules of automatic direction; each key is a field of the director's own settings."""

from typing import Annotated

from pydantic import Field

from chamber.core.director.model import (
    PHASE_POLICY,
    Bridge,
    CameraPick,
    ChairRule,
    Overlap,
    PhasePolicy,
    Settings,
    Takeover,
)
from chamber.core.domain import Mode, Phase
from config.base import Section

_BASE = Settings()

Short = Annotated[int, Field(ge=0, le=10_000)]
Minute = Annotated[int, Field(ge=0, le=60_000)]
Long = Annotated[int, Field(ge=0, le=600_000)]


class PhasePolicies(Section):
    """What the director may show in each phase of the meeting."""

    opening: PhasePolicy = PHASE_POLICY[Phase.OPENING]
    public_speakers: PhasePolicy = PHASE_POLICY[Phase.PUBLIC_SPEAKERS]
    consent: PhasePolicy = PHASE_POLICY[Phase.CONSENT]
    debate: PhasePolicy = PHASE_POLICY[Phase.DEBATE]
    answer: PhasePolicy = PHASE_POLICY[Phase.ANSWER]
    voting: PhasePolicy = PHASE_POLICY[Phase.VOTING]
    secret_ballot: PhasePolicy = PHASE_POLICY[Phase.SECRET_BALLOT]
    ceremony: PhasePolicy = PHASE_POLICY[Phase.CEREMONY]
    presentation: PhasePolicy = PHASE_POLICY[Phase.PRESENTATION]


class Director(Section):
    """Settings of automatic direction; every default is the director's own."""

    confirm_ms: Short = _BASE.confirm_ms
    confirm_chair_ms: Short = _BASE.confirm_chair_ms
    confirm_voice_ms: Minute = _BASE.confirm_voice_ms
    interjection_max_ms: Short = _BASE.interjection_max_ms
    min_shot_ms: Annotated[int, Field(ge=500, le=10_000)] = _BASE.min_shot_ms
    release_hold_ms: Short = _BASE.release_hold_ms
    silence_to_wide_ms: Annotated[int, Field(ge=1000, le=60_000)] = _BASE.silence_to_wide_ms
    hold_ms: Short = _BASE.hold_ms
    max_shot_ms: Long = _BASE.max_shot_ms
    cutaway_ms: Annotated[int, Field(ge=2000, le=60_000)] = _BASE.cutaway_ms
    settle_ms: Short = _BASE.settle_ms
    camera_pick: CameraPick = _BASE.camera_pick
    bridge: Bridge = _BASE.bridge
    takeover: Takeover = _BASE.takeover
    overlap: Overlap = _BASE.overlap
    overlap_escalate_ms: Minute = _BASE.overlap_escalate_ms
    pingpong_cuts: Annotated[int, Field(ge=0, le=20)] = _BASE.pingpong_cuts
    pingpong_window_ms: Annotated[int, Field(ge=1000, le=60_000)] = _BASE.pingpong_window_ms
    chair_rule: ChairRule = _BASE.chair_rule
    chair_ms: Minute = _BASE.chair_ms
    prepare_next: bool = _BASE.prepare_next
    reaction_shots: bool = _BASE.reaction_shots
    mode: Mode = _BASE.mode
    operator_hold_ms: Long = _BASE.operator_hold_ms
    bar_after_ms: Short = _BASE.bar_after_ms
    bar_for_ms: Annotated[int, Field(ge=1000, le=60_000)] = _BASE.bar_for_ms
    bar_again_ms: Long = _BASE.bar_again_ms
    phase_policy: PhasePolicies = PhasePolicies()

    def settings(self) -> Settings:
        """These rules as the director takes them."""
        values = {name: getattr(self, name) for name in type(self).model_fields if name != "phase_policy"}
        policies = {phase: getattr(self.phase_policy, phase.value) for phase in Phase}
        return Settings(**values, phase_policy=policies)
