"""What the cameras report: into the state, to the director, and to a walk through the seats while there is one."""

from collections.abc import Callable

from chamber import ports
from chamber.core.director import model as d
from chamber.ports import Clock
from chamber.state import CameraState, State
from chamber.survey import Survey

Told = ports.CameraReading | ports.CameraArrived | ports.CameraFailed | ports.PresetStored


class Cameras:
    """Takes the reports of every camera.

    Attributes:
        survey: the walk that goes on, if there is one.
    """

    def __init__(self, state: State, clock: Clock, direct: Callable[[d.Event], None]) -> None:
        self._state, self._clock, self._direct = state, clock, direct
        self.survey: Survey | None = None

    def told(self, event: Told) -> None:
        """A camera reports."""
        now_ms = self._clock.now_ms()
        match event:
            case ports.CameraReading():
                self._read(event)
            case ports.CameraArrived(camera, preset, pose):
                self._at(camera, preset)
                self._found(camera, preset, pose)
                self._direct(d.CameraArrived(now_ms, camera, preset))
                if self.survey is not None:
                    self.survey.arrived(camera, preset, now_ms)
            case ports.CameraFailed(camera, preset, reason):
                self._at(camera, None)
                self._direct(d.CameraFailed(now_ms, camera, preset, reason))
                if self.survey is not None:
                    self.survey.failed(camera, preset, reason, now_ms)
            case ports.PresetStored(camera, preset, pose):
                self._found(camera, preset, pose)

    def link(self, name: str, reason: str | None, *, known_down: bool) -> None:
        """The link to a camera came, or was lost for `reason`."""
        now_ms = self._clock.now_ms()
        if reason is None:
            self._direct(d.CameraBack(now_ms, name))
            return
        self._state.cameras[name] = CameraState(wished=self._state.cameras[name].wished)
        if not known_down:
            self._direct(d.CameraLost(now_ms, name, reason))

    def tick(self) -> None:
        """Time has passed."""
        if self.survey is not None:
            self.survey.tick(self._clock.now_ms())

    def _read(self, event: ports.CameraReading) -> None:
        camera = self._state.cameras[event.camera]
        moved = camera.preset is not None and event.preset is None and event.moving is not True
        disturbed = moved and camera.wished == camera.preset
        camera.power, camera.moving, camera.preset = event.power, event.moving, event.preset
        camera.lamp, camera.focus = event.lamp, event.focus
        if disturbed:
            self._direct(d.CameraDisturbed(self._clock.now_ms(), event.camera))

    def _at(self, name: str, preset: int | None) -> None:
        camera = self._state.cameras[name]
        camera.preset, camera.moving = preset, False

    def _found(self, name: str, preset: int, pose: ports.Pose | None) -> None:
        """Where a preset turned out to be."""
        if pose is not None:
            self._state.poses.setdefault(name, {})[preset] = pose
