"""The recording of a real `chamber stream`: killed in the middle, on a full disk, and what is made of it."""

import asyncio
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from aiohttp import ClientSession, ClientTimeout

from chamber.apps.dossier import media_from
from chamber.clock import SystemClock
from drivers.ffmpeg.locate import locate
from tests.chamber.stream.controller import Controller
from tests.chamber.stream.greedy import Greedy, barcodes
from tests.chamber.stream.programme import HEIGHT, WIDTH, Programme
from tests.until import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]
LOW = 0xFFFFFFFF
START_S = 40.0
ITEMS = ({"id": "1", "number": "1", "title": "Opening"}, {"id": "2", "number": "4.11", "title": "Motie vreemd"})


class Evening:
    """A `chamber stream` with a mixer that sends barcodes and a controller, both of the test."""

    def __init__(self, folder: Path, programme: Programme, controller: Controller, client: ClientSession) -> None:
        self.folder, self.programme, self.controller, self.client = folder, programme, controller, client
        self.recordings = folder / "data" / "recording" / "raad"

    def state(self, state: str, item: dict[str, str] | None = None) -> int:
        """Enter a state, at an item; the time of it."""
        pressed_ms = self.controller.set(state)
        facts: dict[str, Any] = {"at_ms": pressed_ms, "state": state, "since_ms": 0, "resumes_at": None, "next": None}
        facts |= {"meeting": {"id": "raad", "title": "Raadsvergadering"}, "session": 1, "speaker": None, "item": item}
        self.controller.send({"facts": facts})
        return pressed_ms

    @property
    def recording(self) -> dict[str, Any]:
        found: dict[str, Any] = self.controller.known.get("recording", {})
        return found

    def book(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.recordings / "recording.json").read_text())
        return found

    async def recorded(self, seconds: float) -> None:
        """Wait until so much more is on disk."""
        await until(lambda: self.recording.get("leg") == "open", timeout_s=30, what="recording begins")
        from_ms = self.recording["written_end_ms"]
        await until(lambda: self.recording["written_end_ms"] - from_ms >= seconds * 1000, timeout_s=30)

    async def finished(self) -> dict[str, Any]:
        """End the meeting and wait for its MP4s; the book."""
        self.state("ended")

        def done() -> bool:
            path = self.recordings / "recording.json"
            return path.exists() and all(s["finished"] for s in self.book()["sources"]) and self.book()["ended"]

        await until(done, timeout_s=40, what="MP4s are made")
        return self.book()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def config(folder: Path, port: int, **recording: object) -> Path:
    path = folder / "config.toml"
    lines = [f"{key} = {json.dumps(value)}" for key, value in {"enabled": True, "reserve_mb": 0, **recording}.items()]
    path.write_text(
        '[hall]\nname = "Proef"\norganisation = "Proef"\n[data]\ndir = "data"\nrun_dir = "run"\n'
        f"[mixer]\nwidth = {WIDTH}\nheight = {HEIGHT}\n[stream]\npart_ms = 200\ndelay_ms = 0\n"
        f'[public]\nlisten = "127.0.0.1:{port}"\n[recording]\n' + "\n".join(lines) + "\n"
    )
    return path


@asynccontextmanager
async def streaming(folder: Path, path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """One life of the stream process."""
    with (folder / "stream.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chamber", "stream", str(path), stdout=log, stderr=log, start_new_session=True
        )
    try:
        await until((folder / "run" / "stream.sock").exists, timeout_s=START_S, what="the stream is up")
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            async with asyncio.timeout(15):
                await process.wait()
        (folder / "run" / "stream.sock").unlink(missing_ok=True)


@asynccontextmanager
async def evening(folder: Path, port: int) -> AsyncIterator[Evening]:
    """Everything round one life of the stream process."""
    async with AsyncExitStack() as stack:
        programme = await stack.enter_async_context(Programme(folder / "run" / "programme.sock"))
        controller = await stack.enter_async_context(Controller(folder / "run", SystemClock()))
        base = f"http://127.0.0.1:{port}/live/"
        client = await stack.enter_async_context(ClientSession(base, timeout=ClientTimeout(10)))
        yield Evening(folder, programme, controller, client)


def frames(path: Path) -> list[int]:
    """Barcodes of an MP4, in order."""
    return barcodes(locate().path, path.read_bytes())


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "run").mkdir()
    yield tmp_path
    print((tmp_path / "stream.log").read_text()[-3000:])


