"""Other platforms get what the public gets, each by itself, and no key ever shows."""

import asyncio
import json
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from chamber.core.errors import DeviceUnreachableError
from chamber.stream.push import clean
from chamber.stream.simulcast import BACKLOG_MS, Destination, Simulcast, Target, delay_s, read_url
from drivers.ffmpeg.locate import Ffmpeg
from tests.chamber.stream import samples
from tests.chamber.stream.greedy import pictures
from tests.chamber.stream.programme import read_barcode
from tests.conftest import ManualClock
from tests.receivers import NginxRtmp, SrtListener, TlsFront, free_port, keys_in_proc
from tests.until import until

RTMP_KEY, SRT_KEY, DEAD_KEY, PASSPHRASE = "rtmp-key-8ff2", "srt-key-77ab", "dead-key-1c1c", "pass-phrase-5d21"
LOW = 0xFFFFFFFF
one_ffmpeg = pytest.mark.parametrize("program", ["system"], indirect=True)


def destination(folder: Path, name: str, url: str) -> Destination:
    path = folder / f"{name}.url"
    path.write_text(url + "\n", encoding="utf-8")
    return Destination(name, path)


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def pusher(name: str) -> int:
    """Process id of the pusher of one target."""
    for pid in children(os.getpid()):
        if Path(f"/proc/{pid}/cmdline").read_bytes().endswith(f"chamber.stream.push\0{name}\0".encode()):
            return pid
    raise AssertionError(f"no pusher {name}")


