"""The demo's data directory: the shipped hall with free loopback ports, tokens and nothing left of an earlier run."""

import re
import secrets
import socket
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

PORT_LINE = re.compile(r"^port = (\d+)$", re.MULTILINE)
LISTEN_LINE = re.compile(r'^\[(public|control)\]\nlisten = "[^"]*"$', re.MULTILINE)
DELAY_LINE = re.compile(r"^delay_ms = \d+$", re.MULTILINE)
REHEARSAL = 'name = "Raadzaal Waterbeek"\n'


@dataclass(frozen=True, slots=True)
class Prepared:
    """A hall ready to be started."""

    folder: Path
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


def prepare(
    folder: Path, *, public_port: int | None, control_port: int | None, delay_ms: int | None = None
) -> Prepared:
    """Write CONFIG and tokens for a demo into `folder`."""
    text = resources.files("config").joinpath("demo.toml").read_text(encoding="utf-8")
    listen = {"public": public_port or free_port(), "control": control_port or free_port()}
    text = PORT_LINE.sub(lambda _: f"port = {free_port()}", text)
    text = LISTEN_LINE.sub(lambda m: f'[{m[1]}]\nlisten = "127.0.0.1:{listen[m[1]]}"', text)
    text = text.replace(REHEARSAL, f"{REHEARSAL}rehearsal = true\n", 1)
    if delay_ms is not None:
        text = DELAY_LINE.sub(f"delay_ms = {delay_ms}", text)
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "demo.toml"
    config.write_text(text, encoding="utf-8")
    tokens = folder / "tokens"
    tokens.mkdir(mode=0o700, exist_ok=True)
    for name in ("griffie", "voorzitter"):
        path = tokens / f"{name}.token"
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24) + "\n", encoding="utf-8")
    return Prepared(folder, config, listen["public"], listen["control"], tokens / "griffie.token")
