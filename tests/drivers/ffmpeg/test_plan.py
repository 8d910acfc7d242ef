"""Command lines: what stands in them, what must not, and that both ffmpegs obey them."""

from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web

from chamber.core.errors import EncodeError
from drivers.ffmpeg import plan
from drivers.ffmpeg.locate import Ffmpeg
from tests.drivers.ffmpeg.films import FRAME, HEIGHT, WIDTH, check_picture, film, read


def after(argv: tuple[str, ...] | list[str], option: str) -> str:
    return argv[argv.index(option) + 1]


def test_the_encoder_is_told_what_was_measured_to_work() -> None:
    argv = plan.encoder("ffmpeg", 960, 540, 24, 5, 7)
    assert argv[0] == "ffmpeg"
    assert [argv[n + 1] for n, word in enumerate(argv) if word == "-i"] == ["pipe:5", "pipe:7"]
    assert argv.count("-probesize") == argv.count("-analyzeduration") == 2
    wanted = {"-preset": "superfast", "-tune": "zerolatency", "-threads": "1", "-g": "24", "-keyint_min": "24"}
    wanted |= {"-sc_threshold": "0", "-aac_coder": "fast", "-flush_packets": "1"}
    assert {option: after(argv, option) for option in wanted} == wanted
    assert "setparams" in after(argv, "-vf")
    assert argv[-1] == "pipe:1"
    rejected = {"-vsync", "-filter_script", "-filter_complex_script", "-channels", "-stimeout"}
    assert not rejected & set(argv)


def test_a_smaller_picture_is_a_third_track_and_costs_nothing_when_there_is_none() -> None:
    plain = plan.encoder("ffmpeg", 960, 540, 24, 5, 7)
    assert "-filter_complex" not in plain
    assert "-map" in plain
    both = plan.encoder("ffmpeg", 960, 540, 24, 5, 7, (640, 360))
    drawn = after(both, "-filter_complex")
    assert "setparams" in drawn
    assert "scale=640:360" in drawn
    mapped = [both[n + 1] for n, word in enumerate(both) if word == "-map"]
    assert len(mapped) == 3
    assert mapped[1] == "1", "the sound stays the second track"
    assert after(both, "-maxrate:v:1") == f"{plan.max_kbps(640, 360)}k"
    same = ("-preset", "-tune", "-threads", "-crf", "-g", "-keyint_min", "-sc_threshold", "-maxrate", "-movflags")
    assert {option: after(both, option) for option in same} == {option: after(plain, option) for option in same}


def test_a_remux_encodes_nothing_and_takes_chapters_from_a_file() -> None:
    argv = plan.remux("ffmpeg", Path("/r/pieces.list"), Path("/r/marks"), Path("/r/out.mp4.new"))
    assert [argv[n + 1] for n, word in enumerate(argv) if word == "-i"] == ["/r/pieces.list", "/r/marks"]
    assert (after(argv, "-c"), after(argv, "-map_chapters")) == ("copy", "1")
    assert argv[-1] == "/r/out.mp4.new"


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("rtsp://10.0.0.4/live", {"-rtsp_transport": "tcp", "-fflags": "nobuffer", "-flags": "low_delay"}),
        ("udp://239.1.1.1:5000", {"-probesize": "32768", "-analyzeduration": "0"}),
        ("srt://10.0.0.4:9000", {"-fflags": "nobuffer", "-threads": "1"}),
        ("/dev/video0", {"-f": "v4l2", "-threads": "1"}),
        ("/films/loop.mp4", {"-stream_loop": "-1"}),
    ],
)
def test_each_kind_of_input_has_its_options(url: str, options: dict[str, str]) -> None:
    argv = plan.decode_video(url, WIDTH, HEIGHT)
    assert {option: after(argv, option) for option in options} == options
    assert after(argv, "-i").removeprefix("file:") == url


def test_a_sound_card_is_read_by_its_name() -> None:
    argv = plan.decode_sound("alsa:hw:1,0")
    assert (after(argv, "-f"), after(argv, "-i")) == ("alsa", "hw:1,0")


@pytest.mark.parametrize("url", ["rtsp://admin:geheim@10.0.0.4/live", "srt://10.0.0.4:9000?passphrase=geheim"])
def test_no_secret_stands_in_a_command_line(url: str, tmp_path: Path) -> None:
    for decode in (lambda **o: plan.decode_video(url, WIDTH, HEIGHT, **o), lambda **o: plan.decode_sound(url, **o)):
        with pytest.raises(EncodeError, match="list file") as refused:
            decode()
        assert "geheim" not in str(refused.value)
        assert "geheim" not in " ".join(decode(list_file=tmp_path / "camera"))


@pytest.mark.parametrize("url", ["", "-y", "--help"])
def test_an_option_is_no_input(url: str) -> None:
    with pytest.raises(EncodeError, match="not an input"):
        plan.decode_video(url, WIDTH, HEIGHT)


def test_a_list_file_holds_one_url_and_no_second_line() -> None:
    lines = plan.input_list("rtsp://a:b'c@host/x").splitlines()
    assert lines[:2] == ["ffconcat version 1.0", "file 'rtsp://a:b'\\''c@host/x'"]
    assert "option rtsp_transport tcp" in lines
    with pytest.raises(EncodeError):
        plan.input_list("rtsp://host/x\nfile /etc/passwd")


@pytest.mark.media
@pytest.mark.parametrize("rate", ["25", "24.98", "50"])
async def test_a_film_is_fitted_in_and_plays_over_and_over(program: Ffmpeg, tmp_path: Path, rate: str) -> None:
    path = film(program, tmp_path / "film.ts", rate=rate)
    argv = plan.decode_video(str(path), WIDTH, HEIGHT, program=program.path)
    data = await read(argv, FRAME * 60)
    check_picture(data[:FRAME])
    check_picture(data[-FRAME:])


@pytest.mark.media
async def test_sound_becomes_48_khz_stereo(program: Ffmpeg, tmp_path: Path) -> None:
    path = film(program, tmp_path / "film.ts")
    data = await read(plan.decode_sound(str(path), program=program.path), 48000 * 4)
    sound = np.frombuffer(data, "<i2").reshape(-1, 2)
    assert np.array_equal(sound[:, 0], sound[:, 1])
    spectrum = np.abs(np.fft.rfft(sound[24000:, 0]))
    assert abs(int(np.argmax(spectrum)) * 2 - 500) <= 4


@pytest.mark.media
async def test_a_url_with_a_password_works_through_its_list_file(program: Ffmpeg, tmp_path: Path) -> None:
    body = film(program, tmp_path / "film.ts").read_bytes()
    wanted = "Basic " + b64encode(b"admin:geheim").decode()
    asked: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return (
            web.Response(body=body)
            if asked[-1] == wanted
            else web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="camera"'})
        )

    app = web.Application()
    app.router.add_get("/live.ts", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        listed = tmp_path / "camera.ffconcat"
        listed.write_text(plan.input_list(f"http://admin:geheim@127.0.0.1:{runner.addresses[0][1]}/live.ts"))
        argv = plan.decode_video("http://admin:geheim@x/", WIDTH, HEIGHT, program=program.path, list_file=listed)
        check_picture(await read(argv, FRAME))
    finally:
        await runner.cleanup()
    assert wanted in asked
