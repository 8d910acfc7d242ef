"""What else than devices the runtime hears: links, the media processes, and the pulse."""

from dataclasses import dataclass
from typing import Any

from chamber import ports


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """A supervised link went up (reason None) or down."""

    name: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class MixerSaid:
    """The mixer reported what it shows."""

    known: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MixerLevels:
    """Programme sound, dBFS."""

    rms_dbfs: float
    peak_dbfs: float
    momentary_lufs: float = -70.0
    short_term_lufs: float = -70.0
    integrated_lufs: float = -70.0


@dataclass(frozen=True, slots=True)
class StreamSaid:
    """The stream process reported what the public gets."""

    known: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TookBack:
    """The stream process answered an order to take back; what is known of edges may come later, under the same id."""

    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WatcherSaid:
    """A watcher outside reported what residents get; the fields of wire.WatchReport."""

    name: str
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pulse:
    """Time has passed; the lease is issued from here, so a runtime that hangs issues none."""


Event = ports.DeviceEvent | LinkChanged | MixerSaid | MixerLevels | StreamSaid | TookBack | WatcherSaid | Pulse
