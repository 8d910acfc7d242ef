"""What the controller wants from outside, as protocols, and what devices report, as frozen events.

A driver is built by a composition root with plain values and an `Emit`; it reports by calling it, synchronously and
in the order of the wire. `wish` never blocks and never raises: the newest wish wins, and what could be sent at once
was sent before it returns.
"""

from asyncio import Future
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from chamber.core.domain import MicState


@dataclass(frozen=True, slots=True)
class MicReading:
    """A microphone was read; the full list after every (re)connect comes as one reading per channel."""

    system: str
    channel: str
    state: MicState
    priority: bool = False


@dataclass(frozen=True, slots=True)
class SeatOccupied:
    """Who the discussion system says sits at a microphone, by badge or by its own seating plan.

    `person_ref` is the system's own id of the person, `name` the name that it shows; both None: nobody.
    """

    system: str
    channel: str
    person_ref: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class QueueReading:
    """The system's list of requests was read: all channels that wait, the first to speak first."""

    system: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VotingReading:
    """Whether a vote goes on in the discussion system."""

    system: str
    open: bool


@dataclass(frozen=True, slots=True)
class AgendaReading:
    """Which topic of its own agenda is open in the discussion system; None: none is."""

    system: str
    subject: str | None


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a camera looks: degrees from its heading, right and up positive; zoom 0.0 (wide) to 1.0 of its lens."""

    pan_deg: float
    tilt_deg: float
    zoom: float


@dataclass(frozen=True, slots=True)
class CameraReading:
    """A camera was read: None is unknown. `preset` is where it stands confirmed at rest, None while moving.

    `lamp` is the tally lamp as the camera confirmed it: off, red, green; `focus` is auto or manual.
    """

    camera: str
    power: bool | None
    preset: int | None
    moving: bool | None
    lamp: str | None = None
    focus: str | None = None


@dataclass(frozen=True, slots=True)
class CameraArrived:
    """The newest recall has ended at its preset, completion confirmed by a position read.

    `pose` is that position, None where the camera does not tell it in known units.
    """

    camera: str
    preset: int
    pose: Pose | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class PresetStored:
    """A preset was stored, and the position read that it now has."""

    camera: str
    preset: int
    pose: Pose | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CameraFailed:
    """The newest recall will not arrive: refused, cancelled or no arrival within the limit."""

    camera: str
    preset: int
    reason: str


@dataclass(frozen=True, slots=True)
class RouteReading:
    """A switcher output was read; input 0 is untied, None unknown."""

    switcher: str
    output: int
    input: int | None


@dataclass(frozen=True, slots=True)
class BlankReading:
    """Whether the picture of a switcher output was read to be black whatever is routed to it; None unknown."""

    switcher: str
    output: int
    blank: bool | None


@dataclass(frozen=True, slots=True)
class IdentityReading:
    """What a device says it is, for the technician."""

    device: str
    text: str


@dataclass(frozen=True, slots=True)
class OrderRefused:
    """A device said no to an order."""

    device: str
    order: str
    reason: str


DeviceEvent = (
    MicReading
    | SeatOccupied
    | QueueReading
    | VotingReading
    | AgendaReading
    | CameraReading
    | CameraArrived
    | CameraFailed
    | PresetStored
    | RouteReading
    | BlankReading
    | IdentityReading
    | OrderRefused
)
Emit = Callable[[DeviceEvent], None]
Ready = Callable[[], None]


@dataclass(frozen=True, slots=True)
class CameraWish:
    """Where a camera should stand. While `on_air` it is sent no movement at all unless `forced` by the operator.

    Its tally lamp is red while `on_air`, and green, where it has that, while it is the `preview`: what comes next.
    """

    preset: int | None = None
    on_air: bool = False
    forced: bool = False
    why: str = ""
    preview: bool = False


FocusAction = Literal["auto", "manual", "near", "far", "stop", "one_push"]


class Clock(Protocol):
    """Time, injected: monotonic milliseconds over suspend, wall milliseconds since 1970 UTC, and sleep."""

    def now_ms(self) -> int: ...
    def wall_ms(self) -> int: ...
    async def sleep(self, seconds: float) -> None: ...


class Device(Protocol):
    """One supervised session holder."""

    @property
    def name(self) -> str: ...
    async def serve(self, ready: Ready) -> None:
        """Hold one session: connect, read back, call `ready`, stay. Ends only by raising DeviceError, or cancelled."""


class MicrophoneSystem(Device, Protocol):
    """A discussion system or mixer with microphones, numbered by its own channel names."""

    async def switch(self, channel: str, on: bool) -> None:
        """Switch one microphone and return once a read-back confirms it. Raises DeviceError."""


@runtime_checkable
class Reporting(Protocol):
    """A device that can list what it consists of."""

    def reported(self) -> tuple[str, ...]:
        """A line for each seat or channel that was read in this session, for the technician."""


class Camera(Device, Protocol):
    """A camera with presets."""

    def wish(self, wish: CameraWish) -> None: ...
    async def drive(self, pan: int, tilt: int, zoom: int) -> None:
        """Start or stop moving; each -7..7, positive is right, up, tele; all 0 stops. Raises DeviceError."""

    async def store(self, preset: int) -> None:
        """Store the present position as a preset. Raises DeviceError."""

    async def focus(self, action: FocusAction) -> None:
        """Set or drive the focus; near and far go on until stop, and need manual focus. Raises DeviceError."""

    async def power(self, on: bool) -> None:
        """Switch on, or to standby; returns once the camera has taken the order. Raises DeviceError."""


class Switcher(Device, Protocol):
    """A presentation switcher with numbered inputs and outputs."""

    def wish(self, routes: dict[int, int], why: str) -> None:
        """Want output → input ties; confirmed by RouteReading. Outputs left out keep what they have or were on the way to.

        The same routes with the same `why` are no new order.
        """


@runtime_checkable
class Blanks(Protocol):
    """A switcher that can make an output black without losing what is routed to it."""

    async def blank(self, output: int, on: bool) -> None:
        """Make an output black, or show it again; returns once it is read to be so. Raises DeviceError."""


class Journal(Protocol):
    """Where everything that happened is kept; appending never blocks and keeps the order."""

    def append(
        self, kind: str, fields: Mapping[str, Any], *, wall_ms: int, mono_ms: int, sync: bool = False
    ) -> Future[None] | None:
        """Queue one entry; with `sync` a future that is done when the entry is on disk, or raises OSError."""


@runtime_checkable
class SwitchesAllOff(Protocol):
    """A microphone system that can close every microphone in one order, also those that no seat has."""

    async def all_off(self) -> None:
        """Close every microphone and return once a read-back confirms it. Raises DeviceError."""
