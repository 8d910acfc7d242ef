"""An invented hall for tests and rehearsals: a horseshoe of desks before the chair's table, three cameras and a wide one."""

import math

from drivers.sim.scenery import CameraPlan, HallPlan, SeatPlan

NAMES = (
    "Van der Meer", "De Groot", "Yıldız", "Bakker", "Hendriks", "El Idrissi", "Visser", "Jansen", "Ramdin", "Mulder",
    "Dijkstra", "Özdemir", "Kuipers", "Van Leeuwen", "Postma", "Tahapary", "Brouwer", "De Wit",
)  # fmt: skip


def example_hall(members: int = 18) -> HallPlan:
    """Chair, clerk and alderman on the wall side, `members` around, two stands."""
    seats = [
        SeatPlan("clerk", -1.3, 1.6, 0.0, "Griffier", "clerk"),
        SeatPlan("chair", 0.0, 1.6, 0.0, "Voorzitter", "chair"),
        SeatPlan("alderman", 1.3, 1.6, 0.0, "Wethouder", "alderman"),
        SeatPlan("lectern", -2.6, 3.4, 40.0, standing=True),
        SeatPlan("interrupt", 1.7, 6.3, 190.0, standing=True),
    ]
    for number in range(members):
        angle = math.radians(-112 + 224 * number / max(members - 1, 1))
        x_m, y_m = 4.3 * math.sin(angle), 5.6 + 3.9 * math.cos(angle)
        facing = math.degrees(math.atan2(-x_m, 4.2 - y_m))
        name = NAMES[number % len(NAMES)]
        seats.append(
            SeatPlan(str(number + 1), round(x_m, 2), round(y_m, 2), round(facing, 1), name, f"member-{number + 1}")
        )
    cameras = (
        CameraPlan("cam1", -5.6, 2.2, 2.3, 65.0),
        CameraPlan("cam2", 5.6, 2.2, 2.3, -65.0),
        CameraPlan("cam3", 0.0, 11.6, 2.4, 180.0),
        CameraPlan("wide", 0.0, 11.7, 3.1, 180.0, fixed=True, hfov_deg=72.0, tilt_deg=-11.0),
    )
    return HallPlan("Gemeente Waterveen", 12.0, 12.0, tuple(seats), cameras)
