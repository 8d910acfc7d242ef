"""A serial port without hardware: a pty whose far end any serial library opens by a name we choose."""

import asyncio
import os
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

READ_BYTES = 4096


class SimPort:
    """Our end of a serial cable. Clients may open and close the other end as often as they like.

    Args:
        path: name of the port for clients, made as a symbolic link; None for the pty's own name.
        on_data: called with what clients have written.
    """

    def __init__(self, path: str | None, on_data: Callable[[bytes], None]) -> None:
        self._link = None if path is None else Path(path)
        self._on_data = on_data
        self._ours: int | None = None
        self._theirs: int | None = None
        self._name = ""

    @property
    def path(self) -> str:
        """What a client opens."""
        return self._name if self._link is None else str(self._link)

    def open(self) -> None:
        """Publish the port. FileExistsError: something that is no symbolic link has that name."""
        if self._ours is not None:
            return
        if self._link is not None and self._link.exists() and not self._link.is_symlink():
            raise FileExistsError(f"{self._link} exists and is no symbolic link")
        # The far end stays open here too, or our end would hang up whenever a client closes.
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self._name = os.ttyname(self._theirs)
        if self._link is not None:
            self._link.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._link.with_name(self._link.name + ".new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(self._name)
            fresh.replace(self._link)
        asyncio.get_running_loop().add_reader(self._ours, self._readable)

    def close(self) -> None:
        """Take the port away; a client that has it open gets an error."""
        if self._ours is None or self._theirs is None:
            return
        asyncio.get_running_loop().remove_reader(self._ours)
        if self._link is not None and self._link.is_symlink() and str(self._link.readlink()) == self._name:
            self._link.unlink()
        os.close(self._theirs)
        os.close(self._ours)
        self._ours = self._theirs = None

    def unplug(self) -> None:
        """Pull the cable out of the computer."""
        self.close()

    def replug(self) -> None:
        """Plug it in again, under the same name."""
        self.open()

    @property
    def plugged(self) -> bool:
        """Whether the port is there."""
        return self._ours is not None

    def write(self, data: bytes) -> None:
        """Send to the client; what nobody reads is lost once the system's few kilobytes are full, as on a real line."""
        if self._ours is not None:
            with suppress(BlockingIOError, InterruptedError):
                os.write(self._ours, data)

    def _readable(self) -> None:
        if self._ours is None:
            return
        with suppress(BlockingIOError, InterruptedError):
            data = os.read(self._ours, READ_BYTES)
            if data:
                self._on_data(data)
