"""Going back: segments on disk behind those in memory, bounded, and gone at once when they must be."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chamber.stream.packager import Packager
from tests.chamber.stream import samples
from tests.chamber.stream.rules import check
from tests.chamber.stream.strict import check_delta, judge
from tests.conftest import ManualClock


class Station:
    """Publishes parts of 200 ms; memory holds 6 s, the disk a minute."""

    def __init__(self, folder: Path, **options: int) -> None:
        self.clock, self.folder = ManualClock(), folder
        bounds = {"rewind_ms": 60_000, "rewind_bytes": 10**9, **options}
        wanted = replace(samples.settings(window_ms=6000), rewind_dir=folder, **bounds)
        self.packager = Packager(wanted, self.clock)
        self.count = 0

    def publish(self, seconds: float, *, jump: bool = False) -> None:
        for n in range(round(seconds * 5)):
            self.clock.advance(200)
            first = jump and n == 0
            self.count = 0 if first else self.count
            self.packager.publish(
                samples.part(self.clock.now_ms() - 200, independent=self.count % 5 == 0, discontinuity=first)
            )
            self.count += 1
            self.written()

    def written(self) -> None:
        """Until the disk has done what it was asked."""
        past = self.packager.past()
        assert past
        past._writer.submit(lambda: None).result(5)

    def listed(self) -> list[str]:
        text = (self.packager.media() or b"").decode()
        return [line for line in text.splitlines() if line.startswith("s")]

    def read(self, name: str) -> bytes | None:
        past = self.packager.past()
        assert past
        return self.packager.file(name) or (past.read(name) if past.holds(name) else None)

    def on_disk(self) -> set[str]:
        self.written()
        return {path.name for path in self.folder.glob("*.m4s")}


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path / "rewind")
    yield made
    made.packager.close()


def test_a_minute_can_be_gone_back_and_little_of_it_is_in_memory(station: Station) -> None:
    before = None
    for _ in range(100):
        station.publish(1)
        before = check(station.packager.media().decode(), before)
    names = station.listed()
    assert 64 <= len(names) * 2 <= 70
    assert all(station.read(name) == b"part" * 10 for name in names)
    assert len(station.packager._stock) < 100
    assert set(names[:-4]) <= station.on_disk()
    assert len(station.on_disk()) < 70
    judge([station.packager.media().decode()])


def test_a_delta_update_leaves_out_what_players_have(station: Station) -> None:
    station.publish(60)
    whole, delta = station.packager.media(), station.packager.media(skip=True)
    assert check_delta(whole.decode(), delta.decode()) > 20
    assert len(delta) < 0.6 * len(whole)
    (read,) = judge([delta.decode()])
    assert read["skip"] == int(re.search(r"SKIPPED-SEGMENTS=(\d+)", delta.decode())[1])


def test_discontinuities_that_leave_the_disk_are_counted(station: Station) -> None:
    before = None
    for _ in range(30):
        station.publish(4, jump=True)
        before = check(station.packager.media().decode(), before)


def test_what_is_taken_back_is_gone_from_the_disk_too(station: Station) -> None:
    station.publish(30)
    had = station.listed()
    gone = station.packager.take_back(station.clock.now_ms() - 15_000)
    assert all(station.read(name) is None for name in gone)
    assert not set(gone) & station.on_disk()
    assert [name for name in had if station.read(name) is None] == had[-len([n for n in gone if n[0] == "s"]) :]
    assert station.packager.media() == station.packager.media(skip=True), "a delta cannot tell of these gaps"
    station.publish(20, jump=True)
    assert station.packager.media() != station.packager.media(skip=True)


def test_behind_closed_doors_there_is_no_way_back(station: Station) -> None:
    station.publish(30)
    names = station.listed()
    station.packager.forget_past()
    assert station.on_disk() == set()
    assert all(station.read(name) is None for name in names[:-4])
    assert station.listed() == names[-len(station.listed()) :]
    assert len(station.listed()) <= 4
    station.publish(10)
    check(station.packager.media().decode())


def test_darkness_and_an_end_leave_nothing(station: Station) -> None:
    station.publish(30)
    station.packager.clear()
    assert station.on_disk() == set()
    station.publish(30)
    assert station.on_disk()
    station.packager.close()
    station.packager.past()._writer.shutdown(wait=True)
    assert not list(station.folder.glob("*.m4s"))


def test_room_on_the_disk_is_bounded(tmp_path: Path) -> None:
    station = Station(tmp_path, rewind_bytes=400)
    station.publish(60)
    names = station.listed()
    assert len(names) <= 400 // 40 + 5
    assert len(names) > 8
    assert all(station.read(name) for name in names)
    station.packager.close()


def test_a_disk_that_fails_costs_the_way_back_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "rewind"
    station = Station(folder)
    station.publish(20)
    station.written()
    for path in folder.glob("*"):
        path.unlink()
    folder.rmdir()
    folder.touch()
    before = check(station.packager.media().decode())
    station.publish(20)
    check(station.packager.media().decode(), before)
    assert len(station.listed()) <= 5
    assert all(station.read(name) for name in station.listed())
    folder.unlink()
    folder.mkdir()
    station.publish(20)
    assert len(station.listed()) >= 9
    station.packager.close()


def test_a_new_run_clears_what_the_last_one_left(tmp_path: Path) -> None:
    (tmp_path / "sold-1.m4s").touch()
    station = Station(tmp_path)
    assert station.on_disk() == set()
    station.packager.close()
