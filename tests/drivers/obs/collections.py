"""A small wanted collection, and an OBS that a driver is at work on."""

from typing import Any

from drivers.obs.collection import Collection, Input, Item, Scene
from drivers.obs.driver import Obs, Reading
from drivers.obs.making import Target
from tests.drivers.obs.server import PaperObs
from tests.drivers.sessions import QuickClock

WHOLE = (0, 0, 320, 180)
CAM1 = Input("raad beeld cam1", "ffmpeg_source", {"input": "rtsp://cam1/", "is_local_file": False})
CAM2 = Input("raad beeld cam2", "ffmpeg_source", {"input": "rtsp://cam2/", "is_local_file": False})
SOUND = Input("raad geluid", "ffmpeg_source", {"input": "hw:1"}, heard=True, volume_db=-3.0, sync_ms=40)
BAR = Input("raad naambalk", "image_source", {"file": "/leeg.png"}, muted=False, file_key="file")
SLATE = Input("raad wachtbeeld", "image_source", {"file": "/begin.png"}, muted=False, file_key="file")


def scene(name: str, *inputs: Input, theirs: bool = False) -> Scene:
    return Scene(name, tuple(Item(one.name, WHOLE) for one in inputs), theirs)


WANTED = Collection(
    320,
    180,
    (CAM1, CAM2, SOUND, BAR, SLATE),
    (
        scene("raad cam1", CAM1, SOUND, BAR),
        scene("Balkon", CAM2, SOUND, BAR, theirs=True),
        scene("raad wacht", SLATE),
    ),
)
SERVER, KEY = "rtmp://127.0.0.1:19350/raadzaal", "een-sleutel"


class Desk:
    """A driver with what it said."""

    def __init__(self, obs: PaperObs, *, password: str = "", timeout_s: float = 20.0) -> None:
        self.readings: list[Reading] = []
        self.kept: list[dict[str, Any]] = []
        self.listening = True
        target = Target(SERVER, KEY, lambda: self.listening, lambda server: server.endswith("/raadzaal"))
        self.driver = Obs(
            "obs", "127.0.0.1", obs.port, password or obs.password, WANTED, target, self.readings.append, QuickClock(10),
            watched=(CAM1.name, CAM2.name), keep=self.kept.append, timeout_s=timeout_s,
        )  # fmt: skip

    @property
    def now(self) -> Reading:
        return self.driver.reading
