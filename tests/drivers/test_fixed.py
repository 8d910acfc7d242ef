"""A fixed camera is there, and refuses to move in plain words."""

import pytest

from chamber.core.errors import DeviceRejectedError
from chamber.ports import CameraFailed, CameraReading, CameraWish
from drivers.fixed import FixedCamera
from tests.drivers.sessions import Events, served


async def test_it_is_there_and_never_moves() -> None:
    events = Events()
    camera = FixedCamera("wide", events.append)
    async with served(camera) as session:
        assert events == [CameraReading("wide", power=True, preset=None, moving=False)]
        camera.wish(CameraWish(on_air=True, why="programme"))
        await camera.drive(0, 0, 0)
        with pytest.raises(DeviceRejectedError, match="does not move"):
            await camera.drive(1, 0, 0)
        with pytest.raises(DeviceRejectedError, match="no preset 3"):
            await camera.store(3)
        assert not session.over
    assert len(events) == 1


async def test_a_wished_preset_fails_once() -> None:
    events = Events()
    camera = FixedCamera("wide", events.append)
    camera.wish(CameraWish(3, why="latest_mic"))
    camera.wish(CameraWish(3, on_air=True, why="programme"))
    assert events == [CameraFailed("wide", 3, "a fixed camera has no presets")]
