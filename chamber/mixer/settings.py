"""What the composition root hands to the mixer; plain values only."""

from dataclasses import dataclass
from pathlib import Path

from chamber.mixer.units import FRAME_RATE


@dataclass(frozen=True, slots=True)
class InputSettings:
    """One picture source: either a Unix socket that speaks YUV4MPEG2, or a command; ValueError without either or with both.

    `argv` starts a process that writes raw I420 frames of exactly the mixer's size to its standard output and its
    complaints to standard error. `delay_ms` (0..2000) holds this picture back, for sources that are too early.
    """

    id: str
    unix_path: Path | None = None
    argv: tuple[str, ...] | None = None
    delay_ms: int = 0

    def __post_init__(self) -> None:
        _one_source(self.id, self.unix_path, self.argv)

    @property
    def source(self) -> Path | tuple[str, ...]:
        """The one that was given."""
        return self.unix_path or self.argv or ()


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """The hall's sound: a Unix socket, or a command that writes to its standard output; s16le, 48 kHz, 2 channels.

    `buffer_ms` (50..500) is the jitter that the source may have; pictures are held back so that they stay beside the
    sound. `offset_ms` (-1000..1000) corrects what is left: positive makes the sound later, negative the pictures.
    `gain_db` is added when it is mixed with others.
    """

    unix_path: Path | None = None
    argv: tuple[str, ...] | None = None
    offset_ms: int = 0
    buffer_ms: int = 80
    gain_db: float = 0.0

    def __post_init__(self) -> None:
        _one_source("sound", self.unix_path, self.argv)

    @property
    def source(self) -> Path | tuple[str, ...]:
        """The one that was given."""
        return self.unix_path or self.argv or ()

    @property
    def target_ms(self) -> int:
        """How long the sound waits."""
        return self.buffer_ms + max(0, self.offset_ms)


@dataclass(frozen=True, slots=True)
class MixerSettings:
    """A mixer; `width` and `height` are even, `organisation` stands on every slate, `sound_also` is mixed into `sound`.

    Raises:
        ValueError: a size is odd, or two inputs have one id.
    """

    run_dir: Path
    inputs: tuple[InputSettings, ...]
    sound: SoundSettings | None = None
    width: int = 960
    height: int = 540
    organisation: str = ""
    sound_also: tuple[SoundSettings, ...] = ()

    def __post_init__(self) -> None:
        if self.width % 2 or self.height % 2 or min(self.width, self.height) < 90:
            raise ValueError(f"the picture's width and height must be even: {self.width}x{self.height}")
        if len({i.id for i in self.inputs}) != len(self.inputs):
            raise ValueError("two inputs have one id")

    @property
    def sounds(self) -> tuple[SoundSettings, ...]:
        """Every source of sound, the first one first."""
        return (self.sound, *self.sound_also) if self.sound else self.sound_also

    @property
    def frame_bytes(self) -> int:
        """One I420 picture."""
        return self.width * self.height * 3 // 2

    def picture_delay_ms(self, one: InputSettings) -> int:
        """How long this input's pictures wait so that they go out beside their sound."""
        if self.sound is None:
            return one.delay_ms
        # A picture is on average half a tick old when its tick comes, a sample of sound exactly the buffer's age.
        beside = max(0, self.sound.buffer_ms - 500 // FRAME_RATE)
        return one.delay_ms + beside + max(0, -self.sound.offset_ms)


def _one_source(name: str, path: Path | None, argv: tuple[str, ...] | None) -> None:
    if (path is None) == (not argv):
        raise ValueError(f"{name}: give either a socket or a command")
