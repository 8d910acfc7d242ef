"""What is published: parts in their renditions, segments of them, and marks for the public index."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chamber.stream.playlist import PartEntry, SegmentEntry


@dataclass(frozen=True, slots=True)
class Init:
    """A decoder's set-up: `ftyp` and `moov`, and what the multivariant playlist says of it."""

    data: bytes
    codecs: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A part in one rendition, `name` as its playlist is called."""

    name: str
    data: bytes
    init: Init


@dataclass(frozen=True, slots=True)
class Part:
    """A part ready to publish: `data` is one moof and mdat; captured from `capture_ms` until `end_ms`.

    `live` tells hall from slate. `discontinuity`: the timeline or the wall clock jumps before this part. `others`: the
    same stretch in each other rendition that is configured.
    """

    data: bytes
    init: Init
    duration_ms: int
    capture_ms: int
    end_ms: int
    independent: bool
    live: bool
    discontinuity: bool = False
    others: tuple[Copy, ...] = ()

    def copies(self) -> tuple[Copy, ...]:
        """What it is in each rendition, the source first."""
        return (Copy("main", self.data, self.init), *self.others)


@dataclass(frozen=True, slots=True)
class Mark:
    """A fact of the public index: holds from `capture_ms` until the next of its `kind`; attribute names: `X-…`."""

    id: str
    kind: str
    capture_ms: int
    attributes: tuple[tuple[str, str], ...] = ()


# called with the capture times at which the window starts and ends: the marks the playlist should hold
FactsTrack = Callable[[int, int], Sequence[Mark]]


@dataclass(slots=True)
class Segment:
    """A segment of the window, the same in every rendition: `inits` and `sizes` (bytes) of each."""

    msn: int
    inits: tuple[str, ...]
    wall_ms: int
    capture_ms: int
    live: bool
    discontinuity: bool
    parts: list[PartEntry] = field(default_factory=list)
    end_ms: int = 0
    duration_ms: int = 0
    sizes: Counter[str] = field(default_factory=Counter)
    complete: bool = False
    gap: bool = False
    entries: dict[str, SegmentEntry] = field(default_factory=dict)


def part_name(run: str, msn: int, number: int, rendition: str) -> str:
    """Name of a part below /live/."""
    return f"p{run}-{msn}-{number}{_mark(rendition)}.m4s"


def segment_name(run: str, msn: int, rendition: str) -> str:
    """Name of a segment below /live/."""
    return f"s{run}-{msn}{_mark(rendition)}.m4s"


def init_name(run: str, msn: int, rendition: str) -> str:
    """Name of a set-up that is used from a segment on."""
    return f"i{run}-{msn}{_mark(rendition)}.mp4"


def _mark(rendition: str) -> str:
    """What the files of a rendition have behind their number."""
    return "" if rendition == "main" else f"-{rendition}"
