"""What CONFIG wants to find in OBS, and what was found there; plain values without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Input:
    """A source of picture or sound.

    `volume_db` and `sync_ms` (sound later) are set when it is created, None leaves OBS's own. `muted` is how it starts,
    and `heard` says that it is the hall's sound, which follows the gate. `file_key` names the setting that changes while
    we run, so that a difference in it is none.
    """

    name: str
    kind: str
    settings: Settings
    muted: bool = True
    heard: bool = False
    volume_db: float | None = None
    sync_ms: int | None = None
    file_key: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An input in a scene, from back to front; `box` is left, top, width and height in pixels, fitted with its shape kept."""

    input: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene; `theirs` is one that CONFIG names and the technician built: it is created when absent and else left alone."""

    name: str
    items: tuple[Item, ...]
    theirs: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """Everything of ours in OBS, and the size of its picture."""

    width: int
    height: int
    inputs: tuple[Input, ...] = ()
    scenes: tuple[Scene, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What is in OBS: settings of every input with its kind, and the names of the inputs in each scene, back to front."""

    inputs: Mapping[str, tuple[str, Settings]] = field(default_factory=dict)
    scenes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    width: int = 0
    height: int = 0
    rate: float = 25.0
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Scenes with a transition of their own, and which."""


@dataclass(frozen=True, slots=True)
class CreateScene:
    """Make an empty scene."""

    scene: str


@dataclass(frozen=True, slots=True)
class CreateInput:
    """Make an input in a scene."""

    scene: str
    item: Item
    input: Input


@dataclass(frozen=True, slots=True)
class AddItem:
    """Put an input that exists into a scene."""

    scene: str
    item: Item


Step = CreateScene | CreateInput | AddItem
