"""Pictures of another size."""

import numpy as np
import pytest

from chamber.mixer.scaling import BLACK, Scaler, planes


@pytest.mark.parametrize(
    ("size", "black"),
    [((640, 360), None), ((640, 480), "beside"), ((640, 270), "above"), ((1280, 720), None), ((182, 4096), "beside")],
)
def test_the_whole_picture_fits_with_its_shape_and_black_around_it(size: tuple[int, int], black: str | None) -> None:
    width, height = size
    source = np.full(width * height * 3 // 2, 200, np.uint8)
    target = np.full(320 * 180 * 3 // 2, 7, np.uint8)
    Scaler(width, height, 320, 180).fit(source, target)
    y, u, v = planes(target, 320, 180)
    for plane, dark in zip((y, u, v), BLACK, strict=True):
        rows, columns = plane.shape
        assert set(np.unique(plane)) <= {dark, 200}
        assert plane[rows // 2, columns // 2] == 200
        assert plane[rows // 2, 0] == (dark if black == "beside" else 200)
        assert plane[0, columns // 2] == (dark if black == "above" else 200)
    lit = np.argwhere(y == 200)
    shape = (lit[:, 1].max() - lit[:, 1].min() + 1) / (lit[:, 0].max() - lit[:, 0].min() + 1)
    if width > 182:
        assert shape == pytest.approx(width / height, rel=0.02)
