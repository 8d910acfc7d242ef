"""A reader of pictures on a Unix socket that shares no code with what sends them."""

import asyncio
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Listener:
    """A connection to a picture or sound feed; closed by `close`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.width = self.height = 0

    @classmethod
    async def sound(cls, path: Path) -> "Listener":
        return cls(*await asyncio.open_unix_connection(path))

    @classmethod
    async def pictures(cls, path: Path) -> "Listener":
        self = cls(*await asyncio.open_unix_connection(path))
        async with asyncio.timeout(5):
            magic, *fields = (await self._reader.readline()).decode().split()
        assert magic == "YUV4MPEG2"
        assert "F25:1" in fields
        assert "C420jpeg" in fields
        self.width, self.height = (int(field[1:]) for field in fields[:2])
        return self

    async def frame(self) -> bytes:
        """The next picture."""
        async with asyncio.timeout(5):
            assert await self._reader.readline() == b"FRAME\n"
            return await self._reader.readexactly(self.width * self.height * 3 // 2)

    async def take(self, count: int) -> bytes:
        """The next bytes."""
        async with asyncio.timeout(5):
            return await self._reader.readexactly(count)

    async def luma(self) -> NDArray[np.uint8]:
        """The next picture's luma."""
        frame = await self.frame()
        return np.frombuffer(frame, np.uint8, self.width * self.height).reshape(self.height, self.width)

    async def ended(self) -> bool:
        """Whether the other side hangs up."""
        async with asyncio.timeout(5):
            try:
                while await self._reader.read(1 << 20):
                    pass
            except OSError:
                return True
        return True

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            return
