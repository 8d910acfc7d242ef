"""The recorder's thread: the stream never waits for a disk, and what it is told is what is so."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chamber.core.domain import MeetingState
from chamber.core.errors import DeviceUnreachableError
from chamber.stream import recorder as module
from chamber.stream.books import load
from chamber.stream.facts import Facts
from chamber.stream.finish import Finisher
from chamber.stream.recorder import Recorder
from chamber.stream.shelf import Entry, Shelf
from tests.chamber.stream import samples
from tests.conftest import ManualClock
from tests.until import until


class Disk(Shelf):
    """A shelf whose disk can be made to hang."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        super().__init__(folder, clock, keep_slates=True, reserve_bytes=0, free=lambda root: 10_000_000)
        self.answers = threading.Event()
        self.answers.set()

    def take(self, entry: Entry) -> None:
        self.answers.wait(10)
        super().take(entry)


class Around:
    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.lease: MeetingState | None = MeetingState.OPEN
        self.said: dict[str, Any] = {"meeting": {"id": "raad", "title": "Raad"}, "session": 1, "item": None}

    def wall_of(self, capture_ms: int) -> int:
        return capture_ms + 1_789_999_000_000

    def state(self) -> MeetingState | None:
        return self.lease

    def facts(self, capture_ms: int | None) -> Facts:
        return self.said


class Desk:
    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder, self.clock, self.around = folder, clock, Around(clock)
        self.disk = Disk(folder, clock)
        self.recorder = Recorder(self.disk, clock, self.around, 1_000_000)
        self.number = 0

    def publish(self, count: int, size: int = 4) -> None:
        for _ in range(count):
            self.clock.advance(200)
            made = samples.part(self.clock.now_ms() - 200, independent=self.number % 5 == 0)
            self.recorder.offer(replace(made, data=bytes(size)))
            self.number += 1


@pytest.fixture
async def desk(tmp_path: Path, manual_clock: ManualClock) -> AsyncIterator[Desk]:
    made = Desk(tmp_path / "recording", manual_clock)
    yield made
    made.disk.answers.set()
    await made.recorder.close()


async def test_what_is_known_is_what_is_on_disk(desk: Desk) -> None:
    assert desk.recorder.known()["state"] == "off"
    desk.publish(5)
    await until(lambda: desk.recorder.known()["written_end_ms"] == desk.clock.now_ms())
    known = desk.recorder.known()
    assert (known["state"], known["leg"], known["source"], known["room_s"]) == ("on", "open", 1, 10)


async def test_without_a_meeting_or_a_lease_nothing_is_recorded(desk: Desk) -> None:
    desk.around.said = {"meeting": None}
    desk.publish(5)
    desk.around.said, desk.around.lease = {"meeting": {"id": "raad", "title": "Raad"}}, None
    desk.publish(5)
    await desk.recorder.ask(lambda shelf: None)
    assert not (desk.folder / "raad").exists()


async def test_a_disk_that_hangs_is_told_and_holds_nobody_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING_BYTES", 50_000)
    desk.publish(5)
    await until(lambda: desk.recorder.known()["leg"] == "open")
    desk.disk.answers.clear()
    desk.publish(100, size=1000)
    await until(lambda: desk.recorder.known()["leg"] == "unknown")
    known = desk.recorder.known()
    assert (known["state"], known["reason"]) == ("failed", "the disk does not answer")
    assert known["lost_parts"] > 40
    desk.disk.answers.set()
    await until(lambda: desk.recorder.known()["state"] == "on")
    desk.publish(20)
    await until(lambda: desk.recorder.known()["leg"] == "open")
    await desk.recorder.ask(lambda shelf: shelf.close())
    book = load(desk.folder / "raad")
    assert book
    assert len(book.sources[0].pieces) == 2, "what was lost is no part of a piece"


async def test_a_remux_that_fails_is_told_and_tried_again(desk: Desk, manual_clock: ManualClock) -> None:
    tries: list[Path] = []

    async def remux(
        pieces: Sequence[tuple[Path, int]], title: str, chapters: Sequence[tuple[int, int, str]], out: Path
    ) -> None:
        tries.append(out)
        out.write_bytes(b"half")
        if len(tries) == 1:
            raise DeviceUnreachableError("remux", "no room")
        assert (title, pieces[0][0].name) == ("Raad", "001-001.mp4")

    desk.publish(5)
    desk.recorder.over("raad")
    room = [0]
    finisher = Finisher(
        desk.folder, desk.recorder, remux, manual_clock, parts_days=7, reserve_bytes=1000, free=lambda root: room[0]
    )
    # the parts of this test are no MP4: what they last is noted by whoever wrote them
    lengths = {"001-001.mp4": 1000}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chamber.stream.finish._lengths", lambda folder, source: lengths)
        working = asyncio.create_task(finisher.run())
        await until(lambda: "must be free" in str(finisher.known()["finish_failed"]))
        assert not tries
        room[0] = 10**9
        finisher.look("raad")
        await until(lambda: finisher.known()["finish_failed"] == "remux: no room")
        assert list((desk.folder / "raad").glob(".*")) == []
        finisher.look("raad")
        await until((desk.folder / "raad" / "SHA256SUMS").exists)
        await until(lambda: finisher.known() == {"to_finish": 0, "finish_failed": ""})
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert (desk.folder / "raad" / "raad-1.mp4").read_bytes() == b"half"
