"""What goes out: which cameras are on air, wishes to cameras and mixer, and the lease."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chamber import ports
from chamber.core import scenes
from chamber.core.domain import MeetingState
from chamber.ports import Clock
from chamber.state import State

Send = Callable[[dict[str, Any]], object]


@dataclass(slots=True)
class Outputs:
    """Where wishes go: the two media processes, the cameras, the switchers and the microphone systems."""

    mixer: Send
    stream: Send
    cameras: Mapping[str, ports.Camera] = field(default_factory=dict)
    switchers: Mapping[str, ports.Switcher] = field(default_factory=dict)
    microphones: Mapping[str, ports.MicrophoneSystem] = field(default_factory=dict)


class Stage:
    """Sends wishes, and knows which cameras may be on air until the mixer has confirmed otherwise."""

    def __init__(self, state: State, out: Outputs, clock: Clock, epoch: str) -> None:
        self._state, self._out, self._clock, self._epoch = state, out, clock, epoch
        self._wishes = {name: ports.CameraWish() for name in out.cameras}
        self._preview: str | None = None
        self._cut_id = 0
        self._cuts: dict[int, str | None] = {}
        self._lease_seq = 0
        self._opened_epoch: str | None = None
        self._bar_timer: asyncio.TimerHandle | None = None

    def airing(self) -> frozenset[str]:
        """Cameras that are, or may still be, on air: wished, confirmed, or on the way to being confirmed."""
        state, known = self._state, self._state.mixer.known
        if state.meeting.state is not MeetingState.OPEN and known.get("slate") is not None:
            return frozenset()
        found = {camera for camera in self._cuts.values() if camera}
        if known.get("slate") is None and known.get("programme"):
            found.add(known["programme"])
        if state.shown.camera:
            found.add(state.shown.camera)
        return frozenset(found)

    def cut(self, camera: str | None) -> None:
        """A cut was decided: the camera counts as on air from now on, the one before until the mixer says so."""
        self._cut_id += 1
        self._preview = None if self._preview == camera else self._preview
        self._cuts[self._cut_id] = camera
        self.tell_cameras()
        self.wish()

    def confirmed(self, cut_id: int | None) -> bool:
        """The mixer shows this cut; whether it is the newest one."""
        self._cuts = {number: camera for number, camera in self._cuts.items() if number >= (cut_id or 0)}
        self.tell_cameras()
        return cut_id == self._cut_id

    def send_camera(self, name: str, preset: int | None, why: str, *, forced: bool = False) -> None:
        """Want a camera at a preset (None: leave it where it is); on air it stays put unless `forced`."""
        self._state.cameras[name].wished = preset
        wish = ports.CameraWish(
            preset, on_air=name in self.airing(), forced=forced, why=why, preview=self.next_is(name)
        )
        self._wishes[name] = wish
        self._out.cameras[name].wish(wish)

    def comes_next(self, camera: str | None) -> None:
        """The director means to cut to this camera next; its lamp says so where it has one for that."""
        if camera != self._preview:
            self._preview = camera
            self.tell_cameras()

    def next_is(self, camera: str) -> bool:
        """Whether this camera is the one that comes next, and the public may see what it shows."""
        return camera == self._preview and self._state.meeting.state is MeetingState.OPEN

    def tell_cameras(self) -> None:
        """Tell each camera that came on air, or left it, or comes next."""
        airing = self.airing()
        for name, before in self._wishes.items():
            wish = replace(before, on_air=name in airing, preview=self.next_is(name))
            if wish != before:
                self._wishes[name] = wish
                self._out.cameras[name].wish(wish)

    def wish(self) -> None:
        """Tell the mixer the whole wish."""
        state = self._state
        bar = state.bar_seat if state.title_visible else None
        wish = scenes.mixer_wish(state.hall, state.seating, state.meeting, state.shown, bar, self._cut_id)
        self._out.mixer({"wish": wish})

    def bar(self, seat: str | None, at_ms: int) -> None:
        """Show the name bar of a seat from `at_ms` on; None takes it away at once."""
        if self._bar_timer:
            self._bar_timer.cancel()
            self._bar_timer = None
        wait_ms = at_ms - self._clock.now_ms()
        if seat is not None and wait_ms > 0:
            self._bar_timer = asyncio.get_running_loop().call_later(wait_ms / 1000, self.bar, seat, 0)
        elif seat != self._state.bar_seat:
            self._state.bar_seat = seat
            self.wish()

    def close(self) -> None:
        """Cancel a name bar that is still to come."""
        if self._bar_timer:
            self._bar_timer.cancel()

    def opened(self) -> None:
        """The operator opened the meeting in this run: leases may permit."""
        self._opened_epoch = self._epoch

    @property
    def lease_seq(self) -> int:
        """Number of the newest lease."""
        return self._lease_seq

    def lease(self) -> None:
        """Issue one permission, or refusal, to both media processes."""
        self._lease_seq += 1
        message = {
            "lease": {
                "state": self._state.meeting.state.value,
                "epoch": self._epoch,
                "opened_epoch": self._opened_epoch,
                "seq": self._lease_seq,
                "issued_ms": self._clock.now_ms(),
            }
        }
        self._out.stream(message)
        self._out.mixer(message)

    def facts(self, facts: dict[str, Any]) -> None:
        """Tell the stream what residents may read."""
        self._out.stream({"facts": facts})
