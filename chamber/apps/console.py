"""`chamber console`: the operator's screens, a process of its own without state."""

from pathlib import Path

from chamber.core.errors import ConfigError
from tui.app import main as run_console


def main(url: str, token_file: Path | None) -> int:
    """Run the console against the control API at `url`; the account's token stands in a file."""
    if token_file is None:
        raise ConfigError(
            ["--token-file: is missing; name the file with your account's token (see [[accounts]] in CONFIG)"]
        )
    try:
        token = token_file.read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise ConfigError([f"--token-file: {token_file} cannot be read: {exc.strerror}"]) from exc
    return run_console(url, token)
