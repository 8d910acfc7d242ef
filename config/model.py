"""CONFIG as a frozen value: one class per table. What each key means stands in example.toml."""

from pathlib import Path as FilePath
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from chamber.core.domain import Phase, Role, ShotKind
from config.base import (
    Addresses,
    Degrees,
    Embedder,
    Id,
    Listen,
    Metres,
    Network,
    Path,
    Section,
    Source,
    Target,
    Text,
    Url,
)
from config.devices import Camera, FixedCamera, Microphones, PtzCamera, Switcher
from config.director import Director

MIC_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,39}:[\w{][\w{} .-]{0,59}$"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write one such as Europe/Amsterdam") from None
    return name


class HallSection(Section):
    """The hall: its name, whose it is, and how large."""

    name: Text
    organisation: Text
    organisation_code: Annotated[str, Field(pattern=r"^[a-z]{2}\d{4}$")] | None = None
    body: Text = "Gemeenteraad"
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Amsterdam"
    rehearsal: bool = False
    width_m: Annotated[float, Field(ge=2, le=100)] | None = None
    depth_m: Annotated[float, Field(ge=2, le=100)] | None = None


class Data(Section):
    """Where meetings are kept, and where the processes meet."""

    dir: Path
    run_dir: Path | None = None


Gain = Annotated[float, Field(ge=-60, le=12)]


class SoundAlso(Section):
    """A further source of sound, mixed into the first."""

    input: Source
    gain_db: Gain = 0.0


class Sound(Section):
    """The sound of the hall: one stereo source, or several mixed down."""

    input: Source | None = None
    gain_db: Gain = 0.0
    offset_ms: Annotated[int, Field(ge=-1000, le=1000)] = 0
    also: Annotated[tuple[SoundAlso, ...], Field(max_length=7)] = ()


class ShotEntry(Section):
    """A stored preset that shows the seat it stands at."""

    camera: Id
    preset: Annotated[int, Field(ge=0, le=254)]
    kind: Literal[ShotKind.SPEAKER, ShotKind.CHAIR, ShotKind.DUO, ShotKind.GROUP, ShotKind.LECTERN] = ShotKind.SPEAKER


class SeatEntry(Section):
    """A place with a microphone."""

    id: Id
    label: Text
    mic: Annotated[str, Field(pattern=MIC_PATTERN)]
    x_m: Metres
    y_m: Metres
    facing_deg: Degrees | None = None
    shared: bool = False
    shots: Annotated[tuple[ShotEntry, ...], Field(max_length=20)] = ()

    @property
    def system(self) -> str:
        """Id of the microphone system."""
        return self.mic.partition(":")[0]

    @property
    def channel(self) -> str:
        """Channel within that system, in its own numbering; numbers have two digits or more, "07" and "517"."""
        channel = self.mic.partition(":")[2]
        return f"{int(channel):02d}" if channel.isdecimal() else channel


class GroupEntry(Section):
    """A fractie."""

    id: Id
    name: Text


class PersonEntry(Section):
    """Somebody who may speak."""

    id: Id
    name: Text
    role: Role
    group: Id | None = None
    seat: Id | None = None


class AgendaEntry(Section):
    """One agenda item; their order is the order of the list."""

    id: Id
    number: Annotated[str, Field(min_length=1, max_length=20)]
    title: Text
    phase: Phase = Phase.DEBATE
    closed: bool = False


class Mixer(Section):
    """The vision mixer and the size of the programme."""

    driver: Literal["builtin"] = "builtin"
    width: Annotated[int, Field(ge=320, le=1920, multiple_of=2)] = 960
    height: Annotated[int, Field(ge=180, le=1080, multiple_of=2)] = 540


class Stream(Section):
    """What the public gets, and how late."""

    part_ms: Annotated[int, Field(ge=200, le=1000)] = 500
    gop_ms: Annotated[int, Field(ge=400, le=4000)] = 1000
    delay_ms: Annotated[int, Field(ge=0, le=10_000)] = 2000
    take_back_s: Annotated[int, Field(ge=1, le=120)] = 10
    renditions: Annotated[tuple[Literal["source", "360p", "sound"], ...], Field(min_length=1, max_length=3)] = (
        "source",
    )
    rewind_minutes: Annotated[int, Field(ge=0, le=360)] = 30
    rewind_mb: Annotated[int, Field(ge=1, le=100_000)] = 2000


class Recording(Section):
    """What is kept of the stream."""

    enabled: bool = True
    suspended: Literal["slate", "cut"] = "slate"
    reserve_mb: Annotated[int, Field(ge=0, le=100_000)] = 500
    parts_days: Annotated[int, Field(ge=0, le=365)] = 7


