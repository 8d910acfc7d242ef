"""The other processes of the demo: started together, watched, stopped together, each with a log of its own."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

STOP_S = 4.0
TAIL_LINES = 5


class Children:
    """Processes of ours by name; logs stand in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, asyncio.subprocess.Process] = {}
        folder.mkdir(parents=True, exist_ok=True)

    async def start(self, name: str, *args: str) -> None:
        """Start `chamber ARGS`; its stderr goes to the log."""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "chamber", *args, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def pid(self, name: str) -> int:
        """Process id of one that was started."""
        return self._running[name].pid

    def ended(self) -> list[str]:
        """What has ended by itself, with the last lines of its log."""
        return [
            f"{name} ended with {process.returncode}: {self.tail(name)}"
            for name, process in self._running.items()
            if process.returncode is not None
        ]

    def tail(self, name: str) -> str:
        """Last lines of a log."""
        with suppress(OSError):
            lines = (self._folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
            return " | ".join(lines[-TAIL_LINES:])
        return ""

    async def stop(self, names: Sequence[str] | None = None) -> list[str]:
        """Ask each to end, kill what does not; returns the names that had to be killed."""
        killed = []
        for name in names or tuple(self._running):
            process = self._running.pop(name)
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_S):
                    await process.wait()
            except TimeoutError:
                killed.append(name)
                process.kill()
                await process.wait()
        return killed
