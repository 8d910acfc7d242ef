"""What CONFIG says about files: relative paths made whole, and whether the files will do."""

import stat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.devices import Camera, Microphones, PanasonicCamera, Switcher, ViscaSerialCamera
from config.microphones import ConferoMicrophones, DcnMicrophones, DicentisMicrophones
from config.model import Config
from config.patterned import LinesMicrophones

SOCKET_PATH_BYTES = 107
"""sockaddr_un holds 108 bytes with the closing zero (unix(7))."""

UNIX = "unix:"
MIN_TOKEN_BYTES = 16
SIMULCAST_SCHEMES = ("rtmp", "rtmps", "srt")
SOCKETS = ("programme.sock", "stream.sock", "mixer.sock")


def settled(config: Config, base: Path) -> Config:
    """The same configuration with every relative path taken from `base`, and the camera addresses read from files."""

    def whole(path: str | None) -> str | None:
        return None if path is None else str(base / path)

    def source(given: str | None) -> str | None:
        unix = given is not None and given.startswith(UNIX)
        return f"{UNIX}{whole(given.removeprefix(UNIX))}" if given is not None and unix else given

    def line(path: str | None) -> str | None:
        return path if path is None or "://" in path else whole(path)

    def camera(one: Camera) -> Camera:
        video = source(one.video)
        if one.video_file is not None:
            video = _first_line(base / one.video_file)
        changes: dict[str, Any] = {"video": video, "video_file": whole(one.video_file)}
        if isinstance(one, ViscaSerialCamera):
            changes["path"] = line(one.path)
        if isinstance(one, PanasonicCamera):
            changes["password_file"] = whole(one.password_file)
        return one.model_copy(update=changes)

    def switcher(one: Switcher) -> Switcher:
        changes = {
            "video": source(one.video),
            "path": line(one.path),
            "password_file": whole(one.password_file),
        }
        return one.model_copy(update=changes)

    def microphones(one: Microphones) -> Microphones:
        changes: dict[str, Any] = {}
        if isinstance(one, DcnMicrophones | LinesMicrophones):
            changes["path"] = line(one.path)
        if isinstance(one, DicentisMicrophones):
            changes["password_file"] = whole(one.password_file)
        if isinstance(one, ConferoMicrophones):
            changes["token_file"] = whole(one.token_file)
        return one.model_copy(update=changes)

    data = {"dir": whole(config.data.dir), "run_dir": whole(config.data.run_dir)}
    accounts = (a.model_copy(update={"token_file": whole(a.token_file)}) for a in config.accounts)
    changes = {
        "data": config.data.model_copy(update=data),
        "sound": config.sound.model_copy(
            update={
                "input": source(config.sound.input),
                "also": tuple(one.model_copy(update={"input": source(one.input)}) for one in config.sound.also),
            }
        ),
        "microphones": tuple(microphones(one) for one in config.microphones),
        "cameras": tuple(camera(one) for one in config.cameras),
        "switchers": tuple(switcher(one) for one in config.switchers),
        "simulcast": tuple(s.model_copy(update={"url_file": whole(s.url_file)}) for s in config.simulcast),
        "accounts": tuple(accounts),
    }
    return config.model_copy(update=changes)


