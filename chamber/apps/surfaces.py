"""The control surfaces of CONFIG: OSC messages become orders, and the confirmed state goes out."""

from collections.abc import Awaitable, Callable

from chamber.ports import Clock
from chamber.surface import Value, order_of, state_of
from chamber.wire import AnyOrder, StateView
from config.model import Osc
from drivers.osc.surface import Allowed, OscSurface

ACCOUNT = "osc"
"""Under this name the journal has what came from a surface."""

Order = Callable[[AnyOrder, str], Awaitable[int]]


def osc_surface(
    section: Osc,
    view: Callable[[], StateView],
    order: Order,
    watch: Callable[[Callable[[StateView], None]], None],
    clock: Clock,
) -> OscSurface:
    """The OSC server of CONFIG, not yet served."""  # fmt: skip

    async def act(address: str, values: tuple[Value | None, ...]) -> None:
        wanted = order_of(address, values, view())
        if wanted is not None:
            await order(wanted, ACCOUNT)

    targets = tuple((target.host, target.port) for target in section.targets)
    surface = OscSurface("osc", (section.listen.host, section.listen.port), targets, Allowed(section.allow), act, clock)
    surface.push(state_of(view()))
    watch(lambda shown: surface.push(state_of(shown)))
    return surface
