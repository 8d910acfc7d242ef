"""Which part goes where on the disk, and what a failing disk does to it."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from chamber.core.domain import MeetingState
from chamber.stream.books import load
from chamber.stream.packager import Init, Part
from chamber.stream.piece import PieceFile, mend
from chamber.stream.recording import Book, Finished, Item
from chamber.stream.shelf import Entry, Shelf
from tests.chamber.stream import samples
from tests.conftest import ManualClock

OPEN, SUSPENDED, CLOSED = MeetingState.OPEN, MeetingState.SUSPENDED, MeetingState.CLOSED
SIZE = len(b"part")


class Evening:
    """Publishes parts of 200 ms to a shelf, in order."""

    def __init__(self, folder: Path, *, keep_slates: bool = True, reserve_bytes: int = 0) -> None:
        self.folder, self.clock, self.room = folder, ManualClock(), 10**9
        self.options = {"keep_slates": keep_slates, "reserve_bytes": reserve_bytes}
        self.shelf = self.fresh()
        self.meeting, self.session = "raad", 1
        self.item: Item | None = None
        self.in_gop = 0

    def fresh(self) -> Shelf:
        return Shelf(self.folder, self.clock, free=lambda folder: self.room, **self.options)

    def part(self, *, live: bool = True, state: MeetingState = OPEN, **more: object) -> Part:
        self.clock.advance(200)
        self.in_gop += 1
        made = replace(
            samples.part(self.clock.now_ms() - 200, live=live, independent=self.in_gop % 5 == 1),
            **more,  # type: ignore[arg-type]
        )
        wall_ms = self.clock.wall_ms() - 200
        self.shelf.take(Entry(made, wall_ms, state, self.meeting, "Raad", self.session, self.item))
        return made

    def hall(self, count: int) -> None:
        for _ in range(count):
            self.part()

    def slates(self, count: int, state: MeetingState) -> None:
        for _ in range(count):
            self.part(live=False, state=state)
        self.in_gop = 0

    def book(self, meeting: str = "raad") -> Book:
        found = load(self.folder / meeting)
        assert found
        return found

    def lengths(self) -> list[list[int | None]]:
        return [[piece.duration_ms for piece in source.pieces] for source in self.book().sources]

    def bytes_on_disk(self) -> int:
        return sum(path.stat().st_size for path in (self.folder / "raad" / "parts").glob("*.mp4"))


@pytest.fixture
def evening(tmp_path: Path) -> Evening:
    return Evening(tmp_path / "recording")


def test_nothing_is_kept_before_the_hall_is_public(evening: Evening) -> None:
    evening.slates(5, MeetingState.STANDBY)
    assert not (evening.folder / "raad").exists()
    assert evening.shelf.status.leg == "dark"


def test_a_suspension_is_its_slate_and_closed_doors_are_absent(evening: Evening) -> None:
    evening.hall(5)
    assert evening.shelf.status.leg == "open"
    evening.slates(10, SUSPENDED)
    assert evening.shelf.status.leg == "slate"
    evening.hall(5)
    for state in (MeetingState.CLOSING_DOORS, CLOSED, MeetingState.REOPENING):
        evening.slates(5, state)
        assert evening.shelf.status == replace(evening.shelf.status, leg="dark", state="off")
    evening.slates(3, OPEN)
    evening.hall(5)
    evening.slates(5, MeetingState.ENDED)
    evening.shelf.over("raad")
    assert evening.lengths() == [[4000], [1000]]
    assert evening.bytes_on_disk() == 2 * len(samples.INIT.data) + 25 * SIZE
    walls = [source.spans() for source in evening.book().sources]
    assert walls[1][0][0] - walls[0][0][1] == (15 + 3) * 200


def test_a_suspension_can_be_cut(tmp_path: Path) -> None:
    evening = Evening(tmp_path, keep_slates=False)
    evening.hall(5)
    evening.slates(10, SUSPENDED)
    assert evening.shelf.status.leg == "dark"
    evening.slates(2, OPEN)
    evening.hall(5)
    evening.shelf.close()
    assert evening.lengths() == [[1000, 1000]]
    first, second = evening.book().sources[0].spans()
    assert second[0] - first[1] == 12 * 200


def test_slates_at_the_end_of_a_source_go(evening: Evening) -> None:
    evening.hall(5)
    evening.slates(6000, SUSPENDED)
    evening.slates(1, CLOSED)
    assert evening.lengths() == [[1000]]
    assert evening.bytes_on_disk() == len(samples.INIT.data) + 5 * SIZE


def test_a_fault_in_an_open_meeting_stays_what_the_public_saw(evening: Evening) -> None:
    evening.hall(5)
    evening.slates(5, OPEN)
    evening.hall(5)
    evening.shelf.close()
    assert evening.lengths() == [[3000]]


def test_a_gap_a_jump_or_another_run_begins_anew_at_a_key_frame(evening: Evening) -> None:
    evening.hall(3)
    evening.clock.advance(5000)
    evening.hall(4)  # two of them before the next key frame
    evening.part(discontinuity=True, independent=True)
    evening.hall(2)
    evening.shelf.close()
    assert evening.lengths() == [[600, 400, 600]]
    evening.shelf, evening.in_gop = evening.fresh(), 0
    evening.hall(5)
    evening.shelf.close()
    assert evening.lengths() == [[600, 400, 600], [1000]]


def test_another_set_up_or_session_is_another_source_and_nothing_is_overwritten(evening: Evening) -> None:
    evening.hall(5)
    evening.part(init=Init(b"other", "x"))
    evening.hall(4)
    evening.shelf.over("raad")
    assert evening.book().ended
    evening.session, evening.in_gop = 2, 0
    evening.hall(5)
    assert not evening.book().ended
    evening.shelf.close()
    assert [(source.number, source.session) for source in evening.book().sources] == [(1, 1), (2, 1), (3, 2)]
    assert len(list((evening.folder / "raad" / "parts").iterdir())) == 3


def test_each_meeting_has_its_own_folder(evening: Evening) -> None:
    evening.hall(5)
    evening.meeting, evening.in_gop = "beraad", 0
    evening.hall(5)
    assert evening.book("beraad").sources[0].number == 1
    assert [due.book.meeting for due in evening.shelf.due("beraad")] == ["raad"]
    assert evening.shelf.due(None) == []
    evening.meeting, evening.in_gop = "../raad", 0
    evening.hall(5)
    assert sorted(path.name for path in evening.folder.iterdir()) == ["beraad", "raad"]


def test_what_is_taken_back_leaves_the_disk(evening: Evening) -> None:
    evening.hall(5)
    evening.slates(5, SUSPENDED)
    evening.hall(5)
    evening.shelf.withdraw(evening.clock.now_ms() - 500)
    assert evening.shelf.status.state == "on"
    assert evening.bytes_on_disk() == len(samples.INIT.data) + 12 * SIZE
    evening.in_gop = 0
    evening.hall(5)
    evening.shelf.close()
    assert evening.lengths() == [[2400, 1000]]


def test_a_take_back_reaches_over_pieces_and_into_what_was_finished(evening: Evening) -> None:
    evening.hall(5)
    evening.slates(1, CLOSED)
    evening.hall(3)
    from_ms = evening.clock.now_ms() - 1000
    evening.slates(1, MeetingState.ENDED)
    evening.shelf.over("raad")
    first, second = evening.shelf.due(None)
    made = evening.folder / "raad" / "raad-1.mp4"
    made.write_bytes(b"mp4")
    assert evening.shelf.finished("raad", 1, first.source.version, Finished("raad-1.mp4", 3, "ab", 1))
    evening.shelf.withdraw(from_ms)
    assert not made.exists()
    assert evening.lengths() == [[800]]
    assert not evening.shelf.finished("raad", 1, first.source.version, Finished("raad-1.mp4", 3, "ab", 1))
    assert not evening.shelf.finished("raad", 2, second.source.version, Finished("raad-2.mp4", 3, "ab", 1))


def test_items_are_noted_with_the_hall_and_not_with_slates(evening: Evening) -> None:
    evening.hall(1)
    evening.item = ("1", "1", "Opening")
    evening.hall(2)
    evening.item = ("2", "2", "Besloten stuk")
    evening.slates(2, CLOSED)
    assert [told.item for told in evening.book().told] == [("1", "1", "Opening")]


def test_a_full_disk_is_told_and_the_recording_resumes_by_itself(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening.hall(5)
    real = os.write

    def full(fd: int, data: bytes) -> int:
        real(fd, bytes(data)[:2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    evening.hall(1)
    assert (evening.shelf.status.state, evening.shelf.status.leg) == ("full", "dark")
    assert evening.bytes_on_disk() == len(samples.INIT.data) + 5 * SIZE
    monkeypatch.undo()
    evening.hall(20)
    assert (evening.shelf.status.state, evening.shelf.status.leg) == ("on", "open")
    evening.shelf.close()
    first, second = evening.lengths()[0]
    assert first == 1000
    assert second
    assert second % 200 == 0


def test_it_stops_before_the_disk_is_full_and_says_how_much_room_there_is(tmp_path: Path) -> None:
    evening = Evening(tmp_path, reserve_bytes=1_000_000)
    evening.room = 5_000_000
    evening.hall(6)
    assert evening.shelf.status.room_bytes == 4_000_000
    evening.room = 999_999
    evening.hall(6)
    assert evening.shelf.status.state == "full"
    assert "1 MB" in evening.shelf.status.reason
    evening.room = 2_000_000
    evening.hall(20)
    assert evening.shelf.status.leg == "open"


def test_a_disk_without_room_is_told_before_the_meeting_begins(tmp_path: Path) -> None:
    evening = Evening(tmp_path, reserve_bytes=1_000_000)
    evening.room = 0
    evening.clock.advance(10_000)
    evening.shelf.tick()
    assert evening.shelf.status.state == "full"


def test_what_could_not_be_taken_out_is_tried_again_before_anything_is_added(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening.hall(5)
    real = os.ftruncate
    monkeypatch.setattr(os, "ftruncate", lambda fd, size: (_ for _ in ()).throw(OSError(errno.EIO, "I/O error")))
    evening.shelf.withdraw(evening.clock.now_ms() - 500)
    evening.in_gop = 0
    evening.hall(5)
    assert evening.shelf.status.state == "failed"
    monkeypatch.setattr(os, "ftruncate", real)
    evening.hall(20)
    evening.shelf.close()
    assert evening.shelf.status.state == "off"
    assert evening.lengths()[0][0] == 400


def test_a_damaged_book_is_put_aside(evening: Evening) -> None:
    evening.hall(5)
    evening.shelf.close()
    (evening.folder / "raad" / "recording.json").write_text("{")
    evening.shelf, evening.in_gop = evening.fresh(), 0
    evening.hall(5)
    evening.shelf.close()
    assert [source.number for source in evening.book().sources] == [1]
    assert len(list((evening.folder / "raad").glob("recording.json.damaged-*"))) == 1
    assert len(list((evening.folder / "raad" / "parts").iterdir())) == 2, "the parts from before are kept"


def test_a_torn_piece_is_mended_or_is_nothing(tmp_path: Path) -> None:
    piece = PieceFile(tmp_path / "piece.mp4", samples.part(0))
    piece.close()
    assert mend(piece.path) == 0
    (tmp_path / "empty.mp4").touch()
    assert mend(tmp_path / "empty.mp4") == 0
