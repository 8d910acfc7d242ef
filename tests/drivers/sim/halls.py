"""A small hall, quickly drawn, and the room around it."""

from pathlib import Path

from drivers.sim.desks import Numbered, mixer
from drivers.sim.room_plan import CameraWire, RoomPlan, SwitcherPlan
from drivers.sim.scenery import CameraPlan, HallPlan, SeatPlan
from drivers.sim.slides import Deck
from drivers.sim.visca_motion import Travel
from drivers.sim.x32 import SimX32

SIZE = (320, 180)
BRISK = Travel(pan_deg_s=400, tilt_deg_s=400, ramp_deg_s2=8000, octave_s=0.02, latency_s=0.03, settle_s=0.05)


def small_hall() -> HallPlan:
    """Chair, three members and a standing place; a camera that moves and one that does not."""
    return HallPlan(
        "Gemeente Waterveen",
        8.0,
        9.0,
        (
            SeatPlan("chair", 0.0, 1.4, 0.0, "Voorzitter", "Marianne"),
            SeatPlan("left", -2.2, 4.0, 80.0, "De Groot", "Bram"),
            SeatPlan("right", 2.2, 4.0, -80.0, "Yıldız", "Yara"),
            SeatPlan("empty", 2.2, 5.2, -80.0, "Visser"),
            SeatPlan("stand", -1.0, 3.0, 170.0, standing=True),
        ),
        (
            CameraPlan("cam", 0.0, 8.6, 2.4, 180.0),
            CameraPlan("wide", 0.5, 8.8, 3.0, 180.0, fixed=True, hfov_deg=72.0, tilt_deg=-10.0),
        ),
    )


def small_room(folder: Path | None = None, *, tones: bool = True, barcode: bool = False) -> RoomPlan:
    """The room of `small_hall` on free ports; with a folder it has pictures and sound too."""
    names = ("cam", "wide", "presentation", "sound") if folder else ()
    return RoomPlan(
        small_hall(),
        channels={seat: ("desk", str(n)) for n, seat in enumerate(("chair", "left", "right", "empty", "stand"), 1)},
        wires={"cam": CameraWire("tcp", presets={0: ("chair",), 1: ("left",), 2: ("left", "chair")}, travel=BRISK)},
        switcher=SwitcherPlan(
            inputs={"laptop": 1, "griffie": 2},
            outputs={"screen": 1, "programme": 2},
            programme="programme",
            decks={"laptop": Deck("Zwembad", "Wethouder", ("Kosten", "Planning")), "griffie": Deck("Agenda")},
        ),
        sockets={name: folder / f"{name}.sock" for name in names} if folder else {},
        width=SIZE[0],
        height=SIZE[1],
        tones=tones,
        barcode=barcode,
    )


def small_desks() -> dict[str, Numbered]:
    """Its microphones, on a mixing desk with a free port."""
    return {"desk": mixer(SimX32())}
