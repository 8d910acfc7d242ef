"""What stands in a simulated hall and where it can be reached, as plain values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from drivers.sim.scenery import CameraPlan, HallPlan, View, duo_pose, preset_pose, wide_pose
from drivers.sim.slides import Deck
from drivers.sim.visca import Manners, Pose, Travel

PRESENTATION, SOUND = "presentation", "sound"


@dataclass(frozen=True, slots=True)
class CameraWire:
    """How a camera that moves is reached, and what it has stored.

    Attributes:
        kind: VISCA with Sony's header, VISCA over TCP or UDP, VISCA on a serial line, or Panasonic's HTTP.
        port: UDP or TCP port, 0 for a free one.
        path: name of the serial line, a symbolic link; None for the pty's own name. Cameras with the same name hang on
            one line.
        address: place in the chain of a serial line, from 1 without gaps.
        answer_port: answers go to this UDP port, as with older Sony cameras; None answers to the sender.
        presets: seats that a preset shows, by its number on the wire; one or two seats, or more for a group.
        manners: how the model behaves; VISCA only.
        login: user and password that a Panasonic camera demands, None for none.
        travel: how it moves.
    """

    kind: Literal["udp", "tcp", "raw-udp", "serial", "panasonic"]
    host: str = "127.0.0.1"
    port: int = 0
    path: str | None = None
    address: int = 1
    answer_port: int | None = None
    presets: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    manners: Manners = field(default_factory=Manners)
    login: tuple[str, str] | None = None
    travel: Travel = field(default_factory=Travel)


@dataclass(frozen=True, slots=True)
class SwitcherPlan:
    """The presentation switcher; `programme` is the output whose picture is the presentation input of the mixer."""

    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    programme: str
    path: str | None = None
    host: str = "127.0.0.1"
    tcp_port: int | None = None
    decks: Mapping[str, Deck] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """Everything that stands in the hall, and where it can be reached.

    Attributes:
        hall: walls, seats and cameras.
        channels: microphone system and channel of each seat.
        wires: by camera id; a camera without one is fixed.
        sockets: Unix socket of each picture source (camera ids, `presentation`) and of `sound`. What is not in it is
            not made, so that a test of devices alone draws nothing.
        width: of the pictures.
        height: of the pictures.
        barcode: write into the pictures when and by whom they were taken, see `feeds.stamp`, and into the sound when
            it was made, see `soundcode`.
        tones: plain tones instead of voices.
        sound_ppm: how much faster than true the sound's clock runs.
    """

    hall: HallPlan
    channels: Mapping[str, tuple[str, str]]
    wires: Mapping[str, CameraWire] = field(default_factory=dict)
    switcher: SwitcherPlan | None = None
    sockets: Mapping[str, Path] = field(default_factory=dict)
    width: int = 960
    height: int = 540
    barcode: bool = False
    tones: bool = False
    sound_ppm: float = 0.0


def stored_presets(plan: RoomPlan, camera_id: str) -> dict[int, Pose]:
    """Every preset of a camera as a technician would have stored it, by its number on the wire."""
    camera, wire = plan.hall.camera(camera_id), plan.wires[camera_id]
    stored = {}
    for number, names in wire.presets.items():
        view = _view(plan, camera, names)
        stored[number] = wire.travel.clipped(Pose(view.pan_deg, view.tilt_deg, view.zoom))
    return stored


def _view(plan: RoomPlan, camera: CameraPlan, names: Collection[str]) -> View:
    seats = [plan.hall.seat(name) for name in names]
    if len(seats) == 1:
        return preset_pose(camera, seats[0])
    return duo_pose(camera, *seats) if len(seats) == 2 else wide_pose(camera, seats)
