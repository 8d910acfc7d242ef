"""`chamber mixer CONFIG`: the built-in mixer, sole reader of camera pictures and sound."""

from pathlib import Path

from chamber.apps import service
from chamber.clock import SystemClock
from chamber.core.scenes import PRESENTATION
from chamber.mixer.service import serve
from chamber.mixer.settings import InputSettings, MixerSettings, SoundSettings
from config import plan
from config.load import load
from config.model import Config
from drivers.ffmpeg.locate import locate
from drivers.ffmpeg.plan import decode_sound, decode_video, holds_secret, input_list

UNIX = "unix:"


def _kept_out_of_argv(run_dir: Path, name: str, url: str) -> Path | None:
    """A list file that stands in for an address with credentials, readable by us alone; None where none is needed."""
    if not holds_secret(url):
        return None
    path = run_dir / "inputs" / f"{name}.ffconcat"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(input_list(url), encoding="utf-8")
    return path


def settings(config: Config) -> MixerSettings:
    """What CONFIG says, as the mixer wants it."""
    sources = {c.id: (c.video, c.video_delay_ms) for c in config.cameras if c.video is not None}
    slides = plan.presentation_source(config)
    if slides is not None:
        sources[PRESENTATION] = (slides, 0)
    width, height = config.mixer.width, config.mixer.height
    inputs = []
    for name, (url, delay_ms) in sources.items():
        if url.startswith(UNIX):
            inputs.append(InputSettings(name, unix_path=Path(url.removeprefix(UNIX)), delay_ms=delay_ms))
            continue
        secret = _kept_out_of_argv(config.run_dir, name, url)
        argv = decode_video(url, width, height, program=locate().path, list_file=secret)
        inputs.append(InputSettings(name, argv=argv, delay_ms=delay_ms))
    said = config.sound
    first = _sound(config, "sound", said.input, said.gain_db) if said.input is not None else None
    also = tuple(_sound(config, f"sound{n}", one.input, one.gain_db) for n, one in enumerate(said.also, 2))
    return MixerSettings(config.run_dir, tuple(inputs), first, width, height, config.hall.organisation, also)


def _sound(config: Config, name: str, source: str, gain_db: float) -> SoundSettings:
    offset_ms = config.sound.offset_ms
    if source.startswith(UNIX):
        path = Path(source.removeprefix(UNIX))
        return SoundSettings(unix_path=path, offset_ms=offset_ms, gain_db=gain_db)
    secret = _kept_out_of_argv(config.run_dir, name, source)
    argv = decode_sound(source, program=locate().path, list_file=secret)
    return SoundSettings(argv=argv, offset_ms=offset_ms, gain_db=gain_db)


def main(path: Path) -> int:
    """Run the mixer of one hall until SIGTERM."""
    wanted = settings(load(path, tokens=False))
    return service.run("mixer", lambda: serve(wanted, SystemClock(), service.ready))
