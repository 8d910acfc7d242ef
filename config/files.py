"""What CONFIG says about files: relative paths made whole, and whether the files will do."""

import stat
from pathlib import Path

from config.devices import ViscaSerialCamera
from config.model import Config

SOCKET_PATH_BYTES = 107
"""sockaddr_un holds 108 bytes with the closing zero (unix(7))."""

SOCKETS = ("programme.sock", "stream.sock", "mixer.sock")


def settled(config: Config, base: Path) -> Config:
    """The same configuration with every relative path taken from `base`."""
    data = config.data.model_copy(
        update={"dir": str(base / config.data.dir), "run_dir": str(base / config.data.run_dir)}
        if config.data.run_dir is not None
        else {"dir": str(base / config.data.dir)}
    )
    return config.model_copy(
        update={
            "data": data,
            "sound": config.sound.model_copy(update={"input": _source(config.sound.input, base)}),
            "cameras": tuple(
                camera.model_copy(
                    update={"video": _source(camera.video, base)}
                    | ({"path": _line(camera.path, base)} if isinstance(camera, ViscaSerialCamera) else {})
                )
                for camera in config.cameras
            ),
            "switchers": tuple(
                switcher.model_copy(update={"video": _source(switcher.video, base), "path": _line(switcher.path, base)})
                for switcher in config.switchers
            ),
            "accounts": tuple(
                account.model_copy(update={"token_file": str(base / account.token_file)}) for account in config.accounts
            ),
        }
    )


def _source(source: str | None, base: Path) -> str | None:
    if source is None or not source.startswith("unix:"):
        return source
    return f"unix:{base / source.removeprefix('unix:')}"


def _line(path: str | None, base: Path) -> str | None:
    return path if path is None or "://" in path else str(base / path)


def file_problems(config: Config, *, tokens: bool) -> list[str]:
    """What is wrong with the files that a settled configuration names."""
    found = _long_sockets(config)
    if tokens:
        for index, account in enumerate(config.accounts):
            trouble = _token_trouble(Path(account.token_file))
            if trouble:
                found.append(f"accounts[{index}].token_file: {trouble}")
    return found


def _long_sockets(config: Config) -> list[str]:
    found = []
    longest = config.run_dir / max(SOCKETS, key=len)
    over = len(str(longest).encode()) - SOCKET_PATH_BYTES
    if over > 0:
        key = "data.run_dir" if config.data.run_dir is not None else "data.dir"
        found.append(f"{key}: {longest} is {over} bytes too long for a socket; choose a shorter run_dir")
    sources = [(f"cameras[{index}].video", camera.video) for index, camera in enumerate(config.cameras)]
    sources += [(f"switchers[{index}].video", switcher.video) for index, switcher in enumerate(config.switchers)]
    for key, source in [("sound.input", config.sound.input), *sources]:
        if source is not None and source.startswith("unix:"):
            over = len(source.removeprefix("unix:").encode()) - SOCKET_PATH_BYTES
            if over > 0:
                found.append(f"{key}: the path is {over} bytes too long for a socket; choose a shorter one")
    return found


def _token_trouble(path: Path) -> str | None:
    try:
        about = path.stat()
    except OSError as exc:
        return f"{path} cannot be read ({exc.strerror}); write a token there, readable by the controller only"
    if not stat.S_ISREG(about.st_mode):
        return f"{path} is not a file; give a file with one token in it"
    if about.st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return f"{path} can be read by everybody on this machine; chmod 600 {path}"
    if about.st_size < MIN_TOKEN_BYTES:
        return f"{path} holds less than {MIN_TOKEN_BYTES} characters; write a longer random token"
    return None


MIN_TOKEN_BYTES = 16
