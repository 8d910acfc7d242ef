"""The controller's end of stream.sock for tests: sends leases as a controller does, over the real socket."""

import asyncio
from pathlib import Path
from typing import Any

from chamber.clock import SystemClock
from chamber.ipc import LineClient


class Controller:
    """Sends a lease every 200 ms and at once on each change; can fall silent."""

    def __init__(self, run_dir: Path, clock: SystemClock) -> None:
        self._clock = clock
        self._client = LineClient("stream", run_dir / "stream.sock", self._got)
        self._tasks: list[asyncio.Task[None]] = []
        self._seq = 0
        self.state = "standby"
        self.epoch = "first"
        self.silent = False
        self.last_issued_ms = 0
        self.known: dict[str, Any] = {}
        self.taken_back: list[dict[str, Any]] = []

    def _got(self, message: dict[str, Any]) -> None:
        self.known = message.get("known", self.known)
        if "taken_back" in message:
            self.taken_back.append(message["taken_back"])

    async def __aenter__(self) -> "Controller":
        up = asyncio.Event()
        self._tasks.append(asyncio.create_task(self._client.serve(up.set)))
        await asyncio.wait_for(up.wait(), 5)
        self._tasks.append(asyncio.create_task(self._lease_for_ever()))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def lease(self) -> int:
        """Send one lease now; the time of issue."""
        self._seq += 1
        self.last_issued_ms = self._clock.now_ms()
        self._client.send(
            {
                "lease": {
                    "state": self.state,
                    "epoch": self.epoch,
                    "opened_epoch": self.epoch,
                    "seq": self._seq,
                    "issued_ms": self.last_issued_ms,
                }
            }
        )
        return self.last_issued_ms

    def set(self, state: str) -> int:
        """Change the state and say so at once; the time of it."""
        self.state = state
        return self.lease()

    def send(self, message: dict[str, Any]) -> None:
        self._client.send(message)

    async def _lease_for_ever(self) -> None:
        while True:
            if not self.silent:
                self.lease()
            await asyncio.sleep(0.2)
