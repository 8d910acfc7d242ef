"""Sections of CONFIG for microphone systems that are more than a host and a port."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import Host, Id, Path, Port, Section

Byte = Annotated[int, Field(ge=0, le=255)]
Word = Annotated[int, Field(ge=0, le=65_535)]


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