async def test_a_recording_survives_kill_9_and_holds_what_was_published(hall: Path) -> None:
    port = free_port()
    path = config(hall, port)
    async with streaming(hall, path) as process, evening(hall, port) as night:
        async with Greedy(night.client) as greedy:
            night.state("open", ITEMS[0])
            await night.recorded(2)
            pressed_ms = night.state("closed")
            await until(lambda: night.recording["leg"] == "dark", what="closed doors are not recorded")
            await asyncio.sleep(1.0)
            reopened_ms = night.state("open", ITEMS[1])
            await night.recorded(3)
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
            on_disk_ms = night.recording["written_end_ms"]
        published = greedy.captures(locate().path)
    torn = night.recordings / "parts" / "002-001.mp4"
    with torn.open("ab") as file:
        file.write(torn.read_bytes()[-5000:-2000])  # a part that was being written
    async with streaming(hall, path), evening(hall, port) as night:
        night.state("open", ITEMS[1])
        await night.recorded(1)
        night.state("suspended", ITEMS[1])
        await until(lambda: night.recording["leg"] == "slate", what="the slate of a suspension is recorded")
        book = await night.finished()
    assert [source["number"] for source in book["sources"]] == [1, 2, 3]
    first, second, _ = (frames(night.recordings / f"raad-{number}.mp4") for number in (1, 2, 3))
    assert set(first) | set(second) <= set(published) | {v for v in second if v > (on_disk_ms - 400) & LOW}
    assert first[-1] <= pressed_ms & LOW
    assert second[0] >= (reopened_ms + 300) & LOW
    assert second[-1] >= (on_disk_ms - 40) & LOW, "what the controller was told to be on disk is not"
    for seen in (first, second):
        assert {later - earlier for earlier, later in pairwise(seen)} == {40}, "a picture is missing"
    judge_files(night, book, second)
    assert list(night.recordings.glob(".*")) == []


def judge_files(night: Evening, book: dict[str, Any], second: list[int]) -> None:
    """Chapters, checksums and media times of what was made."""
    sums = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=night.recordings, capture_output=True, check=False)
    assert sums.returncode == 0, sums.stdout + sums.stderr
    for source in book["sources"]:
        made = night.recordings / source["finished"]["file"]
        assert hashlib.sha256(made.read_bytes()).hexdigest() == source["finished"]["sha256"]
        with av.open(str(made)) as found:
            titles = [chapter["metadata"]["title"] for chapter in found.chapters()]
            length_ms = float(found.streams.video[0].duration * found.streams.video[0].time_base) * 1000
        assert titles == ["1 Opening" if source["number"] == 1 else "4.11 Motie vreemd"]
        assert sum(span["to_ms"] - span["from_ms"] for span in source["spans"]) == pytest.approx(length_ms, abs=100)
    media = media_from(book)
    assert [one.id for one in media] == ["raad-1", "raad-2", "raad-3"]
    # the picture at a wall time is the one captured then
    offset_ms = SystemClock().wall_ms() - SystemClock().now_ms()
    start_ms = media[1].spans[0][0]
    assert media[1].at_ms(start_ms) == 0
    assert (start_ms - offset_ms) & LOW == pytest.approx(second[0], abs=60)


