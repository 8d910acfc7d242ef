"""What control surfaces say and are told: OSC addresses to orders, and the confirmed state to addresses. Pure.

Numbers count from 1 in the order of CONFIG. Nothing that comes in here ever opens a gate: such messages can be forged.
"""

import math
from collections.abc import Mapping, Sequence

from chamber.core.errors import ChamberError
from chamber.wire import (
    AnyOrder,
    CameraRecall,
    ItemNext,
    MeetingOrder,
    MicOrder,
    ModeSet,
    Panic,
    PresentationSelect,
    ShotTake,
    StateView,
)

Value = int | float | bool | str
Values = Sequence[Value | None]
State = dict[str, tuple[int | str, ...]]
"""What is so: the arguments of each address."""

SHOTS = ("wide", "chair", "presentation", "pip")
NAMED_WHILE = "open"
TEXT_CHARS = 120


class NoOrderError(ChamberError):
    """A message is no order; the message says why, for whoever set up the surface."""


def order_of(address: str, values: Values, view: StateView) -> AnyOrder | None:
    """The order that a message gives; None for the release of a button, which says nothing.

    A message without argument, or with one that is on, is a press; zero is the release. `/seat/N/mic` takes on and off,
    and without argument changes it; `/camera/N/recall` takes the preset.

    Raises:
        NoOrderError: no such address, seat, camera or input, or an argument that cannot be.
    """
    match address.lower().strip("/").split("/"):
        case ["seat", number, "mic"]:
            return _mic(_nth(number, [seat.id for seat in view.seats], "seat"), values, view)
        case ["camera", number, "recall"]:
            camera = _nth(number, list(view.cameras), "camera")
            preset = _number(values[0]) if values else None
            if preset is None or not 0 <= preset <= 254:
                raise NoOrderError("needs the preset, 0 to 254, as its argument")
            return CameraRecall(command="camera.recall", camera=camera, preset=int(preset))
        case ["shot", shot]:
            name = shot if shot in SHOTS else _nth(shot, list(view.cameras), "camera")
            return ShotTake(command="shot.take", shot=name) if _pressed(values) else None
        case ["mode", "auto" | "assist" | "manual" as mode]:
            return ModeSet(command="mode.set", mode=mode) if _pressed(values) else None
        case ["meeting", "suspend"]:
            return MeetingOrder(command="meeting.suspend") if _pressed(values) else None
        case ["meeting", "close"]:
            return MeetingOrder(command="meeting.close") if _pressed(values) else None
        case ["panic"]:
            return Panic(command="panic") if _pressed(values) else None
        case ["item", "next"]:
            return ItemNext(command="item.next") if _pressed(values) else None
        case ["presentation", name]:
            if name not in view.presentation_inputs:
                raise NoOrderError(f"no such input; there are {', '.join(view.presentation_inputs) or 'none'}")
            return PresentationSelect(command="presentation.select", input=name) if _pressed(values) else None
        case ["meeting", "open" | "reopen_doors"]:
            raise NoOrderError("opening is done at the console only")
        case _:
            raise NoOrderError("no such address")


def _mic(seat: str, values: Values, view: StateView) -> AnyOrder:
    on = view.microphones.get(seat) != "on" if not values else _pressed(values)
    return MicOrder(command="mic.on" if on else "mic.off", seat=seat)


def _nth(text: str, ids: Sequence[str], what: str) -> str:
    if text in ids:
        return text
    if text.isdecimal() and 1 <= int(text) <= len(ids):
        return ids[int(text) - 1]
    raise NoOrderError(f"no such {what}; there are 1 to {len(ids)}")


def _number(value: Value | None) -> float | None:
    try:
        found = float(value) if value is not None else None
    except ValueError:
        return None
    return found if found is not None and math.isfinite(found) else None


def _pressed(values: Values) -> bool:
    """Whether a button is down: faders and toggles send numbers, half of the way counts."""
    if not values:
        return True
    found = _number(values[0])
    if found is None:
        raise NoOrderError("takes 1 for pressed and 0 for released, or no argument")
    return found >= 0.5


def state_of(view: StateView) -> State:
    """Everything that a surface may show, by address; only what was confirmed, and no names unless the meeting is open."""
    state: State = {}
    for number, seat in enumerate(view.seats, 1):
        mic = view.microphones.get(seat.id)
        state[f"/seat/{number}/mic"] = (int(mic == "on"),)
        state[f"/seat/{number}/request"] = (int(mic == "request"),)
    for number, (name, camera) in enumerate(view.cameras.items(), 1):
        if camera.preset is not None and camera.moving is not True:
            state[f"/camera/{number}/recall"] = (camera.preset,)
        state[f"/tally/cam/{number}"] = (int(camera.on_air),)
        state[f"/shot/{number}"] = (int(camera.on_air),)
        state[f"/shot/{name}"] = (int(camera.on_air),)
    for shot in SHOTS:
        state[f"/shot/{shot}"] = (int(view.on_air.kind == shot),)
    for mode in ("auto", "assist", "manual"):
        state[f"/mode/{mode}"] = (int(view.mode == mode),)
    state["/meeting/state"] = (view.meeting.state,)
    dark = _dark(view.legs)
    state["/meeting/suspend"] = (int(view.meeting.state == "suspended" and dark),)
    state["/meeting/close"] = (int(view.meeting.state == "closed" and dark),)
    for name in view.presentation_inputs:
        state[f"/presentation/{name}"] = (int(name in view.presentation.values()),)
    state["/speaker/name"] = (_speaker(view),)
    state["/item/title"] = (_item(view),)
    return state


def _dark(legs: Mapping[str, str]) -> bool:
    """Whether nothing of the hall leaves it, read back."""
    return all(state in ("slate", "dark") for leg, state in legs.items() if leg in ("video", "audio"))


def _speaker(view: StateView) -> str:
    if view.meeting.state != NAMED_WHILE:
        return ""
    shown = next((s for s in view.speakers if s.seat == view.on_air.seat), None) or next(iter(view.speakers), None)
    return (shown.name or "")[:TEXT_CHARS] if shown else ""


def _item(view: StateView) -> str:
    item = next((one for one in view.agenda if one.id == view.meeting.item), None)
    if item is None or item.closed:
        return ""
    return f"{item.number} {item.title}"[:TEXT_CHARS]