@one_ffmpeg
@pytest.mark.media
@pytest.mark.timeout(90)
async def test_what_the_public_gets_arrives_at_each_target_and_no_key_shows(
    make_rig: Callable, program: Ffmpeg, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = await make_rig()
    async with NginxRtmp(tmp_path / "nginx") as rtmp, SrtListener(tmp_path / "srt.ts", PASSPHRASE) as srt:
        simulcast = Simulcast(
            [
                destination(tmp_path, "rtmp", rtmp.url(RTMP_KEY)),
                destination(tmp_path, "srt", srt.url(SRT_KEY)),
                destination(tmp_path, "dead", f"rtmp://127.0.0.1:{free_port()}/live/{DEAD_KEY}"),
            ],
            rig.clock, random.random,
        )  # fmt: skip
        rig.stream.packager.on_published(simulcast.offer)
        rig.stream.also_known(lambda: {"simulcast": simulcast.known()})
        simulcast.start()
        legs = lambda leg: [t["leg"] for n, t in simulcast.known().items() if n != "dead"] == [leg, leg]  # noqa: E731
        rig.controller.set("open")
        await until(lambda: legs("open"), timeout_s=30, what=str(simulcast.known()))
        first_live = rig.live_parts
        await until(lambda: rig.live_parts >= first_live + 5)
        pressed_ms = rig.controller.set("suspended")
        await until(lambda: legs("slate"), what="both targets read back as slate")
        await until(lambda: simulcast.known()["dead"]["state"] == "down", timeout_s=20)
        exposed = keys_in_proc(RTMP_KEY, SRT_KEY, DEAD_KEY)
        reopened_ms = rig.controller.set("open")
        await until(lambda: legs("open"))
        before = rig.live_parts
        await until(lambda: rig.live_parts >= before + 5)
        await until(lambda: "simulcast" in rig.controller.known)
        told = json.dumps([rig.controller.known, simulcast.known()])
        await asyncio.sleep(0.5)  # what SRT still holds back for lost packets
        await simulcast.close()
        await srt.stop()
    assert exposed == []
    said = capsys.readouterr()
    for key in (RTMP_KEY, SRT_KEY, DEAD_KEY, PASSPHRASE):
        assert key not in told + said.out + said.err
    assert simulcast.known()["dead"]["reason"] == "Connection refused"
    (recording,) = rtmp.recordings()
    for path in (recording, srt.path):
        values = [read_barcode(picture) for picture in pictures(program.path, path.read_bytes())]
        hall = [value for value in values if value is not None]
        assert [v for v in hall if v <= pressed_ms & LOW], path
        assert [v for v in hall if v >= reopened_ms & LOW], path
        assert [v for v in hall if pressed_ms & LOW < v < (reopened_ms + 300) & LOW] == [], path
        first, last = values.index(hall[0]), len(values) - 1 - values[::-1].index(hall[-1])
        assert None in values[first:last], "no slate between"
        assert hall == sorted(hall)


@one_ffmpeg
@pytest.mark.media
@pytest.mark.timeout(90)
async def test_each_target_fails_and_comes_back_alone(make_rig: Callable, program: Ffmpeg, tmp_path: Path) -> None:
    rig = await make_rig()
    async with NginxRtmp(tmp_path / "one") as one, NginxRtmp(tmp_path / "two") as two:
        simulcast = Simulcast(
            [destination(tmp_path, "one", one.url(RTMP_KEY)), destination(tmp_path, "two", two.url(RTMP_KEY))],
            rig.clock, random.random,
        )  # fmt: skip
        rig.stream.packager.on_published(simulcast.offer)
        simulcast.start()
        state = lambda name: simulcast.known()[name]["state"]  # noqa: E731
        rig.controller.set("open")
        await until(lambda: state("one") == state("two") == "up", timeout_s=30)
        await one.stop(signal.SIGKILL)
        await until(lambda: state("one") == "down", timeout_s=20)
        os.kill(pusher("two"), signal.SIGKILL)
        await until(lambda: state("two") == "down", timeout_s=20)
        await until(lambda: state("two") == "up", timeout_s=20)
        assert state("one") == "down"
        await one.start()
        await until(lambda: state("one") == "up", timeout_s=40)
        before = rig.live_parts
        await until(lambda: rig.live_parts >= before + 8)
        await simulcast.close()
    assert rig.controller.known["refused_ticks"] == 0
    assert len(one.recordings()) == len(two.recordings()) == 2
    for path in (*one.recordings()[1:], *two.recordings()):
        assert pictures(program.path, path.read_bytes()), path


@one_ffmpeg
@pytest.mark.media
@pytest.mark.timeout(90)
async def test_over_tls_the_certificate_is_looked_at_first(
    make_rig: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = await make_rig()
    rig.controller.set("open")
    authority = trustme.CA()
    ca_file, cert = tmp_path / "ca.pem", tmp_path / "cert.pem"
    authority.cert_pem.write_to_path(ca_file)
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(cert)
    async with NginxRtmp(tmp_path / "nginx") as rtmp, TlsFront(tmp_path / "tls.cfg", cert, rtmp.port) as front:
        address = f"rtmps://127.0.0.1:{front.port}/live/{RTMP_KEY}"
        for trusted, state in ((False, "down"), (True, "up")):
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
            simulcast = Simulcast([destination(tmp_path, "tls", address)], rig.clock, random.random)
            rig.stream.packager.on_published(simulcast.offer)
            simulcast.start()
            await until(lambda s=simulcast, w=state: s.known()["tls"]["state"] == w, timeout_s=30)
            assert ("CERTIFICATE_VERIFY_FAILED" in simulcast.known()["tls"]["reason"]) != trusted
            await simulcast.close()
            assert len(rtmp.recordings()) == int(trusted)


def target(clock: ManualClock) -> Target:
    return Target(Destination("youtube", Path("/nowhere")), clock)


def waiting(one: Target) -> list[int]:
    return [part.capture_ms for part in one._waiting]


def test_a_target_that_cannot_keep_up_goes_on_at_the_newest_key_frame(manual_clock: ManualClock) -> None:
    one = target(manual_clock)
    for number in range(BACKLOG_MS // 200 + 1):
        one.offer(samples.part(number * 200, independent=number % 5 == 0))
    newest = BACKLOG_MS // 200 // 5 * 5
    assert waiting(one) == [number * 200 for number in range(newest, BACKLOG_MS // 200 + 1)]
    assert one.skipped == newest
    for number in range(1000):
        one.offer(samples.part(100_000 + number * 200, independent=False))
        assert sum(part.duration_ms for part in one._waiting) <= BACKLOG_MS


def test_a_slate_does_not_wait_behind_seconds_of_the_hall(manual_clock: ManualClock) -> None:
    one = target(manual_clock)
    for number in range(3):
        one.offer(samples.part(number * 200))
    one.offer(samples.part(600, live=False))
    assert waiting(one) == [0, 200, 400, 600]
    for number in range(4, 9):
        one.offer(samples.part(number * 200))
    one.offer(samples.part(1800, live=False))
    assert waiting(one) == [1800]


def test_it_begins_at_a_key_frame(manual_clock: ManualClock) -> None:
    one = target(manual_clock)
    one.offer(samples.part(0, independent=False))
    one.offer(samples.part(200))
    one.offer(samples.part(400, independent=False))
    assert waiting(one) == [200, 400]


def test_what_was_taken_back_and_still_waits_never_goes_out(manual_clock: ManualClock) -> None:
    one = target(manual_clock)
    for number in range(5):
        one.offer(samples.part(number * 200))
    one.offer(samples.part(1000, live=False))
    assert not one.withdraw(500)
    assert waiting(one) == [0, 200, 1000]


def test_delays_double_to_half_a_minute() -> None:
    assert [delay_s(failures, 1.0) for failures in (1, 2, 3, 4)] == [0.5, 1, 2, 4]
    assert delay_s(50, 1.0) == 30


@pytest.mark.parametrize("text", ["", "https://example.nl/key-123456", "srt://host?streamid=key-123456", "key-123456"])
def test_a_file_without_an_address_is_refused_without_saying_what_it_holds(tmp_path: Path, text: str) -> None:
    path = tmp_path / "url"
    path.write_text(text)
    with pytest.raises(DeviceUnreachableError) as refused:
        read_url("youtube", path)
    assert "key-123456" not in str(refused.value)


def test_reasons_lose_every_part_of_the_address_that_may_be_a_key() -> None:
    url = "rtmps://live.example.nl/app/stream-key-1?auth=secret-2"
    said = f"cannot open '{url}': stream-key-1 refused, secret-2 wrong, live.example.nl closed"
    assert clean(said, url) == "cannot open '…': … refused, … wrong, live.example.nl closed"
