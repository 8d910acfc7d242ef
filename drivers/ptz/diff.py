"""What a camera must still be told: known and wished in, steps out. Pure.

A camera on air gets nothing that moves it; the only step left then is to stop.
"""

from dataclasses import dataclass

from chamber.ports import CameraWish


@dataclass(frozen=True, slots=True)
class View:
    """What is known: None is unknown. `preset` is where it rests, `recalling` where it has been sent and not arrived."""

    power: bool | None = None
    preset: int | None = None
    recalling: int | None = None


@dataclass(frozen=True, slots=True)
class SetPower:
    """Wake the camera from standby."""

    on: bool
    why: str


@dataclass(frozen=True, slots=True)
class Recall:
    """Send it to a preset."""

    preset: int
    why: str


@dataclass(frozen=True, slots=True)
class Motion:
    """Speed of each axis, -7 to 7, positive is right, up, tele. None is not known."""

    pan: int | None = None
    tilt: int | None = None
    zoom: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Start or stop the head."""

    pan: int
    tilt: int


@dataclass(frozen=True, slots=True)
class Zoom:
    """Start or stop the zoom."""

    speed: int


STILL = Motion(0, 0, 0)


def hands_off(wish: CameraWish) -> bool:
    """True while no movement may be ordered."""
    return wish.on_air and not wish.forced


def diff(known: View, wish: CameraWish) -> tuple[SetPower | Recall, ...]:
    """List what to send, in the order the camera needs it; nothing at all while it is on air."""
    if wish.preset is None or (wish.on_air and not wish.forced):
        return ()
    heading = known.preset if known.recalling is None else known.recalling
    move = () if heading == wish.preset else (Recall(wish.preset, wish.why),)
    return (SetPower(True, wish.why), *move) if known.power is False else move


def motion_diff(known: Motion, wanted: Motion, *, on_air: bool) -> tuple[Turn | Zoom, ...]:
    """List the axes to start or stop; on air every axis is wanted still."""
    if on_air:
        wanted = STILL
    steps: list[Turn | Zoom] = []
    if (known.pan, known.tilt) != (wanted.pan, wanted.tilt):
        steps.append(Turn(wanted.pan or 0, wanted.tilt or 0))
    if known.zoom != wanted.zoom:
        steps.append(Zoom(wanted.zoom or 0))
    return tuple(steps)