def _first_line(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def file_problems(config: Config, *, secrets: bool) -> list[str]:
    """What is wrong with the files that a settled configuration names; those with secrets only if asked for."""
    found = _long_sockets(config)
    if secrets:
        troubles = ((key, _secret_trouble(path, least)) for key, path, least in _secrets(config) if path.exists())
        found += [f"{key}: {trouble}" for key, trouble in troubles if trouble]
    return found


def missing_secrets(config: Config) -> list[str]:
    """Files with secrets that are not there: a problem to start with, and none yet on another machine."""
    return [
        f"{key}: {path} is not there; put the secret there, in one line"
        for key, path, _ in _secrets(config)
        if not path.exists()
    ]


def simulcast_problems(config: Config) -> list[str]:
    """What is wrong with the addresses of simulcast targets; such a target alone does not work, the rest does."""
    found = []
    for n, target in enumerate(config.simulcast):
        key, path = f"simulcast[{n}].url_file", Path(target.url_file)
        if not path.exists():
            found.append(f"{key}: {path} is not there; put the address with its key there, in one line")
        elif trouble := _secret_trouble(path, 1) or _url_trouble(path):
            found.append(f"{key}: {trouble}")
    return found


def _url_trouble(path: Path) -> str | None:
    """Never says what stands in the file."""
    try:
        parts = urlsplit(_first_line(path) or "")
        port = parts.port
    except ValueError:
        return f"{path} holds no valid address; write one rtmp://, rtmps:// or srt:// address"
    if parts.scheme not in SIMULCAST_SCHEMES or not parts.hostname:
        return f"{path} holds no address; write one rtmp://, rtmps:// or srt:// address"
    if parts.scheme == "srt" and port is None:
        return f"{path} has no port; an srt:// address needs one"
    if parts.scheme != "srt" and not parts.path.strip("/"):
        return f"{path} has no path; write the platform's address and its stream key, rtmps://host/app/key"
    return None


def _secrets(config: Config) -> list[tuple[str, Path, int]]:
    """Key, path and least length of every file with a secret."""
    files = [(f"accounts[{n}].token_file", a.token_file, MIN_TOKEN_BYTES) for n, a in enumerate(config.accounts)]
    files += [(f"cameras[{n}].video_file", c.video_file, 1) for n, c in enumerate(config.cameras) if c.video_file]
    files += [
        (f"cameras[{n}].password_file", c.password_file, 1)
        for n, c in enumerate(config.cameras)
        if isinstance(c, PanasonicCamera) and c.password_file
    ]
    files += [
        (f"microphones[{n}].password_file", m.password_file, 1)
        for n, m in enumerate(config.microphones)
        if isinstance(m, DicentisMicrophones)
    ]
    files += [
        (f"microphones[{n}].token_file", m.token_file, 1)
        for n, m in enumerate(config.microphones)
        if isinstance(m, ConferoMicrophones)
    ]
    files += [
        (f"switchers[{n}].password_file", s.password_file, 1) for n, s in enumerate(config.switchers) if s.password_file
    ]
    return [(key, Path(path), least) for key, path, least in files]


def _long_sockets(config: Config) -> list[str]:
    found = []
    longest = config.run_dir / max(SOCKETS, key=len)
    over = len(str(longest).encode()) - SOCKET_PATH_BYTES
    if over > 0:
        key = "data.run_dir" if config.data.run_dir is not None else "data.dir"
        found.append(f"{key}: {longest} is {over} bytes too long for a socket; choose a shorter run_dir")
    sources = [(f"cameras[{index}].video", camera.video) for index, camera in enumerate(config.cameras)]
    sources += [(f"switchers[{index}].video", switcher.video) for index, switcher in enumerate(config.switchers)]
    sources += [(f"sound.also[{index}].input", one.input) for index, one in enumerate(config.sound.also)]
    for key, source in [("sound.input", config.sound.input), *sources]:
        if source is not None and source.startswith(UNIX):
            over = len(source.removeprefix(UNIX).encode()) - SOCKET_PATH_BYTES
            if over > 0:
                found.append(f"{key}: the path is {over} bytes too long for a socket; choose a shorter one")
    return found


def _secret_trouble(path: Path, least_bytes: int) -> str | None:
    try:
        about = path.stat()
    except OSError as exc:
        return f"{path} cannot be read ({exc.strerror}); give a file that this user may read"
    if not stat.S_ISREG(about.st_mode):
        return f"{path} is not a file; give a file with the secret in one line"
    if about.st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return f"{path} can be read by everybody on this machine; chmod 600 {path}"
    if about.st_size < least_bytes:
        return f"{path} holds less than {least_bytes} characters; put a longer secret there"
    return None
