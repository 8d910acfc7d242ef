"""The demo's data directory: the shipped hall with free loopback ports, tokens and nothing left of an earlier run."""

import re
import secrets
import shutil
import socket
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from chamber.core.errors import ConfigError

PORT_LINE = re.compile(r"^port = (\d+)$", re.MULTILINE)
LISTEN_LINE = re.compile(r'^\[(public|control)\]\nlisten = "[^"]*"$', re.MULTILINE)
DELAY_LINE = re.compile(r"^delay_ms = \d+$", re.MULTILINE)
RUN_LINE = re.compile(r'^run_dir = "run"$', re.MULTILINE)
RUN_PATH = re.compile(r'"(unix:|)run/')
REHEARSAL = 'name = "Raadzaal Waterbeek"\n'
LONGEST_SOCKET = "inputs/presentation.sock"
SHORT_NAME = "raadzaal-"
SOCKET_PATH_BYTES = 107
"""Source: unix(7), sun_path has 108 bytes with its closing zero."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A hall ready to be started; sockets stand in `run`, which is elsewhere when `folder` has too long a name."""

    folder: Path
    run: Path
    config: Path
    public_port: int
    control_port: int
    token_file: Path

    @property
    def public_url(self) -> str:
        """Where residents look."""
        return f"http://127.0.0.1:{self.public_port}/"

    @property
    def control_url(self) -> str:
        """Where the console connects."""
        return f"http://127.0.0.1:{self.control_port}"

    def clear(self) -> None:
        """Remove the sockets that stand outside the folder."""
        if self.run.parent != self.folder:
            shutil.rmtree(self.run, ignore_errors=True)


def _fits(run: Path) -> bool:
    return len(str(run / LONGEST_SOCKET).encode()) <= SOCKET_PATH_BYTES


def _run_dir(folder: Path) -> Path:
    """Where sockets fit: in the folder, else in a new one with a short name."""
    if _fits(folder / "run"):
        return folder / "run"
    shelf = Path(tempfile.gettempdir())
    shelf = shelf if _fits(shelf / f"{SHORT_NAME}12345678") else Path("/tmp")  # noqa: S108 - mkdtemp makes it ours alone
    return Path(tempfile.mkdtemp(prefix=SHORT_NAME, dir=shelf))


def free_port() -> int:
    """A loopback port that is free for UDP and TCP at this moment."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            port: int = udp.getsockname()[1]
            try:
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port found on loopback")


def _wanted_port(option: str, port: int | None) -> int:
    """The port that was asked for, when it is free, else any. Raises ConfigError."""
    if port is None:
        return free_port()
    with socket.socket() as tcp:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tcp.bind(("127.0.0.1", port))
        except OSError as exc:
            raise ConfigError([f"{option}: {port}: {exc.strerror}; choose another port"]) from exc
    return port


def prepare(
    folder: Path, *, public_port: int | None, control_port: int | None, delay_ms: int | None = None
) -> Prepared:
    """Write CONFIG and tokens for a demo into `folder`. Raises ConfigError: a port is taken."""
    text = resources.files("config").joinpath("demo.toml").read_text(encoding="utf-8")
    listen = {
        "public": _wanted_port("--public-port", public_port),
        "control": _wanted_port("--control-port", control_port),
    }
    if public_port is not None and public_port == control_port:
        raise ConfigError([f"--control-port: {control_port} is the public port too; choose another port"])
    text = PORT_LINE.sub(lambda _: f"port = {free_port()}", text)
    text = LISTEN_LINE.sub(lambda m: f'[{m[1]}]\nlisten = "127.0.0.1:{listen[m[1]]}"', text)
    text = text.replace(REHEARSAL, f"{REHEARSAL}rehearsal = true\n", 1)
    if delay_ms is not None:
        text = DELAY_LINE.sub(f"delay_ms = {delay_ms}", text)
    run = _run_dir(folder)
    if run.parent != folder:
        text = RUN_PATH.sub(lambda m: f'"{m[1]}{run}/', RUN_LINE.sub(lambda _: f'run_dir = "{run}"', text))
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "demo.toml"
    config.write_text(text, encoding="utf-8")
    tokens = folder / "tokens"
    tokens.mkdir(mode=0o700, exist_ok=True)
    for name in ("griffie", "voorzitter"):
        path = tokens / f"{name}.token"
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24) + "\n", encoding="utf-8")
    return Prepared(folder, run, config, listen["public"], listen["control"], tokens / "griffie.token")
