"""A camera without pan and tilt: always there, and never moved."""

import asyncio

from chamber.core.errors import DeviceRejectedError
from chamber.ports import CameraFailed, CameraReading, CameraWish, Emit, FocusAction, Ready


class FixedCamera:
    """A fixed shot. A wish for a preset is answered with CameraFailed, orders with DeviceRejectedError."""

    def __init__(self, name: str, emit: Emit) -> None:
        self.name, self._emit = name, emit
        self._refused: int | None = None

    async def serve(self, ready: Ready) -> None:
        """Report the camera and stay until cancelled."""
        self._emit(CameraReading(self.name, power=True, preset=None, moving=False))
        ready()
        await asyncio.get_running_loop().create_future()

    def wish(self, wish: CameraWish) -> None:
        """Take note; each preset that is asked for is refused once."""
        if wish.preset is not None and wish.preset != self._refused:
            self._emit(CameraFailed(self.name, wish.preset, "a fixed camera has no presets"))
        self._refused = wish.preset

    async def drive(self, pan: int, tilt: int, zoom: int) -> None:
        """Raise DeviceRejectedError, unless all is 0: it stands still already."""
        if pan or tilt or zoom:
            raise DeviceRejectedError(self.name, "a fixed camera does not move")

    async def store(self, preset: int) -> None:
        """Raise DeviceRejectedError."""
        raise DeviceRejectedError(self.name, f"a fixed camera has no preset {preset}")

    async def focus(self, action: FocusAction) -> None:
        """Raise DeviceRejectedError."""
        raise DeviceRejectedError(self.name, "a fixed camera is not focused from here")

    async def power(self, on: bool) -> None:
        """Raise DeviceRejectedError, unless it is to be on: it is."""
        if not on:
            raise DeviceRejectedError(self.name, "a fixed camera is not switched from here")
