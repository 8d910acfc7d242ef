"""Who plays in the demo's meeting, and what the operator of the demo does about it."""

from chamber.core.domain import Phase, Role
from config import plan
from config.model import Config
from drivers.sim.script import Cast


def cast_of(config: Config) -> Cast:
    """The script's parts, filled from CONFIG by role, kind of place and phase of the items."""

    def seats(*roles: Role) -> list[str]:
        return [p.seat for p in config.people if p.role in roles and p.seat is not None]

    def item(phase: Phase, *, closed: bool = False) -> str:
        return next((i.id for i in config.agenda if i.phase is phase and i.closed is closed), "")

    members = seats(Role.COUNCILLOR, Role.GROUP_LEADER)
    spread = members[:: max(1, len(members) // 6)]
    lecterns, interruption = plan.lecterns(config), plan.interjection_seats(config)
    switcher = next((s for s in config.switchers if s.programme is not None), None)
    inputs = list(switcher.inputs) if switcher else []
    screens = [name for name in switcher.outputs if name != switcher.programme] if switcher else []
    return Cast(
        chair=config.chair_seat or members[0],
        members=tuple(spread),
        alderman=next(iter(seats(Role.ALDERMAN)), members[-1]),
        lectern=lecterns[0] if lecterns else members[-2],
        interruption=interruption[0] if interruption else members[-3],
        opening_item=item(Phase.OPENING),
        debate_item=item(Phase.DEBATE),
        presentation_item=item(Phase.PRESENTATION),
        vote_item=item(Phase.VOTING),
        closed_item=next((i.id for i in config.agenda if i.closed), ""),
        closing_item=config.agenda[-1].id if config.agenda else "",
        laptop=inputs[0] if inputs else "",
        desk_input=inputs[1] if len(inputs) > 1 else "",
        screen=screens[0] if screens else "",
    )