class SimulcastEntry(Section):
    """Another platform that gets the stream."""

    name: Id
    url_file: Path


class ZoneEntry(Section):
    """A part of the hall that no picture may show: a polygon on the floor, between two heights."""

    id: Id
    label: Text | None = None
    points: Annotated[tuple[tuple[Metres, Metres], ...], Field(min_length=3, max_length=20)]
    low_m: Annotated[float, Field(ge=0, le=30)] = 0.0
    high_m: Annotated[float, Field(ge=0, le=30)] = 2.0


class DisplayEntry(Section):
    """A screen outside the hall, at an output of a switcher: it shows `source` while the meeting is open, else `slate`."""

    id: Id
    label: Text | None = None
    outside: Literal[True]
    switcher: Id
    output: Id
    source: Id
    slate: Id


class EdgeEntry(Section):
    """A cache between the stream and its viewers."""

    purge_url: Url
    read_url: Url


class Public(Section):
    """Where the public page is served, TLS stands in front of it; and what it says of whoever serves it."""

    listen: Addresses = (Listen("127.0.0.1", 8080),)
    url: Url | None = None
    contact: Text | None = None
    accessibility_url: Url | None = None
    privacy_url: Url | None = None
    papers_url: Url | None = None
    security_contact: Annotated[str, Field(pattern=r"^(mailto:|https://)\S{3,200}$")] | None = None
    embed: Annotated[tuple[Embedder, ...], Field(max_length=8)] = ()


class Control(Section):
    """Where console and preview reach the controller."""

    listen: Addresses = (Listen("127.0.0.1", 8081),)


class Alarms(Section):
    """When the operator is told."""

    chair_behind_slate_s: Annotated[int, Field(ge=3, le=600)] = 10
    silent_s: Annotated[int, Field(ge=3, le=120)] = 6
    silence_pause_most_s: Annotated[int, Field(ge=60, le=3600)] = 900


class Osc(Section):
    """Where control surfaces speak OSC, who may, and who is always told."""

    listen: Target
    targets: Annotated[tuple[Target, ...], Field(max_length=16)] = ()
    allow: Annotated[tuple[Network, ...], Field(max_length=32)] = ("127.0.0.0/8", "::1/128")


class Account(Section):
    """Who may use the control API."""

    name: Id
    role: Literal["operator", "technician", "chair", "watcher"]
    token_file: Path


class Config(Section):
    """The whole of CONFIG."""

    hall: HallSection
    data: Data
    microphones: Annotated[tuple[Microphones, ...], Field(max_length=8)] = ()
    cameras: Annotated[tuple[Camera, ...], Field(max_length=16)] = ()
    sound: Sound = Sound()
    seats: Annotated[tuple[SeatEntry, ...], Field(max_length=200)] = ()
    groups: Annotated[tuple[GroupEntry, ...], Field(max_length=50)] = ()
    people: Annotated[tuple[PersonEntry, ...], Field(max_length=500)] = ()
    agenda: Annotated[tuple[AgendaEntry, ...], Field(max_length=200)] = ()
    switchers: Annotated[tuple[Switcher, ...], Field(max_length=8)] = ()
    displays: Annotated[tuple[DisplayEntry, ...], Field(max_length=16)] = ()
    mixer: Mixer = Mixer()
    director: Director = Director()
    stream: Stream = Stream()
    recording: Recording = Recording()
    simulcast: Annotated[tuple[SimulcastEntry, ...], Field(max_length=8)] = ()
    zones: Annotated[tuple[ZoneEntry, ...], Field(max_length=40)] = ()
    edges: Annotated[tuple[EdgeEntry, ...], Field(max_length=8)] = ()
    public: Public = Public()
    control: Control = Control()
    osc: Osc | None = None
    alarms: Alarms = Alarms()
    accounts: Annotated[tuple[Account, ...], Field(max_length=50)] = ()

    @property
    def data_dir(self) -> FilePath:
        """Where meetings are kept."""
        return FilePath(self.data.dir)

    @property
    def run_dir(self) -> FilePath:
        """Where the processes meet: the sockets of docs/architecture.md."""
        return FilePath(self.data.run_dir) if self.data.run_dir is not None else self.data_dir / "run"

    @property
    def wide(self) -> FixedCamera | None:
        """The camera of the wide shot."""
        return next((camera for camera in self.cameras if isinstance(camera, FixedCamera)), None)

    @property
    def movable(self) -> tuple[PtzCamera, ...]:
        """The cameras with presets."""
        return tuple(camera for camera in self.cameras if not isinstance(camera, FixedCamera))

    @property
    def chair_seat(self) -> str | None:
        """Seat of the first person with the role of chair."""
        return next((person.seat for person in self.people if person.role is Role.CHAIR), None)
