"""A terminal with a program in it: keys in, text on the screen out, by tmux on a socket of its own."""

import asyncio
import secrets
import shlex
import time
from collections.abc import Sequence
from pathlib import Path

RUN_S = 10.0


class Terminal:
    """A screen of `columns` by `rows`; use as async context manager. `folder` must be there."""

    def __init__(self, folder: Path, command: Sequence[str], *, columns: int = 80, rows: int = 24) -> None:
        self._command, self._columns, self._rows = command, columns, rows
        self._socket: Path | None = None
        self._name, self._ended = f"raadzaal-{secrets.token_hex(4)}", folder / "ended"

    async def __aenter__(self) -> "Terminal":
        # the exit code is kept, because the session is gone when the program ends
        line = f"{shlex.join(self._command)}; echo $? > {shlex.quote(str(self._ended))}"
        size = ["-x", str(self._columns), "-y", str(self._rows)]
        environment = ["env", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "TERM=tmux-256color", "COLORTERM=truecolor"]
        await self._tmux("-f", "/dev/null", "new-session", "-d", "-s", "t", *size, *environment, "sh", "-c", line)
        self._socket = Path((await self._tmux("display-message", "-p", "#{socket_path}")).strip())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if not self._ended.exists():
            await self._tmux("kill-server")
        if self._socket:
            self._socket.unlink(missing_ok=True)  # tmux leaves it behind

    async def _tmux(self, *args: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "tmux", "-u", "-L", self._name, *args, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(RUN_S):
            out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    async def press(self, *keys: str) -> None:
        """Press keys, by the names that tmux gives them; a single character is itself."""
        await self._tmux("send-keys", "-t", "t", *keys)

    async def type(self, text: str) -> None:
        """Type text."""
        await self._tmux("send-keys", "-t", "t", "-l", text)

    async def screen(self, *, colours: bool = False) -> str:
        """What stands on the screen; with the escape sequences of its colours when asked for."""
        return await self._tmux("capture-pane", "-t", "t", "-p", *(["-e"] if colours else []))

    async def shows(self, *texts: str, timeout_s: float = 10.0) -> str:
        """Wait until all these texts stand on the screen; returns the screen."""
        end = time.monotonic() + timeout_s
        while True:
            screen = await self.screen()
            if all(text in " ".join(screen.split()) or text in screen for text in texts):
                return screen
            assert time.monotonic() < end, f"not within {timeout_s} s: {texts}\n{screen}"
            await asyncio.sleep(0.05)

    async def ended(self, *, timeout_s: float = 10.0) -> int:
        """Wait until the program has ended by itself; returns its exit code."""
        end = time.monotonic() + timeout_s
        while not (self._ended.exists() and (code := self._ended.read_text(encoding="ascii").strip())):
            assert time.monotonic() < end, f"not ended within {timeout_s} s:\n{await self.screen()}"
            await asyncio.sleep(0.05)
        return int(code)