async def test_a_finish_that_was_interrupted_is_done_at_the_next_start(hall: Path) -> None:
    port = free_port()
    path = config(hall, port, suspended="cut", parts_days=0)
    async with streaming(hall, path) as process, evening(hall, port) as night:
        for _ in range(2):
            night.state("open", ITEMS[0])
            await night.recorded(1)
            night.state("suspended", ITEMS[0])
            await until(lambda: night.recording["leg"] == "dark", what="a suspension is cut")
        night.state("ended")
        await until(lambda: night.book()["ended"], what="the end is noted")
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
    (night.recordings / ".raad-1.mp4.new").write_bytes(b"half an MP4")
    async with streaming(hall, path):
        # nobody has told it anything yet
        await until(lambda: night.book()["sources"][0]["finished"], timeout_s=30, what="the MP4 is made")
        await until(lambda: list((night.recordings / "parts").iterdir()) == [], what="parts that may go have gone")
    seen = frames(night.recordings / "raad-1.mp4")
    assert len([1 for earlier, later in pairwise(seen) if later - earlier != 40]) == 1, "one cut, in one file"
    assert [len(source["spans"]) for source in night.book()["sources"]] == [2]
    assert list(night.recordings.glob(".*")) == []


async def test_what_is_taken_back_is_in_no_recording(hall: Path) -> None:
    port, clock = free_port(), SystemClock()
    async with streaming(hall, config(hall, port)), evening(hall, port) as night:
        night.state("open", ITEMS[0])
        await night.recorded(4)
        night.controller.send({"take_back": {"id": 1, "seconds": 2}})
        await until(lambda: night.controller.taken_back, what="taken back")
        taken_ms = clock.now_ms()
        await night.recorded(2)
        (size,) = [path.stat().st_size for path in (night.recordings / "parts").glob("001-001.mp4")]
        night.state("closed")
        await until(lambda: night.recording["leg"] == "dark", what="closed doors are not recorded")
        late_ms = clock.now_ms()
        night.controller.send({"take_back": {"id": 2, "seconds": 1}})
        await until(lambda: len(night.controller.taken_back) == 2, what="taken back behind closed doors")
        book = await night.finished()
    seen = frames(night.recordings / "raad-1.mp4")
    void = [value for value in seen if (taken_ms - 1900) & LOW <= value <= taken_ms & LOW]
    assert not void, f"{len(void)} pictures are still there"
    assert any(value < (taken_ms - 2000) & LOW for value in seen)
    assert any(value > taken_ms & LOW for value in seen)
    assert max(seen) <= (late_ms - 900) & LOW
    assert len(book["sources"][0]["spans"]) == 2
    assert (night.recordings / "parts" / "001-001.mp4").stat().st_size == size


@pytest.fixture
def small_disk(hall: Path) -> Iterator[Path]:
    """A disk of 3 MB for the recordings alone."""
    folder = hall / "data" / "recording"
    folder.mkdir(parents=True)
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    subprocess.run([*root, "mount", "-t", "tmpfs", "-o", f"size=3m,uid={os.getuid()},mode=700", "tmpfs", str(folder)], check=True)  # fmt: skip
    try:
        yield folder
    finally:
        subprocess.run([*root, "umount", "-l", str(folder)], check=True)


async def test_a_full_disk_costs_the_recording_and_nothing_else(hall: Path, small_disk: Path) -> None:
    port = free_port()
    path = config(hall, port)
    ballast = small_disk / "ballast"
    async with streaming(hall, path), evening(hall, port) as night:
        night.state("open", ITEMS[0])
        await night.recorded(1)
        with pytest.raises(OSError, match="No space"), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1024))
        await until(lambda: night.recording["state"] == "full", timeout_s=15, what="full")
        assert night.recording["leg"] == "dark"
        parts, restarts = night.controller.known["parts"], night.controller.known["encoder_restarts"]
        await until(lambda: night.controller.known["parts"] >= parts + 10, what="the stream goes on")
        assert night.controller.known["legs"]["video"] == "open"
        assert night.controller.known["encoder_restarts"] == restarts
        ballast.unlink()
        await night.recorded(1)
        assert night.recording["state"] == "on"
        book = await night.finished()
    assert len(book["sources"][0]["spans"]) == 2
    seen = frames(night.recordings / "raad-1.mp4")
    assert len([1 for earlier, later in pairwise(seen) if later - earlier != 40]) == 1
