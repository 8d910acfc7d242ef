"""Orders to cameras, and the walk through all seats by which their presets are set up."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from chamber.wire.base import Order, Payload

CameraId = Annotated[str, Field(max_length=40)]
Speed = Annotated[int, Field(ge=-7, le=7)]


class CameraRecall(Order):
    """Send a camera to a preset; on air only with `force`."""

    command: Literal["camera.recall"]
    camera: CameraId
    preset: Annotated[int, Field(ge=0, le=254)]
    force: bool = False


class CameraStore(Order):
    """Store where a camera stands as a preset, or as the preset that CONFIG gives a seat on this camera."""

    command: Literal["camera.store"]
    camera: CameraId
    preset: Annotated[int, Field(ge=0, le=254)] | None = None
    seat: Annotated[str, Field(max_length=40)] | None = None

    @model_validator(mode="after")
    def _one(self) -> "CameraStore":
        if (self.preset is None) == (self.seat is None):
            raise ValueError("give preset or seat, one of the two")
        return self


class CameraDrive(Order):
    """Start or stop moving, each axis -7..7, all 0 stops; on air only with `force`.

    With `hold_ms` it stops by itself unless the order comes again in time: a key that is held down, a link that is lost.
    """

    command: Literal["camera.drive"]
    camera: CameraId
    pan: Speed = 0
    tilt: Speed = 0
    zoom: Speed = 0
    hold_ms: Annotated[int, Field(ge=100, le=5000)] | None = None
    force: bool = False


class CameraFocus(Order):
    """Set the focus (auto, manual, one_push) or drive it (near, far, until stop); driven on air only with `force`."""

    command: Literal["camera.focus"]
    camera: CameraId
    action: Literal["auto", "manual", "near", "far", "stop", "one_push"]
    force: bool = False


class CameraPower(Order):
    """Switch a camera on, or to standby; standby on air only with `force`."""

    command: Literal["camera.power"]
    camera: CameraId
    on: bool
    force: bool = False


class SurveyStart(Order):
    """Walk through every seat with a preset, on one camera or on all; while a meeting is open only with `force`.

    `by_itself` only looks whether each preset is reached, and learns where it is; nothing is stored.
    """

    command: Literal["survey.start"]
    camera: CameraId | None = None
    by_itself: bool = False
    force: bool = False


class SurveyStep(Order):
    """At a seat of the walk: store as it stands and go on, go on without storing, or end the walk."""

    command: Literal["survey.store", "survey.next", "survey.abort"]


CameraOrder = (
    CameraRecall | CameraStore | CameraDrive | CameraFocus | CameraPower | SurveyStart | SurveyStep
)  # fmt: skip


class SurveySkip(Payload):
    """A preset that the walk did not reach; `reason` is what the camera said, or off_line, on_air, no_arrival."""

    camera: str
    preset: int
    seats: tuple[str, ...]
    reason: str


class SurveyView(Payload):
    """The walk: which preset is looked at, how many are done of how many, and what was not reached.

    `phase` moving: on its way; look: it stands there, or was moved by hand since; done: the walk is over.
    """

    phase: Literal["moving", "look", "done"]
    by_itself: bool
    camera: str | None = None
    preset: int | None = None
    seats: tuple[str, ...] = ()
    step: int
    steps: int
    stored: int = 0
    skipped: tuple[SurveySkip, ...] = ()
