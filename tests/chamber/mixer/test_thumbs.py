"""The preview's small pictures over their socket."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from chamber.mixer.settings import InputSettings, MixerSettings
from chamber.mixer.thumbs import jpeg
from tests.chamber.mixer.sources import HEIGHT, WIDTH, Y4mSource, boot_ms, mixing
from tests.until import until


async def thumbs(path: Path, count: int) -> list[tuple[dict[str, Any], Image.Image]]:
    """The first so many small pictures that a client gets."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        got: list[tuple[dict[str, Any], Image.Image]] = []
        for _ in range(count):
            head = json.loads(await reader.readline())["thumb"]
            got.append((head, Image.open(io.BytesIO(await reader.readexactly(head["bytes"])))))
        return got
    finally:
        writer.transport.abort()


async def test_a_client_gets_every_input_and_the_programme(tmp_path: Path) -> None:
    async with Y4mSource(tmp_path / "one.sock", 180) as source:
        inputs = (InputSettings("cam1", source.path), InputSettings("cam2", tmp_path / "absent.sock"))
        settings = MixerSettings(tmp_path / "run", inputs, None, WIDTH, HEIGHT)
        async with mixing(settings):
            await until(lambda: source.sent > 5)
            for _ in range(2):
                began_ms = boot_ms()
                got = await thumbs(settings.run_dir / "thumbs.sock", 12)
                assert {head["id"] for head, _ in got} == {"cam1", "programme"}, "an absent input has no picture"
                assert boot_ms() - began_ms >= 600, "at most eight rounds a second"
                for head, image in got:
                    assert image.size == (320, 180)
                    assert abs(head["capture_ms"] - boot_ms()) < 3000
                    pixel = image.convert("RGB").getpixel((310, 90))
                    assert isinstance(pixel, tuple)
                    grey = round((180 - 16) * 255 / 219)
                    wanted = (grey,) * 3 if head["id"] == "cam1" else (16, 27, 41)
                    assert pixel == pytest.approx(wanted, abs=6)


@pytest.mark.parametrize(
    ("yuv", "rgb"), [((16, 128, 128), (0, 0, 0)), ((235, 128, 128), (255, 255, 255)), ((63, 102, 240), (255, 0, 0))]
)
def test_colours_are_those_of_bt_709(yuv: tuple[int, int, int], rgb: tuple[int, int, int]) -> None:
    y, u, v = yuv
    frame = np.concatenate(
        [np.full(WIDTH * HEIGHT, y), np.full(WIDTH * HEIGHT // 4, u), np.full(WIDTH * HEIGHT // 4, v)]
    )
    image = Image.open(io.BytesIO(jpeg(frame.astype(np.uint8), WIDTH, HEIGHT)))
    assert image.getpixel((100, 100)) == pytest.approx(rgb, abs=5)


async def test_the_shape_of_the_mixers_picture_is_kept(tmp_path: Path) -> None:
    settings = MixerSettings(tmp_path / "run", (), None, 480, 360)
    async with mixing(settings):
        [(head, image)] = await thumbs(settings.run_dir / "thumbs.sock", 1)
    assert head["id"] == "programme"
    assert image.size == (320, 240)
