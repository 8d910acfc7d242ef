"""Command lines for ffmpeg, versions 5.1 to 9: the encoder, and decoders for every kind of input.

A URL with credentials never stands in a command line, where every user of the machine could read it: such an input is
named in a file that only we can read (`input_list`), and the command line names that file.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import ffmpeg

from chamber.core.errors import EncodeError
from drivers.ffmpeg.progress import redacted

RATE_HZ = 48_000
FRAMES_PER_SECOND = 25
CRF = 24
AUDIO_BPS = 128_000
# microseconds without a byte from the network, then the input has failed
SILENT_US = 5_000_000
# "UDP needs -probesize 32768 -analyzeduration 0 too, else it starts after 5 s" (measured)
PROBE_BYTES = 32_768
_COLOUR = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
_PROTOCOLS = "file,pipe,crypto,data,http,https,httpproxy,tcp,tls,udp,udplite,rtp,srtp,rtsp,rtsps,rtmp,rtmps,srt"
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)

Options = dict[str, str | float | None]


def quiet(program: str) -> list[str]:
    """How every ffmpeg of ours starts: it asks nothing, says nothing but what is wrong."""
    return [program, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"]


def max_kbps(width: int, height: int) -> int:
    """Ceiling of the video rate for 25 frames a second; what CRF gives is mostly far below."""
    return 1000 + width * height // 500


def encoder(
    program: str,
    width: int,
    height: int,
    gop_frames: int,
    picture: int,
    sound: int,
    small: tuple[int, int] | None = None,
) -> list[str]:
    """Raw I420 frames and s16le stereo from two inherited descriptors to fragmented MP4 on standard output.

    A fragment for every frame: whoever reads joins them, so the length of a part does not depend on the version.

    Args:
        gop_frames: frames from one key frame to the next, fixed.
        picture, sound: numbers of the descriptors as the child sees them.
        small: width and height of a second, smaller picture in a track behind picture and sound; same key frames.
    """
    raw: Options = {"probesize": 32, "analyzeduration": 0, "thread_queue_size": 64}
    frames = ffmpeg.input(
        f"pipe:{picture}", format="rawvideo", pix_fmt="yuv420p", s=f"{width}x{height}", r=FRAMES_PER_SECOND, **raw
    )
    samples = ffmpeg.input(f"pipe:{sound}", format="s16le", ar=RATE_HZ, ac=2, **raw)
    kbps = max_kbps(width, height)
    video: Options = {
        "c:v": "libx264",
        "preset": "superfast",
        "tune": "zerolatency",
        "threads": 1,
        "crf": CRF,
        "maxrate": f"{kbps}k",
        "bufsize": f"{kbps}k",
        "g": gop_frames,
        "keyint_min": gop_frames,
        "sc_threshold": 0,
        "vf": _COLOUR,
    }
    audio: Options = {"c:a": "aac", "aac_coder": "fast", "b:a": AUDIO_BPS}
    container: Options = {
        "movflags": "+empty_moov+default_base_moof+frag_every_frame",
        "flush_packets": 1,
        "map_metadata": -1,
    }
    if small is None:
        out = ffmpeg.output(frames, samples, "pipe:1", format="mp4", **video, **audio, **container)
        return ffmpeg.compile(out, cmd=quiet(program))
    most = f"{max_kbps(*small)}k"
    del video["vf"]
    colour = _COLOUR.partition("=")[2]
    named = dict(pair.split("=") for pair in colour.split(":"))
    whole = frames.filter("setparams", **named).filter_multi_output("split")
    less = whole[1].filter("scale", *small, flags="bilinear")
    video |= {"maxrate:v:1": most, "bufsize:v:1": most}
    return ffmpeg.compile(
        ffmpeg.output(whole[0], samples, less, "pipe:1", format="mp4", **video, **audio, **container),
        cmd=quiet(program),
    )


def holds_secret(url: str) -> bool:
    """Whether a URL carries credentials or a passphrase."""
    return redacted(url) != url


def input_list(url: str) -> str:
    """The contents of a list file that stands in for `url`; whoever writes it makes it readable by us alone.

    Raises:
        EncodeError: the URL has characters that such a file cannot hold.
    Source: ffmpeg-formats manual, concat demuxer, directives `file` and `option`.
    """
    if any(ord(char) < 0x20 for char in url):
        raise EncodeError("a URL cannot hold control characters")
    quoted = url.replace("'", "'\\''")
    options = [f"option {name} {value}" for name, value in _reading(url).items()]
    return "\n".join(["ffconcat version 1.0", f"file '{quoted}'", *options]) + "\n"


def decode_video(
    url: str, width: int, height: int, *, program: str = "ffmpeg", list_file: Path | None = None
) -> tuple[str, ...]:
    """Any picture input to raw I420 frames of one size on standard output, at most 25 a second.

    Args:
        url: `rtsp:`, `srt:`, `udp:`, `http:` … as ffmpeg has them, `/dev/video0`, or a file, which is played in its
            own time, over and over.
        width, height: even; the picture is fitted in, with black beside it.
        list_file: holds `input_list(url)`; needed when the URL carries credentials.
    Raises:
        EncodeError: the URL carries credentials and there is no list file, or is empty.
    """
    fit = f"scale={width}:{height}:force_original_aspect_ratio=decrease:flags=bilinear"
    pad = f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2"
    wanted: Options = {"pix_fmt": "yuv420p", "r": FRAMES_PER_SECOND, "fps_mode": "cfr", "flush_packets": 1}
    wanted |= {"vf": f"{fit},{pad},setsar=1,format=yuv420p", "an": None, "sn": None, "dn": None}
    out = _input(url, list_file).output("pipe:1", format="rawvideo", **wanted)
    return tuple(ffmpeg.compile(out, cmd=quiet(program)))


def decode_sound(url: str, *, program: str = "ffmpeg", list_file: Path | None = None) -> tuple[str, ...]:
    """Any sound input (`alsa:hw:1,0`, a URL as for pictures, a file) to s16le, 48 kHz, stereo on standard output.

    Raises:
        EncodeError: as `decode_video`.
    """
    wanted: Options = {"ar": RATE_HZ, "ac": 2, "flush_packets": 1, "vn": None, "sn": None, "dn": None}
    out = _input(url, list_file).output("pipe:1", format="s16le", **wanted)
    return tuple(ffmpeg.compile(out, cmd=quiet(program)))


def _reading(url: str) -> Options:
    """Options for reading from a network with as little delay as its protocol allows."""
    scheme = urlsplit(url).scheme.lower()
    options: Options = {"fflags": "nobuffer"}
    if scheme in ("rtsp", "rtsps"):
        options |= {"rtsp_transport": "tcp", "timeout": SILENT_US}
    elif scheme == "udp":
        options |= {"probesize": PROBE_BYTES, "analyzeduration": 0}
    elif scheme in ("http", "https", "rtmp", "rtmps", "srt", "tcp"):
        options |= {"rw_timeout": SILENT_US}
    return options


def _input(url: str, list_file: Path | None) -> ffmpeg.Stream:
    swift: Options = {"flags": "low_delay", "threads": 1}
    if not url or url.startswith("-"):
        raise EncodeError(f"not an input: {redacted(url)!r}")
    if url.startswith("alsa:"):
        return ffmpeg.input(url.removeprefix("alsa:"), format="alsa", thread_queue_size=64)
    if url.startswith("/dev/video"):
        return ffmpeg.input(url, format="v4l2", fflags="nobuffer", **swift)
    if not _SCHEME.match(url):
        return ffmpeg.input(f"file:{url.removeprefix('file:')}", re=None, stream_loop=-1, **swift)
    if list_file is not None:
        listed: Options = {"safe": 0, "protocol_whitelist": _PROTOCOLS, "fflags": "nobuffer"}
        return ffmpeg.input(str(list_file), format="concat", **listed, **swift)
    if holds_secret(url):
        raise EncodeError(f"{redacted(url)} has credentials: it needs a list file")
    return ffmpeg.input(url, **_reading(url), **swift)


def remux(program: str, pieces: Path, chapters: Path, out: Path) -> tuple[str, ...]:
    """Pieces of one recording to one MP4 that plays while it loads, as they are, with chapters; nothing is re-encoded.

    Args:
        pieces: list file for the concat demuxer, chapters: metadata file (ffmpeg-formats manual, FFMETADATA1).
        out: is replaced.
    """
    listed = ffmpeg.input(str(pieces), format="concat", safe=0)
    how: Options = {"c": "copy", "map_metadata": 1, "map_chapters": 1, "movflags": "+faststart"}
    argv = ffmpeg.compile(
        ffmpeg.output(listed["v"], listed["a"], str(out), format="mp4", y=None, **how), cmd=quiet(program)
    )
    # an input without streams cannot be expressed above: there every input is mapped
    at = argv.index(str(pieces)) + 1
    return (*argv[:at], "-f", "ffmetadata", "-i", str(chapters), *argv[at:])
