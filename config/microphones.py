"""Sections of CONFIG for microphone systems that are more than a host and a port."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import Host, Id, Path, Port, Section, Text

FINGERPRINT_PATTERN = r"^(?:[0-9A-Fa-f]{2}:?){32}$"
PARAMETER_PATTERN = r"^[A-Za-z0-9_-]{1,40}$"
Speaking = Literal["unmuted", "level", "gate"]
Threshold = Annotated[float, Field(ge=-90, le=0)]
Byte = Annotated[int, Field(ge=0, le=255)]
Word = Annotated[int, Field(ge=0, le=65_535)]


class X32Microphones(Section):
    """A Behringer X32 or Midas M32 mixer whose channels are the microphones, numbered 1 to 32."""

    id: Id
    driver: Literal["x32"]
    host: Host
    port: Port = 10023
    speaking: Speaking = "unmuted"
    threshold_db: Threshold = -40.0
    groups_mute: bool = True
    voice_gated: bool | None = None

    @property
    def wire(self) -> str:
        """What no other device may use."""
        return f"udp {self.host}:{self.port}"


class XAirMicrophones(Section):
    """A Behringer X-Air or Midas MR18 mixer whose channels are the microphones, numbered 1 to 16."""

    id: Id
    driver: Literal["xair"]
    host: Host
    port: Port = 10024
    speaking: Speaking = "unmuted"
    threshold_db: Threshold = -40.0
    groups_mute: bool = True
    voice_gated: bool | None = None

    @property
    def wire(self) -> str:
        """What no other device may use."""
        return f"udp {self.host}:{self.port}"


class DicentisMicrophones(Section):
    """A Bosch DICENTIS server; a channel is the name or the id of a seat."""

    id: Id
    driver: Literal["dicentis"]
    host: Host
    port: Port = 31416
    tls: bool = True
    fingerprint: Annotated[str, Field(pattern=FINGERPRINT_PATTERN)] | None = None
    user: Text
    password_file: Path
    voting: bool = True
    agenda: bool = False
    voice_gated: bool | None = None

    @property
    def wire(self) -> str:
        """What no other device may use."""
        return f"tcp {self.host}:{self.port}"


class DcnMicrophones(Section):
    """A Bosch DCN-NG, over TCP (`host`) or RS-232 (`path`): one of the two. Channel N is unit N + `unit_offset`."""

    id: Id
    driver: Literal["dcn-ng"]
    host: Host | None = None
    port: Port = 9451
    path: Path | None = None
    baud: Literal[9600, 19200, 57600, 115200] = 115200
    gap_ms: Annotated[int, Field(ge=10, le=2000)] = 200
    unit_offset: Word = 0
    app_byte: Byte = 0
    switch_by: Literal["list", "microphone"] = "list"
    priority_numbers: Annotated[tuple[Word, ...], Field(max_length=20)] = ()
    voice_gated: bool | None = None

    @property
    def wire(self) -> str:
        """What no other device may use."""
        return self.path or f"tcp {self.host}:{self.port}"


class ConferoMicrophones(Section):
    """A Televic system with the Confero API; a channel is a seat's number."""

    id: Id
    driver: Literal["confero"]
    host: Host
    port: Port = 9080
    tls: bool = False
    fingerprint: Annotated[str, Field(pattern=FINGERPRINT_PATTERN)] | None = None
    token_file: Path
    event_cursor: Annotated[str, Field(pattern=PARAMETER_PATTERN)] | None = None
    poll_ms: Annotated[int, Field(ge=1000, le=120_000)] = 40_000
    seating: bool = True
    voice_gated: bool | None = None

    @property
    def wire(self) -> str:
        """What no other device may use."""
        return f"tcp {self.host}:{self.port}"


class ShureDisMicrophones(Section):
    """A Shure DIS central unit; a channel is a seat's number."""

    id: Id
    driver: Literal["shure-dis"]
    host: Host
    port: Port = 3142
    poll_ms: Annotated[int, Field(ge=1000, le=120_000)] = 10_000
    names_are_people: bool = False
    priority_from: Annotated[int, Field(ge=1, le=5)] = 5
    voice_gated: bool | None = None

    @property
    def wire(self) -> str:
        """What no other device may use."""
        return f"tcp {self.host}:{self.port}"
