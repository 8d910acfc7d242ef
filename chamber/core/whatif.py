"""Cameras of a past evening under another plan: how long they took then is how long they take now. Pure."""

from collections.abc import Iterable, Sequence
from statistics import median_low

from chamber.core.director import model as d
from chamber.core.replaying import Part


class Moves:
    """Milliseconds from recall to arrival, as measured in an evening."""

    def __init__(self, parts: Iterable[Part], plan: d.Plan) -> None:
        self._to_preset: dict[tuple[str, int], list[int]] = {}
        self._of_camera: dict[str, list[int]] = {}
        for part in parts:
            for camera, preset, took_ms in _measured(part):
                self._to_preset.setdefault((camera, preset), []).append(took_ms)
                self._of_camera.setdefault(camera, []).append(took_ms)
        self._plan = {camera.id: camera for camera in plan.cameras}
        self._default_ms = plan.settings.settle_ms

    def took_ms(self, camera: str, preset: int) -> int | None:
        """To this preset, else with this camera at all, else as the plan expects it; None: it never reports."""
        measured = self._to_preset.get((camera, preset)) or self._of_camera.get(camera)
        if measured:
            return median_low(measured)
        known = self._plan.get(camera)
        if known is not None and known.settle_ms is not None:
            return None
        return known.typical_move_ms or self._default_ms if known is not None else self._default_ms


class Travelling:
    """Cameras that arrive at what they are recalled to; a newer recall, a loss or another's hand ends an older one."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves
        self._under_way: dict[str, tuple[int, int]] = {}

    def next_ms(self) -> int | None:
        """When the next camera arrives."""
        return min((at_ms for at_ms, _ in self._under_way.values()), default=None)

    def take(self) -> d.Event:
        """The next arrival."""
        camera = min(self._under_way, key=lambda name: self._under_way[name][0])
        at_ms, preset = self._under_way.pop(camera)
        return d.CameraArrived(at_ms, camera, preset)

    def heard(self, event: d.Event) -> None:
        """Something that happened to a camera then happens to it now."""
        if isinstance(event, d.CameraLost | d.CameraBack | d.CameraDisturbed):
            self._under_way.pop(event.camera, None)

    def decided(self, at_ms: int, action: d.Action) -> None:
        """A recall sets a camera on its way."""
        if isinstance(action, d.Recall):
            took_ms = self._moves.took_ms(action.camera, action.preset)
            self._under_way.pop(action.camera, None)
            if took_ms is not None:
                self._under_way[action.camera] = at_ms + took_ms, action.preset


def without_answers(part: Part) -> list[d.Event]:
    """What was heard, less what cameras answered to recalls of that evening's director."""
    return [event for event, answered_ms in _answers(part) if answered_ms is None]


def _measured(part: Part) -> list[tuple[str, int, int]]:
    """(camera, preset, ms) of each move whose arrival was reported."""
    seen: set[tuple[str, int]] = set()
    found = []
    for event, recalled_ms in _answers(part):
        if isinstance(event, d.CameraArrived) and recalled_ms is not None and (event.camera, recalled_ms) not in seen:
            seen.add((event.camera, recalled_ms))
            found.append((event.camera, event.preset, event.at_ms - recalled_ms))
    return found


def _answers(part: Part) -> Sequence[tuple[d.Event, int | None]]:
    """Each event with the time of the recall that it answers, None when it answers none."""
    recalls = [decision for decision in part.decisions if decision.kind == "recall"]
    newest: dict[str, tuple[int, int]] = {}
    found: list[tuple[d.Event, int | None]] = []
    at = 0
    for event in part.events:
        while at < len(recalls) and recalls[at].at_ms <= event.at_ms:
            recall = recalls[at]
            newest[recall.values["camera"]] = recall.values["preset"], recall.at_ms
            at += 1
        answered_ms = None
        if isinstance(event, d.CameraArrived | d.CameraFailed):
            preset, recalled_ms = newest.get(event.camera, (None, 0))
            answered_ms = recalled_ms if preset == event.preset else None
        found.append((event, answered_ms))
    return found
