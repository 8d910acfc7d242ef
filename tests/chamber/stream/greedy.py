"""A greedy public client: fetches every byte there is, hinted parts too, and looks at every picture in them."""

import asyncio
import re
import subprocess
from contextlib import suppress

import numpy as np
from aiohttp import ClientError, ClientSession

from tests.chamber.stream.programme import HEIGHT, WIDTH, read_barcode
from tests.chamber.stream.rules import check
from tests.chamber.stream.strict import judge

_URI = re.compile(r'URI="([^"]+)"')


class Greedy:
    """Polls without pause; keeps what it got, by name, in order of arrival."""

    def __init__(self, client: ClientSession) -> None:
        self._client = client
        self.files: dict[str, bytes] = {}
        self.playlists: list[str] = []
        self._asked: dict[str, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Greedy":
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task
        self._task.cancel()
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(self._task, *self._asked.values(), return_exceptions=True)

    async def _run(self) -> None:
        while True:
            with suppress(ClientError, TimeoutError):
                async with self._client.get("main.m3u8") as answer:
                    text = await answer.text() if answer.status == 200 else ""
                if text and text not in self.playlists[-1:]:
                    self.playlists.append(text)
                    names = [*_URI.findall(text), *(line for line in text.splitlines() if line and line[0] != "#")]
                    for name in names:
                        if name.endswith((".m4s", ".mp4")) and name not in self._asked:
                            self._asked[name] = asyncio.create_task(self._fetch(name))
            await asyncio.sleep(0.02)

    async def _fetch(self, name: str) -> None:
        with suppress(ClientError, TimeoutError):
            async with self._client.get(name) as answer:
                if answer.status == 200:
                    self.files[name] = await answer.read()

    async def settle(self) -> None:
        """Wait for what was asked, except the part that is still only promised."""
        await asyncio.wait(list(self._asked.values()), timeout=1.0)

    def captures(self, ffmpeg: str) -> list[int]:
        """Low 32 bits of the capture time of every picture of the hall in every byte received."""
        seen: list[int] = []
        for kind in "ps":
            media = [name for name in self.files if name[0] == kind]
            inits = [name for name in self.files if name[0] == "i"]
            for init in inits:
                data = self.files[init] + b"".join(self.files[name] for name in sorted(media, key=_order))
                seen += barcodes(ffmpeg, data)
        return seen

    def check_playlists(self) -> None:
        """Every playlist that was ever served obeys the rules, alone and after its predecessor; strict readers agree."""
        previous = None
        for text in self.playlists:
            previous = check(text, previous)
        judge(self.playlists)


def _order(name: str) -> tuple[int, ...]:
    return tuple(int(number) for number in name.removesuffix(".m4s").split("-")[1:])


def pictures(ffmpeg: str, data: bytes) -> list[np.ndarray]:
    """Luma planes of everything that can be decoded; fails on any complaint of the decoder."""
    done = subprocess.run(
        [ffmpeg, "-v", "error", "-i", "pipe:0", "-map", "0:v", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"],
        input=data, capture_output=True, timeout=15, check=True,
    )  # fmt: skip
    assert not done.stderr, done.stderr[:500]
    size = WIDTH * HEIGHT
    return [
        np.frombuffer(done.stdout, np.uint8, size, at).reshape(HEIGHT, WIDTH)
        for at in range(0, len(done.stdout) - size + 1, size)
    ]


def barcodes(ffmpeg: str, data: bytes) -> list[int]:
    """Capture times in the pictures that have one; slates have none."""
    return [value for picture in pictures(ffmpeg, data) if (value := read_barcode(picture)) is not None]
