"""What may be shown in each phase of the meeting."""

from chamber.core.director.model import Plan
from chamber.core.director.settings import PhasePolicy
from chamber.core.domain import Phase


class House:
    """House rules that depend on the phase and on people's wish not to be shown."""

    def __init__(self, plan: Plan) -> None:
        self._policies, self._lecterns = plan.settings.phase_policy, frozenset(plan.lecterns)
        self.chair = plan.chair
        self.hidden: set[str] = set()
        self.policy = PhasePolicy.FREE

    def enter(self, phase: Phase) -> None:
        """The meeting does something else now."""
        self.policy = self._policies.get(phase, PhasePolicy.FREE)

    def allows(self, seat: str) -> bool:
        """Whether the picture may follow this seat in this phase."""
        if self.policy is PhasePolicy.CHAIR_OR_WIDE:
            return seat == self.chair
        if self.policy is PhasePolicy.LECTERN_AND_CHAIR and self._lecterns:
            return seat == self.chair or seat in self._lecterns
        return self.policy not in {PhasePolicy.WIDE, PhasePolicy.WIDE_NO_BARS}

    def may_prepare(self, seat: str) -> bool:
        """Whether a camera may wait at this seat."""
        return seat not in self.hidden and self.allows(seat)
