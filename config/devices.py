"""Sections of CONFIG for what hangs on a wire: microphones, cameras and presentation switchers.

`driver` chooses the shape of a section. The names below without a driver are part of the contract and are refused
with a plain word instead of "unknown".
"""

from typing import Annotated, Literal

from pydantic import Field

from config.base import Degrees, Host, Id, Metres, Path, Port, Section, Source, Text
from config.microphones import (
    ConferoMicrophones,
    DcnMicrophones,
    DicentisMicrophones,
    ShureDisMicrophones,
    X32Microphones,
    XAirMicrophones,
)
from config.patterned import LinesMicrophones, OscMicrophones

WITHOUT_DRIVER: dict[str, tuple[str, ...]] = {
    "microphones": ("cocon", "tlvcam", "shure-mxcw"),
    "cameras": ("onvif",),
    "switchers": ("kramer-p3000", "videohub", "atem"),
    "mixer": ("obs", "atem"),
}  # fmt: skip

CHANNELS: dict[str, int] = {"x32": 32, "xair": 16, "confero": 65_535, "shure-dis": 65_535}
"""Highest channel of the microphone systems that number them from 1; the others have names of their own."""

PRESETS: dict[str, tuple[range, ...]] = {
    "generic": (range(255),),
    "panasonic": (range(1, 101),),
    "ptzoptics": (range(90), range(100, 255)),
    "sony-srg": (range(1, 17),),
    "sony-srg-360she": (range(1, 17),),
    "sony-x400": (range(1, 101),),
    "sony-x1000": (range(1, 101),),
    "sony-fr7": (range(1, 101),),
    "sony-am7": (range(1, 101),),
}
"""Camera families and the presets that each has, numbered as its own remote does."""

PRESET_SPEEDS: dict[str, int] = {"panasonic": 30, "ptzoptics": 24, "sony-x400": 25, "sony-fr7": 50, "sony-am7": 127}
"""Fastest preset speed of the families whose documents tell how to set it."""


class _Camera(Section):
    """What every camera has: where it hangs, and where its picture comes from."""

    id: Id
    label: Text | None = None
    x_m: Metres | None = None
    y_m: Metres | None = None
    z_m: Annotated[float, Field(ge=0, le=30)] | None = None
    heading_deg: Degrees | None = None
    video: Source | None = None
    video_file: Path | None = None
    video_delay_ms: Annotated[int, Field(ge=0, le=2000)] = 0

    @property
    def place(self) -> tuple[float, float, float, float] | None:
        """x, y, z in metres and heading in degrees, or None when CONFIG does not say all four."""
        if self.x_m is None or self.y_m is None or self.z_m is None or self.heading_deg is None:
            return None
        return self.x_m, self.y_m, self.z_m, self.heading_deg


class _Turning(_Camera):
    """What the lens of a camera that turns is on paper."""

    view_deg: Annotated[float, Field(ge=5, le=170)] = 60.0
    zoom_ratio: Annotated[float, Field(ge=1, le=100)] = 20.0


class FixedCamera(_Camera):
    """A camera without control: the wide shot."""

    driver: Literal["fixed"]
    view_deg: Annotated[float, Field(ge=5, le=170)] = 72.0
    tilt_deg: Annotated[float, Field(ge=-90, le=90)] = -13.0


class _PtzCamera(_Turning):
    profile: Literal[
        "generic", "ptzoptics", "sony-srg", "sony-srg-360she", "sony-x400", "sony-x1000", "sony-fr7", "sony-am7"
    ] = "generic"
    settle_ms: Annotated[int, Field(ge=100, le=10_000)] | None = None
    preset_speed: Annotated[int, Field(ge=1, le=127)] | None = None
    tally: bool = True


class PanasonicCamera(_Turning):
    """A Panasonic AW camera: HTTP, and notifications from it to `event_port` of this machine."""

    driver: Literal["panasonic"]
    host: Host
    port: Port = 80
    user: Text | None = None
    password_file: Path | None = None
    event_port: Port | None = None
    settle_ms: Annotated[int, Field(ge=100, le=10_000)] | None = None
    preset_speed: Annotated[int, Field(ge=1, le=127)] | None = None
    tally: bool = True

    @property
    def profile(self) -> str:
        """The family; it decides the presets."""
        return "panasonic"


class ViscaUdpCamera(_PtzCamera):
    """VISCA with Sony's header over UDP."""

    driver: Literal["visca-udp"]
    host: Host
    port: Port = 52381
    answers_to_52381: bool = False


class ViscaTcpCamera(_PtzCamera):
    """VISCA as it stands over TCP (PTZOptics and relatives)."""

    driver: Literal["visca-tcp"]
    host: Host
    port: Port = 5678


class ViscaRawUdpCamera(_PtzCamera):
    """VISCA as it stands in UDP datagrams; TCP is better where the camera has it."""

    driver: Literal["visca-raw-udp"]
    host: Host
    port: Port = 1259


class ViscaSerialCamera(_PtzCamera):
    """VISCA over a serial line; `path` is a device or a URL such as socket://host:port."""

    driver: Literal["visca-serial"]
    path: Path
    address: Annotated[int, Field(ge=1, le=7)] = 1
    baud: Literal[9600, 38400] = 9600


class ExtronSwitcher(Section):
    """An Extron switcher that speaks SIS, over TCP (`host`) or a serial line (`path`): one of the two."""

    id: Id
    driver: Literal["extron-sis"]
    family: Literal["crosspoint", "in160x", "sw"] = "crosspoint"
    host: Host | None = None
    port: Port = 23
    path: Path | None = None
    baud: Annotated[int, Field(ge=9600, le=115_200)] = 9600
    password_file: Path | None = None
    inputs: Annotated[dict[Id, Annotated[int, Field(ge=1, le=128)]], Field(min_length=1)]
    outputs: Annotated[dict[Id, Annotated[int, Field(ge=1, le=128)]], Field(min_length=1)]
    programme: Id | None = None
    video: Source | None = None


ViscaCamera = ViscaUdpCamera | ViscaTcpCamera | ViscaRawUdpCamera | ViscaSerialCamera
PtzCamera = ViscaCamera | PanasonicCamera
Microphones = Annotated[
    X32Microphones
    | XAirMicrophones
    | DicentisMicrophones
    | DcnMicrophones
    | ConferoMicrophones
    | ShureDisMicrophones
    | LinesMicrophones
    | OscMicrophones,
    Field(discriminator="driver"),
]
Camera = Annotated[PtzCamera | FixedCamera, Field(discriminator="driver")]
Switcher = ExtronSwitcher
